// RUN: not ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" 2>&1 | FileCheck %s

// A measured schedule whose vectors' bits fill no byte.
// CHECK: error: {{.*}}the measured schedule 1x1 {{.*}}does not fit: bits of 1 vectors fill no byte
module attributes {ddnn.schedules = {
  "conv 1x2x5x15x4 > 1x1x5x8x1 of bits, kernel 1x8, strides 1x1, pads 0x0x0x0, dilations 1x1, sse2 of x86-64, 1 threads, any" = array<i64: 1, 1, 0>}} {
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
}
