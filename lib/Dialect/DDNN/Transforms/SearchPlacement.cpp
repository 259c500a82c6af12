//===- SearchPlacement.cpp - Choose cuts, exits and thresholds ------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which samples leave at an exit does not depend on where it runs, so the
// fractions of an operating point hold for every placement, and each point has
// a search of its own. A point from which at least as many samples get past
// each exit as with another one never costs less: most points need none.
//
//===----------------------------------------------------------------------===//

#include "PlacementModel.h"
#include "ddnn/Dialect/DDNN/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

namespace ddnn {
#define GEN_PASS_DEF_SEARCHPLACEMENT
#include "ddnn/Dialect/DDNN/Transforms/Passes.h.inc"
} // namespace ddnn

using namespace mlir;
using namespace ddnn;

/// Placements that are shown beside the chosen one.
static constexpr unsigned kAlternatives = 3;

namespace {

/// A point with the fraction of samples that gets past the first i exits.
struct TrialPoint {
  OperatingPointAttr attr;
  SmallVector<double> reach;

  double getAccuracy() const {
    FloatAttr accuracy = attr.getAccuracy();
    return accuracy ? accuracy.getValueAsDouble() : 0.0;
  }
};

/// The best of a search over several points.
struct Best {
  const TrialPoint *point = nullptr;
  TrialPlacement placement;
};

struct SearchPlacementPass
    : ddnn::impl::SearchPlacementBase<SearchPlacementPass> {
  using SearchPlacementBase::SearchPlacementBase;

  void runOnOperation() override;

private:
  LogicalResult readModule();
  LogicalResult readPoints();
  bool takeGiven(PlacementModel &model);
  std::optional<Best> searchPoints(const PlacementModel &model,
                                   ArrayRef<TrialPoint> points,
                                   PlacementRules rules) const;
  void reportNone(const PlacementModel &model);
  void addRefused(const PlacementModel &model, double chosen);
  void addComparisons(const PlacementModel &model, const TrialPoint &point);
  void addCandidate(CandidateKind kind, const PlacementCosts &costs,
                    ArrayRef<Attribute> cuts, ArrayRef<Attribute> exits,
                    const Twine &note);
  void addCandidate(CandidateKind kind, const PlacementModel &model,
                    const TrialPlacement &placement, const TrialPoint &point,
                    const Twine &note);
  void write(const Best &best, const PlacementModel &model);

  func::FuncOp main;
  SearchAttr search;
  SmallVector<TierSpecAttr> tiers;
  SmallVector<ExitOp> exits;
  unsigned firstComputing = 0;
  bool isGiven = false; ///< something of the placement
  /// Accurate enough, and the others; of each only those that may be best.
  SmallVector<TrialPoint> points, inaccurate;
  double minAccuracy = 0.0;
  SmallVector<Attribute> candidates;
};

} // namespace

//===----------------------------------------------------------------------===//
// What is asked for
//===----------------------------------------------------------------------===//

LogicalResult SearchPlacementPass::readModule() {
  ModuleOp module = getOperation();
  main = getGraph(module);
  if (!main)
    return module.emitError("has no function @main of one block to place");
  auto specs = module->getAttrOfType<ArrayAttr>(kTiersAttr);
  if (!specs || specs.empty() ||
      !llvm::all_of(specs, llvm::IsaPred<TierSpecAttr>))
    return module.emitError("names no tiers: ")
           << kTiersAttr << " must be a non-empty array of #ddnn.tier_spec";
  llvm::append_range(tiers, specs.getAsRange<TierSpecAttr>());
  while (firstComputing + 1 < tiers.size() &&
         tiers[firstComputing].getTarget() == "none")
    ++firstComputing;
  for (Value result : main.getBody().front().getTerminator()->getOperands()) {
    auto exit = result.getDefiningOp<ExitOp>();
    if (!exit)
      return main.emitError("result #")
             << exits.size()
             << " of @main is no ddnn.exit; every output must be an exit";
    exits.push_back(exit);
  }
  if (exits.empty())
    return main.emitError("has no exit");
  return success();
}

