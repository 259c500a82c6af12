// RUN: ddnn-opt %s --ddnn-declare-missing --split-input-file --verify-diagnostics

module attributes {ddnn.missing = "skip"} {
  func.func @main(%x: tensor<1x4xf32>, %y: tensor<1x4xf32>) -> tensor<1x8xf32> {
    // expected-error@+1 {{'c' is a concatenation, of which no member can be skipped; use fail, zero or blank}}
    %0 = ddnn.aggregate concat %x, %y from ["x", "y"] missing fail {ddnn.node = "c"} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x8xf32>
    return %0 : tensor<1x8xf32>
  }
}

// -----

// expected-error@+1 {{a missing member cannot mean 'ignore'; use fail, zero, skip or blank}}
module attributes {ddnn.missing = "ignore"} {
  func.func @main(%x: tensor<1x4xf32>, %y: tensor<1x4xf32>) -> tensor<1x4xf32> {
    %0 = ddnn.aggregate max %x, %y from ["x", "y"] missing fail : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
    return %0 : tensor<1x4xf32>
  }
}

// -----

// expected-error@+1 {{declares what a missing member means, but the network joins no members}}
module attributes {ddnn.missing = "zero"} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    return %x : tensor<1x4xf32>
  }
}

// -----

// expected-error@+1 {{declares what a missing member of 'n' means, which joins no members}}
module attributes {ddnn.missing = {n = "zero"}} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    return %x : tensor<1x4xf32>
  }
}

// -----

// expected-error@+1 {{must be a string, or a dictionary of them}}
module attributes {ddnn.missing = 3} {
  func.func @main(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
    return %x : tensor<1x4xf32>
  }
}

// -----

// expected-error@+1 {{a blank view is declared for 'z', which is no input; there are 'x', 'input1'}}
module attributes {ddnn.blank = {z = 0.5}} {
  func.func @main(%x: tensor<1x4xf32> {ddnn.name = "x"}, %y: tensor<1x4xf32>) -> tensor<1x4xf32> {
    return %x : tensor<1x4xf32>
  }
}

// -----

// expected-error@+1 {{a blank view of raw input 'x' is a byte, 0 to 255, not 0.5}}
module attributes {ddnn.blank = {x = 0.5}} {
  func.func @main(%x: tensor<1x4xi8> {ddnn.name = "x"}) -> tensor<1x4xi8> {
    return %x : tensor<1x4xi8>
  }
}

// -----

// expected-error@+1 {{a blank view of input 'x' must be a finite number}}
module attributes {ddnn.blank = {x = "grey"}} {
  func.func @main(%x: tensor<1x4xf32> {ddnn.name = "x"}) -> tensor<1x4xf32> {
    return %x : tensor<1x4xf32>
  }
}
