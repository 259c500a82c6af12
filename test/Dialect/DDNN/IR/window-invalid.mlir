// RUN: ddnn-opt %s --split-input-file --verify-diagnostics

// Everything that a window must not be. Images are NCHWc of 32-bit floats and
// have a static shape.

func.func @f(%x: tensor<1x8x4x4xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{input and result are both blocked or both plain}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x8x4x4xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x4x8xf16>) -> tensor<1x1x4x4x8xf16> {
  // expected-error@+1 {{images are NxCxHxWxc or NxCxHxW of f32, or Nx1xHxWxB of bits in bytes, got 'tensor<1x1x4x4x8xf16>'}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf16>) -> tensor<1x1x4x4x8xf16> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf16>
}

// -----

func.func @f(%x: tensor<?x1x4x4x8xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{images are NxCxHxWxc or NxCxHxW of f32, or Nx1xHxWxB of bits in bytes, got 'tensor<?x1x4x4x8xf32>'}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<?x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<*xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{images are NxCxHxWxc or NxCxHxW of f32, or Nx1xHxWxB of bits in bytes, got 'tensor<*xf32>'}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<*xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

// Two numbers each for kernel, strides and dilations, four pads.

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{takes two extents of the kernel, two strides, two dilations and four pads}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{takes two extents of the kernel, two strides, two dilations and four pads}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{kernel, strides and dilations are positive, pads not negative}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 0>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // A stride of zero must not become a division by zero.
  // expected-error@+1 {{kernel, strides and dilations are positive, pads not negative}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 0, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{kernel, strides and dilations are positive, pads not negative}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, -1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{kernel, strides and dilations are positive, pads not negative}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: -1, 0, 1, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

// Height and width of the result follow from those of the input.

func.func @f(%x: tensor<1x1x8x4x8xf32>, %o: tensor<1x1x8x4x8xf32>) -> tensor<1x1x8x4x8xf32> {
  // expected-error@+1 {{a kernel of 3 over 8 elements does not give 8}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 3, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 0, 0, 0>}
      : (tensor<1x1x8x4x8xf32>, tensor<1x1x8x4x8xf32>) -> tensor<1x1x8x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x8x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x8x2x8xf32>, %o: tensor<1x1x8x1x8xf32>) -> tensor<1x1x8x1x8xf32> {
  // A kernel that is larger than the image.
  // expected-error@+1 {{a kernel of 2 over 2 elements does not give 1}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 2>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x8x2x8xf32>, tensor<1x1x8x1x8xf32>) -> tensor<1x1x8x1x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x8x1x8xf32>
}

// -----

// A window over nothing but padding has no maximum.

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x6x8xf32>) -> tensor<1x1x4x6x8xf32> {
  // expected-error@+1 {{pads by a whole kernel or more}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 1, 0, 1>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x6x8xf32>) -> tensor<1x1x4x6x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x6x8xf32>
}

// -----

