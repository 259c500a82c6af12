//===- DDNNDialect.cpp - The ddnn dialect ---------------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace ddnn;

#include "ddnn/Dialect/DDNN/IR/DDNNDialect.cpp.inc"
#include "ddnn/Dialect/DDNN/IR/DDNNEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "ddnn/Dialect/DDNN/IR/DDNNAttributes.cpp.inc"

void DDNNDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "ddnn/Dialect/DDNN/IR/DDNNAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "ddnn/Dialect/DDNN/IR/DDNNOps.cpp.inc"
      >();
}

int64_t ddnn::getWireBytes(int64_t count, Encoding encoding) {
  switch (encoding) {
  case Encoding::f32:
    return 4 * count;
  case Encoding::f16:
    return 2 * count;
  case Encoding::u8:
  case Encoding::i8:
    return count;
  case Encoding::bits:
    return (count + 7) / 8;
  }
  llvm_unreachable("all encodings are handled");
}

LogicalResult BinaryBlockAttr::verify(function_ref<InFlightDiagnostic()> error,
                                      StringRef node, bool isBinary,
                                      StringRef what) {
  if (node.empty() || what.empty())
    return error() << "a binary block has a node and says what became of it";
  return success();
}

LogicalResult TensorInfoAttr::verify(function_ref<InFlightDiagnostic()> error,
                                     StringRef name, RankedTensorType type,
                                     Encoding encoding, FloatAttr scale) {
  if (!type.hasStaticShape() || type.getRank() > kMaxRank)
    return error() << "tensor '" << name << "' is " << type
                   << "; the runtime takes static shapes of at most "
                   << kMaxRank << " dimensions";
  return success();
}

LogicalResult PoolAttr::verify(function_ref<InFlightDiagnostic()> error,
                               StringRef name, int64_t capacity, int64_t used) {
  if (name.empty() || sanitizeIdentifier(name) != name)
    return error() << "memory pool '" << name
                   << "' has a name that C cannot spell";
  if (capacity <= 0 || used < 0 || used > capacity)
    return error() << "memory pool '" << name << "' holds " << used << " of "
                   << capacity << " bytes";
  return success();
}

/// Checks a tier's pools where it has several.
static LogicalResult verifyPools(function_ref<InFlightDiagnostic()> error,
                                 StringRef tier, ArrayAttr pools) {
  if (!pools)
    return success();
  if (pools.size() < 2 || pools.size() > kMaxPools)
    return error() << "tier '" << tier << "' has " << pools.size()
                   << " memory pools instead of 2 to " << kMaxPools;
  llvm::StringSet<> names;
  for (Attribute attr : pools) {
    auto pool = dyn_cast<PoolAttr>(attr);
    if (!pool)
      return error() << "tier '" << tier
                     << "' has memory pools that are no #ddnn.pool";
    if (!names.insert(pool.getName().upper()).second)
      return error() << "tier '" << tier << "' has two memory pools '"
                     << pool.getName() << "'; case makes no difference";
  }
  return success();
}

/// True for times, bytes and energies: finite and not negative.
static bool isAmount(double amount) {
  return std::isfinite(amount) && amount >= 0.0;
}

LogicalResult LayerTimeAttr::verify(function_ref<InFlightDiagnostic()> error,
                                    ArrayAttr nodes, int64_t flops,
                                    FloatAttr seconds) {
  if (!llvm::all_of(nodes, llvm::IsaPred<StringAttr>))
    return error() << "a measured layer has nodes that are no strings";
  if (flops < 0)
    return error() << "a measured layer has " << flops << " flops";
  if (!isAmount(seconds.getValueAsDouble()))
    return error() << "a layer takes a time of at least 0, not "
                   << seconds.getValueAsDouble() << " s";
  return success();
}

LogicalResult TierSpecAttr::verify(function_ref<InFlightDiagnostic()> error,
                                   StringRef name, StringRef target,
                                   StringRef cpu, int64_t memory, bool trusted,
                                   FloatAttr flops, FloatAttr bandwidth,
                                   FloatAttr latency, int64_t threads,
                                   ArrayAttr profile, ArrayAttr pools,
                                   StringRef tier, int64_t member,
                                   FloatAttr power, FloatAttr linkEnergy) {
  if (member < 0 || member >= kMaxMembers || (tier.empty() && member != 0))
    return error() << "'" << name << "' is member " << member << " of "
                   << (tier.empty() ? StringRef("no tier") : tier)
                   << "; a tier has up to " << kMaxMembers
                   << " members, numbered from 0";
  if (profile && !llvm::all_of(profile, llvm::IsaPred<LayerTimeAttr>))
    return error() << "tier '" << name
                   << "' has a profile that is no list of #ddnn.layer_time";
  for (FloatAttr energy : {power, linkEnergy})
    if (energy && !isAmount(energy.getValueAsDouble()))
      return error() << "tier '" << name
                     << "' has a power or energy of less than 0";
  if (failed(verifyPools(error, name, pools)))
    return failure();
  int64_t sum = 0;
  if (pools)
    for (auto pool : pools.getAsRange<PoolAttr>())
      sum += pool.getCapacity();
  if (pools && sum != memory)
    return error() << "tier '" << name << "' has " << memory
                   << " bytes of memory, but pools of " << sum;
  return success();
}

