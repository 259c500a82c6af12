// RUN: ddnn-opt %s --ddnn-declare-missing --split-input-file | FileCheck %s
// RUN: ddnn-opt %s --ddnn-declare-missing=missing=zero --split-input-file | FileCheck %s --check-prefix=OPTION

// CHECK-LABEL: module @all
// CHECK-NOT:     ddnn.missing
// CHECK:         ddnn.aggregate max {{.*}} missing blank
// CHECK:         ddnn.aggregate concat {{.*}} missing blank
// OPTION-COUNT-2: missing zero
module @all attributes {ddnn.missing = "blank", ddnn.blank = {x = 0.5}} {
  func.func @main(%x: tensor<1x4xf32> {ddnn.name = "x"}, %y: tensor<1x4xf32> {ddnn.name = "y"}) -> (tensor<1x4xf32>, tensor<1x8xf32>) {
    %0 = ddnn.aggregate max %x, %y from ["x", "y"] missing fail {ddnn.node = "m"} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    %1 = ddnn.aggregate concat %x, %y from ["x", "y"] missing fail {ddnn.node = "c"} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
    return %0, %1 : tensor<1x4xf32>, tensor<1x8xf32>
  }
}

// -----

// CHECK-LABEL: module @some
// CHECK:         ddnn.aggregate max {{.*}} missing skip
// CHECK:         ddnn.aggregate concat {{.*}} missing fail
// OPTION-COUNT-2: missing zero
module @some attributes {ddnn.missing = {m = "skip"}} {
  func.func @main(%x: tensor<1x4xf32>, %y: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x8xf32>) {
    %0 = ddnn.aggregate max %x, %y from ["x", "y"] missing fail {ddnn.node = "m"} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    %1 = ddnn.aggregate concat %x, %y from ["x", "y"] missing fail {ddnn.node = "c"} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
    return %0, %1 : tensor<1x4xf32>, tensor<1x8xf32>
  }
}
