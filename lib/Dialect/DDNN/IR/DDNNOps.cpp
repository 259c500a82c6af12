//===- DDNNOps.cpp - Verifiers of the ddnn operations ---------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace ddnn;

#define GET_OP_CLASSES
#include "ddnn/Dialect/DDNN/IR/DDNNOps.cpp.inc"

//===----------------------------------------------------------------------===//
// ExitOp
//===----------------------------------------------------------------------===//

int64_t ExitOp::getClassCount() {
  return cast<RankedTensorType>(getScores().getType()).getNumElements();
}

LogicalResult ExitOp::verify() {
  auto type = cast<RankedTensorType>(getScores().getType());
  if (getName().empty())
    return emitOpError("needs a name");
  if (!type.hasStaticShape())
    return emitOpError("needs scores of static shape, got ") << type;
  if (getClassCount() < 2)
    return emitOpError("needs at least two classes, got ") << type;
  double threshold = getThreshold().convertToDouble();
  if (!(threshold >= 0.0 && threshold <= 1.0))
    return emitOpError("threshold ")
           << threshold << " of exit '" << getName() << "' is not in [0, 1]";
  return success();
}

//===----------------------------------------------------------------------===//
// AggregateOp
//===----------------------------------------------------------------------===//

LogicalResult AggregateOp::verify() {
  if (getMembers().empty())
    return emitOpError("needs at least one member");
  if (getNames().size() != getMembers().size())
    return emitOpError("has ") << getMembers().size() << " members but "
                               << getNames().size() << " names";
  if (!getBlanks().empty()) {
    if (getMissing() != Missing::blank)
      return emitOpError(
                 "has parts of blank views, but a missing member means ")
             << stringifyMissing(getMissing());
    if (getBlanks().getTypes() != getMembers().getTypes())
      return emitOpError("needs a part of a blank view for each member, of the "
                         "member's type");
  }
  if (getPresent()) {
    if (getBlanks().empty() && getMissing() == Missing::blank)
      return emitOpError("knows who is present, but not the parts of blank "
                         "views; run ddnn-evaluate-blanks first");
    ArrayRef<int64_t> indices = getIndices().value_or(ArrayRef<int64_t>());
    if (indices.size() != getMembers().size())
      return emitOpError("has ") << getMembers().size() << " members but "
                                 << indices.size() << " indices of presence";
    int64_t size = getPresent().getType().getDimSize(0);
    for (int64_t index : indices)
      if (index < 0 || index >= size)
        return emitOpError("reads presence ")
               << index << " of " << getPresent().getType();
  } else if (getIndices()) {
    return emitOpError("has indices of presence, but no presence");
  }
  auto result = cast<RankedTensorType>(getResult().getType());
  if (getKind() != AggregateKind::concat) {
    for (Value member : getMembers())
      if (member.getType() != result)
        return emitOpError("joins ") << member.getType() << " into " << result
                                     << "; max and mean need equal types";
    return success();
  }
  if (getMissing() == Missing::skip)
    return emitOpError("cannot skip a missing member of a concatenation: the "
                       "result's shape would change; declare fail, zero or "
                       "blank");
  if (result.getRank() < 2)
    return emitOpError("concatenates along axis 1, but the result is ")
           << result;
  int64_t channels = 0;
  for (Value member : getMembers()) {
    auto type = cast<RankedTensorType>(member.getType());
    if (type.getRank() != result.getRank() ||
        type.getElementType() != result.getElementType())
      return emitOpError("cannot concatenate ") << type << " into " << result;
    for (int64_t d = 0; d < type.getRank(); ++d)
      if (d != 1 && type.getDimSize(d) != result.getDimSize(d))
        return emitOpError("cannot concatenate ") << type << " into " << result;
    channels += type.getDimSize(1);
  }
  if (channels != result.getDimSize(1))
    return emitOpError("members have ")
           << channels << " channels in all, the result has "
           << result.getDimSize(1);
  return success();
}

//===----------------------------------------------------------------------===//
// BatchNormOp
//===----------------------------------------------------------------------===//

