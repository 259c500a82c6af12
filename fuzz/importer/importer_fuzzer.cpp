//===- importer_fuzzer.cpp - Hostile ONNX files ---------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whatever the bytes, the importer returns a module that verifies, or reports
// at least one error. Half of the mutations are of the model's structure: what
// bytes alone seldom hit is valid protobuf with nonsense in it.
//
//===----------------------------------------------------------------------===//

#include "ddnn-frontend/OnnxImporter.h"
#include "mlir/IR/Verifier.h"
#include <cstdlib>
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>
#include <random>

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

using namespace mlir;
using namespace ddnn::frontend;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // A context is expensive to create, and keeps constants for ever.
  static std::unique_ptr<MLIRContext> context;
  static int uses = 0;
  if (!context || ++uses == 64) {
    context = std::make_unique<MLIRContext>(MLIRContext::Threading::DISABLED);
    uses = 0;
  }
  int errors = 0;
  ScopedDiagnosticHandler handler(context.get(), [&](Diagnostic &diagnostic) {
    errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
    // The text is part of what is tested.
    return success(!diagnostic.str().empty());
  });
  ImportOptions options;
  options.dims["batch"] = 1;
  OwningOpRef<ModuleOp> module = importOnnxBuffer(
      llvm::StringRef(reinterpret_cast<const char *>(data), size), "fuzz.onnx",
      "", context.get(), options);
  if (!module && errors == 0)
    std::abort(); // silent failure
  if (module && (errors != 0 || failed(verify(*module))))
    std::abort();
  return 0;
}

//===----------------------------------------------------------------------===//
// Structural mutations
//===----------------------------------------------------------------------===//

static const char *const kOps[] = {"Conv",
                                   "Gemm",
                                   "MatMul",
                                   "BatchNormalization",
                                   "Relu",
                                   "LeakyRelu",
                                   "PRelu",
                                   "Clip",
                                   "Sigmoid",
                                   "HardSigmoid",
                                   "HardSwish",
                                   "Tanh",
                                   "Softmax",
                                   "LogSoftmax",
                                   "Sign",
                                   "MaxPool",
                                   "AveragePool",
                                   "ReduceMean",
                                   "Add",
                                   "Sub",
                                   "Mul",
                                   "Div",
                                   "Min",
                                   "Max",
                                   "Sum",
                                   "Mean",
                                   "Concat",
                                   "Split",
                                   "Slice",
                                   "Flatten",
                                   "Reshape",
                                   "Transpose",
                                   "Squeeze",
                                   "Unsqueeze",
                                   "Pad",
                                   "Identity",
                                   "Dropout",
                                   "Constant",
                                   "Cast",
                                   "Where",
                                   "Greater",
                                   "Less",
                                   "Equal",
                                   "Not",
                                   "Shape",
                                   "Gather",
                                   "Expand",
                                   "ConstantOfShape",
                                   "Range",
                                   "ReduceProd",
                                   "Exit",
                                   "Aggregate",
                                   "GlobalMaxPool",
                                   "Pow",
                                   "GlobalAveragePool"};

static const int64_t kInts[] = {0,  1,  2,   3,         4,           7,
                                -1, -2, 255, 1LL << 31, INT64_MAX,   INT64_MIN,
                                64, 16, 8,   1LL << 20, -(1LL << 31)};

namespace {

/// Changes one thing in a model.
class Mutator {
public:
  explicit Mutator(unsigned seed) : random(seed) {}

