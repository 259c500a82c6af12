//===- Partition.cpp - Split a placed graph into tiers --------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Cost.h"
#include "ddnn/Analysis/DeploymentHash.h"
#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/Nodes.h"
#include "ddnn/Analysis/OperationTimes.h"
#include "ddnn/Analysis/Placement.h"
#include "ddnn/Analysis/Values.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace ddnn {
#define GEN_PASS_DEF_PARTITION
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

/// Largest finite half-precision value.
static constexpr double kMaxHalf = 65504.0;

namespace {

/// A value that crosses from one tier to the next.
struct Crossing {
  Value value;
  std::string name;
  Encoding encoding;
};

/// One tier while it is taken out of the graph.
struct TierPlan {
  TierSpecAttr spec;
  SmallVector<ExitOp> exits;      // decided here, in order
  SmallVector<Value> inputs;      // model inputs or what the link brings
  SmallVector<Crossing> outgoing; // what the link to the next tier carries
};

struct PartitionPass : ddnn::impl::PartitionBase<PartitionPass> {
  using PartitionBase::PartitionBase;

  void runOnOperation() override;

private:
  LogicalResult readPlacement();
  LogicalResult readExits();
  void repeatFloats();
  LogicalResult findCrossings();
  FailureOr<Encoding> chooseEncoding(Value value, unsigned fromTier);
  std::string getValueName(Value value, unsigned serial);
  TierInfoAttr buildTier(unsigned index, OpBuilder &builder);

  /// The operation of the graph that `op` is, or is part of.
  Operation *findInGraph(Operation *op) {
    return main.getBody().front().findAncestorOpInBlock(*op);
  }

  /// Index of the tier that makes a value; inputs are made by the first.
  unsigned tierOf(Value value) {
    Operation *def = value.getDefiningOp();
    return def ? tierOfOp.lookup(def) : 0;
  }

  func::FuncOp main;
  SmallVector<TierPlan> tiers;
  SmallVector<ExitOp> exits; // of the whole deployment, in order
  DenseMap<Operation *, unsigned> tierOfOp;
  std::vector<OperationTimes> operationTimes; // on each tier
};

} // namespace

LogicalResult PartitionPass::readPlacement() {
  ModuleOp module = getOperation();
  main = getGraph(module);
  if (!main)
    return module.emitError("needs a function @main of one block to partition");
  for (BlockArgument arg : main.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(arg.getType());
    if (!type || !type.hasStaticShape() ||
        !(type.getElementType().isF32() || type.getElementType().isInteger(8)))
      return main.emitError("input '")
             << getValueName(arg, 0) << "' is " << arg.getType()
             << "; inputs are f32 or raw i8 tensors of static shape";
  }
  auto specs = module->getAttrOfType<ArrayAttr>(kTiersAttr);
  if (!specs || specs.empty())
    return module.emitError("names no tiers: ")
           << kTiersAttr << " must be a non-empty array of #ddnn.tier_spec";
  if (!llvm::all_of(specs, llvm::IsaPred<TierSpecAttr>))
    return module.emitError()
           << kTiersAttr << " must hold #ddnn.tier_spec attributes only";
  llvm::StringMap<unsigned> indices;
  for (auto spec : specs.getAsRange<TierSpecAttr>()) {
    if (!indices.try_emplace(spec.getName(), tiers.size()).second)
      return module.emitError("names tier '") << spec.getName() << "' twice";
    tiers.push_back({spec, {}, {}, {}});
  }

  for (TierPlan &plan : tiers)
    operationTimes.emplace_back(main, plan.spec);

  LogicalResult result = success();
  for (Operation &op : main.getBody().front().without_terminator()) {
    if (readsNoData(&op))
      continue;
    auto tier = op.getAttrOfType<StringAttr>(kTierAttr);
    if (!tier) {
      result = op.emitError("is on no tier; run ddnn-place-tiers first");
      continue;
    }
    auto found = indices.find(tier.getValue());
    if (found == indices.end()) {
      result = op.emitError("is placed on unknown tier '")
               << tier.getValue() << "'";
      continue;
    }
    tierOfOp[&op] = found->second;
    forEachUsedValue(&op, [&](Value value) {
      if (tierOf(value) > found->second)
        result = op.emitError("on tier '")
                 << tier.getValue() << "' uses a value of the later tier '"
                 << tiers[tierOf(value)].spec.getName()
                 << "'; data only moves towards later tiers";
    });
  }
  return result;
}

