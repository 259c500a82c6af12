//===- TierValues.cpp - Options that may differ per tier ------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Deployment/Deployment.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace ddnn;

/// True for text that can name a tier: it also names files and C functions.
static bool looksLikeTier(StringRef text) {
  return !text.empty() && isAlpha(text.front()) &&
         llvm::all_of(
             text, [](char c) { return isAlnum(c) || c == '_' || c == '-'; });
}

TierValues::TierValues(StringRef option, ArrayRef<std::string> values)
    : option(option) {
  for (StringRef value : values) {
    auto [tier, rest] = value.split(':');
    if (value.contains(':') && looksLikeTier(tier))
      entries.push_back({tier.str(), rest.str()});
    else
      entries.push_back({"", value.str()});
  }
}

const TierValues::Entry *TierValues::find(StringRef place,
                                          StringRef tier) const {
  for (StringRef wanted : {place, tier, StringRef()})
    for (const Entry &entry : llvm::reverse(entries))
      if (entry.tier == wanted)
        return &entry;
  return nullptr;
}

std::optional<std::string> TierValues::get(StringRef place,
                                           StringRef tier) const {
  const Entry *entry = find(place, tier);
  return entry ? std::optional(entry->value) : std::nullopt;
}

std::optional<std::string> TierValues::getOwn(StringRef place,
                                              StringRef tier) const {
  const Entry *entry = find(place, tier);
  return entry && !entry->tier.empty() ? std::optional(entry->value)
                                       : std::nullopt;
}

std::vector<std::string> TierValues::getBare() const {
  std::vector<std::string> values;
  for (const Entry &entry : entries)
    if (entry.tier.empty())
      values.push_back(entry.value);
  return values;
}

std::string TierValues::getJoined(StringRef place, StringRef tier) const {
  std::string joined;
  for (const Entry &entry : entries)
    if (entry.tier.empty() || entry.tier == place || entry.tier == tier)
      joined += (joined.empty() ? "" : " ") + entry.value;
  return joined;
}

std::string TierValues::describe(StringRef place, StringRef tier) const {
  const Entry *entry = find(place, tier);
  if (!entry)
    return "--" + option;
  return "--" + option + "=" + (entry->tier.empty() ? "" : entry->tier + ":") +
         entry->value;
}

std::vector<std::string>
TierValues::getUnknown(ArrayRef<std::string> tiers) const {
  std::vector<std::string> unknown;
  for (const Entry &entry : entries)
    if (!entry.tier.empty() && !llvm::is_contained(tiers, entry.tier))
      unknown.push_back("--" + option + "=" + entry.tier + ":" + entry.value);
  return unknown;
}
