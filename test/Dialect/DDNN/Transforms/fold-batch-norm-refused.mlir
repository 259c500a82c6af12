// RUN: ddnn-opt --ddnn-fold-batch-norm %s | FileCheck %s

// Batch norms that must stay what they are.

// All weights are +-1: half of a binarized block.
// CHECK-LABEL: func.func @binary_weights
//       CHECK: ddnn.batch_norm
func.func @binary_weights(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[1.0, -1.0], [-1.0, 1.0]]> : tensor<2x2xf32>
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %shift = arith.constant dense<[0.1, 0.2]> : tensor<2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%z : tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = ddnn.batch_norm %0, %scale, %shift : tensor<1x2xf32>, tensor<2xf32>
  return %1 : tensor<1x2xf32>
}

// A threshold: scale and shift in front of a sign decide its side exactly.
// CHECK-LABEL: func.func @before_sign
//       CHECK: ddnn.batch_norm
func.func @before_sign(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[1.0, 0.5], [2.0, -0.5]]> : tensor<2x2xf32>
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %shift = arith.constant dense<[0.1, 0.2]> : tensor<2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%z : tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = ddnn.batch_norm %0, %scale, %shift : tensor<1x2xf32>, tensor<2xf32>
  %bit2 = ddnn.sign %1 : tensor<1x2xf32> -> tensor<1x2xi1>
  %2 = ddnn.plus_minus_one %bit2 : tensor<1x2xi1> -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// ... through a reshape, too.
// CHECK-LABEL: func.func @before_reshaped_sign
//       CHECK: ddnn.batch_norm
func.func @before_reshaped_sign(%x: tensor<1x2xf32>) -> tensor<1x2x1xf32> {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[1.0, 0.5], [2.0, -0.5]]> : tensor<2x2xf32>
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %shift = arith.constant dense<[0.1, 0.2]> : tensor<2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%z : tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = ddnn.batch_norm %0, %scale, %shift : tensor<1x2xf32>, tensor<2xf32>
  %2 = tensor.expand_shape %1 [[0], [1, 2]] output_shape [1, 2, 1] : tensor<1x2xf32> into tensor<1x2x1xf32>
  %bit3 = ddnn.sign %2 : tensor<1x2x1xf32> -> tensor<1x2x1xi1>
  %3 = ddnn.plus_minus_one %bit3 : tensor<1x2x1xi1> -> tensor<1x2x1xf32>
  return %3 : tensor<1x2x1xf32>
}

// Someone else needs the product as it is.
// CHECK-LABEL: func.func @used_elsewhere
//       CHECK: ddnn.batch_norm
func.func @used_elsewhere(%x: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[1.0, 0.5], [2.0, -0.5]]> : tensor<2x2xf32>
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %shift = arith.constant dense<[0.1, 0.2]> : tensor<2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%z : tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = ddnn.batch_norm %0, %scale, %shift : tensor<1x2xf32>, tensor<2xf32>
  return %0, %1 : tensor<1x2xf32>, tensor<1x2xf32>
}

// 2 * 3e38 has no place in a float.
// CHECK-LABEL: func.func @overflow
//       CHECK: ddnn.batch_norm
func.func @overflow(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[1.0, 0.5], [2.0, -0.5]]> : tensor<2x2xf32>
  %scale = arith.constant dense<[3.0e+38, 3.0]> : tensor<2xf32>
  %shift = arith.constant dense<[0.1, 0.2]> : tensor<2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%z : tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = ddnn.batch_norm %0, %scale, %shift : tensor<1x2xf32>, tensor<2xf32>
  return %1 : tensor<1x2xf32>
}

// Scaled weights would be subnormal and lose their digits.
// CHECK-LABEL: func.func @underflow
//       CHECK: ddnn.batch_norm
func.func @underflow(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[1.0, 0.5], [2.0, -0.5]]> : tensor<2x2xf32>
  %scale = arith.constant dense<[1.0e-39, 3.0]> : tensor<2xf32>
  %shift = arith.constant dense<[0.1, 0.2]> : tensor<2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%z : tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = ddnn.batch_norm %0, %scale, %shift : tensor<1x2xf32>, tensor<2xf32>
  return %1 : tensor<1x2xf32>
}

// The sum does not start at zero: what it starts with would have to be scaled.
// CHECK-LABEL: func.func @starts_elsewhere
//       CHECK: ddnn.batch_norm
func.func @starts_elsewhere(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %zero = arith.constant 1.0 : f32
  %w = arith.constant dense<[[1.0, 0.5], [2.0, -0.5]]> : tensor<2x2xf32>
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %shift = arith.constant dense<[0.1, 0.2]> : tensor<2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%z : tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = ddnn.batch_norm %0, %scale, %shift : tensor<1x2xf32>, tensor<2xf32>
  return %1 : tensor<1x2xf32>
}

// Weights that are computed.
// CHECK-LABEL: func.func @weights_unknown
//       CHECK: ddnn.batch_norm
func.func @weights_unknown(%x: tensor<1x2xf32>, %w: tensor<2x2xf32>) -> tensor<1x2xf32> {
  %zero = arith.constant 0.0 : f32
  
  %scale = arith.constant dense<[2.0, 3.0]> : tensor<2xf32>
  %shift = arith.constant dense<[0.1, 0.2]> : tensor<2xf32>
  %e = tensor.empty() : tensor<1x2xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<1x2xf32>, tensor<2x2xf32>) outs(%z : tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = ddnn.batch_norm %0, %scale, %shift : tensor<1x2xf32>, tensor<2xf32>
  return %1 : tensor<1x2xf32>
}

// A sign behind a max pooling with its padding.
// CHECK-LABEL: func.func @before_pooled_sign
//       CHECK: ddnn.batch_norm
func.func @before_pooled_sign(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant 0xFF800000 : f32
  %w = arith.constant dense<0.5> : tensor<1x1x1x1xf32>
  %scale = arith.constant dense<2.0> : tensor<1xf32>
  %shift = arith.constant dense<1.0> : tensor<1xf32>
  %e = tensor.empty() : tensor<1x1x4x4xf32>
  %window = tensor.empty() : tensor<3x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  %l = linalg.fill ins(%low : f32) outs(%e : tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  %0 = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x1x4x4xf32>, tensor<1x1x1x1xf32>) outs(%z : tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  %1 = ddnn.batch_norm %0, %scale, %shift : tensor<1x1x4x4xf32>, tensor<1xf32>
  %2 = tensor.pad %1 low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%a: index, %b: index, %c: index, %d: index):
    tensor.yield %low : f32
  } : tensor<1x1x4x4xf32> to tensor<1x1x6x6xf32>
  %3 = linalg.pooling_nchw_max ins(%2, %window : tensor<1x1x6x6xf32>, tensor<3x3xf32>) outs(%l : tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  %bit4 = ddnn.sign %3 : tensor<1x1x4x4xf32> -> tensor<1x1x4x4xi1>
  %4 = ddnn.plus_minus_one %bit4 : tensor<1x1x4x4xi1> -> tensor<1x1x4x4xf32>
  return %4 : tensor<1x1x4x4xf32>
}
