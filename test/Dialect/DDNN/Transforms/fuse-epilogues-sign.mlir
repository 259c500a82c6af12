// RUN: ddnn-opt %s --pass-pipeline="builtin.module(func.func(ddnn-fuse-epilogues))" --split-input-file | FileCheck %s

// A sign joins the convolution before it, behind what is in its region: bits are
// stored instead of floats. It was a window of one tap with packed bits.

// CHECK-LABEL: func.func @conv(
// CHECK-SAME:    %[[X:[^:]*]]: {{[^,]*}}, %[[W:[^:]*]]: {{[^,]*}})
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0.0
// CHECK-DAG:     %[[B:.*]] = arith.constant dense<1.0{{.*}}> : tensor<1x8xf32>
// CHECK:         %[[O:.*]] = tensor.empty() : tensor<1x1x4x4x1xi8>
// CHECK-NEXT:    %[[Y:.*]] = ddnn.window conv(%[[X]], %[[W]]) with(%[[B]]) into %[[O]] {dilations = array<i64: 1, 1>, flops = 2048 : i64, kernel = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
// CHECK-NEXT:    ^bb0(%[[SUM:.*]]: f32, %[[BIAS:.*]]: f32):
// CHECK-NEXT:      %[[A:.*]] = arith.addf %[[SUM]], %[[BIAS]]
// CHECK-NEXT:      %[[BIT:.*]] = arith.cmpf oge, %[[A]], %[[ZERO]]
// CHECK-NEXT:      ddnn.yield %[[BIT]] : i1
// CHECK-NEXT:    }
// CHECK-NEXT:    return %[[Y]]
func.func @conv(%x: tensor<1x1x4x4x8xf32>, %w: tensor<8x8x1x1xf32>) -> tensor<1x1x4x4x1xi8> {
  %zero = arith.constant 0.0 : f32
  %b = arith.constant dense<1.0> : tensor<1x8xf32>
  %e = tensor.empty() : tensor<1x1x4x4x8xf32>
  %y = ddnn.window conv(%x, %w) with (%b) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<8x8x1x1xf32>, tensor<1x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32, %s: f32):
      %0 = arith.addf %v, %s : f32
      ddnn.yield %0 : f32
  }
  %p = tensor.empty() : tensor<1x1x4x4x1xi8>
  %s = ddnn.window max(%y) into %p
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: f32):
      %0 = arith.cmpf oge, %v, %zero : f32
      ddnn.yield %0 : i1
  }
  return %s : tensor<1x1x4x4x1xi8>
}

// -----

// The same of bits, 17 channels of which take four bytes: the constant by
// channel grows from three blocks of eight to four, with zeros. The limits of
// the sign, NaN where there is no channel, are a further operand.

// CHECK-LABEL: func.func @binary(
// CHECK-SAME:    %[[X:[^:]*]]: {{[^,]*}}, %[[W:[^:]*]]: {{[^,]*}}, %[[L:[^:]*]]: {{[^,]*}})
// CHECK:         %[[B:.*]] = arith.constant dense<{{\[\[}}2.000000e+00, {{.*}}, 2.000000e+00], [0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00]]> : tensor<4x8xf32>
// CHECK-NEXT:    ddnn.window binary(%[[X]], %[[W]]) with(%[[B]], %[[L]]) into %{{[^ ]*}} {channels = 16 : i64,
// CHECK-SAME:      -> tensor<1x1x1x1x4xi8>
// CHECK-NEXT:    ^bb0(%[[SUM:.*]]: i32, %[[SCALE:.*]]: f32, %[[LIMIT:.*]]: f32):
// CHECK-NEXT:      %[[F:.*]] = arith.sitofp %[[SUM]] : i32 to f32
// CHECK-NEXT:      %[[M:.*]] = arith.mulf %[[F]], %[[SCALE]]
// CHECK-NEXT:      %[[BIT:.*]] = arith.cmpf oge, %[[M]], %[[LIMIT]]
// CHECK-NEXT:      ddnn.yield %[[BIT]] : i1
func.func @binary(%x: tensor<1x1x1x1x2xi8>, %w: tensor<17x16x1x1xi1>, %limits: tensor<4x8xf32>) -> tensor<1x1x1x1x4xi8> {
  %b = arith.constant dense<2.0> : tensor<3x8xf32>
  %e = tensor.empty() : tensor<1x3x1x1x8xf32>
  %y = ddnn.window binary(%x, %w) with (%b) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 16 : i64}
      : (tensor<1x1x1x1x2xi8>, tensor<17x16x1x1xi1>, tensor<3x8xf32>, tensor<1x3x1x1x8xf32>) -> tensor<1x3x1x1x8xf32> {
    ^bb0(%v: i32, %s: f32):
      %0 = arith.sitofp %v : i32 to f32
      %1 = arith.mulf %0, %s : f32
      ddnn.yield %1 : f32
  }
  %p = tensor.empty() : tensor<1x1x1x1x4xi8>
  %s = ddnn.window max(%y) with (%limits) into %p
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x3x1x1x8xf32>, tensor<4x8xf32>, tensor<1x1x1x1x4xi8>) -> tensor<1x1x1x1x4xi8> {
    ^bb0(%v: f32, %l: f32):
      %0 = arith.cmpf oge, %v, %l : f32
      ddnn.yield %0 : i1
  }
  return %s : tensor<1x1x1x1x4xi8>
}

