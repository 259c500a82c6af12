//===- GraphImporter.cpp - One ONNX graph to one function -----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphImporter.h"
#include "Node.h"
#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/Nodes.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringExtras.h"
#include <deque>

using namespace mlir;
using namespace ddnn;
using namespace ddnn::frontend;
using Shape = ddnn::frontend::Shape;

/// Oldest opset whose operators broadcast as numpy does.
static constexpr int64_t kMinOpset = 7;
/// Function calls in function calls.
static constexpr int kMaxDepth = 32;
/// Errors that are shown. A hostile file could have millions of them.
static constexpr int kMaxErrors = 100;
/// Characters of a node's name that are kept, of the names of the functions it
/// is in as well.
static constexpr size_t kMaxName = 256;

//===----------------------------------------------------------------------===//
// The operator table
//===----------------------------------------------------------------------===//

const OpTable &OpTable::get() {
  static const OpTable table = [] {
    OpTable table;
    addConvolutionOps(table);
    addDataMovementOps(table);
    addElementwiseOps(table);
    addLinearOps(table);
    addNormalizationOps(table);
    addPoolingOps(table);
    addReductionOps(table);
    addSelectionOps(table);
    addShapeOps(table);
    return table;
  }();
  return table;
}

OpImporter OpTable::lookup(StringRef op, int64_t opset) const {
  auto it = entries.find(op);
  if (it == entries.end())
    return nullptr;
  auto next = it->second.upper_bound(opset);
  return next == it->second.begin() ? nullptr : std::prev(next)->second;
}

std::optional<int64_t> OpTable::getFirstVersion(StringRef op) const {
  auto it = entries.find(op);
  if (it == entries.end())
    return std::nullopt;
  return it->second.begin()->first;
}

//===----------------------------------------------------------------------===//
// The module
//===----------------------------------------------------------------------===//

GraphImporter::GraphImporter(const onnx::ModelProto &model, StringRef file,
                             int64_t fileBytes, TensorReader &reader,
                             MLIRContext *context, const ImportOptions &options)
    : builder(context), model(model), file(file.str()), reader(reader),
      context(context), options(options),
      // Folding may multiply what is in the file a little, and small constants
      // are free.
      foldingBudget((int64_t(1) << 20) + fileBytes),
      nodeBudget((int64_t(1) << 14) + fileBytes / 8) {}

InFlightDiagnostic GraphImporter::error() {
  failed = true;
  InFlightDiagnostic diagnostic =
      emitError(FileLineColLoc::get(context, file, 0, 0));
  if (++errors > kMaxErrors)
    diagnostic.abandon();
  return diagnostic;
}

bool GraphImporter::takeFoldingBudget(int64_t elements) {
  if (elements > foldingBudget)
    return false;
  foldingBudget -= elements;
  return true;
}

/// An MLIR symbol that needs no quotes: [A-Za-z_][A-Za-z0-9_]*.
static std::string sanitize(StringRef name) {
  std::string result;
  for (char c : name)
    result += llvm::isAlnum(c) ? c : '_';
  if (result.empty())
    return "model";
  if (llvm::isDigit(result.front()))
    result.insert(0, "_");
  return result;
}

Location GraphImporter::locate(StringRef node, StringRef op) const {
  // NameLoc refuses an empty name.
  Location child =
      NameLoc::get(StringAttr::get(context, op.empty() ? "?" : op));
  return NameLoc::get(StringAttr::get(context, node.empty() ? "?" : node),
                      child);
}

