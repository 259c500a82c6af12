// RUN: ddnn-opt --ddnn-fold-batch-norm %s | FileCheck %s

// Weights are multiplied by their channel's scale, the bias becomes
// bias * scale + shift and takes the batch norm's name.
// CHECK-LABEL: func.func @conv
//       CHECK: arith.constant dense<{{\[\[\[\[}}2.000000e+00]]], {{\[\[\[}}-1.500000e+00]]]]> : tensor<2x1x1x1xf32>
//       CHECK: linalg.conv_2d_nchw_fchw {ddnn.node = "conv"}
//       CHECK: arith.constant dense<[2.500000e+01, -1.200000e+01]> : tensor<2xf32>
//       CHECK: linalg.generic {{.*}}ddnn.node = "bn"
//   CHECK-NOT: ddnn.batch_norm
func.func @conv(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[[[1.0]]], [[[3.0]]]]> : tensor<2x1x1x1xf32>
  %b = arith.constant dense<[10.0, 20.0]> : tensor<2xf32>
  %scale = arith.constant dense<[2.0, -0.5]> : tensor<2xf32>
  %shift = arith.constant dense<[5.0, -2.0]> : tensor<2xf32>
  %e = tensor.empty() : tensor<1x2x4x4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "conv"} ins(%x, %w : tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) outs(%z : tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(a, b, c, d) -> (a, b, c, d)>, affine_map<(a, b, c, d) -> (b)>, affine_map<(a, b, c, d) -> (a, b, c, d)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%0, %b : tensor<1x2x4x4xf32>, tensor<2xf32>) outs(%e : tensor<1x2x4x4xf32>) attrs = {ddnn.node = "conv"} {
  ^bb0(%i: f32, %j: f32, %o: f32):
    %s = arith.addf %i, %j : f32
    linalg.yield %s : f32
  } -> tensor<1x2x4x4xf32>
  %2 = ddnn.batch_norm %1, %scale, %shift {ddnn.node = "bn"} : tensor<1x2x4x4xf32>, tensor<2xf32>
  return %2 : tensor<1x2x4x4xf32>
}

// Channels of a grouped convolution are groups times filters.
// CHECK-LABEL: func.func @grouped
//       CHECK: arith.constant dense<{{\[\[\[\[\[}}2.000000e+00]]]], {{\[\[\[\[}}1.500000e+01]]]]]> : tensor<2x1x1x1x1xf32>
//       CHECK: linalg.conv_2d_ngchw_gfchw
//       CHECK: tensor.collapse_shape
//       CHECK: linalg.generic
//   CHECK-NOT: ddnn.batch_norm
func.func @grouped(%x: tensor<1x2x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[[[[1.0]]]], [[[[3.0]]]]]> : tensor<2x1x1x1x1xf32>
  %scale = arith.constant dense<[2.0, 5.0]> : tensor<2xf32>
  %shift = arith.constant dense<[1.0, 1.0]> : tensor<2xf32>
  %e = tensor.empty() : tensor<1x2x1x4x4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2x1x4x4xf32>) -> tensor<1x2x1x4x4xf32>
  %0 = linalg.conv_2d_ngchw_gfchw ins(%x, %w : tensor<1x2x1x4x4xf32>, tensor<2x1x1x1x1xf32>) outs(%z : tensor<1x2x1x4x4xf32>) -> tensor<1x2x1x4x4xf32>
  %1 = tensor.collapse_shape %0 [[0], [1, 2], [3], [4]] : tensor<1x2x1x4x4xf32> into tensor<1x2x4x4xf32>
  %2 = ddnn.batch_norm %1, %scale, %shift : tensor<1x2x4x4xf32>, tensor<2xf32>
  return %2 : tensor<1x2x4x4xf32>
}

// A product whose sums reach 1e11 under a variance of 4e20: scales near 5e-11
// are far from underflow.
// CHECK-LABEL: func.func @matmul
//       CHECK: arith.constant dense<{{\[\[}}5.000000e-11, 9.99999996E-12], [1.000000e-10, -9.99999996E-12]]> : tensor<2x2xf32>
//       CHECK: linalg.matmul
//   CHECK-NOT: ddnn.batch_norm
func.func @matmul(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[1.0, 0.5], [2.0, -0.5]]> : tensor<2x2xf32>
  %scale = arith.constant dense<[5.0e-11, 2.0e-11]> : tensor<2xf32>
  %shift = arith.constant dense<[0.1, 0.2]> : tensor<2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%z : tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = ddnn.batch_norm %0, %scale, %shift : tensor<1x2xf32>, tensor<2xf32>
  return %1 : tensor<1x2xf32>
}
