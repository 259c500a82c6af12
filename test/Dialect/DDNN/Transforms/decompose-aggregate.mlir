// Members that may be missing: the loops ask who is there, by bytes that they
// read as scalars.
// RUN: ddnn-opt %s --ddnn-decompose --cse | FileCheck %s

// CHECK-DAG: #[[ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[SCALAR:.*]] = affine_map<(d0, d1) -> ()>

// CHECK-LABEL: func.func @zero(
// CHECK-SAME:    %[[A:[^:]*]]: tensor<1x4xf32>, %[[B:[^:]*]]: tensor<1x4xf32>, %[[P:[^:]*]]: tensor<3xi8>)
// CHECK-DAG:     %[[PA:.*]] = tensor.extract_slice %[[P]][2] [1] [1] : tensor<3xi8> to tensor<i8>
// CHECK-DAG:     %[[PB:.*]] = tensor.extract_slice %[[P]][0] [1] [1] : tensor<3xi8> to tensor<i8>
// CHECK:         linalg.generic {indexing_maps = [#[[ID]], #[[ID]], #[[SCALAR]], #[[SCALAR]], #[[ID]]]
// CHECK-SAME:      ins(%[[A]], %[[B]], %[[PA]], %[[PB]]
// CHECK:         ^bb0(%[[X:.*]]: f32, %[[Y:.*]]: f32, %[[I:.*]]: i8, %[[J:.*]]: i8, %{{.*}}: f32):
// CHECK:           %[[IA:.*]] = arith.cmpi ne, %[[I]], %{{.*}} : i8
// CHECK:           %[[XA:.*]] = arith.select %[[IA]], %[[X]], %[[ZERO:.*]] : f32
// CHECK:           %[[JB:.*]] = arith.cmpi ne, %[[J]], %{{.*}} : i8
// CHECK:           %[[YB:.*]] = arith.select %[[JB]], %[[Y]], %[[ZERO]] : f32
// CHECK:           %[[M:.*]] = arith.maximumf %[[XA]], %[[YB]]
// CHECK:           linalg.yield %[[M]]
func.func @zero(%a: tensor<1x4xf32>, %b: tensor<1x4xf32>, %p: tensor<3xi8>) -> tensor<1x4xf32> {
  %0 = ddnn.aggregate max %a, %b from ["a", "b"] missing zero present(%p : tensor<3xi8>) [2, 0]
      : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// Adding -0 changes nothing; the divisor is the number of those present, and
// nobody is zero.
// CHECK-LABEL: func.func @skip_mean(
// CHECK-DAG:     %[[MINUS:.*]] = arith.constant -0.000000e+00 : f32
// CHECK:         linalg.generic
// CHECK:           %[[IA:.*]] = arith.cmpi ne
// CHECK:           %[[XA:.*]] = arith.select %[[IA]], %{{.*}}, %[[MINUS]]
// CHECK:           %[[NA:.*]] = arith.extui %[[IA]] : i1 to i32
// CHECK:           %[[JB:.*]] = arith.cmpi ne
// CHECK:           %[[YB:.*]] = arith.select %[[JB]], %{{.*}}, %[[MINUS]]
// CHECK:           %[[S:.*]] = arith.addf %[[XA]], %[[YB]]
// CHECK:           %[[ANY:.*]] = arith.ori %[[IA]], %[[JB]] : i1
// CHECK:           %[[NB:.*]] = arith.extui %[[JB]] : i1 to i32
// CHECK:           %[[N:.*]] = arith.addi %[[NA]], %[[NB]]
// CHECK:           %[[F:.*]] = arith.sitofp %[[N]] : i32 to f32
// CHECK:           %[[Q:.*]] = arith.divf %[[S]], %[[F]]
// CHECK:           %[[R:.*]] = arith.select %[[ANY]], %[[Q]], %{{.*}} : f32
// CHECK:           linalg.yield %[[R]]
func.func @skip_mean(%a: tensor<1x4xf32>, %b: tensor<1x4xf32>, %p: tensor<2xi8>) -> tensor<1x4xf32> {
  %0 = ddnn.aggregate mean %a, %b from ["a", "b"] missing skip present(%p : tensor<2xi8>) [0, 1]
      : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// CHECK-LABEL: func.func @skip_max(
// CHECK-DAG:     %[[LOWEST:.*]] = arith.constant 0xFF800000 : f32
// CHECK:           arith.select %{{.*}}, %{{.*}}, %[[LOWEST]]
// CHECK:           arith.select %{{.*}}, %{{.*}}, %[[LOWEST]]
// CHECK:           %[[M:.*]] = arith.maximumf
// CHECK:           arith.select %{{.*}}, %[[M]], %{{.*}} : f32
func.func @skip_max(%a: tensor<1x4xf32>, %b: tensor<1x4xf32>, %p: tensor<2xi8>) -> tensor<1x4xf32> {
  %0 = ddnn.aggregate max %a, %b from ["a", "b"] missing skip present(%p : tensor<2xi8>) [0, 1]
      : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// CHECK-LABEL: func.func @blank(
// CHECK-SAME:    %[[A:[^:]*]]: tensor<1x4xf32>, %[[B:[^:]*]]: tensor<1x2xf32>, %[[C:[^:]*]]: tensor<1x4xf32>, %[[D:[^:]*]]: tensor<1x2xf32>
// CHECK:         %[[X:.*]] = linalg.generic {{.*}} ins(%[[A]], %[[C]], %{{.*}} : tensor<1x4xf32>, tensor<1x4xf32>, tensor<i8>)
// CHECK:         %[[Y:.*]] = linalg.generic {{.*}} ins(%[[B]], %[[D]], %{{.*}} : tensor<1x2xf32>, tensor<1x2xf32>, tensor<i8>)
// CHECK:         tensor.concat dim(1) %[[X]], %[[Y]]
func.func @blank(%a: tensor<1x4xf32>, %b: tensor<1x2xf32>, %c: tensor<1x4xf32>, %d: tensor<1x2xf32>, %p: tensor<2xi8>) -> tensor<1x6xf32> {
  %0 = ddnn.aggregate concat %a, %b from ["a", "b"] missing blank blank(%c, %d : tensor<1x4xf32>, tensor<1x2xf32>)
      present(%p : tensor<2xi8>) [0, 1] : (tensor<1x4xf32>, tensor<1x2xf32>) -> tensor<1x6xf32>
  return %0 : tensor<1x6xf32>
}

// Who has to be there is not asked for, nor is a member of two nodes twice.
// CHECK-LABEL: func.func @fail(
// CHECK-NOT:     arith.select
// CHECK-LABEL: func.func @twice(
// CHECK:         ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<1x4xf32>, tensor<1x4xf32>, tensor<i8>)
func.func @fail(%a: tensor<1x4xf32>, %b: tensor<1x4xf32>, %p: tensor<2xi8>) -> tensor<1x4xf32> {
  %0 = ddnn.aggregate max %a, %b from ["a", "b"] missing fail present(%p : tensor<2xi8>) [0, 1]
      : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}
func.func @twice(%a: tensor<1x4xf32>, %b: tensor<1x4xf32>, %p: tensor<1xi8>) -> tensor<1x4xf32> {
  %0 = ddnn.aggregate mean %a, %b from ["a", "b"] missing zero present(%p : tensor<1xi8>) [0, 0]
      : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}
