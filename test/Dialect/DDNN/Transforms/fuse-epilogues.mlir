// RUN: ddnn-opt %s --pass-pipeline="builtin.module(func.func(ddnn-fuse-epilogues))" | FileCheck %s

// Operators of a step as ddnn-form-windows leaves them: windows with an empty
// tail and generics on blocked images.

#all = affine_map<(a, b, c, d, e) -> (a, b, c, d, e)>
#channel = affine_map<(a, b, c, d, e) -> (b, e)>
#row = affine_map<(a, b, c, d, e) -> (d)>

// Bias and activation move into the window, in order. The bias is a further
// operand, a constant from outside is used as it is.

// CHECK-LABEL: func.func @bias_relu(
// CHECK-SAME:    %[[X:[^:]*]]: {{[^,]*}}, %[[W:[^:]*]]: {{[^,]*}})
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0.0
// CHECK-DAG:     %[[B:.*]] = arith.constant dense<1.0{{.*}}> : tensor<1x8xf32>
// CHECK-DAG:     %[[O:.*]] = tensor.empty()
// CHECK:         %[[Y:.*]] = ddnn.window conv(%[[X]], %[[W]]) with(%[[B]]) into %[[O]]
// CHECK-NEXT:    ^bb0(%[[SUM:.*]]: f32, %[[BIAS:.*]]: f32):
// CHECK-NEXT:      %[[A:.*]] = arith.addf %[[SUM]], %[[BIAS]]
// CHECK-NEXT:      %[[R:.*]] = arith.maximumf %[[A]], %[[ZERO]]
// CHECK-NEXT:      ddnn.yield %[[R]]
// CHECK-NEXT:    }
// CHECK-NEXT:    return %[[Y]]
func.func @bias_relu(%x: tensor<1x1x4x4x8xf32>, %w: tensor<8x8x1x1xf32>) -> tensor<1x1x4x4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %b = arith.constant dense<1.0> : tensor<1x8xf32>
  %e = tensor.empty() : tensor<1x1x4x4x8xf32>
  %y = ddnn.window conv(%x, %w) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<8x8x1x1xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %s = linalg.generic {indexing_maps = [#all, #channel, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%y, %b : tensor<1x1x4x4x8xf32>, tensor<1x8xf32>) outs(%e : tensor<1x1x4x4x8xf32>) {
    ^bb0(%i: f32, %j: f32, %o: f32):
      %0 = arith.addf %i, %j : f32
      linalg.yield %0 : f32
  } -> tensor<1x1x4x4x8xf32>
  %r = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%s : tensor<1x1x4x4x8xf32>) outs(%e : tensor<1x1x4x4x8xf32>) {
    ^bb0(%i: f32, %o: f32):
      %0 = arith.maximumf %i, %zero : f32
      linalg.yield %0 : f32
  } -> tensor<1x1x4x4x8xf32>
  return %r : tensor<1x1x4x4x8xf32>
}

// A scalar operand is no image: the region uses it directly. Comparison and
// choice are vector operations too.

