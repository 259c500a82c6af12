// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-lower-windows, func.func(canonicalize, cse)))" --split-input-file | FileCheck %s

// A depthwise convolution of plain images: lanes run along a row of ten, the
// second vector is moved back to end with it. One weight a channel and tap, in
// all lanes. The first vector's left tap and the last one's right tap load what
// there is and shuffle a zero in.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %{{[^:]*}}: memref<1x2x2x10xf32>, %[[W:[^:]*]]: memref<6xf32>, %[[B:[^:]*]]: memref<2xf32>,
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant dense<0.0{{.*}}> : vector<8xf32>
// CHECK:         scf.for %[[C:.*]] =
// CHECK-COUNT-3:   vector.broadcast %{{.*}} : f32 to vector<8xf32>
// CHECK:           %[[ROW:.*]] = vector.load
// CHECK-NEXT:      %[[MOVED:.*]] = vector.shuffle %[[ROW]], %[[ROW]] [0, 0, 1, 2, 3, 4, 5, 6]
// CHECK-NEXT:      vector.shuffle %[[MOVED]], %[[ZERO]] [8, 1, 2, 3, 4, 5, 6, 7]
// CHECK-COUNT-6:   vector.fma
// CHECK:           %[[BIAS:.*]] = memref.load
// CHECK-NEXT:      %[[ALL:.*]] = vector.broadcast %[[BIAS]]
// CHECK-NEXT:      arith.addf %{{.*}}, %[[ALL]]
// CHECK-NEXT:      vector.store
// CHECK:           vector.store
// CHECK:           %[[BACK:.*]] = vector.shuffle %{{.*}}, %{{.*}} [1, 2, 3, 4, 5, 6, 7, 0]
// CHECK-NEXT:      vector.shuffle %[[BACK]], %[[ZERO]] [0, 1, 2, 3, 4, 5, 6, 15]
// CHECK-COUNT-2:   vector.store
// CHECK-NOT:       vector.store
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x2x2x10xf32>, %w: memref<6xf32>, %b: memref<2xf32>, %y: memref<1x2x2x10xf32>) {
    ddnn.window depthwise(%x, %w) with (%b) into %y
        {kernel = array<i64: 1, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 1, 0, 1>, tile = array<i64: 2, 1>}
        : (memref<1x2x2x10xf32>, memref<6xf32>, memref<2xf32>, memref<1x2x2x10xf32>) -> () {
      ^bb0(%s: f32, %c: f32):
        %0 = arith.addf %s, %c : f32
        ddnn.yield %0 : f32
    }
    return
  }
}

// -----

// A stride of 2 takes every other element of two vectors. A maximum goes across
// first: rows of the tile share it.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[A:.*]] = vector.load
// CHECK:         %[[B:.*]] = vector.load
// CHECK-NEXT:    %[[EVEN:.*]] = vector.shuffle %[[A]], %[[B]] [0, 2, 4, 6, 9, 11, 13, 15]
// CHECK:         vector.store %[[EVEN]]
// CHECK-LABEL: func.func @step1(
// CHECK:         %[[R0:.*]] = arith.maximumf
// CHECK:         %[[R1:.*]] = arith.maximumf
// CHECK-NEXT:    %[[M0:.*]] = arith.maximumf %[[R0]], %[[R1]]
// CHECK:         %[[R2:.*]] = arith.maximumf
// CHECK-NEXT:    %[[M1:.*]] = arith.maximumf %[[R1]], %[[R2]]
// CHECK-NOT:     arith.maximumf
// CHECK:         vector.store %[[M0]]
// CHECK:         vector.store %[[M1]]
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x1x15xf32>, %y: memref<1x1x1x8xf32>) {
    ddnn.window sum(%x) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 1, 1>}
        : (memref<1x1x1x15xf32>, memref<1x1x1x8xf32>) -> () {
      ^bb0(%s: f32):
        ddnn.yield %s : f32
    }
    return
  }
  func.func @step1(%x: memref<1x1x3x9xf32>, %y: memref<1x1x2x8xf32>) {
    ddnn.window max(%x) into %y
        {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 2, 1>}
        : (memref<1x1x3x9xf32>, memref<1x1x2x8xf32>) -> () {
      ^bb0(%s: f32):
        ddnn.yield %s : f32
    }
    return
  }
}

// -----

// A 1x1 convolution is a matrix product: three channels by one vector of pixels,
// then two channels that are left; 20 pixels are two vectors and one moved back.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %{{[^:]*}}: memref<1x4x4x5xf32>, %[[W:[^:]*]]: memref<20xf32>,
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG:     %[[C12:.*]] = arith.constant 12 : index
// CHECK-DAG:     %[[C16:.*]] = arith.constant 16 : index
// CHECK:         scf.for %[[X:.*]] = %[[C0]] to %[[C16]] step %[[C8]] {
// CHECK-NEXT:      %{{.*}}:3 = scf.for %{{.*}} = %[[C0]] to %[[C4]] step %[[C1]]
// CHECK:             %[[V:.*]] = vector.load
// CHECK:             %[[S:.*]] = memref.load %[[W]][
// CHECK:             vector.outerproduct %[[V]], %[[S]]
// CHECK-COUNT-2:     vector.outerproduct
// CHECK:           %{{.*}}:2 = scf.for
// CHECK:         vector.store %{{.*}}, %{{.*}}[%[[C12]]]
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x4x4x5xf32>, %w: memref<20xf32>, %y: memref<1x5x4x5xf32>) {
    ddnn.window conv(%x, %w) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 3, 1>}
        : (memref<1x4x4x5xf32>, memref<20xf32>, memref<1x5x4x5xf32>) -> () {
      ^bb0(%s: f32):
        ddnn.yield %s : f32
    }
    return
  }
}
