// RUN: ddnn-opt %s --split-input-file --verify-diagnostics

func.func @f(%x: tensor<4xf32>) {
  // expected-error@+1 {{failed to verify that all of {input, result} have same shape}}
  %0 = ddnn.sign %x : tensor<4xf32> -> tensor<5xi1>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error@+1 {{result #0 must be}}
  %0 = ddnn.sign %x : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xi8>) {
  // expected-error@+1 {{operand #0 must be}}
  %0 = ddnn.plus_minus_one %x : tensor<4xi8> -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xi1>) {
  // expected-error@+1 {{have same shape}}
  %0 = ddnn.plus_minus_one %x : tensor<4xi1> -> tensor<2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error@+1 {{is 0 or -1 at zero, not 1.000000e+00; ddnn.sign is +1 there}}
  %0 = ddnn.sign_with_zero %x at_zero 1.0 : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<8x4x4xi1>, %w: tensor<4x8x3x3xi1>) {
  // expected-error@+1 {{images are NxCxHxW of static shape, got 'tensor<8x4x4xi1>'}}
  %0 = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<8x4x4xi1>, tensor<4x8x3x3xi1> -> tensor<1x4x2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x?x4xi1>, %w: tensor<4x8x3x3xi1>) {
  // expected-error@+1 {{images are NxCxHxW of static shape}}
  %0 = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x8x?x4xi1>, tensor<4x8x3x3xi1> -> tensor<1x4x2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x4x4xi1>, %w: tensor<4x8x9xi1>) {
  // expected-error@+1 {{weights are OIHW of static shape, got 'tensor<4x8x9xi1>'}}
  %0 = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x8x4x4xi1>, tensor<4x8x9xi1> -> tensor<1x4x2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x4x4xi1>, %w: tensor<4x8x3x3xf32>) {
  // expected-error@+1 {{operand #1 must be}}
  %0 = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x8x4x4xi1>, tensor<4x8x3x3xf32> -> tensor<1x4x2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x4x4xi1>, %w: tensor<4x8x3x3xi1>) {
  // expected-error@+1 {{takes two extents of the kernel, two strides, two dilations and four pads}}
  %0 = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x8x4x4xi1>, tensor<4x8x3x3xi1> -> tensor<1x4x2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x4x4xi1>, %w: tensor<4x8x3x3xi1>) {
  // expected-error@+1 {{kernel, strides and dilations are positive, pads not negative}}
  %0 = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: -1, 0, 0, 0>} : tensor<1x8x4x4xi1>, tensor<4x8x3x3xi1> -> tensor<1x4x1x2xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x4x4xi1>, %w: tensor<4x8x3x3xi1>) {
  // expected-error@+1 {{images differ in number}}
  %0 = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x8x4x4xi1>, tensor<4x8x3x3xi1> -> tensor<2x4x2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x4x4xi1>, %w: tensor<4x8x3x3xi1>) {
  // expected-error@+1 {{a kernel of 3 over 4 elements does not give 3}}
  %0 = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x8x4x4xi1>, tensor<4x8x3x3xi1> -> tensor<1x4x3x2xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x4x4xi1>, %w: tensor<4x8x3x3xi1>) {
  // expected-error@+1 {{groups divide the channels of input and result}}
  %0 = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 3 : i64} : tensor<1x8x4x4xi1>, tensor<4x8x3x3xi1> -> tensor<1x4x2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x4x4xi1>, %w: tensor<4x8x3x3xi1>) {
  // expected-error@+1 {{are not for 8 channels in 2 groups to 4}}
  %0 = ddnn.binary_conv_2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 2 : i64} : tensor<1x8x4x4xi1>, tensor<4x8x3x3xi1> -> tensor<1x4x2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<8xi1>, %w: tensor<5x8xi1>) {
  // expected-error@+1 {{takes rows of static shape, got 'tensor<8xi1>'}}
  %0 = ddnn.binary_matmul %x, %w : tensor<8xi1>, tensor<5x8xi1> -> tensor<1x5xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8xi1>, %w: tensor<8x5xi1>) {
  // expected-error@+1 {{do not make 'tensor<1x5xf32>' of 'tensor<1x8xi1>'}}
  %0 = ddnn.binary_matmul %x, %w : tensor<1x8xi1>, tensor<8x5xi1> -> tensor<1x5xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x4x4xi1>) {
  // expected-error@+1 {{channels of input and result differ}}
  %0 = ddnn.binary_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x8x4x4xi1> -> tensor<1x4x3x3xi1>
  return
}

// -----

func.func @f(%x: tensor<1x8x4x4xi1>) {
  // expected-error@+1 {{a kernel of 2 over 4 elements does not give 2}}
  %0 = ddnn.binary_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x8x4x4xi1> -> tensor<1x8x2x3xi1>
  return
}

// -----

func.func @f(%x: tensor<1x8x4x4xi1>) {
  // expected-error@+1 {{'all' has 2 entries for 8 channels}}
  %0 = ddnn.binary_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, all = array<i1: true, false>} : tensor<1x8x4x4xi1> -> tensor<1x8x3x3xi1>
  return
}