func.func @f(%x: tensor<2x1x4x4x8xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{images differ in number}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<2x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

// Only a convolution mixes channels.

func.func @f(%x: tensor<1x2x4x4x8xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{channels of input and result differ}}
  %y = ddnn.window sum(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x2x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x4xf32>, %w: tensor<8x1x1x1xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{channels of input and result differ}}
  %y = ddnn.window depthwise(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x4xf32>, tensor<8x1x1x1xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x2x4x4x4xf32>, %w: tensor<8x8x1x1xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{the input is neither planar nor blocked as the result is}}
  %y = ddnn.window conv(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x2x4x4x4xf32>, tensor<8x8x1x1xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{needs weights}}
  %y = ddnn.window conv(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %w: tensor<8x1x1x1xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{takes no weights}}
  %y = ddnn.window max(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<8x1x1x1xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

// Operands of the region: two values for each of eight channels are no bias.

func.func @f(%x: tensor<1x1x4x4x8xf32>, %e: tensor<2x8xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{operand of the region is neither by channel nor of the result's shape: 'tensor<2x8xf32>'}}
  %y = ddnn.window max(%x) with (%e) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<2x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32, %b: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %e: tensor<1x1x4x2x8xf32>, %o: tensor<1x1x4x2x8xf32>) -> tensor<1x1x4x2x8xf32> {
  // The shape of the input is not the result's.
  // expected-error@+1 {{operand of the region is neither by channel nor of the result's shape: 'tensor<1x1x4x4x8xf32>'}}
  %y = ddnn.window max(%x) with (%e, %x) into %o
      {kernel = array<i64: 1, 2>, strides = array<i64: 1, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x2x8xf32>, tensor<1x1x4x4x8xf32>, tensor<1x1x4x2x8xf32>) -> tensor<1x1x4x2x8xf32> {
    ^bb0(%v: f32, %a: f32, %b: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x2x8xf32>
}

// -----

// The region has an argument for the window and one for each extra.

func.func @f(%x: tensor<1x1x4x4x8xf32>, %e: tensor<1x8xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{its region takes 'f32' for the window and an element of each extra}}
  %y = ddnn.window max(%x) with (%e) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x4x8xf32>, %s: f32) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{its region takes 'f32' for the window and an element of each extra}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f64):
      ddnn.yield %s : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{its region ends in ddnn.yield}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      %0 = arith.negf %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

// Winograd is for convolutions of three by three, one step at a time, over
// channels in vectors, and there are two sizes.

func.func @f(%x: tensor<1x1x4x4x8xf32>, %w: tensor<576xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{Winograd F(2,3) and F(4,3) are for blocked 3x3 convolutions with stride and dilation 1}}
  %y = ddnn.window conv(%x, %w) into %o
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, winograd = 3 : i64}
      : (tensor<1x1x4x4x8xf32>, tensor<576xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %w: tensor<576xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{Winograd F(2,3) and F(4,3) are for blocked 3x3 convolutions with stride and dilation 1}}
  %y = ddnn.window depthwise(%x, %w) into %o
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, winograd = 2 : i64}
      : (tensor<1x1x4x4x8xf32>, tensor<576xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x6x8xf32>, %w: tensor<576xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{Winograd F(2,3) and F(4,3) are for blocked 3x3 convolutions with stride and dilation 1}}
  %y = ddnn.window conv(%x, %w) into %o
      {kernel = array<i64: 3, 5>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, winograd = 2 : i64}
      : (tensor<1x1x4x6x8xf32>, tensor<576xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %w: tensor<576xf32>, %o: tensor<1x1x4x2x8xf32>) -> tensor<1x1x4x2x8xf32> {
  // expected-error@+1 {{Winograd F(2,3) and F(4,3) are for blocked 3x3 convolutions with stride and dilation 1}}
  %y = ddnn.window conv(%x, %w) into %o
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, winograd = 2 : i64}
      : (tensor<1x1x4x4x8xf32>, tensor<576xf32>, tensor<1x1x4x2x8xf32>) -> tensor<1x1x4x2x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x2x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %w: tensor<576xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{Winograd F(2,3) and F(4,3) are for blocked 3x3 convolutions with stride and dilation 1}}
  %y = ddnn.window conv(%x, %w) into %o
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 2, 2>, pads = array<i64: 2, 2, 2, 2>, winograd = 2 : i64}
      : (tensor<1x1x4x4x8xf32>, tensor<576xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x3x4x4x1xf32>, %w: tensor<576xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{Winograd F(2,3) and F(4,3) are for blocked 3x3 convolutions with stride and dilation 1}}
  %y = ddnn.window conv(%x, %w) into %o
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, winograd = 2 : i64}
      : (tensor<1x3x4x4x1xf32>, tensor<576xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

// A tensor comes out where one went in, a buffer is written in place.

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x4x8xf32>) {
  // expected-error@+1 {{its result is a tensor of the destination's type, or none where that is a buffer}}
  ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> () {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return
}

// -----

func.func @f(%x: memref<1x1x4x4x8xf32>, %o: memref<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{its result is a tensor of the destination's type, or none where that is a buffer}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (memref<1x1x4x4x8xf32>, memref<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x2x8xf32> {
  // expected-error@+1 {{its result is a tensor of the destination's type, or none where that is a buffer}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x2x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x2x8xf32>
}

// -----

// ddnn.yield is for windows only.

func.func @f(%v: f32) {
  // expected-error@+1 {{expects parent op}}
  ddnn.yield %v : f32
}

// -----

// A register tile of nothing would never end, one of more vectors than divide
// the blocks would leave some out.

func.func @f(%x: memref<1x3x4x4x8xf32>, %o: memref<1x3x4x4x8xf32>) {
  // expected-error@+1 {{a tile is [pixels, vectors], with vectors that divide the 3 blocks of channels}}
  ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 0, 1>}
      : (memref<1x3x4x4x8xf32>, memref<1x3x4x4x8xf32>) -> () {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return
}

// -----

func.func @f(%x: memref<1x3x4x4x8xf32>, %o: memref<1x3x4x4x8xf32>) {
  // expected-error@+1 {{with vectors that divide the 3 blocks of channels}}
  ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 4, 2>}
      : (memref<1x3x4x4x8xf32>, memref<1x3x4x4x8xf32>) -> () {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return
}

// -----

// Plain images.

func.func @f(%x: tensor<1x8x4x4xf32>, %w: tensor<8x8x3x3xf32>, %o: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  // expected-error@+1 {{a convolution of plain images is 1x1 with stride 1, no pads and no groups}}
  %y = ddnn.window conv(%x, %w) into %o
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
      : (tensor<1x8x4x4xf32>, tensor<8x8x3x3xf32>, tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x8x4x4xf32>
}

// -----

func.func @f(%x: tensor<1x8x4x10xf32>, %o: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  // expected-error@+1 {{a window on plain images has a stride of at most 2 along rows}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 3>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x8x4x10xf32>, tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x8x4x4xf32>
}

// -----

func.func @f(%x: tensor<1x8x4x4xf32>, %o: tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
  // expected-error@+1 {{operand of the region is neither by channel nor of the result's shape: 'tensor<1x8x4x4xf32>'}}
  %y = ddnn.window max(%x) with (%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x8x4x4xf32>, tensor<1x8x4x4xf32>, tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32> {
    ^bb0(%v: f32, %e: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x8x4x4xf32>
}

// -----

// Groups.

func.func @f(%x: tensor<1x3x4x4x8xf32>, %w: tensor<16x12x1x1xf32>, %o: tensor<1x2x4x4x8xf32>) -> tensor<1x2x4x4x8xf32> {
  // expected-error@+1 {{groups divide the blocks of a convolution's input and result}}
  %y = ddnn.window conv(%x, %w) into %o
      {groups = 2 : i64, kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x3x4x4x8xf32>, tensor<16x12x1x1xf32>, tensor<1x2x4x4x8xf32>) -> tensor<1x2x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x2x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x4x4x4x8xf32>, %w: tensor<32x16x1x1xf32>, %o: tensor<1x4x4x4x8xf32>) -> tensor<1x4x4x4x8xf32> {
  // expected-error@+1 {{with vectors that divide the 2 blocks of channels of a group}}
  %y = ddnn.window conv(%x, %w) into %o
      {groups = 2 : i64, tile = array<i64: 1, 4>, kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x4x4x4x8xf32>, tensor<32x16x1x1xf32>, tensor<1x4x4x4x8xf32>) -> tensor<1x4x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x4x4x4x8xf32>
}

// -----

// Packed images are bytes, pixel by pixel; 'binary' and 'any' read them.

func.func @f(%x: tensor<1x2x4x4x1xi8>, %o: tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
  // expected-error@+1 {{or Nx1xHxWxB of bits in bytes, got 'tensor<1x2x4x4x1xi8>'}}
  %y = ddnn.window any(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x2x4x4x1xi8>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: i8):
      ddnn.yield %v : i8
  }
  return %y : tensor<1x1x4x4x1xi8>
}

// -----

func.func @f(%x: tensor<1x1x4x4xi8>, %o: tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
  // expected-error@+1 {{got 'tensor<1x1x4x4xi8>'}}
  %y = ddnn.window any(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4xi8>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: i8):
      ddnn.yield %v : i8
  }
  return %y : tensor<1x1x4x4x1xi8>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %w: tensor<8x8x1x1xi1>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{reads packed bits}}
  %y = ddnn.window binary(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 8 : i64}
      : (tensor<1x1x4x4x8xf32>, tensor<8x8x1x1xi1>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: i32):
      %0 = arith.sitofp %v : i32 to f32
      ddnn.yield %0 : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
  // expected-error@+1 {{reads packed bits}}
  %y = ddnn.window any(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: f32):
      %0 = arith.cmpf oge, %v, %v : f32
      ddnn.yield %0 : i1
  }
  return %y : tensor<1x1x4x4x1xi8>
}

// -----

func.func @f(%x: tensor<1x1x4x4x1xi8>, %o: tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
  // expected-error@+1 {{reads floats}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x1xi8>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: i8):
      ddnn.yield %v : i8
  }
  return %y : tensor<1x1x4x4x1xi8>
}

// -----

func.func @f(%x: tensor<1x1x4x4x1xi8>, %w: tensor<8x8x1x1xi1>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{reads floats}}
  %y = ddnn.window conv(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x1xi8>, tensor<8x8x1x1xi1>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: i8):
      %0 = arith.uitofp %v : i8 to f32
      ddnn.yield %0 : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x1xi8>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{its result is packed bits, too}}
  %y = ddnn.window any(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x1xi8>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: i8):
      %0 = arith.uitofp %v : i8 to f32
      ddnn.yield %0 : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
  // expected-error@+1 {{its result is never packed}}
  %y = ddnn.window sum(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: f32):
      %0 = arith.cmpf oge, %v, %v : f32
      ddnn.yield %0 : i1
  }
  return %y : tensor<1x1x4x4x1xi8>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %w: tensor<8x1x1x1xf32>, %o: tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
  // expected-error@+1 {{its result is never packed}}
  %y = ddnn.window depthwise(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<8x1x1x1xf32>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: f32):
      %0 = arith.cmpf oge, %v, %v : f32
      ddnn.yield %0 : i1
  }
  return %y : tensor<1x1x4x4x1xi8>
}

