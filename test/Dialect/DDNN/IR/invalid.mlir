// RUN: ddnn-opt %s --split-input-file --verify-diagnostics

// Every verifier of the dialect rejects nonsense.

func.func @f(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{needs a name}}
  %0 = ddnn.exit "" %x threshold 0.5 by entropy : tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<?x4xf32>) {
  // expected-error@+1 {{needs scores of static shape, got 'tensor<?x4xf32>'}}
  %0 = ddnn.exit "y" %x threshold 0.5 by entropy : tensor<?x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x1xf32>) {
  // expected-error@+1 {{needs at least two classes, got 'tensor<1x1xf32>'}}
  %0 = ddnn.exit "y" %x threshold 0.5 by entropy : tensor<1x1xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>) {
  // expected-error@+2 {{to be one of: entropy, confidence, margin}}
  // expected-error@+1 {{failed to parse}}
  %0 = ddnn.exit "y" %x threshold 0.5 by doubt : tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{threshold 1.500000e+00 of exit 'y' is not in [0, 1]}}
  %0 = ddnn.exit "y" %x threshold 1.5 by entropy : tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{of exit 'y' is not in [0, 1]}}
  %0 = ddnn.exit "y" %x threshold -0.1 by entropy : tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>) {
  // Not a number is in no interval.
  // expected-error@+1 {{of exit 'y' is not in [0, 1]}}
  %0 = ddnn.exit "y" %x threshold 0x7FF8000000000000 by entropy : tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{needs at least one member}}
  %0 = "ddnn.aggregate"() <{kind = #ddnn<aggregate_kind max>, names = [], missing = #ddnn<missing fail>}> : () -> tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{has 2 members but 1 names}}
  %0 = ddnn.aggregate max %x, %x from ["a"] missing fail : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{max and mean need equal types}}
  %0 = ddnn.aggregate mean %x from ["a"] missing fail : (tensor<1x4xf32>) -> tensor<1x5xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{cannot skip a missing member of a concatenation}}
  %0 = ddnn.aggregate concat %x from ["a"] missing skip : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error@+1 {{concatenates along axis 1}}
  %0 = ddnn.aggregate concat %x from ["a"] missing zero : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{cannot concatenate 'tensor<1x4xf32>' into 'tensor<1x4x1xf32>'}}
  %0 = ddnn.aggregate concat %x from ["a"] missing zero : (tensor<1x4xf32>) -> tensor<1x4x1xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{cannot concatenate 'tensor<1x4xf32>' into 'tensor<2x4xf32>'}}
  %0 = ddnn.aggregate concat %x from ["a"] missing zero : (tensor<1x4xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{members have 8 channels in all, the result has 7}}
  %0 = ddnn.aggregate concat %x, %x from ["a", "b"] missing zero : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x7xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{has parts of blank views, but a missing member means zero}}
  %0 = ddnn.aggregate max %x from ["a"] missing zero blank(%x : tensor<1x4xf32>) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>, %y: tensor<1x5xf32>) {
  // expected-error@+1 {{needs a part of a blank view for each member, of the member's type}}
  %0 = ddnn.aggregate max %x from ["a"] missing blank blank(%y : tensor<1x5xf32>) : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>, %p: tensor<1xi8>) {
  // expected-error@+1 {{knows who is present, but not the parts of blank views; run ddnn-evaluate-blanks first}}
  %0 = ddnn.aggregate max %x from ["a"] missing blank present(%p : tensor<1xi8>) [0] : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>, %p: tensor<1xi8>) {
  // expected-error@+1 {{has 1 members but 2 indices of presence}}
  %0 = ddnn.aggregate max %x from ["a"] missing skip present(%p : tensor<1xi8>) [0, 0] : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>, %p: tensor<1xi8>) {
  // expected-error@+1 {{reads presence 1 of 'tensor<1xi8>'}}
  %0 = ddnn.aggregate max %x from ["a"] missing skip present(%p : tensor<1xi8>) [1] : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>, %p: tensor<1xi8>) {
  // expected-error@+1 {{reads presence -1 of 'tensor<1xi8>'}}
  %0 = ddnn.aggregate max %x from ["a"] missing skip present(%p : tensor<1xi8>) [-1] : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>) {
  // expected-error@+1 {{has indices of presence, but no presence}}
  %0 = "ddnn.aggregate"(%x) <{kind = #ddnn<aggregate_kind max>, names = ["a"], missing = #ddnn<missing skip>, indices = array<i64: 0>, operandSegmentSizes = array<i32: 1, 0, 0>}> : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>, %s: tensor<4xf32>) {
  // expected-error@+1 {{needs channels on axis 1}}
  %0 = ddnn.batch_norm %x, %s, %s : tensor<4xf32>, tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4xf32>, %s: tensor<3xf32>) {
  // expected-error@+1 {{has 3 scales for 4 channels}}
  %0 = ddnn.batch_norm %x, %s, %s : tensor<1x4xf32>, tensor<3xf32>
  return
}

// -----

func.func @f(%x: tensor<4xi32>) {
  // expected-error@+1 {{operand #0 must be}}
  %0 = ddnn.sign %x : tensor<4xi32> -> tensor<4xi1>
  return
}

// -----

// expected-error@+1 {{is described by the tier_spec of 'cloud'}}
ddnn.tier @device index 0 spec <name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}

