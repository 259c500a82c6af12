//===- ShareKernels.cpp - One function for equal kernels ------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/IR/OperationSupport.h"

namespace ddnn {
#define GEN_PASS_DEF_SHAREKERNELS
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

/// True where the bodies are the same but for locations.
static bool areEqual(func::FuncOp a, func::FuncOp b) {
  return a.getFunctionType() == b.getFunctionType() &&
         OperationEquivalence::isRegionEquivalentTo(
             &a.getBody(), &b.getBody(), OperationEquivalence::IgnoreLocations);
}

namespace {

struct ShareKernelsPass : ddnn::impl::ShareKernelsBase<ShareKernelsPass> {
  void runOnOperation() override {
    // By a hash of what is cheap to hash; equal ones are compared in full.
    llvm::MapVector<size_t, SmallVector<func::FuncOp>> groups;
    llvm::StringMap<func::FuncOp> replacements;
    for (auto func : getOperation().getBody().getOps<func::FuncOp>()) {
      if (!func->hasAttr(kNodeAttr))
        continue;
      size_t hash = mlir::hash_value(func.getFunctionType());
      func.walk([&](Operation *op) {
        hash = llvm::hash_combine(hash, op->getName(), op->getNumOperands());
      });
      SmallVector<func::FuncOp> &candidates = groups[hash];
      auto same = llvm::find_if(candidates, [&](func::FuncOp other) {
        return areEqual(other, func);
      });
      if (same == candidates.end()) {
        candidates.push_back(func);
        continue;
      }
      replacements[func.getName()] = *same;
      // The comment over it names all nodes.
      auto nodes = [](func::FuncOp f) {
        return f->getAttrOfType<StringAttr>(kNodeAttr).getValue();
      };
      (*same)->setAttr(
          kNodeAttr,
          StringAttr::get(&getContext(), nodes(*same) + "; " + nodes(func)));
    }
    getOperation().walk([&](func::CallOp call) {
      auto it = replacements.find(call.getCallee());
      if (it != replacements.end())
        call.setCallee(it->second.getName());
    });
    for (auto func : llvm::make_early_inc_range(
             getOperation().getBody().getOps<func::FuncOp>()))
      if (replacements.contains(func.getName()))
        func.erase();
  }
};

} // namespace
