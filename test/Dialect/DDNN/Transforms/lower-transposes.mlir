// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(func.func(ddnn-lower-transposes, canonicalize, cse)))" --split-input-file | FileCheck %s

// An image of 4 channels and 8 pixels on vectors of 4, into blocks: squares of
// four channels by four pixels are loaded row by row, transposed in registers
// by eight shuffles, and stored as four pixels one behind the other.

// CHECK-LABEL: func.func @step0(
// CHECK-SAME:    %[[X:[^:]*]]: memref<1x4x2x4xf32>, %[[Y:[^:]*]]: memref<1x1x2x4x4xf32>)
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG:     %[[PLAIN:.*]] = memref.reinterpret_cast %[[X]] to offset: [0], sizes: [32], strides: [1]
// CHECK-DAG:     %[[BLOCKED:.*]] = memref.reinterpret_cast %[[Y]] to offset: [0], sizes: [32], strides: [1]
// CHECK:         scf.for %[[P:.*]] = %[[C0]] to %[[C8]] step %[[C4]] {
// CHECK:           vector.load %[[PLAIN]][%[[P]]] : memref<32xf32>, vector<4xf32>
// CHECK:           %[[P1:.*]] = arith.addi %[[P]], %[[C8]]
// CHECK-NEXT:      vector.load %[[PLAIN]][%[[P1]]]
// CHECK-COUNT-2:   vector.load %[[PLAIN]][
// CHECK-NOT:       vector.load
// CHECK-COUNT-8:   vector.shuffle
// CHECK-NOT:       vector.shuffle
// CHECK-COUNT-4:   vector.store %{{.*}}, %[[BLOCKED]][
// CHECK-NOT:       vector.store
// CHECK-NOT:     linalg.generic
// CHECK:         return
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x4x2x4xf32>, %y: memref<1x1x2x4x4xf32>) {
    linalg.generic {indexing_maps = [affine_map<(n, c, h, w, l) -> (n, c * 4 + l, h, w)>, affine_map<(n, c, h, w, l) -> (n, c, h, w, l)>],
                    iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
        ins(%x : memref<1x4x2x4xf32>) outs(%y : memref<1x1x2x4x4xf32>) {
      ^bb0(%i: f32, %o: f32):
        linalg.yield %i : f32
    }
    return
  }
}

// -----

// Back from two blocks to six channels: the second block has two of them, so
// two rows of its squares are stored. Nine pixels are two squares and one that
// overlaps, from the fifth pixel on: min(pixel, 9 - 4).

// CHECK-LABEL: func.func @step0(
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C4:.*]] = arith.constant 4 : index
// CHECK-DAG:     %[[C5:.*]] = arith.constant 5 : index
// CHECK-DAG:     %[[C9:.*]] = arith.constant 9 : index
// CHECK:         scf.for %[[P:.*]] = %[[C0]] to %[[C9]] step %[[C4]] {
// CHECK-NEXT:      %[[FITS:.*]] = arith.cmpi slt, %[[P]], %[[C5]]
// CHECK-NEXT:      arith.select %[[FITS]], %[[P]], %[[C5]]
// CHECK-COUNT-4:   memref.prefetch %{{.*}}, write
// CHECK-NOT:       memref.prefetch
// CHECK-COUNT-4:   vector.load
// CHECK-COUNT-4:   vector.store
// CHECK:         }
// CHECK-NEXT:    scf.for %{{.*}} = %[[C0]] to %[[C9]] step %[[C4]] {
// CHECK-COUNT-2:   memref.prefetch %{{.*}}, write
// CHECK-NOT:       memref.prefetch
// CHECK-COUNT-4:   vector.load
// CHECK-COUNT-2:   vector.store
// CHECK-NOT:       vector.store
// CHECK:         return
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x2x3x3x4xf32>, %y: memref<1x6x3x3xf32>) {
    linalg.generic {indexing_maps = [affine_map<(n, c, h, w) -> (n, c floordiv 4, h, w, c mod 4)>, affine_map<(n, c, h, w) -> (n, c, h, w)>],
                    iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
        ins(%x : memref<1x2x3x3x4xf32>) outs(%y : memref<1x6x3x3xf32>) {
      ^bb0(%i: f32, %o: f32):
        linalg.yield %i : f32
    }
    return
  }
}

// -----

// What is no such copy stays a loop nest: fewer pixels than lanes, blocks of
// another width than this tier's vectors, and a tier without vectors.

// CHECK-LABEL: ddnn.tier @t
// CHECK:         func.func @step0
// CHECK-NEXT:      linalg.generic
// CHECK:         func.func @step1
// CHECK-NEXT:      linalg.generic
// CHECK-LABEL: ddnn.tier @m
// CHECK:         func.func @step0
// CHECK-NEXT:      linalg.generic
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x4x1x3xf32>, %y: memref<1x1x1x3x4xf32>) {
    linalg.generic {indexing_maps = [affine_map<(n, c, h, w, l) -> (n, c * 4 + l, h, w)>, affine_map<(n, c, h, w, l) -> (n, c, h, w, l)>],
                    iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
        ins(%x : memref<1x4x1x3xf32>) outs(%y : memref<1x1x1x3x4xf32>) {
      ^bb0(%i: f32, %o: f32):
        linalg.yield %i : f32
    }
    return
  }
  func.func @step1(%x: memref<1x8x4x4xf32>, %y: memref<1x1x4x4x8xf32>) {
    linalg.generic {indexing_maps = [affine_map<(n, c, h, w, l) -> (n, c * 8 + l, h, w)>, affine_map<(n, c, h, w, l) -> (n, c, h, w, l)>],
                    iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
        ins(%x : memref<1x8x4x4xf32>) outs(%y : memref<1x1x4x4x8xf32>) {
      ^bb0(%i: f32, %o: f32):
        linalg.yield %i : f32
    }
    return
  }
}
ddnn.tier @m index 1 spec <name = "m", target = "c", cpu = "cortex-m3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: memref<1x4x4x4xf32>, %y: memref<1x1x4x4x4xf32>) {
    linalg.generic {indexing_maps = [affine_map<(n, c, h, w, l) -> (n, c * 4 + l, h, w)>, affine_map<(n, c, h, w, l) -> (n, c, h, w, l)>],
                    iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
        ins(%x : memref<1x4x4x4xf32>) outs(%y : memref<1x1x4x4x4xf32>) {
      ^bb0(%i: f32, %o: f32):
        linalg.yield %i : f32
    }
    return
  }
}
