// Operations on +-1 as floats, as the importer would have written them.
// RUN: ddnn-opt %s --ddnn-decompose | FileCheck %s

// CHECK-LABEL: func.func @conv(
// CHECK-DAG:     %[[W:.*]] = arith.constant dense<{{\[\[\[\[}}1.000000e+00, -1.000000e+00]]]]> : tensor<1x1x1x2xf32>
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[X:.*]] = linalg.generic {{.*}} ins(%{{.*}} : tensor<1x1x2x2xi1>)
// CHECK:           arith.select
// CHECK:         %[[PAD:.*]] = tensor.pad %[[X]] low[0, 0, 0, 1] high[0, 0, 0, 1] {
// CHECK:           tensor.yield %[[ZERO]]
// CHECK:         linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<[1, 2]> : tensor<2xi64>} ins(%[[PAD]], %[[W]]
func.func @conv(%x: tensor<1x1x2x2xi1>) -> tensor<1x1x2x2xf32> {
  %w = arith.constant dense<[[[[true, false]]]]> : tensor<1x1x1x2xi1>
  %0 = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 1, 0, 1>} : tensor<1x1x2x2xi1>, tensor<1x1x1x2xi1> -> tensor<1x1x2x2xf32>
  return %0 : tensor<1x1x2x2xf32>
}

// CHECK-LABEL: func.func @grouped(
// CHECK-DAG:     %[[W:.*]] = arith.constant dense<1.000000e+00> : tensor<2x3x2x1x1xf32>
// CHECK:         %[[X:.*]] = tensor.expand_shape %arg0 {{\[\[}}0], [1, 2], [3], [4]] {{.*}} : tensor<1x4x2x2xf32> into tensor<1x2x2x2x2xf32>
// CHECK:         %[[SUM:.*]] = linalg.conv_2d_ngchw_gfchw {{.*}} ins(%[[X]], %[[W]]
// CHECK:         tensor.collapse_shape %[[SUM]] {{.*}} into tensor<1x6x2x2xf32>
func.func @grouped(%x: tensor<1x4x2x2xf32>) -> tensor<1x6x2x2xf32> {
  %w = arith.constant dense<true> : tensor<6x2x1x1xi1>
  %0 = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 2 : i64} : tensor<1x4x2x2xf32>, tensor<6x2x1x1xi1> -> tensor<1x6x2x2xf32>
  return %0 : tensor<1x6x2x2xf32>
}

// CHECK-LABEL: func.func @matmul(
// CHECK-DAG:     %[[W:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, -1.000000e+00], [1.000000e+00, 1.000000e+00], [-1.000000e+00, 1.000000e+00]]> : tensor<3x2xf32>
// CHECK:         linalg.matmul ins(%arg0, %[[W]] : tensor<1x3xf32>, tensor<3x2xf32>)
func.func @matmul(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
  %w = arith.constant dense<[[true, true, false], [false, true, true]]> : tensor<2x3xi1>
  %0 = ddnn.binary_matmul %x, %w : tensor<1x3xf32>, tensor<2x3xi1> -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// Where all have to be true, the largest of the opposites is looked for.
// CHECK-LABEL: func.func @pool(
// CHECK-DAG:     %[[OPPOSITE:.*]] = arith.constant dense<[1.000000e+00, -1.000000e+00]> : tensor<2xf32>
// CHECK-DAG:     %[[LOWEST:.*]] = arith.constant 0xFF800000 : f32
// CHECK:         %[[BEFORE:.*]] = linalg.generic {{.*}} ins(%{{.*}}, %[[OPPOSITE]]
// CHECK:           arith.mulf
// CHECK:         %[[PAD:.*]] = tensor.pad %[[BEFORE]] low[0, 0, 1, 1] high[0, 0, 0, 0] {
// CHECK:           tensor.yield %[[LOWEST]]
// CHECK:         %[[MOST:.*]] = linalg.pooling_nchw_max {{.*}} ins(%[[PAD]],
// CHECK:         %[[AFTER:.*]] = linalg.generic {{.*}} ins(%[[MOST]],
// CHECK:           arith.mulf
// CHECK:         linalg.generic {{.*}} ins(%[[AFTER]] : tensor<1x2x3x3xf32>)
// CHECK:           arith.cmpf oge
func.func @pool(%x: tensor<1x2x3x3xi1>) -> tensor<1x2x3x3xi1> {
  %0 = ddnn.binary_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 0, 0>,
      all = array<i1: false, true>} : tensor<1x2x3x3xi1> -> tensor<1x2x3x3xi1>
  return %0 : tensor<1x2x3x3xi1>
}

// CHECK-LABEL: func.func @zero(
// CHECK:         arith.cmpf ogt
// CHECK:         %[[BELOW:.*]] = arith.cmpf olt, %[[X:.*]], %{{.*}}
// CHECK:         %[[REST:.*]] = arith.select %[[BELOW]], %{{.*}}, %[[X]]
// CHECK:         arith.select %{{.*}}, %{{.*}}, %[[REST]]
// CHECK:         arith.cmpf ogt
// CHECK-NOT:     arith.cmpf
func.func @zero(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = ddnn.sign_with_zero %x at_zero 0.0 : tensor<4xf32>
  %1 = ddnn.sign_with_zero %x at_zero -1.0 : tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}
