// RUN: rm -rf %t && mkdir %t
// RUN: ddnn-opt %s --ddnn-replicate-members --split-input-file --verify-diagnostics
// RUN: split-file %S/Inputs/replicate-weights.mlir %t
// RUN: not ddnn-opt %t/net.mlir --ddnn-replicate-members="count=2 after=b weights=%t/other.mlir" 2>&1 | FileCheck %s --check-prefix=OTHER
// RUN: not ddnn-opt %t/net.mlir --ddnn-replicate-members="count=2 after=b weights=%t/shorter.mlir" 2>&1 | FileCheck %s --check-prefix=SHORTER
// RUN: not ddnn-opt %t/net.mlir --ddnn-replicate-members="count=3 after=b weights=%t/other.mlir" 2>&1 | FileCheck %s --check-prefix=FEW
// OTHER: error: 'b' is the first node in '{{.*}}other.mlir' that differs from the network's
// SHORTER: error: members are to be joined after 'b', but there is no such node
// FEW: error: {{.*}}has 3 members and 1 files of weights; each member but the first needs one

// expected-error@+1 {{must be a dictionary with a number 'count' and strings 'after'}}
module attributes {ddnn.replicate = {count = "two"}} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    return %x : tensor<1x4xf32>
  }
}

// -----

// expected-error@+1 {{has 2 inputs; only of a network with one can there be several members}}
module attributes {ddnn.replicate = {count = 2 : i64, after = ["a"]}} {
  func.func @main(%x: tensor<1x4xf32>, %y: tensor<1x4xf32>) -> tensor<1x4xf32> {
    return %x : tensor<1x4xf32>
  }
}

// -----

// expected-error@+1 {{cannot have 100 members, but 2 to 15}}
module attributes {ddnn.replicate = {count = 100 : i64, after = ["a"]}} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    return %x : tensor<1x4xf32>
  }
}

// -----

// expected-error@+1 {{does not say after which nodes its 2 members are joined}}
module attributes {ddnn.replicate = {count = 2 : i64, after = []}} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    return %x : tensor<1x4xf32>
  }
}

// -----

// expected-error@+1 {{cannot join members by 'median'; use max or mean}}
module attributes {ddnn.replicate = {count = 2 : i64, kind = "median", after = ["a"]}} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    return %x : tensor<1x4xf32>
  }
}

// -----

module attributes {ddnn.replicate = {count = 2 : i64, after = ["a"]}} {
  // expected-error@+1 {{members are to be joined after 'a', but there is no such node}}
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    return %x : tensor<1x4xf32>
  }
}

// -----

module attributes {ddnn.replicate = {count = 2 : i64, after = ["a"]}} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %e = tensor.empty() : tensor<1x4xf32>
    %a = linalg.exp {ddnn.node = "a"} ins(%x : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    // expected-error@+1 {{'b' uses what a member computes, but is behind none of the nodes after which members are joined}}
    %b = linalg.add {ddnn.node = "b"} ins(%x, %a : tensor<1x4xf32>, tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    return %b : tensor<1x4xf32>
  }
}

// -----

module attributes {ddnn.replicate = {count = 2 : i64, kind = "concat", after = ["a"]}} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %e = tensor.empty() : tensor<1x4xf32>
    // expected-error@+1 {{'a' of 2 members, concatenated, has 8 channels, what is behind it takes 4; join by max or mean}}
    %a = linalg.exp {ddnn.node = "a"} ins(%x : tensor<1x4xf32>) outs(%e : tensor<1x4xf32>) -> tensor<1x4xf32>
    return %a : tensor<1x4xf32>
  }
}
