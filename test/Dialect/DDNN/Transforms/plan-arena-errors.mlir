// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-plan-arena))" --split-input-file --verify-diagnostics

// expected-error@+2 {{the arena needs 192 bytes, the tier's memory budget is 191}}
// expected-note@+1 {{at least 192 bytes are alive at once; cut earlier, raise the budget, or do without the scratch of Winograd (--winograd=off)}}
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 191, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
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

// A budget that is just enough.
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 192, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
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

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  // expected-error@+1 {{argument #1 has no ddnn.memory}}
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %y: memref<16xf32>) {
    return
  }
}

// -----

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}, %n: index {ddnn.memory = #ddnn.memory<kind = input, index = 0>}) {
    // expected-error@+1 {{has no constant size and cannot be placed}}
    %a = memref.alloc(%n) : memref<?xf32>
    return
  }
}

// -----

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %a = memref.alloc() : memref<16xf32>
    // expected-error@+1 {{uses a buffer outside of a kernel; run ddnn-outline-kernels first}}
    memref.store %zero, %a[%c0] : memref<16xf32>
    return
  }
}

// -----

// What each pool has and what would be needed, and whose buffer it is.
// expected-error@+7 {{the arena does not fit into the tier's memory pools}}
// expected-note@+6 {{pool 'fast' has 64 bytes, 64 of them are taken}}
// expected-note@+5 {{pool 'slow' has 100 bytes, 0 of them are taken}}
// expected-note@+4 {{with all that is left, 'slow' would need 248 bytes}}
// expected-note@+3 {{no place for 128 bytes of Conv device/conv}}
// expected-note@+2 {{no place for 120 bytes of Conv device/conv}}
// expected-note@+1 {{cut earlier, raise the budget, or do without the scratch of Winograd (--winograd=off)}}
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 164, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [#ddnn.pool<name = "fast", capacity = 64>, #ddnn.pool<name = "slow", capacity = 100>]> {
  func.func private @make(memref<16xf32>, memref<32xf32>, memref<30xf32>)
  func.func @step0(%w: memref<0xi8> {ddnn.memory = #ddnn.memory<kind = weights, index = 0>}) {
    %a = memref.alloc() : memref<16xf32>
    %b = memref.alloc() : memref<32xf32>
    %c = memref.alloc() : memref<30xf32>
    call @make(%a, %b, %c) : (memref<16xf32>, memref<32xf32>, memref<30xf32>) -> () loc(#conv)
    return
  }
}
#conv = loc("device/conv"("Conv"))
