// RUN: ddnn-opt %s | ddnn-opt | FileCheck %s
// RUN: ddnn-opt %s --mlir-print-op-generic | ddnn-opt | FileCheck %s

// A window is what one would write: kind, input and weights; operands of the
// region; destination; numbers; and the region on one element.

// CHECK-LABEL: func.func @conv(
// CHECK-SAME:    %[[X:[^:]*]]: {{[^,]*}}, %[[W:[^:]*]]: {{[^,]*}}, %[[B:[^:]*]]: {{[^,]*}}, %[[R:[^:]*]]: {{[^,]*}}, %[[O:[^:]*]]: {{[^,]*}})
// CHECK-NEXT:    %[[Y:.*]] = ddnn.window conv(%[[X]], %[[W]]) with(%[[B]], %[[R]]) into %[[O]]
// CHECK-SAME:      {dilations = array<i64: 1, 2>, kernel = array<i64: 3, 3>, pads = array<i64: 1, 2, 1, 0>, strides = array<i64: 1, 2>}
// CHECK-SAME:      : (tensor<1x4x8x9x16xf32>, tensor<32x64x3x3xf32>, tensor<2x16xf32>, tensor<1x2x8x4x16xf32>, tensor<1x2x8x4x16xf32>) -> tensor<1x2x8x4x16xf32> {
// CHECK-NEXT:    ^bb0(%[[SUM:.*]]: f32, %[[BIAS:.*]]: f32, %[[REST:.*]]: f32):
// CHECK-NEXT:      %[[A:.*]] = arith.addf %[[SUM]], %[[BIAS]] : f32
// CHECK-NEXT:      %[[C:.*]] = arith.addf %[[A]], %[[REST]] : f32
// CHECK-NEXT:      ddnn.yield %[[C]] : f32
// CHECK-NEXT:    }
// CHECK-NEXT:    return %[[Y]]
func.func @conv(%x: tensor<1x4x8x9x16xf32>, %w: tensor<32x64x3x3xf32>, %b: tensor<2x16xf32>, %r: tensor<1x2x8x4x16xf32>, %o: tensor<1x2x8x4x16xf32>) -> tensor<1x2x8x4x16xf32> {
  %y = ddnn.window conv(%x, %w) with (%b, %r) into %o
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 2>, dilations = array<i64: 1, 2>, pads = array<i64: 1, 2, 1, 0>}
      : (tensor<1x4x8x9x16xf32>, tensor<32x64x3x3xf32>, tensor<2x16xf32>, tensor<1x2x8x4x16xf32>, tensor<1x2x8x4x16xf32>) -> tensor<1x2x8x4x16xf32> {
    ^bb0(%sum: f32, %bias: f32, %rest: f32):
      %0 = arith.addf %sum, %bias : f32
      %1 = arith.addf %0, %rest : f32
      ddnn.yield %1 : f32
  }
  return %y : tensor<1x2x8x4x16xf32>
}

// Three channels of a camera stand as they came, in blocks of one.

// CHECK-LABEL: func.func @planar(
// CHECK:         ddnn.window conv(%{{.*}}, %{{.*}}) into %{{[^ ]*}} {
// CHECK-SAME:      : (tensor<2x3x8x8x1xf32>, tensor<8x3x1x1xf32>, tensor<2x1x8x8x8xf32>) -> tensor<2x1x8x8x8xf32>
func.func @planar(%x: tensor<2x3x8x8x1xf32>, %w: tensor<8x3x1x1xf32>, %o: tensor<2x1x8x8x8xf32>) -> tensor<2x1x8x8x8xf32> {
  %y = ddnn.window conv(%x, %w) into %o
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<2x3x8x8x1xf32>, tensor<8x3x1x1xf32>, tensor<2x1x8x8x8xf32>) -> tensor<2x1x8x8x8xf32> {
    ^bb0(%sum: f32):
      ddnn.yield %sum : f32
  }
  return %y : tensor<2x1x8x8x8xf32>
}

// What ddnn-pack-weights says about it: the register tile, and Winograd.

