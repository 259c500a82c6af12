// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-outline-kernels))" --split-input-file | FileCheck %s

// Consecutive operations that write one buffer are a kernel with the first
// node's name: a fill and a product here. A kernel has its own copy of views
// and constants; its arguments are whole buffers. 4 x 2 FLOPs.

// CHECK-LABEL: func.func private @kernel_layer_fc(
// CHECK-SAME:    %[[O:[^:]*]]: memref<4xf32>, %[[X:[^:]*]]: memref<2x4xf32>) attributes {ddnn.flops = 8 : i64, ddnn.node = "Gemm layer/fc"}
// CHECK-DAG:     memref.collapse_shape %[[X]]
// CHECK-DAG:     arith.constant 0.0
// CHECK:         scf.for
// CHECK:         scf.for
// CHECK:       func.func private @copy_layer_fc(
// CHECK-SAME:    ddnn.flops = 0
// CHECK:       func.func @step0(%[[X:.*]]: memref<2x4xf32> {{.*}}, %[[Y:.*]]: memref<4xf32>
// CHECK-NEXT:    %[[A:.*]] = memref.alloc()
// CHECK-NEXT:    call @kernel_layer_fc(%[[A]], %[[X]]) {ddnn.layer = #ddnn.layer<index = 0, nodes = ["Gemm layer/fc"], flops = 8>}
// CHECK-NEXT:    call @copy_layer_fc(%[[A]], %[[Y]]) {ddnn.layer = #ddnn.layer<index = 1, nodes = ["Gemm layer/fc"], flops = 0>}
// CHECK-NEXT:    return
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<2x4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %zero = arith.constant 0.0 : f32
    %a = memref.alloc() : memref<4xf32>
    %v = memref.collapse_shape %x [[0, 1]] : memref<2x4xf32> into memref<8xf32>
    scf.for %i = %c0 to %c4 step %c1 {
      memref.store %zero, %a[%i] : memref<4xf32>
    } loc("layer/fc"("Gemm"))
    scf.for %i = %c0 to %c4 step %c1 {
      %0 = memref.load %v[%i] : memref<8xf32>
      %1 = memref.load %a[%i] : memref<4xf32>
      %2 = arith.mulf %0, %0 : f32
      %3 = arith.addf %2, %1 : f32
      memref.store %3, %a[%i] : memref<4xf32>
    } loc("layer/fc"("Gemm"))
    scf.for %i = %c0 to %c4 step %c1 {
      %0 = memref.load %a[%i] : memref<4xf32>
      memref.store %0, %y[%i] : memref<4xf32>
    } loc("layer/fc"("Gemm"))
    return
  }
}

// -----

// Names are unique in a tier, whatever the nodes are called, and no tier's names
// depend on another's; nor do the numbers of its layers.

// CHECK-LABEL: ddnn.tier @a
// CHECK:         func.func private @copy_n_a({{.*}}ddnn.node = "n/a"
// CHECK:         func.func private @copy_n_a_1({{.*}}ddnn.node = "n.a"
// CHECK:         call @copy_n_a({{.*}}#ddnn.layer<index = 0, nodes = ["n/a"], flops = 0>
// CHECK:         call @copy_n_a_1({{.*}}#ddnn.layer<index = 1, nodes = ["n.a"], flops = 0>
// CHECK-LABEL: ddnn.tier @b
// CHECK:         func.func private @copy_n_a({{.*}}ddnn.node = "n/a"
// CHECK:         call @copy_n_a({{.*}}#ddnn.layer<index = 0, nodes = ["n/a"], flops = 0>
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}, %z: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 1>}) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    scf.for %i = %c0 to %c4 step %c1 {
      %0 = memref.load %x[%i] : memref<4xf32>
      memref.store %0, %y[%i] : memref<4xf32>
    } loc("n/a")
    scf.for %i = %c0 to %c4 step %c1 {
      %0 = memref.load %x[%i] : memref<4xf32>
      memref.store %0, %z[%i] : memref<4xf32>
    } loc("n.a")
    return
  }
}
ddnn.tier @b index 1 spec <name = "b", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}, %z: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 1>}) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    scf.for %i = %c0 to %c4 step %c1 {
      %0 = memref.load %x[%i] : memref<4xf32>
      memref.store %0, %y[%i] : memref<4xf32>
    } loc("n/a")
    return
  }
}

// -----

// A scalar does not cross kernels: all between the one that makes it and its
// user, here inside of a loop two buffers later, become one kernel. The buffer
// that is allocated between them comes before the call.

// CHECK:       func.func private @kernel_s(
// CHECK:         memref.load
// CHECK-COUNT-3: scf.for
// CHECK:       func.func @step0
// CHECK:         memref.alloc
// It is one layer of four nodes.
// CHECK-NEXT:    call @kernel_s({{.*}}#ddnn.layer<index = 0, nodes = ["s", "y", "a", "z"]
// CHECK-NEXT:    return
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}, %z: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 1>}) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %s = memref.load %x[%c0] : memref<4xf32> loc("s")
    %t = arith.addf %s, %s : f32 loc("s")
    scf.for %i = %c0 to %c4 step %c1 {
      %0 = memref.load %x[%i] : memref<4xf32>
      memref.store %0, %y[%i] : memref<4xf32>
    } loc("y")
    %a = memref.alloc() : memref<4xf32>
    scf.for %i = %c0 to %c4 step %c1 {
      %0 = memref.load %x[%i] : memref<4xf32>
      memref.store %0, %a[%i] : memref<4xf32>
    } loc("a")
    scf.for %i = %c0 to %c4 step %c1 {
      %0 = memref.load %a[%i] : memref<4xf32>
      %1 = arith.mulf %0, %t : f32
      memref.store %1, %z[%i] : memref<4xf32>
    } loc("z")
    return
  }
}
