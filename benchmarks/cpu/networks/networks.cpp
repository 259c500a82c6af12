//===- networks.cpp - What scripts/bench measures -------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "networks.h"
#include "builder.h"

using namespace ddnn::bench;

namespace {

constexpr ConvOptions same3x3{3, 1, 1, 1, false};
constexpr ConvOptions same3x3Bias{3, 1, 1, 1, true};
constexpr ConvOptions pointwise{1, 1, 0, 1, false};

/// A binarized block for the device and a float part that is large for its
/// input: all at 32x32, 64 channels.
onnx::ModelProto deep64(const char *name) {
  Builder b(name, {1, 3, 32, 32});
  Value x = b.conv(b.image(), "device/conv", 64, same3x3Bias);
  x = b.maxPool(x, "device/pool", 3, 1, 1);
  x = b.batchNorm(x, "device/norm");
  x = b.sign(x, "device/sign");
  for (int block = 1; block <= 4; ++block) {
    std::string prefix = "block" + std::to_string(block) + "/";
    for (const char *number : {"1", "2"}) {
      x = b.conv(x, prefix + "conv" + number, 64, same3x3Bias);
      x = b.relu(x, prefix + "relu" + number);
    }
    x = b.maxPool(x, prefix + "pool", 3, 1, 1);
  }
  x = b.flatten(x, "head/flatten");
  return b.finish(b.gemm(x, "head/fc", 10));
}

/// Two 3x3 convolutions and a shortcut, as in ResNet-18 and -20.
Value basicBlock(Builder &b, const Value &x, const std::string &prefix,
                 int64_t channels, int64_t stride) {
  Value y = b.conv(x, prefix + "conv1", channels, {3, stride, 1, 1, false});
  y = b.batchNorm(y, prefix + "bn1");
  y = b.relu(y, prefix + "relu1");
  y = b.conv(y, prefix + "conv2", channels, same3x3);
  y = b.batchNorm(y, prefix + "bn2", {0.5f});
  Value shortcut = x;
  if (stride != 1 || x.channels() != channels) {
    shortcut =
        b.conv(x, prefix + "downsample.0", channels, {1, stride, 0, 1, false});
    shortcut = b.batchNorm(shortcut, prefix + "downsample.1");
  }
  return b.relu(b.add(y, shortcut, prefix + "add"), prefix + "relu2");
}

Value resnetStages(Builder &b, Value x, std::initializer_list<int64_t> widths,
                   int blocks) {
  int stage = 0;
  for (int64_t channels : widths) {
    ++stage;
    for (int block = 0; block < blocks; ++block)
      x = basicBlock(b, x,
                     "layer" + std::to_string(stage) + "." +
                         std::to_string(block) + "/",
                     channels, stage > 1 && block == 0 ? 2 : 1);
  }
  return x;
}

onnx::ModelProto classify(Builder &b, const Value &x, int64_t classes) {
  Value y = b.globalAveragePool(x, "avgpool");
  y = b.flatten(y, "flatten");
  return b.finish(b.gemm(y, "fc", classes));
}

onnx::ModelProto resnet20(const char *name) {
  Builder b(name, {1, 3, 32, 32});
  Value x = b.conv(b.image(), "conv1", 16, same3x3);
  x = b.relu(b.batchNorm(x, "bn1"), "relu");
  return classify(b, resnetStages(b, x, {16, 32, 64}, 3), 10);
}

onnx::ModelProto resnet18(const char *name) {
  Builder b(name, {1, 3, 224, 224});
  Value x = b.conv(b.image(), "conv1", 64, {7, 2, 3, 1, false});
  x = b.relu(b.batchNorm(x, "bn1"), "relu");
  x = b.maxPool(x, "maxpool", 3, 2, 1);
  return classify(b, resnetStages(b, x, {64, 128, 256, 512}, 2), 1000);
}

onnx::ModelProto mobilenetv1(const char *name) {
  Builder b(name, {1, 3, 224, 224});
  Value x = b.conv(b.image(), "stem/conv", 32, {3, 2, 1, 1, false});
  x = b.relu(b.batchNorm(x, "stem/bn"), "stem/relu");
  struct Block {
    int64_t channels, stride;
  };
  const Block blocks[] = {{64, 1},  {128, 2},  {128, 1}, {256, 2}, {256, 1},
                          {512, 2}, {512, 1},  {512, 1}, {512, 1}, {512, 1},
                          {512, 1}, {1024, 2}, {1024, 1}};
  int index = 0;
  for (auto [channels, stride] : blocks) {
    std::string prefix = "blocks." + std::to_string(index++) + "/";
    x = b.conv(x, prefix + "depthwise", x.channels(),
               {3, stride, 1, x.channels(), false});
    x = b.relu(b.batchNorm(x, prefix + "bn1"), prefix + "relu1");
    x = b.conv(x, prefix + "pointwise", channels, pointwise);
    x = b.relu(b.batchNorm(x, prefix + "bn2"), prefix + "relu2");
  }
  return classify(b, x, 1000);
}

/// The CIFAR-10 form: strides of the stem and of the first stage that has one
/// are 1.
onnx::ModelProto mobilenetv2(const char *name) {
  Builder b(name, {1, 3, 32, 32});
  Value x = b.conv(b.image(), "stem/conv", 32, same3x3);
  x = b.relu6(b.batchNorm(x, "stem/bn"), "stem/relu6");
  struct Stage {
    int64_t expansion, channels;
    int repeats;
    int64_t stride;
  };
  const Stage stages[] = {{1, 16, 1, 1}, {6, 24, 2, 1}, {6, 32, 3, 2},
                          {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2},
                          {6, 320, 1, 1}};
  int index = 0;
  for (auto [expansion, channels, repeats, firstStride] : stages)
    for (int repeat = 0; repeat < repeats; ++repeat) {
      std::string prefix = "blocks." + std::to_string(index++) + "/";
      int64_t stride = repeat == 0 ? firstStride : 1;
      int64_t hidden = x.channels() * expansion;
      Value y = x;
      if (expansion != 1) {
        y = b.conv(y, prefix + "expand", hidden, pointwise);
        y = b.relu6(b.batchNorm(y, prefix + "bn1"), prefix + "relu6_1");
      }
      y = b.conv(y, prefix + "depthwise", hidden,
                 {3, stride, 1, hidden, false});
      y = b.relu6(b.batchNorm(y, prefix + "bn2"), prefix + "relu6_2");
      y = b.conv(y, prefix + "project", channels, pointwise);
      y = b.batchNorm(y, prefix + "bn3", {0.5f});
      if (stride == 1 && x.channels() == channels)
        y = b.add(x, y, prefix + "add");
      x = y;
    }
  x = b.conv(x, "head/conv", 1280, pointwise);
  x = b.relu6(b.batchNorm(x, "head/bn"), "head/relu6");
  return classify(b, x, 10);
}

onnx::ModelProto mlp(const char *name) {
  Builder b(name, {1, 784});
  Value x = b.relu(b.gemm(b.image(), "fc1", 256), "relu1");
  x = b.relu(b.gemm(x, "fc2", 128), "relu2");
  return b.finish(b.gemm(x, "fc3", 10));
}

/// A convolution with bias that keeps channels and size, and perhaps Relu.
template <int64_t channels, int64_t size, int64_t kernel, bool depthwise,
          bool relu>
onnx::ModelProto convLayer(const char *name) {
  Builder b(name, {1, channels, size, size});
  Value x = b.conv(b.image(), "conv", channels,
                   {kernel, 1, kernel / 2, depthwise ? channels : 1, true});
  return b.finish(relu ? b.relu(x, "relu") : x);
}

onnx::ModelProto maxPoolLayer(const char *name) {
  Builder b(name, {1, 64, 32, 32});
  return b.finish(b.maxPool(b.image(), "pool", 3, 1, 1));
}

onnx::ModelProto denseLayer(const char *name) {
  Builder b(name, {1, 1024});
  return b.finish(b.gemm(b.image(), "fc", 1024));
}

} // namespace

const std::vector<Network> &ddnn::bench::floatNetworks() {
  static const std::vector<Network> list = {
      {"deep64", false, deep64},
      {"resnet20", false, resnet20},
      {"resnet18", false, resnet18},
      {"mobilenetv1", false, mobilenetv1},
      {"mobilenetv2", false, mobilenetv2},
      {"mlp", false, mlp},
      {"conv3x3_64_64_32", true, convLayer<64, 32, 3, false, true>},
      {"conv1x1_128_128_28", true, convLayer<128, 28, 1, false, false>},
      {"conv3x3_128_128_28", true, convLayer<128, 28, 3, false, false>},
      {"conv3x3_256_256_14", true, convLayer<256, 14, 3, false, false>},
      {"depthwise3x3_128_56", true, convLayer<128, 56, 3, true, true>},
      {"maxpool3x3s1_64_32", true, maxPoolLayer},
      {"dense_1024_1024", true, denseLayer},
  };
  return list;
}
