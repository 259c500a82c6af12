// RUN: ddnn-opt --ddnn-search-placement --split-input-file --verify-diagnostics %s | FileCheck %s
// 78 us of convolution in front of the sign on the device, 51 us behind it and
// 12 us for its exit; 768 bytes of input, 18 of signs, 16 of scores.

// Without a request nothing is searched for.
// CHECK-NOT: ddnn.placement
// CHECK: ddnn.exit "local" {{.*}} by entropy :
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+06 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>]} {
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

// A slow link: what it saves is worth computing on the device, and for three
// of four samples the first exit saves it all.
// CHECK: module attributes {ddnn.cuts = ["sign"],
// CHECK-SAME: kind = chosen, cuts = ["sign"], exits = ["device", "cloud"]
// CHECK-NOT: ddnn.search
// CHECK: ddnn.exit "local" {{.*}} by entropy on "device"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+05 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.search = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.4], rates = [0.75]>], source = "test">} {
  // expected-remark@+1 {{placed for the least latency: cut after 'sign'; local@device; a sample is expected to take}}
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

// A fast link: the input is sent, and the exit is where the rest is.
// CHECK: module attributes {ddnn.cuts = ["image"],
// CHECK-SAME: kind = chosen, cuts = ["image"], exits = ["cloud", "cloud"]
// CHECK: ddnn.exit "local" {{.*}} by entropy on "cloud"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.search = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.4], rates = [0.75]>], source = "test">} {
  // expected-remark@+1 {{cut after 'image'; local@cloud}}
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

// For the least bytes, whatever it takes: 16 bytes of scores instead of 18 of
// signs, for the samples that the first exit does not take.
// CHECK: kind = chosen, cuts = ["cloud/fc"], exits = ["device", "cloud"], seconds = {{[0-9.e+-]+}} : f64, bytes = 4.000000e+00 : f64
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.search = #ddnn.search<objective = bytes, points = [#ddnn.operating_point<thresholds = [0.4], rates = [0.75]>], source = "test">} {
  // expected-remark@+1 {{placed for the least bytes: cut after 'cloud/fc'; local@device}}
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

// For the least energy: 1 W for 1 ms is 1 mJ, as are 1000 bytes.
// CHECK: kind = chosen, cuts = ["sign"]
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64, power = 1.0 : f64, link_energy = 1.0e-06 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64, power = 0.0 : f64, link_energy = 0.0 : f64>], ddnn.search = #ddnn.search<objective = energy, points = [#ddnn.operating_point<thresholds = [0.4], rates = [0.75]>], source = "test">} {
  // expected-remark@+1 {{placed for the least energy: cut after 'sign'; local@device}}
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

// The same with a device that takes next to nothing on air: the input is sent.
// CHECK: kind = chosen, cuts = ["image"], {{.*}}joules = 7.6
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+03 : f64, latency = 0.0 : f64, power = 1.0e+03 : f64, link_energy = 1.0e-10 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64, power = 0.0 : f64, link_energy = 0.0 : f64>], ddnn.search = #ddnn.search<objective = energy, points = [#ddnn.operating_point<thresholds = [0.4], rates = [0.0]>], source = "test">} {
  // expected-remark@+1 {{placed for the least energy: cut after 'image'}}
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

// Raw input may not reach the cloud: what would be better is named.
// CHECK: kind = chosen, cuts = ["conv"]
// CHECK-SAME: kind = refused, cuts = ["image"]
// CHECK-SAME: note = "raw input would reach 'cloud', which is not trusted"
// CHECK-SAME: kind = comparison, cuts = [], exits = ["cloud", "cloud"]
// CHECK-SAME: note = "all on 'cloud', which cannot be: raw input would reach 'cloud', which is not trusted"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = false, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.search = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.4], rates = [0.0]>], source = "test">} {
  // expected-remark@+1 {{cut after 'conv'}}
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

