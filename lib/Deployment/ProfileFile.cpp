//===- ProfileFile.cpp - Measured times of layers -------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Deployment/ProfileFile.h"
#include "ddnn/Support/Json.h"

using namespace llvm;
using namespace ddnn;

/// Longer than any layer takes, and far from where sums overflow.
static constexpr double kLongest = 1e9;

static Expected<LayerTime> parseLayer(const json::Object &object) {
  const json::Array *nodes = object.getArray("nodes");
  std::optional<int64_t> flops = object.getInteger("flops");
  std::optional<double> seconds = object.getNumber("seconds");
  LayerTime layer;
  if (!nodes)
    return createStringError("'nodes' is no list");
  for (const json::Value &node : *nodes) {
    std::optional<StringRef> name = node.getAsString();
    if (!name)
      return createStringError("'nodes' is no list of strings");
    layer.nodes.push_back(name->str());
  }
  if (!flops || *flops < 0)
    return createStringError("'flops' is no whole number of at least 0");
  // The negation catches NaN, too.
  if (!seconds || !(*seconds >= 0.0 && *seconds <= kLongest))
    return createStringError("'seconds' is no time: a number of at least 0");
  layer.flops = *flops;
  layer.seconds = *seconds;
  return layer;
}

static Expected<ProfileTier> parseTier(const json::Object &object) {
  std::optional<StringRef> name = object.getString("name");
  const json::Array *layers = object.getArray("layers");
  if (!name || !layers)
    return createStringError("a tier without 'name' or list of 'layers'");
  ProfileTier tier;
  tier.name = name->str();
  for (auto [i, value] : enumerate(*layers)) {
    const json::Object *layer = value.getAsObject();
    std::string where =
        "layer " + std::to_string(i) + " of tier '" + tier.name + "': ";
    if (!layer)
      return createStringError(where + "no object");
    // No sample reached it.
    if (const json::Value *seconds = layer->get("seconds");
        seconds && seconds->kind() == json::Value::Null)
      continue;
    Expected<LayerTime> time = parseLayer(*layer);
    if (!time)
      return createStringError(where + toString(time.takeError()));
    tier.layers.push_back(*time);
  }
  return tier;
}

Expected<ProfileFile> ddnn::parseProfile(StringRef text) {
  Expected<json::Value> value = parseJson(text);
  if (!value)
    return value.takeError();
  const json::Object *root = value->getAsObject();
  if (!root || root->getInteger("format") != 1 || !root->getString("model") ||
      !root->getArray("tiers"))
    return createStringError(
        "no profile of format 1, as ddnn run --profile-out writes it");
  ProfileFile file;
  file.model = root->getString("model")->str();
  for (const json::Value &entry : *root->getArray("tiers")) {
    const json::Object *object = entry.getAsObject();
    if (!object)
      return createStringError("a tier that is no object");
    Expected<ProfileTier> tier = parseTier(*object);
    if (!tier)
      return tier.takeError();
    file.tiers.push_back(std::move(*tier));
  }
  return file;
}

Expected<ProfileFile> ddnn::readProfile(StringRef path) {
  Expected<std::string> text = readTextFile(path);
  if (!text)
    return text.takeError();
  return parseProfile(*text);
}
