// RUN: sed s/CPU/x86-64-v4/ %s | ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(func.func(ddnn-form-windows)))" --split-input-file | FileCheck %s --check-prefixes=CHECK,VECTORS,V16
// RUN: sed s/CPU/x86-64-v3/ %s | ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(func.func(ddnn-form-windows)))" --split-input-file | FileCheck %s --check-prefixes=CHECK,VECTORS,V8
// RUN: sed s/CPU/cortex-m3/ %s | ddnn-opt --pass-pipeline="builtin.module(ddnn.tier(func.func(ddnn-form-windows)))" --split-input-file | FileCheck %s --check-prefixes=CHECK,SCALAR

// Binarized operations as windows on packed images, with vectors of 16 and 8
// lanes and without.

// A sign is a window of one tap whose result is packed: a pixel of 32 channels
// has four bytes. Without vectors a block is one channel, so the image is what
// it was.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x32x2x2xf32>)
// V16:           ins(%[[X]] : tensor<1x32x2x2xf32>) outs(%{{.*}} : tensor<1x2x2x2x16xf32>)
// V8:            ins(%[[X]] : tensor<1x32x2x2xf32>) outs(%{{.*}} : tensor<1x4x2x2x8xf32>)
// SCALAR:        tensor.expand_shape %[[X]] {{.*}} output_shape [1, 32, 2, 2, 1]
// CHECK:         %[[O:.*]] = tensor.empty() : tensor<1x1x2x2x4xi8>
// CHECK:         %[[S:.*]] = ddnn.window max(%{{[^)]*}}) into %[[O]] {dilations = array<i64: 1, 1>, flops = 128 : i64, kernel = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
// CHECK-NEXT:    ^bb0(%[[V:.*]]: f32):
// CHECK-NEXT:      %[[ZERO:.*]] = arith.constant 0.0
// CHECK-NEXT:      %[[BIT:.*]] = arith.cmpf oge, %[[V]], %[[ZERO]] : f32
// CHECK-NEXT:      ddnn.yield %[[BIT]] : i1
// CHECK:         ddnn.unpack %[[S]] : tensor<1x1x2x2x4xi8> -> tensor<1x32x2x2xi1>

// Bits of channels that there are not are 0: 9 of 16 are compared with NaN.

// CHECK-LABEL: func.func @step1(
// V16:           %[[L:.*]] = arith.constant dense<{{\[\[(0.000000e\+00, ){9}(0x7FC00000, ){6}0x7FC00000\]\]}}> : tensor<1x16xf32>
// V8:            %[[L:.*]] = arith.constant dense<{{\[\[(0.000000e\+00, ){7}0.000000e\+00\], \[0.000000e\+00, (0x7FC00000, ){6}0x7FC00000\]\]}}> : tensor<2x8xf32>
// SCALAR:        %[[L:.*]] = arith.constant dense<{{\[(\[0.000000e\+00\], ){9}(\[0x7FC00000\], ){6}\[0x7FC00000\]\]}}> : tensor<16x1xf32>
// CHECK:         ddnn.window max(%{{[^)]*}}) with(%[[L]]) into
// CHECK-SAME:      -> tensor<1x1x1x1x2xi8>
// CHECK-NEXT:    ^bb0(%[[V:.*]]: f32, %[[LIMIT:.*]]: f32):
// CHECK-NEXT:      %[[BIT:.*]] = arith.cmpf oge, %[[V]], %[[LIMIT]] : f32
// CHECK-NEXT:      ddnn.yield %[[BIT]] : i1
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "CPU", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x32x2x2xf32>) -> tensor<1x32x2x2xi1> {
    %s = ddnn.sign %x : tensor<1x32x2x2xf32> -> tensor<1x32x2x2xi1>
    return %s : tensor<1x32x2x2xi1>
  }
  func.func @step1(%x: tensor<1x9xf32>) -> tensor<1x9xi1> {
    %s = ddnn.sign %x : tensor<1x9xf32> -> tensor<1x9xi1>
    return %s : tensor<1x9xi1>
  }
}

// -----

// A convolution of bits counts in integers. What comes in packed is read where
// it is; the image behind is of floats, blocked. 2 * 4 * 16 outputs * 24 * 9.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x1x4x4x4xi8>)
// CHECK-NOT:     ddnn.unpack
// CHECK-DAG:     %[[W:.*]] = arith.constant dense<true> : tensor<16x24x3x3xi1>
// CHECK:         %[[Y:.*]] = ddnn.window binary(%[[X]], %[[W]]) into %{{[^ ]*}} {channels = 24 : i64, dilations = array<i64: 1, 1>, flops = 27648 : i64, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 0, 0>, strides = array<i64: 2, 2>}
// V16-SAME:        -> tensor<1x1x2x2x16xf32>
// V8-SAME:         -> tensor<1x2x2x2x8xf32>
// SCALAR-SAME:     -> tensor<1x16x2x2x1xf32>
// CHECK-NEXT:    ^bb0(%[[SUM:.*]]: i32):
// CHECK-NEXT:      %[[F:.*]] = arith.sitofp %[[SUM]] : i32 to f32
// CHECK-NEXT:      ddnn.yield %[[F]] : f32

