// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-convert-to-emitc, cse))" --split-input-file | FileCheck %s

// Packed bits are bytes, read and written as words by macros of the prologue:
// of 8 and 16 bits as they are, of 32 as C's int32_t, of a vector anywhere.

// CHECK-LABEL: ddnn.tier @t
// CHECK:       emitc.func @step0(%[[X:[^:]*]]: !emitc.opaque<"const uint8_t *restrict">, %[[Y:[^:]*]]: !emitc.opaque<"uint8_t *restrict">)
// CHECK-DAG:     %[[C4:.*]] = literal "4" : !emitc.ptrdiff_t
// CHECK-DAG:     %[[B:.*]] = call_opaque "DDNN_WORD_8"(%[[X]], %[[C4]]) : ({{.*}}) -> ui8
// CHECK-DAG:     %[[H:.*]] = call_opaque "DDNN_WORD_16"(%[[X]], %[[C4]]) : ({{.*}}) -> ui16
// CHECK-DAG:     %[[W:.*]] = call_opaque "DDNN_WORD_32"(%[[X]], %[[C4]]) : ({{.*}}) -> i32
// CHECK-DAG:     %[[V:.*]] = call_opaque "DDNN_LOAD_BYTES_I32X8"(%[[X]], %[[C4]]) : ({{.*}}) -> !emitc.opaque<"ddnn_i32x8">
// CHECK:         call_opaque "DDNN_STORE_WORD_8"(%[[B]], %[[Y]], %[[C4]]) : (ui8, {{.*}}) -> ()
// CHECK:         call_opaque "DDNN_STORE_WORD_16"(%[[H]], %[[Y]], %[[C4]]) : (ui16, {{.*}}) -> ()
// CHECK:         call_opaque "DDNN_STORE_WORD_32"(%[[W]], %[[Y]], %[[C4]]) : (i32, {{.*}}) -> ()
// CHECK:         call_opaque "DDNN_STORE_BYTES_I32X8"(%[[V]], %[[Y]], %[[C4]])
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c4 = arith.constant 4 : index
    %b = ddnn.load_word %x[%c4] : memref<64xi8> -> i8
    %h = ddnn.load_word %x[%c4] : memref<64xi8> -> i16
    %w = ddnn.load_word %x[%c4] : memref<64xi8> -> i32
    %v = ddnn.load_word %x[%c4] : memref<64xi8> -> vector<8xi32>
    ddnn.store_word %b, %y[%c4] : i8, memref<64xi8>
    ddnn.store_word %h, %y[%c4] : i16, memref<64xi8>
    ddnn.store_word %w, %y[%c4] : i32, memref<64xi8>
    ddnn.store_word %v, %y[%c4] : vector<8xi32>, memref<64xi8>
    return
  }
}

// -----

// Words of vectors: operators of C where there are some, else macros. Weights
// are int32_t in memory.

// CHECK-LABEL: ddnn.tier @t
// CHECK-DAG:     %[[W:.*]] = call_opaque "DDNN_LOAD_I32X8"(%{{.*}}, %{{.*}}) : (!emitc.opaque<"const int32_t *restrict">, !emitc.ptrdiff_t) -> !emitc.opaque<"ddnn_i32x8">
// CHECK-DAG:     %[[S:.*]] = call_opaque "DDNN_WORD_32"(
// CHECK-DAG:     %[[ALL:.*]] = call_opaque "DDNN_SPLAT_I32X8"(%[[S]]) : (i32) -> !emitc.opaque<"ddnn_i32x8">
// CHECK-DAG:     %[[MASK:.*]] = literal "DDNN_SPLAT_I32X8(60)" : !emitc.opaque<"ddnn_i32x8">
// CHECK-DAG:     %[[FLIPS:.*]] = literal "((ddnn_i32x8){1, 2, 3, 4, -5, 6, 7, (-2147483647 - 1)})" : !emitc.opaque<"ddnn_i32x8">
// CHECK:         %[[X:.*]] = bitwise_xor %[[W]], %[[ALL]]
// CHECK:         %[[M:.*]] = bitwise_and %[[X]], %[[MASK]]
// CHECK:         %[[O:.*]] = bitwise_or %[[M]], %[[FLIPS]]
// CHECK:         %[[N:.*]] = call_opaque "DDNN_POPCOUNT_I32X8"(%[[O]]) : (!emitc.opaque<"ddnn_i32x8">) -> !emitc.opaque<"ddnn_i32x8">
// CHECK:         %[[D:.*]] = add %[[N]], %[[N]] : (!emitc.opaque<"ddnn_i32x8">, !emitc.opaque<"ddnn_i32x8">) -> !emitc.opaque<"ddnn_i32x8">
// CHECK:         %[[T:.*]] = sub %[[W]], %[[D]]
// CHECK:         %[[SHUFFLED:.*]] = call_opaque "__builtin_shuffle
// CHECK:         %[[L:.*]] = call_opaque "DDNN_VECTOR_I32X8"(%[[S]], %[[S]], %[[S]], %[[S]], %[[S]], %[[S]], %[[S]], %[[S]])
// CHECK:         %[[F:.*]] = call_opaque "DDNN_FLOATS_I32X8"(%[[L]]) : (!emitc.opaque<"ddnn_i32x8">) -> !emitc.opaque<"ddnn_f32x8">
// CHECK:         call_opaque "DDNN_STORE_F32X8"(%[[F]],
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %w: memref<64xi32> {ddnn.memory = #ddnn.memory<kind = input, index = 1>}, %y: memref<64xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}, %z: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = output, index = 1>}) {
    %c0 = arith.constant 0 : index
    %mask = arith.constant dense<60> : vector<8xi32>
    %flips = arith.constant dense<[1, 2, 3, 4, -5, 6, 7, -2147483648]> : vector<8xi32>
    %v = vector.load %w[%c0] : memref<64xi32>, vector<8xi32>
    %s = ddnn.load_word %x[%c0] : memref<64xi8> -> i32
    %a = vector.broadcast %s : i32 to vector<8xi32>
    %0 = arith.xori %v, %a : vector<8xi32>
    %1 = arith.andi %0, %mask : vector<8xi32>
    %2 = arith.ori %1, %flips : vector<8xi32>
    %3 = math.ctpop %2 : vector<8xi32>
    %4 = arith.addi %3, %3 : vector<8xi32>
    %5 = arith.subi %v, %4 : vector<8xi32>
    %6 = vector.shuffle %5, %v [0, 8, 1, 9, 2, 10, 3, 11] : vector<8xi32>, vector<8xi32>
    ddnn.store_word %6, %z[%c0] : vector<8xi32>, memref<64xi8>
    %7 = vector.from_elements %s, %s, %s, %s, %s, %s, %s, %s : vector<8xi32>
    %8 = arith.sitofp %7 : vector<8xi32> to vector<8xf32>
    vector.store %8, %y[%c0] : memref<64xf32>, vector<8xf32>
    return
  }
}

