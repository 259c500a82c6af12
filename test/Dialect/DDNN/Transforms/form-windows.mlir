// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(func.func(ddnn-form-windows)))" --split-input-file | FileCheck %s

// A convolution of 24 channels on vectors of 8: three blocks. The image is
// blocked before, the result unblocked behind, for the outside knows nothing of
// blocks. What pads the image becomes the window's padding.

// CHECK-DAG:   #[[BLOCK:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1 * 8 + d4, d2, d3)>
// CHECK-DAG:   #[[UNBLOCK:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1 floordiv 8, d2, d3, d1 mod 8)>
// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x24x8x8xf32>)
// CHECK-NOT:     tensor.pad
// CHECK:         %[[B:.*]] = linalg.generic {indexing_maps = [#[[BLOCK]], #{{[^]]*}}]{{.*}} ins(%[[X]] : tensor<1x24x8x8xf32>) outs(%{{.*}} : tensor<1x3x8x8x8xf32>)
// CHECK:         %[[W:.*]] = arith.constant dense<1.000000e+00> : tensor<32x24x3x3xf32>
// CHECK:         %[[O:.*]] = tensor.empty() : tensor<1x4x4x4x8xf32>
// CHECK:         %[[Y:.*]] = ddnn.window conv(%[[B]], %[[W]]) into %[[O]] {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 0, 0>, strides = array<i64: 2, 2>}
// CHECK-NEXT:    ^bb0(%[[SUM:.*]]: f32):
// CHECK-NEXT:      ddnn.yield %[[SUM]]
// CHECK:         %[[U:.*]] = linalg.generic {indexing_maps = [#[[UNBLOCK]], #{{[^]]*}}]{{.*}} ins(%[[Y]] : {{.*}}) outs(%{{.*}} : tensor<1x32x4x4xf32>)
// CHECK:         return %[[U]]
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x24x8x8xf32>) -> tensor<1x32x4x4xf32> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<1.0> : tensor<32x24x3x3xf32>
    %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 0, 0] {
      ^bb0(%n: index, %c: index, %h: index, %v: index):
        tensor.yield %zero : f32
    } : tensor<1x24x8x8xf32> to tensor<1x24x9x9xf32>
    %e = tensor.empty() : tensor<1x32x4x4xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x32x4x4xf32>) -> tensor<1x32x4x4xf32>
    %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
        ins(%p, %w : tensor<1x24x9x9xf32>, tensor<32x24x3x3xf32>) outs(%f : tensor<1x32x4x4xf32>) -> tensor<1x32x4x4xf32>
    return %y : tensor<1x32x4x4xf32>
  }
}

// -----

// From one convolution to the next the image stays blocked. Dilations and
// strides are the window's.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[A:.*]] = ddnn.window conv(
// CHECK-SAME:      dilations = array<i64: 2, 1>, kernel = array<i64: 3, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 3>
// CHECK-SAME:      -> tensor<1x2x4x3x8xf32>
// CHECK-NOT:     linalg.generic
// CHECK:         ddnn.window conv(%[[A]], %{{.*}}) into %{{.*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 1, 1>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x8x8x8xf32>) -> tensor<1x16x4x3xf32> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<1.0> : tensor<16x8x3x1xf32>
    %v = arith.constant dense<1.0> : tensor<16x16x1x1xf32>
    %e = tensor.empty() : tensor<1x16x4x3xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x16x4x3xf32>) -> tensor<1x16x4x3xf32>
    %y = linalg.conv_2d_nchw_fchw {dilations = dense<[2, 1]> : tensor<2xi64>, strides = dense<[1, 3]> : tensor<2xi64>}
        ins(%x, %w : tensor<1x8x8x8xf32>, tensor<16x8x3x1xf32>) outs(%f : tensor<1x16x4x3xf32>) -> tensor<1x16x4x3xf32>
    %z = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%y, %v : tensor<1x16x4x3xf32>, tensor<16x16x1x1xf32>) outs(%f : tensor<1x16x4x3xf32>) -> tensor<1x16x4x3xf32>
    return %z : tensor<1x16x4x3xf32>
  }
}

// -----

// Three channels of a camera are read where they are, as blocks of one.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x3x8x8xf32>)
// CHECK:         %[[P:.*]] = tensor.expand_shape %[[X]] {{\[}}[0], [1], [2], [3, 4]] output_shape [1, 3, 8, 8, 1]
// CHECK:         ddnn.window conv(%[[P]], %{{.*}}) into
// CHECK-SAME:      pads = array<i64: 1, 1, 1, 1>
// CHECK-SAME:      : (tensor<1x3x8x8x1xf32>, tensor<16x3x3x3xf32>, tensor<1x1x8x8x16xf32>) -> tensor<1x1x8x8x16xf32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "skylake-avx512", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x3x8x8xf32>) -> tensor<1x16x8x8xf32> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<1.0> : tensor<16x3x3x3xf32>
    %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
      ^bb0(%n: index, %c: index, %h: index, %v: index):
        tensor.yield %zero : f32
    } : tensor<1x3x8x8xf32> to tensor<1x3x10x10xf32>
    %e = tensor.empty() : tensor<1x16x8x8xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
    %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%p, %w : tensor<1x3x10x10xf32>, tensor<16x3x3x3xf32>) outs(%f : tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
    return %y : tensor<1x16x8x8xf32>
  }
}

// -----

