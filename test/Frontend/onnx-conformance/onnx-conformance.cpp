//===- onnx-conformance.cpp - ONNX's own tests against the importer -------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   onnx-conformance [--verbose] DIR...
//   onnx-conformance --model M.onnx --input NAME=X.f32 --expect NAME=Y.f32,TOL
//
// First form: each DIR is a test in ONNX's layout (model.onnx and
// test_data_set_N/{input,output}_N.pb) or holds such tests. Every test is run
// up to three times: with all inputs given at run time, with all but the first
// as constants, and with all as constants, so that constant folding is tested
// with the same references. Outputs that are not floats are cast to float at
// the end of the graph. A line for each test: PASS, FAIL: REASON or SKIP:
// REASON, then a summary. Exit status 1 after any FAIL.
//
// Second form: a model on raw float files of any number of samples.
//
//===----------------------------------------------------------------------===//

#include "LowerOwnOps.h"
#include "ModelReader.h"
#include "ddnn-frontend/OnnxImporter.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "ddnn/Support/Jit.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <cmath>
#include <csignal>
#include <cstring>
#include <sys/wait.h>
#include <unistd.h>

using namespace mlir;
using namespace ddnn;
using frontend::HostTensorPtr;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

static llvm::cl::list<std::string> folders(llvm::cl::Positional,
                                           llvm::cl::desc("DIR..."));
static llvm::cl::opt<bool> verbose("verbose",
                                   llvm::cl::desc("show diagnostics"));
static llvm::cl::opt<std::string> modelFile("model",
                                            llvm::cl::desc("run this model"));
static llvm::cl::list<std::string>
    modelInputs("input", llvm::cl::desc("NAME=FILE of float32"));
static llvm::cl::list<std::string>
    modelExpect("expect", llvm::cl::desc("NAME=FILE,TOLERANCE"));

// References are computed by numpy, partly in double: products and sums of some
// hundred terms in float32 differ by about 1e-5 of their value.
static constexpr double kRelative = 1e-4, kAbsolute = 1e-5;

namespace {

enum Outcome { Pass = 0, Fail = 1, Skip = 2 };

struct Result {
  Outcome outcome;
  std::string reason;
};

/// The files of one data set.
struct DataSet {
  std::vector<onnx::TensorProto> inputs, outputs;
};

} // namespace

static DialectRegistry &getRegistry() {
  static DialectRegistry registry;
  return registry;
}

static bool readTensors(StringRef dir, StringRef prefix,
                        std::vector<onnx::TensorProto> &tensors) {
  for (int i = 0;; ++i) {
    auto buffer = llvm::MemoryBuffer::getFile(
        dir + "/" + prefix + "_" + Twine(i) + ".pb", false, false);
    if (!buffer)
      return true;
    onnx::TensorProto tensor;
    if (!tensor.ParseFromArray((*buffer)->getBufferStart(),
                               (*buffer)->getBufferSize()))
      return false;
    tensors.push_back(std::move(tensor));
  }
}

/// Opset 6 as opset 7, where a few attributes went. What relied on them fails
/// to import or to give the expected values.
static void raiseOpset(onnx::ModelProto &model) {
  for (auto &entry : *model.mutable_opset_import())
    if (entry.domain().empty() && entry.version() == 6)
      entry.set_version(7);
    else if (entry.domain().empty())
      return;
  for (onnx::NodeProto &node : *model.mutable_graph()->mutable_node())
    for (int i = node.attribute_size() - 1; i >= 0; --i) {
      const std::string &name = node.attribute(i).name();
      if (name == "broadcast" || name == "is_test" || name == "consumed_inputs")
        node.mutable_attribute()->DeleteSubrange(i, 1);
    }
}

/// Casts outputs that are not float to float.
static void castOutputs(onnx::GraphProto &graph) {
  for (onnx::ValueInfoProto &output : *graph.mutable_output()) {
    auto &type = *output.mutable_type()->mutable_tensor_type();
    if (type.elem_type() == onnx::TensorProto::FLOAT)
      continue;
    onnx::NodeProto &cast = *graph.add_node();
    cast.set_op_type("Cast");
    cast.add_input(output.name());
    cast.add_output(output.name() + ".float");
    onnx::AttributeProto &to = *cast.add_attribute();
    to.set_name("to");
    to.set_type(onnx::AttributeProto::INT);
    to.set_i(onnx::TensorProto::FLOAT);
    output.set_name(cast.output(0));
    type.set_elem_type(onnx::TensorProto::FLOAT);
  }
}

