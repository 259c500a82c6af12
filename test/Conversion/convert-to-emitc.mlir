// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-convert-to-emitc))" --split-input-file | FileCheck %s

// Pointers are const where a function only reads through them, itself or in the
// kernels it calls. Arena and outputs are not, weights and inputs are. Views
// into arena and weights are typed pointers at constant offsets. What a profiler
// listens to stands around a layer.

// CHECK:       emitc.verbatim "/* Relu r: 4 -> 4, 4 FLOP */"
// CHECK-NEXT:  emitc.func @kernel(%{{.*}}: !emitc.opaque<"const float *restrict">, %{{.*}}: !emitc.opaque<"float *restrict">) attributes {specifiers = ["static", "DDNN_NOINLINE"]}
// CHECK:       emitc.func @step0(
// CHECK-SAME:    %[[W:[^:]*]]: !emitc.opaque<"const uint8_t *restrict">,
// CHECK-SAME:    %[[A:[^:]*]]: !emitc.opaque<"uint8_t *restrict">,
// CHECK-SAME:    %[[X:[^:]*]]: !emitc.opaque<"const float *restrict">,
// CHECK-SAME:    %[[Y:[^:]*]]: !emitc.opaque<"float *restrict">)
// CHECK-SAME:    ddnn.memory = [#ddnn.memory<kind = weights, index = 0>, #ddnn.memory<kind = arena, index = 0>, #ddnn.memory<kind = input, index = 0>, #ddnn.memory<kind = output, index = 0>]
// CHECK-SAME:    specifiers = ["static"]
// CHECK:         %[[P:.*]] = add %[[A]], %{{.*}} : (!emitc.opaque<"uint8_t *restrict">, !emitc.ptrdiff_t) -> !emitc.ptr<!emitc.opaque<"uint8_t">>
// CHECK:         %[[B:.*]] = cast %[[P]] : !emitc.ptr<!emitc.opaque<"uint8_t">> to !emitc.ptr<!emitc.opaque<"float">>
// CHECK:         %[[V:.*]] = cast %[[W]] : !emitc.opaque<"const uint8_t *restrict"> to !emitc.ptr<!emitc.opaque<"const float">>
// CHECK:         call_opaque "DDNN_LAYER_BEGIN"() {args = [3 : i32]} : () -> ()
// CHECK-NEXT:    call_opaque "kernel"(%[[V]], %[[B]])
// CHECK-NEXT:    call_opaque "DDNN_LAYER_END"() {args = [3 : i32]} : () -> ()
// CHECK-NOT:     call_opaque "DDNN_
// CHECK:         call_opaque "kernel"(%[[X]], %[[Y]])
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func private @kernel(%x: memref<4xf32>, %y: memref<4xf32>) attributes {ddnn.node = "Relu r", ddnn.flops = 4 : i64} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    scf.for %i = %c0 to %c4 step %c1 {
      %0 = memref.load %x[%i] : memref<4xf32>
      memref.store %0, %y[%i] : memref<4xf32>
    }
    return
  }
  func.func @step0(%w: memref<16xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %a: memref<32xi8> {ddnn.memory = #ddnn.memory<kind = arena, index = 0>}, %x: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %c16 = arith.constant 16 : index
    %b = memref.view %a[%c16][] : memref<32xi8> to memref<4xf32>
    %v = memref.view %w[%c0][] : memref<16xi8> to memref<4xf32>
    call @kernel(%v, %b) {ddnn.layer = #ddnn.layer<index = 3, nodes = ["Relu r"], flops = 4>} : (memref<4xf32>, memref<4xf32>) -> ()
    call @kernel(%x, %y) : (memref<4xf32>, memref<4xf32>) -> ()
    return
  }
}

// -----

// A view is the pointer it was made from: its strides and offset are in the
// index. Row 1, column 2 of the inner 2x3 of a 4x8 is element 8 * 2 + 3 = 19 +
// 2; constant parts of an index are added up.

// CHECK:       emitc.func @step0(%{{.*}}: !emitc.opaque<"const uint8_t *restrict">, %{{.*}}, %[[X:[^:]*]]: !emitc.opaque<"const float *restrict">, %[[Y:[^:]*]]: !emitc.opaque<"float *restrict">)
// CHECK-DAG:     %[[L21:.*]] = literal "21" : !emitc.ptrdiff_t
// CHECK-DAG:     subscript %[[X]][%[[L21]]]
// CHECK:         for %[[I:.*]] = {{.*}}{
// CHECK-DAG:       %[[L8:.*]] = literal "8"
// CHECK-DAG:       %[[M:.*]] = mul %[[I]], %[[L8]]
// CHECK-DAG:       %[[L11:.*]] = literal "11"
// CHECK-DAG:       %[[N:.*]] = add %[[M]], %[[L11]]
// CHECK:           subscript %[[X]][%[[N]]]
// A 4x8 as 2x2x8, last row of the first, then as 32: 1 * 8 + 5.
// CHECK-DAG:     %[[L13:.*]] = literal "13"
// CHECK-DAG:     subscript %[[X]][%[[L13]]]
// CHECK-DAG:     %[[L31:.*]] = literal "31"
// CHECK-DAG:     subscript %[[X]][%[[L31]]]
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %a: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = arena, index = 0>}, %x: memref<4x8xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %y: memref<4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c5 = arith.constant 5 : index
    %c31 = arith.constant 31 : index
    %s = memref.subview %x[1, 3] [2, 3] [1, 1] : memref<4x8xf32> to memref<2x3xf32, strided<[8, 1], offset: 11>>
    %0 = memref.load %s[%c1, %c2] : memref<2x3xf32, strided<[8, 1], offset: 11>>
    memref.store %0, %y[%c0] : memref<4xf32>
    scf.for %i = %c0 to %c2 step %c1 {
      %1 = memref.load %s[%i, %c0] : memref<2x3xf32, strided<[8, 1], offset: 11>>
      memref.store %1, %y[%i] : memref<4xf32>
    }
    %e = memref.expand_shape %x [[0, 1], [2]] output_shape [2, 2, 8] : memref<4x8xf32> into memref<2x2x8xf32>
    %2 = memref.load %e[%c0, %c1, %c5] : memref<2x2x8xf32>
    memref.store %2, %y[%c2] : memref<4xf32>
    %f = memref.collapse_shape %x [[0, 1]] : memref<4x8xf32> into memref<32xf32>
    %3 = memref.load %f[%c31] : memref<32xf32>
    memref.store %3, %y[%c3] : memref<4xf32>
    return
  }
}
