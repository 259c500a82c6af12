// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-lower-windows, func.func(canonicalize, cse)))" --split-input-file | FileCheck %s

// Windows on packed bits. With K taps times channels inside of the image the sum
// is K - 2 times the number of bits that differ: exclusive or, population count.

// Two channels, 1x3, pads at both ends, two pixels by one vector of 8 outputs:
// three taps share a word, two bits each. The first pixel lacks the first tap:
// bits 2 to 5 are counted, 60, and K is 4. The second one has all six.

// CHECK-LABEL: func.func @step0(
// CHECK-DAG:     %[[LAST:.*]] = arith.constant dense<15> : vector<8xi32>
// CHECK-DAG:     %[[FIRST:.*]] = arith.constant dense<60> : vector<8xi32>
// CHECK-DAG:     %[[SIX:.*]] = arith.constant dense<6> : vector<8xi32>
// CHECK-DAG:     %[[FOUR:.*]] = arith.constant dense<4> : vector<8xi32>
// CHECK-DAG:     %[[TWO:.*]] = arith.constant 2 : i32
// CHECK-DAG:     %[[BY4:.*]] = arith.constant 4 : i32
// CHECK:         %[[B0:.*]] = ddnn.load_word %{{.*}}[%c0] : memref<6xi8> -> i8
// CHECK:         %[[P0:.*]] = arith.extui %[[B0]] : i8 to i32
// CHECK:         %[[S0:.*]] = arith.shli %[[P0]], %[[TWO]]
// CHECK:         %[[B1:.*]] = ddnn.load_word %{{.*}}[%c1] : memref<6xi8> -> i8
// CHECK:         %[[P1:.*]] = arith.extui %[[B1]] : i8 to i32
// CHECK:         %[[S1:.*]] = arith.shli %[[P1]], %[[BY4]]
// CHECK:         %[[TAPS:.*]] = arith.ori %[[S0]], %[[S1]]
// CHECK:         %[[W:.*]] = vector.load %arg1[%c0] : memref<8xi32>, vector<8xi32>
// CHECK:         %[[ALL:.*]] = vector.broadcast %[[TAPS]] : i32 to vector<8xi32>
// CHECK:         %[[X:.*]] = arith.xori %[[W]], %[[ALL]]
// CHECK:         %[[M:.*]] = arith.andi %[[X]], %[[FIRST]]
// CHECK:         %[[N:.*]] = math.ctpop %[[M]] : vector<8xi32>
// CHECK:         %[[X1:.*]] = arith.xori %[[W]], %
// CHECK-NEXT:    %[[N1:.*]] = math.ctpop %[[X1]]
// CHECK:         %[[D:.*]] = arith.addi %[[N]], %[[N]]
// CHECK-NEXT:    %[[SUM:.*]] = arith.subi %[[FOUR]], %[[D]]
// CHECK-NEXT:    %[[F:.*]] = arith.sitofp %[[SUM]] : vector<8xi32> to vector<8xf32>
// CHECK-NEXT:    vector.store %[[F]]
// CHECK:         %[[D1:.*]] = arith.addi %[[N1]], %[[N1]]
// CHECK-NEXT:    arith.subi %[[SIX]], %[[D1]]

// The tile in the middle masks nothing, the last one its last pixel's last tap.

// CHECK:         math.ctpop
// CHECK-NOT:     arith.andi
// CHECK:         math.ctpop
// CHECK-NOT:     arith.andi
// CHECK:         math.ctpop
// CHECK:         %[[L:.*]] = arith.andi %{{.*}}, %[[LAST]]
// CHECK-NEXT:    math.ctpop %[[L]]
// CHECK-NOT:     math.ctpop
// CHECK:         return
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x1x6x1xi8>, %w: memref<8xi32>, %y: memref<1x1x1x6x8xf32>) {
    ddnn.window binary(%x, %w) into %y
        {kernel = array<i64: 1, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 1, 0, 1>, channels = 2 : i64, tile = array<i64: 2, 1>}
        : (memref<1x1x1x6x1xi8>, memref<8xi32>, memref<1x1x1x6x8xf32>) -> () {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        ddnn.yield %0 : f32
    }
    return
  }
}

// -----

// 40 channels are two words of a pixel, read one after the other for each row of
// the kernel that is inside of the image: so many rows times 40 is K.

