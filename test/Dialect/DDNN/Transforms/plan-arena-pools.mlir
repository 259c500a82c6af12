// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-plan-arena))" --split-input-file | FileCheck %s

// Two memories: what is touched most often per byte lies in the first, the fast
// one. Both buffers are made and copied once, but @often reads %b sixteen times.

// CHECK-LABEL: ddnn.tier @a
// CHECK-SAME:    attributes {arena_lower_bound = 128 : i64, arena_pools = [#ddnn.pool<name = "fast", capacity = 64, used = 64>, #ddnn.pool<name = "slow", capacity = 128, used = 64>], arena_size = 128 : i64}
// CHECK:         func.func @step0(%{{[^:]*}}: memref<0xi8> {{[^,]*, [^,]*}}, %[[FAST:[^:]*]]: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = arena, index = 0>}, %[[SLOW:[^:]*]]: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = arena, index = 1>}, %[[Y:[^:]*]]: memref<16xf32>
// CHECK:           %[[A:.*]] = memref.view %[[SLOW]][
// CHECK:           %[[B:.*]] = memref.view %[[FAST]][
// CHECK:           call @make(%[[A]], %[[B]])
// CHECK-NEXT:      call @often(%[[B]], %[[Y]])
// CHECK-NEXT:      call @copy(%[[A]], %[[Y]])
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 192, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [#ddnn.pool<name = "fast", capacity = 64>, #ddnn.pool<name = "slow", capacity = 128>]> {
  func.func private @often(%from: memref<16xf32>, %to: memref<16xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    scf.for %i = %c0 to %c16 step %c1 {
      scf.for %j = %c0 to %c16 step %c1 {
        %v = memref.load %from[%j] : memref<16xf32>
        memref.store %v, %to[%i] : memref<16xf32>
      }
    }
    return
  }
  func.func private @make(memref<16xf32>, memref<16xf32>)
  func.func private @copy(memref<16xf32>, memref<16xf32>)
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %y: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %a = memref.alloc() : memref<16xf32>
    %b = memref.alloc() : memref<16xf32>
    call @make(%a, %b) : (memref<16xf32>, memref<16xf32>) -> ()
    call @often(%b, %y) : (memref<16xf32>, memref<16xf32>) -> ()
    call @copy(%a, %y) : (memref<16xf32>, memref<16xf32>) -> ()
    return
  }
}

// -----

// The same, but what is read often is too large for the fast memory: it lies in
// the slow one, and what fits is not kept waiting for it.

// CHECK-LABEL: ddnn.tier @a
// CHECK-SAME:    arena_pools = [#ddnn.pool<name = "fast", capacity = 32, used = 32>, #ddnn.pool<name = "slow", capacity = 128, used = 64>], arena_size = 96 : i64}
// CHECK:         func.func @step0(%{{[^:]*}}: memref<0xi8> {{[^,]*, [^,]*}}, %[[FAST:[^:]*]]: memref<32xi8> {{[^,]*, [^,]*}}, %[[SLOW:[^:]*]]: memref<64xi8>
// CHECK:           memref.view %[[FAST]][{{.*}} to memref<8xf32>
// CHECK:           memref.view %[[SLOW]][{{.*}} to memref<16xf32>
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 160, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [#ddnn.pool<name = "fast", capacity = 32>, #ddnn.pool<name = "slow", capacity = 128>]> {
  func.func private @often(%from: memref<16xf32>, %to: memref<16xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    scf.for %i = %c0 to %c16 step %c1 {
      scf.for %j = %c0 to %c16 step %c1 {
        %v = memref.load %from[%j] : memref<16xf32>
        memref.store %v, %to[%i] : memref<16xf32>
      }
    }
    return
  }
  func.func private @make(memref<8xf32>, memref<16xf32>)
  func.func private @copy(memref<8xf32>, memref<16xf32>)
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %y: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %a = memref.alloc() : memref<8xf32>
    %b = memref.alloc() : memref<16xf32>
    call @make(%a, %b) : (memref<8xf32>, memref<16xf32>) -> ()
    call @often(%b, %y) : (memref<16xf32>, memref<16xf32>) -> ()
    call @copy(%a, %y) : (memref<8xf32>, memref<16xf32>) -> ()
    return
  }
}

// -----

// Buffers that do not live at the same time share the fast memory as they share
// an arena, so nothing is left for the slow one.

// CHECK-LABEL: ddnn.tier @a
// CHECK-SAME:    arena_lower_bound = 128 : i64, arena_pools = [#ddnn.pool<name = "fast", capacity = 128, used = 128>, #ddnn.pool<name = "slow", capacity = 64>], arena_size = 128 : i64}
// CHECK:         func.func @step0(%{{[^:]*}}: memref<0xi8> {{[^,]*, [^,]*}}, %[[FAST:[^:]*]]: memref<128xi8> {{[^,]*, [^,]*}}, %[[SLOW:[^:]*]]: memref<0xi8>
// CHECK-NOT:       memref.view %[[SLOW]]
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 192, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [#ddnn.pool<name = "fast", capacity = 128>, #ddnn.pool<name = "slow", capacity = 64>]> {
  func.func private @make(memref<16xf32>)
  func.func private @copy(memref<16xf32>, memref<16xf32>)
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %y: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %a = memref.alloc() : memref<16xf32>
    %b = memref.alloc() : memref<16xf32>
    %c = memref.alloc() : memref<16xf32>
    call @make(%a) : (memref<16xf32>) -> ()
    call @copy(%a, %b) : (memref<16xf32>, memref<16xf32>) -> ()
    call @copy(%b, %c) : (memref<16xf32>, memref<16xf32>) -> ()
    call @copy(%c, %y) : (memref<16xf32>, memref<16xf32>) -> ()
    return
  }
}

