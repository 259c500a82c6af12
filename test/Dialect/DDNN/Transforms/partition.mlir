// RUN: ddnn-opt %s --ddnn-partition --split-input-file | FileCheck %s

// Two exits in one tier, one after the other, then a link: three steps. What a
// later step needs is kept in a slot, and nothing is computed twice.

// CHECK-LABEL: ddnn.tier @device index 0
// CHECK:       func.func @step0(%[[X:.*]]: tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>})
// CHECK-SAME:    -> (tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>},
// CHECK-SAME:        tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = slot, index = 0>})
// CHECK-NEXT:    %[[A:.*]] = arith.negf %[[X]]
// CHECK-NEXT:    %[[E0:.*]] = ddnn.exit "e0" %[[A]]
// CHECK-NEXT:    return %[[E0]], %[[A]]
// CHECK:       func.func @step1(%[[A:.*]]: tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = slot, index = 0>})
// CHECK-SAME:    -> (tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 1>},
// CHECK-SAME:        tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = slot, index = 1>})
// CHECK-NEXT:    %[[B:.*]] = math.exp %[[A]]
// CHECK-NEXT:    %[[E1:.*]] = ddnn.exit "e1" %[[B]]
// CHECK-NEXT:    return %[[E1]], %[[B]]
// CHECK:       func.func @step2(
// CHECK-SAME:    %[[A:[^:]*]]: tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = slot, index = 0>},
// CHECK-SAME:    %[[B:[^:]*]]: tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = slot, index = 1>})
// CHECK-SAME:    -> (tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 2>})
// CHECK-NEXT:    %[[S:.*]] = arith.addf %[[A]], %[[B]]
// CHECK-NEXT:    return %[[S]]
// CHECK:       ddnn.tier @cloud index 1
// CHECK:       func.func @step0(%{{.*}}: tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>})
// CHECK:       ddnn.link @device.sum from @device to @cloud : tensor<1x4xf32> as f32
// CHECK:       ddnn.descriptor @toy
// CHECK-SAME:    name = "e0", tier = 0, classes = 4, scores = logits, criterion = entropy, threshold = 5.000000e-01 : f64, last = false
// CHECK-SAME:    name = "e1", tier = 0,
// CHECK-SAME:    name = "e2", tier = 1, {{.*}}last = true
// CHECK-SAME:    name = "device", inputs = [#ddnn.tensor_info<name = "image",
// CHECK-SAME:    links = 1, local_exits = [#ddnn.local_exit<exit = 0, output = 0, step = 0>, #ddnn.local_exit<exit = 1, output = 1, step = 1>], steps = 3,
// CHECK-SAME:    name = "cloud",
// CHECK-SAME:    links = 0, local_exits = [#ddnn.local_exit<exit = 2, output = 0, step = 0>], steps = 1,
// CHECK-NOT: @main
#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) {
    %a = arith.negf %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %e0 = ddnn.exit "e0" %a threshold 0.5 by entropy {ddnn.tier = "device"} : tensor<1x4xf32>
    %b = math.exp %a {ddnn.tier = "device"} : tensor<1x4xf32>
    %e1 = ddnn.exit "e1" %b threshold 0.5 by entropy {ddnn.tier = "device"} : tensor<1x4xf32>
    %s = arith.addf %a, %b {ddnn.tier = "device"} : tensor<1x4xf32> loc("sum")
    %t = math.tanh %s {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %e2 = ddnn.exit "e2" %t threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e0, %e1, %e2 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// A value used two tiers later travels hop by hop, once a hop however many use
// it; the tier between has a step that hands it on. It is +-1, so bits travel,
// and each tier makes floats of them once.

// CHECK-LABEL: ddnn.tier @device index 0
// CHECK:         %[[S:.*]] = ddnn.sign
// CHECK-NEXT:    return %[[S]] : tensor<1x4xi1>
// CHECK-LABEL: ddnn.tier @edge index 1
// CHECK:       func.func @step0(
// CHECK-SAME:    %[[A:[^:]*]]: tensor<1x4xi1> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}
// CHECK-SAME:    -> (tensor<1x4xi1> {ddnn.memory = #ddnn.memory<kind = output, index = 0>},
// CHECK-SAME:        tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 1>})
// CHECK-NEXT:    %[[F:.*]] = ddnn.plus_minus_one %[[A]]
// CHECK-NEXT:    %[[B:.*]] = math.exp %[[F]]
// CHECK-NEXT:    return %[[A]], %[[B]]
// CHECK-LABEL: ddnn.tier @cloud index 2
// CHECK:       func.func @step0(
// CHECK-SAME:    %[[A:[^:]*]]: tensor<1x4xi1> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}
// CHECK-SAME:    kind = input, index = 1
// CHECK-NEXT:    %[[F:.*]] = ddnn.plus_minus_one %[[A]]
// CHECK-NOT:     ddnn.plus_minus_one
// CHECK:       ddnn.link @device.a from @device to @edge : tensor<1x4xi1> as bits
// CHECK-NEXT:  ddnn.link @edge.a from @edge to @cloud : tensor<1x4xi1> as bits
// CHECK-NEXT:  ddnn.link @edge.b from @edge to @cloud : tensor<1x4xf32> as f32
// CHECK-NOT:   ddnn.link
#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#edge = #ddnn.tier_spec<name = "edge", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #edge, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %ab = ddnn.sign %x {ddnn.tier = "device"} : tensor<1x4xf32> -> tensor<1x4xi1> loc("a")
    %a = ddnn.plus_minus_one %ab {ddnn.tier = "device"} : tensor<1x4xi1> -> tensor<1x4xf32> loc("a")
    %b = math.exp %a {ddnn.tier = "edge"} : tensor<1x4xf32> loc("b")
    %s = arith.addf %b, %a {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %t = arith.addf %s, %a {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %e = ddnn.exit "y" %t threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}

// -----

// An exit's result may be the trunk: it is an output of its step, and what the
// link carries. The exit's own operand stays at home.

// CHECK-LABEL: ddnn.tier @device index 0
// CHECK:       func.func @step0
// CHECK-SAME:    -> (tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>},
// CHECK-SAME:        tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = slot, index = 0>})
// CHECK:         %[[E:.*]] = ddnn.exit "e0"
// CHECK-NEXT:    return %[[E]], %[[E]]
// CHECK:       func.func @step1(%[[E:.*]]: tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = slot, index = 0>})
// CHECK-SAME:    -> (tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 1>})
// CHECK-NEXT:    return %[[E]]
#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
    %a = arith.negf %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %e0 = ddnn.exit "e0" %a threshold 0.5 by entropy {ddnn.tier = "device"} : tensor<1x4xf32>
    %b = math.exp %e0 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %e1 = ddnn.exit "e1" %b threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e0, %e1 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// A tier that only sends: raw camera bytes as they are, in one step. Constants,
// empty tensors and fills are copied to whoever uses them and never travel.

// CHECK-LABEL: ddnn.tier @device index 0
// CHECK:       func.func @step0(%[[X:.*]]: tensor<1x4xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>})
// CHECK-SAME:    -> (tensor<1x4xi8> {ddnn.memory = #ddnn.memory<kind = output, index = 0>})
// CHECK-NEXT:    return %[[X]]
// CHECK-LABEL: ddnn.tier @cloud index 1
// CHECK:         arith.constant dense<2.0
// CHECK:         linalg.fill
// CHECK:       ddnn.link @device.image from @device to @cloud : tensor<1x4xi8> as u8
// CHECK-NOT:   ddnn.link
// CHECK:       ddnn.descriptor @model
// CHECK-SAME:    inputs = [#ddnn.tensor_info<name = "image", type = tensor<1x4xi8>, encoding = u8
#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @model attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xi8> {ddnn.name = "image"}) -> tensor<1x4xf32> {
    %c = arith.constant dense<2.0> : tensor<1x4xf32>
    %zero = arith.constant 0.0 : f32
    %empty = tensor.empty() : tensor<1x4xf32>
    %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x4xf32>) -> tensor<1x4xf32>
    %f = arith.uitofp %x {ddnn.tier = "cloud"} : tensor<1x4xi8> to tensor<1x4xf32>
    %m = arith.mulf %f, %c {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s = linalg.add {ddnn.tier = "cloud"} ins(%m, %f : tensor<1x4xf32>, tensor<1x4xf32>) outs(%fill : tensor<1x4xf32>) -> tensor<1x4xf32>
    %e = ddnn.exit "y" %s threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}

// -----

// A cut at a truth value: a bit for each, as for all i1. What an operation's
// region uses counts as what the operation uses.

// CHECK-LABEL: ddnn.tier @device index 0
// CHECK:       func.func @step0
// CHECK-SAME:    -> (tensor<1x4xi1> {ddnn.memory = #ddnn.memory<kind = output, index = 0>},
// CHECK-SAME:        tensor<1xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 1>})
// CHECK-LABEL: ddnn.tier @cloud index 1
// CHECK:         %[[I:.*]] = arith.constant 0 : index
// CHECK:         %[[S:.*]] = tensor.extract
// CHECK:         linalg.generic
// CHECK:           arith.select %{{.*}}, %[[S]]
// CHECK:       ddnn.link @device.isPositive from @device to @cloud : tensor<1x4xi1> as bits
// CHECK-NEXT:  ddnn.link @device.scale from @device to @cloud : tensor<1xf32> as f32
#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %zero = arith.constant dense<0.0> : tensor<1x4xf32>
    %one = arith.constant 1.0 : f32
    %i = arith.constant 0 : index
    %empty = tensor.empty() : tensor<1x4xf32>
    %p = arith.cmpf oge, %x, %zero {ddnn.tier = "device"} : tensor<1x4xf32> loc("isPositive")
    %k = tensor.extract_slice %x[0, 0] [1, 1] [1, 1] {ddnn.tier = "device"} : tensor<1x4xf32> to tensor<1xf32> loc("scale")
    %s = tensor.extract %k[%i] {ddnn.tier = "cloud"} : tensor<1xf32>
    %g = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
        iterator_types = ["parallel", "parallel"]}
        ins(%p : tensor<1x4xi1>) outs(%empty : tensor<1x4xf32>) attrs = {ddnn.tier = "cloud"} {
      ^bb0(%b: i1, %o: f32):
        %v = arith.select %b, %s, %one : f32
        linalg.yield %v : f32
    } -> tensor<1x4xf32>
    %e = ddnn.exit "y" %g threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}

