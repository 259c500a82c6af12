// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-convert-to-emitc, cse))" --split-input-file | FileCheck %s

// A vector of one register is a vector type of C, what C cannot do with one is a
// macro of the prologue. An address is a pointer and one index, in which strides
// and offset of a view are counted.

// CHECK-LABEL: ddnn.tier @t
// CHECK:       emitc.func @step0(%[[X:[^:]*]]: !emitc.opaque<"const float *restrict">, %[[Y:[^:]*]]: !emitc.opaque<"float *restrict">)
// CHECK:         %[[C8:.*]] = literal "8" : !emitc.ptrdiff_t
// CHECK:         %[[V:.*]] = call_opaque "DDNN_LOAD_F32X8"(%[[X]], %[[C8]]) : (!emitc.opaque<"const float *restrict">, !emitc.ptrdiff_t) -> !emitc.opaque<"ddnn_f32x8">
// CHECK:         %[[C25:.*]] = literal "25" : !emitc.ptrdiff_t
// CHECK:         call_opaque "DDNN_STORE_F32X8"(%[[V]], %[[Y]], %[[C25]]) : (!emitc.opaque<"ddnn_f32x8">, !emitc.opaque<"float *restrict">, !emitc.ptrdiff_t) -> ()
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<32xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<4x16xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %v = vector.load %x[%c8] : memref<32xf32>, vector<8xf32>
    %s = memref.subview %y[0, 8] [4, 8] [1, 1] : memref<4x16xf32> to memref<4x8xf32, strided<[16, 1], offset: 8>>
    vector.store %v, %s[%c1, %c1] : memref<4x8xf32, strided<[16, 1], offset: 8>>, vector<8xf32>
    return
  }
}

// -----

// A register of another width has macros of its own. Vector times vector plus
// vector, and scalar times vector plus vector, are the same macro: C widens the
// scalar. Its operands are factor, factor, sum.

// CHECK-LABEL: ddnn.tier @t
// CHECK-DAG:     %[[V:.*]] = call_opaque "DDNN_LOAD_F32X16"(
// CHECK-DAG:     %[[S:.*]] = load %{{.*}} : <f32>
// CHECK:         %[[F:.*]] = call_opaque "DDNN_FMA_F32X16"(%[[V]], %[[V]], %[[V]]) : (!emitc.opaque<"ddnn_f32x16">, !emitc.opaque<"ddnn_f32x16">, !emitc.opaque<"ddnn_f32x16">) -> !emitc.opaque<"ddnn_f32x16">
// CHECK:         %[[A:.*]] = call_opaque "DDNN_FMA_F32X16"(%[[S]], %[[V]], %[[F]]) : (f32, !emitc.opaque<"ddnn_f32x16">, !emitc.opaque<"ddnn_f32x16">) -> !emitc.opaque<"ddnn_f32x16">
// CHECK:         call_opaque "DDNN_STORE_F32X16"(%[[A]],
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "skylake-avx512", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %v = vector.load %x[%c0] : memref<16xf32>, vector<16xf32>
    %s = memref.load %x[%c0] : memref<16xf32>
    %f = vector.fma %v, %v, %v : vector<16xf32>
    %a = vector.outerproduct %v, %s, %f {kind = #vector.kind<add>} : vector<16xf32>, f32
    vector.store %a, %y[%c0] : memref<16xf32>, vector<16xf32>
    return
  }
}

// -----

// Arithmetic is C's own. A scalar from elsewhere is widened by a macro, and so
// is a constant.

// CHECK-LABEL: ddnn.tier @t
// CHECK-DAG:     %[[TWO:.*]] = literal "DDNN_SPLAT_F32X8(2.0f)" : !emitc.opaque<"ddnn_f32x8">
// CHECK-DAG:     %[[V:.*]] = call_opaque "DDNN_LOAD_F32X8"(
// CHECK-DAG:     %[[S:.*]] = load %{{.*}} : <f32>
// CHECK:         %[[W:.*]] = call_opaque "DDNN_SPLAT_F32X8"(%[[S]]) : (f32) -> !emitc.opaque<"ddnn_f32x8">
// CHECK:         %[[A:.*]] = add %[[V]], %[[W]] : (!emitc.opaque<"ddnn_f32x8">, !emitc.opaque<"ddnn_f32x8">) -> !emitc.opaque<"ddnn_f32x8">
// CHECK:         %[[B:.*]] = sub %[[A]], %[[V]]
// CHECK:         %[[C:.*]] = mul %[[B]], %[[TWO]]
// CHECK:         %[[D:.*]] = div %[[C]], %[[W]]
// CHECK:         %[[E:.*]] = unary_minus %[[D]] : (!emitc.opaque<"ddnn_f32x8">) -> !emitc.opaque<"ddnn_f32x8">
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<8xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<8xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %two = arith.constant dense<2.0> : vector<8xf32>
    %v = vector.load %x[%c0] : memref<8xf32>, vector<8xf32>
    %s = memref.load %x[%c0] : memref<8xf32>
    %w = vector.broadcast %s : f32 to vector<8xf32>
    %a = arith.addf %v, %w : vector<8xf32>
    %b = arith.subf %a, %v : vector<8xf32>
    %c = arith.mulf %b, %two : vector<8xf32>
    %d = arith.divf %c, %w : vector<8xf32>
    %e = arith.negf %d : vector<8xf32>
    vector.store %e, %y[%c0] : memref<8xf32>, vector<8xf32>
    return
  }
}