LogicalResult BatchNormOp::verify() {
  auto input = cast<RankedTensorType>(getInput().getType());
  auto scale = cast<RankedTensorType>(getScale().getType());
  if (input.getRank() < 2)
    return emitOpError("needs channels on axis 1, got ") << input;
  if (getShift().getType() != scale)
    return emitOpError("scale and shift differ in type: ")
           << scale << " and " << getShift().getType();
  if (scale.getDimSize(0) != input.getDimSize(1))
    return emitOpError("has ") << scale.getDimSize(0) << " scales for "
                               << input.getDimSize(1) << " channels";
  return success();
}

//===----------------------------------------------------------------------===//
// TierOp
//===----------------------------------------------------------------------===//

void TierOp::build(OpBuilder &builder, OperationState &state, StringRef name,
                   int64_t index, TierSpecAttr spec) {
  state.addAttribute(::mlir::SymbolTable::getSymbolAttrName(),
                     builder.getStringAttr(name));
  state.addAttribute("index", builder.getI64IntegerAttr(index));
  state.addAttribute("spec", spec);
  state.addRegion()->emplaceBlock();
}

SmallVector<func::FuncOp> TierOp::getSteps() {
  SmallVector<func::FuncOp> steps;
  for (auto func : getBody().getOps<func::FuncOp>())
    if (func.getName().starts_with("step"))
      steps.push_back(func);
  return steps;
}

LogicalResult TierOp::verifyRegions() {
  if (getSpec().getName() != getSymName())
    return emitOpError("is described by the tier_spec of '")
           << getSpec().getName() << "'";
  for (auto [i, step] : llvm::enumerate(getSteps()))
    if (step.getName() != ("step" + Twine(i)).str())
      return emitOpError("steps must be named step0, step1, ... in order, "
                         "found '")
             << step.getName() << "' at position " << i;
  int64_t pools = getSpec().getPoolCount();
  for (func::FuncOp step : getSteps())
    for (unsigned i = 0; i < step.getNumArguments(); ++i) {
      auto memory = step.getArgAttrOfType<MemoryAttr>(i, kMemoryAttr);
      if (memory && memory.getKind() == MemoryKind::arena &&
          (memory.getIndex() < 0 || memory.getIndex() >= pools))
        return step.emitError("argument #")
               << i << " is memory pool " << memory.getIndex()
               << ", but the tier has " << pools;
    }
  return success();
}

//===----------------------------------------------------------------------===//
// LinkOp
//===----------------------------------------------------------------------===//

LogicalResult LinkOp::verify() {
  auto type = cast<RankedTensorType>(getType());
  if (!type.hasStaticShape())
    return emitOpError("needs a static shape, got ") << type;
  Type element = type.getElementType();
  switch (getEncoding()) {
  case Encoding::u8:
    if (!element.isInteger(8))
      return emitOpError("encoding u8 carries bytes, not ") << type;
    break;
  case Encoding::f32:
  case Encoding::f16:
  case Encoding::i8:
    if (!isa<FloatType>(element))
      return emitOpError("encoding ") << stringifyEncoding(getEncoding())
                                      << " carries floats, not " << type;
    break;
  case Encoding::bits:
    if (!element.isInteger(1))
      return emitOpError("encoding bits carries +-1 (i1), not ") << type;
    break;
  }
  if (!(getScale().convertToDouble() > 0.0))
    return emitOpError("needs a positive scale");
  return success();
}

LogicalResult LinkOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto source = symbols.lookupNearestSymbolFrom<TierOp>(*this, getSourceAttr());
  auto target = symbols.lookupNearestSymbolFrom<TierOp>(*this, getTargetAttr());
  if (!source)
    return emitOpError("comes from unknown tier ") << getSourceAttr();
  if (!target)
    return emitOpError("goes to unknown tier ") << getTargetAttr();
  // Past an aggregator, but never between the members of a tier.
  StringRef group = source.getSpec().getTier();
  bool isGroup = !group.empty() || !target.getSpec().getTier().empty();
  bool isOnward =
      isGroup ? target.getIndex() > source.getIndex() &&
                    (group.empty() || group != target.getSpec().getTier())
              : target.getIndex() == source.getIndex() + 1;
  if (!isOnward)
    return emitOpError(isGroup ? "must go to a later tier, but "
                               : "must go to the next tier, but ")
           << getSourceAttr() << " is tier " << source.getIndex() << " and "
           << getTargetAttr() << " is tier " << target.getIndex();
  return success();
}

//===----------------------------------------------------------------------===//
// DescriptorOp
//===----------------------------------------------------------------------===//