// -----

// Views of floats of +-1 are repeated on the other side, too. The bits travel
// once, and the sending tier keeps what it needs itself.

// CHECK-LABEL: ddnn.tier @device index 0
// CHECK:         %[[S:.*]] = ddnn.sign
// CHECK-NEXT:    %[[F:.*]] = ddnn.plus_minus_one %[[S]]
// CHECK-NEXT:    math.exp %[[F]]
// CHECK:         return {{.*}} : tensor<1x2x2xi1>
// CHECK-LABEL: ddnn.tier @cloud index 1
// CHECK:       func.func @step0(%[[A:[^:]*]]: tensor<1x2x2xi1>
// CHECK-NEXT:    %[[F:.*]] = ddnn.plus_minus_one %[[A]]
// CHECK-NEXT:    %[[V:.*]] = tensor.collapse_shape %[[F]]
// CHECK-NEXT:    arith.negf %[[V]]
// CHECK-NEXT:    arith.negf %[[F]]
// CHECK:       ddnn.link @device.a from @device to @cloud : tensor<1x2x2xi1> as bits
// CHECK-NOT:   ddnn.link
#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x2x2xf32>) -> (tensor<1x2x2xf32>, tensor<1x4xf32>) {
    %s = ddnn.sign %x {ddnn.tier = "device"} : tensor<1x2x2xf32> -> tensor<1x2x2xi1> loc("a")
    %f = ddnn.plus_minus_one %s {ddnn.tier = "device"} : tensor<1x2x2xi1> -> tensor<1x2x2xf32> loc("a")
    %b = math.exp %f {ddnn.tier = "device"} : tensor<1x2x2xf32>
    %e0 = ddnn.exit "e0" %b threshold 0.5 by entropy {ddnn.tier = "device"} : tensor<1x2x2xf32>
    %v = tensor.collapse_shape %f [[0], [1, 2]] {ddnn.tier = "device"} : tensor<1x2x2xf32> into tensor<1x4xf32>
    %m = arith.negf %v {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %n = arith.negf %f {ddnn.tier = "cloud"} : tensor<1x2x2xf32>
    %w = tensor.collapse_shape %n [[0], [1, 2]] {ddnn.tier = "cloud"} : tensor<1x2x2xf32> into tensor<1x4xf32>
    %a = arith.addf %m, %w {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %e1 = ddnn.exit "e1" %a threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e0, %e1 : tensor<1x2x2xf32>, tensor<1x4xf32>
  }
}

// -----

// Values of one node share its name; each link needs one of its own. A model
// may be called like one of its tiers.

// CHECK:     ddnn.link @device.n from
// CHECK:     ddnn.link @device.n_1 from
// CHECK:     ddnn.link @device.n_1_1 from
// CHECK:     ddnn.descriptor @device_model
#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @device attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %a = arith.negf %x {ddnn.tier = "device"} : tensor<1x4xf32> loc("n")
    %b = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32> loc("n")
    %c = math.tanh %x {ddnn.tier = "device"} : tensor<1x4xf32> loc("n_1")
    %s = arith.addf %a, %b {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %t = arith.addf %s, %c {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %e = ddnn.exit "y" %t threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}