// -----

// What is not constant by channel cannot grow.

// CHECK-LABEL: func.func @unknown_bias(
// CHECK:         %[[Y:.*]] = ddnn.window conv(
// CHECK:         ddnn.window max(%[[Y]])
func.func @unknown_bias(%x: tensor<1x3x1x1x8xf32>, %w: tensor<17x24x1x1xf32>, %b: tensor<3x8xf32>, %limits: tensor<4x8xf32>) -> tensor<1x1x1x1x4xi8> {
  %e = tensor.empty() : tensor<1x3x1x1x8xf32>
  %y = ddnn.window conv(%x, %w) with (%b) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x3x1x1x8xf32>, tensor<17x24x1x1xf32>, tensor<3x8xf32>, tensor<1x3x1x1x8xf32>) -> tensor<1x3x1x1x8xf32> {
    ^bb0(%v: f32, %s: f32):
      %0 = arith.addf %v, %s : f32
      ddnn.yield %0 : f32
  }
  %p = tensor.empty() : tensor<1x1x1x1x4xi8>
  %s = ddnn.window max(%y) with (%limits) into %p
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x3x1x1x8xf32>, tensor<4x8xf32>, tensor<1x1x1x1x4xi8>) -> tensor<1x1x1x1x4xi8> {
    ^bb0(%v: f32, %l: f32):
      %0 = arith.cmpf oge, %v, %l : f32
      ddnn.yield %0 : i1
  }
  return %s : tensor<1x1x1x1x4xi8>
}

// -----

// A residual is an image of floats: there is none to write bits beside.

// CHECK-LABEL: func.func @residual(
// CHECK:         %[[Y:.*]] = ddnn.window conv(
// CHECK:         ddnn.window max(%[[Y]])
func.func @residual(%x: tensor<1x1x4x4x8xf32>, %w: tensor<8x8x1x1xf32>, %r: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x1xi8> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x1x4x4x8xf32>
  %y = ddnn.window conv(%x, %w) with (%r) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<8x8x1x1xf32>, tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32, %s: f32):
      %0 = arith.addf %v, %s : f32
      ddnn.yield %0 : f32
  }
  %p = tensor.empty() : tensor<1x1x4x4x1xi8>
  %s = ddnn.window max(%y) into %p
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: f32):
      %0 = arith.cmpf oge, %v, %zero : f32
      ddnn.yield %0 : i1
  }
  return %s : tensor<1x1x4x4x1xi8>
}

// -----

// Somebody else reads the floats.

// CHECK-LABEL: func.func @two_readers(
// CHECK:         %[[Y:.*]] = ddnn.window conv(
// CHECK:         %[[S:.*]] = ddnn.window max(%[[Y]])
// CHECK:         return %[[Y]], %[[S]]
func.func @two_readers(%x: tensor<1x1x4x4x8xf32>, %w: tensor<8x8x1x1xf32>) -> (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x1xi8>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x1x4x4x8xf32>
  %y = ddnn.window conv(%x, %w) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<8x8x1x1xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %p = tensor.empty() : tensor<1x1x4x4x1xi8>
  %s = ddnn.window max(%y) into %p
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x1xi8>) -> tensor<1x1x4x4x1xi8> {
    ^bb0(%v: f32):
      %0 = arith.cmpf oge, %v, %zero : f32
      ddnn.yield %0 : i1
  }
  return %y, %s : tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x1xi8>
}

// -----

// Only convolutions write bits: behind a pool, or groups, the sign stays a
// window of its own.

// CHECK-LABEL: func.func @pool(
// CHECK:         %[[Y:.*]] = ddnn.window max(%arg0)
// CHECK:         ddnn.window max(%[[Y]])
func.func @pool(%x: tensor<1x1x4x4x8xf32>) -> tensor<1x1x2x2x1xi8> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x1x2x2x8xf32>
  %y = ddnn.window max(%x) into %e
      {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x2x2x8xf32>) -> tensor<1x1x2x2x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %p = tensor.empty() : tensor<1x1x2x2x1xi8>
  %s = ddnn.window max(%y) into %p
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x2x2x8xf32>, tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
    ^bb0(%v: f32):
      %0 = arith.cmpf oge, %v, %zero : f32
      ddnn.yield %0 : i1
  }
  return %s : tensor<1x1x2x2x1xi8>
}

// CHECK-LABEL: func.func @groups(
// CHECK:         %[[Y:.*]] = ddnn.window conv(
// CHECK:         ddnn.window max(%[[Y]])
func.func @groups(%x: tensor<1x2x4x4x8xf32>, %w: tensor<16x8x1x1xf32>) -> tensor<1x1x4x4x2xi8> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x2x4x4x8xf32>
  %y = ddnn.window conv(%x, %w) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 2 : i64}
      : (tensor<1x2x4x4x8xf32>, tensor<16x8x1x1xf32>, tensor<1x2x4x4x8xf32>) -> tensor<1x2x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %p = tensor.empty() : tensor<1x1x4x4x2xi8>
  %s = ddnn.window max(%y) into %p
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x2x4x4x8xf32>, tensor<1x1x4x4x2xi8>) -> tensor<1x1x4x4x2xi8> {
    ^bb0(%v: f32):
      %0 = arith.cmpf oge, %v, %zero : f32
      ddnn.yield %0 : i1
  }
  return %s : tensor<1x1x4x4x2xi8>
}
