// RUN: ddnn-opt %s --pass-pipeline="builtin.module(ddnn.tier(ddnn-pack-weights))" --split-input-file --mlir-print-elementsattrs-with-hex-if-larger=-1 | FileCheck %s

// The order of binary weights, words of 32 bits that are worked out by hand,
// with vectors of four lanes and without.

// Two channels: taps share a word, two bits each. With vectors those of a row of
// the kernel, a lane for each output, and zeros where there is none; without,
// all of them. Output 0 has (channel 0, channel 1)
//
//   (1, 0) (0, 1)     01 10     in words of a row, lowest bits first: 9
//   (1, 0) (1, 0)     01 01     5, and all taps together 9 + 16 * 5 = 89
//
// output 1 nothing but channel 1 of the last tap: bit 3 of the second row, bit 7
// of all.

// CHECK-LABEL: ddnn.tier @t
// CHECK:         arith.constant dense<[9, 0, 0, 0, 5, 8, 0, 0]> : tensor<8xi32>
// CHECK:         ddnn.window binary(%{{.*}}, %{{.*}}) into %{{.*}} tile = array<i64: {{[0-9]+}}, 1>}
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x5x5x1xi8>) -> tensor<1x1x4x4x4xf32> {
    %w = arith.constant dense<[[[[true, false], [true, true]], [[false, true], [false, false]]], [[[false, false], [false, false]], [[false, false], [false, true]]]]> : tensor<2x2x2x2xi1>
    %e = tensor.empty() : tensor<1x1x4x4x4xf32>
    %y = ddnn.window binary(%x, %w) into %e
        {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 2 : i64}
        : (tensor<1x1x5x5x1xi8>, tensor<2x2x2x2xi1>, tensor<1x1x4x4x4xf32>) -> tensor<1x1x4x4x4xf32> {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        ddnn.yield %0 : f32
    }
    return %y : tensor<1x1x4x4x4xf32>
  }
}

// -----

// CHECK-LABEL: ddnn.tier @t
// CHECK:         arith.constant dense<[89, 128]> : tensor<2xi32>
// CHECK:         ddnn.window binary(
// CHECK-NOT:       tile
// CHECK:         return
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "cortex-m3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x5x5x1xi8>) -> tensor<1x2x4x4x1xf32> {
    %w = arith.constant dense<[[[[true, false], [true, true]], [[false, true], [false, false]]], [[[false, false], [false, false]], [[false, false], [false, true]]]]> : tensor<2x2x2x2xi1>
    %e = tensor.empty() : tensor<1x2x4x4x1xf32>
    %y = ddnn.window binary(%x, %w) into %e
        {kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 2 : i64}
        : (tensor<1x1x5x5x1xi8>, tensor<2x2x2x2xi1>, tensor<1x2x4x4x1xf32>) -> tensor<1x2x4x4x1xf32> {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        ddnn.yield %0 : f32
    }
    return %y : tensor<1x2x4x4x1xf32>
  }
}

// -----

// 33 channels: a pixel has two words. With vectors the columns of the kernel
// stand together for each of them, without the words of a pixel do. Output 0 has
// channel 0 of the first tap and channel 32 of the second, output 1 channel 31 of
// the second, which is the word's highest bit.

// CHECK-LABEL: ddnn.tier @t
// CHECK:         arith.constant dense<[1, 0, 0, 0, 0, -2147483648, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]> : tensor<16xi32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x2x6x8xi8>) -> tensor<1x1x2x5x4xf32> {
    %w = arith.constant dense<[[[[true, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, true]]], [[[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, true]], [[false, false]]]]> : tensor<2x33x1x2xi1>
    %e = tensor.empty() : tensor<1x1x2x5x4xf32>
    %y = ddnn.window binary(%x, %w) into %e
        {kernel = array<i64: 1, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 33 : i64}
        : (tensor<1x1x2x6x8xi8>, tensor<2x33x1x2xi1>, tensor<1x1x2x5x4xf32>) -> tensor<1x1x2x5x4xf32> {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        ddnn.yield %0 : f32
    }
    return %y : tensor<1x1x2x5x4xf32>
  }
}

// -----

// CHECK-LABEL: ddnn.tier @t
// CHECK:         arith.constant dense<[1, 0, 0, 1, 0, 0, -2147483648, 0]> : tensor<8xi32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "cortex-m3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x2x6x8xi8>) -> tensor<1x2x2x5x1xf32> {
    %w = arith.constant dense<[[[[true, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, true]]], [[[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, false]], [[false, true]], [[false, false]]]]> : tensor<2x33x1x2xi1>
    %e = tensor.empty() : tensor<1x2x2x5x1xf32>
    %y = ddnn.window binary(%x, %w) into %e
        {kernel = array<i64: 1, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 33 : i64}
        : (tensor<1x1x2x6x8xi8>, tensor<2x33x1x2xi1>, tensor<1x2x2x5x1xf32>) -> tensor<1x2x2x5x1xf32> {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        ddnn.yield %0 : f32
    }
    return %y : tensor<1x2x2x5x1xf32>
  }
}

// -----

