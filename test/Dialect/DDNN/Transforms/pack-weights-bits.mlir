// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" --mlir-elide-elementsattrs-if-larger=16 | FileCheck %s
// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{tile=3x1}))" --mlir-elide-elementsattrs-if-larger=16 | FileCheck %s

// Bits are stored as bytes: with four lanes, a tile has two vectors, also where
// a wide kernel's weights and sums take more registers than there are, and
// where another tile was asked for.

// CHECK-LABEL: func.func @step0
// CHECK:         ddnn.window conv(
// CHECK-SAME:      tile = array<i64: 1, 2>}
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x2x5x15x4xf32>) -> tensor<1x1x5x8x1xi8> {
    %w = arith.constant dense<0.5> : tensor<8x8x1x8xf32>
    %e = tensor.empty() : tensor<1x1x5x8x1xi8>
    %zero = arith.constant 0.0 : f32
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 1, 8>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x2x5x15x4xf32>, tensor<8x8x1x8xf32>, tensor<1x1x5x8x1xi8>) -> tensor<1x1x5x8x1xi8> {
      ^bb0(%v: f32):
        %bit = arith.cmpf oge, %v, %zero : f32
        ddnn.yield %bit : i1
    }
    return %y : tensor<1x1x5x8x1xi8>
  }
}
