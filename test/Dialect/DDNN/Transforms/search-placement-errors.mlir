// RUN: ddnn-opt --ddnn-search-placement --split-input-file --verify-diagnostics %s

// expected-error@+1 {{ddnn.search must be a #ddnn.search}}
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+04 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.search = 7} {
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bits = ddnn.sign %0 {ddnn.node = "sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bits {ddnn.node = "sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
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

// expected-error@+1 {{names no tiers: ddnn.tiers must be a non-empty array of #ddnn.tier_spec}}
module attributes {ddnn.search = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.4], rates = [0.0]>], source = "test">} {
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bits = ddnn.sign %0 {ddnn.node = "sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bits {ddnn.node = "sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
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
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+04 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.search = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [], rates = []>], source = "test">} {
  // expected-error@+1 {{has 1 early exits, but the search has points with rates of 0}}
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bits = ddnn.sign %0 {ddnn.node = "sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bits {ddnn.node = "sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
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
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+04 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.search = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.0], rates = [0.0], accuracy = 0.95 : f64>, #ddnn.operating_point<thresholds = [0.3], rates = [0.5], accuracy = 0.97 : f64>, #ddnn.operating_point<thresholds = [0.5], rates = [0.6], accuracy = 0.96 : f64>, #ddnn.operating_point<thresholds = [0.9], rates = [0.9], accuracy = 0.8 : f64>], min_accuracy = 0.99 : f64, source = "test">} {
  // expected-error@+1 {{no operating point is as accurate as 0.99; the most accurate has 0.97}}
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bits = ddnn.sign %0 {ddnn.node = "sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bits {ddnn.node = "sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
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
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 700, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+04 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = false, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.search = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.4], rates = [0.0]>], source = "test">} {
  // expected-error@+3 {{no placement fits the deployment}}
  // expected-note@+2 {{with more memory there would be one: cloud/conv needs 832 bytes at once, but 'device' has 700}}
  // expected-note@+1 {{with more trust there would be one: raw input would reach 'cloud', which is not trusted}}
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bits = ddnn.sign %0 {ddnn.node = "sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bits {ddnn.node = "sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
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
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+04 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.cuts = ["image"], ddnn.search = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.4], rates = [0.0]>], source = "test">} {
  // expected-error@+2 {{no placement fits the deployment}}
  // expected-note@+1 {{without the given cuts and tiers of exits there would be one; exits are on the tiers in their order, not before what they need}}
  func.func @main(%x: tensor<1x3x8x8xf32> {ddnn.name = "image"}) -> (tensor<1x4xf32> {ddnn.name = "local"}, tensor<1x4xf32> {ddnn.name = "cloud"}) {
    %zero = arith.constant 0.0 : f32
    %w0 = arith.constant dense<0.5> : tensor<4x3x3x3xf32>
    %w1 = arith.constant dense<0.25> : tensor<144x4xf32>
    %w2 = arith.constant dense<0.25> : tensor<4x4x3x3xf32>
    %w3 = arith.constant dense<0.25> : tensor<64x4xf32>
    %e0 = tensor.empty() : tensor<1x4x6x6xf32>
    %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %0 = linalg.conv_2d_nchw_fchw {ddnn.node = "conv"} ins(%x, %w0 : tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) outs(%z0 : tensor<1x4x6x6xf32>) -> tensor<1x4x6x6xf32>
    %bits = ddnn.sign %0 {ddnn.node = "sign"} : tensor<1x4x6x6xf32> -> tensor<1x4x6x6xi1>
    %1 = ddnn.plus_minus_one %bits {ddnn.node = "sign"} : tensor<1x4x6x6xi1> -> tensor<1x4x6x6xf32>
    %e1 = tensor.empty() : tensor<1x4xf32>
    %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x4xf32>) -> tensor<1x4xf32>
    %2 = tensor.collapse_shape %1 [[0], [1, 2, 3]] {ddnn.node = "local/flatten"} : tensor<1x4x6x6xf32> into tensor<1x144xf32>
    %3 = linalg.matmul {ddnn.node = "local/fc"} ins(%2, %w1 : tensor<1x144xf32>, tensor<144x4xf32>) outs(%z1 : tensor<1x4xf32>) -> tensor<1x4xf32>
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
