// RUN: split-file %s %t
// RUN: cat %t/none %t/network | ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{tile=2x1}))" | FileCheck %s --check-prefix=TABLE
// RUN: cat %t/none %t/network | ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{tile=1x2}))" | FileCheck %s --check-prefix=FORCED
// RUN: cat %t/measured %t/network | not ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" 2>&1 | FileCheck %s --check-prefix=MEASURED

// Bits of eight channels are a byte, two vectors of four lanes: one vector cannot
// be stored, whoever asks for it.

// TABLE: tile = array<i64: {{[0-9]+}}, 2>}
// FORCED: tile = array<i64: 1, 2>}
// MEASURED: error: {{.*}}the measured schedule 2x1 of Conv c does not fit: bits of 1 vectors fill no byte

//--- none
module {
//--- measured
module attributes {ddnn.schedules = {"conv 1x2x4x4x4 > 1x1x2x2x1 of bits, kernel 3x3, strides 1x1, pads 0x0x0x0, dilations 1x1, sse2 of x86-64, 1 threads, any" = array<i64: 2, 1, 0>}} {
//--- network
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x2x4x4x4xf32>) -> tensor<1x1x2x2x1xi8> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<0.5> : tensor<8x8x3x3xf32>
    %e = tensor.empty() : tensor<1x1x2x2x1xi8>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x2x4x4x4xf32>, tensor<8x8x3x3xf32>, tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
      ^bb0(%v: f32):
        %0 = arith.cmpf oge, %v, %zero : f32
        ddnn.yield %0 : i1
    } loc("c"("Conv"))
    return %y : tensor<1x1x2x2x1xi8>
  }
}
}
