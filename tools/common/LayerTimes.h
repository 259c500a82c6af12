// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Listens to the layer hook of one tier's library (ddnn/model.h).
#ifndef DDNN_TOOLS_LAYERTIMES_H
#define DDNN_TOOLS_LAYERTIMES_H

#include "ddnn/model.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace ddnn::tools {

/// A sample of any number of values that takes bounded memory: once full, it
/// drops every other value and takes every other one from then on.
class Sampling {
public:
  void add(double value);
  /// Nothing before the first value.
  std::optional<double> median() const;

private:
  std::vector<double> values;
  size_t stride = 1, seen = 0;
};

/// Times of one tier's layers. One thread at a time runs the tier.
class LayerTimes {
public:
  /// Listens to `hook` until it is destroyed; `count` is the number of layers.
  LayerTimes(ddnn_layer_hook *hook, size_t count);
  ~LayerTimes();
  LayerTimes(const LayerTimes &) = delete;
  LayerTimes &operator=(const LayerTimes &) = delete;

  /// Median seconds of a layer; nothing where it never ran.
  std::optional<double> median(size_t layer) const {
    return layers[layer].median();
  }
  /// The library told of more layers than there should be.
  bool hasUnknown() const { return unknown; }
  /// How often the tier ran.
  size_t runs() const { return count; }
  /// Of the time from a run's first layer to its last one's end, the fraction
  /// outside of layers: gates between exits, and calls.
  double outside() const;

private:
  using Clock = std::chrono::steady_clock;
  void tell(uint32_t layer, bool ends);

  ddnn_layer_hook *hook;
  std::vector<Sampling> layers;
  Clock::time_point began, runBegan, runEnded;
  double inside = 0, whole = 0; // seconds of all runs
  size_t count = 0;
  bool unknown = false;
};

} // namespace ddnn::tools

#endif
