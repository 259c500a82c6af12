// RUN: ddnn-opt %s --ddnn-decompose | FileCheck %s

// CHECK-DAG:   #[[ALL:.*]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-DAG:   #[[CHANNEL:.*]] = affine_map<(d0, d1, d2) -> (d1)>

// sign(0) is +1 and sign(NaN) is -1: one ordered comparison.
// CHECK-LABEL: func.func @sign
// CHECK:         linalg.generic
// CHECK:         ^bb0(%[[X:.*]]: f32, %{{.*}}: f32):
// CHECK:           %[[P:.*]] = arith.cmpf oge, %[[X]], %{{.*}} : f32
// CHECK:           arith.select %[[P]], %{{.*}}, %{{.*}} : f32
// CHECK-NOT:     ddnn.sign
func.func @sign(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %bit0 = ddnn.sign %x : tensor<1x4xf32> -> tensor<1x4xi1>
  %0 = ddnn.plus_minus_one %bit0 : tensor<1x4xi1> -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// Scale and shift are read by channel, which is axis 1.
// CHECK-LABEL: func.func @batch_norm(
// CHECK-SAME:    %[[X:[^:]*]]: tensor<1x8x4xf32>, %[[SCALE:[^:]*]]: tensor<8xf32>, %[[SHIFT:[^:]*]]: tensor<8xf32>)
// CHECK:         linalg.generic {indexing_maps = [#[[ALL]], #[[CHANNEL]], #[[CHANNEL]], #[[ALL]]]
// CHECK-SAME:      ins(%[[X]], %[[SCALE]], %[[SHIFT]]
// CHECK:         ^bb0(%[[A:.*]]: f32, %[[B:.*]]: f32, %[[C:.*]]: f32, %{{.*}}: f32):
// CHECK:           %[[M:.*]] = arith.mulf %[[A]], %[[B]]
// CHECK:           %[[S:.*]] = arith.addf %[[M]], %[[C]]
// CHECK:           linalg.yield %[[S]]
func.func @batch_norm(%x: tensor<1x8x4xf32>, %scale: tensor<8xf32>, %shift: tensor<8xf32>) -> tensor<1x8x4xf32> {
  %0 = ddnn.batch_norm %x, %scale, %shift : tensor<1x8x4xf32>, tensor<8xf32>
  return %0 : tensor<1x8x4xf32>
}

// CHECK-LABEL: func.func @aggregate_max
// CHECK:         linalg.generic
// CHECK:           arith.maximumf
// CHECK-NOT:       arith.maximumf
// CHECK:           linalg.yield
func.func @aggregate_max(%a: tensor<1x4xf32>, %b: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = ddnn.aggregate max %a, %b from ["a", "b"] missing skip : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// The mean of three divides by three, once.
// CHECK-LABEL: func.func @aggregate_mean
// CHECK:         %[[N:.*]] = arith.constant 3.0
// CHECK:         linalg.generic
// CHECK-COUNT-2:   arith.addf
// CHECK:           arith.divf %{{.*}}, %[[N]]
// CHECK-NOT:       arith.divf
// CHECK:           linalg.yield
func.func @aggregate_mean(%a: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = ddnn.aggregate mean %a, %a, %a from ["a", "b", "c"] missing skip : (tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// Softmax takes the maximum off first, so that large scores do not overflow.
// CHECK-LABEL: func.func @softmax
// CHECK:         arith.maxnumf
// CHECK:         arith.subf
// CHECK:         math.exp
// CHECK:         arith.divf
// CHECK-NOT:     linalg.softmax
func.func @softmax(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %e = tensor.empty() : tensor<1x4xf32>
  %0 = linalg.softmax dimension(1) ins(%x : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// An exit is an identity.
// CHECK-LABEL: func.func @exit
// CHECK-NOT:     ddnn.exit
// CHECK:         return %arg0
func.func @exit(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = ddnn.exit "y" %x threshold 0.5 by entropy : tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}