// -----

// Truth values are bits of a word, a comparison with >= and its bits are one
// macro, of words or floats.

// CHECK-LABEL: ddnn.tier @t
// CHECK:         %[[V:.*]] = call_opaque "DDNN_LOAD_BYTES_I32X16"
// CHECK:         %[[T:.*]] = cmp ge, %[[V]], %[[V]] : (!emitc.opaque<"ddnn_i32x16">, !emitc.opaque<"ddnn_i32x16">) -> !emitc.opaque<"ddnn_i32x16">
// CHECK:         %[[M:.*]] = call_opaque "DDNN_BITS_I32X16"(%[[T]]) : (!emitc.opaque<"ddnn_i32x16">) -> i32
// CHECK:         call_opaque "DDNN_BITS_GE_I32X16"(%[[V]], %[[V]]) : (!emitc.opaque<"ddnn_i32x16">, !emitc.opaque<"ddnn_i32x16">) -> i32
// CHECK:         call_opaque "DDNN_BITS_GE_F32X16"(%{{.*}}, %{{.*}}) : (!emitc.opaque<"ddnn_f32x16">, !emitc.opaque<"ddnn_f32x16">) -> i32
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "skylake-avx512", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %f: memref<64xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 1>}, %y: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %v = ddnn.load_word %x[%c0] : memref<64xi8> -> vector<16xi32>
    %t = arith.cmpi sge, %v, %v : vector<16xi32>
    %m = ddnn.mask_bits %t : vector<16xi1> -> i32
    ddnn.store_word %m, %y[%c0] : i32, memref<64xi8>
    %n = ddnn.compare_bits %v ge %v : vector<16xi32> -> i32
    ddnn.store_word %n, %y[%c0] : i32, memref<64xi8>
    %l = vector.load %f[%c0] : memref<64xf32>, vector<16xf32>
    %o = ddnn.compare_bits %l ge %l : vector<16xf32> -> i32
    ddnn.store_word %o, %y[%c0] : i32, memref<64xi8>
    return
  }
}

// -----

// A word alone, for a processor without vectors: shifts are of unsigned words,
// as C's of negative ones are not defined; low bits are unsigned bytes.

// CHECK-LABEL: ddnn.tier @t
// CHECK:         %[[W:.*]] = call_opaque "DDNN_WORD_32"(
// CHECK:         call_opaque "DDNN_POPCOUNT_32"(%{{.*}}) : (i32) -> i32
// CHECK:         %[[U:.*]] = cast %[[W]] : i32 to ui32
// CHECK:         %[[L:.*]] = bitwise_left_shift %[[U]], %{{.*}} : (ui32, ui32) -> ui32
// CHECK:         cast %[[L]] : ui32 to i32
// CHECK:         %[[R:.*]] = bitwise_right_shift %{{.*}}, %{{.*}} : (ui32, ui32) -> ui32
// CHECK:         %[[S:.*]] = cast %[[R]] : ui32 to i32
// CHECK:         %[[B:.*]] = cast %[[S]] : i32 to ui8
// CHECK:         call_opaque "DDNN_STORE_WORD_8"(%[[B]],
// CHECK:         %[[H:.*]] = cast %[[S]] : i32 to ui16
// CHECK:         call_opaque "DDNN_STORE_WORD_16"(%[[H]],
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "cortex-m3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %two = arith.constant 2 : i32
    %w = ddnn.load_word %x[%c0] : memref<64xi8> -> i32
    %n = math.ctpop %w : i32
    ddnn.store_word %n, %y[%c0] : i32, memref<64xi8>
    %l = arith.shli %w, %two : i32
    ddnn.store_word %l, %y[%c0] : i32, memref<64xi8>
    %r = arith.shrui %w, %two : i32
    %b = arith.trunci %r : i32 to i8
    ddnn.store_word %b, %y[%c0] : i8, memref<64xi8>
    %h = arith.trunci %r : i32 to i16
    ddnn.store_word %h, %y[%c0] : i16, memref<64xi8>
    return
  }
}
