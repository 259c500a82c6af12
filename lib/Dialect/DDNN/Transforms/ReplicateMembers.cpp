//===- ReplicateMembers.cpp - The device's part for each member -----------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Copies stand right behind what they are copies of, in the order of members,
// so that whatever uses the joined value comes after all of them.
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/Members.h"
#include "ddnn/Analysis/Nodes.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/SetVector.h"

namespace ddnn {
#define GEN_PASS_DEF_REPLICATEMEMBERS
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

/// What an ONNX node computes: the result of its last operation that others
/// use; null where no such node is.
static Value findNodeResult(func::FuncOp main, StringRef node) {
  Value result;
  for (Operation &op : main.getBody().front().without_terminator())
    if (!readsNoData(&op) && op.getNumResults() == 1 &&
        getNodeName(&op) == node)
      result = op.getResult(0);
  return result;
}

/// The part of a graph from its input up to some values, in program order.
/// Constants and what is computed from them alone are `constant`.
struct MemberPart {
  SmallVector<Value> ends;
  SmallVector<Operation *> ops, constants;
};

static FailureOr<MemberPart> findPart(func::FuncOp main,
                                      ArrayRef<std::string> after) {
  MemberPart part;
  OperationSet slice;
  for (const std::string &node : after) {
    Value end = findNodeResult(main, node);
    if (!end)
      return main.emitError("members are to be joined after '")
             << node << "', but there is no such node";
    if (llvm::is_contained(part.ends, end))
      return main.emitError("members are joined after '") << node << "' twice";
    part.ends.push_back(end);
    for (Operation *op : getBackwardSlice(end))
      slice.insert(op);
  }
  OperationSet constants = getConstantOps(main);
  for (Operation &op : main.getBody().front().without_terminator())
    if (slice.contains(&op))
      (constants.contains(&op) ? part.constants : part.ops).push_back(&op);
  for (auto [end, node] : llvm::zip(part.ends, after))
    if (constants.contains(end.getDefiningOp()))
      return main.emitError("members are to be joined after '")
             << node << "', which does not depend on the input";
  return part;
}

/// Nothing but the part may use what is in it, except for its ends.
static LogicalResult verifyClosed(func::FuncOp main, const MemberPart &part) {
  OperationSet inside(part.ops.begin(), part.ops.end());
  for (Operation &op : main.getBody().front()) {
    if (inside.contains(&op))
      continue;
    Value open;
    forEachUsedValue(&op, [&](Value value) {
      Operation *def = value.getDefiningOp();
      bool isMembers = def ? inside.contains(def) : true;
      if (isMembers && !llvm::is_contained(part.ends, value))
        open = value;
    });
    if (open && op.hasTrait<OpTrait::IsTerminator>())
      return main.emitError("an output of the network is computed by the "
                            "members; it has to be joined");
    if (open)
      return op.emitError("'")
             << getNodeName(&op)
             << "' uses what a member computes, but is behind none of the "
                "nodes after which members are joined";
  }
  return success();
}

namespace {

struct ReplicateMembersPass
    : ddnn::impl::ReplicateMembersBase<ReplicateMembersPass> {
  using ReplicateMembersBase::ReplicateMembersBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    main = getGraph(module);
    if (failed(readRequest(module)))
      return signalPassFailure();
    module->removeAttr(kReplicateAttr);
    if (members == 0)
      return;
    FailureOr<MemberPart> part = findPart(main, nodes);
    if (failed(part) || failed(verifyClosed(main, *part)) ||
        failed(readWeights(*part)))
      return signalPassFailure();
    copyPart(*part);
    if (failed(join(*part)))
      return signalPassFailure();
    renameCuts(module);
    repeatBlanks(module);
  }

private:
  LogicalResult readRequest(ModuleOp module);
  LogicalResult readWeights(const MemberPart &part);
  LogicalResult readConstants(func::FuncOp other, StringRef file,
                              const MemberPart &part, IRMapping &map);
  void copyPart(const MemberPart &part);
  LogicalResult join(const MemberPart &part);
  void renameCuts(ModuleOp module);
  void repeatBlanks(ModuleOp module);

  func::FuncOp main;
  int64_t members = 0;
  std::vector<std::string> nodes, weightFiles;
  AggregateKind kindOfJoin = AggregateKind::max;
  Missing policy = Missing::fail;
  /// What each member but the first has for values of the first.
  std::vector<IRMapping> maps;
  std::string name;               // of the input as it was
  std::vector<std::string> names; // of the members' inputs
  llvm::StringSet<> renamed;      // nodes that there is one of for each member
};

} // namespace

