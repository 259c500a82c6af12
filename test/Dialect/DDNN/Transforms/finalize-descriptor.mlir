// RUN: ddnn-opt %s --ddnn-finalize-descriptor --split-input-file | FileCheck %s

// Sizes and layers come from the tier; all else stays as partitioning left it.
// CHECK: ddnn.descriptor @m hash 9 labels ["no", "yes"]
// CHECK-SAME: steps = 1, operators = ["Gemm fc"], flops = 7, weights = 129, arena = 192, arena_lower_bound = 64,
// CHECK-SAME: layers = [#ddnn.layer<index = 0, nodes = ["Gemm fc", "Relu r"], flops = 7>, #ddnn.layer<index = 1, nodes = [], flops = 0>]>]
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> attributes {arena_lower_bound = 64 : i64, arena_size = 192 : i64, weights_size = 129 : i64} {
  func.func private @kernel(%x: memref<4xf32>) {
    return
  }
  func.func @step0(%x: memref<4xf32>) {
    call @kernel(%x) {ddnn.layer = #ddnn.layer<index = 0, nodes = ["Gemm fc", "Relu r"], flops = 7>} : (memref<4xf32>) -> ()
    return
  }
  func.func @step1(%x: memref<4xf32>) {
    call @kernel(%x) {ddnn.layer = #ddnn.layer<index = 1, nodes = [], flops = 0>} : (memref<4xf32>) -> ()
    return
  }
}
ddnn.descriptor @m hash 9 labels ["no", "yes"]
  exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 1.0 : f64, last = true>]
  tiers [#ddnn.tier_info<name = "a", inputs = [],
    outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>],
    links = 0, local_exits = [#ddnn.local_exit<exit = 0, output = 0, step = 0>], steps = 1,
    operators = ["Gemm fc"], flops = 7, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// What Winograd takes, and the pools, are said where there are some.
// CHECK: ddnn.descriptor @m
// CHECK-SAME: weights = 129, arena = 192, arena_lower_bound = 64, winograd_weights = 40, winograd_scratch = 48, pools = [#ddnn.pool<name = "fast", capacity = 128, used = 128>, #ddnn.pool<name = "slow", capacity = 256, used = 64>]
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 384, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [#ddnn.pool<name = "fast", capacity = 128>, #ddnn.pool<name = "slow", capacity = 256>]> attributes {arena_lower_bound = 64 : i64, arena_pools = [#ddnn.pool<name = "fast", capacity = 128, used = 128>, #ddnn.pool<name = "slow", capacity = 256, used = 64>], arena_size = 192 : i64, weights_size = 129 : i64, winograd_scratch = 48 : i64, winograd_weights = 40 : i64} {
}
ddnn.descriptor @m hash 9 labels []
  exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 1.0 : f64, last = true>]
  tiers [#ddnn.tier_info<name = "a", inputs = [],
    outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>],
    links = 0, local_exits = [#ddnn.local_exit<exit = 0, output = 0, step = 0>], steps = 1,
    operators = ["Gemm fc"], flops = 7, weights = 0, arena = 0, arena_lower_bound = 0>]
