// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-lower-windows, func.func(canonicalize, cse)))" --split-input-file | FileCheck %s

// A convolution of 16 channels to 8, 3x3 with padding, two pixels by one vector
// in registers; a row has nine. Buffers are flat; sums start at zero and run
// over blocks of channels, rows of the kernel and channels of a block; then
// comes the region, on vectors.

// The tile at the left lacks the kernel's first column for its first pixel:
// five multiply-adds instead of six. Rows above and below the image are cut off
// by the bounds of the loop over the kernel's rows.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: memref<1x2x4x9x8xf32>, %[[W:[^:]*]]: memref<1152xf32>, %[[B:[^:]*]]: memref<1x8xf32>, %[[Y:[^:]*]]: memref<1x1x4x9x8xf32>)
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C3:.*]] = arith.constant 3 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C5:.*]] = arith.constant 5 : index
// CHECK-DAG:     %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant dense<0.0{{.*}}> : vector<8xf32>
// CHECK-DAG:     %[[IN:.*]] = memref.reinterpret_cast %[[X]] to offset: [0], sizes: [576], strides: [1]
// CHECK-DAG:     %[[OUT:.*]] = memref.reinterpret_cast %[[Y]] to offset: [0], sizes: [288], strides: [1]
// CHECK-DAG:     %[[BIAS:.*]] = memref.reinterpret_cast %[[B]] to offset: [0], sizes: [8], strides: [1]
// CHECK:         scf.for %[[ROW:.*]] = %[[C0]] to %[[C4]] step %[[C1]] {
// CHECK-NEXT:      %[[BLOCKS:.*]]:2 = scf.for %{{.*}} = %[[C0]] to %[[C2]] step %[[C1]] iter_args(%{{.*}} = %[[ZERO]], %{{.*}} = %[[ZERO]])
// CHECK-DAG:         %[[ABOVE:.*]] = arith.subi %[[C1]], %[[ROW]]
// CHECK-DAG:         %[[HASABOVE:.*]] = arith.cmpi sgt, %[[ABOVE]], %[[C0]]
// CHECK-DAG:         %[[LOWER:.*]] = arith.select %[[HASABOVE]], %[[ABOVE]], %[[C0]]
// CHECK-DAG:         %[[BELOW:.*]] = arith.subi %[[C5]], %[[ROW]]
// CHECK-DAG:         %[[HASBELOW:.*]] = arith.cmpi sgt, %[[BELOW]], %[[C3]]
// CHECK-DAG:         %[[UPPER:.*]] = arith.select %[[HASBELOW]], %[[C3]], %[[BELOW]]
// CHECK:             scf.for %{{.*}} = %[[LOWER]] to %[[UPPER]] step %[[C1]] iter_args
// CHECK:               scf.for %{{.*}} = %[[C0]] to %[[C8]] step %[[C1]] iter_args(%[[S0:.*]] = %{{.*}}, %[[S1:.*]] = %{{.*}})
// CHECK:                 %[[W0:.*]] = vector.load %[[W]][
// CHECK-NEXT:            %[[X0:.*]] = memref.load %[[IN]][
// CHECK-NEXT:            vector.outerproduct %[[W0]], %[[X0]], %[[S1]] {kind = #vector.kind<add>} : vector<8xf32>, f32
// CHECK:                 %[[W1:.*]] = vector.load %[[W]][
// CHECK-NEXT:            vector.outerproduct %[[W1]], %[[X0]], %[[S0]]
// CHECK-COUNT-3:         vector.outerproduct
// CHECK-NOT:             vector.outerproduct
// CHECK:                 scf.yield

// CHECK:           %[[V:.*]] = vector.load %[[BIAS]][%[[C0]]]
// CHECK-NEXT:      %[[A:.*]] = arith.addf %[[BLOCKS]]#0, %[[V]] : vector<8xf32>
// CHECK-NEXT:      %[[R:.*]] = arith.maximumf %[[A]], %[[ZERO]] : vector<8xf32>
// CHECK-NEXT:      vector.store %[[R]], %[[OUT]][
// CHECK:           vector.store

// Three tiles in the middle of the row are a loop; all six multiply-adds.

// CHECK:           scf.for %{{.*}} = %[[C2]] to %[[C8]] step %[[C2]] {
// CHECK-COUNT-6:     vector.outerproduct
// CHECK-NOT:         vector.outerproduct
// CHECK-COUNT-2:     vector.store