LogicalResult PartitionPass::readExits() {
  for (OpOperand &operand :
       main.getBody().front().getTerminator()->getOpOperands()) {
    auto exit = operand.get().getDefiningOp<ExitOp>();
    if (!exit)
      return main.emitError("result #")
             << operand.getOperandNumber()
             << " of @main is no ddnn.exit; every output must be an exit";
    if (llvm::is_contained(exits, exit))
      return exit.emitError("is returned twice");
    if (!cast<RankedTensorType>(exit.getType()).getElementType().isF32())
      return exit.emitError("of ")
             << exit.getType() << " cannot be gated; scores must be f32";
    for (ExitOp other : exits)
      if (other.getName() == exit.getName())
        return exit.emitError("has the name of another exit, '")
               << exit.getName() << "'";
    exits.push_back(exit);
  }
  for (auto exit : main.getBody().front().getOps<ExitOp>())
    if (!llvm::is_contained(exits, exit))
      return exit.emitError("is not returned by @main");
  if (exits.empty())
    return main.emitError("has no exit");
  llvm::stable_sort(exits, [&](ExitOp a, ExitOp b) {
    return tierOfOp.lookup(a) < tierOfOp.lookup(b);
  });
  for (ExitOp exit : exits)
    tiers[tierOfOp.lookup(exit)].exits.push_back(exit);
  return success();
}

FailureOr<Encoding> PartitionPass::chooseEncoding(Value value,
                                                  unsigned fromTier) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape())
    return emitError(value.getLoc(), "a value of type ")
           << value.getType() << " cannot travel from tier '"
           << tiers[fromTier].spec.getName() << "'; cut elsewhere";
  if (type.getElementType().isInteger(1))
    return Encoding::bits;
  if (type.getElementType().isInteger(8))
    return Encoding::u8;
  if (!type.getElementType().isF32())
    return emitError(value.getLoc(), "a tensor of ")
           << type.getElementType() << " cannot travel from tier '"
           << tiers[fromTier].spec.getName() << "'; cut elsewhere";
  if (!f16)
    return Encoding::f32;
  std::optional<double> bound = getMagnitudeBound(value);
  if (bound && *bound <= kMaxHalf)
    return Encoding::f16;
  InFlightDiagnostic diag =
      emitError(value.getLoc(), "f16 was asked for, but the values that travel "
                                "from tier '")
      << tiers[fromTier].spec.getName() << "' may not fit in half precision";
  if (bound)
    diag.attachNote() << "they may be as large as " << *bound
                      << "; half precision ends at 65504";
  else
    diag.attachNote() << "no bound on them can be proved; cut after an "
                         "operator with bounded values or leave out f16";
  return failure();
}

std::string PartitionPass::getValueName(Value value, unsigned serial) {
  if (auto arg = dyn_cast<BlockArgument>(value)) {
    if (auto name =
            main.getArgAttrOfType<StringAttr>(arg.getArgNumber(), kNameAttr))
      return name.str();
    return "input" + std::to_string(arg.getArgNumber());
  }
  if (auto loc = dyn_cast<NameLoc>(value.getLoc()))
    return loc.getName().str();
  return "value" + std::to_string(serial);
}

