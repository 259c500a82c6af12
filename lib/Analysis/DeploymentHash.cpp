//===- DeploymentHash.cpp - Which tiers belong together -------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/DeploymentHash.h"
#include "mlir/IR/AsmState.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace ddnn;

int64_t ddnn::hashDeployment(ModuleOp module) {
  // A copy without what may differ between builds that work together: speeds,
  // budgets and CPUs of the tiers, and thresholds, which also change live.
  OwningOpRef<ModuleOp> copy = module.clone();
  Builder builder(module.getContext());
  FloatAttr zero = builder.getF64FloatAttr(0.0);
  SmallVector<StringAttr> discardable;
  for (NamedAttribute attr : (*copy)->getDiscardableAttrs())
    discardable.push_back(attr.getName());
  for (StringAttr name : discardable)
    (*copy)->removeDiscardableAttr(name);
  std::string text;
  llvm::raw_string_ostream os(text);
  copy->walk([&](Operation *op) {
    if (auto tier = dyn_cast<TierOp>(op))
      tier.setSpecAttr(TierSpecAttr::get(
          op->getContext(), tier.getSpec().getName(), "", "", 0, true, zero,
          zero, zero, 1, ArrayAttr(), ArrayAttr(), tier.getSpec().getTier(),
          tier.getSpec().getMember(), FloatAttr(), FloatAttr()));
    if (auto exit = dyn_cast<ExitOp>(op))
      exit.setThresholdAttr(zero);
    // Links say nothing of the order of bits, which tiers have to share.
    auto link = dyn_cast<LinkOp>(op);
    if (link && link.getEncoding() == Encoding::bits)
      os << "bits: N, H, W, C\n";
    // The text elides long constants: their bytes are hashed here.
    for (NamedAttribute attr : op->getAttrs())
      if (auto dense = dyn_cast<DenseElementsAttr>(attr.getValue())) {
        ArrayRef<char> raw = dense.getRawData();
        os << llvm::xxh3_64bits(ArrayRef(
                  reinterpret_cast<const uint8_t *>(raw.data()), raw.size()))
           << '\n';
      }
  });
  OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(16).printGenericOpForm();
  copy->print(os, flags);
  return int64_t(llvm::xxh3_64bits(StringRef(text)));
}
