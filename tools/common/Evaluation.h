// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Accuracy, exit rates and bytes of a data set at any thresholds, computed from
// what every exit says to every sample (paper 000, section IV).
#ifndef DDNN_TOOLS_EVALUATION_H
#define DDNN_TOOLS_EVALUATION_H

#include "Chain.h"
#include "Samples.h"
#include "Thresholds.h"

#include <cmath>
#include <optional>
#include <vector>

namespace ddnn::tools {

/// What one exit says to one sample. Not a number where it is not reached for
/// want of members: nothing leaves there.
struct Verdict {
  float entropy = NAN;
  uint32_t label = UINT32_MAX;
  float confidence = NAN, margin = NAN;

  /// What the criterion (ddnn_criterion) compares with the threshold.
  float value(uint8_t criterion) const;
};

/// Verdicts of all exits on all samples: row = sample, column = exit.
struct Verdicts {
  size_t exits = 0;
  std::vector<Verdict> values;

  Verdicts(size_t samples, size_t exits)
      : exits(exits), values(samples * exits) {}
  size_t samples() const { return exits ? values.size() / exits : 0; }
  Verdict &at(size_t sample, size_t exit) {
    return values[sample * exits + exit];
  }
  const Verdict &at(size_t sample, size_t exit) const {
    return values[sample * exits + exit];
  }
};

/// Every exit of every one of the first `count` samples, on so many threads; 0
/// is one for each processor. `onExit`, where given, hears of each exit of each
/// sample, from any of the threads. Throws Error.
Verdicts
computeAll(const Deployment &deployment, const Samples &samples, size_t count,
           unsigned threads, const Missing &missing = {},
           const std::function<void(size_t sample, const ddnn_exit_event &)>
               &onExit = {});

/// Outcome of one setting of thresholds. Fractions of 1.
struct SettingResult {
  std::vector<double> exitRate; ///< by exit: samples answered there
  double accuracy = 0;          ///< of the answers given
  /// Of the answers to samples that no early exit of the first tier took;
  /// nothing where there were none.
  std::optional<double> serverAccuracy;
  /// Samples for which an exit of the first tier or the last exit is right.
  double idealAccuracy = 0;
  double payloadBytes = 0; ///< requests on all links, mean over samples
  double framedBytes = 0;
  double replyBytes = 0; ///< frames of the answers, mean over samples
};

/// Exits in the order in which a sample meets them.
std::vector<unsigned> exitOrder(const Deployment &deployment);

/// Replays the gates. `order` as above; hops and replies in bytes by link and
/// by exit.
SettingResult replay(const Verdicts &verdicts, const ddnn_model &model,
                     const std::vector<unsigned> &order,
                     const ThresholdSetting &setting,
                     const std::vector<uint32_t> &labels,
                     const std::vector<HopBytes> &hops,
                     const std::vector<uint32_t> &replies);

/// Fraction of samples for which one exit is right.
double exitAccuracy(const Verdicts &verdicts, unsigned exit,
                    const std::vector<uint32_t> &labels);

} // namespace ddnn::tools

#endif