// CHECK-LABEL: func.func @step0(
// CHECK:         scf.for %[[Y:.*]] = %c0 to %c3
// CHECK:           %[[LOWER:.*]] = arith.select
// CHECK:           %[[UPPER:.*]] = arith.select
// CHECK:           %[[COUNT:.*]] = scf.for %{{.*}} = %[[LOWER]] to %[[UPPER]]
// CHECK:             scf.for %{{.*}} = %c0 to %c2 step %c1 iter_args(%[[ACC:.*]] = %
// CHECK:               %[[W:.*]] = vector.load %arg1[
// CHECK:               %[[B:.*]] = ddnn.load_word %{{.*}} : memref<24xi8> -> i32
// CHECK:               %[[ALL:.*]] = vector.broadcast %[[B]]
// CHECK:               %[[X:.*]] = arith.xori %[[W]], %[[ALL]]
// CHECK-NEXT:          %[[N:.*]] = math.ctpop %[[X]]
// CHECK-NEXT:          arith.addi %[[ACC]], %[[N]]
// CHECK:           %[[ROWS:.*]] = arith.subi %[[UPPER]], %[[LOWER]] : index
// CHECK:           %[[K:.*]] = arith.muli %[[ROWS]], %c40 : index
// CHECK:           %[[WORD:.*]] = arith.index_cast %[[K]] : index to i32
// CHECK:           %[[TOTAL:.*]] = vector.broadcast %[[WORD]] : i32 to vector<8xi32>
// CHECK:           %[[D:.*]] = arith.addi %[[COUNT]], %[[COUNT]]
// CHECK:           arith.subi %[[TOTAL]], %[[D]]
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x3x1x8xi8>, %w: memref<48xi32>, %y: memref<1x1x3x1x8xf32>) {
    ddnn.window binary(%x, %w) into %y
        {kernel = array<i64: 3, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 0, 1, 0>, channels = 40 : i64, tile = array<i64: 1, 1>}
        : (memref<1x1x3x1x8xi8>, memref<48xi32>, memref<1x1x3x1x8xf32>) -> () {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        ddnn.yield %0 : f32
    }
    return
  }
}

// -----

// A kernel as large as the image: lanes are words of it. 36 bytes are two vectors
// of four lanes and a word; two outputs have a sum each, which become one vector
// of sums. K is 9 * 32. A byte takes two comparisons of four lanes.

// CHECK-LABEL: func.func @step0(
// CHECK-DAG:     %[[K:.*]] = arith.constant dense<288> : vector<4xi32>
// CHECK:         %[[SUMS:.*]]:2 = scf.for %{{.*}} = %c0 to %c2
// CHECK:           %[[PART:.*]] = ddnn.load_word %{{.*}} : memref<36xi8> -> vector<4xi32>
// CHECK:           arith.xori %[[PART]], %
// CHECK-NEXT:      math.ctpop
// CHECK:           arith.xori %[[PART]], %
// CHECK-NEXT:      math.ctpop
// CHECK:         vector.shuffle %[[SUMS]]#0, %{{.*}} [2, 3, 6, 7]
// CHECK:         vector.shuffle %[[SUMS]]#1, %{{.*}} [2, 3, 6, 7]
// CHECK:         vector.shuffle %{{.*}}, %{{.*}} [1, 5, 3, 7]
// CHECK:         %[[WHOLE:.*]] = arith.addi
// CHECK:         %[[LAST:.*]] = ddnn.load_word %{{.*}}[%c32] : memref<36xi8> -> i32
// CHECK:         %[[R0:.*]] = memref.load %arg1[%c8]
// CHECK:         %[[X0:.*]] = arith.xori %[[LAST]], %[[R0]] : i32
// CHECK:         %[[N0:.*]] = math.ctpop %[[X0]] : i32
// CHECK:         %[[R1:.*]] = memref.load %arg1[%c17]
// CHECK:         %[[X1:.*]] = arith.xori %[[LAST]], %[[R1]] : i32
// CHECK:         %[[N1:.*]] = math.ctpop %[[X1]] : i32
// CHECK:         %[[REST:.*]] = vector.from_elements %[[N0]], %[[N1]], %{{.*}}, %{{.*}} : vector<4xi32>
// CHECK:         %[[N:.*]] = arith.addi %[[WHOLE]], %[[REST]]
// CHECK:         %[[D:.*]] = arith.addi %[[N]], %[[N]]
// CHECK:         %[[S:.*]] = arith.subi %[[K]], %[[D]]
// CHECK:         %[[LOW:.*]] = ddnn.compare_bits %[[S]] ge %
// CHECK:         %[[NONE:.*]] = ddnn.compare_bits %
// CHECK:         %[[HIGH:.*]] = arith.shli %[[NONE]], %c4_i32
// CHECK:         %[[BITS:.*]] = arith.ori %[[LOW]], %[[HIGH]]
// CHECK:         %[[BYTE:.*]] = arith.trunci %[[BITS]] : i32 to i8
// CHECK:         ddnn.store_word %[[BYTE]], %{{.*}}[%c0] : i8, memref<1xi8>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x3x3x4xi8>, %w: memref<18xi32>, %e0: memref<2x4xi32>, %y: memref<1x1x1x1x1xi8>) {
    ddnn.window binary(%x, %w) with (%e0) into %y
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 32 : i64, tile = array<i64: 1, 2>}
        : (memref<1x1x3x3x4xi8>, memref<18xi32>, memref<2x4xi32>, memref<1x1x1x1x1xi8>) -> () {
      ^bb0(%v: i32, %l: i32):
        %0 = arith.cmpi sge, %v, %l : i32
        ddnn.yield %0 : i1
    }
    return
  }
}

