//===- json_fuzzer.cpp - Hostile files of measurements --------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whatever the bytes, a file is refused with a message. A profile that is not
// has times that placement can add up, a calibration fractions of all samples;
// a schedule cache that is not is read back as it is written.
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/ScheduleCache.h"
#include "ddnn/Deployment/CalibrationFile.h"
#include "ddnn/Deployment/ProfileFile.h"
#include <cmath>
#include <cstdlib>

using namespace ddnn;

/// Takes what went wrong, which has to say something.
static void expectMessage(llvm::Error error) {
  if (llvm::toString(std::move(error)).empty())
    std::abort();
}

static void checkProfile(llvm::StringRef text) {
  llvm::Expected<ProfileFile> file = parseProfile(text);
  if (!file)
    return expectMessage(file.takeError());
  for (const ProfileTier &tier : file->tiers) {
    double sum = 0.0;
    for (const LayerTime &layer : tier.layers) {
      if (layer.flops < 0 || !(layer.seconds >= 0.0))
        std::abort();
      sum += layer.seconds;
    }
    if (!std::isfinite(sum))
      std::abort();
  }
}

static void checkCalibration(llvm::StringRef text) {
  llvm::Expected<CalibrationFile> file = parseCalibration(text);
  if (!file)
    return expectMessage(file.takeError());
  if (file->exits.empty() || file->points.empty() ||
      file->criteria.size() != file->exits.size())
    std::abort();
  for (const OperatingPoint &point : file->points) {
    double sum = 0.0;
    for (double rate : point.rates)
      sum += rate;
    if (point.rates.size() + 1 != file->exits.size() ||
        point.thresholds.size() != point.rates.size() ||
        !(sum >= 0.0 && sum <= 1.0 + kRateTolerance) || !point.accuracy)
      std::abort();
  }
}

static void checkSchedules(llvm::StringRef text) {
  llvm::Expected<ScheduleCache> cache = ScheduleCache::parse(text);
  if (!cache)
    return expectMessage(cache.takeError());
  std::string written = cache->print();
  llvm::Expected<ScheduleCache> again = ScheduleCache::parse(written);
  if (!again || again->print() != written)
    std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  checkProfile(text);
  checkCalibration(text);
  checkSchedules(text);
  return 0;
}
