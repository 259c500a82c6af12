//===- CalibrationFile.cpp - Measured operating points --------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Deployment/CalibrationFile.h"
#include "ddnn/Support/Json.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace llvm;
using namespace ddnn;

/// More than any search needs, and far from where one takes long.
static constexpr size_t kMaxPoints = 10000;

static std::optional<double> getFraction(const json::Object &object,
                                         StringRef key) {
  std::optional<double> number = object.getNumber(key);
  // The comparisons fail for NaN, too.
  if (number && *number >= 0.0 && *number <= 1.0)
    return number;
  return std::nullopt;
}

static Expected<OperatingPoint> parsePoint(const json::Object &object,
                                           ArrayRef<std::string> exits) {
  const json::Object *thresholds = object.getObject("thresholds");
  const json::Object *rates = object.getObject("exit_rate");
  if (!thresholds || !rates)
    return createStringError("no objects 'thresholds' and 'exit_rate'");
  OperatingPoint point;
  double sum = 0.0;
  for (const std::string &exit : exits) {
    bool isLast = exit == exits.back();
    std::optional<double> threshold = getFraction(*thresholds, exit);
    std::optional<double> rate = getFraction(*rates, exit);
    if (!isLast && !threshold)
      return createStringError("exit '" + exit +
                               "' has no threshold in [0, 1]");
    if (!rate)
      return createStringError("exit '" + exit +
                               "' has no exit_rate in [0, 1]");
    sum += *rate;
    if (isLast)
      break;
    point.thresholds.push_back(*threshold);
    point.rates.push_back(*rate);
  }
  if (!(std::abs(sum - 1.0) <= kRateTolerance))
    return createStringError(
        formatv("the exit rates add up to {0:f3} instead of 1", sum).str());
  point.accuracy = getFraction(object, "accuracy");
  if (!point.accuracy)
    return createStringError("no 'accuracy' in [0, 1]");
  return point;
}

Expected<CalibrationFile> ddnn::parseCalibration(StringRef text) {
  Expected<json::Value> value = parseJson(text);
  if (!value)
    return value.takeError();
  const json::Object *root = value->getAsObject();
  if (!root || root->getInteger("format") != 1 || !root->getString("model") ||
      !root->getArray("exits") || !root->getArray("front"))
    return createStringError(
        "no calibration of format 1, as ddnn calibrate --json writes it");
  CalibrationFile file;
  file.model = root->getString("model")->str();
  StringSet<> seen;
  for (const json::Value &entry : *root->getArray("exits")) {
    const json::Object *exit = entry.getAsObject();
    std::optional<StringRef> name, criterion;
    if (exit) {
      name = exit->getString("name");
      criterion = exit->getString("criterion");
    }
    if (!name || !criterion)
      return createStringError("an exit without 'name' or 'criterion'");
    if (!seen.insert(*name).second)
      return createStringError("exit '" + *name + "' is there twice");
    file.exits.push_back(name->str());
    file.criteria.push_back(criterion->str());
  }
  const json::Array &points = *root->getArray("front");
  if (file.exits.empty() || points.empty())
    return createStringError("there are no exits, or there is no point in its "
                             "front");
  if (points.size() > kMaxPoints)
    return createStringError("there are " + Twine(points.size()) +
                             " points, more than " + Twine(kMaxPoints));
  for (auto [i, entry] : enumerate(points)) {
    std::string where = "point " + std::to_string(i) + ": ";
    const json::Object *object = entry.getAsObject();
    if (!object)
      return createStringError(where + "no object");
    Expected<OperatingPoint> point = parsePoint(*object, file.exits);
    if (!point)
      return createStringError(where + toString(point.takeError()));
    file.points.push_back(std::move(*point));
  }
  return file;
}

Expected<CalibrationFile> ddnn::readCalibration(StringRef path) {
  Expected<std::string> text = readTextFile(path);
  if (!text)
    return text.takeError();
  return parseCalibration(*text);
}
