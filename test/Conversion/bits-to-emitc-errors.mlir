// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-convert-to-emitc))" --split-input-file --verify-diagnostics

// What words of bits have no C form for.

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}, %z: memref<64xi64> {ddnn.memory = #ddnn.memory<kind = output, index = 1>}) {
    %c0 = arith.constant 0 : index
    %w = memref.load %z[%c0] : memref<64xi64>
    // Words have 32 bits.
    // expected-error@+1 {{failed to legalize operation 'math.ctpop'}}
    %0 = math.ctpop %w : i64
    memref.store %0, %z[%c0] : memref<64xi64>
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}, %z: memref<64xi64> {ddnn.memory = #ddnn.memory<kind = output, index = 1>}) {
    %c0 = arith.constant 0 : index
    %v = ddnn.load_word %x[%c0] : memref<64xi8> -> vector<8xi32>
    // Bits are counted and added, never multiplied.
    // expected-error@+1 {{failed to legalize operation 'arith.muli'}}
    %0 = arith.muli %v, %v : vector<8xi32>
    ddnn.store_word %0, %y[%c0] : vector<8xi32>, memref<64xi8>
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}, %z: memref<64xi64> {ddnn.memory = #ddnn.memory<kind = output, index = 1>}) {
    %c0 = arith.constant 0 : index
    %v = ddnn.load_word %x[%c0] : memref<64xi8> -> vector<8xi32>
    // Words are shifted before they go to all lanes.
    // expected-error@+1 {{failed to legalize operation 'arith.shli'}}
    %0 = arith.shli %v, %v : vector<8xi32>
    ddnn.store_word %0, %y[%c0] : vector<8xi32>, memref<64xi8>
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}, %z: memref<64xi64> {ddnn.memory = #ddnn.memory<kind = output, index = 1>}) {
    %c0 = arith.constant 0 : index
    %w = ddnn.load_word %x[%c0] : memref<64xi8> -> i32
    // What C makes of a negative word is the compiler's choice.
    // expected-error@+1 {{failed to legalize operation 'arith.shrsi'}}
    %0 = arith.shrsi %w, %w : i32
    ddnn.store_word %0, %y[%c0] : i32, memref<64xi8>
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}, %z: memref<64xi64> {ddnn.memory = #ddnn.memory<kind = output, index = 1>}) {
    %c0 = arith.constant 0 : index
    %v = ddnn.load_word %x[%c0] : memref<64xi8> -> vector<8xi32>
    // Lanes are signed, and >= is the comparison of thresholds.
    // expected-error@+1 {{failed to legalize operation 'arith.cmpi'}}
    %t = arith.cmpi ult, %v, %v : vector<8xi32>
    %0 = ddnn.mask_bits %t : vector<8xi1> -> i32
    ddnn.store_word %0, %y[%c0] : i32, memref<64xi8>
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}, %z: memref<64xi64> {ddnn.memory = #ddnn.memory<kind = output, index = 1>}) {
    %c0 = arith.constant 0 : index
    %b = ddnn.load_word %x[%c0] : memref<64xi8> -> i8
    // expected-error@+1 {{failed to legalize operation 'vector.broadcast'}}
    %0 = vector.broadcast %b : i8 to vector<8xi8>
    %1 = vector.extract %0[0] : i8 from vector<8xi8>
    memref.store %1, %y[%c0] : memref<64xi8>
    return
  }
}