// -----

// The processor's maximum gives its second operand where the two do not
// compare. A bound that is no NaN therefore goes first, wherever it stood, and
// NaN in the other operand passes; without one, the macro that looks for NaN.

// CHECK-LABEL: ddnn.tier @t
// CHECK-DAG:     %[[ZERO:.*]] = literal "DDNN_SPLAT_F32X8(0.0f)"
// CHECK-DAG:     %[[SIX:.*]] = literal "DDNN_SPLAT_F32X8(6.0f)"
// CHECK-DAG:     %[[NAN:.*]] = literal "DDNN_SPLAT_F32X8(NAN)"
// CHECK-DAG:     %[[V:.*]] = call_opaque "DDNN_LOAD_F32X8"(
// CHECK:         %[[A:.*]] = call_opaque "DDNN_MAX_BOUND_F32X8"(%[[ZERO]], %[[V]])
// CHECK:         %[[B:.*]] = call_opaque "DDNN_MAX_BOUND_F32X8"(%[[ZERO]], %[[A]])
// CHECK:         %[[C:.*]] = call_opaque "DDNN_MIN_BOUND_F32X8"(%[[SIX]], %[[B]])
// CHECK:         %[[D:.*]] = call_opaque "DDNN_MAX_F32X8"(%[[C]], %[[V]])
// CHECK:         %[[E:.*]] = call_opaque "DDNN_MIN_F32X8"(%[[D]], %[[V]])
// CHECK:         %[[F:.*]] = call_opaque "DDNN_MAX_F32X8"(%[[E]], %[[NAN]])
// CHECK:         call_opaque "DDNN_STORE_F32X8"(%[[F]],
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<8xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<8xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant dense<0.0> : vector<8xf32>
    %six = arith.constant dense<6.0> : vector<8xf32>
    %nan = arith.constant dense<0x7FC00000> : vector<8xf32>
    %v = vector.load %x[%c0] : memref<8xf32>, vector<8xf32>
    %a = arith.maximumf %v, %zero : vector<8xf32>
    %b = arith.maximumf %zero, %a : vector<8xf32>
    %c = arith.minimumf %b, %six : vector<8xf32>
    %d = arith.maximumf %c, %v : vector<8xf32>
    %e = arith.minimumf %d, %v : vector<8xf32>
    %f = arith.maximumf %e, %nan : vector<8xf32>
    vector.store %f, %y[%c0] : memref<8xf32>, vector<8xf32>
    return
  }
}

// -----

// A comparison gives a mask of integers, all ones where it holds; a selection
// takes bits by it. False where an operand is NaN, but for "not equal".

