// RUN: ddnn-opt %s --ddnn-to-emitc -o %t.mlir && ddnn-translate --ddnn-to-c %t.mlir | split-file - %t
// RUN: cd %t && gcc %cflags -D_POSIX_C_SOURCE=200112L -O2 -fsanitize=undefined -include t/scalars_t.h "-DMODELS=&scalars_t_model" -It \
// RUN:   t/scalars_t.c t/scalars_t_weights.c %S/Inputs/chain.c -lm -o scalars && ./scalars | FileCheck %s

// Scalar arithmetic in C means what it means in MLIR: NaN in comparisons and
// extrema, infinities, zeros of both signs, bytes as unsigned numbers, signed
// overflow. Operands x and y, u are constants below; a line is one operation.
// Where MLIR prefers one zero over the other in a maximum, C code does not.

// oeq
// CHECK: y: 0 0 1 0 0 1
// one
// CHECK-NEXT: y: 0 0 0 1 1 0
// olt
// CHECK-NEXT: y: 0 0 0 0 1 0
// ole
// CHECK-NEXT: y: 0 0 1 0 1 1
// ogt
// CHECK-NEXT: y: 0 0 0 1 0 0
// oge
// CHECK-NEXT: y: 0 0 1 1 0 1
// ord
// CHECK-NEXT: y: 0 0 1 1 1 1
// ueq
// CHECK-NEXT: y: 1 1 1 0 0 1
// une
// CHECK-NEXT: y: 1 1 0 1 1 0
// ult
// CHECK-NEXT: y: 1 1 0 0 1 0
// ule
// CHECK-NEXT: y: 1 1 1 0 1 1
// ugt
// CHECK-NEXT: y: 1 1 0 1 0 0
// uge
// CHECK-NEXT: y: 1 1 1 1 0 1
// uno
// CHECK-NEXT: y: 1 1 0 0 0 0
// max
// CHECK-NEXT: y: nan nan 1 2 inf {{-?0}}
// min
// CHECK-NEXT: y: nan nan 1 1 -inf {{-?0}}
// maxnum
// CHECK-NEXT: y: 1 1 1 2 inf {{-?0}}
// minnum
// CHECK-NEXT: y: 1 1 1 1 -inf {{-?0}}
// relu
// CHECK-NEXT: y: nan 1 1 2 0 0
// relul
// CHECK-NEXT: y: nan 1 1 2 0 0
// clip
// CHECK-NEXT: y: nan 1 1 1.5 -inf 0
// maxnan
// CHECK-NEXT: y: {{-?}}nan {{-?}}nan {{-?}}nan {{-?}}nan {{-?}}nan {{-?}}nan
// neg
// CHECK-NEXT: y: -1 {{-?}}nan -1 -1 -inf 0
// sub
// CHECK-NEXT: y: 2 nan 2 2 inf 1
// copysign
// CHECK-NEXT: y: 1.5 {{-?}}1.5 1.5 1.5 1.5 -1.5
// round
// CHECK-NEXT: y: nan 2 2 3 -inf 0
// consts
// CHECK-NEXT: y: inf -inf 1.401298e-45 0.1 -0 -0
// byte
// CHECK-NEXT: y: 200 255 0 1 127 128
// widen
// CHECK-NEXT: y: 200 255 0 1 127 128
// byteult
// CHECK-NEXT: y: 0 0 1 1 1 1
// byteeq
// CHECK-NEXT: y: 0 1 0 0 0 0
// wrap
// CHECK-NEXT: y: 1 1 0 1 1 1
// div
// CHECK-NEXT: y: -28 -36 0 0 -18 -18
// rem
// CHECK-NEXT: y: -4 -3 0 -1 -1 -2
// long
// CHECK-NEXT: y: 400 510 0 2 254 256
// index
// CHECK-NEXT: y: 0 1 2 3 4 5
// toint
// CHECK-NEXT: y: -1 -1 -1 -1 -1 -1
// double
// CHECK-NEXT: y: 1.6 1.6 1.6 1.6 1.6 1.6
// bool
// CHECK-NEXT: y: 1 1 0 1 1 0
// shiftl
// CHECK-NEXT: y: -9.395241e+08 -1.677722e+07 0 1.677722e+07 2.130706e+09 -2.147484e+09
// shiftr
// CHECK-NEXT: y: 15 15 0 15 15 15
// trunc
// CHECK-NEXT: y: 56 1 0 255 129 128
// orbytes
// CHECK-NEXT: y: 200 255 0 17 255 128
// CHECK-NOT: {{.}}