// Six channels of bits fill a byte, two vectors of a group; what is not there has
// zeros.

// CHECK-LABEL: ddnn.tier @t
// CHECK:         arith.constant dense<[1, 2, 3, 0, 1, 2, 0, 0]> : tensor<8xi32>
// CHECK:         ddnn.window binary(%{{.*}}, %{{.*}}) into %{{.*}} tile = array<i64: {{[0-9]+}}, 2>}
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
    %zero = arith.constant 0 : i32
    %w = arith.constant dense<[[[[true]], [[false]]], [[[false]], [[true]]], [[[true]], [[true]]], [[[false]], [[false]]], [[[true]], [[false]]], [[[false]], [[true]]]]> : tensor<6x2x1x1xi1>
    %e = tensor.empty() : tensor<1x1x2x2x1xi8>
    %y = ddnn.window binary(%x, %w) into %e
        {kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 2 : i64}
        : (tensor<1x1x2x2x1xi8>, tensor<6x2x1x1xi1>, tensor<1x1x2x2x1xi8>) -> tensor<1x1x2x2x1xi8> {
      ^bb0(%v: i32):
        %0 = arith.cmpi sge, %v, %zero : i32
        ddnn.yield %0 : i1
    }
    return %y : tensor<1x1x2x2x1xi8>
  }
}

// -----

// A kernel as large as the image, of a vector at least: the weights of an output
// are a row of bytes as the image is, with or without vectors. One channel has
// the lowest bit of a byte; 17 bytes are four words and a byte. Output 0 has the
// bytes 0, 4 and 16, output 1 has byte 3: 2^24.

// CHECK-LABEL: ddnn.tier @t
// CHECK:         arith.constant dense<[1, 1, 0, 0, 1, 16777216, 0, 0, 0, 0]> : tensor<10xi32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x1x17x1xi8>) -> tensor<1x1x1x1x4xf32> {
    %w = arith.constant dense<[[[[true, false, false, false, true, false, false, false, false, false, false, false, false, false, false, false, true]]], [[[false, false, false, true, false, false, false, false, false, false, false, false, false, false, false, false, false]]]]> : tensor<2x1x1x17xi1>
    %e = tensor.empty() : tensor<1x1x1x1x4xf32>
    %y = ddnn.window binary(%x, %w) into %e
        {kernel = array<i64: 1, 17>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 1 : i64}
        : (tensor<1x1x1x17x1xi8>, tensor<2x1x1x17xi1>, tensor<1x1x1x1x4xf32>) -> tensor<1x1x1x1x4xf32> {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        ddnn.yield %0 : f32
    }
    return %y : tensor<1x1x1x1x4xf32>
  }
}

// -----

// CHECK-LABEL: ddnn.tier @t
// CHECK:         arith.constant dense<[1, 1, 0, 0, 1, 16777216, 0, 0, 0, 0]> : tensor<10xi32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "cortex-m3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x1x17x1xi8>) -> tensor<1x2x1x1x1xf32> {
    %w = arith.constant dense<[[[[true, false, false, false, true, false, false, false, false, false, false, false, false, false, false, false, true]]], [[[false, false, false, true, false, false, false, false, false, false, false, false, false, false, false, false, false]]]]> : tensor<2x1x1x17xi1>
    %e = tensor.empty() : tensor<1x2x1x1x1xf32>
    %y = ddnn.window binary(%x, %w) into %e
        {kernel = array<i64: 1, 17>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 1 : i64}
        : (tensor<1x1x1x17x1xi8>, tensor<2x1x1x17xi1>, tensor<1x2x1x1x1xf32>) -> tensor<1x2x1x1x1xf32> {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        ddnn.yield %0 : f32
    }
    return %y : tensor<1x2x1x1x1xf32>
  }
}

// -----

// Five bytes are a word and one for a microcontroller, and less than a vector of
// four lanes: there the taps share a word.

// CHECK-LABEL: ddnn.tier @t
// CHECK:         arith.constant dense<[16777217, 1]> : tensor<2xi32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "cortex-m3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x1x5x1xi8>) -> tensor<1x1x1x1x1xf32> {
    %w = arith.constant dense<[[[[true, false, false, true, true]]]]> : tensor<1x1x1x5xi1>
    %e = tensor.empty() : tensor<1x1x1x1x1xf32>
    %y = ddnn.window binary(%x, %w) into %e
        {kernel = array<i64: 1, 5>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 1 : i64}
        : (tensor<1x1x1x5x1xi8>, tensor<1x1x1x5xi1>, tensor<1x1x1x1x1xf32>) -> tensor<1x1x1x1x1xf32> {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        ddnn.yield %0 : f32
    }
    return %y : tensor<1x1x1x1x1xf32>
  }
}

// -----

// 1 + 8 + 16.

