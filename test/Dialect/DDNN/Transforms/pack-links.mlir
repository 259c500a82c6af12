// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-links))" | FileCheck %s

// Pixels of whole bytes go as they are, others without gaps. A slot is read by
// a later step of this tier and stays i1; scores and raw bytes are no bits.

// CHECK-LABEL: ddnn.tier @t
// CHECK:       func.func @step0(%[[A:.*]]: tensor<1x1x2x2x4xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %[[B:.*]]: tensor<5xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 1>}, %{{.*}}: tensor<4xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 2>})
// CHECK-SAME:    -> (tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}, tensor<1x10xi1> {ddnn.memory = #ddnn.memory<kind = slot, index = 0>})
// CHECK-DAG:     %[[UA:.*]] = ddnn.unpack %[[A]] : tensor<1x1x2x2x4xi8> -> tensor<1x32x2x2xi1>
// CHECK-DAG:     %[[UB:.*]] = ddnn.unpack %[[B]] : tensor<5xi8> -> tensor<1x4x3x3xi1>
// CHECK:         ddnn.plus_minus_one %[[UA]]
// CHECK:         ddnn.plus_minus_one %[[UB]]
// CHECK-NOT:     ddnn.pack
// CHECK:         return

// What a step makes is packed in front of the return; what it hands on is not
// taken apart, and once it is nobody else's, not even unpacked.
// CHECK:       func.func @step1(%[[S:.*]]: tensor<1x10xi1> {ddnn.memory = #ddnn.memory<kind = slot, index = 0>}, %[[A:.*]]: tensor<1x1x2x2x4xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %[[B:.*]]: tensor<5xi8>
// CHECK-SAME:    -> (tensor<2xi8> {ddnn.memory = #ddnn.memory<kind = output, index = 1>}, tensor<1x1x2x2x4xi8> {ddnn.memory = #ddnn.memory<kind = output, index = 2>}, tensor<5xi8>
// CHECK-NEXT:    %[[UB:.*]] = ddnn.unpack %[[B]]
// CHECK-NEXT:    %[[F:.*]] = ddnn.plus_minus_one %[[UB]]
// CHECK-NEXT:    %[[N:.*]] = ddnn.sign %[[F]]
// CHECK-NEXT:    %[[PS:.*]] = ddnn.pack %[[S]] : tensor<1x10xi1> -> tensor<2xi8>
// CHECK-NEXT:    %[[PN:.*]] = ddnn.pack %[[N]] : tensor<1x4x3x3xi1> -> tensor<5xi8>
// CHECK-NEXT:    return %[[PS]], %[[A]], %[[PN]] : tensor<2xi8>, tensor<1x1x2x2x4xi8>, tensor<5xi8>
ddnn.tier @t index 1 spec <name = "t", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%a: tensor<1x32x2x2xi1> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %b: tensor<1x4x3x3xi1> {ddnn.memory = #ddnn.memory<kind = input, index = 1>}, %c: tensor<4xi8> {ddnn.memory = #ddnn.memory<kind = input, index = 2>})
      -> (tensor<1x4xf32> {ddnn.memory = #ddnn.memory<kind = output, index = 0>}, tensor<1x10xi1> {ddnn.memory = #ddnn.memory<kind = slot, index = 0>}) {
    %fa = ddnn.plus_minus_one %a : tensor<1x32x2x2xi1> -> tensor<1x32x2x2xf32>
    %fb = ddnn.plus_minus_one %b : tensor<1x4x3x3xi1> -> tensor<1x4x3x3xf32>
    %y, %x = builtin.unrealized_conversion_cast %fa, %fb, %c : tensor<1x32x2x2xf32>, tensor<1x4x3x3xf32>, tensor<4xi8> to tensor<1x4xf32>, tensor<1x10xf32>
    %s = ddnn.sign %x : tensor<1x10xf32> -> tensor<1x10xi1>
    return %y, %s : tensor<1x4xf32>, tensor<1x10xi1>
  }
  func.func @step1(%s: tensor<1x10xi1> {ddnn.memory = #ddnn.memory<kind = slot, index = 0>}, %a: tensor<1x32x2x2xi1> {ddnn.memory = #ddnn.memory<kind = input, index = 0>}, %b: tensor<1x4x3x3xi1> {ddnn.memory = #ddnn.memory<kind = input, index = 1>})
      -> (tensor<1x10xi1> {ddnn.memory = #ddnn.memory<kind = output, index = 1>}, tensor<1x32x2x2xi1> {ddnn.memory = #ddnn.memory<kind = output, index = 2>}, tensor<1x4x3x3xi1> {ddnn.memory = #ddnn.memory<kind = output, index = 3>}) {
    %f = ddnn.plus_minus_one %b : tensor<1x4x3x3xi1> -> tensor<1x4x3x3xf32>
    %n = ddnn.sign %f : tensor<1x4x3x3xf32> -> tensor<1x4x3x3xi1>
    return %s, %a, %n : tensor<1x10xi1>, tensor<1x32x2x2xi1>, tensor<1x4x3x3xi1>
  }
}