// One pixel is left, without the kernel's last column.

// CHECK:           scf.for {{.*}} iter_args(%{{[^,)]*}}) -> (vector<8xf32>)
// CHECK-COUNT-2:     vector.outerproduct
// CHECK-NOT:         vector.outerproduct
// CHECK:           vector.store
// CHECK-NOT:     vector.store
// CHECK:         return
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x2x4x9x8xf32>, %w: memref<1152xf32>, %b: memref<1x8xf32>, %y: memref<1x1x4x9x8xf32>) {
    %zero = arith.constant 0.0 : f32
    ddnn.window conv(%x, %w) with (%b) into %y
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, tile = array<i64: 2, 1>}
        : (memref<1x2x4x9x8xf32>, memref<1152xf32>, memref<1x8xf32>, memref<1x1x4x9x8xf32>) -> () {
      ^bb0(%v: f32, %s: f32):
        %0 = arith.addf %v, %s : f32
        %1 = arith.maximumf %0, %zero : f32
        ddnn.yield %1 : f32
    }
    return
  }
}

// -----

// A 1x1 convolution sees twelve pixels in one row, four at a time, by two
// vectors: a step loads two vectors of weights and four scalars for eight
// multiply-adds. The residual is read where the result is written, the second
// vector a block further, 3 * 4 * 8 floats.

// CHECK-LABEL: func.func @step0(
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG:     %[[C12:.*]] = arith.constant 12 : index
// CHECK-DAG:     %[[C96:.*]] = arith.constant 96 : index
// CHECK-DAG:     %[[REST:.*]] = memref.reinterpret_cast %arg2
// CHECK-DAG:     %[[OUT:.*]] = memref.reinterpret_cast %arg3
// CHECK:         scf.for %[[P:.*]] = %[[C0]] to %[[C12]] step %[[C4]] {
// CHECK-NEXT:      %[[AT:.*]] = arith.muli %[[P]], %[[C8]]
// CHECK-NEXT:      %[[S:.*]]:8 = scf.for %{{.*}} = %[[C0]] to %[[C8]] step %[[C1]] iter_args(
// CHECK:             %[[W0:.*]] = vector.load %arg1[
// CHECK:             %[[W1:.*]] = vector.load %arg1[
// CHECK-NOT:         vector.load
// CHECK:             %[[X0:.*]] = memref.load
// CHECK-NEXT:        vector.outerproduct %[[W0]], %[[X0]]
// CHECK-NEXT:        vector.outerproduct %[[W1]], %[[X0]]
// CHECK:             memref.load
// CHECK:             memref.load
// CHECK:             memref.load
// CHECK-NOT:         memref.load
// CHECK:             scf.yield
// CHECK:           %[[R0:.*]] = vector.load %[[REST]][%[[AT]]]
// CHECK-NEXT:      %[[A0:.*]] = arith.addf %[[S]]#0, %[[R0]]
// CHECK-NEXT:      vector.store %[[A0]], %[[OUT]][%[[AT]]]
// CHECK-NEXT:      %[[AT1:.*]] = arith.addi %[[AT]], %[[C96]]
// CHECK-NEXT:      %[[R1:.*]] = vector.load %[[REST]][%[[AT1]]]
// CHECK-NEXT:      %[[A1:.*]] = arith.addf %[[S]]#1, %[[R1]]
// CHECK-NEXT:      vector.store %[[A1]], %[[OUT]][%[[AT1]]]
// CHECK-COUNT-6:   vector.store
// CHECK-NOT:       vector.store
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x3x4x8xf32>, %w: memref<128xf32>, %r: memref<1x2x3x4x8xf32>, %y: memref<1x2x3x4x8xf32>) {
    ddnn.window conv(%x, %w) with (%r) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 4, 2>}
        : (memref<1x1x3x4x8xf32>, memref<128xf32>, memref<1x2x3x4x8xf32>, memref<1x2x3x4x8xf32>) -> () {
      ^bb0(%v: f32, %s: f32):
        %0 = arith.addf %v, %s : f32
        ddnn.yield %0 : f32
    }
    return
  }
}

// -----

// A product of 18 rows by two vectors: four rows at a time have sums of their
// own, so that multiply-adds do not wait for each other. Two rows are left, and
// the four sums of each vector are added in the end.

