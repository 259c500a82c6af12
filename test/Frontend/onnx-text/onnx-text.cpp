//===- onnx-text.cpp - Text to an ONNX file -------------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   onnx-text FILE > MODEL.onnx
//
// Reads a model in ONNX's textual syntax (onnx/defs/parser.h), or in protobuf's
// text format where the file begins with `ir_version`. In ONNX's syntax:
//
// - a line `//` is a comment, for RUN and CHECK lines;
// - a line `//! VALUE: NAME` names the node that produces VALUE, and
//   `//! initializer float[2,3] NAME` is an initializer of consecutive values
//   -3, -2, ..., 3, -3, ... divided by 4;
// - a line `//! metadata KEY: VALUE` adds metadata.
//
//===----------------------------------------------------------------------===//

#include <fstream>
#include <google/protobuf/text_format.h>
#include <iostream>
#include <onnx/defs/parser.h>
#include <onnx/onnx_pb.h>
#include <sstream>
#include <vector>

namespace {

/// One `//!` line.
struct Directive {
  std::string line;
  int number;
};

std::string trim(const std::string &text) {
  size_t begin = text.find_first_not_of(" \t");
  size_t end = text.find_last_not_of(" \t\r");
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

/// float[2,3] NAME
bool addInitializer(const std::string &text, onnx::GraphProto &graph) {
  size_t open = text.find('['), close = text.find(']');
  if (text.rfind("float[", 0) != 0 || close == std::string::npos)
    return false;
  onnx::TensorProto &tensor = *graph.add_initializer();
  tensor.set_name(trim(text.substr(close + 1)));
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  std::istringstream dims(text.substr(open + 1, close - open - 1));
  long long count = 1;
  for (std::string dim; std::getline(dims, dim, ',');) {
    tensor.add_dims(std::stoll(dim));
    count *= std::stoll(dim);
  }
  for (long long i = 0; i < count; ++i)
    tensor.add_float_data(float(i % 7 - 3) / 4.0f);
  return true;
}

bool apply(const std::string &text, onnx::ModelProto &model) {
  if (text.rfind("initializer ", 0) == 0)
    return addInitializer(trim(text.substr(12)), *model.mutable_graph());
  size_t colon = text.find(": ");
  if (colon == std::string::npos)
    return false;
  std::string key = trim(text.substr(0, colon));
  std::string value = trim(text.substr(colon + 2));
  if (key.rfind("metadata ", 0) == 0) {
    auto *entry = model.add_metadata_props();
    entry->set_key(trim(key.substr(9)));
    entry->set_value(value);
    return true;
  }
  for (auto &node : *model.mutable_graph()->mutable_node())
    for (const std::string &output : node.output())
      if (output == key) {
        node.set_name(value);
        return true;
      }
  return false;
}

int fail(const std::string &message) {
  std::cerr << "onnx-text: error: " << message << "\n";
  return 1;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2)
    return fail("usage: onnx-text FILE > MODEL.onnx");
  std::ifstream file;
  bool standardInput = std::string(argv[1]) == "-";
  if (!standardInput)
    file.open(argv[1]);
  std::istream &in = standardInput ? std::cin : file;
  std::string text, line;
  std::vector<Directive> directives;
  for (int number = 1; std::getline(in, line); ++number) {
    std::string trimmed = trim(line);
    if (trimmed.rfind("//!", 0) == 0)
      directives.push_back({trim(trimmed.substr(3)), number});
    text += trimmed.rfind("//", 0) == 0 ? "\n" : line + "\n";
  }
  if (in.bad() || trim(text).empty())
    return fail(std::string("cannot read ") + argv[1]);
  onnx::ModelProto model;
  size_t first = text.find_first_not_of(" \t\n");
  if (text.compare(first, 10, "ir_version") == 0) {
    if (!google::protobuf::TextFormat::ParseFromString(text, &model))
      return fail(std::string(argv[1]) + ": not in protobuf's text format");
  } else {
    onnx::OnnxParser parser(text.c_str());
    auto status = parser.Parse(model);
    if (!status.IsOK())
      return fail(std::string(argv[1]) + ": " + status.ErrorMessage());
  }
  for (const Directive &directive : directives)
    if (!apply(directive.line, model))
      return fail(std::string(argv[1]) + ":" +
                  std::to_string(directive.number) + ": cannot apply '" +
                  directive.line + "'");
  return model.SerializeToOstream(&std::cout) ? 0 : fail("cannot write");
}
