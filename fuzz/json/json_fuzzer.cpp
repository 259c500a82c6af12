//===- json_fuzzer.cpp - Hostile files of measured times ---------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whatever the bytes, a profile is refused with a message, or every time in it
// is one that placement can add up.
//
//===----------------------------------------------------------------------===//

#include "ddnn/Deployment/ProfileFile.h"
#include <cmath>
#include <cstdlib>

using namespace ddnn;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::Expected<ProfileFile> file =
      parseProfile(llvm::StringRef(reinterpret_cast<const char *>(data), size));
  if (!file) {
    if (llvm::toString(file.takeError()).empty())
      std::abort();
    return 0;
  }
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
  return 0;
}