/// The references have no type for bfloat16 and use uint16.
static void fixBFloat(
    const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto> &values,
    std::vector<onnx::TensorProto> &tensors) {
  for (auto [value, tensor] : llvm::zip(values, tensors))
    if (value.type().tensor_type().elem_type() == onnx::TensorProto::BFLOAT16)
      tensor.set_data_type(onnx::TensorProto::BFLOAT16);
}

static std::string compare(const Jit::Tensor &got,
                           const frontend::HostTensor &want, StringRef name,
                           double relative) {
  if (ArrayRef<int64_t>(got.shape) != ArrayRef<int64_t>(want.shape))
    return llvm::formatv("output '{0}' is {1}, expected {2}", name,
                         frontend::toString(got.shape),
                         frontend::toString(want.shape));
  for (size_t i = 0; i < got.data.size(); ++i) {
    double g = got.data[i], w = want.at(i);
    if ((std::isnan(g) && std::isnan(w)) || g == w)
      continue;
    if (!(std::fabs(g - w) <= kAbsolute + relative * std::fabs(w)))
      return llvm::formatv("output '{0}' element {1} is {2}, expected {3}",
                           name, i, g, w);
  }
  return "";
}

/// One test in one of its forms. `constants`: the inputs from this one on are
/// initializers.
static Result runOnce(onnx::ModelProto model, const DataSet &data,
                      int constants) {
  onnx::GraphProto &graph = *model.mutable_graph();
  // Inputs by position, without those that have initializers.
  std::vector<int> open;
  for (int i = 0; i < graph.input_size(); ++i) {
    bool initialized = llvm::any_of(graph.initializer(), [&](const auto &t) {
      return t.name() == graph.input(i).name();
    });
    if (!initialized)
      open.push_back(i);
  }
  if (open.size() < data.inputs.size())
    return {Skip, "more reference inputs than inputs"};
  frontend::TensorReader reader("");
  std::vector<Jit::Tensor> arguments;
  for (size_t i = 0; i < data.inputs.size(); ++i) {
    const onnx::TensorProto &tensor = data.inputs[i];
    bool isFloat = tensor.data_type() == onnx::TensorProto::FLOAT;
    if (int(i) >= constants || !isFloat) {
      onnx::TensorProto &initializer = *graph.add_initializer();
      initializer = tensor;
      initializer.set_name(graph.input(open[i]).name());
      continue;
    }
    llvm::Expected<HostTensorPtr> host = reader.read(tensor);
    if (!host)
      return {Skip, "input: " + llvm::toString(host.takeError())};
    Jit::Tensor argument;
    argument.data = (*host)->floats;
    arguments.push_back(std::move(argument));
  }
  castOutputs(graph);

  MLIRContext context(getRegistry(), MLIRContext::Threading::DISABLED);
  std::string firstError;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error &&
        firstError.empty())
      firstError = diagnostic.str();
    if (verbose)
      frontend::printDiagnostic(llvm::errs(), diagnostic, "module");
    return success();
  });
  std::string bytes = model.SerializeAsString();
  OwningOpRef<ModuleOp> module = frontend::importOnnxBuffer(
      bytes, "model.onnx", "", &context, frontend::ImportOptions());
  if (!module)
    return {Skip, firstError};
  if (verbose)
    module->print(llvm::errs());
  if (failed(test::lowerOwnOps(*module)))
    return {Fail, firstError};
  auto jit = Jit::compile(*module, /*level=*/0);
  if (!jit)
    return {Fail, llvm::toString(jit.takeError()) + ": " + firstError};
  auto results = (*jit)->run(arguments);
  if (!results)
    return {Fail, llvm::toString(results.takeError())};
  if (results->size() < data.outputs.size())
    return {Fail, "too few outputs"};
  for (size_t i = 0; i < data.outputs.size(); ++i) {
    llvm::Expected<HostTensorPtr> want = reader.read(data.outputs[i]);
    if (!want)
      return {Skip, "output: " + llvm::toString(want.takeError())};
    // The references of bfloat16 were cut off instead of rounded.
    bool bfloat = data.outputs[i].data_type() == onnx::TensorProto::BFLOAT16;
    double relative = bfloat ? 1.0 / 128 : kRelative;
    std::string difference =
        compare((*results)[i], **want, graph.output(i).name(), relative);
    if (!difference.empty())
      return {Fail, difference};
  }
  return {Pass, ""};
}