OwningOpRef<ModuleOp> GraphImporter::import() {
  const onnx::GraphProto &graph = model.graph();
  Location loc = FileLineColLoc::get(context, file, 0, 0);
  OwningOpRef<ModuleOp> module =
      ModuleOp::create(loc, StringRef(sanitize(graph.name())));
  builder.setInsertionPointToEnd(module->getBody());
  auto func = func::FuncOp::create(builder, loc, "main",
                                   builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(func.addEntryBlock());

  Scope scope;
  // Without the version of the operators nothing can be said about them.
  if (!readOpsets(model.opset_import(), scope, "the model"))
    return nullptr;
  for (const onnx::FunctionProto &function : model.functions())
    functions[function.domain() + ":" + function.name()] = &function;
  if (graph.node_size() == 0)
    error() << "the graph has no nodes";
  if (graph.output_size() == 0)
    error() << "the graph has no outputs";
  if (graph.sparse_initializer_size())
    error() << "sparse initializers are not supported, the first is '"
            << graph.sparse_initializer(0).values().name() << "'";

  readInitializers(scope);
  declareInputs(func, scope);
  std::vector<std::string> outputs;
  for (const onnx::ValueInfoProto &output : graph.output())
    outputs.push_back(output.name());
  importNodes(graph.node(), outputs, scope);
  reportUnsupported();
  readMetadata(*module);
  applyMissing(func);
  finishFunction(func, scope);
  if (!reader.getConverted().empty())
    emitRemark(loc) << "values of " << reader.getConverted().size()
                    << " tensors are converted to float32, the first is '"
                    << reader.getConverted().front() << "'";
  if (errors > kMaxErrors)
    emitError(loc) << errors - kMaxErrors << " more errors are not shown";
  if (failed)
    return nullptr;
  if (mlir::failed(verify(*module))) {
    error() << "internal error: the imported module is not valid";
    return nullptr;
  }
  return module;
}

bool GraphImporter::readOpsets(
    const google::protobuf::RepeatedPtrField<onnx::OperatorSetIdProto> &list,
    Scope &scope, const std::string &where) {
  for (const onnx::OperatorSetIdProto &entry : list) {
    std::string domain = entry.domain() == "ai.onnx" ? "" : entry.domain();
    scope.opsets[domain] = entry.version();
  }
  auto it = scope.opsets.find("");
  if (it == scope.opsets.end()) {
    error() << where << " does not say which version of the ONNX operators it "
            << "uses (opset_import)";
    return false;
  }
  if (it->second < kMinOpset) {
    error() << where << " uses opset " << it->second << "; the oldest that is "
            << "supported is " << kMinOpset;
    return false;
  }
  return true;
}

void GraphImporter::readInitializers(Scope &scope) {
  for (const onnx::TensorProto &tensor : model.graph().initializer()) {
    if (tensor.name().empty()) {
      error() << "an initializer has no name";
      continue;
    }
    if (!scope.initializers.try_emplace(tensor.name(), &tensor).second) {
      error() << "initializer '" << tensor.name() << "' exists twice";
      continue;
    }
    if (llvm::Error problem = reader.check(tensor)) {
      error() << "initializer '" << tensor.name() << "' "
              << llvm::toString(std::move(problem));
      scope.values[tensor.name()] = Operand::poisoned();
    }
  }
}

const Operand &GraphImporter::lookupValue(Scope &scope,
                                          const std::string &name) {
  auto it = scope.values.find(name);
  if (it != scope.values.end())
    return it->second;
  Operand &operand = scope.values[name];
  operand = Operand::poisoned();
  auto initializer = scope.initializers.find(name);
  if (initializer == scope.initializers.end())
    return operand; // Reported by sortNodes.
  llvm::Expected<HostTensorPtr> tensor = reader.read(*initializer->second);
  if (tensor) {
    // External data is part of what the file justifies, too.
    foldingBudget += 2 * (*tensor)->size();
    operand = Operand::of(*tensor);
  } else
    error() << "initializer '" << name << "' "
            << llvm::toString(tensor.takeError());
  return operand;
}

std::optional<Shape>
GraphImporter::readInputShape(const onnx::ValueInfoProto &input,
                              llvm::StringSet<> &used) {
  if (!input.type().has_tensor_type()) {
    error() << "graph input '" << input.name() << "' is not a tensor";
    return std::nullopt;
  }
  const auto &type = input.type().tensor_type();
  bool good = true;
  if (type.elem_type() != onnx::TensorProto::FLOAT) {
    auto diagnostic = error()
                      << "graph input '" << input.name() << "' has type "
                      << elementTypeName(type.elem_type())
                      << "; inputs must be float";
    diagnostic.attachNote() << "conversion from camera bytes is described in "
                               "the deployment file (--spec)";
    good = false;
  }
  if (!type.has_shape()) {
    error() << "graph input '" << input.name() << "' has no shape";
    return std::nullopt;
  }
  Shape shape;
  for (int axis = 0; axis < type.shape().dim_size(); ++axis) {
    const auto &dim = type.shape().dim(axis);
    std::string flag = dim.has_dim_param() && !dim.dim_param().empty()
                           ? dim.dim_param()
                           : input.name() + ":" + std::to_string(axis);
    auto given = options.dims.find(flag);
    int64_t size = dim.has_dim_value() ? dim.dim_value() : -1;
    if (size <= 0 && given != options.dims.end()) {
      size = given->second;
      used.insert(flag);
    }
    if (size <= 0) {
      auto diagnostic = error() << "graph input '" << input.name() << "' has ";
      if (dim.has_dim_param() && !dim.dim_param().empty())
        diagnostic << "the symbolic dimension '" << dim.dim_param()
                   << "' on axis " << axis;
      else
        diagnostic << "no fixed size on axis " << axis;
      diagnostic.attachNote()
          << "give it a size, for instance --dim=" << flag << "=1";
      good = false;
      size = 1;
    }
    shape.push_back(size);
  }
  if (!countElements(shape)) {
    error() << "graph input '" << input.name() << "' of shape "
            << toString(shape)
            << " has more than the 2^31 elements or 16 dimensions that are "
               "supported";
    good = false;
  }
  if (!good)
    return std::nullopt;
  return shape;
}

void GraphImporter::declareInputs(func::FuncOp func, Scope &scope) {
  Block &block = func.getBody().front();
  llvm::StringSet<> seen;
  llvm::StringSet<> used;
  for (const onnx::ValueInfoProto &input : model.graph().input()) {
    // Up to IR version 3 initializers are listed among the inputs.
    if (scope.initializers.count(input.name()))
      continue;
    if (input.name().empty()) {
      error() << "a graph input has no name";
      continue;
    }
    if (!seen.insert(input.name()).second) {
      error() << "graph input '" << input.name() << "' exists twice";
      continue;
    }
    std::optional<Shape> shape = readInputShape(input, used);
    if (!shape) {
      scope.values[input.name()] = Operand::poisoned();
      continue;
    }
    auto type = RankedTensorType::get(*shape, builder.getF32Type());
    scope.values[input.name()] =
        Operand::of(block.addArgument(type, locate(input.name(), "Input")));
    for (const auto &dim : options.dims)
      if (!used.contains(dim.getKey()))
        emitWarning(func.getLoc())
            << "--dim=" << dim.getKey()
            << " names no dimension of an input that has no size";
  }
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

std::string GraphImporter::nameNode(const onnx::NodeProto &proto,
                                    const Scope &scope) const {
  StringRef own = proto.op_type();
  for (const std::string &output : llvm::reverse(proto.output()))
    if (!output.empty())
      own = output;
  if (!proto.name().empty())
    own = proto.name();
  return (scope.prefix + own.take_front(kMaxName)).str().substr(0, kMaxName);
}

void GraphImporter::reportCycles(const NodeList &nodes, ArrayRef<bool> sorted,
                                 const llvm::StringMap<int> &producers,
                                 Scope &scope) {
  // Walk against the edges from each node that could not be sorted; a walk that
  // meets itself has found a cycle.
  std::vector<int> walk(nodes.size(), -1);
  for (int start = 0; start < nodes.size(); ++start) {
    std::vector<int> path;
    int at = start;
    while (at >= 0 && !sorted[at] && walk[at] < 0) {
      walk[at] = start;
      path.push_back(at);
      int next = -1;
      for (const std::string &input : nodes[at].input()) {
        auto it = producers.find(input);
        if (it != producers.end() && !sorted[it->second]) {
          next = it->second;
          break;
        }
      }
      at = next;
    }
    if (at < 0 || sorted[at] || walk[at] != start)
      continue;
    // In the direction of the data, from the node that is first in the file.
    std::vector<int> cycle(llvm::find(path, at), path.end());
    std::reverse(cycle.begin(), cycle.end());
    std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()),
                cycle.end());
    auto diagnostic = error() << "the nodes ";
    for (int node : cycle)
      diagnostic << "'" << nameNode(nodes[node], scope) << "' -> ";
    diagnostic << "'" << nameNode(nodes[cycle.front()], scope)
               << "' form a cycle";
  }
}