// -----

func.func @f(%x: tensor<1x8x4x4xf32>) {
  // expected-error@+1 {{operand #0 must be}}
  %0 = ddnn.binary_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x8x4x4xf32> -> tensor<1x8x3x3xi1>
  return
}

// -----

func.func @f(%x: tensor<1x12x4x4xi1>) {
  // expected-error@+1 {{does not hold the bits of 'tensor<1x12x4x4xi1>'; 'tensor<24xi8>' does, and 'tensor<1x1x4x4x2xi8>' by pixels}}
  %0 = ddnn.pack %x : tensor<1x12x4x4xi1> -> tensor<1x1x4x4x4xi8>
  return
}

// -----

func.func @f(%x: tensor<3xi8>) {
  // expected-error@+1 {{does not hold the bits of 'tensor<5xi1>'; 'tensor<1xi8>' does}}
  %0 = ddnn.unpack %x : tensor<3xi8> -> tensor<5xi1>
  return
}

// -----

func.func @f(%x: tensor<?x5xi1>) {
  // expected-error@+1 {{needs a static shape, got 'tensor<?x5xi1>'}}
  %0 = ddnn.pack %x : tensor<?x5xi1> -> tensor<1xi8>
  return
}

// -----

// expected-error@+1 {{a binary block has a node and says what became of it}}
module attributes {ddnn.binary_blocks = [#ddnn.binary_block<node = "Conv conv", is_binary = true, what = "">]} {
}

// -----

// Words of packed bits are of 8, 16 or 32 bits, alone or 32 in the lanes of a
// vector, in a row of bytes.

func.func @f(%x: memref<16xi8>, %i: index) {
  // expected-error@+1 {{result #0 must be 8-bit signless integer or 16-bit signless integer or 32-bit signless integer or vector of 32-bit signless integer values of ranks 1}}
  %0 = ddnn.load_word %x[%i] : memref<16xi8> -> i64
  return
}

// -----

func.func @f(%x: memref<16xi8>, %i: index) {
  // expected-error@+1 {{result #0 must be}}
  %0 = ddnn.load_word %x[%i] : memref<16xi8> -> vector<8xi16>
  return
}

// -----

func.func @f(%x: memref<16xi8>, %i: index) {
  // expected-error@+1 {{result #0 must be}}
  %0 = ddnn.load_word %x[%i] : memref<16xi8> -> vector<2x4xi32>
  return
}

// -----

func.func @f(%x: memref<16xi32>, %i: index) {
  // expected-error@+1 {{operand #0 must be 1D memref of 8-bit signless integer values}}
  %0 = ddnn.load_word %x[%i] : memref<16xi32> -> i32
  return
}

// -----

func.func @f(%x: memref<4x4xi8>, %i: index) {
  // expected-error@+1 {{operand #0 must be 1D memref of 8-bit signless integer values}}
  %0 = ddnn.load_word %x[%i] : memref<4x4xi8> -> i32
  return
}

// -----

func.func @f(%x: memref<16xi8>, %v: f32, %i: index) {
  // expected-error@+1 {{operand #0 must be 8-bit signless integer or}}
  ddnn.store_word %v, %x[%i] : f32, memref<16xi8>
  return
}

// -----

func.func @f(%x: memref<16xf32>, %v: i32, %i: index) {
  // expected-error@+1 {{operand #1 must be 1D memref of 8-bit signless integer values}}
  ddnn.store_word %v, %x[%i] : i32, memref<16xf32>
  return
}

// -----

// Masks are words.

func.func @f(%v: vector<8xi32>) {
  // expected-error@+1 {{operand #0 must be vector of 1-bit signless integer values of ranks 1}}
  %0 = ddnn.mask_bits %v : vector<8xi32> -> i32
  return
}

// -----

func.func @f(%v: vector<8xi1>) {
  // expected-error@+1 {{result #0 must be 32-bit signless integer}}
  %0 = ddnn.mask_bits %v : vector<8xi1> -> i8
  return
}

// -----

// 64 lanes would not fit into a word.

func.func @f(%v: vector<64xi1>) {
  // expected-error@+1 {{a word has bits for 32 lanes at most, got}}
  %0 = ddnn.mask_bits %v : vector<64xi1> -> i32
  return
}

// -----

func.func @f(%v: vector<64xf32>) {
  // expected-error@+1 {{a word has bits for 32 lanes at most, got}}
  %0 = ddnn.compare_bits %v ge %v : vector<64xf32> -> i32
  return
}

// -----

func.func @f(%v: vector<8xi16>) {
  // expected-error@+1 {{operand #0 must be vector of 32-bit signless integer or 32-bit float values of ranks 1}}
  %0 = ddnn.compare_bits %v ge %v : vector<8xi16> -> i32
  return
}

// -----

func.func @f(%v: vector<8xi32>, %w: vector<8xf32>) {
  // expected-error@+1 {{requires all operands to have the same type}}
  %0 = "ddnn.compare_bits"(%v, %w) : (vector<8xi32>, vector<8xf32>) -> i32
  return
}
