// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The thresholds of all early exits at once: which ones answer most samples
// rightly, or cost least, on samples whose verdicts at every exit are known.
#ifndef DDNN_TOOLS_THRESHOLDSEARCH_H
#define DDNN_TOOLS_THRESHOLDSEARCH_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ddnn::tools {

/// What is searched on. Exits are in the order in which a sample meets them;
/// the last one answers whatever is left and has no value.
struct SearchProblem {
  size_t samples = 0, exits = 0;
  std::vector<float> values;  ///< what the gates see; row = sample
  std::vector<uint8_t> right; ///< 1 where an exit is right; row = sample
  std::vector<int64_t> cost;  ///< of a sample that leaves at an exit
  std::vector<int64_t> bytes; ///< the same, for what costs the same
  std::vector<uint8_t> far;   ///< 1 for exits that count as offloaded
  size_t mostFar = SIZE_MAX;  ///< samples that may leave at those

  size_t early() const { return exits - 1; }
};

/// One setting of thresholds and what it comes to; sums over all samples.
struct SearchPoint {
  std::vector<float> thresholds; ///< of the early exits
  size_t right = 0, far = 0;
  int64_t cost = 0, bytes = 0;
};

struct SearchResult {
  /// No other setting is right at least as often and costs less, or costs as
  /// little and is right more often. Ascending in both. Of settings that are
  /// equal in both: the fewest bytes, then the lowest thresholds, the first
  /// exit's before the second's. Empty where `mostFar` cannot be kept.
  std::vector<SearchPoint> front;
  bool exact = false; ///< else coordinate descent from many starts
};

/// Settings that the search makes exactly: samples, times the thresholds worth
/// trying at each exit but the last early one.
constexpr double exactSearchLimit = 5e8;

/// Searches all thresholds jointly. Deterministic.
SearchResult searchThresholds(const SearchProblem &problem,
                              double exactLimit = exactSearchLimit);

/// The same with one threshold for all early exits; always exact.
SearchResult searchOneThreshold(const SearchProblem &problem);

/// The point that costs least among those that are right at least so often;
/// null if there is none. The last point of a front is the most accurate.
const SearchPoint *cheapest(const SearchResult &result, size_t right);

/// The thresholds at which the gate takes another number of these values,
/// ascending: 0, which takes none; the middle between each two neighbours; 1,
/// which takes all that are numbers. `ranks`, parallel to the values, is the
/// first threshold that takes each; SIZE_MAX for a NaN.
std::vector<float> thresholdCandidates(const std::vector<float> &values,
                                       std::vector<size_t> &ranks);

} // namespace ddnn::tools

#endif
