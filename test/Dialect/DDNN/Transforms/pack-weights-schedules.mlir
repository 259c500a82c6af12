// RUN: split-file %s %t
// RUN: cat %t/measured %t/network | ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" | FileCheck %s
// RUN: cat %t/measured %t/network | ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{winograd=off}))" | FileCheck %s --check-prefix=OFF
// RUN: cat %t/others %t/network | ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" | FileCheck %s --check-prefix=TABLE
// RUN: cat %t/none %t/network | ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" | FileCheck %s --check-prefix=TABLE

// What was measured for a shape is taken wherever a window has it, whatever
// stands around it; what was measured without Winograd, where that is off.

// CHECK-LABEL: func.func @step0
// CHECK:         ddnn.window conv({{.*}} tile = array<i64: 3, 2>, winograd = 2 : i64
// CHECK:         ddnn.window conv({{.*}} tile = array<i64: 3, 2>, winograd = 2 : i64
// OFF-LABEL:   func.func @step0
// OFF:           ddnn.window conv({{.*}} tile = array<i64: 5, 1>}
// OFF:           ddnn.window conv({{.*}} tile = array<i64: 5, 1>}

// Other shapes, CPUs and threads are no reason.
// TABLE-LABEL: func.func @step0
// TABLE:         ddnn.window conv({{.*}} tile = array<i64: 4, 2>, winograd = 4 : i64

// Schedules that are none for this window are errors.
// RUN: cat %t/divide %t/network | not ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" 2>&1 | FileCheck %s --check-prefix=DIVIDE
// DIVIDE: error: {{.*}}the measured schedule 3x8 of Conv c does not fit: 8 vectors do not divide the 4 blocks of channels
// RUN: cat %t/long %t/network | not ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" 2>&1 | FileCheck %s --check-prefix=LONG
// LONG: error: {{.*}}the measured schedule 9x1 of Conv c does not fit: 9x1 is more than a row, or the registers, hold
// RUN: cat %t/registers %t/network | not ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" 2>&1 | FileCheck %s --check-prefix=REGISTERS
// REGISTERS: error: {{.*}}the measured schedule 8x4 of Conv c does not fit: 8x4 is more than a row
// RUN: cat %t/size %t/network | not ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" 2>&1 | FileCheck %s --check-prefix=SIZE
// SIZE: error: {{.*}}the measured schedule 2x2 of Conv c does not fit: F(3,3) is not possible here
// RUN: cat %t/pixels %t/network | not ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" 2>&1 | FileCheck %s --check-prefix=PIXELS
// PIXELS: error: {{.*}}the measured schedule 9223372036854775807x1 of Conv c does not fit: 9223372036854775807x1 is more than
// RUN: cat %t/zero %t/network | not ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" 2>&1 | FileCheck %s --check-prefix=ZERO
// ZERO: error: {{.*}}the measured schedule 1x0 of Conv c does not fit: a tile has one pixel and one vector at least
// RUN: cat %t/shape %t/network | not ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" 2>&1 | FileCheck %s --check-prefix=SHAPE
// SHAPE: error: {{.*}}schedules are [pixels, vectors, winograd], got array<i64: 1, 1>

//--- measured
module attributes {ddnn.schedules = {
  "conv 1x4x8x8x8 > 1x4x8x8x8, kernel 3x3, strides 1x1, pads 1x1x1x1, dilations 1x1, avx2 of x86-64-v3, 1 threads, any" = array<i64: 3, 2, 2>,
  "conv 1x4x8x8x8 > 1x4x8x8x8, kernel 3x3, strides 1x1, pads 1x1x1x1, dilations 1x1, avx2 of x86-64-v3, 1 threads, exact" = array<i64: 5, 1, 0>}} {
//--- others
module attributes {ddnn.schedules = {
  "conv 1x4x8x8x8 > 1x4x8x8x8, kernel 3x3, strides 1x1, pads 1x1x1x1, dilations 1x1, avx2 of haswell, 1 threads, any" = array<i64: 3, 2, 2>,
  "conv 1x4x8x8x8 > 1x4x8x8x8, kernel 3x3, strides 1x1, pads 1x1x1x1, dilations 1x1, avx2 of x86-64-v3, 2 threads, any" = array<i64: 3, 2, 2>,
  "conv 1x4x8x8x8 > 1x2x8x8x8, kernel 3x3, strides 1x1, pads 1x1x1x1, dilations 1x1, avx2 of x86-64-v3, 1 threads, any" = array<i64: 3, 2, 2>}} {
//--- none
module {
//--- divide
module attributes {ddnn.schedules = {"conv 1x4x8x8x8 > 1x4x8x8x8, kernel 3x3, strides 1x1, pads 1x1x1x1, dilations 1x1, avx2 of x86-64-v3, 1 threads, any" = array<i64: 3, 8, 0>}} {
//--- long
module attributes {ddnn.schedules = {"conv 1x4x8x8x8 > 1x4x8x8x8, kernel 3x3, strides 1x1, pads 1x1x1x1, dilations 1x1, avx2 of x86-64-v3, 1 threads, any" = array<i64: 9, 1, 0>}} {
//--- registers
module attributes {ddnn.schedules = {"conv 1x4x8x8x8 > 1x4x8x8x8, kernel 3x3, strides 1x1, pads 1x1x1x1, dilations 1x1, avx2 of x86-64-v3, 1 threads, any" = array<i64: 8, 4, 0>}} {
//--- size
module attributes {ddnn.schedules = {"conv 1x4x8x8x8 > 1x4x8x8x8, kernel 3x3, strides 1x1, pads 1x1x1x1, dilations 1x1, avx2 of x86-64-v3, 1 threads, any" = array<i64: 2, 2, 3>}} {
//--- pixels
module attributes {ddnn.schedules = {"conv 1x4x8x8x8 > 1x4x8x8x8, kernel 3x3, strides 1x1, pads 1x1x1x1, dilations 1x1, avx2 of x86-64-v3, 1 threads, any" = array<i64: 9223372036854775807, 1, 2>}} {
//--- zero
module attributes {ddnn.schedules = {"conv 1x4x8x8x8 > 1x4x8x8x8, kernel 3x3, strides 1x1, pads 1x1x1x1, dilations 1x1, avx2 of x86-64-v3, 1 threads, any" = array<i64: 1, 0, 0>}} {
//--- shape
module attributes {ddnn.schedules = {"conv 1x4x8x8x8 > 1x4x8x8x8, kernel 3x3, strides 1x1, pads 1x1x1x1, dilations 1x1, avx2 of x86-64-v3, 1 threads, any" = array<i64: 1, 1>}} {
//--- network
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x4x8x8x8xf32>, %bias: tensor<4x8xf32>) -> tensor<1x4x8x8x8xf32> {
    %w = arith.constant dense<0.5> : tensor<32x32x3x3xf32>
    %e = tensor.empty() : tensor<1x4x8x8x8xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x4x8x8x8xf32>, tensor<32x32x3x3xf32>, tensor<1x4x8x8x8xf32>) -> tensor<1x4x8x8x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    } loc("c"("Conv"))
    %z = ddnn.window conv(%y, %w) with (%bias) into %e
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x4x8x8x8xf32>, tensor<32x32x3x3xf32>, tensor<4x8xf32>, tensor<1x4x8x8x8xf32>) -> tensor<1x4x8x8x8xf32> {
      ^bb0(%v: f32, %b: f32):
        %0 = arith.addf %v, %b : f32
        ddnn.yield %0 : f32
    } loc("d"("Conv"))
    return %z : tensor<1x4x8x8x8xf32>
  }
}
}
