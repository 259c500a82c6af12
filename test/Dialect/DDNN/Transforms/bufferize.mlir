// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-bufferize,func.func(cse,canonicalize)))" --split-input-file | FileCheck %s

// Results become destination arguments with their memory, and the last
// operation writes there without a copy.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>},
// CHECK-SAME:    %[[Y:[^:]*]]: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>})
// CHECK-NEXT:    linalg.exp ins(%[[X]] : memref<4xf32>) outs(%[[Y]] : memref<4xf32>)
// CHECK-NEXT:    return
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) -> (tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %e = tensor.empty() : tensor<4xf32>
    %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}

// -----

// Inputs are never written: an operation that would is given a copy.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: memref<4xf32> {{[^)]*}}, %[[Y:[^:]*]]: memref<4xf32>
// CHECK-NOT:     outs(%[[X]]
// CHECK:         return
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) -> (tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%x : tensor<4xf32>) -> tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}

// -----

// An operand that is still needed is not overwritten, whatever the program
// asks for: the second operation gets a copy of %a to work on.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: memref<4xf32> {{[^)]*}}, %[[Y:[^:]*]]: memref<4xf32>
// CHECK:         %[[A:.*]] = memref.alloc
// CHECK:         linalg.exp ins(%[[X]] : memref<4xf32>) outs(%[[A]] : memref<4xf32>)
// CHECK-NOT:     outs(%[[A]] : memref<4xf32>)
// CHECK:         linalg.add ins(%[[A]], %{{.*}} : memref<4xf32>, memref<4xf32>) outs(%[[Y]] : memref<4xf32>)
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) -> (tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %e = tensor.empty() : tensor<4xf32>
    %a = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    %b = linalg.tanh ins(%a : tensor<4xf32>) outs(%a : tensor<4xf32>) -> tensor<4xf32>
    %c = linalg.add ins(%a, %b : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    return %c : tensor<4xf32>
  }
}

// -----

// A result that is an input, and one that is returned twice, are copied.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: memref<4xf32> {{.*}}index = 0>}, %[[Y:[^:]*]]: memref<4xf32> {{.*}}kind = output, index = 0>}, %[[Z:[^:]*]]: memref<4xf32> {{.*}}kind = slot, index = 0>})
// CHECK-DAG:     linalg.copy ins(%[[X]] : memref<4xf32>) outs(%[[Y]] : memref<4xf32>)
// CHECK-DAG:     linalg.copy ins(%[[X]] : memref<4xf32>) outs(%[[Z]] : memref<4xf32>)
// CHECK:         return
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) -> (tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}, tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = slot, index = 0>}) {
    return %x, %x : tensor<4xf32>, tensor<4xf32>
  }
}

// -----

// Equal constants of a tier, in whichever step, are one global; tiers share
// none. A constant inside of a region is named in the step.

// CHECK-LABEL: ddnn.tier @a
// CHECK-NEXT:    memref.global "private" constant @weights0 : memref<4xf32> = dense<2.0
// CHECK-NEXT:    memref.global "private" constant @weights1 : memref<4xf32> = dense<3.0
// CHECK-NOT:     memref.global
// CHECK:         func.func @step0
// CHECK:           memref.get_global @weights0
// CHECK:           memref.get_global @weights1
// CHECK:         func.func @step1
// CHECK:           memref.get_global @weights0
// CHECK:           linalg.generic
// CHECK-LABEL: ddnn.tier @b
// CHECK-NEXT:    memref.global "private" constant @weights0 : memref<4xf32> = dense<2.0
// CHECK-NEXT:    func.func @step0
// CHECK:           memref.get_global @weights0
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) -> (tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %w = arith.constant dense<2.0> : tensor<4xf32>
    %v = arith.constant dense<3.0> : tensor<4xf32>
    %u = arith.constant dense<[2.0, 2.0, 2.0, 2.0]> : tensor<4xf32>
    %e = tensor.empty() : tensor<4xf32>
    %0 = linalg.add ins(%x, %w : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    %1 = linalg.mul ins(%0, %v : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    %2 = linalg.mul ins(%1, %u : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    return %2 : tensor<4xf32>
  }
  func.func @step1(%x: tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) -> (tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 1>}) {
    %e = tensor.empty() : tensor<4xf32>
    %0 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
        ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) {
      ^bb0(%a: f32, %b: f32):
        %w = arith.constant dense<2.0> : tensor<4xf32>
        %i = linalg.index 0 : index
        %v = tensor.extract %w[%i] : tensor<4xf32>
        %s = arith.addf %a, %v : f32
        linalg.yield %s : f32
    } -> tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}
ddnn.tier @b index 1 spec <name = "b", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) -> (tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %w = arith.constant dense<2.0> : tensor<4xf32>
    %e = tensor.empty() : tensor<4xf32>
    %0 = linalg.add ins(%x, %w : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}

// -----

// Two results that start from one fill: it stands in each of their memories, and
// neither is written over the other.

// CHECK-LABEL: ddnn.tier @fills
// CHECK:       func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: memref<4x8xf32> {{[^)]*}}, %[[Y:[^:]*]]: memref<4x8xf32> {{[^)]*}}, %[[A:[^:]*]]: memref<4xf32> {{[^)]*}}, %[[B:[^:]*]]: memref<4xf32>
// CHECK-NOT:     memref.alloc
// CHECK:         linalg.generic {{.*}} outs(%[[A]] : memref<4xf32>)
// CHECK:         linalg.generic {{.*}} outs(%[[B]] : memref<4xf32>)
// CHECK:         linalg.generic {{.*}} ins(%[[X]] : memref<4x8xf32>) outs(%[[A]] : memref<4xf32>)
// CHECK:         linalg.generic {{.*}} ins(%[[Y]] : memref<4x8xf32>) outs(%[[B]] : memref<4xf32>)
// CHECK-NOT:     linalg.copy
ddnn.tier @fills index 0 spec <name = "fills", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<4x8xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: tensor<4x8xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 1>})
      -> (tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}, tensor<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 1>}) {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<4xf32>
    %f = linalg.generic {indexing_maps = [affine_map<(i) -> ()>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
        ins(%zero : f32) outs(%e : tensor<4xf32>) {
      ^bb0(%z: f32, %o: f32):
        linalg.yield %z : f32
    } -> tensor<4xf32>
    %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
        ins(%x : tensor<4x8xf32>) outs(%f : tensor<4xf32>) {
      ^bb0(%v: f32, %o: f32):
        %s = arith.addf %o, %v : f32
        linalg.yield %s : f32
    } -> tensor<4xf32>
    %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
        ins(%y : tensor<4x8xf32>) outs(%f : tensor<4xf32>) {
      ^bb0(%v: f32, %o: f32):
        %s = arith.addf %o, %v : f32
        linalg.yield %s : f32
    } -> tensor<4xf32>
    return %0, %1 : tensor<4xf32>, tensor<4xf32>
  }
}
