//--- net.mlir
module {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %e = tensor.empty() : tensor<1x4xf32>
    %a = linalg.negf {ddnn.node = "a"} ins(%x : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    %b = linalg.exp {ddnn.node = "b"} ins(%a : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    return %b : tensor<1x4xf32>
  }
}
//--- other.mlir
module {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %e = tensor.empty() : tensor<1x4xf32>
    %a = linalg.negf {ddnn.node = "a"} ins(%x : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    %b = linalg.tanh {ddnn.node = "b"} ins(%a : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    return %b : tensor<1x4xf32>
  }
}
//--- shorter.mlir
module {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %e = tensor.empty() : tensor<1x4xf32>
    %a = linalg.negf {ddnn.node = "a"} ins(%x : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    return %a : tensor<1x4xf32>
  }
}