/// Keeps the points that may be best: those that let more samples past some
/// exit than another one cost no less.
static void dropDominated(SmallVectorImpl<TrialPoint> &points) {
  llvm::stable_sort(points, [](const TrialPoint &a, const TrialPoint &b) {
    if (a.reach != b.reach)
      return std::lexicographical_compare(a.reach.begin(), a.reach.end(),
                                          b.reach.begin(), b.reach.end());
    return a.getAccuracy() > b.getAccuracy();
  });
  SmallVector<TrialPoint> kept;
  for (TrialPoint &point : points)
    if (llvm::none_of(kept, [&](const TrialPoint &other) {
          return llvm::all_of(llvm::zip(other.reach, point.reach), [](auto p) {
            return std::get<0>(p) <= std::get<1>(p);
          });
        }))
      kept.push_back(std::move(point));
  points = std::move(kept);
}

LogicalResult SearchPlacementPass::readPoints() {
  bool hasAccuracies = false;
  for (auto attr : search.getPoints().getAsRange<OperatingPointAttr>()) {
    if (attr.getRates().size() + 1 != int64_t(exits.size()))
      return main.emitError("has ")
             << exits.size() - 1
             << " early exits, but the search has points with rates of "
             << attr.getRates().size();
    TrialPoint point{attr, {1.0}};
    for (double rate : attr.getRates().asArrayRef())
      point.reach.push_back(std::max(point.reach.back() - rate, 0.0));
    points.push_back(point);
    minAccuracy = std::max(minAccuracy, point.getAccuracy());
    hasAccuracies |= bool(attr.getAccuracy());
  }
  if (!hasAccuracies) {
    dropDominated(points);
    return success();
  }
  double best = minAccuracy;
  if (search.getMinAccuracy())
    minAccuracy = search.getMinAccuracy().getValueAsDouble();
  for (const TrialPoint &point : points)
    if (point.getAccuracy() < minAccuracy)
      inaccurate.push_back(point);
  llvm::erase_if(points, [&](const TrialPoint &point) {
    return point.getAccuracy() < minAccuracy;
  });
  if (points.empty()) {
    std::string text;
    llvm::raw_string_ostream(text)
        << "no operating point is as accurate as "
        << llvm::format("%g; the most accurate has %g", minAccuracy, best);
    return main.emitError(text);
  }
  dropDominated(points);
  dropDominated(inaccurate);
  return success();
}