/// Indices of the nodes in an order in which each comes after its inputs, the
/// file's order where that is free. Reports names that exist twice, inputs that
/// do not exist and cycles.
std::vector<int> GraphImporter::sortNodes(const NodeList &nodes, Scope &scope) {
  llvm::StringMap<int> producers;
  for (int i = 0; i < nodes.size(); ++i)
    for (const std::string &output : nodes[i].output()) {
      if (output.empty())
        continue;
      auto [it, inserted] = producers.try_emplace(output, i);
      if (!inserted)
        error() << "value '" << output << "' is produced by node '"
                << nameNode(nodes[it->second], scope) << "' and by node '"
                << nameNode(nodes[i], scope) << "'";
      else if (scope.values.count(output) || scope.initializers.count(output))
        error() << "node '" << nameNode(nodes[i], scope) << "' produces '"
                << output << "', which is an input or initializer";
    }

  std::vector<int> missing(nodes.size(), 0);
  std::vector<std::vector<int>> users(nodes.size());
  for (int i = 0; i < nodes.size(); ++i)
    for (const std::string &input : nodes[i].input()) {
      if (input.empty() || scope.values.count(input) ||
          scope.initializers.count(input))
        continue;
      auto it = producers.find(input);
      if (it == producers.end()) {
        error() << "node '" << nameNode(nodes[i], scope) << "' ("
                << nodes[i].op_type() << "): input '" << input
                << "' is produced by no node and is no input or initializer";
        scope.values[input] = Operand::poisoned();
        continue;
      }
      ++missing[i];
      users[it->second].push_back(i);
    }

  // A heap gives the smallest index that is ready.
  std::vector<int> ready, order;
  for (int i = nodes.size() - 1; i >= 0; --i)
    if (!missing[i])
      ready.push_back(i);
  std::make_heap(ready.begin(), ready.end(), std::greater<int>());
  std::vector<bool> sorted(nodes.size(), false);
  while (!ready.empty()) {
    std::pop_heap(ready.begin(), ready.end(), std::greater<int>());
    int i = ready.back();
    ready.pop_back();
    order.push_back(i);
    sorted[i] = true;
    for (int user : users[i])
      if (--missing[user] == 0) {
        ready.push_back(user);
        std::push_heap(ready.begin(), ready.end(), std::greater<int>());
      }
  }
  if (int(order.size()) != nodes.size()) {
    SmallVector<bool> flags(sorted.begin(), sorted.end());
    reportCycles(nodes, flags, producers, scope);
    for (int i = 0; i < nodes.size(); ++i)
      if (!sorted[i])
        for (const std::string &output : nodes[i].output())
          scope.values[output] = Operand::poisoned();
  }
  return order;
}

