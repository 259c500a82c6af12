//===- ResolvePlacement.cpp - What a search for a placement needs ---------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How many samples leave where comes from a calibration, with a choice of
// thresholds, or from --exit-rate for those that are given, or else no sample
// is taken to leave early.
//
//===----------------------------------------------------------------------===//

#include "Resolver.h"
#include "ddnn/Deployment/CalibrationFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include <cmath>

using namespace mlir;
using namespace ddnn;

static bool isFraction(double number) { return number >= 0.0 && number <= 1.0; }

static std::string quote(ArrayRef<std::string> names) {
  return "'" + llvm::join(names, "', '") + "'";
}

/// True if the command line or the deployment file says the threshold.
bool Resolver::hasGivenThreshold(const ExitSpec &exit) const {
  StringRef output = outputs[exit.output].name;
  return llvm::any_of(requests,
                      [&](const ExitRequest &request) {
                        return request.name == output && request.threshold &&
                               request.origin.level >= Level::spec;
                      }) ||
         llvm::any_of(options.thresholds, [&](StringRef text) {
           StringRef name = text.rsplit('=').first;
           return name == exit.name || name == output;
         });
}

/// Rates for the thresholds that there are.
void Resolver::readExitRates(SearchSpec &search) {
  OperatingPoint point;
  ArrayRef<ExitSpec> early = ArrayRef(deployment.exits).drop_back();
  for (const ExitSpec &exit : early)
    point.thresholds.push_back(exit.threshold);
  point.rates.assign(early.size(), 0.0);
  search.source = options.exitRates.empty()
                      ? "none given, all samples go all the way"
                      : "--exit-rate";
  llvm::StringSet<> seen;
  double sum = 0.0;
  for (StringRef text : options.exitRates) {
    Origin origin = fromCommandLine("--exit-rate=" + text);
    // ONNX names may hold ':', numbers do not.
    auto [name, number] = text.rsplit(':');
    double rate;
    if (!text.contains(':') || number.getAsDouble(rate) || !isFraction(rate)) {
      problem(origin) << "give an early exit and which part of all samples "
                         "leaves there, from 0 to 1, as in "
                         "--exit-rate=local:0.7";
      continue;
    }
    auto exit = llvm::find_if(early, [&, name = name](const ExitSpec &exit) {
      return exit.name == name || outputs[exit.output].name == name;
    });
    if (exit == early.end()) {
      InFlightDiagnostic diagnostic = problem(origin);
      diagnostic << "there is no early exit '" << name << "'";
      std::vector<std::string> names;
      for (const ExitSpec &other : early)
        names.push_back(other.name);
      if (!names.empty())
        diagnostic.attachNote() << "the early exits are " << quote(names);
      continue;
    }
    if (!seen.insert(exit->name).second)
      problem(origin) << "exit '" << exit->name << "' has two rates";
    point.rates[exit - early.begin()] = rate;
    sum += rate;
  }
  if (sum > 1.0 + kRateTolerance)
    problem(fromCommandLine("--exit-rate"))
        << "more samples leave than there are; the rates are parts of all "
           "samples and may add up to 1";
  search.points.push_back(point);
}

/// Points to choose from; thresholds that are given rule some of them out.
void Resolver::readCalibration(SearchSpec &search) {
  Origin origin = fromCommandLine("--calibration=" + options.calibration);
  llvm::Expected<CalibrationFile> file =
      ddnn::readCalibration(options.calibration);
  if (!file) {
    problem(origin) << llvm::toString(file.takeError());
    return;
  }
  std::vector<std::string> names;
  for (const ExitSpec &exit : deployment.exits)
    names.push_back(exit.name);
  if (file->exits != names) {
    problem(origin) << "is of other exits: its exits are " << quote(file->exits)
                    << ", those of this model are " << quote(names);
    return;
  }
  StringRef model = module.getSymName().value_or("model");
  if (file->model != model) {
    problem(origin) << "is of model '" << file->model << "', but this one is '"
                    << model << "'";
    return;
  }
  for (auto [exit, criterion] : llvm::zip(deployment.exits, file->criteria))
    if (criterion != stringifyCriterion(exit.criterion)) {
      problem(origin) << "has thresholds of exit '" << exit.name
                      << "' by the criterion " << criterion
                      << ", but it leaves by "
                      << stringifyCriterion(exit.criterion);
      return;
    }
  search.source = llvm::sys::path::filename(options.calibration).str();
  search.points = std::move(file->points);
  for (auto [i, exit] :
       llvm::enumerate(ArrayRef(deployment.exits).drop_back())) {
    if (!hasGivenThreshold(exit))
      continue;
    llvm::erase_if(
        search.points, [&, i = i, &exit = exit](const OperatingPoint &point) {
          return std::abs(point.thresholds[i] - exit.threshold) > 1e-6;
        });
    if (search.points.empty()) {
      problem(origin) << "has no point with the thresholds that are given, "
                         "such as that of exit '"
                      << exit.name << "'; leave them to the search";
      return;
    }
  }
}

void Resolver::resolvePlacement() {
  if (!options.place.empty() && options.place != "auto" &&
      options.place != "given")
    problem(fromCommandLine("--place=" + options.place))
        << "a placement is auto (searched for) or given (the default)";
  if (!isPlacedBySearch()) {
    std::pair<StringRef, bool> needless[] = {
        {"--objective", !options.objective.empty()},
        {"--calibration", !options.calibration.empty()},
        {"--min-accuracy", !options.minAccuracy.empty()},
        {"--exit-rate", !options.exitRates.empty()}};
    for (auto [option, isGiven] : needless)
      if (isGiven)
        problem(fromCommandLine(option))
            << "is for a placement that is searched for: add --place=auto";
    return;
  }
  if (deployment.hasGroups()) {
    problem(fromCommandLine("--place=auto"))
        << "a tier has several members; give the cuts and the exits' tiers";
    return;
  }
  SearchSpec search;
  if (!options.objective.empty()) {
    if (std::optional<Objective> objective =
            symbolizeObjective(options.objective))
      search.objective = *objective;
    else
      problem(fromCommandLine("--objective=" + options.objective))
          << "there are latency, bytes and energy";
  }
  if (!options.minAccuracy.empty()) {
    Origin origin = fromCommandLine("--min-accuracy=" + options.minAccuracy);
    double accuracy;
    if (StringRef(options.minAccuracy).getAsDouble(accuracy) ||
        !isFraction(accuracy))
      problem(origin) << "an accuracy is from 0 to 1";
    else
      search.minAccuracy = accuracy;
    if (options.calibration.empty())
      problem(origin) << "accuracies are in a calibration: add --calibration";
  }
  if (deployment.exits.empty())
    return;
  if (!options.calibration.empty() && !options.exitRates.empty())
    problem(fromCommandLine("--exit-rate"))
        << "the calibration has the rates; leave one of them out";
  else if (options.calibration.empty())
    readExitRates(search);
  else
    readCalibration(search);
  if (!hasProblems)
    deployment.search = std::move(search);
}
