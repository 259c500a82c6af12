// RUN: ddnn-opt --ddnn-apply-deployment=tiers=device,cloud --split-input-file --verify-diagnostics %s | FileCheck %s

// Metadata says where exits are; `--tiers` wins over its tiers.
// CHECK-LABEL: module @metadata
// CHECK-SAME: ddnn.labels = ["a", "b"]
// CHECK-DAG: ddnn.exit "local" {{.*}} threshold 2.500000e-01 by entropy on "device"
// CHECK-DAG: ddnn.exit "cloud" {{.*}} threshold 1.000000e+00 by entropy :
module @metadata attributes {ddnn.metadata = {"ddnn.exit.cloud" = "server", "ddnn.exit.local" = "device:0.25", "ddnn.labels" = "a, b", "ddnn.tiers" = "device,server"}} {
  func.func @main(%x: tensor<1x2xf32>, %y: tensor<1x2xf32>) -> (tensor<1x2xf32> {ddnn.name = "local"}, tensor<1x2xf32> {ddnn.name = "cloud"}) {
    return %x, %y : tensor<1x2xf32>, tensor<1x2xf32>
  }
}

// -----

// The model lists the later exit first: it shares more of the trunk.
// CHECK-LABEL: module @order
//       CHECK: func.func @main
//  CHECK-SAME: ddnn.name = "local"{{.*}}ddnn.name = "edge"{{.*}}ddnn.name = "cloud"
module @order attributes {ddnn.metadata = {"ddnn.exit.local" = ":0.1", "ddnn.exit.edge" = ":0.1"}} {
  func.func @main(%x: tensor<1x2xf32>) -> (tensor<1x2xf32> {ddnn.name = "edge"}, tensor<1x2xf32> {ddnn.name = "cloud"}, tensor<1x2xf32> {ddnn.name = "local"}) {
    %bit0 = ddnn.sign %x : tensor<1x2xf32> -> tensor<1x2xi1>
    %0 = ddnn.plus_minus_one %bit0 : tensor<1x2xi1> -> tensor<1x2xf32>
    %1 = arith.negf %0 : tensor<1x2xf32>
    %2 = math.exp %0 : tensor<1x2xf32>
    %3 = arith.negf %2 : tensor<1x2xf32>
    %4 = math.exp %2 : tensor<1x2xf32>
    return %3, %4, %1 : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>
  }
}

// -----

// Scores that are probabilities already, and an exit that the model brought.
// CHECK-LABEL: module @scores
// CHECK: ddnn.exit "soft" {{.*}} threshold 3.000000e-01 by entropy of probabilities
// CHECK: ddnn.exit "log" {{.*}} threshold 1.000000e+00 by entropy of log_probabilities
module @scores {
  func.func @main(%x: tensor<1x2xf32>) -> (tensor<1x2xf32> {ddnn.name = "soft_out"}, tensor<1x2xf32> {ddnn.name = "log"}) {
    %e = tensor.empty() : tensor<1x2xf32>
    %0 = linalg.softmax dimension(1) ins(%x : tensor<1x2xf32>) outs(%e : tensor<1x2xf32>) -> tensor<1x2xf32>
    %1 = ddnn.exit "soft" %0 threshold 0.3 by entropy : tensor<1x2xf32>
    %2 = math.log %0 : tensor<1x2xf32> loc("scores"("LogSoftmax"))
    return %1, %2 : tensor<1x2xf32>, tensor<1x2xf32>
  }
}

// -----

// expected-warning@+1 {{metadata 'ddnn.treshold': unknown key}}
module attributes {ddnn.metadata = {"ddnn.treshold" = "1"}} {
  func.func @main(%x: tensor<1x2xf32>) -> (tensor<1x2xf32> {ddnn.name = "y"}) {
    return %x : tensor<1x2xf32>
  }
}