/// Repeats on each later tier that reads floats of +-1 what makes them floats,
/// so that it is the +-1 that cross.
void PartitionPass::repeatFloats() {
  Block &body = main.getBody().front();
  // Readers first: a copy's operand is a use on its tier in turn.
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body))) {
    if (!tierOfOp.count(&op) || op.getNumResults() != 1 ||
        getTravelling(op.getResult(0)) == op.getResult(0))
      continue;
    DenseMap<unsigned, Operation *> copies;
    for (OpOperand &use : llvm::make_early_inc_range(op.getUses())) {
      Operation *user = findInGraph(use.getOwner());
      unsigned tier = tierOfOp.lookup(user);
      if (tier == tierOfOp.lookup(&op))
        continue;
      Operation *&copy = copies[tier];
      if (!copy) {
        copy = OpBuilder(&body, std::next(op.getIterator())).clone(op);
        tierOfOp[copy] = tier;
      }
      use.set(copy->getResult(0));
    }
    if (op.use_empty()) {
      tierOfOp.erase(&op);
      op.erase();
    }
  }
}

LogicalResult PartitionPass::findCrossings() {
  // The last tier that uses each value, in the order values are defined.
  llvm::MapVector<Value, unsigned> lastUse;
  auto note = [&](Value value) {
    unsigned last = tierOf(value);
    for (Operation *user : value.getUsers())
      last = std::max(last, tierOfOp.lookup(findInGraph(user)));
    if (last > tierOf(value))
      lastUse[value] = last;
  };
  for (BlockArgument arg : main.getArguments())
    note(arg);
  for (Operation &op : main.getBody().front().without_terminator())
    if (tierOfOp.count(&op))
      for (Value result : op.getResults())
        note(result);

  tiers.front().inputs = llvm::to_vector_of<Value>(main.getArguments());
  LogicalResult result = success();
  llvm::StringSet<> used;
  for (auto [value, last] : lastUse) {
    std::string name = makeUnique(getValueName(value, used.size()), used);
    FailureOr<Encoding> encoding = chooseEncoding(value, tierOf(value));
    if (failed(encoding)) {
      result = failure();
      continue;
    }
    for (unsigned t = tierOf(value); t < last; ++t) {
      tiers[t].outgoing.push_back({value, name, *encoding});
      tiers[t + 1].inputs.push_back(value);
    }
  }
  if (failed(result))
    return failure();
  for (unsigned t = 0; t + 1 < tiers.size(); ++t)
    if (tiers[t].outgoing.empty())
      return main.emitError("nothing travels from tier '")
             << tiers[t].spec.getName() << "' to tier '"
             << tiers[t + 1].spec.getName() << "'; leave out the later tiers";
  return success();
}