// Whether a convolution reads channels one by one depends on their number alone: with vectors of 4,
// two channels are half of one and are blocked, filled up with zeros.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[P:.*]] = tensor.pad %{{.*}} low[0, 0, 0, 0] high[0, 2, 0, 0]
// CHECK:         %[[B:.*]] = linalg.generic {{.*}} ins(%[[P]] : tensor<1x4x3x3xf32>) outs(%{{.*}} : tensor<1x1x3x3x4xf32>)
// CHECK:         ddnn.window conv(%[[B]], %{{.*}}) into
// CHECK-SAME:      : (tensor<1x1x3x3x4xf32>, tensor<4x2x1x1xf32>, tensor<1x1x2x2x4xf32>) -> tensor<1x1x2x2x4xf32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x2x3x3xf32>) -> tensor<1x4x2x2xf32> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<1.0> : tensor<4x2x1x1xf32>
    %e = tensor.empty() : tensor<1x4x2x2xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32>
    %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
        ins(%x, %w : tensor<1x2x3x3xf32>, tensor<4x2x1x1xf32>) outs(%f : tensor<1x4x2x2xf32>) -> tensor<1x4x2x2xf32>
    return %y : tensor<1x4x2x2xf32>
  }
}

// -----

// A grouped convolution with one channel in and out of each group is depthwise;
// its weights lose a dimension, 12 channels are filled up to 16. FLOPs are those of
// twelve.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x12x8x8xf32>)
// CHECK:         %[[P:.*]] = tensor.pad %[[X]] low[0, 0, 0, 0] high[0, 4, 0, 0]
// CHECK:         %[[B:.*]] = linalg.generic {{.*}} ins(%[[P]] : tensor<1x16x8x8xf32>) outs(%{{.*}} : tensor<1x1x8x8x16xf32>)
// CHECK:         %[[W:.*]] = arith.constant dense<1.000000e+00> : tensor<12x1x3x3xf32>
// CHECK:         ddnn.window depthwise(%[[B]], %[[W]]) into %{{[^ ]*}} {dilations = array<i64: 1, 1>, flops = 13824 : i64, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>}
// CHECK-NOT:     linalg.conv_2d
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "skylake-avx512", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x12x8x8xf32>) -> tensor<1x12x8x8xf32> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<1.0> : tensor<12x1x1x3x3xf32>
    %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
      ^bb0(%n: index, %c: index, %h: index, %v: index):
        tensor.yield %zero : f32
    } : tensor<1x12x8x8xf32> to tensor<1x12x10x10xf32>
    %g = tensor.expand_shape %p [[0], [1, 2], [3], [4]] output_shape [1, 12, 1, 10, 10] : tensor<1x12x10x10xf32> into tensor<1x12x1x10x10xf32>
    %e = tensor.empty() : tensor<1x12x1x8x8xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x12x1x8x8xf32>) -> tensor<1x12x1x8x8xf32>
    %d = linalg.conv_2d_ngchw_gfchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%g, %w : tensor<1x12x1x10x10xf32>, tensor<12x1x1x3x3xf32>) outs(%f : tensor<1x12x1x8x8xf32>) -> tensor<1x12x1x8x8xf32>
    %y = tensor.collapse_shape %d [[0], [1, 2], [3], [4]] : tensor<1x12x1x8x8xf32> into tensor<1x12x8x8xf32>
    return %y : tensor<1x12x8x8xf32>
  }
}

// -----

// Eight groups of two channels in and one out: only together are they a whole
// block, with zeros for what was of another group.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[W:.*]] = arith.constant dense<"0x0000803F0000803F{{0+}}0000803F0000803F{{.*}}"> : tensor<8x16x1x1xf32>
// CHECK:         ddnn.window conv(%{{.*}}, %[[W]]) into
// CHECK-NOT:     groups
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x16x4x4xf32>) -> tensor<1x8x4x4xf32> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<1.0> : tensor<8x1x2x1x1xf32>
    %g = tensor.expand_shape %x [[0], [1, 2], [3], [4]] output_shape [1, 8, 2, 4, 4] : tensor<1x16x4x4xf32> into tensor<1x8x2x4x4xf32>
    %e = tensor.empty() : tensor<1x8x1x4x4xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x8x1x4x4xf32>) -> tensor<1x8x1x4x4xf32>
    %d = linalg.conv_2d_ngchw_gfchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%g, %w : tensor<1x8x2x4x4xf32>, tensor<8x1x2x1x1xf32>) outs(%f : tensor<1x8x1x4x4xf32>) -> tensor<1x8x1x4x4xf32>
    %y = tensor.collapse_shape %d [[0], [1, 2], [3], [4]] : tensor<1x8x1x4x4xf32> into tensor<1x8x4x4xf32>
    return %y : tensor<1x8x4x4xf32>
  }
}

// -----

// Four groups of four channels in and out are two of one block each.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[W:.*]] = arith.constant {{.*}} : tensor<16x8x1x1xf32>
// CHECK:         ddnn.window conv(%{{.*}}, %[[W]]) into %{{[^ ]*}} {{{.*}}groups = 2 : i64
// CHECK-SAME:      (tensor<1x2x4x4x8xf32>, tensor<16x8x1x1xf32>, tensor<1x2x4x4x8xf32>)
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x16x4x4xf32>) -> tensor<1x16x4x4xf32> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<1.0> : tensor<4x4x4x1x1xf32>
    %g = tensor.expand_shape %x [[0], [1, 2], [3], [4]] output_shape [1, 4, 4, 4, 4] : tensor<1x16x4x4xf32> into tensor<1x4x4x4x4xf32>
    %e = tensor.empty() : tensor<1x4x4x4x4xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4x4x4x4xf32>) -> tensor<1x4x4x4x4xf32>
    %d = linalg.conv_2d_ngchw_gfchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%g, %w : tensor<1x4x4x4x4xf32>, tensor<4x4x4x1x1xf32>) outs(%f : tensor<1x4x4x4x4xf32>) -> tensor<1x4x4x4x4xf32>
    %y = tensor.collapse_shape %d [[0], [1, 2], [3], [4]] : tensor<1x4x4x4x4xf32> into tensor<1x16x4x4xf32>
    return %y : tensor<1x16x4x4xf32>
  }
}