// Other bits are packed first.

// CHECK-LABEL: func.func @step1(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x24x4x4xi1>)
// CHECK:         %[[P:.*]] = ddnn.pack %[[X]] : tensor<1x24x4x4xi1> -> tensor<1x1x4x4x4xi8>
// CHECK:         ddnn.window binary(%[[P]], %

// Floats are multiplied by +-1, in blocks. Without vectors the weights stay bits.

// CHECK-LABEL: func.func @step2(
// VECTORS:       %[[W:.*]] = arith.constant dense<{{\[\[\[\[}}1.000000e+00]], {{\[\[}}-1.000000e+00]]]]> : tensor<1x2x1x1xf32>
// SCALAR:        %[[W:.*]] = arith.constant dense<{{\[\[\[\[}}true]], {{\[\[}}false]]]]> : tensor<1x2x1x1xi1>
// CHECK:         ddnn.window conv(%{{.*}}, %[[W]]) into
// CHECK-NEXT:    ^bb0(%[[SUM:.*]]: f32):
// CHECK-NEXT:      ddnn.yield %[[SUM]] : f32

// Groups of floats have a window of vectors only, groups of bits none: they were
// taken apart before. Nor has a convolution whose weights are not known.

// CHECK-LABEL: func.func @step3(
// VECTORS:       ddnn.window conv(
// SCALAR:        ddnn.binary_conv_2d
// CHECK:         ddnn.binary_conv_2d
// CHECK:         ddnn.binary_conv_2d
// CHECK-NOT:     ddnn.window
// CHECK:         return
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "CPU", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x4x4x4xi8>) -> tensor<1x16x2x2xf32> {
    %w = arith.constant dense<true> : tensor<16x24x3x3xi1>
    %b = ddnn.unpack %x : tensor<1x1x4x4x4xi8> -> tensor<1x24x4x4xi1>
    %y = ddnn.binary_conv_2d %b, %w {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 0, 0>}
        : tensor<1x24x4x4xi1>, tensor<16x24x3x3xi1> -> tensor<1x16x2x2xf32>
    return %y : tensor<1x16x2x2xf32>
  }
  func.func @step1(%x: tensor<1x24x4x4xi1>) -> tensor<1x16x4x4xf32> {
    %w = arith.constant dense<true> : tensor<16x24x1x1xi1>
    %y = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : tensor<1x24x4x4xi1>, tensor<16x24x1x1xi1> -> tensor<1x16x4x4xf32>
    return %y : tensor<1x16x4x4xf32>
  }
  func.func @step2(%x: tensor<1x2x4x4xf32>) -> tensor<1x1x4x4xf32> {
    %w = arith.constant dense<[[[[true]], [[false]]]]> : tensor<1x2x1x1xi1>
    %y = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : tensor<1x2x4x4xf32>, tensor<1x2x1x1xi1> -> tensor<1x1x4x4xf32>
    return %y : tensor<1x1x4x4xf32>
  }
  func.func @step3(%x: tensor<1x32x4x4xf32>, %b: tensor<1x32x4x4xi1>, %v: tensor<32x32x1x1xi1>) -> (tensor<1x32x4x4xf32>, tensor<1x32x4x4xf32>, tensor<1x32x4x4xf32>) {
    %w = arith.constant dense<true> : tensor<32x16x1x1xi1>
    %0 = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 2 : i64}
        : tensor<1x32x4x4xf32>, tensor<32x16x1x1xi1> -> tensor<1x32x4x4xf32>
    %1 = ddnn.binary_conv_2d %b, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 2 : i64}
        : tensor<1x32x4x4xi1>, tensor<32x16x1x1xi1> -> tensor<1x32x4x4xf32>
    %2 = ddnn.binary_conv_2d %b, %v {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : tensor<1x32x4x4xi1>, tensor<32x32x1x1xi1> -> tensor<1x32x4x4xf32>
    return %0, %1, %2 : tensor<1x32x4x4xf32>, tensor<1x32x4x4xf32>, tensor<1x32x4x4xf32>
  }
}

// -----

