// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Thresholds on the command line: NAME=T or NAME=T,T,...
#ifndef DDNN_TOOLS_THRESHOLDS_H
#define DDNN_TOOLS_THRESHOLDS_H

#include "ddnn/model.h"

#include <string>
#include <vector>

namespace ddnn::tools {

/// One value for each exit of a deployment; `text` as the user wrote it, so
/// that reports say 0.4 and not what the nearest float is.
struct Threshold {
  float value;
  std::string text;
};
using ThresholdSetting = std::vector<Threshold>; // by exit

/// The thresholds that were compiled in.
ThresholdSetting compiledThresholds(const ddnn_model &model);

/// All exits but the last one.
std::vector<unsigned> earlyExits(const ddnn_model &model);

/// All combinations of the options, the last one varying fastest; exits that
/// no option names keep their compiled threshold. Values within [0, 1]; the
/// last exit has no threshold. Throws Error.
std::vector<ThresholdSetting>
thresholdCombinations(const ddnn_model &model,
                      const std::vector<std::string> &options);

/// The one setting of options that give one value for each exit.
ThresholdSetting singleThresholds(const ddnn_model &model,
                                  const std::vector<std::string> &options);

/// Exits that the options name, each once.
std::vector<unsigned> namedExits(const ddnn_model &model,
                                 const std::vector<std::string> &options);

} // namespace ddnn::tools

#endif