// -----

// A pool between plain images stays on them, and so does a 1x1 convolution; a
// pool that a convolution of blocks reads does not.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x4x8x8xf32>)
// CHECK:         ddnn.window max(%[[X]]) into %{{.*}} : (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
// CHECK-LABEL: func.func @step1(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x4x8x8xf32>)
// CHECK:         ddnn.window conv(%[[X]], %{{.*}}) into %{{.*}} : (tensor<1x4x8x8xf32>, tensor<6x4x1x1xf32>, tensor<1x6x8x8xf32>) -> tensor<1x6x8x8xf32>
// CHECK-LABEL: func.func @step2(
// CHECK:         ddnn.window max(%{{.*}} : (tensor<1x1x8x8x4xf32>, tensor<1x1x8x8x4xf32>)
// CHECK:         ddnn.window conv(%{{.*}} : (tensor<1x1x8x8x4xf32>, tensor<6x4x1x1xf32>, tensor<1x2x8x8x4xf32>)
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> {
    %lowest = arith.constant 0xFF800000 : f32
    %k = tensor.empty() : tensor<1x1xf32>
    %e = tensor.empty() : tensor<1x4x8x8xf32>
    %f = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
    %y = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%x, %k : tensor<1x4x8x8xf32>, tensor<1x1xf32>) outs(%f : tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
    return %y : tensor<1x4x8x8xf32>
  }
  func.func @step1(%x: tensor<1x4x8x8xf32>) -> tensor<1x6x8x8xf32> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<1.0> : tensor<6x4x1x1xf32>
    %e = tensor.empty() : tensor<1x6x8x8xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x6x8x8xf32>) -> tensor<1x6x8x8xf32>
    %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%x, %w : tensor<1x4x8x8xf32>, tensor<6x4x1x1xf32>) outs(%f : tensor<1x6x8x8xf32>) -> tensor<1x6x8x8xf32>
    return %y : tensor<1x6x8x8xf32>
  }
  func.func @step2(%x: tensor<1x4x8x8xf32>) -> tensor<1x6x8x8xf32> {
    %zero = arith.constant 0.0 : f32
    %lowest = arith.constant 0xFF800000 : f32
    %k = tensor.empty() : tensor<1x1xf32>
    %w = arith.constant dense<1.0> : tensor<6x4x1x1xf32>
    %e = tensor.empty() : tensor<1x4x8x8xf32>
    %f = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
    %p = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%x, %k : tensor<1x4x8x8xf32>, tensor<1x1xf32>) outs(%f : tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
    %g = tensor.empty() : tensor<1x6x8x8xf32>
    %h = linalg.fill ins(%zero : f32) outs(%g : tensor<1x6x8x8xf32>) -> tensor<1x6x8x8xf32>
    %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%p, %w : tensor<1x4x8x8xf32>, tensor<6x4x1x1xf32>) outs(%h : tensor<1x6x8x8xf32>) -> tensor<1x6x8x8xf32>
    return %y : tensor<1x6x8x8xf32>
  }
}

// -----