// Nor may an operation run where it does not fit: the first convolution has 768
// bytes of input and 18 of signs.
// CHECK: kind = chosen, cuts = ["image"]
// CHECK-SAME: kind = refused, cuts = ["sign"]
// CHECK-SAME: note = "conv needs 786 bytes at once, but 'device' has 700"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 700, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+05 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.search = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.4], rates = [0.75]>], source = "test">} {
  // expected-remark@+1 {{cut after 'image'}}
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

// A given cut stays, and so does the tier of an exit.
// CHECK: module attributes {ddnn.cuts = ["conv"],
// CHECK-SAME: kind = chosen, cuts = ["conv"]
// CHECK-SAME: kind = refused, cuts = ["sign"]
// CHECK-SAME: note = "cuts or tiers of exits are given"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+05 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.cuts = ["conv"], ddnn.search = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.4], rates = [0.75]>], source = "test">} {
  // expected-remark@+1 {{cut after 'conv'; local@cloud}}
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

// The exit has to be in the cloud, so its input goes there.
// CHECK: kind = chosen, cuts = ["sign"], exits = ["cloud", "cloud"]
// CHECK-SAME: kind = refused, cuts = ["sign"], exits = ["device", "cloud"]
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+05 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.search = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.4], rates = [0.75]>], source = "test">} {
  // expected-remark@+1 {{cut after 'sign'; local@cloud}}
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

// Of the points that are accurate enough the one that lets most samples leave.
// CHECK: point = <thresholds = [5.000000e-01], rates = [6.000000e-01], accuracy = 0.9{{[56][0-9]*}} : f64>
// CHECK-SAME: kind = refused, {{.*}}note = "accuracy 0.8 instead of at least 0.95"
// CHECK: ddnn.exit "local" {{.*}} threshold 5.000000e-01
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+05 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.search = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.0], rates = [0.0], accuracy = 0.95 : f64>, #ddnn.operating_point<thresholds = [0.3], rates = [0.5], accuracy = 0.97 : f64>, #ddnn.operating_point<thresholds = [0.5], rates = [0.6], accuracy = 0.96 : f64>, #ddnn.operating_point<thresholds = [0.9], rates = [0.9], accuracy = 0.8 : f64>], min_accuracy = 0.95 : f64, source = "test">} {
  // expected-remark@+1 {{cut after 'sign'; local@device}}
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

// Without a floor, of the most accurate.
// CHECK: point = <thresholds = [3.000000e-01], rates = [5.000000e-01], accuracy = 0.9{{[67][0-9]*}} : f64>
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+05 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.search = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.0], rates = [0.0], accuracy = 0.95 : f64>, #ddnn.operating_point<thresholds = [0.3], rates = [0.5], accuracy = 0.97 : f64>, #ddnn.operating_point<thresholds = [0.5], rates = [0.6], accuracy = 0.96 : f64>, #ddnn.operating_point<thresholds = [0.9], rates = [0.9], accuracy = 0.8 : f64>], source = "test">} {
  // expected-remark@+1 {{cut after 'sign'; local@device}}
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

// A name to cut after that there is not is what ddnn-place-tiers reports.
// CHECK: ddnn.cuts = ["nowhere"]
// CHECK-NOT: ddnn.placement
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+05 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.cuts = ["nowhere"], ddnn.search = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.4], rates = [0.75]>], source = "test">} {
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

// Relays compute nothing; between them and the first that does the input goes.
// CHECK: module attributes {ddnn.placement
// CHECK-SAME: kind = chosen, cuts = [], exits = ["cloud", "cloud"]
// CHECK-SAME: bytes = 7.680000e+02
// CHECK-SAME: kind = comparison, cuts = [], exits = ["cloud", "cloud"]
// CHECK-SAME: note = "all on 'cloud'"
module attributes {ddnn.tiers = [
  #ddnn.tier_spec<name = "device", target = "none", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.0e+06 : f64, latency = 0.0 : f64>,
  #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+12 : f64, bandwidth = 1.0e+09 : f64, latency = 0.0 : f64>], ddnn.search = #ddnn.search<objective = latency, points = [#ddnn.operating_point<thresholds = [0.4], rates = [0.5]>], source = "test">} {
  // expected-remark@+1 {{placed for the least latency: local@cloud; a sample}}
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
