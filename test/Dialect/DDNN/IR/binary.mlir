// RUN: ddnn-opt %s | ddnn-opt | FileCheck %s
// RUN: ddnn-opt %s --mlir-print-op-generic | ddnn-opt | FileCheck %s

// CHECK: module attributes {ddnn.binary_blocks = [#ddnn.binary_block<node = "Conv conv", is_binary = true, what = "4x1x3x3 weights of +-1 over +-1">]}
module attributes {ddnn.binary_blocks = [#ddnn.binary_block<node = "Conv conv", is_binary = true, what = "4x1x3x3 weights of +-1 over +-1">]} {
// CHECK-LABEL: func.func @signs
func.func @signs(%x: tensor<1x8x4x4xf32>) {
  // CHECK: ddnn.sign %{{.*}} : tensor<1x8x4x4xf32> -> tensor<1x8x4x4xi1>
  %0 = ddnn.sign %x : tensor<1x8x4x4xf32> -> tensor<1x8x4x4xi1>
  // CHECK: ddnn.plus_minus_one %{{.*}} : tensor<1x8x4x4xi1> -> tensor<1x8x4x4xf32>
  %1 = ddnn.plus_minus_one %0 : tensor<1x8x4x4xi1> -> tensor<1x8x4x4xf32>
  // CHECK: ddnn.sign_with_zero %{{.*}} at_zero 0.000000e+00 : tensor<1x8x4x4xf32>
  %2 = ddnn.sign_with_zero %x at_zero 0.0 : tensor<1x8x4x4xf32>
  // CHECK: ddnn.sign_with_zero %{{.*}} at_zero -1.000000e+00 : tensor<1x8x4x4xf32>
  %3 = ddnn.sign_with_zero %x at_zero -1.0 : tensor<1x8x4x4xf32>
  return
}

// CHECK-LABEL: func.func @blocks
func.func @blocks(%x: tensor<1x8x4x4xi1>, %f: tensor<1x8x4x4xf32>, %w: tensor<4x8x3x3xi1>, %g: tensor<4x4x3x3xi1>,
                  %r: tensor<2x8xi1>, %q: tensor<2x8xf32>, %m: tensor<5x8xi1>) {
  // CHECK: ddnn.binary_conv_2d %{{.*}}, %{{.*}} {dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>} : tensor<1x8x4x4xi1>, tensor<4x8x3x3xi1> -> tensor<1x4x4x4xf32>
  %0 = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
      : tensor<1x8x4x4xi1>, tensor<4x8x3x3xi1> -> tensor<1x4x4x4xf32>
  // CHECK: ddnn.binary_conv_2d %{{.*}}, %{{.*}} {dilations = array<i64: 1, 1>, groups = 2 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 1>} : tensor<1x8x4x4xf32>, tensor<4x4x3x3xi1> -> tensor<1x4x1x2xf32>
  %1 = ddnn.binary_conv_2d %f, %g {strides = array<i64: 2, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 2 : i64}
      : tensor<1x8x4x4xf32>, tensor<4x4x3x3xi1> -> tensor<1x4x1x2xf32>
  // CHECK: ddnn.binary_matmul %{{.*}}, %{{.*}} : tensor<2x8xi1>, tensor<5x8xi1> -> tensor<2x5xf32>
  %2 = ddnn.binary_matmul %r, %m : tensor<2x8xi1>, tensor<5x8xi1> -> tensor<2x5xf32>
  // CHECK: ddnn.binary_matmul %{{.*}}, %{{.*}} : tensor<2x8xf32>, tensor<5x8xi1> -> tensor<2x5xf32>
  %3 = ddnn.binary_matmul %q, %m : tensor<2x8xf32>, tensor<5x8xi1> -> tensor<2x5xf32>
  // CHECK: ddnn.binary_pool %{{.*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 2, 2>} : tensor<1x8x4x4xi1> -> tensor<1x8x2x2xi1>
  %4 = ddnn.binary_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : tensor<1x8x4x4xi1> -> tensor<1x8x2x2xi1>
  // CHECK: ddnn.binary_pool %{{.*}} {all = array<i1: true, false, false, false, false, false, false, true>,
  %5 = ddnn.binary_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>,
      all = array<i1: true, false, false, false, false, false, false, true>} : tensor<1x8x4x4xi1> -> tensor<1x8x2x2xi1>
  return
}

// CHECK-LABEL: func.func @layout
func.func @layout(%x: tensor<1x12x4x4xi1>, %r: tensor<3x40xi1>, %s: tensor<5xi1>) {
  // By pixels: 12 bits are 2 bytes, 40 are 8.
  // CHECK: ddnn.pack %{{.*}} : tensor<1x12x4x4xi1> -> tensor<1x1x4x4x2xi8>
  %0 = ddnn.pack %x : tensor<1x12x4x4xi1> -> tensor<1x1x4x4x2xi8>
  // CHECK: ddnn.unpack %{{.*}} : tensor<1x1x4x4x2xi8> -> tensor<1x12x4x4xi1>
  %1 = ddnn.unpack %0 : tensor<1x1x4x4x2xi8> -> tensor<1x12x4x4xi1>
  // CHECK: ddnn.pack %{{.*}} : tensor<3x40xi1> -> tensor<3x1x1x1x8xi8>
  %2 = ddnn.pack %r : tensor<3x40xi1> -> tensor<3x1x1x1x8xi8>
  // Without gaps.
  // CHECK: ddnn.pack %{{.*}} : tensor<1x12x4x4xi1> -> tensor<24xi8>
  %3 = ddnn.pack %x : tensor<1x12x4x4xi1> -> tensor<24xi8>
  // CHECK: ddnn.pack %{{.*}} : tensor<5xi1> -> tensor<1xi8>
  %4 = ddnn.pack %s : tensor<5xi1> -> tensor<1xi8>
  return
}

// CHECK-LABEL: func.func @words
func.func @words(%x: memref<64xi8>, %i: index, %b: vector<16xi1>, %n: vector<16xi32>, %f: vector<8xf32>) {
  // CHECK: %[[BYTE:.*]] = ddnn.load_word %{{.*}}[%{{.*}}] : memref<64xi8> -> i8
  %0 = ddnn.load_word %x[%i] : memref<64xi8> -> i8
  // CHECK: ddnn.load_word %{{.*}}[%{{.*}}] : memref<64xi8> -> i16
  %1 = ddnn.load_word %x[%i] : memref<64xi8> -> i16
  // CHECK: %[[VECTOR:.*]] = ddnn.load_word %{{.*}}[%{{.*}}] : memref<64xi8> -> vector<16xi32>
  %2 = ddnn.load_word %x[%i] : memref<64xi8> -> vector<16xi32>
  // CHECK: ddnn.store_word %[[BYTE]], %{{.*}}[%{{.*}}] : i8, memref<64xi8>
  ddnn.store_word %0, %x[%i] : i8, memref<64xi8>
  // CHECK: ddnn.store_word %[[VECTOR]], %{{.*}}[%{{.*}}] : vector<16xi32>, memref<64xi8>
  ddnn.store_word %2, %x[%i] : vector<16xi32>, memref<64xi8>
  // CHECK: ddnn.mask_bits %{{.*}} : vector<16xi1> -> i32
  %3 = ddnn.mask_bits %b : vector<16xi1> -> i32
  // CHECK: ddnn.compare_bits %{{.*}} ge %{{.*}} : vector<16xi32> -> i32
  %4 = ddnn.compare_bits %n ge %2 : vector<16xi32> -> i32
  // CHECK: ddnn.compare_bits %{{.*}} ge %{{.*}} : vector<8xf32> -> i32
  %5 = ddnn.compare_bits %f ge %f : vector<8xf32> -> i32
  return
}
}
