// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{winograd=off tile=3x1}))" --split-input-file --mlir-print-elementsattrs-with-hex-if-larger=-1 | FileCheck %s --check-prefixes=CHECK,ONE
// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{winograd=off tile=3x2}))" --split-input-file --mlir-print-elementsattrs-with-hex-if-larger=-1 | FileCheck %s --check-prefixes=CHECK,TWO

// The order of packed weights, with vectors of 4 and register tiles of three
// pixels by one vector (ONE) or two (TWO).

// Eight channels to eight, 10 o + i from input i to output o. One vector at a
// time, all that goes to outputs 0 to 3 stands before all that goes to 4 to 7,
// and is ordered by input; two vectors at a time, each input has its eight.

// CHECK-LABEL: func.func @step0(
// ONE:         arith.constant dense<[0.000000e+00, 1.000000e+01, 2.000000e+01, 3.000000e+01, 1.000000e+00, 1.100000e+01, 2.100000e+01, 3.100000e+01, 2.000000e+00, 1.200000e+01, 2.200000e+01, 3.200000e+01, 3.000000e+00, 1.300000e+01, 2.300000e+01, 3.300000e+01, 4.000000e+00, 1.400000e+01, 2.400000e+01, 3.400000e+01, 5.000000e+00, 1.500000e+01, 2.500000e+01, 3.500000e+01, 6.000000e+00, 1.600000e+01, 2.600000e+01, 3.600000e+01, 7.000000e+00, 1.700000e+01, 2.700000e+01, 3.700000e+01, 4.000000e+01, 5.000000e+01, 6.000000e+01, 7.000000e+01, 4.100000e+01, 5.100000e+01, 6.100000e+01, 7.100000e+01, 4.200000e+01, 5.200000e+01, 6.200000e+01, 7.200000e+01, 4.300000e+01, 5.300000e+01, 6.300000e+01, 7.300000e+01, 4.400000e+01, 5.400000e+01, 6.400000e+01, 7.400000e+01, 4.500000e+01, 5.500000e+01, 6.500000e+01, 7.500000e+01, 4.600000e+01, 5.600000e+01, 6.600000e+01, 7.600000e+01, 4.700000e+01, 5.700000e+01, 6.700000e+01, 7.700000e+01]> : tensor<64xf32>
// TWO:         arith.constant dense<[0.000000e+00, 1.000000e+01, 2.000000e+01, 3.000000e+01, 4.000000e+01, 5.000000e+01, 6.000000e+01, 7.000000e+01, 1.000000e+00, 1.100000e+01, 2.100000e+01, 3.100000e+01, 4.100000e+01, 5.100000e+01, 6.100000e+01, 7.100000e+01, 2.000000e+00, 1.200000e+01, 2.200000e+01, 3.200000e+01, 4.200000e+01, 5.200000e+01, 6.200000e+01, 7.200000e+01, 3.000000e+00, 1.300000e+01, 2.300000e+01, 3.300000e+01, 4.300000e+01, 5.300000e+01, 6.300000e+01, 7.300000e+01, 4.000000e+00, 1.400000e+01, 2.400000e+01, 3.400000e+01, 4.400000e+01, 5.400000e+01, 6.400000e+01, 7.400000e+01, 5.000000e+00, 1.500000e+01, 2.500000e+01, 3.500000e+01, 4.500000e+01, 5.500000e+01, 6.500000e+01, 7.500000e+01, 6.000000e+00, 1.600000e+01, 2.600000e+01, 3.600000e+01, 4.600000e+01, 5.600000e+01, 6.600000e+01, 7.600000e+01, 7.000000e+00, 1.700000e+01, 2.700000e+01, 3.700000e+01, 4.700000e+01, 5.700000e+01, 6.700000e+01, 7.700000e+01]> : tensor<64xf32>
// CHECK:       ddnn.window conv(
// ONE-SAME:      tile = array<i64: 3, 1>}
// TWO-SAME:      tile = array<i64: 3, 2>}
// CHECK-SAME:    : (tensor<1x2x2x2x4xf32>, tensor<64xf32>, tensor<1x2x2x2x4xf32>) -> tensor<1x2x2x2x4xf32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x2x2x2x4xf32>) -> tensor<1x2x2x2x4xf32> {
    %w = arith.constant dense<[[[[0.0]], [[1.0]], [[2.0]], [[3.0]], [[4.0]], [[5.0]], [[6.0]], [[7.0]]], [[[10.0]], [[11.0]], [[12.0]], [[13.0]], [[14.0]], [[15.0]], [[16.0]], [[17.0]]], [[[20.0]], [[21.0]], [[22.0]], [[23.0]], [[24.0]], [[25.0]], [[26.0]], [[27.0]]], [[[30.0]], [[31.0]], [[32.0]], [[33.0]], [[34.0]], [[35.0]], [[36.0]], [[37.0]]], [[[40.0]], [[41.0]], [[42.0]], [[43.0]], [[44.0]], [[45.0]], [[46.0]], [[47.0]]], [[[50.0]], [[51.0]], [[52.0]], [[53.0]], [[54.0]], [[55.0]], [[56.0]], [[57.0]]], [[[60.0]], [[61.0]], [[62.0]], [[63.0]], [[64.0]], [[65.0]], [[66.0]], [[67.0]]], [[[70.0]], [[71.0]], [[72.0]], [[73.0]], [[74.0]], [[75.0]], [[76.0]], [[77.0]]]]> : tensor<8x8x1x1xf32>
    %e = tensor.empty() : tensor<1x2x2x2x4xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x2x2x2x4xf32>, tensor<8x8x1x1xf32>, tensor<1x2x2x2x4xf32>) -> tensor<1x2x2x2x4xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x2x2x2x4xf32>
  }
}