// CHECK-LABEL: func.func @packed(
// CHECK:         ddnn.window conv(%{{.*}}, %{{.*}}) into %{{[^ ]*}} {dilations = array<i64: 1, 1>, kernel = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>, tile = array<i64: 6, 4>, winograd = 4 : i64}
// CHECK:         ddnn.window conv(%{{.*}}, %{{.*}}) into %{{[^ ]*}} {{.*}}tile = array<i64: 8, 2>, winograd = 2 : i64}
func.func @packed(%x: tensor<1x4x8x8x16xf32>, %w4: tensor<147456xf32>, %w2: tensor<65536xf32>, %o: tensor<1x4x8x8x16xf32>) -> (tensor<1x4x8x8x16xf32>, tensor<1x4x8x8x16xf32>) {
  %y4 = ddnn.window conv(%x, %w4) into %o
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, tile = array<i64: 6, 4>, winograd = 4 : i64}
      : (tensor<1x4x8x8x16xf32>, tensor<147456xf32>, tensor<1x4x8x8x16xf32>) -> tensor<1x4x8x8x16xf32> {
    ^bb0(%sum: f32):
      ddnn.yield %sum : f32
  }
  %y2 = ddnn.window conv(%x, %w2) into %o
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, tile = array<i64: 8, 2>, winograd = 2 : i64}
      : (tensor<1x4x8x8x16xf32>, tensor<65536xf32>, tensor<1x4x8x8x16xf32>) -> tensor<1x4x8x8x16xf32> {
    ^bb0(%sum: f32):
      ddnn.yield %sum : f32
  }
  return %y4, %y2 : tensor<1x4x8x8x16xf32>, tensor<1x4x8x8x16xf32>
}

// CHECK-LABEL: func.func @depthwise(
// CHECK:         ddnn.window depthwise(%{{.*}}, %{{.*}}) into %{{[^ ]*}} {
// CHECK-SAME:      : (tensor<1x2x8x8x8xf32>, tensor<16x1x3x3xf32>, tensor<1x2x4x4x8xf32>) -> tensor<1x2x4x4x8xf32>
func.func @depthwise(%x: tensor<1x2x8x8x8xf32>, %w: tensor<16x1x3x3xf32>, %o: tensor<1x2x4x4x8xf32>) -> tensor<1x2x4x4x8xf32> {
  %y = ddnn.window depthwise(%x, %w) into %o
      {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
      : (tensor<1x2x8x8x8xf32>, tensor<16x1x3x3xf32>, tensor<1x2x4x4x8xf32>) -> tensor<1x2x4x4x8xf32> {
    ^bb0(%sum: f32):
      ddnn.yield %sum : f32
  }
  return %y : tensor<1x2x4x4x8xf32>
}

// Pooling has no weights. The region may use values from outside.

// CHECK-LABEL: func.func @pool(
// CHECK-SAME:    %[[X:[^:]*]]: {{[^,]*}}, %[[S:[^:]*]]: f32,
// CHECK:         ddnn.window max(%[[X]]) into %{{[^ ]*}} {
// CHECK:           ddnn.yield
// CHECK:         ddnn.window sum(%[[X]]) into %{{[^ ]*}} {
// CHECK-NEXT:    ^bb0(%[[SUM:.*]]: f32):
// CHECK-NEXT:      %[[M:.*]] = arith.mulf %[[SUM]], %[[S]] : f32
// CHECK-NEXT:      ddnn.yield %[[M]] : f32
func.func @pool(%x: tensor<1x2x8x8x8xf32>, %s: f32, %o: tensor<1x2x4x4x8xf32>) -> (tensor<1x2x4x4x8xf32>, tensor<1x2x4x4x8xf32>) {
  %m = ddnn.window max(%x) into %o
      {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 0, 0>}
      : (tensor<1x2x8x8x8xf32>, tensor<1x2x4x4x8xf32>) -> tensor<1x2x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %a = ddnn.window sum(%x) into %o
      {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x2x8x8x8xf32>, tensor<1x2x4x4x8xf32>) -> tensor<1x2x4x4x8xf32> {
    ^bb0(%v: f32):
      %0 = arith.mulf %v, %s : f32
      ddnn.yield %0 : f32
  }
  return %m, %a : tensor<1x2x4x4x8xf32>, tensor<1x2x4x4x8xf32>
}

// On buffers there is no result, and there may be memory for Winograd's tiles.

// CHECK-LABEL: func.func @buffers(
// CHECK:         ddnn.window conv(%{{.*}}, %{{.*}}) into %{{[^ ]*}} scratch %{{[^ ]*}} {
// CHECK-SAME:      : (memref<1x1x4x4x16xf32>, memref<4096xf32>, memref<1x1x4x4x16xf32>, memref<2304xf32>) -> () {
func.func @buffers(%x: memref<1x1x4x4x16xf32>, %w: memref<4096xf32>, %o: memref<1x1x4x4x16xf32>, %s: memref<2304xf32>) {
  ddnn.window conv(%x, %w) into %o scratch %s
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, tile = array<i64: 4, 1>, winograd = 2 : i64}
      : (memref<1x1x4x4x16xf32>, memref<4096xf32>, memref<1x1x4x4x16xf32>, memref<2304xf32>) -> () {
    ^bb0(%sum: f32):
      ddnn.yield %sum : f32
  }
  return
}
