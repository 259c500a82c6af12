//===- Selection.cpp - Comparisons, logic and Where -----------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Booleans are i1 tensors. That Where(GreaterOrEqual(x, 0), 1, -1) and its many
// spellings become ddnn.sign is the work of SignFunction.
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;
using namespace ddnn;
using namespace ddnn::frontend;
using Floats = ArrayRef<double>;
using Ints = ArrayRef<int64_t>;

/// Two inputs of one kind; a comparison of NaN is false.
template <arith::CmpFPredicate predicate>
static LogicalResult importCompare(Node &node) {
  if (failed(node.expectInputs(2, 2)))
    return failure();
  SmallVector<Operand> operands{node.getInput(0), node.getInput(1)};
  if (operands[0].kind != operands[1].kind)
    return node.error() << "compares " << toString(operands[0].kind) << " with "
                        << toString(operands[1].kind);
  auto compare = [](auto a, auto b) {
    switch (predicate) {
    case arith::CmpFPredicate::OGE:
      return a >= b;
    case arith::CmpFPredicate::OGT:
      return a > b;
    case arith::CmpFPredicate::OLE:
      return a <= b;
    case arith::CmpFPredicate::OLT:
      return a < b;
    default:
      return a == b;
    }
  };
  bool isFloat = operands[0].kind == ElementKind::F32;
  if (operands[0].kind == ElementKind::Bool &&
      predicate != arith::CmpFPredicate::OEQ)
    return node.error() << "is not supported on booleans";
  Elementwise op{[=](Floats v) { return compare(v[0], v[1]) ? 1.0 : 0.0; },
                 [=](Ints v) { return int64_t(compare(v[0], v[1])); },
                 [=](OpBuilder &b, Location loc, ValueRange v) -> Value {
                   if (isFloat)
                     return arith::CmpFOp::create(b, loc, predicate, v[0],
                                                  v[1]);
                   return arith::CmpIOp::create(
                       b, loc, arith::CmpIPredicate::eq, v[0], v[1]);
                 },
                 /*beginsSign=*/isFloat};
  return importElementwise(node, operands, ElementKind::Bool, op);
}

static LogicalResult importLogic(Node &node, int count, const Elementwise &op) {
  if (failed(node.expectInputs(count, count)))
    return failure();
  SmallVector<Operand> operands;
  for (int i = 0; i < count; ++i) {
    operands.push_back(node.getInput(i));
    if (operands.back().kind != ElementKind::Bool)
      return node.error() << "input " << i << " must be bool, is "
                          << toString(operands.back().kind);
  }
  return importElementwise(node, operands, ElementKind::Bool, op);
}

static LogicalResult importNot(Node &node) {
  return importLogic(node, 1,
                     {[](Floats v) { return v[0] == 0.0 ? 1.0 : 0.0; }, nullptr,
                      [](OpBuilder &b, Location loc, ValueRange v) -> Value {
                        Value one = arith::ConstantOp::create(
                            b, loc, b.getBoolAttr(true));
                        return arith::XOrIOp::create(b, loc, v[0], one);
                      }});
}
static LogicalResult importAnd(Node &node) {
  return importLogic(
      node, 2,
      {[](Floats v) { return v[0] != 0.0 && v[1] != 0.0 ? 1.0 : 0.0; }, nullptr,
       [](OpBuilder &b, Location loc, ValueRange v) -> Value {
         return arith::AndIOp::create(b, loc, v[0], v[1]);
       }});
}
static LogicalResult importOr(Node &node) {
  return importLogic(
      node, 2,
      {[](Floats v) { return v[0] != 0.0 || v[1] != 0.0 ? 1.0 : 0.0; }, nullptr,
       [](OpBuilder &b, Location loc, ValueRange v) -> Value {
         return arith::OrIOp::create(b, loc, v[0], v[1]);
       }});
}
static LogicalResult importXor(Node &node) {
  return importLogic(
      node, 2,
      {[](Floats v) { return (v[0] != 0.0) != (v[1] != 0.0) ? 1.0 : 0.0; },
       nullptr,
       [](OpBuilder &b, Location loc, ValueRange v) -> Value {
         return arith::XOrIOp::create(b, loc, v[0], v[1]);
       }});
}

static LogicalResult importWhere(Node &node) {
  if (failed(node.expectInputs(3, 3)))
    return failure();
  SmallVector<Operand> operands{node.getInput(0), node.getInput(1),
                                node.getInput(2)};
  if (operands[0].kind != ElementKind::Bool)
    return node.error() << "the condition must be bool, is "
                        << toString(operands[0].kind);
  if (operands[1].kind != operands[2].kind)
    return node.error() << "selects between " << toString(operands[1].kind)
                        << " and " << toString(operands[2].kind);
  return importElementwise(
      node, operands, operands[1].kind,
      {[](Floats v) { return v[0] != 0.0 ? v[1] : v[2]; },
       [](Ints v) { return v[0] != 0 ? v[1] : v[2]; },
       [](OpBuilder &b, Location loc, ValueRange v) -> Value {
         return arith::SelectOp::create(b, loc, v[0], v[1], v[2]);
       }});
}

void ddnn::frontend::addSelectionOps(OpTable &table) {
  table.add("GreaterOrEqual", 12, importCompare<arith::CmpFPredicate::OGE>);
  table.add("LessOrEqual", 12, importCompare<arith::CmpFPredicate::OLE>);
  table.add("Greater", 7, importCompare<arith::CmpFPredicate::OGT>);
  table.add("Less", 7, importCompare<arith::CmpFPredicate::OLT>);
  table.add("Equal", 7, importCompare<arith::CmpFPredicate::OEQ>);
  table.add("Not", 1, importNot);
  table.add("And", 7, importAnd);
  table.add("Or", 7, importOr);
  table.add("Xor", 7, importXor);
  table.add("Where", 9, importWhere);
}
