//===- Aggregation.cpp - Operators of domain ai.ddnn ----------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A model may say with these what is an exit and what joins several devices.
// The latter is also seen in ONNX's own Max, Mean, Concat and scaled sums, by
// the inputs that their operands depend on. Given as model-local functions
// (Exit is the identity), other runtimes can run such a file as well.
//
//===----------------------------------------------------------------------===//

#include "Node.h"
#include <cstdio>
#include <cstdlib>

using namespace mlir;
using namespace ddnn;
using namespace ddnn::frontend;
using Shape = ddnn::frontend::Shape;

/// Exit(x) -> y: attributes name (default: the output's name), threshold in
/// [0, 1] (default 0: never), tier (optional).
static LogicalResult importExit(Node &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  std::string name = node.getStringAttr("name", "");
  if (name.empty())
    name = node.getOutputName(0);
  double threshold = node.getFloatAttr("threshold", 0.0);
  std::string tier = node.getStringAttr("tier", "");
  if (!(threshold >= 0.0 && threshold <= 1.0))
    return node.error() << "threshold " << threshold << " of exit '" << name
                        << "' is not in [0, 1]";
  if (name.empty())
    return node.error() << "the exit has no name";
  Value scores = node.getFloat(0);
  if (!scores)
    return failure();
  const Operand input = node.getInput(0);
  if (countElements(input.shape).value_or(0) < 2)
    return node.error() << "exit '" << name << "' needs at least two classes, "
                        << "the scores are " << toString(input.shape);
  OpBuilder &b = node.getBuilder();
  // 0.4f is 0.4000000059604645 as a double; the shortest decimal is meant.
  char shortest[32];
  snprintf(shortest, sizeof(shortest), "%.7g", threshold);
  double rounded = std::strtod(shortest, nullptr);
  if (float(rounded) != float(threshold))
    rounded = threshold;
  Operand result = Operand::of(
      node.create<ExitOp>(
              scores.getType(), b.getStringAttr(name), scores,
              b.getF64FloatAttr(rounded),
              CriterionAttr::get(b.getContext(), Criterion::entropy),
              ScoresAttr::get(b.getContext(), input.scores),
              tier.empty() ? StringAttr() : b.getStringAttr(tier))
          .getResult());
  result.scores = input.scores;
  node.setResult(0, result);
  return success();
}

/// Aggregate(x0, x1, ...) -> y: attributes kind (max, mean, concat), missing
/// (fail, zero, skip, blank; default fail), names (default member0, member1,
/// ...).
static LogicalResult importAggregate(Node &node) {
  if (failed(node.expectInputs(1, INT_MAX)))
    return failure();
  std::string kindName = node.getStringAttr("kind", "max");
  std::string missingName = node.getStringAttr("missing", "");
  std::optional<AggregateKind> kind = symbolizeAggregateKind(kindName);
  std::optional<Missing> missing =
      missingName.empty() ? Missing::fail : symbolizeMissing(missingName);
  if (!kind)
    return node.error() << "kind '" << kindName
                        << "' is not known; use max, mean or concat";
  if (!missing)
    return node.error() << "missing '" << missingName
                        << "' is not known; use fail, zero, skip or blank";
  if (*kind == AggregateKind::concat && *missing == Missing::skip)
    return node.error() << "a missing member of a concatenation cannot be "
                           "skipped; use fail, zero or blank";
  std::vector<std::string> names = node.getStringsAttr("names");
  if (names.empty())
    for (int i = 0; i < node.getNumInputs(); ++i)
      names.push_back("member" + std::to_string(i));
  if (int(names.size()) != node.getNumInputs())
    return node.error() << "has " << node.getNumInputs() << " members but "
                        << names.size() << " names";
  SmallVector<Value> members;
  Shape shape;
  for (int i = 0; i < node.getNumInputs(); ++i) {
    Value member = node.getFloat(i);
    if (!member)
      return failure();
    const Shape &own = node.getInput(i).shape;
    bool concat = *kind == AggregateKind::concat;
    if (concat && own.size() < 2)
      return node.error() << "concatenates along axis 1, member " << i << " is "
                          << toString(own);
    bool fits = i == 0 || own.size() == shape.size();
    for (size_t d = 0; i > 0 && fits && d < own.size(); ++d)
      fits = own[d] == shape[d] || (concat && d == 1);
    if (!fits)
      return node.error() << "member " << i << " " << toString(own)
                          << " does not fit " << toString(shape);
    if (i == 0)
      shape = own;
    else if (concat)
      shape[1] += own[1];
    members.push_back(member);
  }
  if (failed(node.checkResultShape(shape)))
    return failure();
  OpBuilder &b = node.getBuilder();
  SmallVector<StringRef> refs(names.begin(), names.end());
  auto op = node.create<AggregateOp>(node.getType(shape), *kind,
                                     mlir::ValueRange(members),
                                     b.getStrArrayAttr(refs), *missing);
  if (missingName.empty())
    node.leaveUndeclared(op);
  node.setResult(op.getResult());
  return success();
}