// -----

func.func @f(%x: tensor<1x1x4x4x2xi8>, %o: tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
  // expected-error@+1 {{channels of input and result differ}}
  %y = ddnn.window any(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x2xi8>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: i8):
      ddnn.yield %v : i8
  }
  return %y : tensor<1x1x4x4x1xi8>
}

// -----

// The number of channels is known where bytes do not tell it, and nowhere else.

func.func @f(%x: tensor<1x1x4x4x1xi8>, %w: tensor<8x8x1x1xi1>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{needs the number of channels}}
  %y = ddnn.window binary(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x1xi8>, tensor<8x8x1x1xi1>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: i32):
      %0 = arith.sitofp %v : i32 to f32
      ddnn.yield %0 : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %w: tensor<8x8x1x1xf32>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{knows its channels by its types}}
  %y = ddnn.window conv(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 8 : i64}
      : (tensor<1x1x4x4x8xf32>, tensor<8x8x1x1xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x1xi8>, %w: tensor<8x9x1x1xi1>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{a pixel of 9 channels does not have 1 bytes}}
  %y = ddnn.window binary(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 9 : i64}
      : (tensor<1x1x4x4x1xi8>, tensor<8x9x1x1xi1>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: i32):
      %0 = arith.sitofp %v : i32 to f32
      ddnn.yield %0 : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x1xi8>, %w: tensor<8x8x1x1xi1>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{a pixel of 0 channels does not have 1 bytes}}
  %y = ddnn.window binary(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 0 : i64}
      : (tensor<1x1x4x4x1xi8>, tensor<8x8x1x1xi1>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: i32):
      %0 = arith.sitofp %v : i32 to f32
      ddnn.yield %0 : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x1xi8>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{needs weights}}
  %y = ddnn.window binary(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 8 : i64}
      : (tensor<1x1x4x4x1xi8>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: i32):
      %0 = arith.sitofp %v : i32 to f32
      ddnn.yield %0 : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x1xi8>, %w: tensor<8x8x1x1xi1>, %o: tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
  // expected-error@+1 {{takes no weights}}
  %y = ddnn.window any(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x1xi8>, tensor<8x8x1x1xi1>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: i8):
      ddnn.yield %v : i8
  }
  return %y : tensor<1x1x4x4x1xi8>
}