// -----

// A kernel's scratch comes before all else, even where it is touched less.

// CHECK-LABEL: ddnn.tier @a
// CHECK-SAME:    arena_pools = [#ddnn.pool<name = "fast", capacity = 64, used = 64>, #ddnn.pool<name = "slow", capacity = 128, used = 64>], arena_size = 128 : i64, winograd_scratch = 64 : i64}
// CHECK:         func.func @step0(%{{[^:]*}}: memref<0xi8> {{[^,]*, [^,]*}}, %[[FAST:[^:]*]]: memref<64xi8> {{[^,]*, [^,]*}}, %[[SLOW:[^:]*]]: memref<64xi8>
// CHECK:           %[[S:.*]] = memref.view %[[FAST]][
// CHECK:           %[[B:.*]] = memref.view %[[SLOW]][
// CHECK:           call @make(%[[S]], %[[B]])
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 192, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [#ddnn.pool<name = "fast", capacity = 64>, #ddnn.pool<name = "slow", capacity = 128>]> {
  func.func private @often(%from: memref<16xf32>, %to: memref<16xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    scf.for %i = %c0 to %c16 step %c1 {
      scf.for %j = %c0 to %c16 step %c1 {
        %v = memref.load %from[%j] : memref<16xf32>
        memref.store %v, %to[%i] : memref<16xf32>
      }
    }
    return
  }
  func.func private @make(memref<16xf32>, memref<16xf32>)
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %y: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %s = memref.alloc() {ddnn.scratch} : memref<16xf32>
    %b = memref.alloc() : memref<16xf32>
    call @make(%s, %b) : (memref<16xf32>, memref<16xf32>) -> ()
    call @often(%b, %y) : (memref<16xf32>, memref<16xf32>) -> ()
    return
  }
}

// -----

// A value that one step keeps for a later one has the same place in both, here
// in the slow memory.

// CHECK-LABEL: ddnn.tier @a
// CHECK:         func.func @step0(%{{[^:]*}}: memref<0xi8> {{[^,]*, [^,]*}}, %{{[^:]*}}: memref<64xi8> {{[^,]*, [^,]*}}, %[[SLOW:[^:]*]]: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = arena, index = 1>})
// CHECK:           memref.view %[[SLOW]][%c0
// CHECK:         func.func @step1(%{{[^:]*}}: memref<0xi8> {{[^,]*, [^,]*}}, %{{[^:]*}}: memref<64xi8> {{[^,]*, [^,]*}}, %[[SLOW:[^:]*]]: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = arena, index = 1>}, %[[Y:[^:]*]]: memref<16xf32>
// CHECK:           %[[S:.*]] = memref.view %[[SLOW]][%c0
// CHECK:           call @copy(%[[S]], %[[Y]])
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 128, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [#ddnn.pool<name = "fast", capacity = 64>, #ddnn.pool<name = "slow", capacity = 64>]> {
  func.func private @often(%from: memref<16xf32>, %to: memref<16xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    scf.for %i = %c0 to %c16 step %c1 {
      scf.for %j = %c0 to %c16 step %c1 {
        %v = memref.load %from[%j] : memref<16xf32>
        memref.store %v, %to[%i] : memref<16xf32>
      }
    }
    return
  }
  func.func private @make(memref<16xf32>)
  func.func private @copy(memref<16xf32>, memref<16xf32>)
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %s: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = slot, index = 0>}) {
    %b = memref.alloc() : memref<16xf32>
    call @make(%s) : (memref<16xf32>) -> ()
    call @make(%b) : (memref<16xf32>) -> ()
    call @often(%b, %b) : (memref<16xf32>, memref<16xf32>) -> ()
    return
  }
  func.func @step1(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %s: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = slot, index = 0>}, %y: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    call @copy(%s, %y) : (memref<16xf32>, memref<16xf32>) -> ()
    return
  }
}

// -----

// Where the small ones that are used often leave no room for a large one, all
// are placed by size.

// CHECK-LABEL: ddnn.tier @a
// CHECK-SAME:    arena_pools = [#ddnn.pool<name = "fast", capacity = 128, used = 128>, #ddnn.pool<name = "slow", capacity = 64, used = 64>], arena_size = 192 : i64}
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 192, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [#ddnn.pool<name = "fast", capacity = 128>, #ddnn.pool<name = "slow", capacity = 64>]> {
  func.func private @often(%from: memref<16xf32>, %to: memref<16xf32>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    scf.for %i = %c0 to %c16 step %c1 {
      scf.for %j = %c0 to %c16 step %c1 {
        %v = memref.load %from[%j] : memref<16xf32>
        memref.store %v, %to[%i] : memref<16xf32>
      }
    }
    return
  }
  func.func private @make(memref<16xf32>, memref<32xf32>)
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %y: memref<16xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}) {
    %a = memref.alloc() : memref<16xf32>
    %b = memref.alloc() : memref<32xf32>
    call @make(%a, %b) : (memref<16xf32>, memref<32xf32>) -> ()
    call @often(%a, %y) : (memref<16xf32>, memref<16xf32>) -> ()
    return
  }
}
