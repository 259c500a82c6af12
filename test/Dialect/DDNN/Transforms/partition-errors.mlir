// RUN: ddnn-opt %s --ddnn-partition --split-input-file --verify-diagnostics

// expected-error@+1 {{needs a function @main of one block to partition}}
module attributes {ddnn.tiers = []} {
}

// -----

// expected-error@+1 {{names no tiers: ddnn.tiers must be a non-empty array of #ddnn.tier_spec}}
module {
  func.func @main() {
    return
  }
}

// -----

// expected-error@+1 {{ddnn.tiers must hold #ddnn.tier_spec attributes only}}
module attributes {ddnn.tiers = [1]} {
  func.func @main() {
    return
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
// expected-error@+1 {{names tier 'device' twice}}
module @toy attributes {ddnn.tiers = [#device, #device]} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %e = ddnn.exit "y" %x threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    // expected-error@+1 {{is on no tier; run ddnn-place-tiers first}}
    %a = math.exp %x : tensor<1x4xf32>
    %e = ddnn.exit "y" %a threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    // expected-error@+1 {{is placed on unknown tier 'fog'}}
    %a = math.exp %x {ddnn.tier = "fog"} : tensor<1x4xf32>
    %e = ddnn.exit "y" %a threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %a = math.exp %x {ddnn.tier = "cloud"} : tensor<1x4xf32>
    // expected-error@+1 {{on tier 'device' uses a value of the later tier 'cloud'; data only moves towards later tiers}}
    %b = math.exp %a {ddnn.tier = "device"} : tensor<1x4xf32>
    %e = ddnn.exit "y" %b threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %i = arith.constant 0 : index
    %a = math.exp %x {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %empty = tensor.empty() : tensor<1x4xf32>
    // Also where only the region uses it.
    // expected-error@+1 {{on tier 'device' uses a value of the later tier 'cloud'}}
    %b = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
        outs(%empty : tensor<1x4xf32>) attrs = {ddnn.tier = "device"} {
      ^bb0(%o: f32):
        %v = tensor.extract %a[%i, %i] : tensor<1x4xf32>
        linalg.yield %v : f32
    } -> tensor<1x4xf32>
    %e = ddnn.exit "y" %b threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  // expected-error@+1 {{input 'ids' is 'tensor<1x4xi64>'; inputs are f32 or raw i8 tensors of static shape}}
  func.func @main(%x: tensor<1x4xi64> {ddnn.name = "ids"}) -> tensor<1x4xf32> {
    %a = arith.sitofp %x {ddnn.tier = "device"} : tensor<1x4xi64> to tensor<1x4xf32>
    %e = ddnn.exit "y" %a threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  // expected-error@+1 {{result #0 of @main is no ddnn.exit; every output must be an exit}}
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %a = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    return %a : tensor<1x4xf32>
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device]} {
  // expected-error@+1 {{has no exit}}
  func.func @main(%x: tensor<1x4xf32>) {
    return
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
    // expected-error@+1 {{is returned twice}}
    %e = ddnn.exit "y" %x threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e, %e : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    // expected-error@+1 {{is not returned by @main}}
    %lost = ddnn.exit "lost" %x threshold 1.0 by entropy {ddnn.tier = "device"} : tensor<1x4xf32>
    %e = ddnn.exit "y" %lost threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x4xf32>) {
    %d = ddnn.exit "y" %x threshold 1.0 by entropy {ddnn.tier = "device"} : tensor<1x4xf32>
    // expected-error@+1 {{has the name of another exit, 'y'}}
    %e = ddnn.exit "y" %x threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %d, %e : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device]} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf64> {
    %a = arith.extf %x {ddnn.tier = "device"} : tensor<1x4xf32> to tensor<1x4xf64>
    // expected-error@+1 {{of 'tensor<1x4xf64>' cannot be gated; scores must be f32}}
    %e = ddnn.exit "y" %a threshold 1.0 by entropy {ddnn.tier = "device"} : tensor<1x4xf64>
    return %e : tensor<1x4xf64>
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  // expected-error@+1 {{nothing travels from tier 'device' to tier 'cloud'; leave out the later tiers}}
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %e = ddnn.exit "y" %x threshold 1.0 by entropy {ddnn.tier = "device"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    // expected-error@+1 {{a tensor of 'f64' cannot travel from tier 'device'; cut elsewhere}}
    %a = arith.extf %x {ddnn.tier = "device"} : tensor<1x4xf32> to tensor<1x4xf64>
    %b = arith.truncf %a {ddnn.tier = "cloud"} : tensor<1x4xf64> to tensor<1x4xf32>
    %e = ddnn.exit "y" %b threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %i = arith.constant 0 : index
    // expected-error@+1 {{a value of type 'f32' cannot travel from tier 'device'; cut elsewhere}}
    %a = tensor.extract %x[%i, %i] {ddnn.tier = "device"} : tensor<1x4xf32>
    %b = tensor.splat %a {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %e = ddnn.exit "y" %b threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @m attributes {ddnn.tiers = [#device, #cloud]} {
  // The runtime's tables are of fixed size.
  // expected-error@+1 {{tier 'device' has 1 inputs and 17 outputs, the runtime's tables hold 16; cut elsewhere}}
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %v0 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v1 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v2 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v3 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v4 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v5 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v6 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v7 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v8 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v9 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v10 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v11 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v12 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v13 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v14 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v15 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %v16 = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %s1 = arith.addf %v0, %v1 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s2 = arith.addf %s1, %v2 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s3 = arith.addf %s2, %v3 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s4 = arith.addf %s3, %v4 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s5 = arith.addf %s4, %v5 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s6 = arith.addf %s5, %v6 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s7 = arith.addf %s6, %v7 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s8 = arith.addf %s7, %v8 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s9 = arith.addf %s8, %v9 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s10 = arith.addf %s9, %v10 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s11 = arith.addf %s10, %v11 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s12 = arith.addf %s11, %v12 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s13 = arith.addf %s12, %v13 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s14 = arith.addf %s13, %v14 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s15 = arith.addf %s14, %v15 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %s16 = arith.addf %s15, %v16 {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %e = ddnn.exit "y" %s16 threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}