LogicalResult ReplicateMembersPass::readRequest(ModuleOp module) {
  std::string kindText = kind, missingText = missing;
  members = count;
  weightFiles.assign(weights.begin(), weights.end());
  nodes.assign(after.begin(), after.end());
  if (Attribute attr = module->getAttr(kReplicateAttr)) {
    auto request = dyn_cast<DictionaryAttr>(attr);
    auto number = request ? request.getAs<IntegerAttr>("count") : nullptr;
    auto list = request ? request.getAs<ArrayAttr>("after") : nullptr;
    if (!number || !list || !llvm::all_of(list, llvm::IsaPred<StringAttr>))
      return module.emitError()
             << kReplicateAttr
             << " must be a dictionary with a number 'count' and strings "
                "'after'";
    members = number.getInt();
    nodes.clear();
    for (auto node : list.getAsRange<StringAttr>())
      nodes.push_back(node.str());
    if (auto text = request.getAs<StringAttr>("kind"))
      kindText = text.str();
    if (auto text = request.getAs<StringAttr>("missing"))
      missingText = text.str();
    if (auto files = request.getAs<ArrayAttr>("weights"))
      for (auto file : files.getAsRange<StringAttr>())
        weightFiles.push_back(file.str());
  }
  if (members == 0)
    return success();
  if (!main || main.getNumArguments() != 1)
    return module.emitError("has ")
           << (main ? main.getNumArguments() : 0)
           << " inputs; only of a network with one can there be several "
              "members";
  if (members < 2 || members > kMaxMembers)
    return module.emitError("cannot have ")
           << members << " members, but 2 to " << kMaxMembers;
  if (nodes.empty())
    return module.emitError("does not say after which nodes its ")
           << members << " members are joined";
  if (!weightFiles.empty() && int64_t(weightFiles.size()) != members - 1)
    return module.emitError("has ")
           << members << " members and " << weightFiles.size()
           << " files of weights; each member but the first needs one";
  std::optional<AggregateKind> known = symbolizeAggregateKind(kindText);
  if (!known)
    return module.emitError("cannot join members by '")
           << kindText << "'; use max or mean";
  kindOfJoin = *known;
  FailureOr<Missing> declared = parseMissing(module, missingText);
  if (failed(declared))
    return failure();
  policy = *declared;
  return success();
}

/// Maps the constants of `part` to copies of those of `other`, which has to be
/// the same network.
LogicalResult ReplicateMembersPass::readConstants(func::FuncOp other,
                                                  StringRef file,
                                                  const MemberPart &part,
                                                  IRMapping &map) {
  FailureOr<MemberPart> theirs = findPart(other, nodes);
  if (failed(theirs))
    return failure();
  auto differ = [&](Operation *op) {
    return op->emitError("'") << getNodeName(op) << "' is the first node in '"
                              << file << "' that differs from the network's";
  };
  if (other.getArgumentTypes() != main.getArgumentTypes())
    return main.emitError("the input of '")
           << file << "' is " << other.getArgumentTypes()[0] << ", not "
           << main.getArgumentTypes()[0];
  // Theirs by ours.
  DenseMap<Value, Value> same;
  same[main.getArgument(0)] = other.getArgument(0);
  auto matches = [&](Operation *a, Operation *b) {
    if (isa<arith::ConstantOp>(a) && isa<arith::ConstantOp>(b))
      return a->getResultTypes() == b->getResultTypes();
    return OperationEquivalence::isEquivalentTo(
        a, b,
        [&](Value ours, Value its) {
          auto known = same.find(ours);
          return success(known != same.end() && known->second == its);
        },
        [&](Value ours, Value its) { same[ours] = its; },
        OperationEquivalence::IgnoreLocations |
            OperationEquivalence::IgnoreDiscardableAttrs);
  };
  SmallVector<Operation *> ours, its;
  auto collect = [](func::FuncOp func, const MemberPart &from,
                    SmallVector<Operation *> &to) {
    OperationSet all(from.ops.begin(), from.ops.end());
    all.insert(from.constants.begin(), from.constants.end());
    for (Operation &op : func.getBody().front())
      if (all.contains(&op))
        to.push_back(&op);
  };
  collect(main, part, ours);
  collect(other, *theirs, its);
  for (auto [a, b] : llvm::zip(ours, its)) {
    if (!matches(a, b))
      return differ(a);
    for (auto [x, y] : llvm::zip(a->getResults(), b->getResults()))
      same[x] = y;
  }
  if (ours.size() != its.size())
    return main.emitError("the members' part has ")
           << ours.size() << " operations, in '" << file << "' it has "
           << its.size();
  for (Operation *op : part.constants) {
    OpBuilder b(op->getContext());
    b.setInsertionPointAfter(op);
    Operation *copy = b.clone(*op, map);
    if (auto constant = dyn_cast<arith::ConstantOp>(copy))
      constant.setValueAttr(
          same[op->getResult(0)].getDefiningOp<arith::ConstantOp>().getValue());
    map.map(op->getResults(), copy->getResults());
  }
  return success();
}

LogicalResult ReplicateMembersPass::readWeights(const MemberPart &part) {
  maps.assign(members - 1, IRMapping());
  for (auto [i, file] : llvm::enumerate(weightFiles)) {
    OwningOpRef<ModuleOp> module =
        parseSourceFile<ModuleOp>(file, &getContext());
    if (!module)
      return failure();
    func::FuncOp other = getGraph(*module);
    if (!other || other.getNumArguments() != 1)
      return main.emitError("'") << file << "' is no network with one input";
    if (failed(readConstants(other, file, part, maps[i])))
      return failure();
  }
  return success();
}

