// What members send for a blank view is computed here, once for each, and
// belongs to the tier that joins them.
// RUN: ddnn-opt %s --ddnn-evaluate-blanks --split-input-file | FileCheck %s
// Twice is as good as once.
// RUN: ddnn-opt %s --ddnn-evaluate-blanks --ddnn-evaluate-blanks --split-input-file | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>

// 0.5 * 3 is 1.5, and 0 for the input that nothing is said of; bytes are 200.
// CHECK-LABEL: module @floats
// CHECK-DAG:     %[[A:.*]] = arith.constant {ddnn.tier = "cloud"} dense<1.500000e+00> : tensor<1x2xf32>
// CHECK-DAG:     %[[B:.*]] = arith.constant {ddnn.tier = "cloud"} dense<0.000000e+00> : tensor<1x2xf32>
// CHECK-DAG:     %[[C:.*]] = arith.constant {ddnn.tier = "cloud"} dense<2.000000e+02> : tensor<1x2xf32>
// CHECK:         ddnn.aggregate max {{.*}} missing blank blank(%[[A]], %[[B]], %[[C]] :
// CHECK:         ddnn.aggregate mean {{.*}} missing skip {
module @floats attributes {ddnn.blank = {x = 0.5, z = 200.0}} {
  func.func @main(%x: tensor<1x2xf32> {ddnn.name = "x"}, %y: tensor<1x2xf32> {ddnn.name = "y"}, %z: tensor<1x2xi8> {ddnn.name = "z"}) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
    %three = arith.constant dense<3.0> : tensor<1x2xf32>
    %e = tensor.empty() : tensor<1x2xf32>
    %a = linalg.mul {ddnn.tier = "device"} ins(%x, %three : tensor<1x2xf32>, tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
    %c = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
        ins(%z : tensor<1x2xi8>) outs(%e : tensor<1x2xf32>) attrs = {ddnn.tier = "device"} {
      ^bb0(%v: i8, %o: f32):
        %0 = arith.uitofp %v : i8 to f32
        linalg.yield %0 : f32
    } -> tensor<1x2xf32>
    %0 = ddnn.aggregate max %a, %y, %c from ["x", "y", "z"] missing blank {ddnn.tier = "cloud"}
        : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
    %1 = ddnn.aggregate mean %a, %y from ["x", "y"] missing skip {ddnn.tier = "cloud"}
        : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
    return %0, %1 : tensor<1x2xf32>, tensor<1x2xf32>
  }
}

// -----

// A binarized block, padding and all: a window at the border counts two taps
// by two, one in the middle three by three.
// CHECK-LABEL: module @binary
// CHECK:         arith.constant dense<{{\[\[\[\[}}4.000000e+00, 6.000000e+00, 4.000000e+00], [6.000000e+00, 9.000000e+00, 6.000000e+00], [4.000000e+00, 6.000000e+00, 4.000000e+00]]]]> : tensor<1x1x3x3xf32>
module @binary attributes {ddnn.blank = {x = 1.0}} {
  func.func @main(%x: tensor<1x1x3x3xf32> {ddnn.name = "x"}, %y: tensor<1x1x3x3xf32> {ddnn.name = "y"}) -> tensor<1x2x3x3xf32> {
    %w = arith.constant dense<true> : tensor<1x1x3x3xi1>
    %s = ddnn.sign %x : tensor<1x1x3x3xf32> -> tensor<1x1x3x3xi1>
    %a = ddnn.binary_conv_2d %s, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : tensor<1x1x3x3xi1>, tensor<1x1x3x3xi1> -> tensor<1x1x3x3xf32>
    %0 = ddnn.aggregate concat %a, %y from ["x", "y"] missing blank : (tensor<1x1x3x3xf32>, tensor<1x1x3x3xf32>) -> tensor<1x2x3x3xf32>
    return %0 : tensor<1x2x3x3xf32>
  }
}