LogicalResult LayerAttr::verify(function_ref<InFlightDiagnostic()> error,
                                int64_t index, ArrayAttr nodes, int64_t flops) {
  if (index < 0 || flops < 0)
    return error() << "a layer's index and flops are not negative, got "
                   << index << " and " << flops;
  if (!llvm::all_of(nodes, llvm::IsaPred<StringAttr>))
    return error() << "layer " << index << " has nodes that are no strings";
  return success();
}

LogicalResult PlaceInfoAttr::verify(function_ref<InFlightDiagnostic()> error,
                                    StringRef tier, PlaceAttr place,
                                    ArrayAttr sources,
                                    DenseI64ArrayAttr inputSources,
                                    ArrayAttr targets) {
  if (!llvm::all_of(sources, llvm::IsaPred<SourceAttr>))
    return error() << "a place of tier '" << tier
                   << "' has sources that are no #ddnn.source";
  if (!llvm::all_of(targets, llvm::IsaPred<PlaceAttr>))
    return error() << "a place of tier '" << tier
                   << "' has targets that are no #ddnn.place";
  if (place.getTier() < 0 || place.getTier() >= kMaxTiers ||
      place.getMember() < 0 || place.getMember() >= kMaxMembers)
    return error() << "member " << place.getMember() << " of tier "
                   << place.getTier() << " is more than the " << kMaxMembers
                   << " members and " << kMaxTiers << " tiers that there are";
  return success();
}

LogicalResult
TierInfoAttr::verify(function_ref<InFlightDiagnostic()> error, StringRef name,
                     ArrayAttr inputs, ArrayAttr outputs, int64_t links,
                     ArrayAttr localExits, int64_t steps, ArrayAttr operators,
                     int64_t flops, int64_t weights, int64_t arena,
                     int64_t arenaLowerBound, int64_t winogradWeights,
                     int64_t winogradScratch, ArrayAttr pools, ArrayAttr layers,
                     DenseF64ArrayAttr seconds, PlaceInfoAttr place) {
  if (!llvm::all_of(inputs, llvm::IsaPred<TensorInfoAttr>) ||
      !llvm::all_of(outputs, llvm::IsaPred<TensorInfoAttr>))
    return error() << "tier '" << name
                   << "' has inputs or outputs that are no #ddnn.tensor_info";
  if (!llvm::all_of(localExits, llvm::IsaPred<LocalExitAttr>))
    return error() << "tier '" << name
                   << "' has local exits that are no #ddnn.local_exit";
  if (!llvm::all_of(operators, llvm::IsaPred<StringAttr>))
    return error() << "tier '" << name << "' has operators that are no strings";
  if (failed(verifyPools(error, name, pools)))
    return failure();
  if (seconds && (!llvm::all_of(seconds.asArrayRef(), isAmount) || steps < 1 ||
                  seconds.size() % steps != 0))
    return error() << "tier '" << name << "' has expected times that are none";
  if (!layers)
    return success();
  for (auto [i, layer] : llvm::enumerate(layers)) {
    auto attr = dyn_cast<LayerAttr>(layer);
    if (!attr || attr.getIndex() != int64_t(i))
      return error() << "tier '" << name
                     << "' has layers that are not #ddnn.layer 0, 1, ...";
  }
  return success();
}

static bool isFraction(double number) { return number >= 0.0 && number <= 1.0; }

LogicalResult
OperatingPointAttr::verify(function_ref<InFlightDiagnostic()> error,
                           DenseF64ArrayAttr thresholds,
                           DenseF64ArrayAttr rates, FloatAttr accuracy) {
  if (thresholds.size() != rates.size())
    return error() << "an operating point has " << thresholds.size()
                   << " thresholds but rates of " << rates.size() << " exits";
  if (!llvm::all_of(thresholds.asArrayRef(), isFraction) ||
      !llvm::all_of(rates.asArrayRef(), isFraction) ||
      (accuracy && !isFraction(accuracy.getValueAsDouble())))
    return error() << "an operating point has thresholds, rates and an "
                      "accuracy in [0, 1]";
  double sum = 0.0;
  for (double rate : rates.asArrayRef())
    sum += rate;
  if (sum > 1.0 + kRateTolerance)
    return error() << "an operating point lets more samples leave than there "
                      "are: rates of "
                   << sum << " in all";
  return success();
}

