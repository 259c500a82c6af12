// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(func.func(ddnn-find-thresholds)))" --split-input-file --mlir-print-elementsattrs-with-hex-if-larger=-1 | FileCheck %s

// What is between a sum and its sign becomes one comparison. Thresholds are the
// lanes of vectors, here 8; the values are worked out by hand.

// A convolution of three +-1 by eight channels: sums from -3 to 3. Its region is
// sum * scale + shift >= 0.

//   channel  scale  shift   the bit is
//   0          1    -1.5    sum >= 1.5:  sum >= 2
//   1          2     3      sum >= -1.5: sum >= -1
//   2         -1     1      sum <= 1, which falls: -sum >= -1, weights flipped
//   3          1   100      always: sum >= -3
//   4          1  -100      never: sum >= 4
//   5          0     1      gamma 0: always
//   6          0    -1      gamma 0: never
//   7         -2     6      2 sum <= 6: always

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[L:.*]] = arith.constant dense<{{\[\[}}2, -1, -1, -3, 4, -3, 4, -3]]> : tensor<1x8xi32>
// CHECK:         %[[W:.*]] = arith.constant dense<{{\[\[\[\[}}true, true, false]]], {{\[\[\[}}true, true, false]]], {{\[\[\[}}false, false, true]]], {{\[\[\[}}true, true, false]]], {{\[\[\[}}true, true, false]]], {{\[\[\[}}true, true, false]]], {{\[\[\[}}true, true, false]]], {{\[\[\[}}true, true, false]]]]> : tensor<8x1x1x3xi1>
// CHECK:         ddnn.window binary(%{{.*}}, %[[W]]) with(%[[L]]) into
// CHECK-NEXT:    ^bb0(%[[SUM:.*]]: i32, %[[LIMIT:.*]]: i32):
// CHECK-NEXT:      %[[BIT:.*]] = arith.cmpi sge, %[[SUM]], %[[LIMIT]] : i32
// CHECK-NEXT:      ddnn.yield %[[BIT]] : i1
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x1x8x1xi8>) -> tensor<1x1x1x6x1xi8> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<[[[[true, true, false]]], [[[true, true, false]]], [[[true, true, false]]], [[[true, true, false]]], [[[true, true, false]]], [[[true, true, false]]], [[[true, true, false]]], [[[true, true, false]]]]> : tensor<8x1x1x3xi1>
    %scale = arith.constant dense<[[1.0, 2.0, -1.0, 1.0, 1.0, 0.0, 0.0, -2.0]]> : tensor<1x8xf32>
    %shift = arith.constant dense<[[-1.5, 3.0, 1.0, 100.0, -100.0, 1.0, -1.0, 6.0]]> : tensor<1x8xf32>
    %e = tensor.empty() : tensor<1x1x1x6x1xi8>
    %y = ddnn.window binary(%x, %w) with (%scale, %shift) into %e
        {kernel = array<i64: 1, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 1 : i64}
        : (tensor<1x1x1x8x1xi8>, tensor<8x1x1x3xi1>, tensor<1x8xf32>, tensor<1x8xf32>, tensor<1x1x1x6x1xi8>) -> tensor<1x1x1x6x1xi8> {
      ^bb0(%v: i32, %a: f32, %b: f32):
        %0 = arith.sitofp %v : i32 to f32
        %1 = arith.mulf %0, %a : f32
        %2 = arith.addf %1, %b : f32
        %3 = arith.cmpf oge, %2, %zero : f32
        ddnn.yield %3 : i1
    }
    return %y : tensor<1x1x1x6x1xi8>
  }
}

// -----

// Of floats the threshold is the least float for which the bit is set, or where
// it falls, minus the largest one, and the weights change their signs. The
// region is ((sum * scale) + shift) + rest >= 0, rounded after each operation.

//   channel  scale  shift  rest   the bit is
//   0          2     -1     0     sum >= 0.5
//   1         -4      1     0     sum <= 0.25: -sum >= -0.25
//   2          1      1    -1     sum >= -2^-25: 1 - 2^-25 is halfway to the
//                                 float below 1, and is rounded to 1, the even one
//   3          0      1     0     gamma 0, always: sum >= -infinity
//   4          0     -1     0     gamma 0, never: nothing is >= NaN
//   5          1      0     0     sum >= 0

