// RUN: ddnn-opt --ddnn-place-tiers --split-input-file --verify-diagnostics %s | FileCheck %s

// Nothing measured: FLOPs over speed. 7776 FLOPs are 78 us on a device of 1e8,
// 768 bytes of input take 7.7 ms, 18 bytes of bits 0.2 ms.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "conv"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "sign"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "fc"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+05 : f64, latency = 1.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+05 : f64, latency = 1.0e-03 : f64>]} {
  // expected-remark@+1 {{cost model cuts after 'sign': 18 bytes travel from 'device' to 'cloud', 1.26 ms expected in all}}
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x8xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x8xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x8xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x8xf32>) -> tensor<1x8xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x8xf32>) outs(%z1 : tensor<1x8xf32>) -> tensor<1x8xf32>
    %4 = ddnn.exit "cloud" %3 threshold 1.0 by entropy : tensor<1x8xf32>
    return %4 : tensor<1x8xf32>
  }
}

// -----

// Measured to take 0.1 s: the input travels.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "conv"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "sign"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "fc"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+05 : f64, latency = 1.0e-03 : f64, profile = [
    #ddnn.layer_time<nodes = ["conv", "sign"], flops = 7776, seconds = 0.1 : f64>]>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+05 : f64, latency = 1.0e-03 : f64>]} {
  // expected-remark@+1 {{cost model cuts after the input: 768 bytes travel from 'device' to 'cloud', 8.68 ms expected in all}}
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x8xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x8xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x8xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x8xf32>) -> tensor<1x8xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x8xf32>) outs(%z1 : tensor<1x8xf32>) -> tensor<1x8xf32>
    %4 = ddnn.exit "cloud" %3 threshold 1.0 by entropy : tensor<1x8xf32>
    return %4 : tensor<1x8xf32>
  }
}

// -----

// The operations of a layer share its time by their FLOPs, 7776 and 144: cutting
// behind the first would send 576 bytes and save next to nothing. A layer that
// measures other nodes changes nothing, and copies of a node add to it: 2 ms.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "conv"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "sign"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "fc"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+05 : f64, latency = 1.0e-03 : f64, profile = [
    #ddnn.layer_time<nodes = ["conv", "sign"], flops = 7776, seconds = 0.0005 : f64>,
    #ddnn.layer_time<nodes = ["conv"], flops = 0, seconds = 0.0015 : f64>,
    #ddnn.layer_time<nodes = ["other"], flops = 0, seconds = 5.0 : f64>]>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+05 : f64, latency = 1.0e-03 : f64>]} {
  // expected-remark@+1 {{cost model cuts after 'sign': 18 bytes travel from 'device' to 'cloud', 3.18 ms expected in all}}
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x8xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x8xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x8xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x8xf32>) -> tensor<1x8xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x8xf32>) outs(%z1 : tensor<1x8xf32>) -> tensor<1x8xf32>
    %4 = ddnn.exit "cloud" %3 threshold 1.0 by entropy : tensor<1x8xf32>
    return %4 : tensor<1x8xf32>
  }
}

// -----

// A device that is said to be slow was measured to be fast, and the cloud to
// take 5 ms for the product: all of it on the device, where only the product is
// estimated, 2304 FLOPs at 1e6.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "conv"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "sign"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "fc"{{.*}}ddnn.tier = "device"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+06 : f64, bandwidth = 1.0e+05 : f64, latency = 1.0e-03 : f64, profile = [
    #ddnn.layer_time<nodes = ["conv", "sign"], flops = 7776, seconds = 1.0e-05 : f64>]>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+05 : f64, latency = 1.0e-03 : f64, profile = [
    #ddnn.layer_time<nodes = ["fc"], flops = 2304, seconds = 5.0e-03 : f64>]>]} {
  // expected-remark@+1 {{cost model cuts after 'fc': 32 bytes travel from 'device' to 'cloud', 3.63 ms expected in all}}
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x8xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x8xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x8xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x8xf32>) -> tensor<1x8xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x8xf32>) outs(%z1 : tensor<1x8xf32>) -> tensor<1x8xf32>
    %4 = ddnn.exit "cloud" %3 threshold 1.0 by entropy : tensor<1x8xf32>
    return %4 : tensor<1x8xf32>
  }
}