  void mutate(onnx::ModelProto &model) {
    onnx::GraphProto &graph = *model.mutable_graph();
    switch (pick(9)) {
    case 0:
      if (auto *node = pickNode(graph))
        node->set_op_type(kOps[pick(std::size(kOps))]);
      break;
    case 1: // another value as input
      if (auto *node = pickNode(graph))
        if (node->input_size())
          node->set_input(pick(node->input_size()), pickValue(graph));
      break;
    case 2: // one more input, or one less
      if (auto *node = pickNode(graph)) {
        if (node->input_size() && pick(2))
          node->mutable_input()->RemoveLast();
        else
          node->add_input(pickValue(graph));
      }
      break;
    case 3:
      if (auto *node = pickNode(graph))
        mutateAttribute(*node);
      break;
    case 4:
      if (graph.initializer_size())
        mutateTensor(
            *graph.mutable_initializer(pick(graph.initializer_size())));
      break;
    case 5:
      if (graph.input_size()) {
        auto &dims = *graph.mutable_input(pick(graph.input_size()))
                          ->mutable_type()
                          ->mutable_tensor_type()
                          ->mutable_shape();
        if (dims.dim_size() == 0 || pick(6) == 0)
          dims.add_dim()->set_dim_value(pickInt());
        else
          dims.mutable_dim(pick(dims.dim_size()))->set_dim_value(pickInt());
      }
      break;
    case 6: // the same node again, under another name
      if (auto *node = pickNode(graph)) {
        onnx::NodeProto copy = *node;
        if (copy.output_size())
          copy.set_output(0, copy.output(0) + "'");
        *graph.add_node() = copy;
      }
      break;
    case 7:
      if (model.opset_import_size())
        model.mutable_opset_import(0)->set_version(6 + pick(18));
      break;
    default:
      if (graph.output_size())
        graph.mutable_output(pick(graph.output_size()))
            ->set_name(pickValue(graph));
    }
  }

private:
  size_t pick(size_t count) { return random() % count; }
  int64_t pickInt() { return kInts[pick(std::size(kInts))]; }

  onnx::NodeProto *pickNode(onnx::GraphProto &graph) {
    if (!graph.node_size())
      return nullptr;
    return graph.mutable_node(pick(graph.node_size()));
  }

  std::string pickValue(const onnx::GraphProto &graph) {
    switch (pick(4)) {
    case 0:
      if (graph.input_size())
        return graph.input(pick(graph.input_size())).name();
      break;
    case 1:
      if (graph.initializer_size())
        return graph.initializer(pick(graph.initializer_size())).name();
      break;
    case 2:
    case 3:
      if (graph.node_size()) {
        const auto &node = graph.node(pick(graph.node_size()));
        if (node.output_size())
          return node.output(pick(node.output_size()));
      }
    }
    return "";
  }

  void mutateAttribute(onnx::NodeProto &node) {
    if (!node.attribute_size())
      return;
    auto &attr = *node.mutable_attribute(pick(node.attribute_size()));
    if (attr.ints_size() && pick(4))
      attr.set_ints(pick(attr.ints_size()), pickInt());
    else if (attr.type() == onnx::AttributeProto::INTS)
      attr.add_ints(pickInt());
    else if (attr.type() == onnx::AttributeProto::TENSOR)
      mutateTensor(*attr.mutable_t());
    else if (pick(8) == 0)
      attr.set_type(onnx::AttributeProto::AttributeType(pick(12)));
    else
      attr.set_i(pickInt());
  }

  void mutateTensor(onnx::TensorProto &tensor) {
    switch (pick(5)) {
    case 0:
      if (tensor.dims_size())
        tensor.set_dims(pick(tensor.dims_size()), pickInt());
      break;
    case 1: // the same elements under another shape
      tensor.add_dims(1);
      if (tensor.dims_size() > 1)
        tensor.mutable_dims()->SwapElements(pick(tensor.dims_size()),
                                            pick(tensor.dims_size()));
      break;
    case 2:
      if (tensor.int64_data_size())
        tensor.set_int64_data(pick(tensor.int64_data_size()), pickInt());
      break;
    case 3:
      if (tensor.float_data_size())
        tensor.set_float_data(pick(tensor.float_data_size()),
                              float(pickInt()) / float(pickInt()));
      break;
    default:
      tensor.set_data_type(int(pick(17)));
    }
  }

  std::minstd_rand random;
};

} // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned int seed) {
  onnx::ModelProto model;
  google::protobuf::LogSilencer silencer;
  if (seed % 2 || !model.ParseFromArray(data, int(size)))
    return LLVMFuzzerMutate(data, size, maxSize);
  Mutator mutator(seed);
  for (unsigned i = 0; i <= seed / 2 % 3; ++i)
    mutator.mutate(model);
  if (model.ByteSizeLong() > maxSize ||
      !model.SerializeToArray(data, int(maxSize)))
    return LLVMFuzzerMutate(data, size, maxSize);
  return model.ByteSizeLong();
}