// Minus infinity around a maximum and zeros around a sum are padding. A
// reduction over height and width is a window of the image's size, and the row
// of channels that it gives is one already. All three read one blocked image.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x4x8x8xf32>)
// CHECK-NOT:     tensor.pad
// CHECK:         %[[B:.*]] = linalg.generic {{.*}} ins(%[[X]] : tensor<1x4x8x8xf32>) outs(%{{.*}} : tensor<1x1x8x8x4xf32>)
// CHECK:         ddnn.window max(%[[B]]) into %{{[^ ]*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 2>, pads = array<i64: 1, 0, 0, 0>, strides = array<i64: 2, 3>}
// CHECK:         ddnn.window sum(%[[B]]) into %{{[^ ]*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 2>, pads = array<i64: 0, 0, 1, 0>, strides = array<i64: 2, 3>}
// CHECK:         %[[S:.*]] = ddnn.window sum(%[[B]]) into %{{[^ ]*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 8, 8>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
// CHECK:         tensor.collapse_shape %[[S]] {{\[}}[0], [1, 2, 3, 4]] : tensor<1x1x1x1x4xf32> into tensor<1x4xf32>
// CHECK:         ddnn.window max(%[[B]]) into %{{[^ ]*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 8, 8>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x4x8x8xf32>) -> (tensor<1x4x4x3xf32>, tensor<1x4x4x3xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
    %zero = arith.constant 0.0 : f32
    %lowest = arith.constant 0xFF800000 : f32
    %k = tensor.empty() : tensor<3x2xf32>
    %e = tensor.empty() : tensor<1x4x4x3xf32>
    %r = tensor.empty() : tensor<1x4xf32>
    %p = tensor.pad %x low[0, 0, 1, 0] high[0, 0, 0, 0] {
      ^bb0(%n: index, %c: index, %h: index, %v: index):
        tensor.yield %lowest : f32
    } : tensor<1x4x8x8xf32> to tensor<1x4x9x8xf32>
    %f = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
    %max = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<[2, 3]> : tensor<2xi64>}
        ins(%p, %k : tensor<1x4x9x8xf32>, tensor<3x2xf32>) outs(%f : tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
    %q = tensor.pad %x low[0, 0, 0, 0] high[0, 0, 1, 0] {
      ^bb0(%n: index, %c: index, %h: index, %v: index):
        tensor.yield %zero : f32
    } : tensor<1x4x8x8xf32> to tensor<1x4x9x8xf32>
    %g = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
    %sum = linalg.pooling_nchw_sum {dilations = dense<1> : tensor<2xi64>, strides = dense<[2, 3]> : tensor<2xi64>}
        ins(%q, %k : tensor<1x4x9x8xf32>, tensor<3x2xf32>) outs(%g : tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
    %zeros = linalg.fill ins(%zero : f32) outs(%r : tensor<1x4xf32>) -> tensor<1x4xf32>
    %total = linalg.reduce ins(%x : tensor<1x4x8x8xf32>) outs(%zeros : tensor<1x4xf32>) dimensions = [2, 3]
      (%u: f32, %v: f32) {
        %0 = arith.addf %u, %v : f32
        linalg.yield %0 : f32
      }
    %infinities = linalg.fill ins(%lowest : f32) outs(%r : tensor<1x4xf32>) -> tensor<1x4xf32>
    %largest = linalg.reduce ins(%x : tensor<1x4x8x8xf32>) outs(%infinities : tensor<1x4xf32>) dimensions = [2, 3]
      (%u: f32, %v: f32) {
        %0 = arith.maximumf %u, %v : f32
        linalg.yield %0 : f32
      }
    return %max, %sum, %total, %largest : tensor<1x4x4x3xf32>, tensor<1x4x4x3xf32>, tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// Zeros around a maximum may be the maximum: that is a pad of its own, and so
// is one with 1 around a convolution, one along the channels, and one that is
// as wide as the kernel.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[P:.*]] = tensor.pad %{{.*}} low[0, 0, 1, 1] high[0, 0, 0, 0]
// CHECK:         %[[B:.*]] = linalg.generic {{.*}} ins(%[[P]] : tensor<1x8x5x5xf32>) outs(%{{.*}} : tensor<1x1x5x5x8xf32>)
// CHECK:         ddnn.window max(%[[B]]) into %{{[^ ]*}} {{.*}}kernel = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>
// CHECK-LABEL: func.func @step1(
// CHECK:         %[[P:.*]] = tensor.pad %{{.*}} low[0, 0, 1, 1] high[0, 0, 0, 0]
// CHECK:         %[[B:.*]] = linalg.generic {{.*}} ins(%[[P]] : tensor<1x8x5x5xf32>) outs(%{{.*}} : tensor<1x1x5x5x8xf32>)
// CHECK:         ddnn.window conv(%[[B]], %{{.*}}) into %{{[^ ]*}} {{.*}}pads = array<i64: 0, 0, 0, 0>
// CHECK-LABEL: func.func @step2(
// CHECK:         %[[P:.*]] = tensor.pad %{{.*}} low[0, 4, 0, 0] high[0, 4, 1, 1]
// CHECK:         %[[B:.*]] = linalg.generic {{.*}} ins(%[[P]] : tensor<1x16x5x5xf32>) outs(%{{.*}} : tensor<1x2x5x5x8xf32>)
// CHECK:         ddnn.window conv(%[[B]], %{{.*}}) into %{{[^ ]*}} {{.*}}pads = array<i64: 0, 0, 0, 0>
// CHECK-LABEL: func.func @step3(
// CHECK:         %[[P:.*]] = tensor.pad %{{.*}} low[0, 0, 2, 0] high[0, 0, 0, 0]
// CHECK:         %[[B:.*]] = linalg.generic {{.*}} ins(%[[P]] : tensor<1x8x6x4xf32>) outs(%{{.*}} : tensor<1x1x6x4x8xf32>)
// CHECK:         ddnn.window conv(%[[B]], %{{.*}}) into %{{[^ ]*}} {{.*}}pads = array<i64: 0, 0, 0, 0>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
    %zero = arith.constant 0.0 : f32
    %lowest = arith.constant 0xFF800000 : f32
    %k = tensor.empty() : tensor<2x2xf32>
    %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 0, 0] {
      ^bb0(%n: index, %c: index, %h: index, %v: index):
        tensor.yield %zero : f32
    } : tensor<1x8x4x4xf32> to tensor<1x8x5x5xf32>
    %e = tensor.empty() : tensor<1x8x4x4xf32>
    %f = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %y = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%p, %k : tensor<1x8x5x5xf32>, tensor<2x2xf32>) outs(%f : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    return %y : tensor<1x8x4x4xf32>
  }
  func.func @step1(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %w = arith.constant dense<1.0> : tensor<8x8x2x2xf32>
    %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 0, 0] {
      ^bb0(%n: index, %c: index, %h: index, %v: index):
        tensor.yield %one : f32
    } : tensor<1x8x4x4xf32> to tensor<1x8x5x5xf32>
    %e = tensor.empty() : tensor<1x8x4x4xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%p, %w : tensor<1x8x5x5xf32>, tensor<8x8x2x2xf32>) outs(%f : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    return %y : tensor<1x8x4x4xf32>
  }
  func.func @step2(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<1.0> : tensor<8x16x2x2xf32>
    %p = tensor.pad %x low[0, 4, 0, 0] high[0, 4, 1, 1] {
      ^bb0(%n: index, %c: index, %h: index, %v: index):
        tensor.yield %zero : f32
    } : tensor<1x8x4x4xf32> to tensor<1x16x5x5xf32>
    %e = tensor.empty() : tensor<1x8x4x4xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%p, %w : tensor<1x16x5x5xf32>, tensor<8x16x2x2xf32>) outs(%f : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    return %y : tensor<1x8x4x4xf32>
  }
  func.func @step3(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x5x3xf32> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<1.0> : tensor<8x8x2x2xf32>
    %p = tensor.pad %x low[0, 0, 2, 0] high[0, 0, 0, 0] {
      ^bb0(%n: index, %c: index, %h: index, %v: index):
        tensor.yield %zero : f32
    } : tensor<1x8x4x4xf32> to tensor<1x8x6x4xf32>
    %e = tensor.empty() : tensor<1x8x5x3xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x8x5x3xf32>) -> tensor<1x8x5x3xf32>
    %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%p, %w : tensor<1x8x6x4xf32>, tensor<8x8x2x2xf32>) outs(%f : tensor<1x8x5x3xf32>) -> tensor<1x8x5x3xf32>
    return %y : tensor<1x8x5x3xf32>
  }
}

