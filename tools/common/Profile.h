// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Times of a tier's layers, measured by the hook of its library, next to the
// multiply-adds that this machine could do.
#ifndef DDNN_TOOLS_PROFILE_H
#define DDNN_TOOLS_PROFILE_H

#include "Deployment.h"
#include "LayerTimes.h"
#include "Report.h"

#include <memory>

namespace ddnn::tools {

/// All tiers of a deployment, from its start to its end.
class Profile {
public:
  /// Reads the tables of layers and sets the hooks, so no step may run. Throws
  /// Error where a library has none.
  explicit Profile(const Deployment &deployment);

  /// Measures the peaks. Call when nothing else runs any more; the rest of the
  /// functions want it.
  void finish();
  /// A table for each tier, on standard output.
  void print() const;
  /// What `ddnnc --profile-in` reads: docs/tools.md has the keys.
  Json json() const;

private:
  struct Tier {
    TierTable table;
    std::unique_ptr<LayerTimes> times; // its address is the hook's
    std::string isa;                   // that the peak is measured with
    double peak = 0;                   // GFLOP/s of all its threads
  };

  void printTier(const Tier &tier) const;

  const Deployment &deployment;
  std::vector<Tier> tiers;
};

} // namespace ddnn::tools

#endif
