// RUN: ddnn-opt %s --ddnn-decompose --cse | FileCheck %s

// CHECK-DAG: #[[PLANES:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d2, d3)>
// CHECK-DAG: #[[PIXELS:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, 0, d2, d3, d1)>
// CHECK-DAG: #[[BYTES:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, 0, d3, d4, d1)>
// CHECK-DAG: #[[BYTE:.*]] = affine_map<(d0, d1) -> (d0)>

// A byte's bits are the innermost loop, those of 16 channels two planes.
// CHECK-LABEL: func.func @pack_pixels(
// CHECK-SAME:    %[[X:.*]]: tensor<2x16x3x5xi1>
// CHECK-NOT:     tensor.pad
// CHECK-DAG:     %[[E:.*]] = tensor.expand_shape %[[X]] {{\[\[}}0], [1, 2], [3], [4]] output_shape [2, 2, 8, 3, 5]
// CHECK-DAG:     %[[ZERO:.*]] = linalg.fill
// CHECK:         linalg.generic {indexing_maps = [#[[PLANES]], #[[PIXELS]]], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%[[E]] : {{.*}}) outs(%[[ZERO]] : tensor<2x1x3x5x2xi8>)
// CHECK:         ^bb0(%[[BIT:.*]]: i1, %[[ACC:.*]]: i8):
// CHECK-DAG:       %[[I:.*]] = linalg.index 4
// CHECK-DAG:       %[[N:.*]] = arith.index_cast %[[I]] : index to i32
// CHECK-DAG:       %[[W:.*]] = arith.extui %[[BIT]] : i1 to i32
// CHECK:           %[[S:.*]] = arith.shli %[[W]], %[[N]] : i32
// CHECK:           %[[T:.*]] = arith.trunci %[[S]] : i32 to i8
// CHECK:           %[[O:.*]] = arith.ori %[[ACC]], %[[T]] : i8
// CHECK:           linalg.yield %[[O]]
func.func @pack_pixels(%x: tensor<2x16x3x5xi1>) -> tensor<2x1x3x5x2xi8> {
  %0 = ddnn.pack %x : tensor<2x16x3x5xi1> -> tensor<2x1x3x5x2xi8>
  return %0 : tensor<2x1x3x5x2xi8>
}

// Bits beyond the channels are 0.
// CHECK-LABEL: func.func @pack_padded
// CHECK:         %[[FALSE:.*]] = arith.constant false
// CHECK:         tensor.pad %{{.*}} low[0, 0, 0, 0] high[0, 8, 0, 0]
// CHECK:           tensor.yield %[[FALSE]]
// CHECK:         linalg.generic
func.func @pack_padded(%x: tensor<1x24x3x5xi1>) -> tensor<1x1x3x5x4xi8> {
  %0 = ddnn.pack %x : tensor<1x24x3x5xi1> -> tensor<1x1x3x5x4xi8>
  return %0 : tensor<1x1x3x5x4xi8>
}

// Without gaps: channels move innermost first, and the last byte is filled up.
// CHECK-LABEL: func.func @pack_dense
// CHECK:         %[[T:.*]] = linalg.transpose {{.*}} permutation = [0, 2, 3, 1]
// CHECK:         %[[R:.*]] = tensor.collapse_shape %[[T]] {{\[\[}}0, 1, 2, 3]] : tensor<1x3x5x4xi1> into tensor<60xi1>
// CHECK:         %[[P:.*]] = tensor.pad %[[R]] low[0] high[4]
// CHECK:         %[[E:.*]] = tensor.expand_shape %[[P]] {{.*}} into tensor<8x8xi1>
// CHECK:         linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%[[E]] : {{.*}}) outs(%{{.*}} : tensor<8xi8>)
func.func @pack_dense(%x: tensor<1x4x3x5xi1>) -> tensor<8xi8> {
  %0 = ddnn.pack %x : tensor<1x4x3x5xi1> -> tensor<8xi8>
  return %0 : tensor<8xi8>
}

// Where pixels have no gaps, a row without gaps is another view of them.
// CHECK-LABEL: func.func @pack_dense_pixels
// CHECK-NOT:     linalg.transpose
// CHECK:         %[[G:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<1x1x3x5x4xi8>)
// CHECK:         tensor.collapse_shape %[[G]] {{.*}} into tensor<60xi8>
func.func @pack_dense_pixels(%x: tensor<1x32x3x5xi1>) -> tensor<60xi8> {
  %0 = ddnn.pack %x : tensor<1x32x3x5xi1> -> tensor<60xi8>
  return %0 : tensor<60xi8>
}