// A product with a row is a convolution of one pixel. A row that was an image
// stays one, and the kernel is as large: no bit moves. Weight k of a row is
// channel k / 4, pixel k % 4.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x1x1x1x4xi8>)
// CHECK-DAG:     %[[W:.*]] = arith.constant dense<true> : tensor<10x32x1x1xi1>
// CHECK:         ddnn.window binary(%[[X]], %[[W]]) into %{{[^ ]*}} {channels = 32 : i64, {{.*}}flops = 640 : i64, kernel = array<i64: 1, 1>
// CHECK-LABEL: func.func @step1(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x1x2x2x1xi8>)
// CHECK-DAG:     %[[W:.*]] = arith.constant dense<{{\[\[\[\[}}true, false], [true, true]], {{\[\[}}false, false], [false, true]]]]> : tensor<1x2x2x2xi1>
// CHECK:         ddnn.window binary(%[[X]], %[[W]]) into %{{[^ ]*}} {channels = 2 : i64, {{.*}}flops = 16 : i64, kernel = array<i64: 2, 2>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "CPU", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x1x1x4xi8>) -> tensor<1x10xf32> {
    %w = arith.constant dense<true> : tensor<10x32xi1>
    %b = ddnn.unpack %x : tensor<1x1x1x1x4xi8> -> tensor<1x32xi1>
    %y = ddnn.binary_matmul %b, %w : tensor<1x32xi1>, tensor<10x32xi1> -> tensor<1x10xf32>
    return %y : tensor<1x10xf32>
  }
  func.func @step1(%x: tensor<1x1x2x2x1xi8>) -> tensor<1x1xf32> {
    %w = arith.constant dense<[[true, false, true, true, false, false, false, true]]> : tensor<1x8xi1>
    %b = ddnn.unpack %x : tensor<1x1x2x2x1xi8> -> tensor<1x2x2x2xi1>
    %r = tensor.collapse_shape %b [[0], [1, 2, 3]] : tensor<1x2x2x2xi1> into tensor<1x8xi1>
    %y = ddnn.binary_matmul %r, %w : tensor<1x8xi1>, tensor<1x8xi1> -> tensor<1x1xf32>
    return %y : tensor<1x1xf32>
  }
}

// -----

// Pooling stays on packed bits, flips name the channels that pool the other way:
// 0 is bit 0 of the first byte, 9 is bit 1 of the second. What pads by a whole
// kernel is no window.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x1x4x4x2xi8>)
// CHECK:         %[[A:.*]] = ddnn.window any(%[[X]]) into %{{[^ ]*}} {dilations = array<i64: 1, 1>, flips = array<i8: 1, 2>, flops = 192 : i64, kernel = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : (tensor<1x1x4x4x2xi8>, tensor<1x1x2x2x2xi8>) -> tensor<1x1x2x2x2xi8>
// CHECK-NEXT:    ^bb0(%[[V:.*]]: i8):
// CHECK-NEXT:      ddnn.yield %[[V]] : i8
// CHECK:         ddnn.window any(%[[A]]) into
// CHECK-NOT:       flips
// CHECK:         return
// CHECK-LABEL: func.func @step1(
// CHECK:         ddnn.binary_pool
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "CPU", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x4x4x2xi8>) -> tensor<1x12x1x1xi1> {
    %b = ddnn.unpack %x : tensor<1x1x4x4x2xi8> -> tensor<1x12x4x4xi1>
    %0 = ddnn.binary_pool %b {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
        all = array<i1: true, false, false, false, false, false, false, false, false, true, false, false>} : tensor<1x12x4x4xi1> -> tensor<1x12x2x2xi1>
    %1 = ddnn.binary_pool %0 {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
        all = array<i1: false, false, false, false, false, false, false, false, false, false, false, false>} : tensor<1x12x2x2xi1> -> tensor<1x12x1x1xi1>
    return %1 : tensor<1x12x1x1xi1>
  }
  func.func @step1(%b: tensor<1x8x2x2xi1>) -> tensor<1x8x4x2xi1> {
    %0 = ddnn.binary_pool %b {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 0, 1, 0>} : tensor<1x8x2x2xi1> -> tensor<1x8x4x2xi1>
    return %0 : tensor<1x8x4x2xi1>
  }
}

// -----

// +-1 as floats come out of the packed bytes: lane 8 of block 0 is bit 0 of byte
// 1. A pixel of 8 channels has fewer bits than a block of 16 lanes: there the
// image is plain first.