// -----

// 16 lanes are two bytes: a comparison, a store.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[M0:.*]] = ddnn.compare_bits %{{.*}} ge %{{.*}} : vector<16xi32> -> i32
// CHECK:         %[[H0:.*]] = arith.trunci %[[M0]] : i32 to i16
// CHECK:         ddnn.store_word %[[H0]], %{{.*}}[%c0] : i16
// CHECK:         %[[M1:.*]] = ddnn.compare_bits
// CHECK:         %[[H1:.*]] = arith.trunci %[[M1]] : i32 to i16
// CHECK:         ddnn.store_word %[[H1]], %{{.*}}[%c2] : i16
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v4", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x1x1x4xi8>, %w: memref<32xi32>, %e0: memref<2x16xi32>, %y: memref<1x1x1x1x4xi8>) {
    ddnn.window binary(%x, %w) with (%e0) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 32 : i64, tile = array<i64: 1, 2>}
        : (memref<1x1x1x1x4xi8>, memref<32xi32>, memref<2x16xi32>, memref<1x1x1x1x4xi8>) -> () {
      ^bb0(%v: i32, %l: i32):
        %0 = arith.cmpi sge, %v, %l : i32
        ddnn.yield %0 : i1
    }
    return
  }
}

// -----

// A region that is no comparison with >= of its own has its truth values as they
// are: here the comparison is with <.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[BITS:.*]] = arith.cmpi slt, %{{.*}}, %{{.*}} : vector<16xi32>
// CHECK:         ddnn.mask_bits %[[BITS]] : vector<16xi1> -> i32
// CHECK-NOT:     ddnn.compare_bits
// CHECK:         return
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v4", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x1x1x4xi8>, %w: memref<32xi32>, %e0: memref<2x16xi32>, %y: memref<1x1x1x1x4xi8>) {
    ddnn.window binary(%x, %w) with (%e0) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 32 : i64, tile = array<i64: 1, 2>}
        : (memref<1x1x1x1x4xi8>, memref<32xi32>, memref<2x16xi32>, memref<1x1x1x1x4xi8>) -> () {
      ^bb0(%v: i32, %l: i32):
        %0 = arith.cmpi slt, %v, %l : i32
        ddnn.yield %0 : i1
    }
    return
  }
}

// -----

// A sign of floats.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[V:.*]] = vector.load %{{.*}} : memref<8xf32>, vector<8xf32>
// CHECK:         %[[L:.*]] = vector.load %{{.*}} : memref<8xf32>, vector<8xf32>
// CHECK:         %[[M:.*]] = ddnn.compare_bits %[[V]] ge %[[L]] : vector<8xf32> -> i32
// CHECK:         %[[B:.*]] = arith.trunci %[[M]] : i32 to i8
// CHECK:         ddnn.store_word %[[B]]
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x1x1x8xf32>, %e0: memref<1x8xf32>, %y: memref<1x1x1x1x1xi8>) {
    ddnn.window max(%x) with (%e0) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 1, 1>}
        : (memref<1x1x1x1x8xf32>, memref<1x8xf32>, memref<1x1x1x1x1xi8>) -> () {
      ^bb0(%v: f32, %l: f32):
        %0 = arith.cmpf oge, %v, %l : f32
        ddnn.yield %0 : i1
    }
    return
  }
}