void GraphImporter::importNodes(const NodeList &nodes,
                                ArrayRef<std::string> outputNames,
                                Scope &scope) {
  std::vector<int> order = sortNodes(nodes, scope);
  // What no output needs is not imported: exporters leave such nodes behind.
  llvm::StringSet<> needed;
  for (const std::string &output : outputNames)
    needed.insert(output);
  std::vector<bool> live(nodes.size(), false);
  for (int i : llvm::reverse(order)) {
    live[i] = llvm::any_of(nodes[i].output(), [&](const std::string &output) {
      return needed.contains(output);
    });
    if (live[i])
      for (const std::string &input : nodes[i].input())
        needed.insert(input);
  }
  for (int i : order)
    if (live[i])
      importNode(nodes[i], scope);
}

OpImporter GraphImporter::findImporter(Node &node,
                                       const onnx::FunctionProto *&function,
                                       Scope &scope) {
  const onnx::NodeProto &proto = node.proto;
  std::string domain = proto.domain() == "ai.onnx" ? "" : proto.domain();
  // Ours come first: their functions are there for other runtimes.
  if (domain == "ai.ddnn")
    if (OpImporter importer = lookupDDNNOp(proto.op_type()))
      return importer;
  if (isQonnxDomain(domain))
    if (OpImporter importer = lookupQonnxOp(proto.op_type()))
      return importer;
  auto it = functions.find(proto.domain() + ":" + proto.op_type());
  if (it != functions.end()) {
    function = it->second;
    return nullptr;
  }
  if (domain.empty()) {
    if (OpImporter importer =
            OpTable::get().lookup(proto.op_type(), node.opset))
      return importer;
    if (auto first = OpTable::get().getFirstVersion(proto.op_type())) {
      node.error() << "the operator exists since opset " << *first
                   << ", the model uses opset " << node.opset;
      return nullptr;
    }
  }
  node.failed = failed = true;
  std::string reason =
      domain.empty() ? "operator is not supported"
                     : "operator of domain '" + domain +
                           "' is not supported "
                           "and the model does not define it as a function";
  std::string op = proto.op_type() + ", opset " + std::to_string(node.opset);
  auto same = llvm::find_if(unsupported, [&](const Unsupported &other) {
    return other.op == op && other.reason == reason;
  });
  if (same == unsupported.end())
    unsupported.push_back({op, reason, {node.name}});
  else
    same->nodes.push_back(node.name);
  return nullptr;
}

