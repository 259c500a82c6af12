//===- builder.cpp - ONNX graphs with weights -----------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "builder.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace ddnn::bench;

namespace {

/// SplitMix64, seeded with a tensor's name (FNV-1a): integers only, so that
/// every machine writes the same bytes.
class Random {
public:
  explicit Random(const std::string &name) {
    state = 0xcbf29ce484222325u;
    for (unsigned char c : name)
      state = (state ^ c) * 0x100000001b3u;
  }

  /// A multiple of 2^-24 in [0, 1).
  double next() {
    state += 0x9e3779b97f4a7c15u;
    uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return double(z >> 40) / double(1 << 24);
  }

private:
  uint64_t state;
};

int64_t countOf(const std::vector<int64_t> &shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

/// 'layer1.0/conv1' is the node, 'layer1.0.conv1.weight' its parameter.
std::string parameter(const std::string &node, const char *suffix) {
  std::string name = node + "." + suffix;
  for (char &c : name)
    if (c == '/')
      c = '.';
  return name;
}

void setInt(onnx::NodeProto &node, const char *name, int64_t value) {
  auto &attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void setFloat(onnx::NodeProto &node, const char *name, float value) {
  auto &attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}

void setInts(onnx::NodeProto &node, const char *name,
             std::initializer_list<int64_t> values) {
  auto &attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (int64_t value : values)
    attribute.add_ints(value);
}

void setWindow(onnx::NodeProto &node, int64_t kernel, int64_t stride,
               int64_t pad) {
  setInts(node, "kernel_shape", {kernel, kernel});
  setInts(node, "pads", {pad, pad, pad, pad});
  setInts(node, "strides", {stride, stride});
}

int64_t windows(int64_t size, int64_t kernel, int64_t stride, int64_t pad) {
  return (size + 2 * pad - kernel) / stride + 1;
}

void setType(onnx::ValueInfoProto &info, const std::string &name,
             const std::vector<int64_t> &shape) {
  info.set_name(name);
  auto &type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (int64_t size : shape)
    type.mutable_shape()->add_dim()->set_dim_value(size);
}

} // namespace

Builder::Builder(const std::string &network, const std::vector<int64_t> &image)
    : imageShape(image) {
  model.set_ir_version(7);
  model.set_producer_name("ddnn-bench-networks");
  model.add_opset_import()->set_version(13);
  model.mutable_graph()->set_name(network);
  setType(*model.mutable_graph()->add_input(), "image", image);
}

onnx::NodeProto &Builder::last() {
  return *model.mutable_graph()->mutable_node(model.graph().node_size() - 1);
}

Value Builder::addNode(const char *op, const std::string &node,
                       const std::vector<std::string> &inputs,
                       std::vector<int64_t> shape) {
  auto &proto = *model.mutable_graph()->add_node();
  proto.set_op_type(op);
  proto.set_name(node);
  for (const std::string &input : inputs)
    proto.add_input(input);
  proto.add_output(node + "_output");
  return {proto.output(0), std::move(shape)};
}

std::string Builder::addTensor(const std::string &name,
                               std::vector<int64_t> shape,
                               const std::vector<float> &data) {
  auto &tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (int64_t size : shape)
    tensor.add_dims(size);
  tensor.set_raw_data(data.data(), data.size() * sizeof(float));
  return name;
}

std::string Builder::addUniform(const std::string &name,
                                std::vector<int64_t> shape, double bound) {
  Random random(name);
  std::vector<float> data(countOf(shape));
  for (float &x : data)
    x = float((2 * random.next() - 1) * bound);
  return addTensor(name, std::move(shape), data);
}

std::string Builder::addSigns(const std::string &name,
                              std::vector<int64_t> shape) {
  Random random(name);
  std::vector<float> data(countOf(shape));
  for (float &x : data)
    x = random.next() < 0.5 ? -1.0f : 1.0f;
  return addTensor(name, std::move(shape), data);
}

std::string Builder::addScalar(const std::string &name, float value) {
  return addTensor(name, {}, {value});
}

/// He's variance, 2 / fan-in: after a rectifier, activations keep theirs.
std::string Builder::addWeights(const std::string &name,
                                std::vector<int64_t> shape, int64_t fanIn) {
  return addUniform(name, std::move(shape), std::sqrt(6.0 / double(fanIn)));
}

Value Builder::addConv(const Value &x, const std::string &node,
                       int64_t channels, ConvOptions options,
                       std::vector<std::string> constants) {
  auto [kernel, stride, pad, group, bias] = options;
  constants.insert(constants.begin(), x.name);
  Value y = addNode("Conv", node, constants,
                    {1, channels, windows(x.shape[2], kernel, stride, pad),
                     windows(x.shape[3], kernel, stride, pad)});
  setInts(last(), "dilations", {1, 1});
  setInt(last(), "group", group);
  setWindow(last(), kernel, stride, pad);
  return y;
}

Value Builder::conv(const Value &x, const std::string &node, int64_t channels,
                    ConvOptions options) {
  int64_t kernel = options.kernel, perGroup = x.channels() / options.group;
  std::vector<std::string> constants{addWeights(
      parameter(node, "weight"), {channels, perGroup, kernel, kernel},
      perGroup * kernel * kernel)};
  if (options.bias)
    constants.push_back(addUniform(parameter(node, "bias"), {channels}, 0.125));
  return addConv(x, node, channels, options, std::move(constants));
}

Value Builder::binaryConv(const Value &x, const std::string &node,
                          int64_t channels, ConvOptions options) {
  int64_t kernel = options.kernel;
  return addConv(x, node, channels, options,
                 {addSigns(parameter(node, "weight"),
                           {channels, x.channels(), kernel, kernel})});
}

Value Builder::addGemm(const Value &x, const std::string &node,
                       int64_t features, std::vector<std::string> constants) {
  constants.insert(constants.begin(), x.name);
  Value y = addNode("Gemm", node, constants, {1, features});
  setFloat(last(), "alpha", 1);
  setFloat(last(), "beta", 1);
  setInt(last(), "transB", 1);
  return y;
}

Value Builder::gemm(const Value &x, const std::string &node, int64_t features) {
  int64_t width = x.shape[1];
  return addGemm(
      x, node, features,
      {addWeights(parameter(node, "weight"), {features, width}, width),
       addUniform(parameter(node, "bias"), {features}, 0.125)});
}

Value Builder::binaryGemm(const Value &x, const std::string &node,
                          int64_t features) {
  return addGemm(x, node, features,
                 {addSigns(parameter(node, "weight"), {features, x.shape[1]})});
}

Value Builder::batchNorm(const Value &x, const std::string &node,
                         NormOptions options) {
  int64_t channels = x.channels();
  double gain = double(options.gain);
  std::vector<float> scale(channels), bias(channels), mean(channels),
      variance(channels);
  Random random(node);
  // Multiples of 2^-24, exact in double; one rounding each.
  for (int64_t c = 0; c < channels; ++c) {
    scale[c] = float(gain * (0.75 + random.next() / 2));
    bias[c] = float(gain * (random.next() - 0.5) / 4);
    mean[c] =
        float(options.mean + options.deviation * ((random.next() - 0.5) / 4));
    variance[c] =
        float(options.deviation * options.deviation * (0.5 + random.next()));
  }
  if (options.bothSigns) {
    for (float &x : scale)
      x = random.next() < 0.5 ? -x : x;
    // The threshold of one rising and one falling channel is 0 exactly.
    for (int64_t c = 0; c < std::min<int64_t>(channels, 2); ++c) {
      bias[c] = mean[c] = 0;
      scale[c] = c ? -std::fabs(scale[c]) : std::fabs(scale[c]);
    }
  }
  Value y =
      addNode("BatchNormalization", node,
              {x.name, addTensor(parameter(node, "weight"), {channels}, scale),
               addTensor(parameter(node, "bias"), {channels}, bias),
               addTensor(parameter(node, "running_mean"), {channels}, mean),
               addTensor(parameter(node, "running_var"), {channels}, variance)},
              x.shape);
  setFloat(last(), "epsilon", 1e-5f);
  setFloat(last(), "momentum", 0.9f);
  return y;
}

Value Builder::maxPool(const Value &x, const std::string &node, int64_t kernel,
                       int64_t stride, int64_t pad) {
  Value y = addNode("MaxPool", node, {x.name},
                    {1, x.channels(), windows(x.shape[2], kernel, stride, pad),
                     windows(x.shape[3], kernel, stride, pad)});
  setWindow(last(), kernel, stride, pad);
  return y;
}

Value Builder::globalAveragePool(const Value &x, const std::string &node) {
  return addNode("GlobalAveragePool", node, {x.name}, {1, x.channels(), 1, 1});
}

Value Builder::relu(const Value &x, const std::string &node) {
  return addNode("Relu", node, {x.name}, x.shape);
}

Value Builder::relu6(const Value &x, const std::string &node) {
  return addNode("Clip", node,
                 {x.name, addScalar(parameter(node, "min"), 0),
                  addScalar(parameter(node, "max"), 6)},
                 x.shape);
}

Value Builder::sign(const Value &x, const std::string &node) {
  Value positive =
      addNode("GreaterOrEqual", node + "/GreaterOrEqual",
              {x.name, addScalar(parameter(node, "zero"), 0)}, x.shape);
  return addNode("Where", node,
                 {positive.name, addScalar(parameter(node, "one"), 1),
                  addScalar(parameter(node, "minus_one"), -1)},
                 x.shape);
}

Value Builder::add(const Value &x, const Value &y, const std::string &node) {
  return addNode("Add", node, {x.name, y.name}, x.shape);
}

Value Builder::flatten(const Value &x, const std::string &node) {
  Value y = addNode("Flatten", node, {x.name}, {1, countOf(x.shape)});
  setInt(last(), "axis", 1);
  return y;
}

onnx::ModelProto Builder::finish(const Value &x) {
  for (auto &node : *model.mutable_graph()->mutable_node())
    for (auto &output : *node.mutable_output())
      if (output == x.name)
        output = "logits";
  setType(*model.mutable_graph()->add_output(), "logits", x.shape);
  return model;
}