/// All forms and data sets of one test: passes if at least one form can be
/// imported and none is wrong.
static Result runTest(const std::string &dir) {
  auto buffer = llvm::MemoryBuffer::getFile(dir + "/model.onnx", false, false);
  onnx::ModelProto model;
  if (!buffer)
    return {Skip, "no model.onnx"};
  if (llvm::Error error = frontend::parseModel((*buffer)->getBuffer(), model))
    return {Skip, llvm::toString(std::move(error))};
  raiseOpset(model);
  int passed = 0, skipped = 0;
  std::string reason;
  for (int set = 0; fs::is_directory(dir + "/test_data_set_" + Twine(set));
       ++set) {
    std::string folder = dir + "/test_data_set_" + std::to_string(set);
    DataSet data;
    if (!readTensors(folder, "input", data.inputs) ||
        !readTensors(folder, "output", data.outputs))
      return {Skip, "its references are not tensors"};
    fixBFloat(model.graph().input(), data.inputs);
    fixBFloat(model.graph().output(), data.outputs);
    for (int constants : {INT_MAX, 1, 0}) {
      if (constants == 1 && data.inputs.size() < 2)
        continue;
      Result result = runOnce(model, data, constants);
      if (result.outcome == Fail)
        return {Fail, (constants == INT_MAX ? ""
                       : constants == 1     ? "(weights constant) "
                                            : "(all constant) ") +
                          result.reason};
      if (result.outcome == Pass)
        ++passed;
      else
        ++skipped, reason = reason.empty() ? result.reason : reason;
    }
  }
  if (passed)
    return {Pass, std::to_string(passed) + " of " +
                      std::to_string(passed + skipped) + " forms"};
  return {Skip, reason.empty() ? "no data" : reason};
}

/// In a process of its own, so that a crash is a failed test and no more.
static Result runIsolated(const std::string &dir) {
  int channel[2];
  if (pipe(channel))
    return {Fail, "no pipe"};
  fflush(nullptr);
  pid_t child = fork();
  if (child == 0) {
    alarm(120);
    Result result = runTest(dir);
    std::string text = char('0' + result.outcome) + result.reason;
    ssize_t written = write(channel[1], text.data(), text.size());
    _exit(written == ssize_t(text.size()) ? 0 : 1);
  }
  close(channel[1]);
  std::string text;
  char chunk[512];
  for (ssize_t n; (n = read(channel[0], chunk, sizeof(chunk))) > 0;)
    text.append(chunk, n);
  close(channel[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status))
    return {Fail, std::string("killed by ") + strsignal(WTERMSIG(status))};
  if (text.empty())
    return {Fail, "no result"};
  return {Outcome(text[0] - '0'), text.substr(1)};
}

static void findTests(const std::string &dir, std::vector<std::string> &tests) {
  if (fs::exists(dir + "/model.onnx")) {
    tests.push_back(dir);
    return;
  }
  std::error_code code;
  std::vector<std::string> inner;
  for (fs::directory_iterator it(dir, code), end; it != end && !code;
       it.increment(code))
    if (fs::is_directory(it->path()))
      inner.push_back(it->path());
  llvm::sort(inner);
  for (const std::string &sub : inner)
    findTests(sub, tests);
}

//===----------------------------------------------------------------------===//
// A model on raw files
//===----------------------------------------------------------------------===//

static int fail(const Twine &message) {
  llvm::errs() << "onnx-conformance: error: " << message << "\n";
  return 1;
}

static bool readFloats(StringRef file, std::vector<float> &values) {
  auto buffer = llvm::MemoryBuffer::getFile(file, false, false);
  if (!buffer)
    return false;
  values.resize((*buffer)->getBufferSize() / sizeof(float));
  memcpy(values.data(), (*buffer)->getBufferStart(),
         values.size() * sizeof(float));
  return true;
}