bool Node::areMembers(ArrayRef<Value> values) {
  if (values.size() < 2 || importer.builder.getBlock()->getNumArguments() < 2)
    return false;
  llvm::BitVector seen;
  for (Value value : values) {
    const llvm::BitVector &inputs = importer.getInputs(value);
    if (inputs.none() || inputs.anyCommon(seen))
      return false;
    seen |= inputs;
  }
  return true;
}

Value Node::createAggregate(AggregateKind kind, ArrayRef<Value> members,
                            ArrayRef<int64_t> shape) {
  SmallVector<Attribute> names;
  for (Value member : members) {
    std::string name;
    for (unsigned i : importer.getInputs(member).set_bits()) {
      Location input = getBuilder().getBlock()->getArgument(i).getLoc();
      name += (name.empty() ? "" : "+") +
              cast<NameLoc>(input).getName().getValue().str();
    }
    names.push_back(getBuilder().getStringAttr(name));
  }
  auto op =
      create<AggregateOp>(getType(shape), kind, mlir::ValueRange(members),
                          getBuilder().getArrayAttr(names), Missing::fail);
  leaveUndeclared(op);
  return op.getResult();
}

/// The values of operands of one shape, if they may come from several devices.
static SmallVector<Value> getMembers(Node &node, ArrayRef<Operand> operands) {
  SmallVector<Value> values;
  for (const Operand &operand : operands) {
    if (operand.state != Operand::Runtime || operand.kind != ElementKind::F32 ||
        operand.shape != operands.front().shape || operand.shape.empty())
      return {};
    values.push_back(operand.value);
  }
  if (!node.areMembers(values))
    return {};
  return values;
}

bool ddnn::frontend::importMembers(Node &node, ArrayRef<Operand> operands) {
  StringRef type = node.getOpType();
  SmallVector<Value> members;
  if (type == "Max" || type == "Mean")
    members = getMembers(node, operands);
  if (members.empty())
    return false;
  node.setResult(node.createAggregate(type == "Max" ? AggregateKind::max
                                                    : AggregateKind::mean,
                                      members, operands.front().shape));
  return true;
}

void ddnn::frontend::noteTerms(Node &node, ArrayRef<Operand> operands) {
  StringRef type = node.getOpType();
  SmallVector<Value> members;
  if (type == "Sum" || type == "Add")
    members = getMembers(node, operands);
  if (members.empty())
    return;
  Operand result = node.getResult(0);
  result.terms = operands.front().terms;
  if (!result.terms.empty())
    members.erase(members.begin());
  llvm::append_range(result.terms, members);
  node.setResult(0, result);
}

bool ddnn::frontend::importMemberMean(Node &node) {
  bool isQuotient = node.getOpType() == "Div";
  if (!isQuotient && node.getOpType() != "Mul")
    return false;
  for (int i : {0, 1}) {
    if (node.getNumInputs() != 2 || (isQuotient && i == 1))
      return false;
    const Operand sum = node.getInput(i), factor = node.getInput(1 - i);
    if (sum.terms.empty() || !factor.isConstant() ||
        factor.kind != ElementKind::F32 || factor.constant->size() != 1 ||
        factor.rank() > sum.rank())
      continue;
    float count = float(sum.terms.size());
    if (factor.constant->floats.front() != (isQuotient ? count : 1.0f / count))
      continue;
    node.setResult(
        node.createAggregate(AggregateKind::mean, sum.terms, sum.shape));
    return true;
  }
  return false;
}

/// Sign(x) -> y: +1 where x >= 0, else -1.
static LogicalResult importSign(Node &node) {
  if (failed(node.expectInputs(1, 1)))
    return failure();
  return importElementwise(node, {node.getInput(0)}, ElementKind::F32,
                           getSign());
}

OpImporter ddnn::frontend::lookupDDNNOp(StringRef op) {
  if (op == "Exit")
    return importExit;
  if (op == "Aggregate")
    return importAggregate;
  if (op == "Sign")
    return importSign;
  return nullptr;
}