// There are no channels 6 and 7: never.

// CHECK-LABEL: func.func @step0(
// CHECK:         %[[L:.*]] = arith.constant dense<{{\[\[}}5.000000e-01, -2.500000e-01, -2.98023224E-8, 0xFF800000, 0x7FC00000, 0.000000e+00, 0x7FC00000, 0x7FC00000]]> : tensor<1x8xf32>
// CHECK:         %[[W:.*]] = arith.constant dense<{{\[\[\[\[}}1.000000e+00]]], {{\[\[\[}}-2.000000e+00]]], {{\[\[\[}}3.000000e+00]]], {{\[\[\[}}4.000000e+00]]], {{\[\[\[}}5.000000e+00]]], {{\[\[\[}}6.000000e+00]]]]> : tensor<6x1x1x1xf32>
// CHECK:         ddnn.window conv(%{{.*}}, %[[W]]) with(%[[L]]) into
// CHECK-NEXT:    ^bb0(%[[SUM:.*]]: f32, %[[LIMIT:.*]]: f32):
// CHECK-NEXT:      %[[BIT:.*]] = arith.cmpf oge, %[[SUM]], %[[LIMIT]] : f32
// CHECK-NEXT:      ddnn.yield %[[BIT]] : i1
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x2x2x1xf32>) -> tensor<1x1x2x2x1xi8> {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<[[[[1.0]]], [[[2.0]]], [[[3.0]]], [[[4.0]]], [[[5.0]]], [[[6.0]]]]> : tensor<6x1x1x1xf32>
    %scale = arith.constant dense<[[2.0, -4.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0]]> : tensor<1x8xf32>
    %shift = arith.constant dense<[[-1.0, 1.0, 1.0, 1.0, -1.0, 0.0, 0.0, 0.0]]> : tensor<1x8xf32>
    %rest = arith.constant dense<[[0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0]]> : tensor<1x8xf32>
    %e = tensor.empty() : tensor<1x1x2x2x1xi8>
    %y = ddnn.window conv(%x, %w) with (%scale, %shift, %rest) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x1x2x2x1xf32>, tensor<6x1x1x1xf32>, tensor<1x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>, tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
      ^bb0(%v: f32, %a: f32, %b: f32, %c: f32):
        %0 = arith.mulf %v, %a : f32
        %1 = arith.addf %0, %b : f32
        %2 = arith.addf %1, %c : f32
        %3 = arith.cmpf oge, %2, %zero : f32
        ddnn.yield %3 : i1
    }
    return %y : tensor<1x1x2x2x1xi8>
  }
}

// -----

// Numbers in the region and in front of the window are the same; other
// operations that only rise or fall: (1 - sum) / 2 >= 0 is sum <= 1, and
// min(max(-sum, -4), 4) >= 2 is sum <= -2. A divisor by which everything
// vanishes leaves nothing to compare: x / infinity is 0.