// -----

// Within a block of channels it is row of the kernel, channel, column of the
// kernel: 100 i + 10 y + x for all outputs but the last; there are three, the
// fourth has zeros. One block of outputs does not divide by two vectors; the
// table then gives a tile with one. The channels of a planar image are blocks
// of one, so all of a channel stands together.

// CHECK-LABEL: func.func @step0(
// CHECK:       arith.constant dense<[0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00, 1.000000e+00, 1.000000e+00, 1.000000e+00, 0.000000e+00, 1.000000e+02, 1.000000e+02, 1.000000e+02, 0.000000e+00, 1.010000e+02, 1.010000e+02, 1.010000e+02, 0.000000e+00, 2.000000e+02, 2.000000e+02, 2.000000e+02, 0.000000e+00, 2.010000e+02, 2.010000e+02, 2.010000e+02, 0.000000e+00, 3.000000e+02, 3.000000e+02, 3.000000e+02, 0.000000e+00, 3.010000e+02, 3.010000e+02, 3.010000e+02, 0.000000e+00, 1.000000e+01, 1.000000e+01, 1.000000e+01, 0.000000e+00, 1.100000e+01, 1.100000e+01, 1.100000e+01, 0.000000e+00, 1.100000e+02, 1.100000e+02, 1.100000e+02, 0.000000e+00, 1.110000e+02, 1.110000e+02, 1.110000e+02, 0.000000e+00, 2.100000e+02, 2.100000e+02, 2.100000e+02, 0.000000e+00, 2.110000e+02, 2.110000e+02, 2.110000e+02, 0.000000e+00, 3.100000e+02, 3.100000e+02, 3.100000e+02, 0.000000e+00, 3.110000e+02, 3.110000e+02, 3.110000e+02, 0.000000e+00]> : tensor<64xf32>
// CHECK:       ddnn.window conv(
// ONE-SAME:      tile = array<i64: 3, 1>}
// TWO-SAME:      tile = array<i64: {{[0-9]+}}, 1>}
// CHECK-LABEL: func.func @step1(
// CHECK:       arith.constant dense<[0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00, 1.000000e+00, 1.000000e+00, 1.000000e+00, 0.000000e+00, 1.000000e+01, 1.000000e+01, 1.000000e+01, 0.000000e+00, 1.100000e+01, 1.100000e+01, 1.100000e+01, 0.000000e+00, 1.000000e+02, 1.000000e+02, 1.000000e+02, 0.000000e+00, 1.010000e+02, 1.010000e+02, 1.010000e+02, 0.000000e+00, 1.100000e+02, 1.100000e+02, 1.100000e+02, 0.000000e+00, 1.110000e+02, 1.110000e+02, 1.110000e+02, 0.000000e+00]> : tensor<32xf32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x4x4x4xf32>) -> tensor<1x1x3x3x4xf32> {
    %w = arith.constant dense<[[[[0.0, 1.0], [10.0, 11.0]], [[100.0, 101.0], [110.0, 111.0]], [[200.0, 201.0], [210.0, 211.0]], [[300.0, 301.0], [310.0, 311.0]]], [[[0.0, 1.0], [10.0, 11.0]], [[100.0, 101.0], [110.0, 111.0]], [[200.0, 201.0], [210.0, 211.0]], [[300.0, 301.0], [310.0, 311.0]]], [[[0.0, 1.0], [10.0, 11.0]], [[100.0, 101.0], [110.0, 111.0]], [[200.0, 201.0], [210.0, 211.0]], [[300.0, 301.0], [310.0, 311.0]]]]> : tensor<3x4x2x2xf32>
    %e = tensor.empty() : tensor<1x1x3x3x4xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x1x4x4x4xf32>, tensor<3x4x2x2xf32>, tensor<1x1x3x3x4xf32>) -> tensor<1x1x3x3x4xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x1x3x3x4xf32>
  }
  func.func @step1(%x: tensor<1x2x4x4x1xf32>) -> tensor<1x1x3x3x4xf32> {
    %w = arith.constant dense<[[[[0.0, 1.0], [10.0, 11.0]], [[100.0, 101.0], [110.0, 111.0]]], [[[0.0, 1.0], [10.0, 11.0]], [[100.0, 101.0], [110.0, 111.0]]], [[[0.0, 1.0], [10.0, 11.0]], [[100.0, 101.0], [110.0, 111.0]]]]> : tensor<3x2x2x2xf32>
    %e = tensor.empty() : tensor<1x1x3x3x4xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x2x4x4x1xf32>, tensor<3x2x2x2xf32>, tensor<1x1x3x3x4xf32>) -> tensor<1x1x3x3x4xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x1x3x3x4xf32>
  }
}