static int runModel() {
  MLIRContext context(getRegistry(), MLIRContext::Threading::DISABLED);
  ScopedDiagnosticHandler handler(&context, [](Diagnostic &diagnostic) {
    frontend::printDiagnostic(llvm::errs(), diagnostic);
    return success();
  });
  OwningOpRef<ModuleOp> module =
      frontend::importOnnxFile(modelFile, &context, frontend::ImportOptions());
  if (!module)
    return 1;
  auto func = module->lookupSymbol<mlir::func::FuncOp>("main");
  std::vector<std::vector<float>> inputs(func.getNumArguments());
  std::vector<std::string> names;
  std::vector<int64_t> sizes;
  for (unsigned i = 0; i < func.getNumArguments(); ++i) {
    auto name = func.getArgAttrOfType<StringAttr>(i, kNameAttr);
    sizes.push_back(
        cast<RankedTensorType>(func.getArgumentTypes()[i]).getNumElements());
    for (StringRef text : modelInputs)
      if (text.split('=').first == name.getValue() &&
          !readFloats(text.split('=').second, inputs[i]))
        return fail("cannot read " + text);
    if (inputs[i].size() < size_t(sizes[i]))
      return fail("too little data for input '" + name.getValue() + "'");
  }
  for (unsigned i = 0; i < func.getNumResults(); ++i)
    names.push_back(func.getResultAttrOfType<StringAttr>(i, kNameAttr).str());
  if (failed(test::lowerOwnOps(*module)))
    return 1;
  auto jit = Jit::compile(*module, /*level=*/3);
  if (!jit)
    return fail(llvm::toString(jit.takeError()));
  struct Expectation {
    std::vector<float> values;
    double tolerance, worst = 0.0;
    size_t at = 0;
  };
  std::map<std::string, Expectation> expected;
  for (StringRef text : modelExpect) {
    auto [name, rest] = text.split('=');
    auto [file, tolerance] = rest.rsplit(',');
    Expectation &expectation = expected[name.str()];
    if (tolerance.getAsDouble(expectation.tolerance) ||
        !readFloats(file, expectation.values))
      return fail("cannot read " + text);
  }
  size_t samples = inputs.empty() ? 1 : inputs[0].size() / sizes[0];
  for (size_t sample = 0; sample < samples; ++sample) {
    std::vector<Jit::Tensor> arguments(inputs.size());
    for (size_t i = 0; i < inputs.size(); ++i)
      arguments[i].data.assign(inputs[i].begin() + sample * sizes[i],
                               inputs[i].begin() + (sample + 1) * sizes[i]);
    auto results = (*jit)->run(arguments);
    if (!results)
      return fail(llvm::toString(results.takeError()));
    for (auto [name, tensor] : llvm::zip(names, *results)) {
      auto it = expected.find(name);
      if (it == expected.end())
        continue;
      for (float value : tensor.data) {
        if (it->second.at >= it->second.values.size())
          break;
        double error = std::fabs(value - it->second.values[it->second.at++]);
        it->second.worst =
            std::isnan(error) ? INFINITY : std::max(it->second.worst, error);
      }
    }
  }
  bool good = true;
  for (auto &[name, expectation] : expected) {
    bool fits = expectation.worst <= expectation.tolerance && expectation.at;
    good &= fits;
    llvm::outs() << llvm::formatv("{0} {1}: largest difference {2:e3} over {3} "
                                  "values, tolerance {4:e1}\n",
                                  fits ? "PASS" : "FAIL", name,
                                  expectation.worst, expectation.at,
                                  expectation.tolerance);
  }
  return good ? 0 : 1;
}

int main(int argc, char **argv) {
  llvm::cl::ParseCommandLineOptions(argc, argv, "ONNX conformance\n");
  registerAllDialects(getRegistry());
  registerAllExtensions(getRegistry());
  getRegistry().insert<DDNNDialect>();
  Jit::registerDialects(getRegistry());
  if (!modelFile.empty())
    return runModel();
  std::vector<std::string> tests;
  for (const std::string &folder : folders)
    findTests(folder, tests);
  if (tests.empty())
    return fail("no tests found");
  int counts[3] = {0, 0, 0};
  for (const std::string &dir : tests) {
    Result result = runIsolated(dir);
    ++counts[result.outcome];
    static const char *const kNames[] = {"PASS", "FAIL", "SKIP"};
    llvm::outs() << kNames[result.outcome] << " " << path::filename(dir) << ": "
                 << result.reason << "\n";
    llvm::outs().flush();
  }
  llvm::outs() << counts[Pass] << " passed, " << counts[Fail] << " failed, "
               << counts[Skip] << " skipped\n";
  return counts[Fail] ? 1 : 0;
}
