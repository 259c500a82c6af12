//===- Apply.cpp - Writes a deployment into the module --------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Preprocess.h"
#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/Members.h"
#include "ddnn/Analysis/Nodes.h"
#include "ddnn/Deployment/Deployment.h"
#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace ddnn;

static void setAttributes(const Deployment &deployment, ModuleOp module) {
  Builder builder(module.getContext());
  // Only a search asks for them.
  auto energy = [&](double amount) {
    return deployment.search ? builder.getF64FloatAttr(amount) : FloatAttr();
  };
  SmallVector<Attribute> tiers;
  for (const TierSpec &tier : deployment.tiers) {
    SmallVector<Attribute> pools;
    for (const MemoryPool &pool : tier.memory.pools)
      pools.push_back(
          PoolAttr::get(builder.getContext(), pool.name, pool.bytes, 0));
    // One pool is a budget.
    ArrayAttr several =
        pools.size() > 1 ? builder.getArrayAttr(pools) : ArrayAttr();
    SmallVector<Attribute> profile;
    for (const LayerTime &layer : tier.profile) {
      SmallVector<StringRef> nodes(layer.nodes.begin(), layer.nodes.end());
      profile.push_back(LayerTimeAttr::get(
          builder.getContext(), builder.getStrArrayAttr(nodes), layer.flops,
          builder.getF64FloatAttr(layer.seconds)));
    }
    tiers.push_back(TierSpecAttr::get(
        builder.getContext(), tier.name, tier.target, tier.cpu,
        tier.memory.bytes, tier.trusted, builder.getF64FloatAttr(tier.flops),
        builder.getF64FloatAttr(tier.bandwidth),
        builder.getF64FloatAttr(tier.latency), tier.threads,
        profile.empty() ? ArrayAttr() : builder.getArrayAttr(profile), several,
        tier.tier, tier.member, energy(tier.power), energy(tier.linkEnergy)));
  }
  module->setAttr(kTiersAttr, builder.getArrayAttr(tiers));
  auto setStrings = [&](StringRef name, const std::vector<std::string> &texts) {
    SmallVector<StringRef> refs(texts.begin(), texts.end());
    if (!refs.empty())
      module->setAttr(name, builder.getStrArrayAttr(refs));
    else
      module->removeAttr(name);
  };
  setStrings(kLabelsAttr, deployment.labels);
  setStrings(kCutsAttr, deployment.cuts);
  if (deployment.isSignOfZeroPlus)
    module->setAttr(kSignOfZeroAttr, builder.getStringAttr("plus"));
  else
    module->removeAttr(kSignOfZeroAttr);
  if (deployment.missing)
    module->setAttr(kMissingAttr, builder.getStringAttr(
                                      stringifyMissing(*deployment.missing)));
  else
    module->removeAttr(kMissingAttr);
  NamedAttrList blanks;
  for (const InputSpec &input : deployment.inputs)
    if (input.blank)
      blanks.set(input.name, builder.getF64FloatAttr(*input.blank));
  if (!blanks.empty())
    module->setAttr(kBlankAttr, blanks.getDictionary(builder.getContext()));
  else
    module->removeAttr(kBlankAttr);
}

static SearchAttr makeSearch(const SearchSpec &search, MLIRContext *context) {
  Builder builder(context);
  SmallVector<Attribute> points;
  for (const OperatingPoint &point : search.points)
    points.push_back(OperatingPointAttr::get(
        context, builder.getDenseF64ArrayAttr(point.thresholds),
        builder.getDenseF64ArrayAttr(point.rates),
        point.accuracy ? builder.getF64FloatAttr(*point.accuracy)
                       : FloatAttr()));
  return SearchAttr::get(
      context, search.objective, builder.getArrayAttr(points),
      search.minAccuracy ? builder.getF64FloatAttr(*search.minAccuracy)
                         : FloatAttr(),
      search.source);
}