// CHECK-LABEL: func.func @step0(
// CHECK:         arith.constant dense<-1.000000e+00> : tensor<1x8xf32>
// CHECK:         arith.constant dense<-1.000000e+00> : tensor<8x1x1x1xf32>
// CHECK:         arith.cmpf oge, %{{.*}}, %{{.*}} : f32
// CHECK-LABEL: func.func @step1(
// CHECK:         arith.constant dense<2.000000e+00> : tensor<1x8xf32>
// CHECK:         arith.constant dense<-1.000000e+00> : tensor<8x1x1x1xf32>
// CHECK-LABEL: func.func @step2(
// CHECK:         arith.constant dense<0xFF800000> : tensor<1x8xf32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x2x2x1xf32>) -> tensor<1x1x2x2x1xi8> {
    %w = arith.constant dense<1.0> : tensor<8x1x1x1xf32>
    %one = arith.constant 1.0 : f32
    %e = tensor.empty() : tensor<1x1x2x2x1xi8>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x1x2x2x1xf32>, tensor<8x1x1x1xf32>, tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
      ^bb0(%v: f32):
        %half = arith.constant 2.0 : f32
        %0 = arith.subf %one, %v : f32
        %1 = arith.divf %0, %half : f32
        %zero = arith.constant 0.0 : f32
        %2 = arith.cmpf oge, %1, %zero : f32
        ddnn.yield %2 : i1
    }
    return %y : tensor<1x1x2x2x1xi8>
  }
  func.func @step1(%x: tensor<1x1x2x2x1xf32>) -> tensor<1x1x2x2x1xi8> {
    %w = arith.constant dense<1.0> : tensor<8x1x1x1xf32>
    %low = arith.constant -4.0 : f32
    %high = arith.constant 4.0 : f32
    %two = arith.constant 2.0 : f32
    %e = tensor.empty() : tensor<1x1x2x2x1xi8>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x1x2x2x1xf32>, tensor<8x1x1x1xf32>, tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
      ^bb0(%v: f32):
        %0 = arith.negf %v : f32
        %1 = arith.maximumf %0, %low : f32
        %2 = arith.minimumf %1, %high : f32
        %3 = arith.cmpf oge, %2, %two : f32
        ddnn.yield %3 : i1
    }
    return %y : tensor<1x1x2x2x1xi8>
  }
  func.func @step2(%x: tensor<1x1x2x2x1xf32>) -> tensor<1x1x2x2x1xi8> {
    %w = arith.constant dense<1.0> : tensor<8x1x1x1xf32>
    %inf = arith.constant 0x7F800000 : f32
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<1x1x2x2x1xi8>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x1x2x2x1xf32>, tensor<8x1x1x1xf32>, tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
      ^bb0(%v: f32):
        %0 = arith.divf %v, %inf : f32
        %1 = arith.cmpf oge, %0, %zero : f32
        ddnn.yield %1 : i1
    }
    return %y : tensor<1x1x2x2x1xi8>
  }
}

// -----

// A parabola is no threshold, of floats or of integers: its bit is set for -2,
// not for -1, 0 and 1, and set for 2. sum + sum is one, but only integers are
// looked at one by one: of floats each operation has to rise or fall with one
// operand. Of three channels sums go from -3 to 3, and 2 sum >= 3 is sum >= 2.

// CHECK-LABEL: func.func @step0(
// CHECK:         arith.mulf
// CHECK-LABEL: func.func @step1(
// CHECK:         arith.mulf
// CHECK-LABEL: func.func @step2(
// CHECK:         arith.addf
// CHECK-LABEL: func.func @step3(
// CHECK-NOT:     arith.addf
// CHECK:         arith.constant dense<2> : tensor<1x8xi32>
// CHECK-NOT:     arith.addf
// CHECK:         arith.cmpi sge
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x2x2x1xf32>) -> tensor<1x1x2x2x1xi8> {
    %w = arith.constant dense<1.0> : tensor<8x1x1x1xf32>
    %three = arith.constant 3.0 : f32
    %e = tensor.empty() : tensor<1x1x2x2x1xi8>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x1x2x2x1xf32>, tensor<8x1x1x1xf32>, tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
      ^bb0(%v: f32):
        %0 = arith.mulf %v, %v : f32
        %1 = arith.cmpf oge, %0, %three : f32
        ddnn.yield %1 : i1
    }
    return %y : tensor<1x1x2x2x1xi8>
  }
  func.func @step1(%x: tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
    %w = arith.constant dense<true> : tensor<8x3x1x1xi1>
    %three = arith.constant 3.0 : f32
    %e = tensor.empty() : tensor<1x1x2x2x1xi8>
    %y = ddnn.window binary(%x, %w) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 3 : i64}
        : (tensor<1x1x2x2x1xi8>, tensor<8x3x1x1xi1>, tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        %1 = arith.mulf %0, %0 : f32
        %2 = arith.cmpf oge, %1, %three : f32
        ddnn.yield %2 : i1
    }
    return %y : tensor<1x1x2x2x1xi8>
  }
  func.func @step2(%x: tensor<1x1x2x2x1xf32>) -> tensor<1x1x2x2x1xi8> {
    %w = arith.constant dense<1.0> : tensor<8x1x1x1xf32>
    %three = arith.constant 3.0 : f32
    %e = tensor.empty() : tensor<1x1x2x2x1xi8>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x1x2x2x1xf32>, tensor<8x1x1x1xf32>, tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
      ^bb0(%v: f32):
        %0 = arith.addf %v, %v : f32
        %1 = arith.cmpf oge, %0, %three : f32
        ddnn.yield %1 : i1
    }
    return %y : tensor<1x1x2x2x1xi8>
  }
  func.func @step3(%x: tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
    %w = arith.constant dense<true> : tensor<8x3x1x1xi1>
    %three = arith.constant 3.0 : f32
    %e = tensor.empty() : tensor<1x1x2x2x1xi8>
    %y = ddnn.window binary(%x, %w) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 3 : i64}
        : (tensor<1x1x2x2x1xi8>, tensor<8x3x1x1xi1>, tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        %1 = arith.addf %0, %0 : f32
        %2 = arith.cmpf oge, %1, %three : f32
        ddnn.yield %2 : i1
    }
    return %y : tensor<1x1x2x2x1xi8>
  }
}

