//===- binary_networks.cpp - What scripts/bench binary measures -----------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "builder.h"
#include "networks.h"

#include <cmath>

using namespace ddnn::bench;

namespace {

/// A pool behind a convolution; none has kernel 0.
struct Pool {
  int64_t kernel, stride, pad;
};
constexpr Pool noPool{0, 1, 0};
constexpr Pool overlapping{3, 1, 1};

/// Statistics of sums of \p terms values of +-1, perhaps the largest of the
/// nine or so that a pool compares.
NormOptions sumsOf(double terms, bool pooled) {
  NormOptions options;
  options.deviation = std::sqrt(terms) * (pooled ? 0.6 : 1.0);
  options.mean = pooled ? 1.5 * std::sqrt(terms) : 0;
  options.bothSigns = true;
  return options;
}

/// Convolution, pool, batch norm: a block without its sign. \p power is the
/// mean square of what comes in.
Value convPoolNorm(Builder &b, const Value &x, const std::string &prefix,
                   int64_t channels, ConvOptions options, Pool pool,
                   double power = 1) {
  Value y = b.binaryConv(x, prefix + "conv", channels, options);
  if (pool.kernel)
    y = b.maxPool(y, prefix + "pool", pool.kernel, pool.stride, pool.pad);
  double terms = power * double(x.channels() * options.kernel * options.kernel);
  return b.batchNorm(y, prefix + "norm", sumsOf(terms, pool.kernel != 0));
}

Value convBlock(Builder &b, const Value &x, const std::string &prefix,
                int64_t channels, ConvOptions options, Pool pool,
                double power = 1) {
  return b.sign(convPoolNorm(b, x, prefix, channels, options, pool, power),
                prefix + "sign");
}

/// Dense and batch norm, without a sign.
Value denseNorm(Builder &b, const Value &x, const std::string &prefix,
                int64_t features) {
  Value y = b.binaryGemm(x, prefix + "fc", features);
  return b.batchNorm(y, prefix + "norm", sumsOf(double(x.shape[1]), false));
}

/// Images are uniform in [-1, 1).
constexpr double imagePower = 1.0 / 3;
constexpr ConvOptions same3x3{3, 1, 1, 1, false};

/// Bits in, a block, bits out. Relu makes numbers of the bits, to be seen from
/// outside.
template <int64_t from, int64_t to, int64_t size, int64_t kernel,
          int64_t stride, bool pooled>
onnx::ModelProto convLayer(const char *name) {
  Builder b(name, {1, from, size, size});
  Value x = b.sign(b.image(), "in/sign");
  x = convBlock(b, x, "out/", to, {kernel, stride, kernel / 2, 1, false},
                pooled ? overlapping : noPool);
  return b.finish(b.relu(x, "bits"));
}

/// The same for an image of numbers.
template <int64_t from, int64_t to, int64_t size>
onnx::ModelProto firstLayer(const char *name) {
  Builder b(name, {1, from, size, size});
  Value x =
      convBlock(b, b.image(), "out/", to, same3x3, overlapping, imagePower);
  return b.finish(b.relu(x, "bits"));
}

/// 64 channels of 32x32 bits to ten numbers.
onnx::ModelProto denseLayer(const char *name) {
  Builder b(name, {1, 64, 32, 32});
  Value x = b.flatten(b.sign(b.image(), "in/sign"), "flatten");
  return b.finish(denseNorm(b, x, "", 10));
}

onnx::ModelProto denseSignLayer(const char *name) {
  Builder b(name, {1, 1024});
  Value x = b.sign(b.image(), "in/sign");
  x = b.sign(denseNorm(b, x, "out/", 1024), "out/sign");
  return b.finish(b.relu(x, "bits"));
}

/// The device part of deep64 with an exit, all of it binarized.
onnx::ModelProto deep64Device(const char *name) {
  Builder b(name, {1, 3, 32, 32});
  Value x =
      convBlock(b, b.image(), "device/", 64, same3x3, overlapping, imagePower);
  x = b.flatten(x, "local/flatten");
  return b.finish(denseNorm(b, x, "local/", 10));
}

/// The device of the DDNN paper's evaluation: a ConvP block of four filters
/// and an FC block as the exit of three classes.
onnx::ModelProto convp4Fc(const char *name) {
  Builder b(name, {1, 3, 32, 32});
  Value x =
      convBlock(b, b.image(), "device/", 4, same3x3, {3, 2, 1}, imagePower);
  x = b.flatten(x, "local/flatten");
  return b.finish(denseNorm(b, x, "local/", 3));
}

/// Six binary convolutions and three dense layers for images of 32x32.
onnx::ModelProto binaryCnn(const char *name) {
  Builder b(name, {1, 3, 32, 32});
  constexpr Pool halving{2, 2, 0};
  Value x = b.image();
  double power = imagePower;
  int number = 0;
  for (int64_t channels : {64, 128, 256})
    for (bool last : {false, true}) {
      std::string prefix = "block" + std::to_string(++number) + "/";
      x = convBlock(b, x, prefix, channels, same3x3, last ? halving : noPool,
                    power);
      power = 1;
    }
  x = b.flatten(x, "flatten");
  for (const char *prefix : {"dense1/", "dense2/"})
    x = b.sign(denseNorm(b, x, prefix, 512), std::string(prefix) + "sign");
  return b.finish(denseNorm(b, x, "dense3/", 10));
}

} // namespace

const std::vector<Network> &ddnn::bench::binaryNetworks() {
  static const std::vector<Network> list = {
      {"deep64-device", false, deep64Device},
      {"convp4-fc", false, convp4Fc},
      {"binary-cnn", false, binaryCnn},
      {"bconv64", true, convLayer<64, 64, 32, 3, 1, true>},
      {"bconv128_16", true, convLayer<128, 128, 16, 3, 1, true>},
      {"bconv256_8", true, convLayer<256, 256, 8, 3, 1, true>},
      {"bconv64_128_stride2", true, convLayer<64, 128, 32, 3, 2, false>},
      {"bconv1x1_256_16", true, convLayer<256, 256, 16, 1, 1, false>},
      {"bconv48_80_20", true, convLayer<48, 80, 20, 3, 1, true>},
      {"fconv64", true, firstLayer<3, 64, 32>},
      {"fconv1_16_28", true, firstLayer<1, 16, 28>},
      {"bdense", true, denseLayer},
      {"bdense_1024_1024", true, denseSignLayer},
  };
  return list;
}