// CHECK-LABEL: func.func @step0(
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C16:.*]] = arith.constant 16 : index
// CHECK:         %[[S:.*]]:8 = scf.for %{{.*}} = %[[C0]] to %[[C16]] step %[[C4]] iter_args(
// CHECK-COUNT-8:   vector.outerproduct
// CHECK-NOT:       vector.outerproduct
// CHECK:           scf.yield
// CHECK:         }
// CHECK:         %[[A0:.*]] = vector.outerproduct %{{.*}}, %{{.*}}, %[[S]]#0
// CHECK:         %[[A1:.*]] = vector.outerproduct %{{.*}}, %{{.*}}, %[[S]]#1
// CHECK:         %[[B0:.*]] = vector.outerproduct %{{.*}}, %{{.*}}, %[[S]]#2
// CHECK:         %[[B1:.*]] = vector.outerproduct %{{.*}}, %{{.*}}, %[[S]]#3
// CHECK:         %[[T0:.*]] = arith.addf %[[A0]], %[[B0]]
// CHECK-NEXT:    %[[T1:.*]] = arith.addf %[[T0]], %[[S]]#4
// CHECK-NEXT:    %[[T2:.*]] = arith.addf %[[T1]], %[[S]]#6
// CHECK:         vector.store %[[T2]]
// CHECK:         vector.store
// CHECK-NOT:     vector.store
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x18x1x1x1xf32>, %w: memref<288xf32>, %y: memref<1x2x1x1x8xf32>) {
    ddnn.window conv(%x, %w) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 1, 2>}
        : (memref<1x18x1x1x1xf32>, memref<288xf32>, memref<1x2x1x1x8xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
}

// -----

// Depthwise, both operands of the multiply-add are vectors. Two neighbours
// share the columns under both: four loads of the image and three of weights
// for six multiply-adds.

// CHECK-LABEL: func.func @step0(
// CHECK:         scf.for
// CHECK-NEXT:      %[[S:.*]]:2 = scf.for {{.*}} iter_args(%[[S0:.*]] = %{{.*}}, %[[S1:.*]] = %{{.*}}) ->
// CHECK:             %[[X0:.*]] = vector.load %[[IN:.*]][
// CHECK:             %[[W0:.*]] = vector.load %arg1[
// CHECK:             %[[A:.*]] = vector.fma %[[X0]], %[[W0]], %[[S0]]
// CHECK:             %[[X1:.*]] = vector.load %[[IN]][
// CHECK:             %[[B:.*]] = vector.fma %[[X1]], %[[W0]], %[[S1]]
// CHECK:             %[[W1:.*]] = vector.load %arg1[
// CHECK-NEXT:        %[[C:.*]] = vector.fma %[[X1]], %[[W1]], %[[A]]
// CHECK:             %[[X2:.*]] = vector.load %[[IN]][
// CHECK-NEXT:        %[[D:.*]] = vector.fma %[[X2]], %[[W1]], %[[B]]
// CHECK:             %[[W2:.*]] = vector.load %arg1[
// CHECK-NEXT:        %[[E:.*]] = vector.fma %[[X2]], %[[W2]], %[[C]]
// CHECK:             %[[X3:.*]] = vector.load %[[IN]][
// CHECK-NEXT:        %[[F:.*]] = vector.fma %[[X3]], %[[W2]], %[[D]]
// CHECK-NEXT:        scf.yield %[[E]], %[[F]]
// CHECK:           vector.store %[[S]]#0
// CHECK:           vector.store %[[S]]#1
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x4x4x8xf32>, %w: memref<72xf32>, %y: memref<1x1x2x2x8xf32>) {
    ddnn.window depthwise(%x, %w) into %y
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 2, 1>}
        : (memref<1x1x4x4x8xf32>, memref<72xf32>, memref<1x1x2x2x8xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
}

// -----