// CHECK-LABEL: ddnn.tier @t
// CHECK:         arith.constant dense<[25, 0, 0, 0]> : tensor<4xi32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x1x5x1xi8>) -> tensor<1x1x1x1x4xf32> {
    %w = arith.constant dense<[[[[true, false, false, true, true]]]]> : tensor<1x1x1x5xi1>
    %e = tensor.empty() : tensor<1x1x1x1x4xf32>
    %y = ddnn.window binary(%x, %w) into %e
        {kernel = array<i64: 1, 5>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 1 : i64}
        : (tensor<1x1x1x5x1xi8>, tensor<1x1x1x5xi1>, tensor<1x1x1x1x4xf32>) -> tensor<1x1x1x1x4xf32> {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        ddnn.yield %0 : f32
    }
    return %y : tensor<1x1x1x1x4xf32>
  }
}

// -----

// Two images of five bytes: the second one would begin in the middle of a word,
// so taps share one.

// CHECK-LABEL: ddnn.tier @t
// CHECK:         arith.constant dense<25> : tensor<1xi32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "cortex-m3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<2x1x1x5x1xi8>) -> tensor<2x1x1x1x1xf32> {
    %w = arith.constant dense<[[[[true, false, false, true, true]]]]> : tensor<1x1x1x5xi1>
    %e = tensor.empty() : tensor<2x1x1x1x1xf32>
    %y = ddnn.window binary(%x, %w) into %e
        {kernel = array<i64: 1, 5>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 1 : i64}
        : (tensor<2x1x1x5x1xi8>, tensor<1x1x1x5xi1>, tensor<2x1x1x1x1xf32>) -> tensor<2x1x1x1x1xf32> {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        ddnn.yield %0 : f32
    }
    return %y : tensor<2x1x1x1x1xf32>
  }
}

// -----

// Of 27 bytes with a bit each, a microcontroller wants weights of the bits alone:
// the first and the last, 1 + 2^26. Of eight channels nothing is unused.

// CHECK-LABEL: ddnn.tier @t
// CHECK:         arith.constant dense<67108865> : tensor<1xi32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "cortex-m3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x1x27x1xi8>) -> tensor<1x1x1x1x1xf32> {
    %w = arith.constant dense<[[[[true, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, true]]]]> : tensor<1x1x1x27xi1>
    %e = tensor.empty() : tensor<1x1x1x1x1xf32>
    %y = ddnn.window binary(%x, %w) into %e
        {kernel = array<i64: 1, 27>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 1 : i64}
        : (tensor<1x1x1x27x1xi8>, tensor<1x1x1x27xi1>, tensor<1x1x1x1x1xf32>) -> tensor<1x1x1x1x1xf32> {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        ddnn.yield %0 : f32
    }
    return %y : tensor<1x1x1x1x1xf32>
  }
}

// -----

// CHECK-LABEL: ddnn.tier @t
// CHECK:         arith.constant dense<-1> : tensor<7xi32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "cortex-m3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x1x1x28x1xi8>) -> tensor<1x1x1x1x1xf32> {
    %w = arith.constant dense<true> : tensor<1x8x1x28xi1>
    %e = tensor.empty() : tensor<1x1x1x1x1xf32>
    %y = ddnn.window binary(%x, %w) into %e
        {kernel = array<i64: 1, 28>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, channels = 8 : i64}
        : (tensor<1x1x1x28x1xi8>, tensor<1x8x1x28xi1>, tensor<1x1x1x1x1xf32>) -> tensor<1x1x1x1x1xf32> {
      ^bb0(%v: i32):
        %0 = arith.sitofp %v : i32 to f32
        ddnn.yield %0 : f32
    }
    return %y : tensor<1x1x1x1x1xf32>
  }
}

// -----

// Of floats, without vectors, a word has the taps of one channel: 101 and 010.
// 33 taps take two.

// CHECK-LABEL: ddnn.tier @t
// CHECK:         arith.constant dense<[5, 2]> : tensor<2xi32>
// CHECK:       func.func @step1(
// CHECK:         arith.constant dense<1> : tensor<2xi32>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "cortex-m3", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {
  func.func @step0(%x: tensor<1x2x2x5x1xf32>) -> tensor<1x1x2x3x1xf32> {
    %w = arith.constant dense<[[[[true, false, true]], [[false, true, false]]]]> : tensor<1x2x1x3xi1>
    %e = tensor.empty() : tensor<1x1x2x3x1xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 1, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x2x2x5x1xf32>, tensor<1x2x1x3xi1>, tensor<1x1x2x3x1xf32>) -> tensor<1x1x2x3x1xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x1x2x3x1xf32>
  }
  func.func @step1(%x: tensor<1x1x1x40x1xf32>) -> tensor<1x1x1x8x1xf32> {
    %w = arith.constant dense<[[[[true, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, false, true]]]]> : tensor<1x1x1x33xi1>
    %e = tensor.empty() : tensor<1x1x1x8x1xf32>
    %y = ddnn.window conv(%x, %w) into %e
        {kernel = array<i64: 1, 33>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>}
        : (tensor<1x1x1x40x1xf32>, tensor<1x1x1x33xi1>, tensor<1x1x1x8x1xf32>) -> tensor<1x1x1x8x1xf32> {
      ^bb0(%v: f32):
        ddnn.yield %v : f32
    }
    return %y : tensor<1x1x1x8x1xf32>
  }
}
