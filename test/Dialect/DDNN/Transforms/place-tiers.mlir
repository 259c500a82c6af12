// RUN: ddnn-opt --ddnn-place-tiers --split-input-file --verify-diagnostics %s | FileCheck %s

// By default the k-th exit is on the k-th tier, and the cut is where the exit's
// branch leaves the trunk.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "device/conv"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "device/sign"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "local/flatten"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "local/fc"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.exit "local"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "cloud/conv"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "cloud"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>]} {
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy : tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %8 = ddnn.exit "cloud" %7 threshold 1.0 by entropy : tensor<1x4xf32>
    return %4, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// A cut before the branch takes the exit along; it had no tier of its own.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "device/conv"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "device/sign"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "local/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "local/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "local"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/conv"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "cloud"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>], ddnn.cuts = ["device/conv"]} {
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    // expected-remark@+1 {{exit 'local' moves from tier 'device' to 'cloud'}}
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy : tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %8 = ddnn.exit "cloud" %7 threshold 1.0 by entropy : tensor<1x4xf32>
    return %4, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// The same is worth a warning where the exit was put on a tier.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "device/conv"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "device/sign"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "local/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "local/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "local"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/conv"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "cloud"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>], ddnn.cuts = ["device/conv"]} {
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    // expected-warning@+1 {{exit 'local' moves from tier 'device' to 'cloud', because the cut leaves what it needs there}}
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy on "device" : tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %8 = ddnn.exit "cloud" %7 threshold 1.0 by entropy : tensor<1x4xf32>
    return %4, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// A cut behind the branch leaves the exit where it was.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "device/conv"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "device/sign"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "local/flatten"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "local/fc"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.exit "local"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "cloud/conv"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "cloud/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "cloud"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>], ddnn.cuts = ["cloud/conv"]} {
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy : tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %8 = ddnn.exit "cloud" %7 threshold 1.0 by entropy : tensor<1x4xf32>
    return %4, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// All of the trunk before the cut: the scores travel.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "device/conv"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "device/sign"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "local/flatten"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "local/fc"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.exit "local"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "cloud/conv"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "cloud/flatten"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "cloud/fc"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.exit "cloud"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>], ddnn.cuts = ["cloud/fc"]} {
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy : tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %8 = ddnn.exit "cloud" %7 threshold 1.0 by entropy : tensor<1x4xf32>
    return %4, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// A cut may name the input: all but the input is on the next tier.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "device/conv"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "device/sign"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "local/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "local/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "local"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/conv"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "cloud"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>], ddnn.cuts = ["image"]} {
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    // expected-remark@+1 {{exit 'local' moves from tier 'device' to 'cloud'}}
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy : tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %8 = ddnn.exit "cloud" %7 threshold 1.0 by entropy : tensor<1x4xf32>
    return %4, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// A tier in front that computes nothing.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "device/conv"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "device/sign"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "local/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "local/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "local"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/conv"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "cloud"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "none", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>]} {
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy : tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %8 = ddnn.exit "cloud" %7 threshold 1.0 by entropy : tensor<1x4xf32>
    return %4, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// With tiers of its own behind it, positions start after it.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "device/conv"{{.*}}ddnn.tier = "edge"
//      CHECK: ddnn.node = "device/sign"{{.*}}ddnn.tier = "edge"
//      CHECK: ddnn.node = "local/flatten"{{.*}}ddnn.tier = "edge"
//      CHECK: ddnn.node = "local/fc"{{.*}}ddnn.tier = "edge"
//      CHECK: ddnn.exit "local"{{.*}}ddnn.tier = "edge"
//      CHECK: ddnn.node = "cloud/conv"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "cloud"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "none", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "edge", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+10 : f64, bandwidth = 1.25e+07 : f64, latency = 1.0e-02 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>]} {
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy : tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %8 = ddnn.exit "cloud" %7 threshold 1.0 by entropy : tensor<1x4xf32>
    return %4, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// ... and so do cuts.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "device/conv"{{.*}}ddnn.tier = "edge"
