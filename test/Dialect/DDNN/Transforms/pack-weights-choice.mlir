// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" --split-input-file --mlir-elide-elementsattrs-if-larger=16 2>/dev/null | FileCheck %s --check-prefixes=CHECK,AUTO
// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{winograd=off}))" --split-input-file --mlir-elide-elementsattrs-if-larger=16 2>/dev/null | FileCheck %s
// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{winograd=f2}))" --split-input-file --mlir-elide-elementsattrs-if-larger=16 2>/dev/null | FileCheck %s
// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{winograd=f4}))" --split-input-file --mlir-elide-elementsattrs-if-larger=16 2>/dev/null | FileCheck %s
// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{winograd=auto:1e-5}))" --split-input-file --mlir-elide-elementsattrs-if-larger=16 2>/dev/null | FileCheck %s --check-prefix=FINE
// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{winograd=auto:0}))" --split-input-file --mlir-elide-elementsattrs-if-larger=16 2>/dev/null | FileCheck %s --check-prefix=NONE --implicit-check-not=winograd

// Left to itself, the compiler takes F(4,3) for a large image with many
// channels. Not for one where most of a tile would be wasted: that of 1x1.

// Over 64 channels F(4,3) is expected to be wrong by 1.2e-5, F(2,3) by 1e-6.

// FINE:        winograd = 2 : i64}
// NONE:        ddnn.window
// AUTO-LABEL: ddnn.tier @t
// AUTO:        ddnn.window conv(
// AUTO-SAME:     winograd = 4 : i64}
// AUTO-LABEL: func.func @step1(
// AUTO:        ddnn.window conv(
// AUTO-NOT:      winograd
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x8x32x32x8xf32>) -> tensor<1x8x32x32x8xf32> {
    %w = arith.constant dense<0.5> : tensor<64x64x3x3xf32>
    %e = tensor.empty() : tensor<1x8x32x32x8xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x8x32x32x8xf32>, tensor<64x64x3x3xf32>, tensor<1x8x32x32x8xf32>) -> tensor<1x8x32x32x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x8x32x32x8xf32>
  }
  func.func @step1(%x: tensor<1x8x1x1x8xf32>) -> tensor<1x8x1x1x8xf32> {
    %w = arith.constant dense<0.5> : tensor<64x64x3x3xf32>
    %e = tensor.empty() : tensor<1x8x1x1x8xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x8x1x1x8xf32>, tensor<64x64x3x3xf32>, tensor<1x8x1x1x8xf32>) -> tensor<1x8x1x1x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x8x1x1x8xf32>
  }
}

// -----

// What Winograd cannot do is direct whatever is asked for: strides, a kernel
// that is not 3x3, planar images, depthwise convolution.

// CHECK-LABEL: ddnn.tier @direct
// CHECK-NOT:   winograd
// CHECK:         func.func @step4
ddnn.tier @direct index 0 spec <name = "direct", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x8x32x32x8xf32>) -> tensor<1x8x16x16x8xf32> {
    %w = arith.constant dense<0.5> : tensor<64x64x3x3xf32>
    %e = tensor.empty() : tensor<1x8x16x16x8xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x8x32x32x8xf32>, tensor<64x64x3x3xf32>, tensor<1x8x16x16x8xf32>) -> tensor<1x8x16x16x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x8x16x16x8xf32>
  }
  func.func @step1(%x: tensor<1x8x32x32x8xf32>) -> tensor<1x8x32x32x8xf32> {
    %w = arith.constant dense<1.0> : tensor<64x64x5x5xf32>
    %e = tensor.empty() : tensor<1x8x32x32x8xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 5, 5>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 2, 2, 2, 2>}
        : (tensor<1x8x32x32x8xf32>, tensor<64x64x5x5xf32>, tensor<1x8x32x32x8xf32>) -> tensor<1x8x32x32x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x8x32x32x8xf32>
  }
  func.func @step2(%x: tensor<1x3x32x32x1xf32>) -> tensor<1x8x32x32x8xf32> {
    %w = arith.constant dense<1.0> : tensor<64x3x3x3xf32>
    %e = tensor.empty() : tensor<1x8x32x32x8xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x3x32x32x1xf32>, tensor<64x3x3x3xf32>, tensor<1x8x32x32x8xf32>) -> tensor<1x8x32x32x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x8x32x32x8xf32>
  }
  func.func @step3(%x: tensor<1x8x32x32x8xf32>) -> tensor<1x8x32x32x8xf32> {
    %w = arith.constant dense<1.0> : tensor<64x1x3x3xf32>
    %e = tensor.empty() : tensor<1x8x32x32x8xf32>
    %y = ddnn.window depthwise(%x, %w) into %e
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x8x32x32x8xf32>, tensor<64x1x3x3xf32>, tensor<1x8x32x32x8xf32>) -> tensor<1x8x32x32x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x8x32x32x8xf32>
  }
  func.func @step4() {
    return
  }
}
