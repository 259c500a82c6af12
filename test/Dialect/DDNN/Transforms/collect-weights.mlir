// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-collect-weights))" --split-input-file | FileCheck %s

// Small constants do not pay for the alignment that large ones need: 4 bytes at
// 0, 64 at 64 and 1 at 128. A global that nobody reads takes no place.

// CHECK-LABEL: ddnn.tier @a
// CHECK-SAME:    weights_size = 129 : i64
// CHECK:         memref.global {{.*}} @small {{.*}} {ddnn.offset = 0 : i64}
// CHECK-NEXT:    memref.global {{.*}} @large {{.*}} {ddnn.offset = 64 : i64}
// CHECK-NEXT:    memref.global {{.*}} @bits {{.*}} {ddnn.offset = 128 : i64}
// CHECK-NOT:     @unused
// CHECK:         func.func @step0(%[[W:.*]]: memref<129xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %{{.*}}: memref<16xf32>
// CHECK:           %[[O:.*]] = arith.constant 64 : index
// CHECK:           %[[V:.*]] = memref.view %[[W]][%[[O]]][] : memref<129xi8> to memref<16xf32>
// CHECK:           call @kernel(%[[V]]
// CHECK-NOT:     get_global
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  memref.global "private" constant @small : memref<1xf32> = dense<1.0>
  memref.global "private" constant @unused : memref<16xf32> = dense<1.0>
  memref.global "private" constant @large : memref<16xf32> = dense<2.0>
  memref.global "private" constant @bits : memref<1xi1> = dense<true>
  func.func private @kernel(memref<16xf32>, memref<1xf32>, memref<1xi1>, memref<16xf32>)
  func.func @step0(%y: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %0 = memref.get_global @large : memref<16xf32>
    %1 = memref.get_global @small : memref<1xf32>
    %2 = memref.get_global @bits : memref<1xi1>
    call @kernel(%0, %1, %2, %y) : (memref<16xf32>, memref<1xf32>, memref<1xi1>, memref<16xf32>) -> ()
    return
  }
}

// -----

// No weights at all: the argument stays, so that all steps look the same.

// CHECK:       weights_size = 0 : i64
// CHECK:       func.func @step0(%{{.*}}: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>})
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0() {
    return
  }
}