/// Emits `ddnn.tier` number `index` and returns what the descriptor says of it.
TierInfoAttr PartitionPass::buildTier(unsigned index, OpBuilder &builder) {
  MLIRContext *ctx = &getContext();
  TierPlan &plan = tiers[index];
  Location loc = main.getLoc();
  auto tier =
      TierOp::create(builder, loc, plan.spec.getName(), index, plan.spec);

  // What each step must have made when it ends, and the step that makes each
  // operation: the first whose results need it.
  SmallVector<SmallVector<Value>> goals;
  for (ExitOp exit : plan.exits)
    goals.push_back({exit.getResult()});
  if (!plan.outgoing.empty() || goals.empty()) {
    goals.emplace_back();
    for (Crossing &crossing : plan.outgoing)
      goals.back().push_back(crossing.value);
  }
  DenseMap<Operation *, unsigned> stepOf;
  for (auto [step, values] : llvm::enumerate(goals)) {
    SmallVector<Value> work(values);
    while (!work.empty()) {
      Operation *def = work.pop_back_val().getDefiningOp();
      if (!def || !tierOfOp.count(def) || tierOfOp.lookup(def) != index ||
          !stepOf.try_emplace(def, step).second)
        continue;
      forEachUsedValue(def, [&](Value used) { work.push_back(used); });
    }
  }

  // Values that a later step of this tier needs live in numbered slots.
  llvm::MapVector<Value, unsigned> slots;
  for (Operation &op : main.getBody().front().without_terminator()) {
    auto it = stepOf.find(&op);
    if (it == stepOf.end())
      continue;
    for (Value result : op.getResults()) {
      bool later = llvm::any_of(result.getUsers(), [&](Operation *user) {
        auto use = stepOf.find(findInGraph(user));
        return use != stepOf.end() && use->second > it->second;
      });
      for (size_t s = it->second + 1; s < goals.size(); ++s)
        later |= llvm::is_contained(goals[s], result);
      if (later)
        slots.insert({result, slots.size()});
    }
  }

  auto memory = [&](MemoryKind kind, int64_t i) {
    return DictionaryAttr::get(
        ctx, builder.getNamedAttr(kMemoryAttr, MemoryAttr::get(ctx, kind, i)));
  };
  llvm::SetVector<Attribute> nodes;
  int64_t flops = 0;
  SmallVector<double> seconds; // of each step, on each tier
  for (size_t s = 0; s < goals.size(); ++s) {
    SmallVector<Operation *> body;
    for (Operation &op : main.getBody().front().without_terminator())
      if (auto it = stepOf.find(&op); it != stepOf.end() && it->second == s)
        body.push_back(&op);

    // Arguments: the inputs and slots that the step reads.
    llvm::SetVector<Value> reads;
    auto addRead = [&](Value value) {
      Operation *def = value.getDefiningOp();
      if (def &&
          (readsNoData(def) || (stepOf.count(def) && stepOf.lookup(def) == s)))
        return;
      reads.insert(value);
    };
    for (Operation *op : body)
      forEachUsedValue(op, addRead);
    // Results: the exit's scores, slots for later steps, the link's tensors.
    SmallVector<Value> results;
    SmallVector<DictionaryAttr> resultAttrs;
    bool isLink = s >= plan.exits.size();
    for (auto [i, goal] : llvm::enumerate(goals[s])) {
      results.push_back(goal);
      resultAttrs.push_back(
          memory(MemoryKind::output, isLink ? plan.exits.size() + i : s));
      addRead(goal);
    }
    for (auto [value, slot] : slots)
      if (stepOf.lookup(value.getDefiningOp()) == s) {
        results.push_back(value);
        resultAttrs.push_back(memory(MemoryKind::slot, slot));
      }
    SmallVector<DictionaryAttr> argAttrs;
    for (Value value : reads) {
      auto input = llvm::find(plan.inputs, value);
      argAttrs.push_back(
          input != plan.inputs.end()
              ? memory(MemoryKind::input, input - plan.inputs.begin())
              : memory(MemoryKind::slot, slots.lookup(value)));
    }

    OpBuilder inner = OpBuilder::atBlockEnd(&tier.getBody().front());
    auto step = func::FuncOp::create(
        inner, loc, ("step" + Twine(s)).str(),
        FunctionType::get(ctx, TypeRange(reads.getArrayRef()),
                          TypeRange(mlir::ValueRange(results))));
    step.setAllArgAttrs(argAttrs);
    step.setAllResultAttrs(resultAttrs);
    inner.setInsertionPointToStart(step.addEntryBlock());
    for (auto [arg, value] : llvm::zip(step.getArguments(), reads))
      arg.setLoc(value.getLoc());
    IRMapping map;
    map.map(reads.getArrayRef(), step.getArguments());
    std::function<void(Operation *)> clone = [&](Operation *op) {
      forEachUsedValue(op, [&](Value value) {
        Operation *def = value.getDefiningOp();
        if (def && !map.contains(value) && readsNoData(def))
          clone(def);
      });
      Operation *copy = inner.clone(*op, map);
      copy->removeAttr(kTierAttr);
    };
    for (const OperationTimes &times : operationTimes) {
      double &sum = seconds.emplace_back(0.0);
      for (Operation *op : body)
        sum += times.getSeconds(op);
    }
    for (Operation *op : body) {
      clone(op);
      flops += getFlops(op);
      std::string node = describeNodes(op->getLoc());
      if (!node.empty() && !isa<ExitOp, PlusMinusOneOp>(op))
        nodes.insert(builder.getStringAttr(node));
    }
    func::ReturnOp::create(
        inner, loc,
        llvm::map_to_vector(results, [&](Value v) { return map.lookup(v); }));
  }

  // What the descriptor says.
  auto tensorInfo = [&](StringRef name, Type type, Encoding encoding) {
    return TensorInfoAttr::get(ctx, name, cast<RankedTensorType>(type),
                               encoding, builder.getF64FloatAttr(1.0));
  };
  SmallVector<Attribute> inputs, outputs, locals;
  for (auto [i, value] : llvm::enumerate(plan.inputs)) {
    if (index > 0) {
      Crossing &from = tiers[index - 1].outgoing[i];
      inputs.push_back(tensorInfo(from.name, value.getType(), from.encoding));
      continue;
    }
    bool bytes = getElementTypeOrSelf(value.getType()).isInteger(8);
    inputs.push_back(tensorInfo(getValueName(value, i), value.getType(),
                                bytes ? Encoding::u8 : Encoding::f32));
  }
  for (auto [s, exit] : llvm::enumerate(plan.exits)) {
    outputs.push_back(
        tensorInfo(exit.getName(), exit.getResult().getType(), Encoding::f32));
    locals.push_back(
        LocalExitAttr::get(ctx, llvm::find(exits, exit) - exits.begin(), s, s));
  }
  for (Crossing &crossing : plan.outgoing)
    outputs.push_back(
        tensorInfo(crossing.name, crossing.value.getType(), crossing.encoding));
  return TierInfoAttr::get(
      ctx, plan.spec.getName(), builder.getArrayAttr(inputs),
      builder.getArrayAttr(outputs), plan.outgoing.size(),
      builder.getArrayAttr(locals), goals.size(),
      builder.getArrayAttr(nodes.getArrayRef()), flops, 0, 0, 0, 0, 0,
      ArrayAttr(), ArrayAttr(), builder.getDenseF64ArrayAttr(seconds));
}

