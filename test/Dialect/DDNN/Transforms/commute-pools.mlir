// RUN: ddnn-opt %s --pass-pipeline="builtin.module(func.func(ddnn-commute-pools,cse))" | FileCheck %s

// Where batch norm falls, all bits under the window have to be true.
// CHECK-LABEL: func.func @norm(
// CHECK:         %[[CONV:.*]] = ddnn.binary_conv_2d
// CHECK:         %[[NORM:.*]] = ddnn.batch_norm %[[CONV]], %{{.*}} : tensor<1x2x4x4xf32>
// CHECK:         %[[SIGN:.*]] = ddnn.sign %[[NORM]] : tensor<1x2x4x4xf32> -> tensor<1x2x4x4xi1>
// CHECK:         %[[POOL:.*]] = ddnn.binary_pool %[[SIGN]] {all = array<i1: false, true>, dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : tensor<1x2x4x4xi1> -> tensor<1x2x2x2xi1>
// CHECK:         return %[[POOL]]
func.func @norm(%x: tensor<1x2x4x4xi1>, %w: tensor<2x2x1x1xi1>) -> tensor<1x2x2x2xi1> {
  %lowest = arith.constant 0xFF800000 : f32
  %scale = arith.constant dense<[1.5, -0.5]> : tensor<2xf32>
  %shift = arith.constant dense<[0.25, 0.25]> : tensor<2xf32>
  %conv = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x2x4x4xi1>, tensor<2x2x1x1xi1> -> tensor<1x2x4x4xf32>
  %pad = tensor.pad %conv low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %lowest : f32
  } : tensor<1x2x4x4xf32> to tensor<1x2x6x6xf32>
  %window = tensor.empty() : tensor<3x3xf32>
  %e = tensor.empty() : tensor<1x2x2x2xf32>
  %fill = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %pool = linalg.pooling_nchw_max {strides = dense<2> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%pad, %window : tensor<1x2x6x6xf32>, tensor<3x3xf32>) outs(%fill : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %norm = ddnn.batch_norm %pool, %scale, %shift : tensor<1x2x2x2xf32>, tensor<2xf32>
  %sign = ddnn.sign %norm : tensor<1x2x2x2xf32> -> tensor<1x2x2x2xi1>
  return %sign : tensor<1x2x2x2xi1>
}

// Arithmetic with constants by channel, on either side of the pool.
// CHECK-LABEL: func.func @arithmetic(
// CHECK:         %[[CONV:.*]] = ddnn.binary_conv_2d
// CHECK:         %[[BIAS:.*]] = linalg.generic {{.*}} ins(%[[CONV]],
// CHECK:         %[[DIFFERENCE:.*]] = linalg.generic {{.*}} ins(%[[BIAS]] : tensor<1x2x4x4xf32>)
// CHECK:           arith.subf
// CHECK:         %[[SIGN:.*]] = ddnn.sign %[[DIFFERENCE]]
// CHECK:         ddnn.binary_pool %[[SIGN]] {all = array<i1: true, true>, {{.*}} -> tensor<1x2x2x2xi1>
func.func @arithmetic(%x: tensor<1x2x4x4xi1>, %w: tensor<2x2x1x1xi1>) -> tensor<1x2x2x2xi1> {
  %lowest = arith.constant 0xFF800000 : f32
  %two = arith.constant 2.0 : f32
  %bias = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %conv = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x2x4x4xi1>, tensor<2x2x1x1xi1> -> tensor<1x2x4x4xf32>
  %e4 = tensor.empty() : tensor<1x2x4x4xf32>
  %biased = linalg.generic {indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>, affine_map<(n, c, h, w) -> (c)>, affine_map<(n, c, h, w) -> (n, c, h, w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%conv, %bias : tensor<1x2x4x4xf32>, tensor<2xf32>) outs(%e4 : tensor<1x2x4x4xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<1x2x4x4xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %e = tensor.empty() : tensor<1x2x2x2xf32>
  %fill = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %pool = linalg.pooling_nchw_max {strides = dense<2> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%biased, %window : tensor<1x2x4x4xf32>, tensor<2x2xf32>) outs(%fill : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %difference = linalg.generic {indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>, affine_map<(n, c, h, w) -> (n, c, h, w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%pool : tensor<1x2x2x2xf32>) outs(%e : tensor<1x2x2x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.subf %two, %a : f32
    linalg.yield %s : f32
  } -> tensor<1x2x2x2xf32>
  %sign = ddnn.sign %difference : tensor<1x2x2x2xf32> -> tensor<1x2x2x2xi1>
  return %sign : tensor<1x2x2x2xi1>
}

// Not where the pooled floats are read elsewhere, nor what is not monotone, nor
// of floats that are no binarized operator's.
// CHECK-LABEL: func.func @refused(
// CHECK-NOT:     ddnn.binary_pool
func.func @refused(%x: tensor<1x2x4x4xi1>, %w: tensor<2x2x1x1xi1>, %f: tensor<1x2x4x4xf32>) -> (tensor<1x2x2x2xi1>, tensor<1x2x2x2xf32>, tensor<1x2x2x2xi1>, tensor<1x2x2x2xi1>) {
  %lowest = arith.constant 0xFF800000 : f32
  %conv = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x2x4x4xi1>, tensor<2x2x1x1xi1> -> tensor<1x2x4x4xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %e = tensor.empty() : tensor<1x2x2x2xf32>
  %fill = linalg.fill ins(%lowest : f32) outs(%e : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %pool = linalg.pooling_nchw_max {strides = dense<2> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%conv, %window : tensor<1x2x4x4xf32>, tensor<2x2xf32>) outs(%fill : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %sign = ddnn.sign %pool : tensor<1x2x2x2xf32> -> tensor<1x2x2x2xi1>
  %second = linalg.pooling_nchw_max {strides = dense<1> : tensor<2xi64>, dilations = dense<2> : tensor<2xi64>} ins(%conv, %window : tensor<1x2x4x4xf32>, tensor<2x2xf32>) outs(%fill : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %square = linalg.generic {indexing_maps = [affine_map<(n, c, h, w) -> (n, c, h, w)>, affine_map<(n, c, h, w) -> (n, c, h, w)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%second : tensor<1x2x2x2xf32>) outs(%e : tensor<1x2x2x2xf32>) {
  ^bb0(%a: f32, %o: f32):
    %s = arith.mulf %a, %a : f32
    linalg.yield %s : f32
  } -> tensor<1x2x2x2xf32>
  %squared = ddnn.sign %square : tensor<1x2x2x2xf32> -> tensor<1x2x2x2xi1>
  %third = linalg.pooling_nchw_max {strides = dense<2> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>} ins(%f, %window : tensor<1x2x4x4xf32>, tensor<2x2xf32>) outs(%fill : tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  %floats = ddnn.sign %third : tensor<1x2x2x2xf32> -> tensor<1x2x2x2xi1>
  return %sign, %pool, %squared, %floats : tensor<1x2x2x2xi1>, tensor<1x2x2x2xf32>, tensor<1x2x2x2xi1>, tensor<1x2x2x2xi1>
}
