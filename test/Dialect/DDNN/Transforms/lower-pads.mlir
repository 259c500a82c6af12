// RUN: ddnn-opt %s --pass-pipeline="builtin.module(func.func(ddnn-lower-pads))" | FileCheck %s

// Members of different widths follow one another.
// CHECK-LABEL: func.func @concat(
// CHECK-SAME:    %[[A:[^:]*]]: tensor<1x4xf32>, %[[B:[^:]*]]: tensor<1x3xf32>)
// CHECK:         %[[T:.*]] = tensor.empty() : tensor<1x7xf32>
// CHECK:         %[[U:.*]] = tensor.insert_slice %[[A]] into %[[T]][0, 0] [1, 4] [1, 1]
// CHECK:         tensor.insert_slice %[[B]] into %[[U]][0, 4] [1, 3] [1, 1]
func.func @concat(%a: tensor<1x4xf32>, %b: tensor<1x3xf32>) -> tensor<1x7xf32> {
  %0 = tensor.concat dim(1) %a, %b : (tensor<1x4xf32>, tensor<1x3xf32>) -> tensor<1x7xf32>
  return %0 : tensor<1x7xf32>
}

// A pad is a fill with a slice in it.
// CHECK-LABEL: func.func @pad
// CHECK-NOT:     tensor.pad
// CHECK:         linalg.fill
// CHECK:         tensor.insert_slice %{{.*}} into %{{.*}}[0, 1] [1, 4] [1, 1]
func.func @pad(%x: tensor<1x4xf32>) -> tensor<1x7xf32> {
  %c = arith.constant 0.5 : f32
  %1 = tensor.pad %x low[0, 1] high[0, 2] {
    ^bb0(%i: index, %j: index):
      tensor.yield %c : f32
  } : tensor<1x4xf32> to tensor<1x7xf32>
  return %1 : tensor<1x7xf32>
}
