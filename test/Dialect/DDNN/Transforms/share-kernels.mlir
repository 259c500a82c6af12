// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-share-kernels))" --split-input-file | FileCheck %s

// Two layers of the same shape compute the same on other buffers: one function
// stays, calls of the other go there, and it names both nodes. They remain two
// layers.

// CHECK-LABEL: ddnn.tier @t
// CHECK:         func.func private @first(%{{.*}}: memref<4xf32>, %{{.*}}: memref<4xf32>) attributes {ddnn.flops = 4 : i64, ddnn.node = "Relu a; Relu b"} {
// CHECK-NOT:     @second
// CHECK:         func.func @step0(%[[X:[^:]*]]: memref<4xf32>, %[[Y:[^:]*]]: memref<4xf32>, %[[Z:[^:]*]]: memref<4xf32>)
// CHECK-NEXT:      call @first(%[[X]], %[[Y]]) {ddnn.layer = #ddnn.layer<index = 0, nodes = ["Relu a"], flops = 4>}
// CHECK-NEXT:      call @first(%[[Y]], %[[Z]]) {ddnn.layer = #ddnn.layer<index = 1, nodes = ["Relu b"], flops = 4>}
// CHECK-NEXT:      return
// The second step calls it too.
// CHECK:         func.func @step1(
// CHECK-NEXT:      call @first(
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func private @first(%x: memref<4xf32>, %y: memref<4xf32>) attributes {ddnn.node = "Relu a", ddnn.flops = 4 : i64} {
    %c0 = arith.constant 0 : index
    %0 = memref.load %x[%c0] : memref<4xf32> loc("a")
    memref.store %0, %y[%c0] : memref<4xf32>
    return
  }
  func.func private @second(%x: memref<4xf32>, %y: memref<4xf32>) attributes {ddnn.node = "Relu b", ddnn.flops = 4 : i64} {
    %c0 = arith.constant 0 : index
    %0 = memref.load %x[%c0] : memref<4xf32> loc("b")
    memref.store %0, %y[%c0] : memref<4xf32>
    return
  }
  func.func @step0(%x: memref<4xf32>, %y: memref<4xf32>, %z: memref<4xf32>) {
    call @first(%x, %y) {ddnn.layer = #ddnn.layer<index = 0, nodes = ["Relu a"], flops = 4>} : (memref<4xf32>, memref<4xf32>) -> ()
    call @second(%y, %z) {ddnn.layer = #ddnn.layer<index = 1, nodes = ["Relu b"], flops = 4>} : (memref<4xf32>, memref<4xf32>) -> ()
    return
  }
  func.func @step1(%x: memref<4xf32>, %y: memref<4xf32>) {
    call @second(%x, %y) : (memref<4xf32>, memref<4xf32>) -> ()
    return
  }
}

// -----

// Kernels that differ stay apart: in a constant, an operation, its operands, in
// the types of their arguments.

// CHECK-LABEL: ddnn.tier @t
// CHECK:         func.func private @add
// CHECK-SAME:      ddnn.node = "Add a"}
// CHECK:         func.func private @other_constant
// CHECK-SAME:      ddnn.node = "Add b"}
// CHECK:         func.func private @other_operation
// CHECK-SAME:      ddnn.node = "Sub c"}
// CHECK:         func.func private @other_operand
// CHECK-SAME:      ddnn.node = "Sub d"}
// CHECK:         func.func private @other_type
// CHECK-SAME:      ddnn.node = "Add e"}
// CHECK:         func.func @step0(
// CHECK:           call @add(
// CHECK-NEXT:      call @other_constant(
// CHECK-NEXT:      call @other_operation(
// CHECK-NEXT:      call @other_operand(
// CHECK-NEXT:      call @other_type(
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func private @add(%x: memref<4xf32>) attributes {ddnn.node = "Add a"} {
    %c0 = arith.constant 0 : index
    %one = arith.constant 1.0 : f32
    %0 = memref.load %x[%c0] : memref<4xf32>
    %1 = arith.addf %0, %one : f32
    memref.store %1, %x[%c0] : memref<4xf32>
    return
  }
  func.func private @other_constant(%x: memref<4xf32>) attributes {ddnn.node = "Add b"} {
    %c0 = arith.constant 0 : index
    %two = arith.constant 2.0 : f32
    %0 = memref.load %x[%c0] : memref<4xf32>
    %1 = arith.addf %0, %two : f32
    memref.store %1, %x[%c0] : memref<4xf32>
    return
  }
  func.func private @other_operation(%x: memref<4xf32>) attributes {ddnn.node = "Sub c"} {
    %c0 = arith.constant 0 : index
    %one = arith.constant 1.0 : f32
    %0 = memref.load %x[%c0] : memref<4xf32>
    %1 = arith.subf %0, %one : f32
    memref.store %1, %x[%c0] : memref<4xf32>
    return
  }
  func.func private @other_operand(%x: memref<4xf32>) attributes {ddnn.node = "Sub d"} {
    %c0 = arith.constant 0 : index
    %one = arith.constant 1.0 : f32
    %0 = memref.load %x[%c0] : memref<4xf32>
    %1 = arith.subf %one, %0 : f32
    memref.store %1, %x[%c0] : memref<4xf32>
    return
  }
  func.func private @other_type(%x: memref<8xf32>) attributes {ddnn.node = "Add e"} {
    %c0 = arith.constant 0 : index
    %one = arith.constant 1.0 : f32
    %0 = memref.load %x[%c0] : memref<8xf32>
    %1 = arith.addf %0, %one : f32
    memref.store %1, %x[%c0] : memref<8xf32>
    return
  }
  func.func @step0(%x: memref<4xf32>, %y: memref<8xf32>) {
    call @add(%x) : (memref<4xf32>) -> ()
    call @other_constant(%x) : (memref<4xf32>) -> ()
    call @other_operation(%x) : (memref<4xf32>) -> ()
    call @other_operand(%x) : (memref<4xf32>) -> ()
    call @other_type(%y) : (memref<8xf32>) -> ()
    return
  }
}

// -----

// Steps are the tier's interface: two that do the same remain two. What one
// tier has, another one does not use.

// CHECK-LABEL: ddnn.tier @a
// CHECK:         func.func private @kernel
// CHECK:         func.func @step0
// CHECK:         func.func @step1
// CHECK-LABEL: ddnn.tier @b
// CHECK:         func.func private @kernel
// CHECK:         func.func @step0
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func private @kernel(%x: memref<4xf32>) attributes {ddnn.node = "Relu a"} {
    return
  }
  func.func @step0(%x: memref<4xf32>) {
    call @kernel(%x) : (memref<4xf32>) -> ()
    return
  }
  func.func @step1(%x: memref<4xf32>) {
    call @kernel(%x) : (memref<4xf32>) -> ()
    return
  }
}
ddnn.tier @b index 1 spec <name = "b", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func private @kernel(%x: memref<4xf32>) attributes {ddnn.node = "Relu a"} {
    return
  }
  func.func @step0(%x: memref<4xf32>) {
    call @kernel(%x) : (memref<4xf32>) -> ()
    return
  }
}
