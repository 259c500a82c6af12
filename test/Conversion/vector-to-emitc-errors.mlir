// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-convert-to-emitc))" --split-input-file --verify-diagnostics

// Vectors are of one register, and do what a register can.

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<64xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<64xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %m = memref.expand_shape %x [[0, 1]] output_shape [8, 8] : memref<64xf32> into memref<8x8xf32>
    // expected-error@+1 {{failed to legalize operation 'vector.load'}}
    %v = vector.load %m[%c0, %c0] : memref<8x8xf32>, vector<2x8xf32>
    return
  }
}

// -----

// Lanes that differ have no literal.

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<64xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<64xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    // expected-error@+1 {{failed to legalize operation 'arith.constant'}}
    %s = arith.constant dense<[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]> : vector<8xf32>
    vector.store %s, %y[%c0] : memref<64xf32>, vector<8xf32>
    return
  }
}

// -----

// There is no exponential of vectors.

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<64xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<64xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %v = vector.load %x[%c0] : memref<64xf32>, vector<8xf32>
    // expected-error@+1 {{failed to legalize operation 'math.exp'}}
    %s = math.exp %v : vector<8xf32>
    vector.store %s, %y[%c0] : memref<64xf32>, vector<8xf32>
    return
  }
}

// -----

// An outer product is a multiply-add: it adds, to something, a vector times a
// scalar.

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<64xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<64xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %v = vector.load %x[%c0] : memref<64xf32>, vector<8xf32>
    %r = memref.load %x[%c0] : memref<64xf32>
    // expected-error@+1 {{failed to legalize operation 'vector.outerproduct'}}
    %s = vector.outerproduct %v, %r, %v {kind = #vector.kind<mul>} : vector<8xf32>, f32
    vector.store %s, %y[%c0] : memref<64xf32>, vector<8xf32>
    return
  }
}
