// RUN: ddnn-opt %s --ddnn-finalize-descriptor --split-input-file --verify-diagnostics

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> attributes {arena_lower_bound = 64 : i64, arena_size = 192 : i64} {
}
// expected-error@+1 {{tier 'a' has no sizes yet; run ddnn-collect-weights and ddnn-plan-arena first}}
ddnn.descriptor @m hash 9 labels []
  exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 1.0 : f64, last = true>]
  tiers [#ddnn.tier_info<name = "a", inputs = [],
    outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>],
    links = 0, local_exits = [#ddnn.local_exit<exit = 0, output = 0, step = 0>], steps = 1,
    operators = ["Gemm fc"], flops = 7, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// No such tier at all.
// expected-error@+1 {{tier 'a' has no sizes yet}}
ddnn.descriptor @m hash 9 labels []
  exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 1.0 : f64, last = true>]
  tiers [#ddnn.tier_info<name = "a", inputs = [],
    outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>],
    links = 0, local_exits = [#ddnn.local_exit<exit = 0, output = 0, step = 0>], steps = 1,
    operators = ["Gemm fc"], flops = 7, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// Code tells a profiler of layers by their numbers.
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> attributes {arena_lower_bound = 64 : i64, arena_size = 192 : i64, weights_size = 129 : i64} {
  func.func private @kernel(%x: memref<4xf32>) {
    return
  }
  func.func @step0(%x: memref<4xf32>) {
    // expected-error@+1 {{is layer 1 of tier 'a', but stands where layer 0 should}}
    call @kernel(%x) {ddnn.layer = #ddnn.layer<index = 1, nodes = [], flops = 0>} : (memref<4xf32>) -> ()
    return
  }
}
ddnn.descriptor @m hash 9 labels []
  exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 1.0 : f64, last = true>]
  tiers [#ddnn.tier_info<name = "a", inputs = [],
    outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>],
    links = 0, local_exits = [#ddnn.local_exit<exit = 0, output = 0, step = 0>], steps = 1,
    operators = ["Gemm fc"], flops = 7, weights = 0, arena = 0, arena_lower_bound = 0>]