// A maximum goes down the columns first and across then. The two pixels use
// columns -1, 0, 1 and 1, 2, 3: column -1 is padding and not there, column 1 is
// loaded once for both. It starts from minus infinity, a sum from zero.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[LOWEST:.*]] = arith.constant dense<0xFF800000> : vector<8xf32>
// CHECK:         scf.for
// CHECK:           %[[D:.*]]:4 = scf.for {{.*}} iter_args(%{{.*}} = %[[LOWEST]], %{{.*}} = %[[LOWEST]], %{{.*}} = %[[LOWEST]], %{{.*}} = %[[LOWEST]])
// CHECK-COUNT-4:     arith.maximumf
// CHECK-NOT:         arith.maximumf
// CHECK:             scf.yield
// CHECK:           %[[M:.*]] = arith.maximumf %[[D]]#1, %[[D]]#0
// CHECK-NEXT:      vector.store %[[M]]
// CHECK-NEXT:      %[[N:.*]] = arith.maximumf %[[D]]#0, %[[D]]#2
// CHECK-NEXT:      %[[L:.*]] = arith.maximumf %[[N]], %[[D]]#3
// CHECK:           vector.store %[[L]]
// CHECK-LABEL: func.func @step1(
// CHECK:         %[[ZERO:.*]] = arith.constant dense<0.0{{.*}}> : vector<8xf32>
// CHECK:         scf.for {{.*}} iter_args(%{{.*}} = %[[ZERO]]
// CHECK:           arith.addf {{.*}} : vector<8xf32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x4x4x8xf32>, %y: memref<1x1x2x2x8xf32>) {
    ddnn.window max(%x) into %y
        {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 0, 0>, tile = array<i64: 2, 1>}
        : (memref<1x1x4x4x8xf32>, memref<1x1x2x2x8xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
  func.func @step1(%x: memref<1x1x4x4x8xf32>, %y: memref<1x1x1x1x8xf32>) {
    ddnn.window sum(%x) into %y
        {kernel = array<i64: 4, 4>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 1, 1>}
        : (memref<1x1x4x4x8xf32>, memref<1x1x1x1x8xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
}

// -----

// In the region, a constant is a vector constant, a scalar from outside is
// broadcast, a comparison gives a vector of truth values.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[S:[^:]*]]: f32)
// CHECK-DAG:     %[[HALF:.*]] = arith.constant dense<5.0{{.*}}> : vector<8xf32>
// CHECK:         %[[WIDE:.*]] = vector.broadcast %[[S]] : f32 to vector<8xf32>
// CHECK:         %[[P:.*]] = arith.cmpf ogt, %[[V:.*]], %[[WIDE]] : vector<8xf32>
// CHECK:         %[[M:.*]] = arith.mulf %[[V]], %[[HALF]] : vector<8xf32>
// CHECK:         %[[R:.*]] = arith.select %[[P]], %[[V]], %[[M]] : vector<8xi1>, vector<8xf32>
// CHECK:         vector.store %[[R]]
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x1x1x8xf32>, %y: memref<1x1x1x1x8xf32>, %s: f32) {
    ddnn.window max(%x) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 1, 1>}
        : (memref<1x1x1x1x8xf32>, memref<1x1x1x1x8xf32>) -> () {
      ^bb0(%v: f32):
        %half = arith.constant 0.5 : f32
        %0 = arith.cmpf ogt, %v, %s : f32
        %1 = arith.mulf %v, %half : f32
        %2 = arith.select %0, %v, %1 : f32
        ddnn.yield %2 : f32
    }
    return
  }
}

// -----

// Views with constant strides are read where they are: here the second half of
// the channels of an image, whose rows are 16 floats apart.

// CHECK-LABEL: func.func @step0(
// CHECK:         memref.reinterpret_cast %{{.*}} to offset: [64], sizes: [32], strides: [1] : {{.*}} to memref<32xf32, strided<[1], offset: 64>>
// CHECK:         vector.load {{.*}} : memref<32xf32, strided<[1], offset: 64>>, vector<8xf32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x3x2x2x8xf32>, %y: memref<1x1x2x2x8xf32>) {
    %v = memref.subview %x[0, 2, 0, 0, 0] [1, 1, 2, 2, 8] [1, 1, 1, 1, 1] : memref<1x3x2x2x8xf32> to memref<1x1x2x2x8xf32, strided<[96, 32, 16, 8, 1], offset: 64>>
    ddnn.window max(%v) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 1, 1>}
        : (memref<1x1x2x2x8xf32, strided<[96, 32, 16, 8, 1], offset: 64>>, memref<1x1x2x2x8xf32>) -> () {
      ^bb0(%z: f32):
        ddnn.yield %z : f32
    }
    return
  }
}

// -----