void GraphImporter::importNode(const onnx::NodeProto &proto, Scope &scope) {
  std::string name = nameNode(proto, scope);
  // ONNX does not require unique names, --cut and the report do.
  while (int uses = nodeNames[name]++)
    name = nameNode(proto, scope) + "#" + std::to_string(uses + 1);
  std::string domain = proto.domain() == "ai.onnx" ? "" : proto.domain();
  auto opset = scope.opsets.find(domain);
  if (opset == scope.opsets.end())
    opset = scope.opsets.find("");
  Node node(*this, scope, proto, opset->second, name,
            locate(name, proto.op_type()));

  const onnx::FunctionProto *function = nullptr;
  OpImporter importer = findImporter(node, function, scope);
  bool poisoned = false;
  for (const std::string &input : proto.input())
    if (!input.empty() && lookupValue(scope, input).state == Operand::Poisoned)
      poisoned = true;
  if (!poisoned && !node.failed) {
    if (nodeBudget-- <= 0) {
      if (!node.failed && !overBudget)
        error() << "the functions of the model expand to more nodes than its "
                   "size justifies";
      node.failed = overBudget = true;
    } else if (function) {
      if (mlir::failed(importFunctionCall(node, *function, scope)))
        node.failed = true;
    } else {
      if (mlir::failed(importer(node)))
        node.failed = true;
      if (!node.failed)
        node.reportUnknownAttrs();
    }
  }
  for (const std::string &output : proto.output()) {
    if (output.empty())
      continue;
    auto [it, inserted] = scope.values.try_emplace(output);
    if (inserted && !node.failed && !poisoned)
      node.error() << "has no output '" << output << "'";
    if (inserted || node.failed)
      it->second = Operand::poisoned();
  }
}

LogicalResult GraphImporter::importFunctionCall(
    Node &node, const onnx::FunctionProto &function, Scope &scope) {
  if (scope.depth >= kMaxDepth)
    return node.error() << "function calls are nested more than " << kMaxDepth
                        << " deep";
  const onnx::NodeProto &proto = node.proto;
  if (proto.input_size() > function.input_size() ||
      proto.output_size() > function.output_size())
    return node.error() << "the function has " << function.input_size()
                        << " inputs and " << function.output_size()
                        << " outputs, the node " << proto.input_size()
                        << " and " << proto.output_size();
  nodeBudget -= function.node_size();
  Scope inner;
  inner.depth = scope.depth + 1;
  inner.prefix = node.name + "/";
  if (!readOpsets(function.opset_import(), inner,
                  "function '" + function.name() + "'"))
    return failure();
  for (const std::string &name : function.attribute())
    if (const onnx::AttributeProto *attr = node.getAttr(name))
      inner.attributes[name] = *attr;
  node.reportUnknownAttrs();
  for (int i = 0; i < function.input_size(); ++i) {
    // A left-out input stays left out inside.
    Operand operand = node.getInput(i);
    inner.values[function.input(i)] = operand;
  }
  std::vector<std::string> outputs(function.output().begin(),
                                   function.output().end());
  importNodes(function.node(), outputs, inner);
  for (int i = 0; i < proto.output_size(); ++i) {
    auto it = inner.values.find(function.output(i));
    if (it == inner.values.end())
      return node.error() << "the function does not compute its output '"
                          << function.output(i) << "'";
    node.setResult(i, it->second);
  }
  return success();
}