// Rows are images of one pixel.
// CHECK-LABEL: func.func @pack_rows
// CHECK-NOT:     linalg.transpose
// CHECK:         linalg.generic {{.*}} outs(%{{.*}} : tensor<2x1x1x1x2xi8>)
func.func @pack_rows(%x: tensor<2x16xi1>) -> tensor<2x1x1x1x2xi8> {
  %0 = ddnn.pack %x : tensor<2x16xi1> -> tensor<2x1x1x1x2xi8>
  return %0 : tensor<2x1x1x1x2xi8>
}

// CHECK-LABEL: func.func @pack_one
// CHECK:         linalg.generic {{.*}} outs(%{{.*}} : tensor<1xi8>)
func.func @pack_one(%x: tensor<i1>) -> tensor<1xi8> {
  %0 = ddnn.pack %x : tensor<i1> -> tensor<1xi8>
  return %0 : tensor<1xi8>
}

// CHECK-LABEL: func.func @unpack_pixels(
// CHECK-SAME:    %[[X:.*]]: tensor<2x1x3x5x2xi8>
// CHECK:         %[[G:.*]] = linalg.generic {indexing_maps = [#[[BYTES]], #{{.*}}], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%[[X]] : {{.*}}) outs(%{{.*}} : tensor<2x2x8x3x5xi1>)
// CHECK:         ^bb0(%[[B:.*]]: i8, %{{.*}}: i1):
// CHECK-DAG:       %[[I:.*]] = linalg.index 2
// CHECK-DAG:       %[[N:.*]] = arith.index_cast %[[I]] : index to i32
// CHECK-DAG:       %[[W:.*]] = arith.extui %[[B]] : i8 to i32
// CHECK:           %[[S:.*]] = arith.shrui %[[W]], %[[N]] : i32
// CHECK:           %[[L:.*]] = arith.andi %[[S]], %{{.*}} : i32
// CHECK:           %[[O:.*]] = arith.cmpi ne, %[[L]], %{{.*}} : i32
// CHECK:           linalg.yield %[[O]]
// CHECK:         %[[C:.*]] = tensor.collapse_shape %[[G]] {{\[\[}}0], [1, 2], [3], [4]]
// CHECK-NEXT:    return %[[C]]
func.func @unpack_pixels(%x: tensor<2x1x3x5x2xi8>) -> tensor<2x16x3x5xi1> {
  %0 = ddnn.unpack %x : tensor<2x1x3x5x2xi8> -> tensor<2x16x3x5xi1>
  return %0 : tensor<2x16x3x5xi1>
}

// CHECK-LABEL: func.func @unpack_padded
// CHECK:         tensor.extract_slice %{{.*}}[0, 0, 0, 0] [1, 24, 3, 5] [1, 1, 1, 1] : tensor<1x32x3x5xi1> to tensor<1x24x3x5xi1>
func.func @unpack_padded(%x: tensor<1x1x3x5x4xi8>) -> tensor<1x24x3x5xi1> {
  %0 = ddnn.unpack %x : tensor<1x1x3x5x4xi8> -> tensor<1x24x3x5xi1>
  return %0 : tensor<1x24x3x5xi1>
}

// CHECK-LABEL: func.func @unpack_dense
// CHECK:         %[[G:.*]] = linalg.generic {indexing_maps = [#[[BYTE]], #{{.*}}], {{.*}} outs(%{{.*}} : tensor<8x8xi1>)
// CHECK:         %[[R:.*]] = tensor.collapse_shape %[[G]]
// CHECK:         %[[C:.*]] = tensor.extract_slice %[[R]][0] [60] [1]
// CHECK:         %[[E:.*]] = tensor.expand_shape %[[C]] {{.*}} into tensor<1x3x5x4xi1>
// CHECK:         linalg.transpose ins(%[[E]] : {{.*}} permutation = [0, 3, 1, 2]
func.func @unpack_dense(%x: tensor<8xi8>) -> tensor<1x4x3x5xi1> {
  %0 = ddnn.unpack %x : tensor<8xi8> -> tensor<1x4x3x5xi1>
  return %0 : tensor<1x4x3x5xi1>
}

// CHECK-LABEL: func.func @unpack_rows
// CHECK:         linalg.generic
// CHECK:         return %{{.*}} : tensor<2x16xi1>
func.func @unpack_rows(%x: tensor<2x1x1x1x2xi8>) -> tensor<2x16xi1> {
  %0 = ddnn.unpack %x : tensor<2x1x1x1x2xi8> -> tensor<2x16xi1>
  return %0 : tensor<2x16xi1>
}

// CHECK-LABEL: func.func @unpack_one
// CHECK:         return %{{.*}} : tensor<i1>
func.func @unpack_one(%x: tensor<1xi8>) -> tensor<i1> {
  %0 = ddnn.unpack %x : tensor<1xi8> -> tensor<i1>
  return %0 : tensor<i1>
}