//      CHECK: ddnn.node = "device/sign"{{.*}}ddnn.tier = "edge"
//      CHECK: ddnn.node = "local/flatten"{{.*}}ddnn.tier = "edge"
//      CHECK: ddnn.node = "local/fc"{{.*}}ddnn.tier = "edge"
//      CHECK: ddnn.exit "local"{{.*}}ddnn.tier = "edge"
//      CHECK: ddnn.node = "cloud/conv"{{.*}}ddnn.tier = "edge"
//      CHECK: ddnn.node = "cloud/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "cloud"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "none", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "edge", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+10 : f64, bandwidth = 1.25e+07 : f64, latency = 1.0e-02 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>], ddnn.cuts = ["cloud/conv"]} {
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy : tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %8 = ddnn.exit "cloud" %7 threshold 1.0 by entropy : tensor<1x4xf32>
    return %4, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// More exits than tiers: the rest is on the last.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "device/conv"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "device/sign"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "local/flatten"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "local/fc"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.exit "local"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "cloud/conv"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "cloud/flatten"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "cloud/fc"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.exit "cloud"{{.*}}ddnn.tier = "device"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>]} {
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy : tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %8 = ddnn.exit "cloud" %7 threshold 1.0 by entropy : tensor<1x4xf32>
    return %4, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// An exit that is put on the last tier: nothing but the cost model says where
// to cut. Sending 144 signs (18 bytes) behind the sign takes least.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "device/conv"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "device/sign"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "local/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "local/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "local"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/conv"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "cloud"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+04 : f64, latency = 1.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>]} {
  // expected-remark@+1 {{cost model cuts after 'device/sign': 18 bytes travel from 'device' to 'cloud'}}
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy on "cloud" : tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %8 = ddnn.exit "cloud" %7 threshold 1.0 by entropy : tensor<1x4xf32>
    return %4, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// A fast link and a slow device: the input travels.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "device/conv"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "device/sign"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "local/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "local/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "local"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/conv"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "cloud"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+03 : f64, bandwidth = 1.0e+09 : f64, latency = 1.0e-06 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>]} {
  // expected-remark@+1 {{cost model cuts after the input: 768 bytes travel from 'device' to 'cloud'}}
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy on "cloud" : tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %8 = ddnn.exit "cloud" %7 threshold 1.0 by entropy : tensor<1x4xf32>
    return %4, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// Unless the cloud may not see it: then as soon as it does not show.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "device/conv"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "device/sign"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "local/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "local/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "local"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/conv"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "cloud"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+03 : f64, bandwidth = 1.0e+09 : f64, latency = 1.0e-06 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = false, flops = 1.0e+12 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>]} {
  // expected-remark@+1 {{cost model cuts after 'device/conv'}}
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy on "cloud" : tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %8 = ddnn.exit "cloud" %7 threshold 1.0 by entropy : tensor<1x4xf32>
    return %4, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// A device with too little memory for the first convolution (768 + 576 bytes)
// cannot compute at all.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "device/conv"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "device/sign"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "local/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "local/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "local"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/conv"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/flatten"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.node = "cloud/fc"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "cloud"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 1000, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+03 : f64, latency = 1.0e-06 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>]} {
  // expected-remark@+1 {{cost model cuts after the input}}
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy on "cloud" : tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %8 = ddnn.exit "cloud" %7 threshold 1.0 by entropy : tensor<1x4xf32>
    return %4, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// More tiers than exits: the last exit stays on the last tier, the cost model
