// Keeps what the test asks for, an exit, and drops the rest.
// REQUIRES: ddnn-reduce
// RUN: ddnn-reduce %s -reduction-tree='traversal-mode=0 test=%S/Inputs/has-exit.sh' 2>/dev/null | FileCheck %s
// RUN: not ddnn-reduce %s -no-such-pass 2>&1 | FileCheck %s --check-prefix=ERROR
// ERROR: no-such-pass

// CHECK-NOT: @unneeded
// CHECK: func.func @main
// CHECK: ddnn.exit "local"
func.func @unneeded(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %bit0 = ddnn.sign %x : tensor<1x4xf32> -> tensor<1x4xi1>
  %0 = ddnn.plus_minus_one %bit0 : tensor<1x4xi1> -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}
func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %bit0 = ddnn.sign %x : tensor<1x4xf32> -> tensor<1x4xi1>
  %0 = ddnn.plus_minus_one %bit0 : tensor<1x4xi1> -> tensor<1x4xf32>
  %1 = ddnn.exit "local" %0 threshold 5.000000e-01 by entropy : tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}
