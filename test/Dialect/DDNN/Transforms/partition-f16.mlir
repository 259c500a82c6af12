// RUN: ddnn-opt %s --ddnn-partition="f16=true" --split-input-file --verify-diagnostics | FileCheck %s

// tanh is at most 1, which half precision holds; +-1 stays bits.
// CHECK: ddnn.link @device.t from @device to @cloud : tensor<1x4xf32> as f16
// CHECK: ddnn.link @device.s from @device to @cloud : tensor<1x4xi1> as bits
#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %t = math.tanh %x {ddnn.tier = "device"} : tensor<1x4xf32> loc("t")
    %sb = ddnn.sign %x {ddnn.tier = "device"} : tensor<1x4xf32> -> tensor<1x4xi1> loc("s")
    %s = ddnn.plus_minus_one %sb {ddnn.tier = "device"} : tensor<1x4xi1> -> tensor<1x4xf32> loc("s")
    %a = arith.addf %t, %s {ddnn.tier = "cloud"} : tensor<1x4xf32>
    %e = ddnn.exit "y" %a threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}

// -----

// 65504 is the largest half; 65505 rounds to it, but no bound above is taken.
#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %c = arith.constant dense<70000.0> : tensor<1x4xf32>
    %t = math.tanh %x {ddnn.tier = "device"} : tensor<1x4xf32>
    // expected-error@+2 {{f16 was asked for, but the values that travel from tier 'device' may not fit in half precision}}
    // expected-note@+1 {{half precision ends at 65504}}
    %m = arith.mulf %t, %c {ddnn.tier = "device"} : tensor<1x4xf32>
    %e = ddnn.exit "y" %m threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}

// -----

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
module @toy attributes {ddnn.tiers = [#device, #cloud]} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    // expected-error@+2 {{f16 was asked for}}
    // expected-note@+1 {{no bound on them can be proved}}
    %n = math.exp %x {ddnn.tier = "device"} : tensor<1x4xf32>
    %e = ddnn.exit "y" %n threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}
