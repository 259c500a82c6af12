//===- Places.h - Tiers, their members, and aggregators ---------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_ANALYSIS_PLACES_H
#define DDNN_ANALYSIS_PLACES_H

#include "ddnn/Dialect/DDNN/IR/DDNN.h"

namespace ddnn {

/// How the places of a deployment, one artifact each, make tiers. In a chain
/// each place is a tier of its own.
class Places {
public:
  Places() = default;
  /// The places in order; neighbours of one `tier` are its members.
  explicit Places(llvm::ArrayRef<TierSpecAttr> specs);

  unsigned size() const { return specs.size(); }
  TierSpecAttr getSpec(unsigned place) const { return specs[place]; }
  llvm::StringRef getName(unsigned place) const {
    return specs[place].getName();
  }
  /// The tier of a place, and its number there.
  unsigned getTier(unsigned place) const { return tierOf[place]; }
  unsigned getMember(unsigned place) const {
    return place - first[tierOf[place]];
  }
  PlaceAttr getAttr(unsigned place) const {
    return PlaceAttr::get(specs[place].getContext(), getTier(place),
                          getMember(place));
  }
  /// The place of this name, if there is one.
  std::optional<unsigned> find(llvm::StringRef name) const;

  unsigned getTierCount() const { return first.size(); }
  llvm::StringRef getTierName(unsigned tier) const;
  unsigned getPlace(unsigned tier, unsigned member) const {
    return first[tier] + member;
  }
  unsigned getMemberCount(unsigned tier) const {
    return (tier + 1 < first.size() ? first[tier + 1] : specs.size()) -
           first[tier];
  }
  /// The tier's first member, under the tier's name.
  TierSpecAttr getTierSpec(unsigned tier) const;
  /// Joins what the members of the tier in front send, and computes exits from
  /// that, nothing else. Members that only send raw input on have none.
  bool isAggregator(unsigned tier) const {
    return tier > 0 && tier < first.size() && getMemberCount(tier) == 1 &&
           getMemberCount(tier - 1) > 1 &&
           getTierSpec(tier - 1).getTarget() != "none";
  }
  /// No tier has several members.
  bool isChain() const { return first.size() == specs.size(); }

private:
  llvm::SmallVector<TierSpecAttr> specs;
  llvm::SmallVector<unsigned> tierOf; ///< of each place
  llvm::SmallVector<unsigned> first;  ///< place of each tier
};

} // namespace ddnn

#endif // DDNN_ANALYSIS_PLACES_H
