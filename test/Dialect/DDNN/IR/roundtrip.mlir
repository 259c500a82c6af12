// RUN: ddnn-opt %s | ddnn-opt | FileCheck %s --strict-whitespace
// RUN: ddnn-opt %s --mlir-print-op-generic | ddnn-opt | FileCheck %s --strict-whitespace

// CHECK-LABEL: func.func @ops
func.func @ops(%x: tensor<1x8x4x4xf32>, %s: tensor<8xf32>, %l: tensor<1x10xf32>) -> (tensor<1x8x4x4xi1>, tensor<1x10xf32>) {
  // CHECK: ddnn.batch_norm %{{.*}}, %{{.*}}, %{{.*}} : tensor<1x8x4x4xf32>, tensor<8xf32>
  %0 = ddnn.batch_norm %x, %s, %s : tensor<1x8x4x4xf32>, tensor<8xf32>
  // CHECK: ddnn.sign %{{.*}} : tensor<1x8x4x4xf32> -> tensor<1x8x4x4xi1>
  %1 = ddnn.sign %0 : tensor<1x8x4x4xf32> -> tensor<1x8x4x4xi1>
  // CHECK: ddnn.exit "local" %{{.*}} threshold 4.000000e-01 by entropy on "device" : tensor<1x10xf32>
  %2 = ddnn.exit "local" %l threshold 0.4 by entropy on "device" : tensor<1x10xf32>
  // CHECK: ddnn.exit "cloud" %{{.*}} threshold 1.000000e+00 by entropy of probabilities : tensor<1x10xf32>
  %3 = ddnn.exit "cloud" %2 threshold 1.0 by entropy of probabilities : tensor<1x10xf32>
  // CHECK: ddnn.exit "late" %{{.*}} threshold 0.000000e+00 by entropy of log_probabilities on "cloud" : tensor<1x10xf32>
  %4 = ddnn.exit "late" %3 threshold 0.0 by entropy of log_probabilities on "cloud" : tensor<1x10xf32>
  // CHECK: ddnn.exit "sure" %{{.*}} threshold 2.500000e-01 by confidence : tensor<1x10xf32>
  %5 = ddnn.exit "sure" %4 threshold 0.25 by confidence : tensor<1x10xf32>
  // CHECK: ddnn.exit "apart" %{{.*}} threshold 7.500000e-01 by margin on "cloud" : tensor<1x10xf32>
  %6 = ddnn.exit "apart" %5 threshold 0.75 by margin on "cloud" : tensor<1x10xf32>
  return %1, %6 : tensor<1x8x4x4xi1>, tensor<1x10xf32>
}

// CHECK-LABEL: func.func @aggregates
func.func @aggregates(%a: tensor<1x10xf32>, %b: tensor<1x6xf32>) {
  // CHECK: ddnn.aggregate max %{{.*}}, %{{.*}} from ["cam0", "cam1"] missing skip : (tensor<1x10xf32>, tensor<1x10xf32>) -> tensor<1x10xf32>
  %0 = ddnn.aggregate max %a, %a from ["cam0", "cam1"] missing skip : (tensor<1x10xf32>, tensor<1x10xf32>) -> tensor<1x10xf32>
  // CHECK: ddnn.aggregate mean %{{.*}} from ["cam0"] missing fail
  %1 = ddnn.aggregate mean %a from ["cam0"] missing fail : (tensor<1x10xf32>) -> tensor<1x10xf32>
  // CHECK: ddnn.aggregate concat %{{.*}}, %{{.*}} from ["cam0", "cam1"] missing zero
  %2 = ddnn.aggregate concat %a, %b from ["cam0", "cam1"] missing zero : (tensor<1x10xf32>, tensor<1x6xf32>) -> tensor<1x16xf32>
  return
}