// -----

// A product is a 1x1 convolution of a row, its weights transposed. Two columns
// of vectors of 4 are no matter; behind a window the row is blocked already.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x2xf32>)
// CHECK:         %[[R:.*]] = tensor.expand_shape %[[X]] {{\[}}[0], [1, 2, 3, 4]] output_shape [1, 2, 1, 1, 1]
// CHECK:         %[[W:.*]] = arith.constant dense<{{\[\[\[\[}}1.000000e+00]], {{\[\[}}4.000000e+00]]], {{\[\[\[}}2.000000e+00]], {{\[\[}}5.000000e+00]]], {{\[\[\[}}3.000000e+00]], {{\[\[}}6.000000e+00]]]]> : tensor<3x2x1x1xf32>
// CHECK:         %[[A:.*]] = ddnn.window conv(%[[R]], %[[W]]) into
// CHECK-SAME:      -> tensor<1x1x1x1x4xf32>
// CHECK:         %[[B:.*]] = ddnn.window conv(%[[A]], %{{.*}}) into
// CHECK:         %[[C:.*]] = tensor.collapse_shape %[[B]]
// CHECK:         %[[Y:.*]] = tensor.extract_slice %[[C]][0, 0] [1, 3] [1, 1] : tensor<1x4xf32> to tensor<1x3xf32>
// CHECK:         return %[[Y]]
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x2xf32>) -> tensor<1x3xf32> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
    %v = arith.constant dense<7.0> : tensor<3x3xf32>
    %e = tensor.empty() : tensor<1x3xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3xf32>) -> tensor<1x3xf32>
    %y = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x3xf32>) outs(%f : tensor<1x3xf32>) -> tensor<1x3xf32>
    %z = linalg.matmul ins(%y, %v : tensor<1x3xf32>, tensor<3x3xf32>) outs(%f : tensor<1x3xf32>) -> tensor<1x3xf32>
    return %z : tensor<1x3xf32>
  }
}

// -----

// Weights that are no constants cannot be packed: product and convolution stay.

// CHECK-LABEL: func.func @step0(
// CHECK:         linalg.matmul
// CHECK:         linalg.conv_2d_nchw_fchw
// CHECK-NOT:     ddnn.window
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<8x8xf32>, %w: tensor<8x8xf32>, %i: tensor<1x8x4x4xf32>, %v: tensor<8x8x1x1xf32>) -> (tensor<8x8xf32>, tensor<1x8x4x4xf32>) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<8x8xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<8x8xf32>) -> tensor<8x8xf32>
    %y = linalg.matmul ins(%x, %w : tensor<8x8xf32>, tensor<8x8xf32>) outs(%f : tensor<8x8xf32>) -> tensor<8x8xf32>
    %d = tensor.empty() : tensor<1x8x4x4xf32>
    %g = linalg.fill ins(%zero : f32) outs(%d : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %z = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%i, %v : tensor<1x8x4x4xf32>, tensor<8x8x1x1xf32>) outs(%g : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    return %y, %z : tensor<8x8xf32>, tensor<1x8x4x4xf32>
  }
}

// -----

// What is element-wise behind a window works on blocks: constants by channel
// are blocked like the channels, other images are blocked for it, a scalar is
// itself.

// CHECK-DAG:   #[[CHANNEL:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d1, d4)>
// CHECK-DAG:   #[[ALL:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: {{.*}}, %[[R:[^:]*]]: {{.*}}, %[[S:[^:]*]]: f32)
// CHECK:         %[[RP:.*]] = tensor.pad %[[R]]
// CHECK:         %[[RB:.*]] = linalg.generic {{.*}} ins(%[[RP]] :
// CHECK:         %[[M:.*]] = ddnn.window max(
// CHECK:         %[[B:.*]] = arith.constant dense<{{\[\[}}1.{{.*}}, 2.{{.*}}, 3.{{.*}}, 4.{{.*}}, 5.{{.*}}, 6.{{.*}}, 7.{{.*}}, 8.{{[^]]*}}], [9.{{.*}}, 1.000000e+01, 1.100000e+01, 1.200000e+01, 0.{{.*}}, 0.{{.*}}, 0.{{.*}}, 0.{{.*}}]]> : tensor<2x8xf32>
// CHECK:         linalg.generic {indexing_maps = [#[[ALL]], #[[CHANNEL]], #[[ALL]], #[[ALL]]]{{.*}} ins(%[[M]], %[[B]], %[[RB]] : tensor<1x2x4x4x8xf32>, tensor<2x8xf32>, tensor<1x2x4x4x8xf32>)
// CHECK:           arith.mulf %{{.*}}, %[[S]]
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x12x4x4xf32>, %r: tensor<1x12x4x4xf32>, %s: f32) -> tensor<1x12x4x4xf32> {
    %lowest = arith.constant 0xFF800000 : f32
    %b = arith.constant dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0]> : tensor<12xf32>
    %k = tensor.empty() : tensor<1x1xf32>
    %e = tensor.empty() : tensor<1x12x4x4xf32>
    %f = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x12x4x4xf32>) -> tensor<1x12x4x4xf32>
    %m = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%x, %k : tensor<1x12x4x4xf32>, tensor<1x1xf32>) outs(%f : tensor<1x12x4x4xf32>) -> tensor<1x12x4x4xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>, affine_map<(n, c, h, w) -> (c)>, affine_map<(n, c, h, w) -> (n, c, h, w)>, affine_map<(n, c, h, w) -> (n, c, h, w)>],
                         iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
        ins(%m, %b, %r : tensor<1x12x4x4xf32>, tensor<12xf32>, tensor<1x12x4x4xf32>) outs(%e : tensor<1x12x4x4xf32>) {
      ^bb0(%i: f32, %j: f32, %l: f32, %o: f32):
        %0 = arith.addf %i, %j : f32
        %1 = arith.mulf %0, %s : f32
        %2 = arith.maximumf %1, %l : f32
        linalg.yield %2 : f32
    } -> tensor<1x12x4x4xf32>
    return %y : tensor<1x12x4x4xf32>
  }
}