// V16-DAG:     #[[BYTE:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, 0, d2, d3, d1 * 2 + d4 floordiv 8)>
// V16-DAG:     #[[PLAIN:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, 0, d2, d3, (d1 + d4) floordiv 8)>
// V8-DAG:      #[[BYTE:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, 0, d2, d3, d1 + d4 floordiv 8)>
// SCALAR-DAG:  #[[BYTE:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, 0, d2, d3, (d1 + d4) floordiv 8)>
// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x1x2x2x4xi8>)
// CHECK:         linalg.generic {indexing_maps = [#[[BYTE]], #{{.*}} ins(%[[X]] : tensor<1x1x2x2x4xi8>)
// CHECK:           arith.select %{{.*}}, %{{.*}}, %{{.*}} : f32
// CHECK-LABEL: func.func @step1(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x1x2x2x1xi8>)
// V16:           linalg.generic {indexing_maps = [#[[PLAIN]], #{{.*}} ins(%[[X]] : {{.*}}) outs(%{{.*}} : tensor<1x8x2x2x1xf32>)
// V8:            linalg.generic {indexing_maps = [#[[BYTE]], #{{.*}} ins(%[[X]] : {{.*}}) outs(%{{.*}} : tensor<1x1x2x2x8xf32>)
// SCALAR:        linalg.generic {indexing_maps = [#[[BYTE]], #{{.*}} ins(%[[X]] : {{.*}}) outs(%{{.*}} : tensor<1x8x2x2x1xf32>)
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "CPU", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x2x2x4xi8>) -> tensor<1x32x2x2xf32> {
    %b = ddnn.unpack %x : tensor<1x1x2x2x4xi8> -> tensor<1x32x2x2xi1>
    %f = ddnn.plus_minus_one %b : tensor<1x32x2x2xi1> -> tensor<1x32x2x2xf32>
    return %f : tensor<1x32x2x2xf32>
  }
  func.func @step1(%x: tensor<1x1x2x2x1xi8>) -> tensor<1x8x2x2xf32> {
    %b = ddnn.unpack %x : tensor<1x1x2x2x1xi8> -> tensor<1x8x2x2xi1>
    %f = ddnn.plus_minus_one %b : tensor<1x8x2x2xi1> -> tensor<1x8x2x2xf32>
    return %f : tensor<1x8x2x2xf32>
  }
}

// -----

// Between two windows nothing is unpacked, and what a link packs is there
// already.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[S:.*]] = ddnn.window max(
// CHECK-NOT:     pack
// CHECK:         %[[A:.*]] = ddnn.window any(%[[S]])
// CHECK-NOT:     pack
// CHECK:         return %[[A]]
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "CPU", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x32x2x2xf32>) -> tensor<1x1x1x1x4xi8> {
    %s = ddnn.sign %x : tensor<1x32x2x2xf32> -> tensor<1x32x2x2xi1>
    %a = ddnn.binary_pool %s {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x32x2x2xi1> -> tensor<1x32x1x1xi1>
    %p = ddnn.pack %a : tensor<1x32x1x1xi1> -> tensor<1x1x1x1x4xi8>
    return %p : tensor<1x1x1x1x4xi8>
  }
}

// -----

// On a link pixels of 24 channels are three bytes, here they are four: bytes are
// copied, never bits.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<12xi8>)
// CHECK-NOT:     ddnn.unpack
// CHECK:         %[[E:.*]] = tensor.expand_shape %[[X]] {{.*}} : tensor<12xi8> into tensor<1x1x2x2x3xi8>
// CHECK:         %[[P:.*]] = tensor.pad %[[E]] low[0, 0, 0, 0, 0] high[0, 0, 0, 0, 1]
// CHECK:         %[[A:.*]] = ddnn.window any(%[[P]]) into
// CHECK-NOT:     ddnn.pack
// CHECK:         %[[S:.*]] = tensor.extract_slice %[[A]][0, 0, 0, 0, 0] [1, 1, 1, 1, 3] [1, 1, 1, 1, 1]
// CHECK:         %[[C:.*]] = linalg.copy ins(%[[S]] : tensor<1x1x1x1x3xi8>)
// CHECK:         %[[R:.*]] = tensor.collapse_shape %[[C]] {{.*}} : tensor<1x1x1x1x3xi8> into tensor<3xi8>
// CHECK:         return %[[R]]

// 12 channels are one byte and a half.

// CHECK-LABEL: func.func @step1(
// CHECK:         %[[B:.*]] = ddnn.unpack %{{.*}} : tensor<6xi8> -> tensor<1x12x2x2xi1>
// CHECK:         ddnn.pack %[[B]] : tensor<1x12x2x2xi1> -> tensor<1x1x2x2x2xi8>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "CPU", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<12xi8>) -> tensor<3xi8> {
    %b = ddnn.unpack %x : tensor<12xi8> -> tensor<1x24x2x2xi1>
    %a = ddnn.binary_pool %b {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x24x2x2xi1> -> tensor<1x24x1x1xi1>
    %p = ddnn.pack %a : tensor<1x24x1x1xi1> -> tensor<3xi8>
    return %p : tensor<3xi8>
  }
  func.func @step1(%x: tensor<6xi8>) -> tensor<1x12x1x1xi1> {
    %b = ddnn.unpack %x : tensor<6xi8> -> tensor<1x12x2x2xi1>
    %a = ddnn.binary_pool %b {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x12x2x2xi1> -> tensor<1x12x1x1xi1>
    return %a : tensor<1x12x1x1xi1>
  }
}
