// +-1 that are joined by maximum or concatenation are +-1, unless a missing
// member brings zeros: the convolution behind works on bits.
// RUN: ddnn-opt %s --ddnn-recognize-binary | FileCheck %s

// CHECK-LABEL: func.func @main(
// CHECK-DAG:     %[[A:.*]] = ddnn.sign %arg0
// CHECK-DAG:     %[[B:.*]] = ddnn.sign %arg1
// Bits come over the links; they become floats where they are joined.
// CHECK:         %[[FA:.*]] = ddnn.plus_minus_one %[[A]]
// CHECK:         %[[FB:.*]] = ddnn.plus_minus_one %[[B]]
// CHECK:         %[[J:.*]] = ddnn.aggregate concat %[[FA]], %[[FB]] from ["x", "y"] missing blank
// CHECK:         %[[S:.*]] = ddnn.sign %[[J]] {ddnn.node = "joined"} : tensor<1x2x3x3xf32> -> tensor<1x2x3x3xi1>
// CHECK:         %[[C:.*]] = ddnn.binary_conv_2d %[[S]],
// CHECK-SAME:      tensor<1x2x3x3xi1>
// CHECK:         %[[Z:.*]] = ddnn.aggregate concat {{.*}} missing zero
// CHECK-NOT:     ddnn.sign
// CHECK:         %[[D:.*]] = ddnn.binary_conv_2d %[[Z]],
// CHECK-SAME:      tensor<1x2x3x3xf32>
// CHECK:         return %[[C]], %[[D]]
module {
  func.func @main(%x: tensor<1x1x3x3xf32>, %y: tensor<1x1x3x3xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) {
    %w = arith.constant dense<[[[[1.0, -1.0, 1.0], [1.0, 1.0, -1.0], [-1.0, 1.0, 1.0]], [[1.0, -1.0, 1.0], [1.0, 1.0, -1.0], [-1.0, 1.0, 1.0]]]]> : tensor<1x2x3x3xf32>
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<1x1x1x1xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
    %sx = ddnn.sign %x : tensor<1x1x3x3xf32> -> tensor<1x1x3x3xi1>
    %fx = ddnn.plus_minus_one %sx : tensor<1x1x3x3xi1> -> tensor<1x1x3x3xf32>
    %sy = ddnn.sign %y : tensor<1x1x3x3xf32> -> tensor<1x1x3x3xi1>
    %fy = ddnn.plus_minus_one %sy : tensor<1x1x3x3xi1> -> tensor<1x1x3x3xf32>
    %j = ddnn.aggregate concat %fx, %fy from ["x", "y"] missing blank {ddnn.node = "joined"} : (tensor<1x1x3x3xf32>, tensor<1x1x3x3xf32>) -> tensor<1x2x3x3xf32>
    %c = linalg.conv_2d_nchw_fchw ins(%j, %w : tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>) outs(%z : tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
    %k = ddnn.aggregate concat %fx, %fy from ["x", "y"] missing zero : (tensor<1x1x3x3xf32>, tensor<1x1x3x3xf32>) -> tensor<1x2x3x3xf32>
    %d = linalg.conv_2d_nchw_fchw ins(%k, %w : tensor<1x2x3x3xf32>, tensor<1x2x3x3xf32>) outs(%z : tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
    return %c, %d : tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>
  }
}