module {
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> attributes {weights_size = 54 : i64, arena_size = 0 : i64, arena_lower_bound = 0 : i64} {
  memref.global "private" constant @x : memref<6xf32> = dense<[0x7FC00000, 1.0, 1.0, 2.0, 0xFF800000, 0.0]> {ddnn.offset = 0 : i64}
  memref.global "private" constant @y : memref<6xf32> = dense<[1.0, 0x7FC00000, 1.0, 1.0, 0x7F800000, -0.0]> {ddnn.offset = 24 : i64}
  memref.global "private" constant @u : memref<6xi8> = dense<[200, 255, 0, 1, 127, 128]> {ddnn.offset = 48 : i64}
  func.func private @kernel_scalars(%vx: memref<6xf32>, %vy: memref<6xf32>, %vu: memref<6xi8>, %out: memref<43x6xf32>) attributes {ddnn.node = "scalars"} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c6 = arith.constant 6 : index
    %zero = arith.constant 0.0 : f32
    %mz = arith.constant -0.0 : f32
    %c15 = arith.constant 1.5 : f32
    %negone = arith.constant -1.0 : f32
    %nan = arith.constant 0x7FC00000 : f32
    %inf = arith.constant 0x7F800000 : f32
    %ninf = arith.constant 0xFF800000 : f32
    %denormal = arith.constant 0x00000001 : f32
    %tenth = arith.constant 0.1 : f32
    %h6 = arith.constant -1.75 : f32
    %tenthd = arith.constant 0.1 : f64
    %true = arith.constant true
    %b200 = arith.constant 200 : i8
    %b255 = arith.constant 255 : i8
    %i32zero = arith.constant 0 : i32
    %i32seven = arith.constant 7 : i32
    %i32four = arith.constant 4 : i32
    %i32c24 = arith.constant 24 : i32
    %i32c28 = arith.constant 28 : i32
    %i32max = arith.constant 2147483647 : i32
    %i64min = arith.constant -9223372036854775808 : i64
    %i64two = arith.constant 2 : i64
    %r0 = arith.constant 0 : index
    %r1 = arith.constant 1 : index
    %r2 = arith.constant 2 : index
    %r3 = arith.constant 3 : index
    %r4 = arith.constant 4 : index
    %r5 = arith.constant 5 : index
    %r6 = arith.constant 6 : index
    %r7 = arith.constant 7 : index
    %r8 = arith.constant 8 : index
    %r9 = arith.constant 9 : index
    %r10 = arith.constant 10 : index
    %r11 = arith.constant 11 : index
    %r12 = arith.constant 12 : index
    %r13 = arith.constant 13 : index
    %r14 = arith.constant 14 : index
    %r15 = arith.constant 15 : index
    %r16 = arith.constant 16 : index
    %r17 = arith.constant 17 : index
    %r18 = arith.constant 18 : index
    %r19 = arith.constant 19 : index
    %r20 = arith.constant 20 : index
    %r21 = arith.constant 21 : index
    %r22 = arith.constant 22 : index
    %r23 = arith.constant 23 : index
    %r24 = arith.constant 24 : index
    %r25 = arith.constant 25 : index
    %r26 = arith.constant 26 : index
    %r27 = arith.constant 27 : index
    %r28 = arith.constant 28 : index
    %r29 = arith.constant 29 : index
    %r30 = arith.constant 30 : index
    %r31 = arith.constant 31 : index
    %r32 = arith.constant 32 : index
    %r33 = arith.constant 33 : index
    %r34 = arith.constant 34 : index
    %r35 = arith.constant 35 : index
    %r36 = arith.constant 36 : index
    %r37 = arith.constant 37 : index
    %r38 = arith.constant 38 : index
    %r39 = arith.constant 39 : index
    %r40 = arith.constant 40 : index
    %r41 = arith.constant 41 : index
    %r42 = arith.constant 42 : index
    scf.for %i = %c0 to %c6 step %c1 {
      %x = memref.load %vx[%i] : memref<6xf32>
      %y = memref.load %vy[%i] : memref<6xf32>
      %u = memref.load %vu[%i] : memref<6xi8>
      %oeqb = arith.cmpf oeq, %x, %y : f32
      %oeq = arith.uitofp %oeqb : i1 to f32
      memref.store %oeq, %out[%r0, %i] : memref<43x6xf32>
      %oneb = arith.cmpf one, %x, %y : f32
      %one = arith.uitofp %oneb : i1 to f32
      memref.store %one, %out[%r1, %i] : memref<43x6xf32>
      %oltb = arith.cmpf olt, %x, %y : f32
      %olt = arith.uitofp %oltb : i1 to f32
      memref.store %olt, %out[%r2, %i] : memref<43x6xf32>
      %oleb = arith.cmpf ole, %x, %y : f32
      %ole = arith.uitofp %oleb : i1 to f32
      memref.store %ole, %out[%r3, %i] : memref<43x6xf32>
      %ogtb = arith.cmpf ogt, %x, %y : f32
      %ogt = arith.uitofp %ogtb : i1 to f32
      memref.store %ogt, %out[%r4, %i] : memref<43x6xf32>
      %ogeb = arith.cmpf oge, %x, %y : f32
      %oge = arith.uitofp %ogeb : i1 to f32
      memref.store %oge, %out[%r5, %i] : memref<43x6xf32>
      %ordb = arith.cmpf ord, %x, %y : f32
      %ord = arith.uitofp %ordb : i1 to f32
      memref.store %ord, %out[%r6, %i] : memref<43x6xf32>
      %ueqb = arith.cmpf ueq, %x, %y : f32
      %ueq = arith.uitofp %ueqb : i1 to f32
      memref.store %ueq, %out[%r7, %i] : memref<43x6xf32>
      %uneb = arith.cmpf une, %x, %y : f32
      %une = arith.uitofp %uneb : i1 to f32
      memref.store %une, %out[%r8, %i] : memref<43x6xf32>
      %ultb = arith.cmpf ult, %x, %y : f32
      %ult = arith.uitofp %ultb : i1 to f32
      memref.store %ult, %out[%r9, %i] : memref<43x6xf32>
      %uleb = arith.cmpf ule, %x, %y : f32
      %ule = arith.uitofp %uleb : i1 to f32
      memref.store %ule, %out[%r10, %i] : memref<43x6xf32>
      %ugtb = arith.cmpf ugt, %x, %y : f32
      %ugt = arith.uitofp %ugtb : i1 to f32
      memref.store %ugt, %out[%r11, %i] : memref<43x6xf32>
      %ugeb = arith.cmpf uge, %x, %y : f32
      %uge = arith.uitofp %ugeb : i1 to f32
      memref.store %uge, %out[%r12, %i] : memref<43x6xf32>
      %unob = arith.cmpf uno, %x, %y : f32
      %uno = arith.uitofp %unob : i1 to f32
      memref.store %uno, %out[%r13, %i] : memref<43x6xf32>
      %max = arith.maximumf %x, %y : f32
      memref.store %max, %out[%r14, %i] : memref<43x6xf32>
      %min = arith.minimumf %x, %y : f32
      memref.store %min, %out[%r15, %i] : memref<43x6xf32>
      %maxnum = arith.maxnumf %x, %y : f32
      memref.store %maxnum, %out[%r16, %i] : memref<43x6xf32>
      %minnum = arith.minnumf %x, %y : f32
      memref.store %minnum, %out[%r17, %i] : memref<43x6xf32>
      %relu = arith.maximumf %x, %zero : f32
      memref.store %relu, %out[%r18, %i] : memref<43x6xf32>
      %relul = arith.maximumf %zero, %x : f32
      memref.store %relul, %out[%r19, %i] : memref<43x6xf32>
      %clip = arith.minimumf %x, %c15 : f32
      memref.store %clip, %out[%r20, %i] : memref<43x6xf32>
      %maxnan = arith.maximumf %y, %nan : f32
      memref.store %maxnan, %out[%r21, %i] : memref<43x6xf32>
      %neg = arith.negf %y : f32
      memref.store %neg, %out[%r22, %i] : memref<43x6xf32>
      %sub = arith.subf %y, %negone : f32
      memref.store %sub, %out[%r23, %i] : memref<43x6xf32>
      %copysign = math.copysign %c15, %y : f32
      memref.store %copysign, %out[%r24, %i] : memref<43x6xf32>
      %h = arith.mulf %x, %c15 : f32
      %round = math.roundeven %h : f32
      memref.store %round, %out[%r25, %i] : memref<43x6xf32>
      %k0 = arith.cmpi eq, %i, %c0 : index
      %k1 = arith.cmpi eq, %i, %c1 : index
      %k2 = arith.cmpi eq, %i, %c2 : index
      %k3 = arith.cmpi eq, %i, %c3 : index
      %s3 = arith.select %k3, %tenth, %mz : f32
      %s2 = arith.select %k2, %denormal, %s3 : f32
      %s1 = arith.select %k1, %ninf, %s2 : f32
      %consts = arith.select %k0, %inf, %s1 : f32
      memref.store %consts, %out[%r26, %i] : memref<43x6xf32>
      %byte = arith.uitofp %u : i8 to f32
      memref.store %byte, %out[%r27, %i] : memref<43x6xf32>
      %w32 = arith.extui %u : i8 to i32
      %widen = arith.sitofp %w32 : i32 to f32
      memref.store %widen, %out[%r28, %i] : memref<43x6xf32>
      %bu = arith.cmpi ult, %u, %b200 : i8
      %byteult = arith.uitofp %bu : i1 to f32
      memref.store %byteult, %out[%r29, %i] : memref<43x6xf32>
      %be = arith.cmpi eq, %u, %b255 : i8
      %byteeq = arith.uitofp %be : i1 to f32
      memref.store %byteeq, %out[%r30, %i] : memref<43x6xf32>
      %wr = arith.addi %w32, %i32max : i32
      %wc = arith.cmpi slt, %wr, %i32zero : i32
      %wrap = arith.uitofp %wc : i1 to f32
      memref.store %wrap, %out[%r31, %i] : memref<43x6xf32>
      %mw = arith.subi %i32zero, %w32 : i32
      %dv = arith.divsi %mw, %i32seven : i32
      %div = arith.sitofp %dv : i32 to f32
      memref.store %div, %out[%r32, %i] : memref<43x6xf32>
      %rm = arith.remsi %mw, %i32seven : i32
      %rem = arith.sitofp %rm : i32 to f32
      memref.store %rem, %out[%r33, %i] : memref<43x6xf32>
      %w64 = arith.extsi %mw : i32 to i64
      %lg = arith.subi %i64min, %w64 : i64
      %lm = arith.muli %lg, %i64two : i64
      %long = arith.sitofp %lm : i64 to f32
      memref.store %long, %out[%r34, %i] : memref<43x6xf32>
      %ii = arith.index_cast %i : index to i32
      %index = arith.sitofp %ii : i32 to f32
      memref.store %index, %out[%r35, %i] : memref<43x6xf32>
      %ti = arith.fptosi %h6 : f32 to i32
      %toint = arith.sitofp %ti : i32 to f32
      memref.store %toint, %out[%r36, %i] : memref<43x6xf32>
      %xd = arith.extf %c15 : f32 to f64
      %xe = arith.addf %xd, %tenthd : f64
      %double = arith.truncf %xe : f64 to f32
      memref.store %double, %out[%r37, %i] : memref<43x6xf32>
      %bl = arith.xori %oeqb, %true : i1
      %bm = arith.andi %bl, %uneb : i1
      %bo = arith.ori %bm, %unob : i1
      %bool = arith.uitofp %bo : i1 to f32
      memref.store %bool, %out[%r38, %i] : memref<43x6xf32>
      %sl = arith.shli %w32, %i32c24 : i32
      %shiftl = arith.sitofp %sl : i32 to f32
      memref.store %shiftl, %out[%r39, %i] : memref<43x6xf32>
      %sr = arith.shrui %mw, %i32c28 : i32
      %shiftr = arith.sitofp %sr : i32 to f32
      memref.store %shiftr, %out[%r40, %i] : memref<43x6xf32>
      %tb = arith.trunci %mw : i32 to i8
      %trunc = arith.uitofp %tb : i8 to f32
      memref.store %trunc, %out[%r41, %i] : memref<43x6xf32>
      %sh = arith.shli %w32, %i32four : i32
      %shb = arith.trunci %sh : i32 to i8
      %ob = arith.ori %u, %shb : i8
      %orbytes = arith.uitofp %ob : i8 to f32
      memref.store %orbytes, %out[%r42, %i] : memref<43x6xf32>
    }
    return
  }
  func.func @step0(%w: memref<54xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %arena: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = arena, index = 0>}, %out: memref<43x6xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %a0 = arith.constant 0 : index
    %a24 = arith.constant 24 : index
    %a48 = arith.constant 48 : index
    %vx = memref.view %w[%a0][] : memref<54xi8> to memref<6xf32>
    %vy = memref.view %w[%a24][] : memref<54xi8> to memref<6xf32>
    %vu = memref.view %w[%a48][] : memref<54xi8> to memref<6xi8>
    call @kernel_scalars(%vx, %vy, %vu, %out) : (memref<6xf32>, memref<6xf32>, memref<6xi8>, memref<43x6xf32>) -> ()
    return
  }
}
ddnn.descriptor @scalars hash 1 labels []
  exits [#ddnn.exit_info<name = "y", tier = 0, classes = 6, scores = logits, criterion = entropy, threshold = 1.0 : f64, last = true>]
  tiers [#ddnn.tier_info<name = "t", inputs = [],
    outputs = [#ddnn.tensor_info<name = "y", type = tensor<43x6xf32>, encoding = f32, scale = 1.0 : f64>],
    links = 0, local_exits = [#ddnn.local_exit<exit = 0, output = 0, step = 0>], steps = 1,
    operators = [], flops = 0, weights = 54, arena = 0, arena_lower_bound = 0>]
}
