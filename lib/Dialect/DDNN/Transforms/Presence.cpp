//===- Presence.cpp - Which sources have come, and what if not ------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Presence.h"
#include "ddnn/Analysis/Graph.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;
using namespace ddnn;

using SourceSet = llvm::SmallSetVector<unsigned, 4>;

SmallVector<unsigned> ddnn::getSources(ArrayRef<Arrival> inputs) {
  SmallVector<unsigned> sources;
  for (const Arrival &input : inputs)
    if (input.source >= 0)
      sources.push_back(input.source);
  llvm::sort(sources);
  sources.erase(llvm::unique(sources), sources.end());
  return sources;
}

namespace {

/// Sources and aggregates of one place.
class PlacePresence {
public:
  PlacePresence(func::FuncOp main, unsigned place,
                DenseMap<Operation *, unsigned> &placeOf,
                SmallVectorImpl<Arrival> &inputs,
                llvm::function_ref<bool(Value)> leaves)
      : main(main), place(place), placeOf(placeOf), inputs(inputs),
        leaves(leaves) {
    for (const Arrival &input : inputs)
      if (input.source >= 0)
        sourceOf[input.value] = input.source;
  }

  /// The sources that a value depends on without another aggregate between.
  SourceSet getSourcesOf(Value value) {
    SourceSet found;
    llvm::SmallPtrSet<Value, 16> seen;
    SmallVector<Value> work = {value};
    while (!work.empty()) {
      Value next = work.pop_back_val();
      if (!seen.insert(next).second)
        continue;
      if (auto source = sourceOf.find(next); source != sourceOf.end()) {
        found.insert(source->second);
        continue;
      }
      Operation *def = next.getDefiningOp();
      if (def && isHere(def) && !isa<AggregateOp>(def))
        forEachUsedValue(def, [&](Value used) { work.push_back(used); });
    }
    return found;
  }

  /// What the absence of a source means; sets `isDeclared` where an aggregate
  /// says anything but `fail`.
  Missing getMissing(unsigned source, bool &isDeclared) {
    std::optional<Missing> common;
    auto note = [&](Missing missing) {
      isDeclared |= missing != Missing::fail;
      if (common.value_or(missing) != missing)
        missing = Missing::fail;
      common = missing;
    };
    llvm::SmallPtrSet<Value, 16> seen;
    SmallVector<Value> work;
    for (const Arrival &input : inputs)
      if (input.source == int64_t(source))
        work.push_back(input.value);
    while (!work.empty()) {
      Value value = work.pop_back_val();
      if (!seen.insert(value).second)
        continue;
      if (leaves(value))
        note(Missing::fail);
      for (Operation *user : value.getUsers()) {
        Operation *op = main.getBody().front().findAncestorOpInBlock(*user);
        if (!op || !isHere(op))
          continue;
        if (auto aggregate = dyn_cast<AggregateOp>(op))
          note(aggregate.getMissing());
        else if (isa<ExitOp>(op))
          note(Missing::fail);
        else
          work.append(op->result_begin(), op->result_end());
      }
    }
    return common.value_or(Missing::fail);
  }

  LogicalResult addPresent(ArrayRef<unsigned> sources);

private:
  bool isHere(Operation *op) {
    auto it = placeOf.find(op);
    return it != placeOf.end() && it->second == place;
  }
  Value addInput(int64_t size);
  Value appendOne(AggregateOp op, Value present);

  func::FuncOp main;
  unsigned place;
  DenseMap<Operation *, unsigned> &placeOf;
  SmallVectorImpl<Arrival> &inputs;
  llvm::function_ref<bool(Value)> leaves;
  DenseMap<Value, unsigned> sourceOf;
};

} // namespace

/// A last input of the place, a byte for each source.
Value PlacePresence::addInput(int64_t size) {
  Builder builder(main.getContext());
  auto type = RankedTensorType::get({size}, builder.getIntegerType(8));
  unsigned index = main.getNumArguments();
  if (failed(main.insertArgument(index, type, {}, main.getLoc())))
    return {};
  Value present = main.getArgument(index);
  inputs.push_back({present, "present", Encoding::u8, kFromRuntime});
  return present;
}

/// The presence of the sources, and of what is always there.
Value PlacePresence::appendOne(AggregateOp op, Value present) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  auto type = cast<RankedTensorType>(present.getType());
  int64_t size = type.getDimSize(0);
  Type byte = type.getElementType();
  auto oneType = RankedTensorType::get({1}, byte);
  Value one = arith::ConstantOp::create(
      builder, loc,
      DenseElementsAttr::get(oneType, builder.getIntegerAttr(byte, 1)));
  Value all = tensor::EmptyOp::create(builder, loc, {size + 1}, byte);
  auto insert = [&](Value part, int64_t offset, int64_t count) {
    auto get = [&](int64_t i) {
      return SmallVector<OpFoldResult>{builder.getIndexAttr(i)};
    };
    auto op = tensor::InsertSliceOp::create(builder, loc, part, all,
                                            get(offset), get(count), get(1));
    placeOf[op] = place;
    all = op.getResult();
  };
  insert(present, 0, size);
  insert(one, size, 1);
  return all;
}

LogicalResult PlacePresence::addPresent(ArrayRef<unsigned> sources) {
  LogicalResult result = success();
  Value present;
  for (auto op : main.getBody().front().getOps<AggregateOp>()) {
    if (!isHere(op) || op.getMissing() == Missing::fail)
      continue;
    SmallVector<int64_t> indices;
    bool hasSource = false, hasOwn = false;
    for (auto [i, member] : llvm::enumerate(op.getMembers())) {
      SourceSet from = getSourcesOf(member);
      if (from.size() > 1) {
        result = op.emitError("joins parts of which a missing one means ")
                 << stringifyMissing(op.getMissing()) << ", but part " << i
                 << " depends on " << from.size()
                 << " places at once; join them by an aggregate as well, or "
                    "declare fail";
        break;
      }
      hasSource |= !from.empty();
      hasOwn |= from.empty();
      indices.push_back(from.empty()
                            ? int64_t(sources.size())
                            : llvm::find(sources, from[0]) - sources.begin());
    }
    if (failed(result) || !hasSource)
      continue;
    if (!present)
      present = addInput(sources.size());
    if (!present)
      return main.emitError("cannot take another argument");
    op.getPresentMutable().assign(hasOwn ? appendOne(op, present) : present);
    op.setIndices(indices);
  }
  return result;
}

FailureOr<SmallVector<Missing>>
ddnn::addPresence(func::FuncOp main, const Places &places, unsigned place,
                  DenseMap<Operation *, unsigned> &placeOf,
                  SmallVectorImpl<Arrival> &inputs,
                  llvm::function_ref<bool(Value)> leaves) {
  SmallVector<unsigned> sources = getSources(inputs);
  // Of a lone source nothing is missing where there is a sample at all.
  if (sources.size() < 2)
    return SmallVector<Missing>(sources.size(), Missing::fail);
  PlacePresence presence(main, place, placeOf, inputs, leaves);
  SmallVector<Missing> policies;
  for (unsigned source : sources) {
    bool isDeclared = false;
    policies.push_back(presence.getMissing(source, isDeclared));
    if (isDeclared && policies.back() == Missing::fail)
      main.emitRemark("'")
          << places.getName(place) << "' has no answer without '"
          << places.getName(source)
          << "': an aggregate says otherwise, but another one does not, or a "
             "value is used without one";
  }
  if (failed(presence.addPresent(sources)))
    return failure();
  return policies;
}