LogicalResult SearchAttr::verify(function_ref<InFlightDiagnostic()> error,
                                 Objective objective, ArrayAttr points,
                                 FloatAttr minAccuracy, StringRef source) {
  if (points.empty() ||
      !llvm::all_of(points, llvm::IsaPred<OperatingPointAttr>))
    return error() << "a search has points to choose from, each a "
                      "#ddnn.operating_point";
  auto size = [](Attribute point) {
    return cast<OperatingPointAttr>(point).getRates().size();
  };
  if (!llvm::all_of(points, [&](Attribute point) {
        return size(point) == size(points[0]);
      }))
    return error() << "a search has points of different numbers of exits";
  if (!minAccuracy)
    return success();
  if (!isFraction(minAccuracy.getValueAsDouble()))
    return error() << "an accuracy is in [0, 1], not "
                   << minAccuracy.getValueAsDouble();
  if (llvm::any_of(
          points.getAsRange<OperatingPointAttr>(),
          [](OperatingPointAttr point) { return !point.getAccuracy(); }))
    return error() << "a search asks for an accuracy, but has points of none";
  return success();
}

LogicalResult CandidateAttr::verify(function_ref<InFlightDiagnostic()> error,
                                    CandidateKind kind, ArrayAttr cuts,
                                    ArrayAttr exits, FloatAttr seconds,
                                    FloatAttr bytes, FloatAttr joules,
                                    StringRef note) {
  if (!llvm::all_of(cuts, llvm::IsaPred<StringAttr>) || exits.empty() ||
      !llvm::all_of(exits, llvm::IsaPred<StringAttr>))
    return error() << "a placement has names of nodes to cut after and of the "
                      "exits' tiers";
  for (FloatAttr cost : {seconds, bytes, joules})
    if (!isAmount(cost.getValueAsDouble()))
      return error() << "a placement has costs of at least 0";
  return success();
}

LogicalResult PlacementAttr::verify(function_ref<InFlightDiagnostic()> error,
                                    Objective objective, StringRef source,
                                    OperatingPointAttr point,
                                    ArrayAttr candidates) {
  if (candidates.empty() ||
      !llvm::all_of(candidates, llvm::IsaPred<CandidateAttr>))
    return error() << "a placement has candidates, each a #ddnn.candidate";
  for (auto [i, candidate] : llvm::enumerate(candidates)) {
    auto attr = cast<CandidateAttr>(candidate);
    if ((attr.getKind() == CandidateKind::chosen) != (i == 0))
      return error() << "the first candidate was chosen, and no other";
    if (int64_t(attr.getExits().size()) != point.getRates().size() + 1)
      return error() << "a placement has candidates of another number of exits";
  }
  return success();
}

int64_t TensorInfoAttr::getWireBytes() const {
  return ddnn::getWireBytes(getType().getNumElements(), getEncoding());
}

/// Appends the "Conv device/conv" of every node that `loc` names.
static void collectNodes(Location loc, SmallVectorImpl<std::string> &nodes) {
  if (auto fused = dyn_cast<FusedLoc>(loc)) {
    for (Location part : fused.getLocations())
      collectNodes(part, nodes);
    return;
  }
  auto name = dyn_cast<NameLoc>(loc);
  if (!name)
    return;
  std::string text = name.getName().str();
  if (auto kind = dyn_cast<NameLoc>(name.getChildLoc()))
    text = kind.getName().str() + " " + text;
  if (!llvm::is_contained(nodes, text))
    nodes.push_back(text);
}

SmallVector<std::string> ddnn::listNodes(Location loc) {
  SmallVector<std::string> nodes;
  collectNodes(loc, nodes);
  return nodes;
}

std::string ddnn::describeNodes(Location loc) {
  return llvm::join(listNodes(loc), " + ");
}

std::string ddnn::sanitizeIdentifier(StringRef name) {
  std::string result;
  for (char c : name)
    result += llvm::isAlnum(c) ? c : '_';
  if (result.empty() || llvm::isDigit(result.front()))
    result.insert(result.begin(), '_');
  return result;
}

std::string ddnn::sanitizeComment(StringRef text) {
  std::string result;
  for (char c : text) {
    bool delimits = (c == '/' && StringRef(result).ends_with("*")) ||
                    (c == '*' && StringRef(result).ends_with("/"));
    result += llvm::isPrint(c) && !delimits ? c : '_';
  }
  return result;
}

std::string ddnn::makeUnique(StringRef name, llvm::StringSet<> &used) {
  std::string result = name.str();
  for (unsigned n = 1; !used.insert(result).second; ++n)
    result = name.str() + "_" + std::to_string(n);
  return result;
}

std::string ddnn::spellShape(ShapedType type) {
  std::string text = type.getRank() == 0 ? "scalar" : "";
  for (auto [i, size] : llvm::enumerate(type.getShape()))
    text += (i ? "x" : "") + std::to_string(size);
  return text;
}