// -----

func.func @f(%x: tensor<1x1x4x4x1xi8>, %w: tensor<8x8x1x1xi1>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{groups divide the blocks of a convolution's input and result}}
  %y = ddnn.window binary(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 8 : i64, groups = 2 : i64}
      : (tensor<1x1x4x4x1xi8>, tensor<8x8x1x1xi1>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: i32):
      %0 = arith.sitofp %v : i32 to f32
      ddnn.yield %0 : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

// Flips are bytes of a pixel.

func.func @f(%x: tensor<1x1x4x4x1xi8>, %o: tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
  // expected-error@+1 {{flips are one for each byte of a pixel of 'any'}}
  %y = ddnn.window any(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, flips = array<i8: 1, 2>}
      : (tensor<1x1x4x4x1xi8>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: i8):
      ddnn.yield %v : i8
  }
  return %y : tensor<1x1x4x4x1xi8>
}

// -----

func.func @f(%x: tensor<1x1x4x4x1xi8>, %w: tensor<8x8x1x1xi1>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{flips are one for each byte of a pixel of 'any'}}
  %y = ddnn.window binary(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 8 : i64, flips = array<i8: 1>}
      : (tensor<1x1x4x4x1xi8>, tensor<8x8x1x1xi1>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: i32):
      %0 = arith.sitofp %v : i32 to f32
      ddnn.yield %0 : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

// A region that ends in packed bits yields truth values, and takes what the window
// computes: integers of bits by bits.

func.func @f(%x: tensor<1x1x4x4x1xi8>, %w: tensor<8x8x1x1xi1>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{its region takes 'i32' for the window}}
  %y = ddnn.window binary(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 8 : i64}
      : (tensor<1x1x4x4x1xi8>, tensor<8x8x1x1xi1>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %o: tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
  // expected-error@+1 {{its region yields 'i1'}}
  %y = ddnn.window max(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return %y : tensor<1x1x4x4x1xi8>
}

// -----

func.func @f(%x: tensor<1x1x4x4x1xi8>, %w: tensor<8x8x1x1xi1>, %o: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  // expected-error@+1 {{its region yields 'f32'}}
  %y = ddnn.window binary(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 8 : i64}
      : (tensor<1x1x4x4x1xi8>, tensor<8x8x1x1xi1>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: i32):
      %0 = arith.cmpi sge, %v, %v : i32
      ddnn.yield %0 : i1
  }
  return %y : tensor<1x1x4x4x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4x1xi8>, %o: tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
  // expected-error@+1 {{has no region of its own}}
  %y = ddnn.window any(%x) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x1xi8>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: i8):
      %0 = arith.ori %v, %v : i8
      ddnn.yield %0 : i8
  }
  return %y : tensor<1x1x4x4x1xi8>
}