// CHECK-LABEL: func.func @scalar(
// CHECK-SAME:    %[[X:[^:]*]]: {{[^,]*}}, %[[S:[^:]*]]: f32)
// CHECK:         ddnn.window max(%[[X]]) into
// CHECK-NEXT:    ^bb0(%[[V:.*]]: f32):
// CHECK-NEXT:      %[[P:.*]] = arith.cmpf oge, %[[V]], %[[S]] : f32
// CHECK-NEXT:      %[[C:.*]] = arith.select %[[P]], %[[V]], %[[S]] : f32
// CHECK-NEXT:      ddnn.yield %[[C]]
// CHECK-NOT:     linalg.generic
func.func @scalar(%x: tensor<1x1x4x4x8xf32>, %s: f32) -> tensor<1x1x4x4x8xf32> {
  %e = tensor.empty() : tensor<1x1x4x4x8xf32>
  %y = ddnn.window max(%x) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %r = linalg.generic {indexing_maps = [#all, affine_map<(a, b, c, d, e) -> ()>, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%y, %s : tensor<1x1x4x4x8xf32>, f32) outs(%e : tensor<1x1x4x4x8xf32>) {
    ^bb0(%i: f32, %j: f32, %o: f32):
      %0 = arith.cmpf oge, %i, %j : f32
      %1 = arith.select %0, %i, %j : f32
      linalg.yield %1 : f32
  } -> tensor<1x1x4x4x8xf32>
  return %r : tensor<1x1x4x4x8xf32>
}

// A residual joins the later one of two windows, whichever operand that is, and
// the sum is written over the other one, which nobody reads afterwards.

// CHECK-LABEL: func.func @residual(
// CHECK:         %[[A:.*]] = ddnn.window conv(
// CHECK:         %[[B:.*]] = ddnn.window max(%{{.*}}) with(%[[A]]) into %[[A]] {
// CHECK-NEXT:    ^bb0(%[[V:.*]]: f32, %[[R:.*]]: f32):
// CHECK-NEXT:      %[[D:.*]] = arith.subf %[[R]], %[[V]]
// CHECK-NEXT:      ddnn.yield %[[D]]
// CHECK-NEXT:    }
// CHECK-NEXT:    return %[[B]]
func.func @residual(%x: tensor<1x1x4x4x8xf32>, %w: tensor<8x8x1x1xf32>) -> tensor<1x1x4x4x8xf32> {
  %e = tensor.empty() : tensor<1x1x4x4x8xf32>
  %a = ddnn.window conv(%x, %w) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<8x8x1x1xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %b = ddnn.window max(%x) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %r = linalg.generic {indexing_maps = [#all, #all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%a, %b : tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) outs(%e : tensor<1x1x4x4x8xf32>) {
    ^bb0(%i: f32, %j: f32, %o: f32):
      %0 = arith.subf %i, %j : f32
      linalg.yield %0 : f32
  } -> tensor<1x1x4x4x8xf32>
  return %r : tensor<1x1x4x4x8xf32>
}

// A residual that is read again is not written over, nor is an argument.

// CHECK-LABEL: func.func @residual_in_use(
// CHECK:         %[[O:.*]] = tensor.empty()
// CHECK:         %[[A:.*]] = ddnn.window max(
// CHECK:         %[[B:.*]] = ddnn.window max(%{{.*}}) with(%[[A]], %arg1) into %[[O]] {
// CHECK:         return %[[A]], %[[B]]
func.func @residual_in_use(%x: tensor<1x1x4x4x8xf32>, %r: tensor<1x1x4x4x8xf32>) -> (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) {
  %e = tensor.empty() : tensor<1x1x4x4x8xf32>
  %a = ddnn.window max(%x) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %b = ddnn.window max(%x) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %s = linalg.generic {indexing_maps = [#all, #all, #all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%a, %b, %r : tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) outs(%e : tensor<1x1x4x4x8xf32>) {
    ^bb0(%i: f32, %j: f32, %k: f32, %o: f32):
      %0 = arith.addf %i, %j : f32
      %1 = arith.addf %0, %k : f32
      linalg.yield %1 : f32
  } -> tensor<1x1x4x4x8xf32>
  return %a, %s : tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>
}

// The window goes to where its new operands are known.

// CHECK-LABEL: func.func @later_operand(
// CHECK:         %[[T:.*]] = linalg.exp
// CHECK:         ddnn.window max(%{{.*}}) with(%[[T]])
func.func @later_operand(%x: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  %e = tensor.empty() : tensor<1x1x4x4x8xf32>
  %y = ddnn.window max(%x) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %t = linalg.exp ins(%x : tensor<1x1x4x4x8xf32>) outs(%e : tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32>
  %r = linalg.generic {indexing_maps = [#all, #all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%y, %t : tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) outs(%e : tensor<1x1x4x4x8xf32>) {
    ^bb0(%i: f32, %j: f32, %o: f32):
      %0 = arith.mulf %i, %j : f32
      linalg.yield %0 : f32
  } -> tensor<1x1x4x4x8xf32>
  return %r : tensor<1x1x4x4x8xf32>
}

// A window that is read twice by the same operation has one reader.

// CHECK-LABEL: func.func @square(
// CHECK:         ddnn.window max(%{{[^ ]*}}) into
// CHECK-NEXT:    ^bb0(%[[V:.*]]: f32):
// CHECK-NEXT:      %[[S:.*]] = arith.mulf %[[V]], %[[V]]
// CHECK-NEXT:      ddnn.yield %[[S]]
// CHECK-NOT:     linalg.generic
func.func @square(%x: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  %e = tensor.empty() : tensor<1x1x4x4x8xf32>
  %y = ddnn.window max(%x) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %r = linalg.generic {indexing_maps = [#all, #all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%y, %y : tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) outs(%e : tensor<1x1x4x4x8xf32>) {
    ^bb0(%i: f32, %j: f32, %o: f32):
      %0 = arith.mulf %i, %j : f32
      linalg.yield %0 : f32
  } -> tensor<1x1x4x4x8xf32>
  return %r : tensor<1x1x4x4x8xf32>
}

// C's vector types have no exponential: it stays behind the window, and what
// comes after it stays too.

// CHECK-LABEL: func.func @exp(
// CHECK:         %[[Y:.*]] = ddnn.window max(
// CHECK-NEXT:    ^bb0(%[[V:.*]]: f32):
// CHECK-NEXT:      ddnn.yield %[[V]]
// CHECK:         %[[E:.*]] = linalg.generic {{.*}} ins(%[[Y]] :
// CHECK:           math.exp
// CHECK:         linalg.generic {{.*}} ins(%[[E]] :
// CHECK:           arith.negf
func.func @exp(%x: tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
  %e = tensor.empty() : tensor<1x1x4x4x8xf32>
  %y = ddnn.window max(%x) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %r = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%y : tensor<1x1x4x4x8xf32>) outs(%e : tensor<1x1x4x4x8xf32>) {
    ^bb0(%i: f32, %o: f32):
      %0 = math.exp %i : f32
      linalg.yield %0 : f32
  } -> tensor<1x1x4x4x8xf32>
  %n = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%r : tensor<1x1x4x4x8xf32>) outs(%e : tensor<1x1x4x4x8xf32>) {
    ^bb0(%i: f32, %o: f32):
      %0 = arith.negf %i : f32
      linalg.yield %0 : f32
  } -> tensor<1x1x4x4x8xf32>
  return %n : tensor<1x1x4x4x8xf32>
}

// What a second operation reads has to be in memory as it was.

// CHECK-LABEL: func.func @two_readers(
// CHECK:         %[[Y:.*]] = ddnn.window max(
// CHECK-NEXT:    ^bb0(%[[V:.*]]: f32):
// CHECK-NEXT:      ddnn.yield %[[V]]
// CHECK:         %[[N:.*]] = linalg.generic {{.*}} ins(%[[Y]] :
// CHECK:         return %[[Y]], %[[N]]
func.func @two_readers(%x: tensor<1x1x4x4x8xf32>) -> (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) {
  %e = tensor.empty() : tensor<1x1x4x4x8xf32>
  %y = ddnn.window max(%x) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %n = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%y : tensor<1x1x4x4x8xf32>) outs(%e : tensor<1x1x4x4x8xf32>) {
    ^bb0(%i: f32, %o: f32):
      %0 = arith.negf %i : f32
      linalg.yield %0 : f32
  } -> tensor<1x1x4x4x8xf32>
  return %y, %n : tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>
}

// An operand that is neither by channel nor of the result's shape has no vector
// to be read as: here one value for each column.

// CHECK-LABEL: func.func @by_column(
// CHECK:         ddnn.window max(
// CHECK-NEXT:    ^bb0(%[[V:.*]]: f32):
// CHECK-NEXT:      ddnn.yield %[[V]]
// CHECK:         linalg.generic
func.func @by_column(%x: tensor<1x1x4x4x8xf32>, %c: tensor<4xf32>) -> tensor<1x1x4x4x8xf32> {
  %e = tensor.empty() : tensor<1x1x4x4x8xf32>
  %y = ddnn.window max(%x) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %r = linalg.generic {indexing_maps = [#all, #row, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%y, %c : tensor<1x1x4x4x8xf32>, tensor<4xf32>) outs(%e : tensor<1x1x4x4x8xf32>) {
    ^bb0(%i: f32, %j: f32, %o: f32):
      %0 = arith.mulf %i, %j : f32
      linalg.yield %0 : f32
  } -> tensor<1x1x4x4x8xf32>
  return %r : tensor<1x1x4x4x8xf32>
}

// A truth value is no float: what gives one stays outside.

// CHECK-LABEL: func.func @truth(
// CHECK:         ddnn.window max(
// CHECK-NEXT:    ^bb0(%[[V:.*]]: f32):
// CHECK-NEXT:      ddnn.yield %[[V]]
// CHECK:         linalg.generic
func.func @truth(%x: tensor<1x1x4x4x8xf32>, %s: f32) -> tensor<1x1x4x4x8xi1> {
  %e = tensor.empty() : tensor<1x1x4x4x8xf32>
  %t = tensor.empty() : tensor<1x1x4x4x8xi1>
  %y = ddnn.window max(%x) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %r = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%y : tensor<1x1x4x4x8xf32>) outs(%t : tensor<1x1x4x4x8xi1>) {
    ^bb0(%i: f32, %o: i1):
      %0 = arith.cmpf ogt, %i, %s : f32
      linalg.yield %0 : i1
  } -> tensor<1x1x4x4x8xi1>
  return %r : tensor<1x1x4x4x8xi1>
}

// C has no comparison that holds for NaN but "not equal": others stay outside.

// CHECK-LABEL: func.func @unordered(
// CHECK:         ddnn.window max(
// CHECK-NEXT:    ^bb0(%[[V:.*]]: f32):
// CHECK-NEXT:      ddnn.yield %[[V]]
// CHECK:         linalg.generic
// CHECK:           arith.cmpf uge
func.func @unordered(%x: tensor<1x1x4x4x8xf32>, %s: f32) -> tensor<1x1x4x4x8xf32> {
  %e = tensor.empty() : tensor<1x1x4x4x8xf32>
  %y = ddnn.window max(%x) into %e
      {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
      : (tensor<1x1x4x4x8xf32>, tensor<1x1x4x4x8xf32>) -> tensor<1x1x4x4x8xf32> {
    ^bb0(%v: f32):
      ddnn.yield %v : f32
  }
  %r = linalg.generic {indexing_maps = [#all, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%y : tensor<1x1x4x4x8xf32>) outs(%e : tensor<1x1x4x4x8xf32>) {
    ^bb0(%i: f32, %o: f32):
      %0 = arith.cmpf uge, %i, %s : f32
      %1 = arith.select %0, %i, %s : f32
      linalg.yield %1 : f32
  } -> tensor<1x1x4x4x8xf32>
  return %r : tensor<1x1x4x4x8xf32>
}