/// The scores `value` as an exit: a new operation behind it, or the one that
/// it already comes from.
static Value makeExit(const ExitSpec &spec, Value value) {
  OpBuilder builder(value.getContext());
  StringAttr tier =
      spec.tier.empty() ? StringAttr() : builder.getStringAttr(spec.tier);
  if (auto exit = value.getDefiningOp<ExitOp>()) {
    exit.setThreshold(APFloat(spec.threshold));
    exit.setCriterion(spec.criterion);
    exit.setKind(spec.scores);
    exit.setTierAttr(tier);
    return value;
  }
  builder.setInsertionPointAfterValue(value);
  Location loc = NameLoc::get(builder.getStringAttr(spec.name),
                              NameLoc::get(builder.getStringAttr("Exit")));
  return ExitOp::create(
      builder, loc, value.getType(), builder.getStringAttr(spec.name), value,
      builder.getF64FloatAttr(spec.threshold),
      CriterionAttr::get(builder.getContext(), spec.criterion),
      ScoresAttr::get(builder.getContext(), spec.scores), tier);
}

/// Makes the function return the exits, in their order, and nothing else.
static void rewriteResults(const Deployment &deployment, func::FuncOp main) {
  Operation *terminator = main.getBody().front().getTerminator();
  SmallVector<Value> results;
  SmallVector<Attribute> resultAttrs;
  for (const ExitSpec &exit : deployment.exits) {
    results.push_back(makeExit(exit, terminator->getOperand(exit.output)));
    resultAttrs.push_back(DictionaryAttr::get(
        main.getContext(), main.getResultAttrs(exit.output)));
  }
  terminator->setOperands(results);
  main.setFunctionType(FunctionType::get(main.getContext(),
                                         main.getArgumentTypes(),
                                         ValueRange(results).getTypes()));
  main.setResAttrsAttr(ArrayAttr::get(main.getContext(), resultAttrs));
  // What only led to an ignored output is of no use.
  for (Operation &op : llvm::make_early_inc_range(
           llvm::reverse(main.getBody().front().without_terminator())))
    if (isOpTriviallyDead(&op))
      op.erase();
}

/// Asks for copies of what is in front of the first cut, and of the branches up
/// to the scores that the tier behind the members decides on.
static void requestCopies(const Deployment &deployment, ModuleOp module,
                          func::FuncOp main) {
  module->removeAttr(kReplicateAttr);
  if (!deployment.copies)
    return;
  const MemberCopies &copies = *deployment.copies;
  Builder builder(module.getContext());
  SmallVector<Attribute> after;
  const TierSpec &joining = deployment.tiers[copies.count];
  bool isLast = deployment.tiers.size() == size_t(copies.count) + 1;
  if (!isLast)
    after.push_back(builder.getStringAttr(deployment.cuts.front()));
  Operation *terminator = main.getBody().front().getTerminator();
  for (auto [i, exit] : llvm::enumerate(deployment.exits)) {
    bool isThere = exit.tier.empty() ? i == 0 : exit.tier == joining.name;
    auto op = terminator->getOperand(i).getDefiningOp<ExitOp>();
    Operation *scores = op ? op.getScores().getDefiningOp() : nullptr;
    if (scores && (isLast || isThere))
      after.push_back(builder.getStringAttr(getNodeName(scores)));
  }
  SmallVector<StringRef> weights(copies.weights.begin(), copies.weights.end());
  NamedAttrList request;
  request.set("count", builder.getI64IntegerAttr(copies.count));
  request.set("kind",
              builder.getStringAttr(stringifyAggregateKind(copies.kind)));
  request.set("missing",
              builder.getStringAttr(stringifyMissing(copies.missing)));
  request.set("after", builder.getArrayAttr(after));
  if (!weights.empty())
    request.set("weights", builder.getStrArrayAttr(weights));
  module->setAttr(kReplicateAttr, request.getDictionary(module.getContext()));
}

LogicalResult Deployment::apply(ModuleOp module) {
  func::FuncOp main = getGraph(module);
  if (!main || tiers.empty() || exits.empty())
    return module.emitError("cannot be deployed: no @main, tiers or exits");
  setAttributes(*this, module);
  if (search)
    module->setAttr(kSearchAttr, makeSearch(*search, module.getContext()));
  else
    module->removeAttr(kSearchAttr);
  rewriteResults(*this, main);
  requestCopies(*this, module, main);
  for (auto [i, input] : llvm::enumerate(inputs)) {
    if (!input.member.empty())
      main.setArgAttr(i, kSourceAttr,
                      StringAttr::get(module.getContext(), input.member));
    if (input.isRaw)
      insertPreprocessing(input, main, i);
  }
  return success();
}
