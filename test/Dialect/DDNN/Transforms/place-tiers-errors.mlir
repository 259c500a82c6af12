// RUN: ddnn-opt --ddnn-place-tiers --split-input-file --verify-diagnostics %s

// expected-error@+1 {{has no function @main of one block to place}}
module {
}

// -----

// expected-error@+1 {{names no tiers}}
module {
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

module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>], ddnn.cuts = ["device/sing"]} {
  // expected-error@+3 {{there is no node 'device/sing' to cut between 'device' and 'cloud' after}}
  // expected-note@+2 {{similar names: 'device/sign'}}
  // expected-note@+1 {{--list-cuts shows all legal cuts}}
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

module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>], ddnn.cuts = ["local/fc"]} {
  // expected-error@+1 {{cannot cut between 'device' and 'cloud' after node 'local/fc': it leads only to exit 'local', but a cut parts what leads to the last exit, 'cloud'}}
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
    // expected-note@+1 {{its branch leaves the trunk after node 'device/sign': --cut=device/sign}}
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

module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "edge", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+10 : f64, bandwidth = 1.25e+07 : f64, latency = 1.0e-02 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>], ddnn.cuts = ["cloud/conv", "device/conv"]} {
  // expected-error@+1 {{the cut after 'device/conv' between 'edge' and 'cloud' lies before the cut after 'cloud/conv' between 'device' and 'edge'; name cuts in the order of the tiers}}
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

module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>], ddnn.cuts = ["device/conv", "cloud/conv"]} {
  // expected-error@+1 {{is cut 2 times, but 2 tiers that compute have only 1 boundaries}}
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

module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>]} {
  // expected-note@+1 {{the tiers are 'device', 'cloud'}}
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
    // expected-error@+1 {{exit 'local' is put on unknown tier 'fog'}}
    %4 = ddnn.exit "local" %3 threshold 0.4 by entropy on "fog" : tensor<1x4xf32>
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

module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.25e+08 : f64, latency = 1.0e-03 : f64>]} {
  // expected-error@+1 {{result #0 of @main is no ddnn.exit}}
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
    return %3, %8 : tensor<1x4xf32>, tensor<1x4xf32>
  }
}

// -----

module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = false, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>], ddnn.cuts = ["image"]} {
  // expected-error@+3 {{raw input would reach tier 'cloud', which is not trusted}}
  // expected-note@+2 {{this value shows the input as it is}}
  // expected-note@+1 {{cut after the first convolution or a later node}}
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
