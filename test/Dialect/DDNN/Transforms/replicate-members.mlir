// RUN: rm -rf %t && split-file %s %t
// RUN: ddnn-opt %t/net.mlir --ddnn-replicate-members | FileCheck %s --check-prefixes=BLANK,CHECK
// RUN: ddnn-opt %t/options.mlir --ddnn-replicate-members="count=3 kind=max missing=skip after=dense,score" | FileCheck %s
// RUN: ddnn-opt %t/options.mlir --ddnn-replicate-members="count=2 kind=mean missing=blank after=dense,score weights=%t/own.mlir" \
// RUN:   | FileCheck %s --check-prefix=OWN

// BLANK:       module attributes {ddnn.blank = {x.0 = 5.000000e-01 : f64, x.1 = 5.000000e-01 : f64, x.2 = 5.000000e-01 : f64}
// CHECK:       ddnn.cuts = ["dense.0"]
// CHECK-LABEL: func.func @main(
// CHECK-SAME:    %[[X0:[^:]*]]: tensor<1x4xf32> {ddnn.name = "x.0"}, %[[X1:[^:]*]]: tensor<1x4xf32> {ddnn.name = "x.1"}, %[[X2:[^:]*]]: tensor<1x4xf32> {ddnn.name = "x.2"})
// CHECK:         %[[W:.*]] = arith.constant dense<{{.*}}> : tensor<4x4xf32>
// CHECK:         %[[D0:.*]] = linalg.matmul {ddnn.node = "dense.0"} ins(%[[X0]], %[[W]]
// CHECK-DAG:     %[[D1:.*]] = linalg.matmul {ddnn.node = "dense.1"} ins(%[[X1]], %[[W]]
// CHECK-DAG:     %[[D2:.*]] = linalg.matmul {ddnn.node = "dense.2"} ins(%[[X2]], %[[W]]
// CHECK:         %[[D:.*]] = ddnn.aggregate max %[[D0]], %[[D1]], %[[D2]] from ["x.0", "x.1", "x.2"] missing skip {ddnn.node = "dense"}
// The exit's branch is the members' as well.
// CHECK:         %[[S0:.*]] = linalg.exp {ddnn.node = "score.0"} ins(%[[D0]]
// CHECK-DAG:     %[[S1:.*]] = linalg.exp {ddnn.node = "score.1"} ins(%[[D1]]
// CHECK-DAG:     %[[S2:.*]] = linalg.exp {ddnn.node = "score.2"} ins(%[[D2]]
// CHECK:         %[[S:.*]] = ddnn.aggregate max %[[S0]], %[[S1]], %[[S2]] from ["x.0", "x.1", "x.2"] missing skip {ddnn.node = "score"}
// CHECK:         ddnn.exit "early" %[[S]]
// CHECK:         linalg.negf {ddnn.node = "late"} ins(%[[D]]

// OWN-LABEL:   func.func @main(
// OWN-SAME:      %[[X0:[^:]*]]: tensor<1x4xf32> {ddnn.name = "x.0"}, %[[X1:[^:]*]]: tensor<1x4xf32> {ddnn.name = "x.1"})
// OWN-DAG:       %[[W0:.*]] = arith.constant dense<1.000000e+00> : tensor<4x4xf32>
// OWN-DAG:       %[[W1:.*]] = arith.constant dense<2.000000e+00> : tensor<4x4xf32>
// OWN-DAG:       linalg.matmul {ddnn.node = "dense.0"} ins(%[[X0]], %[[W0]]
// OWN-DAG:       linalg.matmul {ddnn.node = "dense.1"} ins(%[[X1]], %[[W1]]
// OWN:           ddnn.aggregate mean {{.*}} missing blank

//--- net.mlir
module attributes {ddnn.blank = {x = 0.5}, ddnn.cuts = ["dense"], ddnn.replicate = {count = 3 : i64, kind = "max", missing = "skip", after = ["dense", "score"]}} {
  func.func @main(%x: tensor<1x4xf32> {ddnn.name = "x"}) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
    %w = arith.constant dense<1.0> : tensor<4x4xf32>
    %e = tensor.empty() : tensor<1x4xf32>
    %d = linalg.matmul {ddnn.node = "dense"} ins(%x, %w : tensor<1x4xf32>, tensor<4x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    %s = linalg.exp {ddnn.node = "score"} ins(%d : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    %y = ddnn.exit "early" %s threshold 0.5 by entropy : tensor<1x4xf32>
    %t = linalg.negf {ddnn.node = "late"} ins(%d : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    %z = ddnn.exit "late" %t threshold 1.0 by entropy : tensor<1x4xf32>
    return %y, %z : tensor<1x4xf32>, tensor<1x4xf32>
  }
}
//--- options.mlir
module attributes {ddnn.cuts = ["dense"]} {
  func.func @main(%x: tensor<1x4xf32> {ddnn.name = "x"}) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
    %w = arith.constant dense<1.0> : tensor<4x4xf32>
    %e = tensor.empty() : tensor<1x4xf32>
    %d = linalg.matmul {ddnn.node = "dense"} ins(%x, %w : tensor<1x4xf32>, tensor<4x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    %s = linalg.exp {ddnn.node = "score"} ins(%d : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    %y = ddnn.exit "early" %s threshold 0.5 by entropy : tensor<1x4xf32>
    %t = linalg.negf {ddnn.node = "late"} ins(%d : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    %z = ddnn.exit "late" %t threshold 1.0 by entropy : tensor<1x4xf32>
    return %y, %z : tensor<1x4xf32>, tensor<1x4xf32>
  }
}
//--- own.mlir
module {
  func.func @main(%x: tensor<1x4xf32> {ddnn.name = "x"}) -> tensor<1x4xf32> {
    %w = arith.constant dense<2.0> : tensor<4x4xf32>
    %e = tensor.empty() : tensor<1x4xf32>
    %d = linalg.matmul {ddnn.node = "dense"} ins(%x, %w : tensor<1x4xf32>, tensor<4x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    %s = linalg.exp {ddnn.node = "score"} ins(%d : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    return %s : tensor<1x4xf32>
  }
}
