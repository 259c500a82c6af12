// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the DDNN paper measures of a group of devices: bytes a sample and device
// (section III-E), and accuracy with devices missing (figures 8 and 10).
#ifndef DDNN_TOOLS_GROUPEVALUATION_H
#define DDNN_TOOLS_GROUPEVALUATION_H

#include "Chain.h"

#include <string>
#include <vector>

namespace ddnn::tools {

/// What one sample costs one device of a group, in bytes.
struct DeviceBytes {
  HopBytes scores;          ///< to the aggregator, with every sample
  uint32_t shortFramed = 0; ///< scores in the short form; 0: they do not fit it
  HopBytes features;        ///< to the next tier, with samples that go on there
  uint32_t classes = 0;     ///< |C|
  uint32_t outputs = 0;     ///< f * o: elements of the features
  uint32_t raw = 0;         ///< the device's input, a byte an element

  /// Equation (1): 4 * |C| + (1 - l) * f * o / 8, where the fraction l of all
  /// samples is answered by the aggregator.
  double equation(double answered) const;
  /// The tensors that were really sent, and with headers.
  double payload(double answered) const;
  double framed(double answered) const;
  double framedShort(double answered) const; ///< scores in the short form
};

/// For each member of the first tier. `node` names members and aggregator in
/// headers.
std::vector<DeviceBytes> deviceBytes(const Deployment &deployment,
                                     const std::string &node);

/// Fraction of the samples that the first tier's aggregator answers.
double answeredLocally(const ddnn_model &model,
                       const std::vector<double> &exitRate);

/// Names of the members of the first tier.
std::vector<std::string> deviceNames(const Deployment &deployment);

} // namespace ddnn::tools

#endif
