//===- builder.h - ONNX graphs with weights ---------------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_BENCHMARKS_CPU_NETWORKS_BUILDER_H
#define DDNN_BENCHMARKS_CPU_NETWORKS_BUILDER_H

#include <array>
#include <onnx/onnx_pb.h>
#include <string>
#include <vector>

namespace ddnn::bench {

/// A float tensor in the graph under construction: its name and its shape.
struct Value {
  std::string name;
  std::vector<int64_t> shape;

  int64_t channels() const { return shape[1]; }
};

struct ConvOptions {
  int64_t kernel = 3;
  int64_t stride = 1;
  int64_t pad = 1;
  int64_t group = 1;
  bool bias = false;
};

struct NormOptions {
  float gain = 1; ///< standard deviation of the output
  /// Of what comes in.
  double mean = 0, deviation = 1;
  /// Half of the scales are negative, and two channels have their threshold at
  /// 0: what comes behind a binary layer.
  bool bothSigns = false;
};

/// Adds nodes to one graph, each under the name that an exporter would give it
/// and with weights that depend on that name alone. One input "image", one
/// output "logits", batch 1.
class Builder {
public:
  Builder(const std::string &network, const std::vector<int64_t> &image);

  Value image() const { return {"image", imageShape}; }

  Value conv(const Value &x, const std::string &node, int64_t channels,
             ConvOptions options);
  Value gemm(const Value &x, const std::string &node, int64_t features);
  /// The same with weights of +-1 and no bias.
  Value binaryConv(const Value &x, const std::string &node, int64_t channels,
                   ConvOptions options);
  Value binaryGemm(const Value &x, const std::string &node, int64_t features);
  /// Running statistics near those of its input. The last one of a residual
  /// branch has a small gain, so that a deep network stays in range.
  Value batchNorm(const Value &x, const std::string &node,
                  NormOptions options = {});
  Value maxPool(const Value &x, const std::string &node, int64_t kernel,
                int64_t stride, int64_t pad);
  Value globalAveragePool(const Value &x, const std::string &node);
  Value relu(const Value &x, const std::string &node);
  Value relu6(const Value &x, const std::string &node);
  /// Where(x >= 0, 1, -1).
  Value sign(const Value &x, const std::string &node);
  Value add(const Value &x, const Value &y, const std::string &node);
  Value flatten(const Value &x, const std::string &node);

  /// The finished model, whose output is \p x under the name "logits".
  onnx::ModelProto finish(const Value &x);

private:
  Value addConv(const Value &x, const std::string &node, int64_t channels,
                ConvOptions options, std::vector<std::string> constants);
  Value addGemm(const Value &x, const std::string &node, int64_t features,
                std::vector<std::string> constants);
  Value addNode(const char *op, const std::string &node,
                const std::vector<std::string> &inputs,
                std::vector<int64_t> shape);
  onnx::NodeProto &last();
  std::string addTensor(const std::string &name, std::vector<int64_t> shape,
                        const std::vector<float> &data);
  /// Uniform in [-bound, bound).
  std::string addUniform(const std::string &name, std::vector<int64_t> shape,
                         double bound);
  /// +1 or -1.
  std::string addSigns(const std::string &name, std::vector<int64_t> shape);
  std::string addScalar(const std::string &name, float value);
  std::string addWeights(const std::string &name, std::vector<int64_t> shape,
                         int64_t fanIn);

  onnx::ModelProto model;
  std::vector<int64_t> imageShape;
};

} // namespace ddnn::bench

#endif