// CHECK: ddnn.tier @device index 0 spec <name = "device", target = "c", cpu = "cortex-m3", memory = 4096, trusted = true, flops = 1.000000e+08 : f64, bandwidth = 1.250000e+06 : f64, latency = 5.000000e-03 : f64> attributes {arena_size = 64 : i64} {
ddnn.tier @device index 0 spec <name = "device", target = "c", cpu = "cortex-m3", memory = 4096, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64> attributes {arena_size = 64 : i64} {
  // CHECK: func.func @step0(%{{.*}}: memref<8xf32> {ddnn.memory = #ddnn.memory<kind = slot, index = 3>})
  func.func @step0(%x: memref<8xf32> {ddnn.memory = #ddnn.memory<kind = slot, index = 3>}) {
    return
  }
}
// CHECK: ddnn.tier @cloud index 1
ddnn.tier @cloud index 1 spec <name = "cloud", target = "c", cpu = "", memory = 0, trusted = false, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64> {
}

// CHECK: ddnn.link @a from @device to @cloud : tensor<1x8xi1> as bits{{$}}
ddnn.link @a from @device to @cloud : tensor<1x8xi1> as bits
// CHECK: ddnn.link @b from @device to @cloud : tensor<1x8xf32> as i8 scale 2.500000e-01
ddnn.link @b from @device to @cloud : tensor<1x8xf32> as i8 scale 0.25
// CHECK: ddnn.link @c from @device to @cloud : tensor<1x8xi8> as u8
ddnn.link @c from @device to @cloud : tensor<1x8xi8> as u8
// CHECK: ddnn.link @d from @device to @cloud : tensor<1x8xf32> as f16
ddnn.link @d from @device to @cloud : tensor<1x8xf32> as f16
// CHECK: ddnn.link @e from @device to @cloud : tensor<f32> as f32
ddnn.link @e from @device to @cloud : tensor<f32> as f32

// CHECK: ddnn.descriptor @digits hash -1 labels ["0", "1"]
// CHECK-SAME: exits [#ddnn.exit_info<name = "local", tier = 0, classes = 2, scores = log_probabilities, criterion = entropy, threshold = 4.000000e-01 : f64, last = true>]
// CHECK-SAME: inputs = [#ddnn.tensor_info<name = "image", type = tensor<1x8xf32>, encoding = f32, scale = 1.000000e+00 : f64>]
// CHECK-SAME: local_exits = [#ddnn.local_exit<exit = 0, output = 0, step = 0>]
// CHECK-SAME: steps = 1, operators = ["Gemm fc"], flops = 32, weights = 64, arena = 0, arena_lower_bound = 0, layers = [#ddnn.layer<index = 0, nodes = ["Gemm fc"], flops = 32>]>]
ddnn.descriptor @digits hash -1 labels ["0", "1"]
  exits [#ddnn.exit_info<name = "local", tier = 0, classes = 2, scores = log_probabilities, criterion = entropy, threshold = 0.4 : f64, last = true>]
  tiers [#ddnn.tier_info<name = "device",
    inputs = [#ddnn.tensor_info<name = "image", type = tensor<1x8xf32>, encoding = f32, scale = 1.0 : f64>],
    outputs = [#ddnn.tensor_info<name = "local", type = tensor<1x2xf32>, encoding = f32, scale = 1.0 : f64>],
    links = 0, local_exits = [#ddnn.local_exit<exit = 0, output = 0, step = 0>], steps = 1,
    operators = ["Gemm fc"], flops = 32, weights = 64, arena = 0, arena_lower_bound = 0,
    layers = [#ddnn.layer<index = 0, nodes = ["Gemm fc"], flops = 32>]>]

// CHECK-LABEL: func.func @missing_members
func.func @missing_members(%a: tensor<1x10xf32>, %p: tensor<3xi8>) {
  // CHECK: ddnn.aggregate max %{{.*}}, %{{.*}} from ["a", "b"] missing skip present(%{{.*}} : tensor<3xi8>) [2, 0] : (tensor<1x10xf32>, tensor<1x10xf32>) -> tensor<1x10xf32>
  %0 = ddnn.aggregate max %a, %a from ["a", "b"] missing skip present(%p : tensor<3xi8>) [2, 0] : (tensor<1x10xf32>, tensor<1x10xf32>) -> tensor<1x10xf32>
  // CHECK: ddnn.aggregate concat %{{.*}} from ["a"] missing blank blank(%{{.*}} : tensor<1x10xf32>) : (tensor<1x10xf32>) -> tensor<1x10xf32>
  %1 = ddnn.aggregate concat %a from ["a"] missing blank blank(%a : tensor<1x10xf32>) : (tensor<1x10xf32>) -> tensor<1x10xf32>
  // CHECK: ddnn.aggregate mean %{{.*}} from ["a"] missing blank blank(%{{.*}} : tensor<1x10xf32>) present(%{{.*}} : tensor<3xi8>) [1]
  %2 = ddnn.aggregate mean %a from ["a"] missing blank blank(%a : tensor<1x10xf32>) present(%p : tensor<3xi8>) [1] : (tensor<1x10xf32>) -> tensor<1x10xf32>
  return
}
