module {
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    return %3, %7 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}