void PartitionPass::runOnOperation() {
  ModuleOp module = getOperation();
  MLIRContext *ctx = &getContext();
  if (failed(readPlacement()) || failed(readExits()))
    return signalPassFailure();
  repeatFloats();
  if (failed(findCrossings()))
    return signalPassFailure();

  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  SmallVector<Attribute> tierInfos, exitInfos;
  for (unsigned t = 0; t < tiers.size(); ++t)
    tierInfos.push_back(buildTier(t, builder));
  for (unsigned t = 0; t + 1 < tiers.size(); ++t)
    for (Crossing &crossing : tiers[t].outgoing) {
      std::string symbol =
          (tiers[t].spec.getName() + "." + crossing.name).str();
      LinkOp::create(builder, crossing.value.getLoc(),
                     builder.getStringAttr(symbol),
                     FlatSymbolRefAttr::get(ctx, tiers[t].spec.getName()),
                     FlatSymbolRefAttr::get(ctx, tiers[t + 1].spec.getName()),
                     TypeAttr::get(crossing.value.getType()),
                     EncodingAttr::get(ctx, crossing.encoding),
                     builder.getF64FloatAttr(1.0));
    }
  for (ExitOp exit : exits)
    exitInfos.push_back(ExitInfoAttr::get(
        ctx, exit.getName(), tierOfOp.lookup(exit), exit.getClassCount(),
        exit.getKind(), exit.getCriterion(), exit.getThresholdAttr(),
        exit == exits.back()));

  auto labels = module->getAttrOfType<ArrayAttr>(kLabelsAttr);
  StringRef name = module.getSymName().value_or("model");
  // The descriptor may not share its symbol with a tier.
  std::string symbol = name.str();
  while (module.lookupSymbol(symbol))
    symbol += "_model";
  Location loc = main.getLoc();
  main.erase();
  DescriptorOp::create(builder, loc, symbol, hashDeployment(module),
                       labels ? labels : builder.getArrayAttr({}),
                       builder.getArrayAttr(exitInfos),
                       builder.getArrayAttr(tierInfos));
}
