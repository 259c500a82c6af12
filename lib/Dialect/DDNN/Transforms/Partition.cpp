//===- Partition.cpp - Split a placed graph into tiers --------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Presence.h"
#include "ddnn/Analysis/Cost.h"
#include "ddnn/Analysis/DeploymentHash.h"
#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/Nodes.h"
#include "ddnn/Analysis/OperationTimes.h"
#include "ddnn/Analysis/Placement.h"
#include "ddnn/Analysis/Places.h"
#include "ddnn/Analysis/Values.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallSet.h"

namespace ddnn {
#define GEN_PASS_DEF_PARTITION
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

/// Largest finite half-precision value.
static constexpr double kMaxHalf = 65504.0;

namespace {

/// A value that crosses from one place to another.
struct Crossing {
  Value value;
  std::string name;
  Encoding encoding;
  unsigned target;
};

/// One place while it is taken out of the graph.
struct TierPlan {
  TierSpecAttr spec;
  SmallVector<ExitOp> exits;      // decided here, in order
  SmallVector<Arrival> inputs;    // model inputs or what links bring
  SmallVector<Crossing> outgoing; // what links carry, by target
  SmallVector<Missing> missing;   // what each source means that does not come
};

struct PartitionPass : ddnn::impl::PartitionBase<PartitionPass> {
  using PartitionBase::PartitionBase;

  void runOnOperation() override;

private:
  LogicalResult readPlacement();
  LogicalResult readExits();
  void repeatFloats();
  LogicalResult readInputs();
  FailureOr<SmallVector<unsigned>> findRoute(Value value, unsigned to);
  LogicalResult findCrossings();
  LogicalResult checkLinks();
  PlaceInfoAttr describePlace(unsigned index, OpBuilder &builder);
  FailureOr<Encoding> chooseEncoding(Value value, unsigned fromTier);
  std::string getValueName(Value value, unsigned serial);
  TierInfoAttr buildTier(unsigned index, OpBuilder &builder);

  /// The operation of the graph that `op` is, or is part of.
  Operation *findInGraph(Operation *op) {
    return main.getBody().front().findAncestorOpInBlock(*op);
  }

  /// The place that makes a value; inputs are made by the sensor's.
  unsigned tierOf(Value value) {
    Operation *def = value.getDefiningOp();
    return def ? tierOfOp.lookup(def) : placeOfInput.lookup(value);
  }

  func::FuncOp main;
  Places places;
  std::vector<TierPlan> tiers; // one for each place
  SmallVector<ExitOp> exits;   // of the whole deployment, in order
  DenseMap<Operation *, unsigned> tierOfOp;
  DenseMap<Value, unsigned> placeOfInput;
  // The first place of a tier that uses what a place makes.
  DenseMap<std::pair<unsigned, unsigned>, unsigned> receivers;
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
    tiers.push_back({spec, {}, {}, {}, {}});
  }
  places = Places(llvm::to_vector(specs.getAsRange<TierSpecAttr>()));
  if (failed(readInputs()))
    return failure();

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
      Operation *def = value.getDefiningOp();
      unsigned from = tierOf(value);
      bool isNeighbour = from != found->second && !(def && readsNoData(def)) &&
                         places.getTier(from) == places.getTier(found->second);
      if (isNeighbour)
        result = op.emitError("on '")
                 << tier.getValue() << "' uses a value of '"
                 << places.getName(from)
                 << "'; members of a tier do not hear from each other";
      else if (from > found->second)
        result = op.emitError("on tier '")
                 << tier.getValue() << "' uses a value of the later tier '"
                 << tiers[tierOf(value)].spec.getName()
                 << "'; data only moves towards later tiers";
    });
  }
  return result;
}

