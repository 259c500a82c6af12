// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{winograd=off}))" --split-input-file | FileCheck %s --check-prefixes=CHECK,OFF
// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{winograd=f2 tile=4x2}))" --split-input-file --mlir-print-elementsattrs-with-hex-if-larger=-1 2>%t.f2 | FileCheck %s --check-prefixes=CHECK,F2
// RUN: FileCheck %s --check-prefix=REMARK2 < %t.f2
// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights{winograd=f4 tile=4x2}))" --split-input-file --mlir-print-elementsattrs-with-hex-if-larger=-1 2>%t.f4 | FileCheck %s --check-prefixes=CHECK,F4
// RUN: FileCheck %s --check-prefix=REMARK4 < %t.f4
// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" --split-input-file | FileCheck %s --check-prefixes=CHECK,AUTO

// A filter with nothing but 144 (o + 1) in its middle, from each of four inputs
// to output o. G g G^T has a quarter of it at four places of F(2,3), elements
// 5, 6, 9 and 10 of sixteen. Element by element, all inputs, and for each the
// vector of outputs. A remark says what that costs, and the tier what all of
// it does.

// REMARK2: remark: {{.*}}Winograd F(2,3): 576 bytes of weights become 1024
// REMARK4: remark: {{.*}}Winograd F(4,3): 576 bytes of weights become 2304

// CHECK-LABEL: ddnn.tier @t
// OFF-NOT:       winograd_weights
// F2-SAME:       attributes {winograd_weights = 448 : i64}
// F4-SAME:       attributes {winograd_weights = 1728 : i64}
// CHECK:         func.func @step0(
// OFF:         arith.constant dense<{{.*}}> : tensor<144xf32>
// F2:          arith.constant dense<[{{((-?0\.0{6}e\+00(, )?){80})((3\.600000e\+01, 7\.200000e\+01, 1\.080000e\+02, 1\.440000e\+02, ){4})((-3\.600000e\+01, -7\.200000e\+01, -1\.080000e\+02, -1\.440000e\+02, ){4})((-?0\.0{6}e\+00(, )?){32})((-3\.600000e\+01, -7\.200000e\+01, -1\.080000e\+02, -1\.440000e\+02, ){4})((3\.600000e\+01, 7\.200000e\+01, 1\.080000e\+02, 1\.440000e\+02, ){4})((-?0\.0{6}e\+00(, )?){80})}}]> : tensor<256xf32>
// F4:          arith.constant dense<[{{((-?0\.0{6}e\+00(, )?){112})((4\.000000e\+00, 8\.000000e\+00, 1\.200000e\+01, 1\.600000e\+01, ){4})((-4\.000000e\+00, -8\.000000e\+00, -1\.200000e\+01, -1\.600000e\+01, ){4})((-2\.000000e\+00, -4\.000000e\+00, -6\.000000e\+00, -8\.000000e\+00, ){4})((2\.000000e\+00, 4\.000000e\+00, 6\.000000e\+00, 8\.000000e\+00, ){4})((-?0\.0{6}e\+00(, )?){32})((-4\.000000e\+00, -8\.000000e\+00, -1\.200000e\+01, -1\.600000e\+01, ){4})((4\.000000e\+00, 8\.000000e\+00, 1\.200000e\+01, 1\.600000e\+01, ){4})((2\.000000e\+00, 4\.000000e\+00, 6\.000000e\+00, 8\.000000e\+00, ){4})((-2\.000000e\+00, -4\.000000e\+00, -6\.000000e\+00, -8\.000000e\+00, ){4})((-?0\.0{6}e\+00(, )?){32})((-2\.000000e\+00, -4\.000000e\+00, -6\.000000e\+00, -8\.000000e\+00, ){4})((2\.000000e\+00, 4\.000000e\+00, 6\.000000e\+00, 8\.000000e\+00, ){4})((1\.000000e\+00, 2\.000000e\+00, 3\.000000e\+00, 4\.000000e\+00, ){4})((-1\.000000e\+00, -2\.000000e\+00, -3\.000000e\+00, -4\.000000e\+00, ){4})((-?0\.0{6}e\+00(, )?){32})((2\.000000e\+00, 4\.000000e\+00, 6\.000000e\+00, 8\.000000e\+00, ){4})((-2\.000000e\+00, -4\.000000e\+00, -6\.000000e\+00, -8\.000000e\+00, ){4})((-1\.000000e\+00, -2\.000000e\+00, -3\.000000e\+00, -4\.000000e\+00, ){4})((1\.000000e\+00, 2\.000000e\+00, 3\.000000e\+00, 4\.000000e\+00, ){4})((-?0\.0{6}e\+00(, )?){112})}}]> : tensor<576xf32>
// CHECK:       ddnn.window conv(
// OFF-NOT:       winograd
// F2-SAME:       winograd = 2 : i64}
// F2-SAME:       : (tensor<1x1x4x4x4xf32>, tensor<256xf32>, tensor<1x1x4x4x4xf32>)
// F4-SAME:       winograd = 4 : i64}
// F4-SAME:       : (tensor<1x1x4x4x4xf32>, tensor<576xf32>, tensor<1x1x4x4x4xf32>)
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x4x4x4xf32>) -> tensor<1x1x4x4x4xf32> {
    %w = arith.constant dense<[[[[0.0, 0.0, 0.0], [0.0, 144.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 144.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 144.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 144.0, 0.0], [0.0, 0.0, 0.0]]], [[[0.0, 0.0, 0.0], [0.0, 288.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 288.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 288.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 288.0, 0.0], [0.0, 0.0, 0.0]]], [[[0.0, 0.0, 0.0], [0.0, 432.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 432.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 432.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 432.0, 0.0], [0.0, 0.0, 0.0]]], [[[0.0, 0.0, 0.0], [0.0, 576.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 576.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 576.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 576.0, 0.0], [0.0, 0.0, 0.0]]]]> : tensor<4x4x3x3xf32>
    %e = tensor.empty() : tensor<1x1x4x4x4xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x1x4x4x4xf32>, tensor<4x4x3x3xf32>, tensor<1x1x4x4x4xf32>) -> tensor<1x1x4x4x4xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x1x4x4x4xf32>
  }
}