// -----

// Where nothing is blocked, element-wise operations gain nothing and stay. So
// does one with a gate by channel that is computed: its image is unblocked.

// CHECK-DAG:   #[[UNBLOCK:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1 floordiv 8, d2, d3, d1 mod 8)>
// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: {{.*}}, %[[G:[^:]*]]: tensor<8xf32>)
// CHECK:         linalg.exp ins(%[[X]]
// CHECK:         %[[M:.*]] = ddnn.window max(
// CHECK:         %[[U:.*]] = linalg.generic {indexing_maps = [#[[UNBLOCK]], #{{.*}}]{{.*}} ins(%[[M]]
// CHECK:         linalg.generic {{.*}} ins(%[[U]], %[[G]] : tensor<1x8x4x4xf32>, tensor<8xf32>)
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x8x4x4xf32>, %g: tensor<8xf32>) -> tensor<1x8x4x4xf32> {
    %lowest = arith.constant 0xFF800000 : f32
    %k = tensor.empty() : tensor<1x1xf32>
    %e = tensor.empty() : tensor<1x8x4x4xf32>
    %a = linalg.exp ins(%x : tensor<1x8x4x4xf32>) outs(%e : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %f = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %m = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%a, %k : tensor<1x8x4x4xf32>, tensor<1x1xf32>) outs(%f : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>, affine_map<(n, c, h, w) -> (c)>, affine_map<(n, c, h, w) -> (n, c, h, w)>],
                         iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
        ins(%m, %g : tensor<1x8x4x4xf32>, tensor<8xf32>) outs(%e : tensor<1x8x4x4xf32>) {
      ^bb0(%i: f32, %j: f32, %o: f32):
        %0 = arith.mulf %i, %j : f32
        linalg.yield %0 : f32
    } -> tensor<1x8x4x4xf32>
    return %y : tensor<1x8x4x4xf32>
  }
}

// -----

// Images whose channels fill their blocks are concatenated block by block.
// Where one does not, or is not blocked, plain images are.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[M:.*]] = ddnn.window max(
// CHECK:         %[[U:.*]] = linalg.generic {{.*}} ins(%[[M]] : {{.*}} outs(%{{.*}} : tensor<1x8x4x4xf32>)
// CHECK:         tensor.concat dim(1) %[[M]], %[[M]] : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x2x4x4x8xf32>
// CHECK:         tensor.concat dim(1) %[[U]], %{{.*}} : (tensor<1x8x4x4xf32>, tensor<1x4x4x4xf32>) -> tensor<1x12x4x4xf32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x8x4x4xf32>, %z: tensor<1x4x4x4xf32>) -> (tensor<1x16x4x4xf32>, tensor<1x12x4x4xf32>) {
    %lowest = arith.constant 0xFF800000 : f32
    %k = tensor.empty() : tensor<1x1xf32>
    %e = tensor.empty() : tensor<1x8x4x4xf32>
    %f = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %m = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%x, %k : tensor<1x8x4x4xf32>, tensor<1x1xf32>) outs(%f : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %c = tensor.concat dim(1) %m, %m : (tensor<1x8x4x4xf32>, tensor<1x8x4x4xf32>) -> tensor<1x16x4x4xf32>
    %d = tensor.concat dim(1) %m, %z : (tensor<1x8x4x4xf32>, tensor<1x4x4x4xf32>) -> tensor<1x12x4x4xf32>
    return %c, %d : tensor<1x16x4x4xf32>, tensor<1x12x4x4xf32>
  }
}

// -----