// More than 128 KiB of weights comes from far away and is asked for ahead of
// time: while a group of output channels is computed, the next one's weights are
// prefetched, here all four lines of them. Eight channels to 4096 are 128 KiB
// exactly, which is not too much yet.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[GROUP:.*]] = arith.muli %{{.*}}, %[[PANEL:.*]] :
// CHECK-NEXT:    %[[NEXT:.*]] = arith.addi %[[GROUP]], %[[PANEL]]
// CHECK-NEXT:    memref.prefetch %{{.*}}[%[[NEXT]]], read, locality<2>, data : memref<32832xf32>
// CHECK-COUNT-3: memref.prefetch
// CHECK-NOT:     memref.prefetch
// CHECK-LABEL: func.func @step1(
// CHECK-NOT:     memref.prefetch
// CHECK:         return
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x1x2x8xf32>, %w: memref<32832xf32>, %y: memref<1x513x1x2x8xf32>) {
    ddnn.window conv(%x, %w) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 2, 1>}
        : (memref<1x1x1x2x8xf32>, memref<32832xf32>, memref<1x513x1x2x8xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
  func.func @step1(%x: memref<1x1x1x2x8xf32>, %w: memref<32768xf32>, %y: memref<1x512x1x2x8xf32>) {
    ddnn.window conv(%x, %w) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 2, 1>}
        : (memref<1x1x1x2x8xf32>, memref<32768xf32>, memref<1x512x1x2x8xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
}

// -----

// Winograd F(2,3), two tiles of the image at a time. First the tiles are
// transformed: one that lies inside of the image is read there, one at the
// border is put together in scratch, over zeros. Then for each of sixteen
// elements a product, two tiles by one vector, over eight channels; then the
// products are transformed back, and the region runs on the four results.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: memref<1x1x8x8x8xf32>, %[[W:[^:]*]]: memref<1024xf32>, %[[Y:[^:]*]]: memref<1x1x8x8x8xf32>, %[[T:[^:]*]]: memref<512xf32>)
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG:     %[[C16:.*]] = arith.constant 16 : index
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant dense<0.0{{.*}}> : vector<8xf32>
// CHECK-DAG:     %[[IN:.*]] = memref.reinterpret_cast %[[X]]
// CHECK-DAG:     %[[OUT:.*]] = memref.reinterpret_cast %[[Y]]
// CHECK:         scf.for %[[START:.*]] = %[[C0]] to %[[C16]] step %[[C2]] {
// CHECK:           scf.for
// CHECK:             scf.if
// CHECK-COUNT-16:      vector.load %[[IN]][
// CHECK-NOT:           vector.load
// CHECK:             } else {
// CHECK-COUNT-16:      vector.store %[[ZERO]], %[[T]][
// CHECK:               scf.for
// CHECK:                 scf.for
// CHECK:                   %[[V:.*]] = vector.load %[[IN]][
// CHECK:                   vector.store %[[V]], %[[T]][
// CHECK-COUNT-16:      vector.load %[[T]][
// CHECK-NOT:           vector.load
// CHECK:           scf.for %{{.*}} = %[[C0]] to %[[C16]] step %[[C1]] {
// CHECK:             scf.for {{.*}} iter_args(%{{.*}} = %[[ZERO]], %{{.*}} = %[[ZERO]])
// CHECK:               %[[G:.*]] = vector.load %[[W]][
// CHECK:               %[[S0:.*]] = memref.load %[[T]][
// CHECK:               vector.outerproduct %[[G]], %[[S0]]
// CHECK:               %[[S1:.*]] = memref.load %[[T]][
// CHECK:               vector.outerproduct %[[G]], %[[S1]]
// CHECK:               scf.yield
// CHECK:             vector.store
// CHECK:             vector.store
// CHECK:           scf.for
// CHECK-COUNT-16:    vector.load %[[T]][
// CHECK-COUNT-4:     arith.negf {{.*}} : vector<8xf32>
// CHECK-NOT:         arith.negf
// CHECK:         return
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x8x8x8xf32>, %w: memref<1024xf32>, %y: memref<1x1x8x8x8xf32>, %t: memref<512xf32>) {
    ddnn.window conv(%x, %w) into %y scratch %t
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, tile = array<i64: 2, 1>, winograd = 2 : i64}
        : (memref<1x1x8x8x8xf32>, memref<1024xf32>, memref<1x1x8x8x8xf32>, memref<512xf32>) -> () {
      ^bb0(%v: f32):
        %0 = arith.negf %v : f32
        ddnn.yield %0 : f32
    }
    return
  }
}

// -----

// Threads share the outer loop: blocks of channels where they can be dealt out
// evenly, else rows.