// -----

func.func @f(%x: tensor<1x1x4x4x1xi8>, %e0: tensor<1x8xf32>, %o: tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
  // expected-error@+1 {{has no region of its own}}
  %y = ddnn.window any(%x) with (%e0) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x1xi8>, tensor<1x8xf32>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: i8, %a: f32):
      ddnn.yield %v : i8
  }
  return %y : tensor<1x1x4x4x1xi8>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %e0: tensor<2x8xf32>, %o: tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
  // A byte has bits for one block of eight.
  // expected-error@+1 {{operand of the region is neither by channel nor of the result's shape: 'tensor<2x8xf32>'}}
  %y = ddnn.window max(%x) with (%e0) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<2x8xf32>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: f32, %a: f32):
      %0 = arith.cmpf oge, %v, %a : f32
      ddnn.yield %0 : i1
  }
  return %y : tensor<1x1x4x4x1xi8>
}

// -----

func.func @f(%x: tensor<1x1x4x4x8xf32>, %w: tensor<576xf32>, %o: tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
  // expected-error@+1 {{Winograd F(2,3) and F(4,3) are for blocked 3x3 convolutions}}
  %y = ddnn.window conv(%x, %w) into %o
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, winograd = 2 : i64}
      : (tensor<1x1x4x4x8xf32>, tensor<576xf32>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: f32):
      %0 = arith.cmpf oge, %v, %v : f32
      ddnn.yield %0 : i1
  }
  return %y : tensor<1x1x4x4x1xi8>
}