// Two operators that have no form on blocks share one plain copy. Flattening a
// single row of channels needs none.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[M:.*]] = ddnn.window max(
// CHECK:         %[[U:.*]] = linalg.generic {{.*}} ins(%[[M]] : {{.*}} outs(%{{.*}} : tensor<1x8x4x4xf32>)
// CHECK:         %[[S:.*]] = ddnn.window sum(%[[M]])
// CHECK:         tensor.collapse_shape %[[U]] {{\[}}[0], [1, 2, 3]] : tensor<1x8x4x4xf32> into tensor<1x128xf32>
// CHECK:         linalg.softmax dimension(1) ins(%[[U]] : tensor<1x8x4x4xf32>)
// CHECK-NOT:     linalg.generic
// CHECK:         ddnn.window conv(%[[S]],
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x8x4x4xf32>) -> (tensor<1x128xf32>, tensor<1x8x4x4xf32>, tensor<1x8xf32>) {
    %zero = arith.constant 0.0 : f32
    %lowest = arith.constant 0xFF800000 : f32
    %w = arith.constant dense<1.0> : tensor<8x8xf32>
    %k = tensor.empty() : tensor<1x1xf32>
    %l = tensor.empty() : tensor<4x4xf32>
    %e = tensor.empty() : tensor<1x8x4x4xf32>
    %f = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %m = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%x, %k : tensor<1x8x4x4xf32>, tensor<1x1xf32>) outs(%f : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %g = tensor.empty() : tensor<1x8x1x1xf32>
    %h = linalg.fill ins(%zero : f32) outs(%g : tensor<1x8x1x1xf32>) -> tensor<1x8x1x1xf32>
    %s = linalg.pooling_nchw_sum {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%m, %l : tensor<1x8x4x4xf32>, tensor<4x4xf32>) outs(%h : tensor<1x8x1x1xf32>) -> tensor<1x8x1x1xf32>
    %c = tensor.collapse_shape %m [[0], [1, 2, 3]] : tensor<1x8x4x4xf32> into tensor<1x128xf32>
    %p = linalg.softmax dimension(1) ins(%m : tensor<1x8x4x4xf32>) outs(%e : tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %r = tensor.collapse_shape %s [[0], [1, 2, 3]] : tensor<1x8x1x1xf32> into tensor<1x8xf32>
    %i = tensor.empty() : tensor<1x8xf32>
    %j = linalg.fill ins(%zero : f32) outs(%i : tensor<1x8xf32>) -> tensor<1x8xf32>
    %y = linalg.matmul ins(%r, %w : tensor<1x8xf32>, tensor<8x8xf32>) outs(%j : tensor<1x8xf32>) -> tensor<1x8xf32>
    return %c, %p, %y : tensor<1x128xf32>, tensor<1x8x4x4xf32>, tensor<1x8xf32>
  }
}

// -----

// A sum that starts at 1 is no window, and neither is a maximum that starts at
// zero.

// CHECK-LABEL: func.func @step0(
// CHECK-NOT:     ddnn.window
// CHECK:         linalg.pooling_nchw_sum
// CHECK:         linalg.pooling_nchw_max
// CHECK-NOT:     ddnn.window
// CHECK:         return
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x8x4x4xf32>) -> (tensor<1x8x2x2xf32>, tensor<1x8x2x2xf32>) {
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %k = tensor.empty() : tensor<2x2xf32>
    %e = tensor.empty() : tensor<1x8x2x2xf32>
    %f = linalg.fill ins(%one : f32) outs(%e : tensor<1x8x2x2xf32>) -> tensor<1x8x2x2xf32>
    %s = linalg.pooling_nchw_sum {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
        ins(%x, %k : tensor<1x8x4x4xf32>, tensor<2x2xf32>) outs(%f : tensor<1x8x2x2xf32>) -> tensor<1x8x2x2xf32>
    %g = linalg.fill ins(%zero : f32) outs(%e : tensor<1x8x2x2xf32>) -> tensor<1x8x2x2xf32>
    %m = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
        ins(%x, %k : tensor<1x8x4x4xf32>, tensor<2x2xf32>) outs(%g : tensor<1x8x2x2xf32>) -> tensor<1x8x2x2xf32>
    return %s, %m : tensor<1x8x2x2xf32>, tensor<1x8x2x2xf32>
  }
}

// -----

// Lanes beyond the last channel start as zeros and may not become infinite or
// NaN, which a weight of zero would not take away again. A logarithm of twelve
// channels in vectors of eight is therefore one of plain images; sixteen have
// no such lanes. Division by a constant, not by a value, keeps what is finite.

