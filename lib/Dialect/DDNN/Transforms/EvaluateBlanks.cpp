//===- EvaluateBlanks.cpp - What members send for a blank view ------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What leads to the members becomes a function of its own, with blank views for
// the inputs, that this machine compiles and calls once.
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/Members.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "ddnn/Support/Jit.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/SetVector.h"

namespace ddnn {
#define GEN_PASS_DEF_EVALUATEBLANKS
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

/// LLVM's level: loops get fast, and compiling them stays quick.
static constexpr unsigned kLevel = 2;

/// A module whose @main, without arguments, gives `values` of `main` for blank
/// inputs, as floats. Results are +-1 where a value is of bits.
static OwningOpRef<ModuleOp> buildBlankModule(func::FuncOp main,
                                              ArrayRef<Value> values) {
  OperationSet slice;
  for (Value value : values)
    for (Operation *op : getBackwardSlice(value))
      slice.insert(op);
  Location loc = main.getLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  OpBuilder b = OpBuilder::atBlockEnd(module->getBody());
  auto func = func::FuncOp::create(b, loc, "main", b.getFunctionType({}, {}));
  b.setInsertionPointToEnd(func.addEntryBlock());
  IRMapping map;
  for (BlockArgument arg : main.getArguments())
    map.map(arg, arith::ConstantOp::create(
                     b, loc, getBlankInput(main, arg.getArgNumber()))
                     .getResult());
  for (Operation &op : main.getBody().front())
    if (slice.contains(&op))
      b.clone(op, map);
  SmallVector<Value> results;
  for (Value value : values) {
    Value copy = map.lookup(value);
    auto type = cast<RankedTensorType>(copy.getType());
    if (type.getElementType().isInteger(1))
      copy = PlusMinusOneOp::create(
          b, loc, RankedTensorType::get(type.getShape(), b.getF32Type()), copy);
    results.push_back(copy);
  }
  func::ReturnOp::create(b, loc, results);
  func.setFunctionType(b.getFunctionType({}, ValueRange(results).getTypes()));
  return module;
}

static DenseElementsAttr makeConstant(RankedTensorType type,
                                      ArrayRef<float> elements) {
  if (!type.getElementType().isInteger(1))
    return DenseElementsAttr::get(type, elements);
  SmallVector<bool> bits;
  for (float element : elements)
    bits.push_back(element > 0.0f);
  return DenseElementsAttr::get(type, bits);
}

namespace {

struct EvaluateBlanksPass : ddnn::impl::EvaluateBlanksBase<EvaluateBlanksPass> {
  void getDependentDialects(DialectRegistry &registry) const override {
    EvaluateBlanksBase::getDependentDialects(registry);
    Jit::registerDialects(registry);
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    func::FuncOp main = getGraph(module);
    if (!main)
      return;
    SmallVector<AggregateOp> aggregates;
    llvm::SetVector<Value> members;
    for (auto op : main.getOps<AggregateOp>())
      if (op.getMissing() == Missing::blank && op.getBlanks().empty()) {
        aggregates.push_back(op);
        members.insert(op.getMembers().begin(), op.getMembers().end());
      }
    if (aggregates.empty())
      return;
    if (failed(verifyBlanks(module)) ||
        failed(evaluate(main, members.getArrayRef())))
      return signalPassFailure();
    for (AggregateOp op : aggregates)
      attach(op);
  }

private:
  /// Fills `parts`.
  LogicalResult evaluate(func::FuncOp main, ArrayRef<Value> members) {
    OwningOpRef<ModuleOp> blank = buildBlankModule(main, members);
    PassManager passes(&getContext());
    OpPassManager &step = passes.nest<func::FuncOp>();
    step.addPass(createDecompose());
    step.addPass(createLowerPads());
    if (failed(passes.run(*blank)))
      return failure();
    auto fail = [&](llvm::Error error) {
      return main.emitError("what members send for a blank view cannot be "
                            "computed: ")
             << llvm::toString(std::move(error));
    };
    llvm::Expected<std::unique_ptr<Jit>> jit = Jit::compile(*blank, kLevel);
    if (!jit)
      return fail(jit.takeError());
    std::vector<Jit::Tensor> none;
    llvm::Expected<std::vector<Jit::Tensor>> results = (*jit)->run(none);
    if (!results)
      return fail(results.takeError());
    parts.clear();
    for (auto [member, result] : llvm::zip(members, *results))
      parts[member] =
          makeConstant(cast<RankedTensorType>(member.getType()), result.data);
    return success();
  }

  void attach(AggregateOp op) {
    OpBuilder b(op);
    SmallVector<Value> blanks;
    for (Value member : op.getMembers()) {
      auto constant =
          arith::ConstantOp::create(b, op.getLoc(), parts.lookup(member));
      if (Attribute tier = op->getDiscardableAttr(kTierAttr))
        constant->setDiscardableAttr(kTierAttr, tier);
      blanks.push_back(constant);
    }
    op.getBlanksMutable().assign(blanks);
  }

  DenseMap<Value, DenseElementsAttr> parts; // of members, for blank views
};

} // namespace
