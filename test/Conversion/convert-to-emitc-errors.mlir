// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-convert-to-emitc))" --split-input-file --verify-diagnostics

// The conversion is full: what has no C form is an error that names it.

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) {
    // expected-error@+1 {{failed to legalize operation 'memref.alloc'}}
    %a = memref.alloc() : memref<4xf32>
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) {
    %c0 = arith.constant 0 : index
    %0 = memref.load %x[%c0] : memref<4xf32>
    // expected-error@+1 {{failed to legalize operation 'math.atan'}}
    %1 = math.atan %0 : f32
    memref.store %0, %x[%c0] : memref<4xf32>
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<4xi32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) {
    %c0 = arith.constant 0 : index
    %0 = memref.load %x[%c0] : memref<4xi32>
    // expected-error@+1 {{failed to legalize operation 'arith.divui'}}
    %1 = arith.divui %0, %0 : i32
    memref.store %0, %x[%c0] : memref<4xi32>
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<4xi32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) {
    %c0 = arith.constant 0 : index
    %0 = memref.load %x[%c0] : memref<4xi32>
    // C's int32_t is signed.
    // expected-error@+1 {{failed to legalize operation 'arith.uitofp'}}
    %1 = arith.uitofp %0 : i32 to f32
    memref.store %0, %x[%c0] : memref<4xi32>
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<4xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) {
    %c0 = arith.constant 0 : index
    %0 = memref.load %x[%c0] : memref<4xi8>
    // C would compute with int.
    // expected-error@+1 {{failed to legalize operation 'arith.addi'}}
    %1 = arith.addi %0, %0 : i8
    memref.store %0, %x[%c0] : memref<4xi8>
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<4xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) {
    %c0 = arith.constant 0 : index
    %0 = memref.load %x[%c0] : memref<4xi8>
    // C would shift an int.
    // expected-error@+1 {{failed to legalize operation 'arith.shli'}}
    %1 = arith.shli %0, %0 : i8
    memref.store %1, %x[%c0] : memref<4xi8>
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<4xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<4xi1> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %0 = memref.load %x[%c0] : memref<4xi8>
    // The lowest bit in MLIR, any bit in C.
    // expected-error@+1 {{failed to legalize operation 'arith.trunci'}}
    %1 = arith.trunci %0 : i8 to i1
    memref.store %1, %y[%c0] : memref<4xi1>
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<4xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) {
    %c0 = arith.constant 0 : index
    %0 = memref.load %x[%c0] : memref<4xi8>
    // Bytes are unsigned.
    // expected-error@+1 {{failed to legalize operation 'arith.sitofp'}}
    %1 = arith.sitofp %0 : i8 to f32
    memref.store %0, %x[%c0] : memref<4xi8>
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<4xi1> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) {
    %c0 = arith.constant 0 : index
    %0 = memref.load %x[%c0] : memref<4xi1>
    // -1 in MLIR, 1 in C.
    // expected-error@+1 {{failed to legalize operation 'arith.sitofp'}}
    %1 = arith.sitofp %0 : i1 to f32
    memref.store %0, %x[%c0] : memref<4xi1>
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  // expected-error@+2 {{argument #0 of type 'memref<4xf16>' has no C type}}
  // expected-error@+1 {{failed to legalize operation 'func.func'}}
  func.func @step0(%x: memref<4xf16> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) {
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%a: memref<32xi8> {ddnn.memory = #ddnn.memory<kind = arena, index = 0>}, %n: index {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) {
    // expected-error@+1 {{failed to legalize operation 'memref.view'}}
    %b = memref.view %a[%n][] : memref<32xi8> to memref<4xf32>
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %n: index {ddnn.memory = #ddnn.memory<kind = input, index = 1>}) {
    // expected-error@+1 {{failed to legalize operation 'memref.subview'}}
    %b = memref.subview %x[%n] [2] [1] : memref<4xf32> to memref<2xf32, strided<[1], offset: ?>>
    return
  }
}