/// `op` as member `i`'s.
static void nameAfterMember(Operation *op, int64_t i) {
  Builder b(op->getContext());
  std::string suffix = "." + std::to_string(i);
  if (auto node = op->getAttrOfType<StringAttr>(kNodeAttr))
    op->setAttr(kNodeAttr, b.getStringAttr(node.getValue() + suffix));
  if (auto name = dyn_cast<NameLoc>(op->getLoc()))
    op->setLoc(NameLoc::get(b.getStringAttr(name.getName().getValue() + suffix),
                            name.getChildLoc()));
}

void ReplicateMembersPass::copyPart(const MemberPart &part) {
  OpBuilder b(&getContext());
  name = getInputName(main, 0);
  DictionaryAttr attrs = main.getArgAttrDict(0);
  names.clear();
  for (int64_t i = 0; i < members; ++i) {
    names.push_back(name + "." + std::to_string(i));
    if (i > 0) {
      BlockArgument first = main.getArgument(0);
      (void)main.insertArgument(i, first.getType(), attrs, first.getLoc());
      maps[i - 1].map(main.getArgument(0), main.getArgument(i));
    }
    main.setArgAttr(i, kNameAttr, b.getStringAttr(names.back()));
    if (auto loc = dyn_cast<NameLoc>(main.getArgument(i).getLoc()))
      main.getArgument(i).setLoc(
          NameLoc::get(b.getStringAttr(names.back()), loc.getChildLoc()));
  }
  for (Operation *op : part.ops) {
    b.setInsertionPointAfter(op);
    for (auto [i, map] : llvm::enumerate(maps))
      nameAfterMember(b.clone(*op, map), i + 1);
    renamed.insert(getNodeName(op));
    nameAfterMember(op, 0);
  }
}

LogicalResult ReplicateMembersPass::join(const MemberPart &part) {
  OperationSet inside(part.ops.begin(), part.ops.end());
  OpBuilder b(&getContext());
  for (auto [i, node] : llvm::enumerate(nodes)) {
    Value end = part.ends[i];
    auto type = cast<RankedTensorType>(end.getType());
    if (kindOfJoin == AggregateKind::concat)
      return end.getDefiningOp()->emitError("'")
             << node << "' of " << members << " members, concatenated, has "
             << members * (type.getRank() > 1 ? type.getDimSize(1) : 1)
             << " channels, what is behind it takes "
             << (type.getRank() > 1 ? type.getDimSize(1) : 1)
             << "; join by max or mean, or export the network with an input "
                "for each member";
    if (!isa<FloatType>(type.getElementType()))
      return end.getDefiningOp()->emitError("'")
             << node << "' is " << type << "; members that are joined are "
             << "floats";
    SmallVector<Value> values = {end};
    Operation *last = end.getDefiningOp();
    for (IRMapping &map : maps) {
      values.push_back(map.lookup(end));
      last = values.back().getDefiningOp();
    }
    SmallVector<StringRef> refs(names.begin(), names.end());
    b.setInsertionPointAfter(last);
    Location loc = NameLoc::get(b.getStringAttr(node),
                                NameLoc::get(b.getStringAttr("Aggregate")));
    auto aggregate =
        AggregateOp::create(b, loc, type, kindOfJoin, values,
                            b.getStrArrayAttr(refs), Missing::fail);
    aggregate->setDiscardableAttr(kNodeAttr, b.getStringAttr(node));
    if (failed(declareMissing(aggregate, policy)))
      return failure();
    end.replaceUsesWithIf(aggregate.getResult(), [&](OpOperand &use) {
      Operation *user =
          main.getBody().front().findAncestorOpInBlock(*use.getOwner());
      return user != aggregate && !inside.contains(user);
    });
  }
  return success();
}

/// A blank view of the input is one of each member's.
void ReplicateMembersPass::repeatBlanks(ModuleOp module) {
  auto blanks = module->getAttrOfType<DictionaryAttr>(kBlankAttr);
  Attribute value = blanks ? blanks.get(name) : Attribute();
  if (!value)
    return;
  NamedAttrList result(blanks);
  result.erase(name);
  for (const std::string &each : names)
    result.set(each, value);
  module->setAttr(kBlankAttr, result.getDictionary(&getContext()));
}

/// A cut after a node that each member has is one after the first member's:
/// ddnn-place-tiers cuts the others as deep.
void ReplicateMembersPass::renameCuts(ModuleOp module) {
  auto cuts = module->getAttrOfType<ArrayAttr>(kCutsAttr);
  if (!cuts)
    return;
  Builder b(&getContext());
  SmallVector<Attribute> result;
  for (Attribute cut : cuts) {
    auto node = dyn_cast<StringAttr>(cut);
    if (!node || !renamed.contains(node.getValue())) {
      result.push_back(cut);
      continue;
    }
    result.push_back(b.getStringAttr(node.getValue() + ".0"));
  }
  module->setAttr(kCutsAttr, b.getArrayAttr(result));
}