// CHECK-LABEL: func.func @step0(
// CHECK:         linalg.generic {{.*}} ins({{.*}} : tensor<1x12x4x4xf32>) outs({{.*}} : tensor<1x12x4x4xf32>)
// CHECK-NEXT:    ^bb0
// CHECK-NEXT:      math.log
// CHECK-LABEL: func.func @step1(
// CHECK:         linalg.generic {{.*}} ins({{.*}} : tensor<1x2x4x4x8xf32>) outs({{.*}} : tensor<1x2x4x4x8xf32>)
// CHECK-NEXT:    ^bb0
// CHECK-NEXT:      math.log
// CHECK-LABEL: func.func @step2(
// CHECK:         linalg.generic {{.*}} ins({{.*}} : tensor<1x2x4x4x8xf32>) outs({{.*}} : tensor<1x2x4x4x8xf32>)
// CHECK-NEXT:    ^bb0
// CHECK-NEXT:      arith.divf
// CHECK-LABEL: func.func @step3(
// CHECK:         linalg.generic {{.*}} ins({{.*}} : tensor<1x12x4x4xf32>) outs({{.*}} : tensor<1x12x4x4xf32>)
// CHECK-NEXT:    ^bb0
// CHECK-NEXT:      arith.divf
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x12x4x4xf32>) -> tensor<1x12x4x4xf32> {
    %lowest = arith.constant 0xFF800000 : f32
    %three = arith.constant 3.0 : f32
    %k = tensor.empty() : tensor<1x1xf32>
    %e = tensor.empty() : tensor<1x12x4x4xf32>
    %f = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x12x4x4xf32>) -> tensor<1x12x4x4xf32>
    %m = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%x, %k : tensor<1x12x4x4xf32>, tensor<1x1xf32>) outs(%f : tensor<1x12x4x4xf32>) -> tensor<1x12x4x4xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>, affine_map<(n, c, h, w) -> (n, c, h, w)>],
                         iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
        ins(%m : tensor<1x12x4x4xf32>) outs(%e : tensor<1x12x4x4xf32>) {
      ^bb0(%i: f32, %o: f32):
        %0 = math.log %i : f32
        linalg.yield %0 : f32
    } -> tensor<1x12x4x4xf32>
    return %y : tensor<1x12x4x4xf32>
  }
  func.func @step1(%x: tensor<1x16x4x4xf32>) -> tensor<1x16x4x4xf32> {
    %lowest = arith.constant 0xFF800000 : f32
    %three = arith.constant 3.0 : f32
    %k = tensor.empty() : tensor<1x1xf32>
    %e = tensor.empty() : tensor<1x16x4x4xf32>
    %f = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x16x4x4xf32>) -> tensor<1x16x4x4xf32>
    %m = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%x, %k : tensor<1x16x4x4xf32>, tensor<1x1xf32>) outs(%f : tensor<1x16x4x4xf32>) -> tensor<1x16x4x4xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>, affine_map<(n, c, h, w) -> (n, c, h, w)>],
                         iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
        ins(%m : tensor<1x16x4x4xf32>) outs(%e : tensor<1x16x4x4xf32>) {
      ^bb0(%i: f32, %o: f32):
        %0 = math.log %i : f32
        linalg.yield %0 : f32
    } -> tensor<1x16x4x4xf32>
    return %y : tensor<1x16x4x4xf32>
  }
  func.func @step2(%x: tensor<1x12x4x4xf32>) -> tensor<1x12x4x4xf32> {
    %lowest = arith.constant 0xFF800000 : f32
    %three = arith.constant 3.0 : f32
    %k = tensor.empty() : tensor<1x1xf32>
    %e = tensor.empty() : tensor<1x12x4x4xf32>
    %f = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x12x4x4xf32>) -> tensor<1x12x4x4xf32>
    %m = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%x, %k : tensor<1x12x4x4xf32>, tensor<1x1xf32>) outs(%f : tensor<1x12x4x4xf32>) -> tensor<1x12x4x4xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>, affine_map<(n, c, h, w) -> (n, c, h, w)>],
                         iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
        ins(%m : tensor<1x12x4x4xf32>) outs(%e : tensor<1x12x4x4xf32>) {
      ^bb0(%i: f32, %o: f32):
        %0 = arith.divf %i, %three : f32
        linalg.yield %0 : f32
    } -> tensor<1x12x4x4xf32>
    return %y : tensor<1x12x4x4xf32>
  }
  func.func @step3(%x: tensor<1x12x4x4xf32>) -> tensor<1x12x4x4xf32> {
    %lowest = arith.constant 0xFF800000 : f32
    %three = arith.constant 3.0 : f32
    %k = tensor.empty() : tensor<1x1xf32>
    %e = tensor.empty() : tensor<1x12x4x4xf32>
    %f = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x12x4x4xf32>) -> tensor<1x12x4x4xf32>
    %m = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%x, %k : tensor<1x12x4x4xf32>, tensor<1x1xf32>) outs(%f : tensor<1x12x4x4xf32>) -> tensor<1x12x4x4xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>, affine_map<(n, c, h, w) -> (n, c, h, w)>],
                         iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
        ins(%m : tensor<1x12x4x4xf32>) outs(%e : tensor<1x12x4x4xf32>) {
      ^bb0(%i: f32, %o: f32):
        %0 = arith.divf %three, %i : f32
        linalg.yield %0 : f32
    } -> tensor<1x12x4x4xf32>
    return %y : tensor<1x12x4x4xf32>
  }
}

// -----

// A row of the kernel is code without a loop, so one of hundreds of columns, a
// filter over a long signal or a pool over all of it, is no window.

// CHECK-LABEL: func.func @step0(
// CHECK-NOT:     ddnn.window
// CHECK:         linalg.conv_2d_nchw_fchw
// CHECK:         linalg.pooling_nchw_max
// CHECK-NOT:     ddnn.window
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x8x1x400xf32>) -> (tensor<1x8x1x201xf32>, tensor<1x8x1x201xf32>) {
    %zero = arith.constant 0.0 : f32
    %lowest = arith.constant 0xFF800000 : f32
    %w = arith.constant dense<1.0> : tensor<8x8x1x200xf32>
    %k = tensor.empty() : tensor<1x200xf32>
    %e = tensor.empty() : tensor<1x8x1x201xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x8x1x201xf32>) -> tensor<1x8x1x201xf32>
    %y = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%x, %w : tensor<1x8x1x400xf32>, tensor<8x8x1x200xf32>) outs(%f : tensor<1x8x1x201xf32>) -> tensor<1x8x1x201xf32>
    %g = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x8x1x201xf32>) -> tensor<1x8x1x201xf32>
    %m = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
        ins(%x, %k : tensor<1x8x1x400xf32>, tensor<1x200xf32>) outs(%g : tensor<1x8x1x201xf32>) -> tensor<1x8x1x201xf32>
    return %y, %m : tensor<1x8x1x201xf32>, tensor<1x8x1x201xf32>
  }
}

// -----

// A microcontroller has no vectors: not even a copy for its tier.

// CHECK-LABEL: ddnn.tier @t
// CHECK-NOT:     ddnn.window
// CHECK:         linalg.matmul
// CHECK-NOT:     ddnn.window
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "cortex-m3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<1.0> : tensor<8x8xf32>
    %e = tensor.empty() : tensor<1x8xf32>
    %f = linalg.fill ins(%zero : f32) outs(%e : tensor<1x8xf32>) -> tensor<1x8xf32>
    %y = linalg.matmul ins(%x, %w : tensor<1x8xf32>, tensor<8x8xf32>) outs(%f : tensor<1x8xf32>) -> tensor<1x8xf32>
    return %y : tensor<1x8xf32>
  }
}