// CHECK-LABEL: func.func @step0(
// CHECK:         scf.for
// CHECK:           scf.for
// CHECK:           } {ddnn.threads = 3 : i64}
// CHECK-NEXT:    }
// CHECK-LABEL: func.func @step1(
// CHECK:         scf.for
// CHECK:         } {ddnn.threads = 2 : i64}
// CHECK-NEXT:    return
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x2x6x6x8xf32>, %w: memref<2304xf32>, %y: memref<1x2x4x4x8xf32>) {
    ddnn.window conv(%x, %w) into %y
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 4, 1>, threads = 3 : i64}
        : (memref<1x2x6x6x8xf32>, memref<2304xf32>, memref<1x2x4x4x8xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
  func.func @step1(%x: memref<1x2x6x6x8xf32>, %w: memref<2304xf32>, %y: memref<1x2x4x4x8xf32>) {
    ddnn.window conv(%x, %w) into %y
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 4, 1>, threads = 2 : i64}
        : (memref<1x2x6x6x8xf32>, memref<2304xf32>, memref<1x2x4x4x8xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
}

// -----

// Where only padding is under a window, as dilation allows, its maximum is
// minus infinity: of three windows over two columns, the one in the middle.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[LOWEST:.*]] = arith.constant dense<0xFF800000> : vector<8xf32>
// CHECK:         vector.store
// CHECK:         vector.store %[[LOWEST]]
// CHECK:         vector.store
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x4x2x8xf32>, %y: memref<1x1x4x3x8xf32>) {
    ddnn.window max(%x) into %y
        {kernel = array<i64: 1, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 3>, pads = array<i64: 0, 2, 0, 2>, tile = array<i64: 3, 1>}
        : (memref<1x1x4x2x8xf32>, memref<1x1x4x3x8xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
}

// -----

// A row times a matrix, four rows of weights side by side. Rounding grows with
// the length of a sum, so each 1024 rows have sums of their own, which are added
// to those before; the eight rows that are left go on from there.

// CHECK-LABEL: func.func @step0(
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG:     %[[C1024:.*]] = arith.constant 1024 : index
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant dense<0.0{{.*}}> : vector<8xf32>
// CHECK:         %[[SUMS:.*]]:8 = scf.for %{{.*}} = %[[C0]] to %[[C2]] step %[[C1]] iter_args(%[[T0:[^ ]*]] = %[[ZERO]], %[[T1:[^ ]*]] = %[[ZERO]],
// CHECK:           %[[CHUNK:.*]]:8 = scf.for %{{.*}} = %[[C0]] to %[[C1024]] step %[[C4]] iter_args(%{{[^ ]*}} = %[[ZERO]],
// CHECK-COUNT-8:     vector.outerproduct
// CHECK-NOT:         vector.outerproduct
// CHECK:           arith.addf %[[T0]], %[[CHUNK]]#0 : vector<8xf32>
// CHECK-NEXT:      arith.addf %[[T1]], %[[CHUNK]]#1 : vector<8xf32>
// CHECK:         scf.for %{{.*}} = %[[C0]] to %[[C8]] step %[[C4]] iter_args(%{{[^ ]*}} = %[[SUMS]]#0, %{{[^ ]*}} = %[[SUMS]]#1,
// CHECK-COUNT-8:   vector.outerproduct
// CHECK-COUNT-6: arith.addf {{.*}} : vector<8xf32>
// CHECK-NOT:     arith.addf {{.*}} : vector<8xf32>
// CHECK:         return
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x257x1x1x8xf32>, %w: memref<32896xf32>, %y: memref<1x2x1x1x8xf32>) {
    ddnn.window conv(%x, %w) into %y
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 1, 2>}
        : (memref<1x257x1x1x8xf32>, memref<32896xf32>, memref<1x2x1x1x8xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
}

// -----

// A large kernel with a single tile would ask for 256 lines of the next group at
// once; it asks for sixteen.

// CHECK-LABEL: func.func @step0(
// CHECK-COUNT-16: memref.prefetch
// CHECK-NOT:      memref.prefetch
// CHECK:          return
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x1x8x8x8xf32>, %w: memref<36864xf32>, %y: memref<1x9x1x1x8xf32>) {
    ddnn.window conv(%x, %w) into %y
        {kernel = array<i64: 8, 8>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, tile = array<i64: 1, 1>}
        : (memref<1x1x8x8x8xf32>, memref<36864xf32>, memref<1x9x1x1x8xf32>) -> () {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return
  }
}
