// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-plan-arena))" --split-input-file | FileCheck %s

// A chain: each buffer dies when the next but one is born, so three buffers take
// the place of two. A buffer that a call only reads lives through that call.

// CHECK-LABEL: ddnn.tier @a
// CHECK-SAME:    arena_lower_bound = 192 : i64, arena_size = 192 : i64
// CHECK:         func.func @step0(%{{.*}}: memref<0xi8> {{.*}}, %[[ARENA:.*]]: memref<192xi8> {ddnn.memory = #ddnn.memory<kind = arena, index = 0>}, %[[Y:[^:]*]]: memref<16xf32>
// CHECK:           %[[OA:.*]] = arith.constant 128 : index
// CHECK-NEXT:      %[[A:.*]] = memref.view %[[ARENA]][%[[OA]]][] : memref<192xi8> to memref<16xf32>
// CHECK:           %[[OB:.*]] = arith.constant 0 : index
// CHECK-NEXT:      %[[B:.*]] = memref.view %[[ARENA]][%[[OB]]][] : memref<192xi8> to memref<32xf32>
// CHECK:           %[[OC:.*]] = arith.constant 128 : index
// CHECK-NEXT:      %[[C:.*]] = memref.view %[[ARENA]][%[[OC]]][] : memref<192xi8> to memref<16xf32>
// CHECK:           call @make(%[[A]])
// CHECK-NEXT:      call @widen(%[[A]], %[[B]])
// CHECK-NEXT:      call @narrow(%[[B]], %[[C]])
// CHECK-NEXT:      call @copy(%[[C]], %[[Y]])
// CHECK-NOT:     memref.alloc
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func private @make(memref<16xf32>)
  func.func private @widen(memref<16xf32>, memref<32xf32>)
  func.func private @narrow(memref<32xf32>, memref<16xf32>)
  func.func private @copy(memref<16xf32>, memref<16xf32>)
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %y: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %a = memref.alloc() : memref<16xf32>
    %b = memref.alloc() : memref<32xf32>
    %c = memref.alloc() : memref<16xf32>
    call @make(%a) : (memref<16xf32>) -> ()
    call @widen(%a, %b) : (memref<16xf32>, memref<32xf32>) -> ()
    call @narrow(%b, %c) : (memref<32xf32>, memref<16xf32>) -> ()
    call @copy(%c, %y) : (memref<16xf32>, memref<16xf32>) -> ()
    return
  }
}

// -----

// Two tiers: nothing of the first is left in the second's plan.

// CHECK-LABEL: ddnn.tier @a
// CHECK-SAME:    arena_lower_bound = 192 : i64, arena_size = 192 : i64
// CHECK-LABEL: ddnn.tier @b
// CHECK-SAME:    arena_lower_bound = 64 : i64, arena_size = 64 : i64
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func private @make(memref<16xf32>)
  func.func private @widen(memref<16xf32>, memref<32xf32>)
  func.func private @narrow(memref<32xf32>, memref<16xf32>)
  func.func private @copy(memref<16xf32>, memref<16xf32>)
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %y: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %a = memref.alloc() : memref<16xf32>
    %b = memref.alloc() : memref<32xf32>
    %c = memref.alloc() : memref<16xf32>
    call @make(%a) : (memref<16xf32>) -> ()
    call @widen(%a, %b) : (memref<16xf32>, memref<32xf32>) -> ()
    call @narrow(%b, %c) : (memref<32xf32>, memref<16xf32>) -> ()
    call @copy(%c, %y) : (memref<16xf32>, memref<16xf32>) -> ()
    return
  }
}
ddnn.tier @b index 1 spec <name = "b", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func private @make(memref<16xf32>)
  func.func private @widen(memref<16xf32>, memref<32xf32>)
  func.func private @narrow(memref<32xf32>, memref<16xf32>)
  func.func private @copy(memref<16xf32>, memref<16xf32>)
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %y: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %a = memref.alloc() : memref<16xf32>
    call @make(%a) : (memref<16xf32>) -> ()
    call @copy(%a, %y) : (memref<16xf32>, memref<16xf32>) -> ()
    return
  }
}

// -----

// A slot lives from the step that makes it to the last that reads it: the steps
// between have buffers of their own beside it, those after it take its place.