// -----

// What is not known here stays: an operand by channel or a number that comes
// from elsewhere, an operation that is not evaluated, another comparison.

// CHECK-LABEL: func.func @step0(
// CHECK:         arith.addf
// CHECK-LABEL: func.func @step1(
// CHECK:         arith.cmpf oge, %{{.*}}, %arg1 : f32
// CHECK-LABEL: func.func @step2(
// CHECK:         arith.select
// CHECK-LABEL: func.func @step3(
// CHECK:         arith.cmpf ogt
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "x86-64-v3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x2x2x1xf32>, %b: tensor<1x8xf32>) -> tensor<1x1x2x2x1xi8> {
    %w = arith.constant dense<1.0> : tensor<8x1x1x1xf32>
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<1x1x2x2x1xi8>
    %y = ddnn.window conv(%x, %w) with (%b) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x1x2x2x1xf32>, tensor<8x1x1x1xf32>, tensor<1x8xf32>, tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
      ^bb0(%v: f32, %a: f32):
        %0 = arith.addf %v, %a : f32
        %1 = arith.cmpf oge, %0, %zero : f32
        ddnn.yield %1 : i1
    }
    return %y : tensor<1x1x2x2x1xi8>
  }
  func.func @step1(%x: tensor<1x1x2x2x1xf32>, %s: f32) -> tensor<1x1x2x2x1xi8> {
    %w = arith.constant dense<1.0> : tensor<8x1x1x1xf32>
    %e = tensor.empty() : tensor<1x1x2x2x1xi8>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x1x2x2x1xf32>, tensor<8x1x1x1xf32>, tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
      ^bb0(%v: f32):
        %0 = arith.cmpf oge, %v, %s : f32
        ddnn.yield %0 : i1
    }
    return %y : tensor<1x1x2x2x1xi8>
  }
  func.func @step2(%x: tensor<1x1x2x2x1xf32>) -> tensor<1x1x2x2x1xi8> {
    %w = arith.constant dense<1.0> : tensor<8x1x1x1xf32>
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<1x1x2x2x1xi8>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x1x2x2x1xf32>, tensor<8x1x1x1xf32>, tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
      ^bb0(%v: f32):
        %0 = arith.cmpf oge, %v, %zero : f32
        %1 = arith.select %0, %v, %zero : f32
        %2 = arith.cmpf oge, %1, %zero : f32
        ddnn.yield %2 : i1
    }
    return %y : tensor<1x1x2x2x1xi8>
  }
  func.func @step3(%x: tensor<1x1x2x2x1xf32>) -> tensor<1x1x2x2x1xi8> {
    %w = arith.constant dense<1.0> : tensor<8x1x1x1xf32>
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<1x1x2x2x1xi8>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x1x2x2x1xf32>, tensor<8x1x1x1xf32>, tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
      ^bb0(%v: f32):
        %0 = arith.cmpf ogt, %v, %zero : f32
        ddnn.yield %0 : i1
    }
    return %y : tensor<1x1x2x2x1xi8>
  }
}