// -----

// expected-error@+1 {{steps must be named step0, step1, ... in order, found 'step1' at position 0}}
ddnn.tier @device index 0 spec <name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step1() {
    return
  }
}

// -----

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @b index 1 spec <name = "b", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @c index 2 spec <name = "c", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
// expected-error@+1 {{encoding u8 carries bytes, not 'tensor<4xf32>'}}
ddnn.link @l from @a to @b : tensor<4xf32> as u8

// -----

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @b index 1 spec <name = "b", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @c index 2 spec <name = "c", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
// expected-error@+1 {{encoding f16 carries floats, not 'tensor<4xi8>'}}
ddnn.link @l from @a to @b : tensor<4xi8> as f16

// -----

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @b index 1 spec <name = "b", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @c index 2 spec <name = "c", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
// expected-error@+1 {{encoding bits carries +-1 (i1), not 'tensor<4xf32>'}}
ddnn.link @l from @a to @b : tensor<4xf32> as bits

// -----

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @b index 1 spec <name = "b", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @c index 2 spec <name = "c", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
// expected-error@+1 {{encoding u8 carries bytes, not 'tensor<4xi1>'}}
ddnn.link @l from @a to @b : tensor<4xi1> as u8

// -----

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @b index 1 spec <name = "b", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @c index 2 spec <name = "c", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
// expected-error@+1 {{needs a static shape, got 'tensor<?xf32>'}}
ddnn.link @l from @a to @b : tensor<?xf32> as f32

// -----

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @b index 1 spec <name = "b", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @c index 2 spec <name = "c", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
// expected-error@+1 {{needs a positive scale}}
ddnn.link @l from @a to @b : tensor<4xf32> as i8 scale 0.0

// -----

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @b index 1 spec <name = "b", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @c index 2 spec <name = "c", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
// expected-error@+1 {{comes from unknown tier @x}}
ddnn.link @l from @x to @b : tensor<4xf32> as f32

// -----

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @b index 1 spec <name = "b", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @c index 2 spec <name = "c", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
// expected-error@+1 {{goes to unknown tier @x}}
ddnn.link @l from @a to @x : tensor<4xf32> as f32

// -----

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @b index 1 spec <name = "b", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @c index 2 spec <name = "c", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
// expected-error@+1 {{must go to the next tier, but @a is tier 0 and @c is tier 2}}
ddnn.link @l from @a to @c : tensor<4xf32> as f32

// -----

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @b index 1 spec <name = "b", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
ddnn.tier @c index 2 spec <name = "c", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
}
// expected-error@+1 {{must go to the next tier, but @b is tier 1 and @a is tier 0}}
ddnn.link @l from @b to @a : tensor<4xf32> as f32

