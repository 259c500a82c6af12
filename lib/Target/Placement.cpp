//===- Placement.cpp - The table of a search for a placement --------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What was chosen, what else there was, and what was better but refused, one
// line each: expected cost a sample, then where the network is cut.
//
//===----------------------------------------------------------------------===//

#include "ddnn/Target/Artifact.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace mlir;
using namespace ddnn;
namespace json = llvm::json;

/// "3.12 ms": a number with the prefix that leaves it between 1 and 1000.
static std::string spellQuantity(double value, StringRef unit) {
  static constexpr std::pair<double, const char *> prefixes[] = {
      {1.0, ""}, {1e-3, "m"}, {1e-6, "u"}};
  std::string text;
  llvm::raw_string_ostream os(text);
  if (value == 0.0) {
    os << "0 " << unit;
    return text;
  }
  for (auto [factor, prefix] : prefixes)
    // Rounding to three digits must not leave 1000.
    if (value >= 0.9995 * factor || factor == 1e-6) {
      os << llvm::format("%.3g ", value / factor) << prefix << unit;
      break;
    }
  return text;
}

static double getCost(CandidateAttr candidate, Objective objective) {
  switch (objective) {
  case Objective::latency:
    return candidate.getSeconds().getValueAsDouble();
  case Objective::bytes:
    return candidate.getBytes().getValueAsDouble();
  case Objective::energy:
    return candidate.getJoules().getValueAsDouble();
  }
  llvm_unreachable("all objectives are handled");
}

/// "+9 %" of the chosen cost; times where that is easier to read.
static std::string compare(double cost, double chosen) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (cost == chosen)
    return "the same";
  if (chosen <= 0.0)
    return "more";
  double percent = 100.0 * (cost / chosen - 1.0);
  if (percent >= 900.0)
    os << llvm::format("%.3g times", cost / chosen);
  else if (std::abs(percent) < 9.95)
    os << llvm::format("%+.1f %%", percent);
  else
    os << llvm::format("%+.0f %%", percent);
  return text;
}

/// "cut after 'device/sign'; local@device".
static std::string describe(CandidateAttr candidate,
                            ArrayRef<std::string> exits) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (auto [i, cut] :
       llvm::enumerate(candidate.getCuts().getAsValueRange<StringAttr>()))
    os << (i == 0 ? "cut after '" : ", '") << cut << "'";
  auto tiers = candidate.getExits().getAsValueRange<StringAttr>();
  for (auto [i, exit, tier] :
       llvm::enumerate(exits.drop_back(), llvm::drop_end(tiers)))
    os << (i == 0 ? (text.empty() ? "" : "; ") : ", ") << exit << "@" << tier;
  return text;
}

std::vector<std::string> ddnn::getExitNames(DescriptorOp descriptor) {
  std::vector<std::string> names;
  for (auto exit : descriptor.getExits().getAsRange<ExitInfoAttr>())
    names.push_back(exit.getName().str());
  return names;
}

std::string ddnn::describePlacement(PlacementAttr placement,
                                    ArrayRef<std::string> exits) {
  std::string text;
  llvm::raw_string_ostream os(text);
  OperatingPointAttr point = placement.getPoint();
  os << "  for the least " << stringifyObjective(placement.getObjective())
     << (placement.getObjective() == Objective::bytes ? " on links" : "")
     << "; exit rates: " << placement.getSource() << "\n";
  for (auto [name, threshold, rate] :
       llvm::zip(exits, point.getThresholds().asArrayRef(),
                 point.getRates().asArrayRef()))
    os << llvm::format("  %.3g %% of the samples leave at '", 100.0 * rate)
       << name << llvm::format("' with threshold %.4g\n", threshold);
  if (point.getAccuracy())
    os << llvm::format("  accuracy %.4g\n",
                       point.getAccuracy().getValueAsDouble());
  os << "  latency    payload     energy\n";
  double chosen = -1.0;
  for (auto candidate : placement.getCandidates().getAsRange<CandidateAttr>()) {
    double cost = getCost(candidate, placement.getObjective());
    os << "  "
       << llvm::left_justify(
              spellQuantity(candidate.getSeconds().getValueAsDouble(), "s"), 9)
       << "  "
       << llvm::left_justify(
              llvm::formatv("{0:f1} B", candidate.getBytes().getValueAsDouble())
                  .str(),
              10)
       << "  "
       << llvm::left_justify(
              spellQuantity(candidate.getJoules().getValueAsDouble(), "J"), 9)
       << "  ";
    if (candidate.getKind() == CandidateKind::chosen) {
      chosen = cost;
      os << "chosen: ";
    } else {
      os << compare(cost, chosen) << ": ";
    }
    os << describe(candidate, exits);
    if (!candidate.getNote().empty())
      os << (candidate.getKind() == CandidateKind::refused ? "; refused: "
                                                           : "; ")
         << candidate.getNote();
    os << "\n";
  }
  return text;
}

json::Object ddnn::getPlacementJson(PlacementAttr placement,
                                    ArrayRef<std::string> exits) {
  json::Object thresholds, rates;
  OperatingPointAttr point = placement.getPoint();
  double rest = 1.0;
  for (auto [name, threshold, rate] :
       llvm::zip(exits, point.getThresholds().asArrayRef(),
                 point.getRates().asArrayRef())) {
    thresholds[name] = threshold;
    rates[name] = rate;
    rest -= rate;
  }
  rates[exits.back()] = std::max(rest, 0.0);
  json::Array candidates;
  for (auto candidate : placement.getCandidates().getAsRange<CandidateAttr>()) {
    json::Array cuts;
    for (StringRef cut : candidate.getCuts().getAsValueRange<StringAttr>())
      cuts.push_back(cut);
    json::Object tiers;
    for (auto [exit, tier] :
         llvm::zip(exits, candidate.getExits().getAsValueRange<StringAttr>()))
      tiers[exit] = tier;
    candidates.push_back(json::Object{
        {"kind", stringifyCandidateKind(candidate.getKind())},
        {"cuts", std::move(cuts)},
        {"exits", std::move(tiers)},
        {"expected_seconds", candidate.getSeconds().getValueAsDouble()},
        {"payload_bytes", candidate.getBytes().getValueAsDouble()},
        {"energy_joules", candidate.getJoules().getValueAsDouble()},
        {"note", candidate.getNote()}});
  }
  json::Object object{
      {"objective", stringifyObjective(placement.getObjective())},
      {"source", placement.getSource()},
      {"thresholds", std::move(thresholds)},
      {"exit_rate", std::move(rates)},
      {"candidates", std::move(candidates)}};
  if (point.getAccuracy())
    object["accuracy"] = point.getAccuracy().getValueAsDouble();
  return object;
}