// -----

// Any of 2x2; flips, 1 of the first byte and 2 of the second, 513, make AND of OR
// in their channels: not any that is not.

// CHECK-LABEL: func.func @step0(
// CHECK-DAG:     %[[FLIPS:.*]] = arith.constant 513 : i32
// CHECK:         %[[ANY:.*]] = scf.for %{{.*}} = %c0 to %c2 step %c1 iter_args(%[[ACC:.*]] = %c0_i32)
// CHECK:           %[[H0:.*]] = ddnn.load_word %{{.*}} : memref<8xi8> -> i16
// CHECK:           %[[W0:.*]] = arith.extui %[[H0]]
// CHECK:           %[[F0:.*]] = arith.xori %[[W0]], %[[FLIPS]]
// CHECK:           %[[O0:.*]] = arith.ori %[[ACC]], %[[F0]]
// CHECK:           %[[F1:.*]] = arith.xori %{{.*}}, %[[FLIPS]]
// CHECK:           arith.ori %[[O0]], %[[F1]]
// CHECK:         arith.xori %[[ANY]], %[[FLIPS]]
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x2x2x2xi8>, %y: memref<1x1x1x1x2xi8>) {
    ddnn.window any(%x) into %y
        {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, flips = array<i8: 1, 2>, tile = array<i64: 1, 1>}
        : (memref<1x1x2x2x2xi8>, memref<1x1x1x1x2xi8>) -> () {
      ^bb0(%v: i8):
        ddnn.yield %v : i8
    }
    return
  }
}

// -----

// Neighbours are pooled in vectors where all their taps are inside: of ten pixels
// with one on the left, the first alone, then eight, then the last eight, seven
// of them again.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[FIRST:.*]] = ddnn.load_word %{{.*}}[%c0] : memref<40xi8> -> i32
// CHECK-NEXT:    ddnn.store_word %[[FIRST]], %{{.*}}[%c0] : i32
// CHECK:         %[[A:.*]] = ddnn.load_word %{{.*}}[%c0] : memref<40xi8> -> vector<8xi32>
// CHECK-NEXT:    %[[B:.*]] = ddnn.load_word %{{.*}}[%c4] : memref<40xi8> -> vector<8xi32>
// CHECK-NEXT:    %[[O:.*]] = arith.ori %[[A]], %[[B]]
// CHECK-NEXT:    ddnn.store_word %[[O]], %{{.*}}[%c4] : vector<8xi32>
// CHECK:         ddnn.load_word %{{.*}}[%c4] : memref<40xi8> -> vector<8xi32>
// CHECK-NEXT:    ddnn.load_word %{{.*}}[%c8] : memref<40xi8> -> vector<8xi32>
// CHECK-NEXT:    %[[R:.*]] = arith.ori
// CHECK-NEXT:    ddnn.store_word %[[R]], %{{.*}}[%c8] : vector<8xi32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x1x10x4xi8>, %y: memref<1x1x1x10x4xi8>) {
    ddnn.window any(%x) into %y
        {kernel = array<i64: 1, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 1, 0, 0>, tile = array<i64: 1, 1>}
        : (memref<1x1x1x10x4xi8>, memref<1x1x1x10x4xi8>) -> () {
      ^bb0(%v: i8):
        ddnn.yield %v : i8
    }
    return
  }
}

// -----

// Without vectors, few channels: the word of a pixel's taps is made before the
// loop over outputs, with a mask of those that are inside.