// -----

// expected-error@+1 {{needs at least one exit}}
ddnn.descriptor @m hash 0 labels [] exits [] tiers [#ddnn.tier_info<name = "t", inputs = [], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// expected-error@+1 {{exit 'y' is on tier 1 of 1}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "y", tier = 1, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>] tiers [#ddnn.tier_info<name = "t", inputs = [], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// expected-error@+1 {{exit 'y' is on tier -1 of 1}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "y", tier = -1, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>] tiers [#ddnn.tier_info<name = "t", inputs = [], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// expected-error@+1 {{only the last exit may be, and must be, marked last}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>] tiers [#ddnn.tier_info<name = "t", inputs = [], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// expected-error@+1 {{only the last exit may be, and must be, marked last}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "x", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>, #ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>] tiers [#ddnn.tier_info<name = "t", inputs = [], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// expected-error@+1 {{has 17 exits, the runtime's tables hold 16}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "e0", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e1", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e2", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e3", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e4", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e5", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e6", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e7", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e8", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e9", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e10", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e11", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e12", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e13", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e14", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e15", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = false>, #ddnn.exit_info<name = "e16", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>] tiers [#ddnn.tier_info<name = "t", inputs = [], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// expected-error@+1 {{tier 't' has 2 links among 1 outputs}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>] tiers [#ddnn.tier_info<name = "t", inputs = [], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 2, local_exits = [], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// expected-error@+1 {{tier 't' has 17 inputs and 1 outputs, the runtime's tables hold 16; cut elsewhere}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>] tiers [#ddnn.tier_info<name = "t", inputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>, #ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// expected-error@+1 {{tier 't' has an exit that is out of range}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>] tiers [#ddnn.tier_info<name = "t", inputs = [], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [#ddnn.local_exit<exit = 1, output = 0, step = 0>], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// expected-error@+1 {{tier 't' has an exit that is out of range}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>] tiers [#ddnn.tier_info<name = "t", inputs = [], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [#ddnn.local_exit<exit = 0, output = 1, step = 0>], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// expected-error@+1 {{tier 't' has an exit that is out of range}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>] tiers [#ddnn.tier_info<name = "t", inputs = [], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [#ddnn.local_exit<exit = 0, output = 0, step = 1>], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// expected-error@+1 {{tier 't' has an exit that is out of range}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>] tiers [#ddnn.tier_info<name = "t", inputs = [], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [#ddnn.local_exit<exit = -1, output = 0, step = 0>], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// expected-error@+1 {{tier 't' has inputs or outputs that are no #ddnn.tensor_info}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>] tiers [#ddnn.tier_info<name = "t", inputs = [1], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// expected-error@+1 {{tier 't' has local exits that are no #ddnn.local_exit}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>] tiers [#ddnn.tier_info<name = "t", inputs = [], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [1], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// expected-error@+1 {{tier 't' has operators that are no strings}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>] tiers [#ddnn.tier_info<name = "t", inputs = [], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [], steps = 1, operators = [1], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0>]

// -----

// expected-error@+1 {{the runtime takes static shapes of at most 6 dimensions}}
module attributes {x = #ddnn.tensor_info<name = "y", type = tensor<1x1x1x1x1x1x1xf32>, encoding = f32, scale = 1.0 : f64>} {}

// -----

// expected-error@+1 {{the runtime takes static shapes of at most 6 dimensions}}
module attributes {x = #ddnn.tensor_info<name = "y", type = tensor<?xf32>, encoding = f32, scale = 1.0 : f64>} {}

// -----

// expected-error@+1 {{a layer's index and flops are not negative, got -1 and 0}}
module attributes {ddnn.layer = #ddnn.layer<index = -1, nodes = [], flops = 0>} {}

// -----

// expected-error@+1 {{a layer's index and flops are not negative, got 0 and -4}}
module attributes {ddnn.layer = #ddnn.layer<index = 0, nodes = [], flops = -4>} {}

// -----

// expected-error@+1 {{layer 2 has nodes that are no strings}}
module attributes {ddnn.layer = #ddnn.layer<index = 2, nodes = [7], flops = 0>} {}

// -----

// expected-error@+1 {{tier 't' has layers that are not #ddnn.layer 0, 1, ...}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>] tiers [#ddnn.tier_info<name = "t", inputs = [], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0, layers = [#ddnn.layer<index = 1, nodes = [], flops = 0>]>]

// -----

// expected-error@+1 {{a measured layer has nodes that are no strings}}
module attributes {ddnn.x = #ddnn.layer_time<nodes = [1], flops = 0, seconds = 0.0 : f64>} {}

// -----

// expected-error@+1 {{a measured layer has -1 flops}}
module attributes {ddnn.x = #ddnn.layer_time<nodes = [], flops = -1, seconds = 0.0 : f64>} {}

// -----

// expected-error@+1 {{a layer takes a time of at least 0, not -1}}
module attributes {ddnn.x = #ddnn.layer_time<nodes = [], flops = 0, seconds = -1.0 : f64>} {}

// -----

// expected-error@+1 {{a layer takes a time of at least 0, not INF}}
module attributes {ddnn.x = #ddnn.layer_time<nodes = [], flops = 0, seconds = 0x7FF0000000000000 : f64>} {}

// -----

// expected-error@+1 {{tier 'a' has a profile that is no list of #ddnn.layer_time}}
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, profile = [1]> {
}

// -----

// expected-error@+1 {{tier 't' has expected times that are none}}
ddnn.descriptor @m hash 0 labels [] exits [#ddnn.exit_info<name = "y", tier = 0, classes = 2, scores = logits, criterion = entropy, threshold = 0.5 : f64, last = true>] tiers [#ddnn.tier_info<name = "t", inputs = [], outputs = [#ddnn.tensor_info<name = "y", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>], links = 0, local_exits = [], steps = 1, operators = [], flops = 0, weights = 0, arena = 0, arena_lower_bound = 0, seconds = [-1.0]>]

// -----

// expected-error@+2 {{memory pool 'a-b' has a name that C cannot spell}}
// expected-error@+1 {{failed to parse DDNN_TierSpecAttr parameter 'pools'}}
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 128, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [#ddnn.pool<name = "a-b", capacity = 64>, #ddnn.pool<name = "b", capacity = 64>]> {
}

// -----

// expected-error@+2 {{memory pool 'fast' holds 65 of 64 bytes}}
// expected-error@+1 {{failed to parse DDNN_TierSpecAttr parameter 'pools'}}
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 128, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [#ddnn.pool<name = "fast", capacity = 64, used = 65>, #ddnn.pool<name = "b", capacity = 64>]> {
}

// -----

// expected-error@+2 {{memory pool 'fast' holds 0 of 0 bytes}}
// expected-error@+1 {{failed to parse DDNN_TierSpecAttr parameter 'pools'}}
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 64, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [#ddnn.pool<name = "fast", capacity = 0>, #ddnn.pool<name = "b", capacity = 64>]> {
}

// -----

// expected-error@+1 {{tier 'a' has 1 memory pools instead of 2 to 4}}
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 64, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [#ddnn.pool<name = "fast", capacity = 64>]> {
}

// -----

// expected-error@+1 {{tier 'a' has two memory pools 'Fast'; case makes no difference}}
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 128, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [#ddnn.pool<name = "fast", capacity = 64>, #ddnn.pool<name = "Fast", capacity = 64>]> {
}

// -----

// expected-error@+1 {{tier 'a' has memory pools that are no #ddnn.pool}}
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 128, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [1, 2]> {
}

// -----

// expected-error@+1 {{tier 'a' has 100 bytes of memory, but pools of 128}}
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 100, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [#ddnn.pool<name = "fast", capacity = 64>, #ddnn.pool<name = "slow", capacity = 64>]> {
}

// -----

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 128, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, pools = [#ddnn.pool<name = "fast", capacity = 64>, #ddnn.pool<name = "slow", capacity = 64>]> {
  // expected-error@+1 {{argument #0 is memory pool 2, but the tier has 2}}
  func.func @step0(%arena: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = arena, index = 2>}) {
    return
  }
}

// -----

ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  // expected-error@+1 {{argument #0 is memory pool 1, but the tier has 1}}
  func.func @step0(%arena: memref<64xi8> {ddnn.memory = #ddnn.memory<kind = arena, index = 1>}) {
    return
  }
}

// -----

// expected-error@+1 {{tier 'a' has a power or energy of less than 0}}
ddnn.tier @a index 0 spec <name = "a", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64, power = -1.0 : f64> {
}

// -----

// expected-error@+1 {{an operating point has 1 thresholds but rates of 2 exits}}
module attributes {ddnn.x = #ddnn.operating_point<thresholds = [0.5], rates = [0.5, 0.1]>} {}

// -----

// expected-error@+1 {{an operating point has thresholds, rates and an accuracy in [0, 1]}}
module attributes {ddnn.x = #ddnn.operating_point<thresholds = [1.5], rates = [0.5]>} {}

// -----

// expected-error@+1 {{an operating point lets more samples leave than there are}}
module attributes {ddnn.x = #ddnn.operating_point<thresholds = [0.5, 0.5], rates = [0.5, 0.6]>} {}

// -----

// expected-error@+1 {{a search has points to choose from}}
module attributes {ddnn.x = #ddnn.search<objective = latency, points = [], source = "x">} {}

// -----

// expected-error@+1 {{a search has points of different numbers of exits}}
module attributes {ddnn.x = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.5], rates = [0.5]>, #ddnn.operating_point<thresholds = [], rates = []>], source = "x">} {}

// -----

// expected-error@+1 {{an accuracy is in [0, 1], not 2}}
module attributes {ddnn.x = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.5], rates = [0.5]>], min_accuracy = 2.0 : f64, source = "x">} {}

// -----

// expected-error@+1 {{a search asks for an accuracy, but has points of none}}
module attributes {ddnn.x = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.5], rates = [0.5]>], min_accuracy = 0.5 : f64, source = "x">} {}

// -----

// expected-error@+1 {{a placement has costs of at least 0}}
module attributes {ddnn.x = #ddnn.candidate<kind = chosen, cuts = [], exits = ["a"], seconds = -1.0 : f64, bytes = 0.0 : f64, joules = 0.0 : f64, note = "">} {}

// -----

// expected-error@+1 {{a placement has names of nodes to cut after and of the exits' tiers}}
module attributes {ddnn.x = #ddnn.candidate<kind = chosen, cuts = [], exits = [], seconds = 0.0 : f64, bytes = 0.0 : f64, joules = 0.0 : f64, note = "">} {}

// -----

// expected-error@+1 {{a placement has candidates, each a #ddnn.candidate}}
module attributes {ddnn.x = #ddnn.placement<objective = bytes, source = "x", point = #ddnn.operating_point<thresholds = [0.5], rates = [0.5]>, candidates = []>} {}

// -----

// expected-error@+1 {{the first candidate was chosen, and no other}}
module attributes {ddnn.x = #ddnn.placement<objective = bytes, source = "x", point = #ddnn.operating_point<thresholds = [0.5], rates = [0.5]>, candidates = [#ddnn.candidate<kind = refused, cuts = [], exits = ["a", "b"], seconds = 0.0 : f64, bytes = 0.0 : f64, joules = 0.0 : f64, note = "">]>} {}

// -----

// expected-error@+1 {{a placement has candidates of another number of exits}}
module attributes {ddnn.x = #ddnn.placement<objective = bytes, source = "x", point = #ddnn.operating_point<thresholds = [0.5], rates = [0.5]>, candidates = [#ddnn.candidate<kind = chosen, cuts = [], exits = ["a"], seconds = 0.0 : f64, bytes = 0.0 : f64, joules = 0.0 : f64, note = "">]>} {}