/// Fixes what the module says of the placement already; false if that is wrong,
/// which `ddnn-place-tiers` reports.
bool SearchPlacementPass::takeGiven(PlacementModel &model) {
  if (auto cuts = getOperation()->getAttrOfType<ArrayAttr>(kCutsAttr)) {
    if (cuts.size() + firstComputing + 1 > tiers.size())
      return false;
    for (auto [i, name] : llvm::enumerate(cuts)) {
      auto text = dyn_cast<StringAttr>(name);
      std::optional<unsigned> cut =
          text ? model.findCut(text.getValue()) : std::nullopt;
      if (!cut)
        return false;
      model.giveCut(firstComputing + i, *cut);
      isGiven = true;
    }
  }
  for (unsigned i = 0; i + 1 < exits.size(); ++i) {
    std::optional<StringRef> name = exits[i].getTier();
    if (!name)
      continue;
    auto tier = llvm::find_if(
        tiers, [&](TierSpecAttr spec) { return spec.getName() == *name; });
    if (tier == tiers.end())
      return false;
    model.giveExit(i, std::max<unsigned>(tier - tiers.begin(), firstComputing));
    isGiven = true;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

std::optional<Best>
SearchPlacementPass::searchPoints(const PlacementModel &model,
                                  ArrayRef<TrialPoint> points,
                                  PlacementRules rules) const {
  std::optional<Best> best;
  for (const TrialPoint &point : points)
    for (TrialPlacement &placement :
         model.search(search.getObjective(), point.reach, rules, 1))
      if (!best || placement.cost < best->placement.cost)
        best = Best{&point, std::move(placement)};
  return best;
}

/// Says which rule leaves no placement.
void SearchPlacementPass::reportNone(const PlacementModel &model) {
  InFlightDiagnostic diagnostic =
      main.emitError("no placement fits the deployment");
  PlacementRules noMemory, noTrust, noGiven;
  noMemory.memory = noTrust.trust = noGiven.given = false;
  bool isExplained = false;
  auto explain = [&](PlacementRules rules, const Twine &why) {
    std::optional<Best> best = searchPoints(model, points, rules);
    if (!best)
      return;
    isExplained = true;
    std::string problem = model.findProblem(best->placement);
    diagnostic.attachNote() << why << (problem.empty() ? "" : ": ") << problem;
  };
  explain(noMemory, "with more memory there would be one");
  explain(noTrust, "with more trust there would be one");
  explain(noGiven, "without the given cuts and tiers of exits there would be "
                   "one; exits are on the tiers in their order, not before "
                   "what they need");
  if (!isExplained)
    diagnostic.attachNote() << "more than one of memory, trust, and given cuts "
                               "and tiers of exits stands against it";
}

//===----------------------------------------------------------------------===//
// Result
//===----------------------------------------------------------------------===//

void SearchPlacementPass::addCandidate(CandidateKind kind,
                                       const PlacementCosts &costs,
                                       ArrayRef<Attribute> cuts,
                                       ArrayRef<Attribute> exits,
                                       const Twine &note) {
  Builder builder(&getContext());
  candidates.push_back(CandidateAttr::get(
      &getContext(), kind, builder.getArrayAttr(cuts),
      builder.getArrayAttr(exits), builder.getF64FloatAttr(costs.seconds),
      builder.getF64FloatAttr(costs.bytes),
      builder.getF64FloatAttr(costs.joules), note.str()));
}

void SearchPlacementPass::addCandidate(CandidateKind kind,
                                       const PlacementModel &model,
                                       const TrialPlacement &placement,
                                       const TrialPoint &point,
                                       const Twine &note) {
  Builder builder(&getContext());
  SmallVector<Attribute> cuts, onTiers;
  for (unsigned cut : ArrayRef(placement.cuts).drop_front(firstComputing))
    cuts.push_back(builder.getStringAttr(model.getCuts()[cut].name));
  for (unsigned tier : placement.exits)
    onTiers.push_back(builder.getStringAttr(tiers[tier].getName()));
  onTiers.push_back(builder.getStringAttr(tiers.back().getName()));
  addCandidate(kind, model.getCosts(placement, point.reach), cuts, onTiers,
               note);
}

/// What would be better if it were not for one of the rules.
void SearchPlacementPass::addRefused(const PlacementModel &model,
                                     double chosen) {
  auto add = [&](ArrayRef<TrialPoint> points, PlacementRules rules,
                 auto explain) {
    std::optional<Best> best = searchPoints(model, points, rules);
    if (!best)
      return;
    double cost = model.getCosts(best->placement, best->point->reach)
                      .get(search.getObjective());
    if (cost < chosen * (1.0 - 1e-6))
      addCandidate(CandidateKind::refused, model, best->placement, *best->point,
                   explain(*best));
  };
  auto problem = [&](const Best &best) {
    return model.findProblem(best.placement);
  };
  PlacementRules rules;
  rules.memory = false;
  add(points, rules, problem);
  rules = PlacementRules();
  rules.trust = false;
  add(points, rules, problem);
  rules = PlacementRules();
  rules.given = false;
  if (isGiven)
    add(points, rules,
        [](const Best &) { return "cuts or tiers of exits are given"; });
  add(inaccurate, PlacementRules(), [&](const Best &best) {
    std::string text;
    llvm::raw_string_ostream(text)
        << llvm::format("accuracy %.4g instead of at least %.4g",
                        best.point->getAccuracy(), minAccuracy);
    return text;
  });
}

/// All on the first tier that computes, and all on the last one.
void SearchPlacementPass::addComparisons(const PlacementModel &model,
                                         const TrialPoint &point) {
  SmallVector<unsigned> ends = {firstComputing};
  if (firstComputing + 1 < tiers.size())
    ends.push_back(tiers.size() - 1);
  for (unsigned tier : ends) {
    std::string note = ("all on '" + tiers[tier].getName() + "'").str();
    std::string problem = model.findProblemOn(tier);
    if (!problem.empty())
      note += ", which cannot be: " + problem;
    SmallVector<Attribute> onTiers(
        exits.size(), StringAttr::get(&getContext(), tiers[tier].getName()));
    addCandidate(CandidateKind::comparison, model.getCostsOn(tier, point.reach),
                 {}, onTiers, note);
  }
}

/// Leaves the choice where the passes behind this one read it.
void SearchPlacementPass::write(const Best &best, const PlacementModel &model) {
  Builder builder(&getContext());
  ModuleOp module = getOperation();
  SmallVector<Attribute> cuts;
  for (unsigned cut : ArrayRef(best.placement.cuts).drop_front(firstComputing))
    cuts.push_back(builder.getStringAttr(model.getCuts()[cut].name));
  if (!cuts.empty())
    module->setAttr(kCutsAttr, builder.getArrayAttr(cuts));
  ArrayRef<double> thresholds = best.point->attr.getThresholds().asArrayRef();
  for (unsigned i = 0; i + 1 < exits.size(); ++i) {
    exits[i].setTier(tiers[best.placement.exits[i]].getName());
    exits[i].setThreshold(APFloat(thresholds[i]));
  }
  module->setAttr(kPlacementAttr,
                  PlacementAttr::get(&getContext(), search.getObjective(),
                                     search.getSource(), best.point->attr,
                                     builder.getArrayAttr(candidates)));
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "placed for the least " << stringifyObjective(search.getObjective())
     << ": ";
  for (auto [i, cut] : llvm::enumerate(cuts))
    os << (i == 0 ? "cut after '" : ", '") << cast<StringAttr>(cut).getValue()
       << "'";
  for (unsigned i = 0; i + 1 < exits.size(); ++i)
    os << (i == 0 ? (cuts.empty() ? "" : "; ") : ", ") << exits[i].getName()
       << "@" << *exits[i].getTier();
  PlacementCosts costs = model.getCosts(best.placement, best.point->reach);
  os << llvm::format("; a sample is expected to take %.3g ms, to send %.4g "
                     "bytes, and to need %.3g mJ",
                     1e3 * costs.seconds, costs.bytes, 1e3 * costs.joules);
  main.emitRemark(text);
}

void SearchPlacementPass::runOnOperation() {
  ModuleOp module = getOperation();
  Attribute request = module->getAttr(kSearchAttr);
  if (!request)
    return;
  // A pass object may run more than once.
  tiers.clear();
  exits.clear();
  points.clear();
  inaccurate.clear();
  candidates.clear();
  firstComputing = 0;
  isGiven = false;
  minAccuracy = 0.0;
  search = dyn_cast<SearchAttr>(request);
  if (!search) {
    module.emitError() << kSearchAttr << " must be a #ddnn.search";
    return signalPassFailure();
  }
  if (failed(readModule()) || failed(readPoints()))
    return signalPassFailure();
  module->removeAttr(kSearchAttr);
  PlacementModel model(main, tiers, exits, firstComputing);
  if (!takeGiven(model))
    return;
  std::optional<Best> best = searchPoints(model, points, PlacementRules());
  if (!best) {
    reportNone(model);
    return signalPassFailure();
  }
  const TrialPoint &point = *best->point;
  for (auto [i, placement] :
       llvm::enumerate(model.search(search.getObjective(), point.reach,
                                    PlacementRules(), 1 + kAlternatives)))
    addCandidate(i == 0 ? CandidateKind::chosen : CandidateKind::alternative,
                 model, placement, point, "");
  addRefused(
      model,
      model.getCosts(best->placement, point.reach).get(search.getObjective()));
  addComparisons(model, point);
  write(*best, model);
}
