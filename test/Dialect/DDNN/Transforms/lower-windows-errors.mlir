// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-lower-windows))" --split-input-file --verify-diagnostics

// Loops are made of windows on buffers that are laid out and scheduled.

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    // expected-error@+1 {{still works on tensors}}
    %y = ddnn.window max(%x) into %x
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 4, 1>}
        : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x1x4x4x8xf32>
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x4x4x8xf32>, %y: memref<1x1x4x4x8xf32>) {
    // expected-error@+1 {{has no register tile; run ddnn-pack-weights}}
    ddnn.window max(%x) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (memref<1x1x4x4x8xf32>, memref<1x1x4x4x8xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x4x4x8xf32, strided<[?, 128, 32, 8, 1]>>, %y: memref<1x1x4x4x8xf32>) {
    // expected-error@+1 {{works on a view without constant strides: 'memref<1x1x4x4x8xf32, strided<[?, 128, 32, 8, 1]>>'}}
    ddnn.window max(%x) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 4, 1>}
        : (memref<1x1x4x4x8xf32, strided<[?, 128, 32, 8, 1]>>, memref<1x1x4x4x8xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x4x4x8xf32>, %y: memref<1x1x4x4x8xf32, strided<[128, 128, 32, 8, 1], offset: ?>>) {
    // expected-error@+1 {{works on a view without constant strides: 'memref<1x1x4x4x8xf32, strided<[128, 128, 32, 8, 1], offset: ?>>'}}
    ddnn.window max(%x) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 4, 1>}
        : (memref<1x1x4x4x8xf32>, memref<1x1x4x4x8xf32, strided<[128, 128, 32, 8, 1], offset: ?>>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x4x4x8xf32, strided<[128, 128, 1, 4, 16]>>, %y: memref<1x1x4x4x8xf32>) {
    // A vector whose elements lie apart.
    // expected-error@+1 {{works on a view with gaps between channels: 'memref<1x1x4x4x8xf32, strided<[128, 128, 1, 4, 16]>>'}}
    ddnn.window max(%x) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 4, 1>}
        : (memref<1x1x4x4x8xf32, strided<[128, 128, 1, 4, 16]>>, memref<1x1x4x4x8xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x4x4x8xf32>, %r: memref<1x1x4x4x8xf32, strided<[256, 256, 64, 8, 1]>>, %y: memref<1x1x4x4x8xf32>) {
    // Tiles run over the rows of the result.
    // expected-error@+1 {{an extra has other rows than the result: 'memref<1x1x4x4x8xf32, strided<[256, 256, 64, 8, 1]>>'}}
    ddnn.window max(%x) with (%r) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 4, 1>}
        : (memref<1x1x4x4x8xf32>, memref<1x1x4x4x8xf32, strided<[256, 256, 64, 8, 1]>>, memref<1x1x4x4x8xf32>) -> () {
      ^bb0(%v: f32, %s: f32):
        ddnn.yield %v : f32
    }
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x2x2x5xf32>, %y: memref<1x2x2x5xf32>) {
    // A vector would begin in front of the row.
    // expected-error@+1 {{has rows of fewer elements than the 8 lanes of a vector: 'memref<1x2x2x5xf32>'}}
    ddnn.window max(%x) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 1, 1>}
        : (memref<1x2x2x5xf32>, memref<1x2x2x5xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
}

// -----

ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x2x2x8xf32, strided<[64, 32, 16, 1]>>, %w: memref<4xf32>, %y: memref<1x2x2x8xf32>) {
    // A 1x1 convolution takes the image as one row.
    // expected-error@+1 {{works on a view with gaps between rows: 'memref<1x2x2x8xf32, strided<[64, 32, 16, 1]>>'}}
    ddnn.window conv(%x, %w) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 1, 1>}
        : (memref<1x2x2x8xf32, strided<[64, 32, 16, 1]>>, memref<4xf32>, memref<1x2x2x8xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
}
