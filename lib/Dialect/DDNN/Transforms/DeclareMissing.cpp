//===- DeclareMissing.cpp - What a missing member means -------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/Members.h"
#include "ddnn/Analysis/Nodes.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"

namespace ddnn {
#define GEN_PASS_DEF_DECLAREMISSING
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

namespace {

struct DeclareMissingPass : ddnn::impl::DeclareMissingBase<DeclareMissingPass> {
  using DeclareMissingBase::DeclareMissingBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(verifyBlanks(module)) || failed(declare(module)))
      return signalPassFailure();
    module->removeAttr(kMissingAttr);
  }

private:
  LogicalResult declare(ModuleOp module) {
    Attribute attr = module->getAttr(kMissingAttr);
    if (!missing.empty())
      attr = StringAttr::get(&getContext(), missing);
    func::FuncOp main = getGraph(module);
    if (!attr || !main)
      return success();
    SmallVector<AggregateOp> all(main.getOps<AggregateOp>());
    if (auto text = dyn_cast<StringAttr>(attr)) {
      if (all.empty())
        return module.emitError("declares what a missing member means, but the "
                                "network joins no members");
      return declare(module, all, text);
    }
    auto byNode = dyn_cast<DictionaryAttr>(attr);
    if (!byNode)
      return module.emitError()
             << kMissingAttr << " must be a string, or a dictionary of them";
    for (NamedAttribute entry : byNode) {
      SmallVector<AggregateOp> named;
      for (AggregateOp op : all)
        if (getNodeName(op) == entry.getName().getValue())
          named.push_back(op);
      if (named.empty())
        return module.emitError("declares what a missing member of '")
               << entry.getName().getValue()
               << "' means, which joins no members";
      auto text = dyn_cast<StringAttr>(entry.getValue());
      if (!text)
        return module.emitError() << kMissingAttr << " must have strings, '"
                                  << entry.getName().getValue() << "' has none";
      if (failed(declare(module, named, text)))
        return failure();
    }
    return success();
  }

  LogicalResult declare(ModuleOp module, ArrayRef<AggregateOp> aggregates,
                        StringAttr text) {
    FailureOr<Missing> value = parseMissing(module, text.getValue());
    if (failed(value))
      return failure();
    LogicalResult result = success();
    for (AggregateOp op : aggregates)
      if (failed(declareMissing(op, *value)))
        result = failure();
    return result;
  }
};

} // namespace