// CHECK-LABEL: ddnn.tier @t
// CHECK:         %[[V:.*]] = call_opaque "DDNN_LOAD_F32X8"(
// CHECK:         cmp ge, %[[V]], %{{.*}} : (!emitc.opaque<"ddnn_f32x8">, !emitc.opaque<"ddnn_f32x8">) -> !emitc.opaque<"ddnn_i32x8">
// CHECK:         call_opaque "DDNN_SELECT_F32X8"(%{{.*}}, %{{.*}}, %[[V]]) : (!emitc.opaque<"ddnn_i32x8">, !emitc.opaque<"ddnn_f32x8">, !emitc.opaque<"ddnn_f32x8">) -> !emitc.opaque<"ddnn_f32x8">
// CHECK:         cmp gt,
// CHECK:         cmp lt,
// CHECK:         cmp le,
// CHECK:         cmp eq,
// CHECK:         cmp ne,
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<8xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<8xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %one = arith.constant dense<1.0> : vector<8xf32>
    %v = vector.load %x[%c0] : memref<8xf32>, vector<8xf32>
    %p = arith.cmpf oge, %v, %one : vector<8xf32>
    %a = arith.select %p, %one, %v : vector<8xi1>, vector<8xf32>
    %q = arith.cmpf ogt, %a, %one : vector<8xf32>
    %b = arith.select %q, %one, %a : vector<8xi1>, vector<8xf32>
    %r = arith.cmpf olt, %b, %one : vector<8xf32>
    %c = arith.select %r, %one, %b : vector<8xi1>, vector<8xf32>
    %s = arith.cmpf ole, %c, %one : vector<8xf32>
    %d = arith.select %s, %one, %c : vector<8xi1>, vector<8xf32>
    %t = arith.cmpf oeq, %d, %one : vector<8xf32>
    %e = arith.select %t, %one, %d : vector<8xi1>, vector<8xf32>
    %u = arith.cmpf une, %e, %one : vector<8xf32>
    %f = arith.select %u, %one, %e : vector<8xi1>, vector<8xf32>
    vector.store %f, %y[%c0] : memref<8xf32>, vector<8xf32>
    return
  }
}

// -----

// Prefetching is a hint and a macro: of what will be read, through a const
// pointer, or of what will be written.

// CHECK-LABEL: ddnn.tier @t
// CHECK:       emitc.func @step0(%[[X:[^:]*]]: !emitc.opaque<"const float *restrict">, %[[Y:[^:]*]]: !emitc.opaque<"float *restrict">)
// CHECK:         call_opaque "DDNN_PREFETCH"(%[[X]], %{{.*}}) : (!emitc.opaque<"const float *restrict">, !emitc.ptrdiff_t) -> ()
// CHECK:         call_opaque "DDNN_PREFETCH_WRITE"(%[[Y]], %{{.*}}) : (!emitc.opaque<"float *restrict">, !emitc.ptrdiff_t) -> ()
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<8xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<8xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    memref.prefetch %x[%c0], read, locality<2>, data : memref<8xf32>
    memref.prefetch %y[%c0], write, locality<3>, data : memref<8xf32>
    %v = vector.load %x[%c0] : memref<8xf32>, vector<8xf32>
    vector.store %v, %y[%c0] : memref<8xf32>, vector<8xf32>
    return
  }
}

// -----

// A permutation is the one that GCC and clang have.

// CHECK-LABEL: ddnn.tier @t
// CHECK:         %[[A:.*]] = call_opaque "DDNN_LOAD_F32X4"(
// CHECK:         %[[B:.*]] = call_opaque "DDNN_LOAD_F32X4"(
// CHECK:         call_opaque "__builtin_shufflevector"(%[[A]], %[[B]]) {args = [0 : index, 1 : index, 0 : i32, 4 : i32, 1 : i32, 5 : i32]} : (!emitc.opaque<"ddnn_f32x4">, !emitc.opaque<"ddnn_f32x4">) -> !emitc.opaque<"ddnn_f32x4">
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<8xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %a = vector.load %x[%c0] : memref<8xf32>, vector<4xf32>
    %b = vector.load %x[%c4] : memref<8xf32>, vector<4xf32>
    %c = vector.shuffle %a, %b [0, 4, 1, 5] : vector<4xf32>, vector<4xf32>
    vector.store %c, %y[%c0] : memref<4xf32>, vector<4xf32>
    return
  }
}

// -----

// A loop that threads share is marked for compilers that know OpenMP; one that
// is not shared has no mark.

// CHECK-LABEL: ddnn.tier @t
// CHECK-NOT:     verbatim
// CHECK:         for
// CHECK:         verbatim "#if defined(_OPENMP)\0A#pragma omp parallel for schedule(static) num_threads(3)\0A#endif"
// CHECK-NEXT:    for
// CHECK:           call_opaque "DDNN_LOAD_F32X8"
// CHECK:         }
// CHECK-NOT:     verbatim
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<64xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<64xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %c8 = arith.constant 8 : index
    %c64 = arith.constant 64 : index
    scf.for %i = %c0 to %c64 step %c8 {
      %v = vector.load %x[%i] : memref<64xf32>, vector<8xf32>
      vector.store %v, %y[%i] : memref<64xf32>, vector<8xf32>
    }
    scf.for %i = %c0 to %c64 step %c8 {
      %v = vector.load %x[%i] : memref<64xf32>, vector<8xf32>
      vector.store %v, %y[%i] : memref<64xf32>, vector<8xf32>
    } {ddnn.threads = 3 : i64}
    return
  }
}