/// Checks what the places of a deployment with groups say of each other.
static LogicalResult verifyPlaces(DescriptorOp op) {
  auto infos = op.getTiers().getAsRange<TierInfoAttr>();
  llvm::SmallDenseSet<PlaceAttr> known;
  int64_t tier = -1, member = 0;
  for (auto info : infos) {
    PlaceInfoAttr place = info.getPlace();
    if (bool(place) != bool((*infos.begin()).getPlace()))
      return op.emitOpError("has a place for some tiers only, not for '")
             << info.getName() << "'";
    if (!place)
      continue;
    PlaceAttr own = place.getPlace();
    bool isNext = own.getTier() == tier
                      ? own.getMember() == member + 1
                      : own.getTier() == tier + 1 && own.getMember() == 0;
    if (!isNext)
      return op.emitOpError("lists '")
             << info.getName() << "' as member " << own.getMember()
             << " of tier " << own.getTier() << ", out of order";
    tier = own.getTier();
    member = own.getMember();
    known.insert(own);
  }
  for (auto info : infos) {
    PlaceInfoAttr place = info.getPlace();
    if (!place)
      continue;
    if (place.getInputSources().size() != int64_t(info.getInputs().size()) ||
        int64_t(place.getTargets().size()) != info.getLinks())
      return op.emitOpError("place '")
             << info.getName()
             << "' needs a source for each input and a target for each link";
    for (int64_t source : place.getInputSources().asArrayRef())
      if (source < -2 || source >= int64_t(place.getSources().size()))
        return op.emitOpError("place '")
               << info.getName() << "' has an input from source " << source
               << " of " << place.getSources().size();
    for (auto source : place.getSources().getAsRange<SourceAttr>())
      if (!known.contains(source.getPlace()) ||
          source.getPlace().getTier() >= place.getPlace().getTier())
        return op.emitOpError("place '")
               << info.getName() << "' hears from no earlier place";
    for (auto target : place.getTargets().getAsRange<PlaceAttr>())
      if (!known.contains(target) ||
          target.getTier() <= place.getPlace().getTier())
        return op.emitOpError("place '")
               << info.getName() << "' sends to no later place";
  }
  return success();
}

LogicalResult DescriptorOp::verify() {
  if (failed(verifyPlaces(*this)))
    return failure();
  int64_t tierCount = getTiers().size();
  if (!getTiers().empty())
    if (auto place =
            cast<TierInfoAttr>(getTiers().getValue().back()).getPlace())
      tierCount = place.getPlace().getTier() + 1;
  int64_t exitCount = getExits().size();
  if (exitCount == 0)
    return emitOpError("needs at least one exit");
  if (exitCount > kMaxExits)
    return emitOpError("has ") << exitCount << " exits, the runtime's tables "
                               << "hold " << kMaxExits;
  for (auto [i, exit] :
       llvm::enumerate(getExits().getAsRange<ExitInfoAttr>())) {
    if (exit.getTier() < 0 || exit.getTier() >= tierCount)
      return emitOpError("exit '") << exit.getName() << "' is on tier "
                                   << exit.getTier() << " of " << tierCount;
    if (exit.getLast() != (int64_t(i) == exitCount - 1))
      return emitOpError("only the last exit may be, and must be, marked last");
  }
  for (auto tier : getTiers().getAsRange<TierInfoAttr>()) {
    int64_t inputs = tier.getInputs().size();
    int64_t outputs = tier.getOutputs().size();
    if (std::max(inputs, outputs) > kMaxTensors)
      return emitOpError("tier '")
             << tier.getName() << "' has " << inputs << " inputs and "
             << outputs << " outputs, the runtime's tables hold " << kMaxTensors
             << "; cut elsewhere";
    if (tier.getLinks() < 0 || tier.getLinks() > outputs)
      return emitOpError("tier '")
             << tier.getName() << "' has " << tier.getLinks() << " links among "
             << outputs << " outputs";
    for (auto local : tier.getLocalExits().getAsRange<LocalExitAttr>())
      if (local.getExit() < 0 || local.getExit() >= exitCount ||
          local.getOutput() < 0 || local.getOutput() >= outputs ||
          local.getStep() < 0 || local.getStep() >= tier.getSteps())
        return emitOpError("tier '")
               << tier.getName() << "' has an exit that is out of range";
  }
  return success();
}