/// Finds which place has each input's sensor.
LogicalResult PartitionPass::readInputs() {
  LogicalResult result = success();
  for (BlockArgument arg : main.getArguments()) {
    auto name =
        main.getArgAttrOfType<StringAttr>(arg.getArgNumber(), kSourceAttr);
    if (!name)
      continue;
    std::optional<unsigned> place = places.find(name.getValue());
    if (!place || places.getTier(*place) != 0) {
      result = main.emitError("input '")
               << getValueName(arg, arg.getArgNumber()) << "' comes from '"
               << name.getValue() << "', which is no place of the first tier";
      continue;
    }
    placeOfInput[arg] = *place;
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
  for (ExitOp exit : exits) {
    unsigned place = tierOfOp.lookup(exit);
    if (places.getMemberCount(places.getTier(place)) > 1)
      return exit.emitError("is on '")
             << places.getName(place)
             << "', but tiers of several members have no exits; the tier "
                "behind them joins what they send";
    tiers[place].exits.push_back(exit);
  }
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

/// The places that a value comes by on its way to `to`, in order and with it.
/// Aggregators are passed by; of several members, that one hands on which gets
/// other values of the sender, else the one across.
FailureOr<SmallVector<unsigned>> PartitionPass::findRoute(Value value,
                                                          unsigned to) {
  unsigned at = tierOf(value);
  SmallVector<unsigned> route;
  for (unsigned t = places.getTier(at) + 1; t <= places.getTier(to); ++t) {
    unsigned from = places.getTier(at);
    if (places.isAggregator(from))
      return emitError(value.getLoc(), "a value that '")
             << places.getName(at) << "' computes is used on '"
             << places.getName(to) << "', but nothing is sent on from '"
             << places.getName(at) << "', which joins what members send";
    if (t != places.getTier(to) && places.isAggregator(t))
      continue;
    auto receiver = receivers.find({at, t});
    unsigned member = places.getMember(at) * places.getMemberCount(t) /
                      places.getMemberCount(from);
    at = t == places.getTier(to)       ? to
         : receiver != receivers.end() ? receiver->second
                                       : places.getPlace(t, member);
    route.push_back(at);
  }
  return route;
}

LogicalResult PartitionPass::findCrossings() {
  // The places that use each value, in the order values are defined.
  llvm::MapVector<Value, llvm::SmallSetVector<unsigned, 4>> uses;
  auto note = [&](Value value) {
    unsigned from = tierOf(value);
    for (Operation *user : value.getUsers())
      if (auto it = tierOfOp.find(findInGraph(user));
          it != tierOfOp.end() && it->second > from) {
        uses[value].insert(it->second);
        receivers.try_emplace({from, places.getTier(it->second)}, it->second);
      }
  };
  for (BlockArgument arg : main.getArguments())
    note(arg);
  for (Operation &op : main.getBody().front().without_terminator())
    if (tierOfOp.count(&op))
      for (Value result : op.getResults())
        note(result);

  for (BlockArgument arg : main.getArguments()) {
    SmallVector<Arrival> &inputs = tiers[tierOf(arg)].inputs;
    bool isRaw = getElementTypeOrSelf(arg.getType()).isInteger(8);
    inputs.push_back({arg, getValueName(arg, inputs.size()),
                      isRaw ? Encoding::u8 : Encoding::f32, kFromSensor});
  }
  LogicalResult result = success();
  llvm::StringSet<> used;
  for (auto &[value, targets] : uses) {
    std::string name = makeUnique(getValueName(value, used.size()), used);
    FailureOr<Encoding> encoding = chooseEncoding(value, tierOf(value));
    if (failed(encoding)) {
      result = failure();
      continue;
    }
    llvm::SmallSetVector<unsigned, 4> reached;
    SmallVector<unsigned> inOrder(targets.getArrayRef());
    llvm::sort(inOrder);
    for (unsigned target : inOrder) {
      FailureOr<SmallVector<unsigned>> route = findRoute(value, target);
      if (failed(route)) {
        result = failure();
        break;
      }
      unsigned from = tierOf(value);
      for (unsigned to : *route) {
        if (reached.insert(to)) {
          tiers[from].outgoing.push_back({value, name, *encoding, to});
          tiers[to].inputs.push_back({value, name, *encoding, int64_t(from)});
        }
        from = to;
      }
    }
  }
  if (failed(result))
    return failure();
  // By places; of one place in the order in which it sends them.
  for (TierPlan &plan : tiers) {
    llvm::stable_sort(plan.outgoing, [](const Crossing &a, const Crossing &b) {
      return a.target < b.target;
    });
    llvm::stable_sort(plan.inputs, [](const Arrival &a, const Arrival &b) {
      return a.source < b.source;
    });
  }
  return checkLinks();
}

LogicalResult PartitionPass::checkLinks() {
  unsigned connections = 0;
  for (auto [p, plan] : llvm::enumerate(tiers)) {
    unsigned tier = places.getTier(p);
    llvm::SmallSet<unsigned, 16> targets;
    for (Crossing &crossing : plan.outgoing)
      targets.insert(crossing.target);
    connections += targets.size();
    if (places.isAggregator(tier) && plan.exits.empty())
      return main.emitError("tier '")
             << plan.spec.getName() << "' joins what the members of '"
             << places.getTierName(tier - 1)
             << "' send, but no exit is there; put one on it, or cut behind "
                "what "
                "its exit needs";
    if (plan.inputs.empty() && !places.isChain())
      return main.emitError("nothing comes to '")
             << plan.spec.getName() << "'; use fewer members";
    if (!plan.outgoing.empty() || tier + 1 == places.getTierCount() ||
        places.isAggregator(tier))
      continue;
    unsigned next = tier + (places.isAggregator(tier + 1) ? 2 : 1);
    return main.emitError("nothing travels from tier '")
           << plan.spec.getName() << "' to tier '" << places.getTierName(next)
           << (places.isChain() ? "'; leave out the later tiers"
                                : "'; use fewer members or leave out tiers");
  }
  if (!places.isChain() && connections > kMaxConnections)
    return main.emitError("has ")
           << connections << " links between places, the runtime's tables hold "
           << kMaxConnections << "; use fewer members";
  return success();
}

/// What a place of a deployment with groups says of its neighbours.
PlaceInfoAttr PartitionPass::describePlace(unsigned index, OpBuilder &builder) {
  MLIRContext *ctx = &getContext();
  TierPlan &plan = tiers[index];
  SmallVector<unsigned> froms = getSources(plan.inputs);
  SmallVector<Attribute> sources, targets;
  for (auto [from, missing] : llvm::zip_equal(froms, plan.missing))
    sources.push_back(SourceAttr::get(ctx, places.getAttr(from), missing));
  SmallVector<int64_t> inputSources;
  for (const Arrival &input : plan.inputs)
    inputSources.push_back(input.source < 0
                               ? input.source
                               : llvm::find(froms, unsigned(input.source)) -
                                     froms.begin());
  for (Crossing &crossing : plan.outgoing)
    targets.push_back(places.getAttr(crossing.target));
  return PlaceInfoAttr::get(
      ctx, places.getTierName(places.getTier(index)), places.getAttr(index),
      builder.getArrayAttr(sources), builder.getDenseI64ArrayAttr(inputSources),
      builder.getArrayAttr(targets));
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
      auto input = llvm::find_if(plan.inputs, [&, value = value](Arrival &in) {
        return in.value == value;
      });
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
  for (Arrival &input : plan.inputs)
    inputs.push_back(
        tensorInfo(input.name, input.value.getType(), input.encoding));
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
      ArrayAttr(), ArrayAttr(), builder.getDenseF64ArrayAttr(seconds),
      places.isChain() ? PlaceInfoAttr() : describePlace(index, builder));
}

void PartitionPass::runOnOperation() {
  ModuleOp module = getOperation();
  MLIRContext *ctx = &getContext();
  if (failed(readPlacement()) || failed(readExits()))
    return signalPassFailure();
  repeatFloats();
  if (failed(findCrossings()))
    return signalPassFailure();
  for (auto [p, plan] : llvm::enumerate(tiers)) {
    if (places.isChain())
      break;
    auto missing = addPresence(
        main, places, p, tierOfOp, plan.inputs, [&, &plan = plan](Value value) {
          return llvm::any_of(plan.outgoing, [&](const Crossing &crossing) {
            return crossing.value == value;
          });
        });
    if (failed(missing))
      return signalPassFailure();
    plan.missing = *missing;
  }

  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  SmallVector<Attribute> tierInfos, exitInfos;
  for (unsigned t = 0; t < tiers.size(); ++t)
    tierInfos.push_back(buildTier(t, builder));
  llvm::StringSet<> symbols;
  for (TierPlan &plan : tiers)
    for (Crossing &crossing : plan.outgoing) {
      // To a second target under another name.
      StringRef target = tiers[crossing.target].spec.getName();
      std::string symbol = (plan.spec.getName() + "." + crossing.name).str();
      if (!symbols.insert(symbol).second)
        symbol = makeUnique((symbol + "." + target).str(), symbols);
      LinkOp::create(builder, crossing.value.getLoc(),
                     builder.getStringAttr(symbol),
                     FlatSymbolRefAttr::get(ctx, plan.spec.getName()),
                     FlatSymbolRefAttr::get(ctx, target),
                     TypeAttr::get(crossing.value.getType()),
                     EncodingAttr::get(ctx, crossing.encoding),
                     builder.getF64FloatAttr(1.0));
    }
  for (ExitOp exit : exits)
    exitInfos.push_back(ExitInfoAttr::get(
        ctx, exit.getName(), places.getTier(tierOfOp.lookup(exit)),
        exit.getClassCount(), exit.getKind(), exit.getCriterion(),
        exit.getThresholdAttr(), exit == exits.back()));

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