// divides what follows the first one. Here the edge does all the work.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "device/conv"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "device/sign"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "local/flatten"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "local/fc"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.exit "local"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "cloud/conv"{{.*}}ddnn.tier = "edge"
//      CHECK: ddnn.node = "cloud/flatten"{{.*}}ddnn.tier = "edge"
//      CHECK: ddnn.node = "cloud/fc"{{.*}}ddnn.tier = "edge"
//      CHECK: ddnn.exit "cloud"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "edge", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+03 : f64, latency = 1.0e-06 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+06 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>]} {
  // expected-remark@+1 {{cost model cuts after 'cloud/fc': 16 bytes travel from 'edge' to 'cloud'}}
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "device/conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bit1 = ddnn.sign %0 {ddnn.node = "device/sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bit1 {ddnn.node = "device/sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy : tensor<1x4xf32>
    %e2 = tensor.empty() : tensor<1x4x4x4xf32>
    %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %5 = linalg.conv_2d_nchw_fchw {ddnn.node = "cloud/conv"} ins(%1, %w2 : tensor<1x4x6x6xf32>, tensor<4x4x3x3xf32>) outs(%z2 : tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
    %6 = tensor.collapse_shape %5 [[0], [1, 2, 3]] {ddnn.node = "cloud/flatten"} : tensor<1x4x4x4xf32> into tensor<1x64xf32>
    %7 = linalg.matmul {ddnn.node = "cloud/fc"} ins(%6, %w3 : tensor<1x64xf32>, tensor<64x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %8 = ddnn.exit "cloud" %7 threshold 1.0 by entropy : tensor<1x4xf32>
    return %4, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

// What is computed from constants alone goes to every tier that uses it, and
// never travels.
// CHECK-LABEL: func.func @main
//  CHECK-DAG: tensor.expand_shape {{.*}}ddnn.tier = "device"
//  CHECK-DAG: tensor.expand_shape {{.*}}ddnn.tier = "cloud"
module attributes {ddnn.cuts = ["a"], ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>]} {
  func.func @main(%x: tensor<1x2x2xf32>) -> tensor<1x2x2xf32> {
    %c = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
    %w = tensor.expand_shape %c [[0, 1, 2]] output_shape [1, 2, 2] : tensor<4xf32> into tensor<1x2x2xf32>
    %e = tensor.empty() : tensor<1x2x2xf32>
    %0 = linalg.add {ddnn.node = "a"} ins(%x, %w : tensor<1x2x2xf32>, tensor<1x2x2xf32>) outs(%e : tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
    %1 = linalg.mul {ddnn.node = "b"} ins(%0, %w : tensor<1x2x2xf32>, tensor<1x2x2xf32>) outs(%e : tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
    %2 = ddnn.exit "y" %1 threshold 1.0 by entropy : tensor<1x2x2xf32>
    return %2 : tensor<1x2x2xf32>
  }
}

// -----

// An ordinary network with one exit, over two tiers. The first node's result
// is a quarter of the input.
// CHECK-LABEL: func.func @main
//      CHECK: ddnn.node = "a"{{.*}}ddnn.tier = "device"
//      CHECK: ddnn.node = "b"{{.*}}ddnn.tier = "cloud"
//      CHECK: ddnn.exit "y"{{.*}}ddnn.tier = "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+05 : f64, bandwidth = 1.0e+03 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>]} {
  // expected-remark@+1 {{cost model cuts after 'a': 16 bytes travel from 'device' to 'cloud'}}
  func.func @main(%x: tensor<1x16xf32>) -> tensor<1x4xf32> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<0.5> : tensor<16x4xf32>
    %v = arith.constant dense<0.5> : tensor<4x400xf32>
    %u = arith.constant dense<0.5> : tensor<400x4xf32>
    %e = tensor.empty() : tensor<1x4xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    %d = tensor.empty() : tensor<1x400xf32>
    %y = linalg.fill ins(%zero : f32) outs(%d : tensor<1x400xf32>) -> tensor<1x400xf32>
    %0 = linalg.matmul {ddnn.node = "a"} ins(%x, %w : tensor<1x16xf32>, tensor<16x4xf32>) outs(%z : tensor<1x4xf32>) -> tensor<1x4xf32>
    %1 = linalg.matmul {ddnn.node = "b"} ins(%0, %v : tensor<1x4xf32>, tensor<4x400xf32>) outs(%y : tensor<1x400xf32>) -> tensor<1x400xf32>
    %2 = linalg.matmul {ddnn.node = "c"} ins(%1, %u : tensor<1x400xf32>, tensor<400x4xf32>) outs(%z : tensor<1x4xf32>) -> tensor<1x4xf32>
    %3 = ddnn.exit "y" %2 threshold 1.0 by entropy : tensor<1x4xf32>
    return %3 : tensor<1x4xf32>
  }
}
