// RUN: ddnn-opt %s --pass-pipeline="builtin.module(func.func(ddnn-allocate-scratch))" | FileCheck %s

// Scratch holds, for a block of tiles, (m + 2)^2 transformed values of each
// input channel and as many products of each output channel.

// F(2,3) on vectors of 4, one register tile of two at a time:
// 16 values * 4 lanes * (2 tiles * (1 + 2 blocks)) = 384.

// CHECK-LABEL: func.func @small(
// CHECK:         %[[S:.*]] = memref.alloc() {ddnn.scratch} : memref<384xf32>
// CHECK-NEXT:    ddnn.window conv(%{{.*}}, %{{.*}}) into %{{.*}} scratch %[[S]]
// CHECK-SAME:      : (memref<1x1x4x4x4xf32>, memref<512xf32>, memref<1x2x4x4x4xf32>, memref<384xf32>) -> ()
func.func @small(%x: memref<1x1x4x4x4xf32>, %w: memref<512xf32>, %y: memref<1x2x4x4x4xf32>) {
  ddnn.window conv(%x, %w) into %y
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, tile = array<i64: 2, 1>, winograd = 2 : i64}
      : (memref<1x1x4x4x4xf32>, memref<512xf32>, memref<1x2x4x4x4xf32>) -> () {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return
}

// A register tile may be larger than the number of tiles that there are: 3x5
// outputs are one row of two tiles of F(4,3), a register tile has six.
// 36 * 8 * (6 * (1 + 1)) = 3456.

// CHECK-LABEL: func.func @few_tiles(
// CHECK:         memref.alloc() {ddnn.scratch} : memref<3456xf32>
func.func @few_tiles(%x: memref<1x1x3x5x8xf32>, %w: memref<2304xf32>, %y: memref<1x1x3x5x8xf32>) {
  ddnn.window conv(%x, %w) into %y
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, tile = array<i64: 6, 1>, winograd = 4 : i64}
      : (memref<1x1x3x5x8xf32>, memref<2304xf32>, memref<1x1x3x5x8xf32>) -> () {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return
}

// Weights that no L2 holds, here 36 MiB, are worth fetching once for as many
// tiles as do fit: a tile takes 36 * (32 + 32) * 16 * 4 = 147456 bytes, seven
// of them 1 MiB, and with three in a register tile that is six of sixteen.
// 36 * 16 * (6 * (32 + 32)) = 221184.

// CHECK-LABEL: func.func @large_weights(
// CHECK:         memref.alloc() {ddnn.scratch} : memref<221184xf32>
func.func @large_weights(%x: memref<1x32x16x16x16xf32>, %w: memref<9437184xf32>, %y: memref<1x32x16x16x16xf32>) {
  ddnn.window conv(%x, %w) into %y
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, tile = array<i64: 3, 4>, winograd = 4 : i64}
      : (memref<1x32x16x16x16xf32>, memref<9437184xf32>, memref<1x32x16x16x16xf32>) -> () {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return
}

// Threads share a block, which is then as large as their caches hold, here all
// four tiles: 16 * 4 * (4 * (1 + 2)) = 768.

// CHECK-LABEL: func.func @threads(
// CHECK:         memref.alloc() {ddnn.scratch} : memref<768xf32>
func.func @threads(%x: memref<1x1x4x4x4xf32>, %w: memref<512xf32>, %y: memref<1x2x4x4x4xf32>) {
  ddnn.window conv(%x, %w) into %y
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, tile = array<i64: 2, 1>, winograd = 2 : i64, threads = 2 : i64}
      : (memref<1x1x4x4x4xf32>, memref<512xf32>, memref<1x2x4x4x4xf32>) -> () {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  return
}

// Direct convolution needs none, a window that has one keeps it, and one on
// tensors is not there yet.

// CHECK-LABEL: func.func @others(
// CHECK-NOT:     memref.alloc
// CHECK:         return
func.func @others(%x: memref<1x1x4x4x4xf32>, %w: memref<144xf32>, %u: memref<256xf32>, %y: memref<1x1x4x4x4xf32>, %s: memref<320xf32>, %t: tensor<1x1x4x4x4xf32>, %v: tensor<256xf32>) -> tensor<1x1x4x4x4xf32> {
  ddnn.window conv(%x, %w) into %y
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, tile = array<i64: 2, 1>}
      : (memref<1x1x4x4x4xf32>, memref<144xf32>, memref<1x1x4x4x4xf32>) -> () {
    ^bb0(%z: f32):
      ddnn.yield %z : f32
  }
  ddnn.window conv(%x, %u) into %y scratch %s
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, tile = array<i64: 2, 1>, winograd = 2 : i64}
      : (memref<1x1x4x4x4xf32>, memref<256xf32>, memref<1x1x4x4x4xf32>, memref<320xf32>) -> () {
    ^bb0(%z: f32):
      ddnn.yield %z : f32
  }
  %r = ddnn.window conv(%t, %v) into %t
      {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, tile = array<i64: 2, 1>, winograd = 2 : i64}
      : (tensor<1x1x4x4x4xf32>, tensor<256xf32>, tensor<1x1x4x4x4xf32>) -> tensor<1x1x4x4x4xf32> {
    ^bb0(%z: f32):
      ddnn.yield %z : f32
  }
  return %r : tensor<1x1x4x4x4xf32>
}