// -----

// Depthwise weights stand block by block, row by row, column by column, a
// vector for each: 10 o + x. Six channels, the last two of eight are zero.

// CHECK-LABEL: func.func @step0(
// CHECK:       arith.constant dense<[0.000000e+00, 1.000000e+01, 2.000000e+01, 3.000000e+01, 1.000000e+00, 1.100000e+01, 2.100000e+01, 3.100000e+01, 2.000000e+00, 1.200000e+01, 2.200000e+01, 3.200000e+01, 4.000000e+01, 5.000000e+01, 0.000000e+00, 0.000000e+00, 4.100000e+01, 5.100000e+01, 0.000000e+00, 0.000000e+00, 4.200000e+01, 5.200000e+01, 0.000000e+00, 0.000000e+00]> : tensor<24xf32>
// CHECK:       ddnn.window depthwise(
// CHECK-SAME:    tile = array<i64: {{[0-9]+}}, 1>}
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x2x4x4x4xf32>) -> tensor<1x2x4x2x4xf32> {
    %w = arith.constant dense<[[[[0.0, 1.0, 2.0]]], [[[10.0, 11.0, 12.0]]], [[[20.0, 21.0, 22.0]]], [[[30.0, 31.0, 32.0]]], [[[40.0, 41.0, 42.0]]], [[[50.0, 51.0, 52.0]]]]> : tensor<6x1x1x3xf32>
    %e = tensor.empty() : tensor<1x2x4x2x4xf32>
    %y = ddnn.window depthwise(%x, %w) into %e
        {kernel = array<i64: 1, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x2x4x4x4xf32>, tensor<6x1x1x3xf32>, tensor<1x2x4x2x4xf32>) -> tensor<1x2x4x2x4xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x2x4x2x4xf32>
  }
}

// -----

// A product has one pixel whatever tile is asked for, and as many vectors as
// its columns are long: two here, so the weights are in the order of two.

