// RUN: ddnn-opt --ddnn-apply-deployment --split-input-file --verify-diagnostics %s

// expected-error@+1 {{has no function @main of one block to deploy}}
module {
}

// -----

// expected-error@+4 {{metadata 'ddnn.exit.z': there is no output 'z' that could be an exit}}
// expected-note@+3 {{the network's outputs are 'y'}}
// expected-error@+2 {{metadata 'ddnn.exit.y': threshold 2 of exit 'y' is not in [0, 1]}}
// expected-error@+1 {{metadata 'ddnn.labels': there are 3 labels, but exit 'y' has 2 classes}}
module attributes {ddnn.metadata = {"ddnn.exit.y" = "device:2", "ddnn.exit.z" = "device", "ddnn.labels" = "a,b,c"}} {
  func.func @main(%x: tensor<1x2xf32>) -> (tensor<1x2xf32> {ddnn.name = "y"}) {
    return %x : tensor<1x2xf32>
  }
}

// -----

module {
  // expected-error@+2 {{output 'count' of type 'tensor<1xf32>' cannot be an exit: an exit has the scores of at least two classes}}
  // expected-note@+1 {{leave it out with 'ignore: true'}}
  func.func @main(%x: tensor<1x2xf32>, %n: tensor<1xf32>) -> (tensor<1x2xf32> {ddnn.name = "y"}, tensor<1xf32> {ddnn.name = "count"}) {
    return %x, %n : tensor<1x2xf32>, tensor<1xf32>
  }
}