// CHECK-LABEL: func.func @step0(
// CHECK:         scf.for %{{.*}} = %c0 to %c4
// CHECK:           %[[IN:.*]] = arith.cmpi sgt
// CHECK:           scf.if %[[IN]] -> (i32) {
// CHECK:             ddnn.load_word %{{.*}} : memref<4xi8> -> i8
// CHECK:           arith.select %[[IN]], %c3_i32, %c0_i32 : i32
// CHECK:           %[[WORD:.*]] = arith.ori
// CHECK:           %[[MASK:.*]] = arith.ori
// CHECK:           scf.for %[[O:.*]] = %c0 to %c2
// CHECK:             %[[W:.*]] = memref.load %arg1[%[[O]]] : memref<2xi32>
// CHECK:             %[[X:.*]] = arith.xori %{{.*}}, %[[W]] : i32
// CHECK:             %[[M:.*]] = arith.andi %[[X]], %
// CHECK:             math.ctpop %[[M]] : i32
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "cortex-m3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x1x4x1xi8>, %w: memref<2xi32>, %y: memref<1x2x1x4x1xf32>) {
    ddnn.window binary(%x, %w) into %y
        {kernel = array<i64: 1, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 1, 0, 1>, channels = 2 : i64}
        : (memref<1x1x1x4x1xi8>, memref<2xi32>, memref<1x2x1x4x1xf32>) -> () {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        ddnn.yield %0 : f32
    }
    return
  }
}

// -----

// Many channels: a word of a tap at a time, nothing unrolled. K is 2 * 40.

// CHECK-LABEL: func.func @step0(
// CHECK-DAG:     %[[K:.*]] = arith.constant 80 : i32
// CHECK:         scf.for %{{.*}} = %c0 to %c3
// CHECK:           scf.for %{{.*}} = %c0 to %c2
// CHECK:             %[[N:.*]] = scf.for %{{.*}} = %c0 to %c2
// CHECK:               scf.for %{{.*}} = %c0 to %c2
// CHECK:                 ddnn.load_word %{{.*}} : memref<32xi8> -> i32
// CHECK:                 memref.load
// CHECK:                 arith.xori
// CHECK:                 math.ctpop
// CHECK-NOT:       math.ctpop
// CHECK:             %[[D:.*]] = arith.addi %[[N]], %[[N]]
// CHECK:             arith.subi %[[K]], %[[D]]
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "cortex-m3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x1x4x8xi8>, %w: memref<8xi32>, %y: memref<1x2x1x3x1xf32>) {
    ddnn.window binary(%x, %w) into %y
        {kernel = array<i64: 1, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 40 : i64}
        : (memref<1x1x1x4x8xi8>, memref<8xi32>, memref<1x2x1x3x1xf32>) -> () {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        ddnn.yield %0 : f32
    }
    return
  }
}

// -----

// A row of six bytes, a word and two bytes that become one; the bits of eight
// outputs are shifted into place one by one and stored together.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[BITS:.*]] = scf.for %[[O:.*]] = %c0 to %c8 step %c1 iter_args(%[[ACC:.*]] = %c0_i32)
// CHECK:           ddnn.load_word %{{.*}}[%c0] : memref<6xi8> -> i32
// CHECK:           ddnn.load_word %{{.*}}[%c4] : memref<6xi8> -> i8
// CHECK:           ddnn.load_word %{{.*}}[%c5] : memref<6xi8> -> i8
// CHECK:           %[[GE:.*]] = arith.cmpi sge
// CHECK:           %[[BIT:.*]] = arith.extui %[[GE]] : i1 to i32
// CHECK:           %[[I:.*]] = arith.index_cast %[[O]] : index to i32
// CHECK:           %[[AT:.*]] = arith.shli %[[BIT]], %[[I]]
// CHECK:           arith.ori %[[ACC]], %[[AT]]
// CHECK:         %[[BYTE:.*]] = arith.trunci %[[BITS]] : i32 to i8
// CHECK:         ddnn.store_word %[[BYTE]], %{{.*}} : i8, memref<1xi8>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "cortex-m3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x1x6x1xi8>, %w: memref<16xi32>, %e0: memref<8x1xi32>, %y: memref<1x1x1x1x1xi8>) {
    ddnn.window binary(%x, %w) with (%e0) into %y
        {kernel = array<i64: 1, 6>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 8 : i64}
        : (memref<1x1x1x6x1xi8>, memref<16xi32>, memref<8x1xi32>, memref<1x1x1x1x1xi8>) -> () {
      ^bb0(%v: i32, %l: i32):
        %0 = arith.cmpi sge, %v, %l : i32
        ddnn.yield %0 : i1
    }
    return
  }
}