// -----

// Of several vectors in a tile, each channel has all before the next channel
// has any: eight output channels, two vectors. Element 0 of F(2,3) is the
// filter's first corner, here 10 o + i. The tile is that of the product.

// REMARK2: remark: {{.*}}Winograd F(2,3): 1152 bytes of weights become 2048
// REMARK4: remark: {{.*}}Winograd F(4,3): 1152 bytes of weights become 4608

// CHECK-LABEL: ddnn.tier @t
// F2:          arith.constant dense<[0.000000e+00, 1.000000e+01, 2.000000e+01, 3.000000e+01, 4.000000e+01, 5.000000e+01, 6.000000e+01, 7.000000e+01, 1.000000e+00, 1.100000e+01, 2.100000e+01, 3.100000e+01, 4.100000e+01, 5.100000e+01, 6.100000e+01, 7.100000e+01, 2.000000e+00, 1.200000e+01, 2.200000e+01, 3.200000e+01, 4.200000e+01, 5.200000e+01, 6.200000e+01, 7.200000e+01, 3.000000e+00, 1.300000e+01, 2.300000e+01, 3.300000e+01, 4.300000e+01, 5.300000e+01, 6.300000e+01, 7.300000e+01, {{.*}}> : tensor<512xf32>
// CHECK:       ddnn.window conv(
// F2-SAME:       tile = array<i64: 4, 2>, winograd = 2 : i64}
// F4-SAME:       tile = array<i64: 4, 2>, winograd = 4 : i64}
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x12x12x4xf32>) -> tensor<1x2x12x12x4xf32> {
    %w = arith.constant dense<[[[[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[2.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[3.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]], [[[10.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[11.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[12.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[13.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]], [[[20.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[21.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[22.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[23.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]], [[[30.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[31.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[32.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[33.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]], [[[40.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[41.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[42.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[43.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]], [[[50.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[51.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[52.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[53.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]], [[[60.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[61.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[62.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[63.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]], [[[70.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[71.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[72.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]], [[73.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]]> : tensor<8x4x3x3xf32>
    %e = tensor.empty() : tensor<1x2x12x12x4xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x1x12x12x4xf32>, tensor<8x4x3x3xf32>, tensor<1x2x12x12x4xf32>) -> tensor<1x2x12x12x4xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x2x12x12x4xf32>
  }
}

// -----

// Left to itself, the compiler takes F(4,3) for a large image with many
// channels. Not for one where most of a tile would be wasted: that of 1x1.

// AUTO-LABEL: ddnn.tier @t
// AUTO:        ddnn.window conv(
// AUTO-SAME:     winograd = 4 : i64}
// AUTO-LABEL: func.func @step1(
// AUTO:        ddnn.window conv(
// AUTO-NOT:      winograd
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x8x32x32x8xf32>) -> tensor<1x8x32x32x8xf32> {
    %w = arith.constant dense<1.0> : tensor<64x64x3x3xf32>
    %e = tensor.empty() : tensor<1x8x32x32x8xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x8x32x32x8xf32>, tensor<64x64x3x3xf32>, tensor<1x8x32x32x8xf32>) -> tensor<1x8x32x32x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x8x32x32x8xf32>
  }
  func.func @step1(%x: tensor<1x8x1x1x8xf32>) -> tensor<1x8x1x1x8xf32> {
    %w = arith.constant dense<1.0> : tensor<64x64x3x3xf32>
    %e = tensor.empty() : tensor<1x8x1x1x8xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x8x1x1x8xf32>, tensor<64x64x3x3xf32>, tensor<1x8x1x1x8xf32>) -> tensor<1x8x1x1x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x8x1x1x8xf32>
  }
}

// -----

// What Winograd cannot do is direct whatever is asked for: strides, a kernel
// that is not 3x3, planar images, depthwise convolution.

// CHECK-LABEL: ddnn.tier @direct
// CHECK-NOT:   winograd
// CHECK:         func.func @step4
ddnn.tier @direct index 0 spec <name = "direct", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x8x32x32x8xf32>) -> tensor<1x8x16x16x8xf32> {
    %w = arith.constant dense<1.0> : tensor<64x64x3x3xf32>
    %e = tensor.empty() : tensor<1x8x16x16x8xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x8x32x32x8xf32>, tensor<64x64x3x3xf32>, tensor<1x8x16x16x8xf32>) -> tensor<1x8x16x16x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x8x16x16x8xf32>
  }
  func.func @step1(%x: tensor<1x8x32x32x8xf32>) -> tensor<1x8x32x32x8xf32> {
    %w = arith.constant dense<1.0> : tensor<64x64x5x5xf32>
    %e = tensor.empty() : tensor<1x8x32x32x8xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 5, 5>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 2, 2, 2, 2>}
        : (tensor<1x8x32x32x8xf32>, tensor<64x64x5x5xf32>, tensor<1x8x32x32x8xf32>) -> tensor<1x8x32x32x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x8x32x32x8xf32>
  }
  func.func @step2(%x: tensor<1x3x32x32x1xf32>) -> tensor<1x8x32x32x8xf32> {
    %w = arith.constant dense<1.0> : tensor<64x3x3x3xf32>
    %e = tensor.empty() : tensor<1x8x32x32x8xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x3x32x32x1xf32>, tensor<64x3x3x3xf32>, tensor<1x8x32x32x8xf32>) -> tensor<1x8x32x32x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x8x32x32x8xf32>
  }
  func.func @step3(%x: tensor<1x8x32x32x8xf32>) -> tensor<1x8x32x32x8xf32> {
    %w = arith.constant dense<1.0> : tensor<64x1x3x3xf32>
    %e = tensor.empty() : tensor<1x8x32x32x8xf32>
    %y = ddnn.window depthwise(%x, %w) into %e
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x8x32x32x8xf32>, tensor<64x1x3x3xf32>, tensor<1x8x32x32x8xf32>) -> tensor<1x8x32x32x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x8x32x32x8xf32>
  }
  func.func @step4() {
    return
  }
}