void GraphImporter::reportUnsupported() {
  for (auto &[op, reason, nodes] : unsupported) {
    auto diagnostic = error() << "node '" << nodes.front() << "' (" << op
                              << "): " << reason;
    if (nodes.size() == 1)
      continue;
    std::string others;
    constexpr size_t kShown = 8;
    for (size_t i = 1; i < nodes.size() && i <= kShown; ++i)
      others += (i > 1 ? ", '" : "'") + nodes[i] + "'";
    if (nodes.size() > kShown + 1)
      others += " and " + std::to_string(nodes.size() - kShown - 1) + " more";
    diagnostic.attachNote() << "the same holds for " << others;
  }
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

Value GraphImporter::materialize(const HostTensorPtr &tensor,
                                 ArrayRef<int64_t> shape, Location loc) {
  auto key = std::make_pair(tensor.get(),
                            std::vector<int64_t>(shape.begin(), shape.end()));
  auto it = materialized.find(key);
  if (it != materialized.end())
    return it->second.second;
  DenseElementsAttr attr;
  if (tensor->kind == ElementKind::F32) {
    attr = DenseElementsAttr::get(
        RankedTensorType::get(shape, builder.getF32Type()),
        ArrayRef<float>(tensor->floats));
  } else {
    assert(tensor->kind == ElementKind::Bool && "shapes stay on the host");
    SmallVector<bool> bits(tensor->ints.begin(), tensor->ints.end());
    attr = DenseElementsAttr::get(
        RankedTensorType::get(shape, builder.getI1Type()), bits);
  }
  auto constant = arith::ConstantOp::create(builder, loc, attr);
  if (tensor->isScaledSigns)
    constant->setDiscardableAttr(kScaledSignsAttr, builder.getUnitAttr());
  Value value = constant;
  materialized[key] = {tensor, value};
  return value;
}

void GraphImporter::finishFunction(func::FuncOp func, Scope &scope) {
  const onnx::GraphProto &graph = model.graph();
  Block &block = func.getBody().front();
  SmallVector<Value> results;
  SmallVector<DictionaryAttr> resultAttrs;
  llvm::StringSet<> seen;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    if (!seen.insert(output.name()).second) {
      error() << "graph output '" << output.name() << "' exists twice";
      continue;
    }
    if (!scope.values.count(output.name()) &&
        !scope.initializers.count(output.name())) {
      error() << "graph output '" << output.name()
              << "' is produced by no node";
      continue;
    }
    const Operand &operand = lookupValue(scope, output.name());
    if (operand.state == Operand::Poisoned ||
        operand.state == Operand::Absent) {
      if (!failed)
        error() << "graph output '" << output.name() << "' is not computed";
      continue;
    }
    if (operand.kind != ElementKind::F32) {
      error() << "graph output '" << output.name() << "' has type "
              << toString(operand.kind) << "; outputs must be float";
      continue;
    }
    if (output.type().has_tensor_type() &&
        output.type().tensor_type().has_shape()) {
      const auto &dims = output.type().tensor_type().shape().dim();
      bool agrees = dims.size() == operand.rank();
      for (int d = 0; agrees && d < dims.size(); ++d)
        agrees = !dims[d].has_dim_value() || dims[d].dim_value() <= 0 ||
                 dims[d].dim_value() == operand.shape[d];
      if (!agrees) {
        std::string declared;
        for (const auto &dim : dims)
          declared += (declared.empty() ? "" : ",") +
                      (dim.has_dim_value() ? std::to_string(dim.dim_value())
                                           : dim.dim_param());
        emitWarning(func.getLoc())
            << "graph output '" << output.name() << "' is declared as ["
            << declared << "], the graph computes " << toString(operand.shape);
      }
    }
    NamedAttrList attrs;
    attrs.set(kNameAttr, builder.getStringAttr(output.name()));
    if (operand.scores != Scores::logits)
      attrs.set(kScoresAttr,
                builder.getStringAttr(stringifyScores(operand.scores)));
    resultAttrs.push_back(attrs.getDictionary(context));
    results.push_back(operand.isConstant()
                          ? materialize(operand.constant, operand.shape,
                                        locate(output.name(), "Constant"))
                          : operand.value);
  }
  if (failed)
    return;
  func::ReturnOp::create(builder, func.getLoc(), results);
  func.setFunctionType(builder.getFunctionType(block.getArgumentTypes(),
                                               ValueRange(results).getTypes()));
  for (auto [i, attrs] : llvm::enumerate(resultAttrs))
    func.setResultAttrs(i, attrs);
  unsigned argument = 0;
  for (const onnx::ValueInfoProto &input : graph.input())
    if (!scope.initializers.count(input.name()))
      func.setArgAttr(argument++, kNameAttr,
                      builder.getStringAttr(input.name()));
  // Conditions whose Where became ddnn.sign and the like.
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

const llvm::BitVector &GraphImporter::getInputs(Value value) {
  SmallVector<Value> worklist = {value};
  while (!worklist.empty()) {
    Value next = worklist.back();
    if (inputsOf.count(next)) {
      worklist.pop_back();
      continue;
    }
    unsigned count = builder.getBlock()->getNumArguments();
    llvm::BitVector inputs(count);
    bool isKnown = true;
    if (auto argument = dyn_cast<BlockArgument>(next))
      inputs.set(argument.getArgNumber());
    else
      forEachUsedValue(next.getDefiningOp(), [&](Value used) {
        auto known = inputsOf.find(used);
        if (known != inputsOf.end())
          inputs |= known->second;
        else
          worklist.push_back(used);
        isKnown &= known != inputsOf.end();
      });
    if (isKnown)
      inputsOf[next] = std::move(inputs);
  }
  return inputsOf[value];
}

void GraphImporter::applyMissing(func::FuncOp func) {
  constexpr StringRef kOne = "ddnn.aggregate.";
  bool isComplete = !failed; // else there may be nodes that were not imported
  llvm::StringMap<AggregateOp> aggregates;
  for (auto op : func.getOps<AggregateOp>())
    aggregates[getNodeName(op)] = op;
  auto apply = [&](StringRef key, StringRef value,
                   ArrayRef<AggregateOp> operations) {
    std::optional<Missing> missing = symbolizeMissing(value);
    if (!missing) {
      error() << "metadata '" << key << "' is '" << value
              << "'; use fail, zero, skip or blank";
      return;
    }
    for (AggregateOp op : operations)
      if (op.getKind() == AggregateKind::concat && *missing == Missing::skip)
        error() << "metadata '" << key << "': node '" << getNodeName(op)
                << "' is a concatenation, of which no member can be skipped; "
                   "use fail, zero or blank";
      else
        op.setMissing(*missing);
  };
  // The one for all comes first.
  for (const auto &entry : model.metadata_props())
    if (entry.key() == "ddnn.missing")
      apply(entry.key(), entry.value(), undeclared);
  for (const auto &entry : model.metadata_props()) {
    StringRef node = entry.key();
    if (!node.consume_front(kOne))
      continue;
    auto found = aggregates.find(node);
    if (found != aggregates.end())
      apply(entry.key(), entry.value(), found->second);
    else if (isComplete)
      error() << "metadata '" << entry.key() << "': no node '" << node
              << "' joins members that depend on inputs of their own";
  }
}

void GraphImporter::readMetadata(ModuleOp module) {
  NamedAttrList metadata;
  for (const auto &entry : model.metadata_props()) {
    if (!StringRef(entry.key()).starts_with("ddnn."))
      continue;
    if (metadata.get(entry.key()))
      error() << "metadata key '" << entry.key() << "' exists twice";
    else
      metadata.append(entry.key(), builder.getStringAttr(entry.value()));
  }
  if (!metadata.empty())
    module->setAttr(kMetadataAttr, metadata.getDictionary(context));
}
