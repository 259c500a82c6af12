//===- ResolveProfiles.cpp - Measured times of the tiers' layers ----------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A file that is given for one tier was measured on that tier's machine, all of
// it: `ddnn run` runs all tiers on one. A file that is given for none was
// measured with each of its tiers in place.
//
//===----------------------------------------------------------------------===//

#include "Resolver.h"
#include "ddnn/Analysis/Nodes.h"
#include "ddnn/Analysis/OperationTimes.h"
#include "ddnn/Deployment/ProfileFile.h"
#include "llvm/Support/Path.h"
#include <cmath>

using namespace mlir;
using namespace ddnn;

/// True if somebody said how fast the tier is.
bool Resolver::statesSpeed(const TierSpec &tier) const {
  return TierValues("flops", options.flops).get(tier.name, tier.tier) ||
         (spec && llvm::any_of(spec->tiers, [&](const SpecTier &given) {
            return given.name.text == tier.getTierName() &&
                   given.flops.isGiven();
          }));
}

/// Reads a file that is about this network, or reports why it is not.
std::optional<ProfileFile> Resolver::readProfile(StringRef path,
                                                 const Origin &origin) {
  llvm::Expected<ProfileFile> file = ddnn::readProfile(path);
  if (!file) {
    problem(origin) << llvm::toString(file.takeError());
    return std::nullopt;
  }
  StringRef model = module.getSymName().value_or("model");
  if (file->model != model) {
    problem(origin) << "measures model '" << file->model
                    << "', but this one is '" << model << "'";
    return std::nullopt;
  }
  for (const ProfileTier &tier : file->tiers)
    for (const LayerTime &layer : tier.layers)
      for (const std::string &node : layer.nodes)
        if (nodes.contains(node))
          return *file;
  problem(origin) << "no layer that it measures is from this network; its "
                     "nodes have other names, or no sample got that far";
  return std::nullopt;
}

/// What is not measured takes as long a FLOP as what is, unless somebody stated
/// the tier's speed.
void Resolver::addProfile(TierSpec &tier, ArrayRef<LayerTime> layers) {
  double flops = 0.0, seconds = 0.0;
  for (const LayerTime &layer : layers) {
    tier.profile.push_back(layer);
    flops += double(layer.flops);
    seconds += layer.seconds;
  }
  // Times of next to nothing say nothing of the rest.
  if (flops > 0.0 && std::isfinite(flops / seconds) && !statesSpeed(tier))
    tier.flops = flops / seconds;
}

void Resolver::resolveProfiles() {
  for (Operation &op : main.getBody().front().without_terminator())
    if (!readsNoData(&op))
      for (const std::string &node : getNodesOf(&op))
        nodes.insert(node);

  TierValues values("profile-in", options.profiles);
  llvm::StringSet<> isDone;
  auto addAll = [&](TierSpec &tier, StringRef path, const Origin &origin) {
    if (!isDone.insert(tier.name).second)
      return;
    if (std::optional<ProfileFile> file = readProfile(path, origin))
      for (const ProfileTier &measured : file->tiers)
        addProfile(tier, measured.layers);
  };
  for (TierSpec &tier : deployment.tiers)
    if (auto path = values.getOwn(tier.name, tier.tier))
      addAll(tier, *path,
             fromCommandLine(values.describe(tier.name, tier.tier)));

  // The last one says it, as with every option.
  std::vector<std::string> bare = values.getBare();
  for (const std::string &path : llvm::reverse(bare)) {
    Origin origin = fromCommandLine("--profile-in=" + path);
    std::optional<ProfileFile> file = readProfile(path, origin);
    if (!file)
      continue;
    bool isKnown = false;
    for (const ProfileTier &measured : file->tiers)
      if (std::optional<size_t> i = findTier(measured.name)) {
        isKnown = true;
        TierSpec &tier = deployment.tiers[*i];
        if (isDone.insert(tier.name).second)
          addProfile(tier, measured.layers);
      }
    if (isKnown)
      continue;
    std::string names;
    for (const ProfileTier &measured : file->tiers)
      names += (names.empty() ? "'" : ", '") + measured.name + "'";
    InFlightDiagnostic diagnostic = problem(origin);
    diagnostic << "measures tiers that there are not: " << names
               << "; --profile-in=TIER:" << path
               << " says whose machine it was";
    listTiers(diagnostic);
  }

  if (!spec)
    return;
  for (const SpecTier &given : spec->tiers) {
    std::optional<size_t> i = findTier(given.name.text);
    if (!given.profile.isGiven() || !i)
      continue;
    // Beside the deployment file, wherever that is read from.
    SmallString<128> path(given.profile.text);
    if (llvm::sys::path::is_relative(path)) {
      path = llvm::sys::path::parent_path(spec->path);
      llvm::sys::path::append(path, given.profile.text);
    }
    Origin origin = fromSpec(given.profile);
    origin.what = ("profile '" + path + "'").str();
    for (TierSpec &tier : deployment.tiers)
      if (tier.getTierName() == given.name.text)
        addAll(tier, path, origin);
  }
}