// CHECK-LABEL: func.func @step0(
// CHECK:       arith.constant dense<[0.000000e+00, 1.000000e+01, 2.000000e+01, 3.000000e+01, 4.000000e+01, 5.000000e+01, 6.000000e+01, 7.000000e+01, 1.000000e+00, 1.100000e+01, 2.100000e+01, 3.100000e+01, 4.100000e+01, 5.100000e+01, 6.100000e+01, 7.100000e+01, 2.000000e+00, 1.200000e+01, 2.200000e+01, 3.200000e+01, 4.200000e+01, 5.200000e+01, 6.200000e+01, 7.200000e+01, 3.000000e+00, 1.300000e+01, 2.300000e+01, 3.300000e+01, 4.300000e+01, 5.300000e+01, 6.300000e+01, 7.300000e+01, 4.000000e+00, 1.400000e+01, 2.400000e+01, 3.400000e+01, 4.400000e+01, 5.400000e+01, 6.400000e+01, 7.400000e+01, 5.000000e+00, 1.500000e+01, 2.500000e+01, 3.500000e+01, 4.500000e+01, 5.500000e+01, 6.500000e+01, 7.500000e+01, 6.000000e+00, 1.600000e+01, 2.600000e+01, 3.600000e+01, 4.600000e+01, 5.600000e+01, 6.600000e+01, 7.600000e+01, 7.000000e+00, 1.700000e+01, 2.700000e+01, 3.700000e+01, 4.700000e+01, 5.700000e+01, 6.700000e+01, 7.700000e+01]> : tensor<64xf32>
// CHECK:       ddnn.window conv(
// CHECK-SAME:    tile = array<i64: 1, 2>}
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x2x1x1x4xf32>) -> tensor<1x2x1x1x4xf32> {
    %w = arith.constant dense<[[[[0.0]], [[1.0]], [[2.0]], [[3.0]], [[4.0]], [[5.0]], [[6.0]], [[7.0]]], [[[10.0]], [[11.0]], [[12.0]], [[13.0]], [[14.0]], [[15.0]], [[16.0]], [[17.0]]], [[[20.0]], [[21.0]], [[22.0]], [[23.0]], [[24.0]], [[25.0]], [[26.0]], [[27.0]]], [[[30.0]], [[31.0]], [[32.0]], [[33.0]], [[34.0]], [[35.0]], [[36.0]], [[37.0]]], [[[40.0]], [[41.0]], [[42.0]], [[43.0]], [[44.0]], [[45.0]], [[46.0]], [[47.0]]], [[[50.0]], [[51.0]], [[52.0]], [[53.0]], [[54.0]], [[55.0]], [[56.0]], [[57.0]]], [[[60.0]], [[61.0]], [[62.0]], [[63.0]], [[64.0]], [[65.0]], [[66.0]], [[67.0]]], [[[70.0]], [[71.0]], [[72.0]], [[73.0]], [[74.0]], [[75.0]], [[76.0]], [[77.0]]]]> : tensor<8x8x1x1xf32>
    %e = tensor.empty() : tensor<1x2x1x1x4xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x2x1x1x4xf32>, tensor<8x8x1x1xf32>, tensor<1x2x1x1x4xf32>) -> tensor<1x2x1x1x4xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x2x1x1x4xf32>
  }
}

// -----

// Pooling has no weights; a tile of neighbours shares what it loads, no more of
// them than a row has.

// CHECK-LABEL: func.func @step0(
// CHECK-NOT:   arith.constant
// CHECK:       ddnn.window max(
// CHECK-SAME:    tile = array<i64: 4, 1>}
// CHECK-LABEL: func.func @step1(
// CHECK:       ddnn.window sum(
// CHECK-SAME:    tile = array<i64: 2, 1>}
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x9x9x8xf32>) -> tensor<1x1x8x8x8xf32> {
    %e = tensor.empty() : tensor<1x1x8x8x8xf32>
    %y = ddnn.window max(%x) into %e
        {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x1x9x9x8xf32>, tensor<1x1x8x8x8xf32>) -> tensor<1x1x8x8x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x1x8x8x8xf32>
  }
  func.func @step1(%x: tensor<1x1x3x3x8xf32>) -> tensor<1x1x2x2x8xf32> {
    %e = tensor.empty() : tensor<1x1x2x2x8xf32>
    %y = ddnn.window sum(%x) into %e
        {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x1x3x3x8xf32>, tensor<1x1x2x2x8xf32>) -> tensor<1x1x2x2x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x1x2x2x8xf32>
  }
}

// -----

// Without vectors nothing is chosen, and the weights stay as they were.

// CHECK-LABEL: ddnn.tier @t
// CHECK:       tensor<4x4x1x1xf32>
// CHECK-NOT:   tile =
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "cortex-m3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x2x2x4xf32>) -> tensor<1x1x2x2x4xf32> {
    %w = arith.constant dense<1.0> : tensor<4x4x1x1xf32>
    %e = tensor.empty() : tensor<1x1x2x2x4xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x1x2x2x4xf32>, tensor<4x4x1x1xf32>, tensor<1x1x2x2x4xf32>) -> tensor<1x1x2x2x4xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x1x2x2x4xf32>
  }
}
