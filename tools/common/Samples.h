// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Data sets as inputs of the first tier.
#ifndef DDNN_TOOLS_SAMPLES_H
#define DDNN_TOOLS_SAMPLES_H

#include "Array.h"
#include "Deployment.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ddnn::tools {

/// What data is read for.
struct SensorInputs {
  SensorInputs(const ddnn_model &model)
      : model(model.name),
        tensors(model.inputs, model.inputs + model.input_count) {}
  /// Of those places that are of the first tier, one after the other.
  SensorInputs(const std::vector<Plugin> &places);

  std::string model;
  std::vector<ddnn_tensor> tensors;
};

/// One array for each input of a model, cut into samples.
class Samples {
public:
  /// data: (input's name, array); without names they are the inputs in order.
  /// The array's first dimension counts samples; the others are the input's,
  /// where dimensions of 1 do not matter. A single sample may lack the first
  /// one. scale: factor for data that feeds a float input; 1 if not given.
  /// Throws Error.
  Samples(SensorInputs inputs, std::vector<std::pair<std::string, Array>> data,
          std::optional<float> scale);

  size_t count() const { return samples; }
  /// Warnings to be shown, such as a scale that has no effect.
  const std::vector<std::string> &warnings() const { return notes; }

  /// One sample after the other in memory format; each thread has its own.
  class Reader {
  public:
    explicit Reader(const Samples &samples);
    /// Parallel to the inputs; valid until the next call.
    const void *const *read(size_t index) {
      return read(index, 0, pointers.size());
    }
    /// Only `count` inputs from `first` on.
    const void *const *read(size_t index, size_t first, size_t count);

  private:
    const Samples &from;
    std::vector<std::vector<float>> floats;
    std::vector<std::vector<uint8_t>> packed;
    std::vector<const void *> pointers;
  };

private:
  SensorInputs inputs;
  std::vector<Array> arrays; // parallel to inputs
  size_t samples = 0;
  float scale;
  std::vector<std::string> notes;
};

/// Reads data arguments "[NAME=]DATA" for a model. Throws Error.
Samples readSamples(const SensorInputs &inputs,
                    const std::vector<std::string> &arguments,
                    const std::string &scale);

/// "0.0039", or "1/255" which means the float quotient of the two floats.
/// Empty: nothing.
std::optional<float> parseScale(const std::string &text);

/// Reads the classes of the first `wanted` samples, or of all; at least so many
/// must be there, each below `classes`.
std::vector<uint32_t> readLabels(const std::string &argument,
                                 std::optional<size_t> wanted,
                                 uint32_t classes);

} // namespace ddnn::tools

#endif