// CHECK-LABEL: ddnn.tier @a
// CHECK-SAME:    arena_lower_bound = 128 : i64, arena_size = 128 : i64
// CHECK:         func.func @step0(%{{[^:]*}}: memref<0xi8> {{[^,]*, [^,]*}}, %[[ARENA:[^:]*]]: memref<128xi8> {ddnn.memory = #ddnn.memory<kind = arena, index = 0>})
// CHECK-NEXT:      %[[O:.*]] = arith.constant 0 : index
// CHECK-NEXT:      %[[S:.*]] = memref.view %[[ARENA]][%[[O]]]
// CHECK-NEXT:      call @make(%[[S]])
// CHECK:         func.func @step1(
// CHECK:           arith.constant 64 : index
// CHECK-NEXT:      memref.view
// CHECK-NEXT:      call @make
// CHECK:         func.func @step2(
// CHECK-NEXT:      %[[O:.*]] = arith.constant 0 : index
// CHECK-NEXT:      %[[S:.*]] = memref.view %{{.*}}[%[[O]]]
// CHECK:           call @copy(%[[S]], %{{.*}})
// CHECK:           call @make(%[[L:.*]])
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func private @make(memref<16xf32>)
  func.func private @widen(memref<16xf32>, memref<32xf32>)
  func.func private @narrow(memref<32xf32>, memref<16xf32>)
  func.func private @copy(memref<16xf32>, memref<16xf32>)
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %s: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = slot, index = 0>}) {
    call @make(%s) : (memref<16xf32>) -> ()
    return
  }
  func.func @step1(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %y: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %a = memref.alloc() : memref<16xf32>
    call @make(%a) : (memref<16xf32>) -> ()
    call @copy(%a, %y) : (memref<16xf32>, memref<16xf32>) -> ()
    return
  }
  func.func @step2(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %s: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = slot, index = 0>}, %y: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 1>}) {
    call @copy(%s, %y) : (memref<16xf32>, memref<16xf32>) -> ()
    %a = memref.alloc() : memref<16xf32>
    call @make(%a) : (memref<16xf32>) -> ()
    call @copy(%a, %y) : (memref<16xf32>, memref<16xf32>) -> ()
    return
  }
}

// -----

// Three that live at once never overlap, and each is aligned to what its size
// asks for: 4 bytes do not push 64 bytes off their line.

// CHECK-LABEL: ddnn.tier @a
// CHECK-SAME:    arena_lower_bound = 133 : i64, arena_size = 133 : i64
// CHECK-DAG:       %[[O0:.*]] = arith.constant 128 : index
// CHECK-DAG:       memref.view %{{.*}}[%[[O0]]][] : memref<133xi8> to memref<1xf32>
// CHECK-DAG:       %[[O1:.*]] = arith.constant 0 : index
// CHECK-DAG:       memref.view %{{.*}}[%[[O1]]][] : memref<133xi8> to memref<32xf32>
// CHECK-DAG:       %[[O2:.*]] = arith.constant 132 : index
// CHECK-DAG:       memref.view %{{.*}}[%[[O2]]][] : memref<133xi8> to memref<1xi1>
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func private @all(memref<1xf32>, memref<32xf32>, memref<1xi1>)
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}) {
    %a = memref.alloc() : memref<1xf32>
    %b = memref.alloc() : memref<32xf32>
    %c = memref.alloc() : memref<1xi1>
    call @all(%a, %b, %c) : (memref<1xf32>, memref<32xf32>, memref<1xi1>) -> ()
    return
  }
}

// -----

// Nothing to place. An allocation that nobody uses takes no place either.

// CHECK-LABEL: ddnn.tier @a
// CHECK-SAME:    arena_lower_bound = 0 : i64, arena_size = 0 : i64
// CHECK:         memref<0xi8> {ddnn.memory = #ddnn.memory<kind = arena, index = 0>}
// CHECK-NOT:     memref.alloc
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}) {
    %a = memref.alloc() : memref<16xf32>
    return
  }
}

// -----

// Scratch is memory like any other. How much of it there is at once is said
// apart: one kernel has it after the other, and takes the other's place.

// CHECK-LABEL: ddnn.tier @a
// CHECK-SAME:    arena_lower_bound = 384 : i64, arena_size = 384 : i64, winograd_scratch = 256 : i64
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func private @make(memref<32xf32>, memref<64xf32>)
  func.func private @copy(memref<32xf32>, memref<32xf32>, memref<16xf32>)
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %y: memref<32xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %a = memref.alloc() : memref<32xf32>
    %s = memref.alloc() {ddnn.scratch} : memref<64xf32>
    %t = memref.alloc() {ddnn.scratch} : memref<16xf32>
    call @make(%a, %s) : (memref<32xf32>, memref<64xf32>) -> ()
    call @copy(%a, %y, %t) : (memref<32xf32>, memref<32xf32>, memref<16xf32>) -> ()
    return
  }
}
