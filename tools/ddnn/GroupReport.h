// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `ddnn eval` says of several devices beyond what it says of one: what
// each of them sends, how good each is alone, and what is lost with it (DDNN
// paper, sections III-E, III-F, IV-E and IV-G).
#ifndef DDNN_TOOLS_GROUPREPORT_H
#define DDNN_TOOLS_GROUPREPORT_H

#include "Evaluation.h"
#include "GroupEvaluation.h"
#include "Report.h"
#include "Samples.h"

#include <map>
#include <string>
#include <vector>

namespace ddnn::tools {

class GroupReport {
public:
  /// `node` names members and aggregator in the headers of frames.
  GroupReport(const Deployment &deployment, const std::string &node);

  /// Bytes a sample and device for each setting of thresholds.
  void addBytes(const std::vector<ThresholdSetting> &settings,
                const std::vector<SettingResult> &results);

  /// Accuracy of the networks "DEVICE=FILE" that were trained for one device
  /// alone, on what this device sees. An ONNX file is compiled. Throws Error.
  void addIndividual(const std::vector<std::string> &arguments,
                     const std::vector<std::string> &images,
                     const std::string &scale,
                     const std::vector<uint32_t> &labels, unsigned threads);

  /// Accuracy without each device, and with devices added from worst to best by
  /// individual accuracy; by that of the first exit with nobody else there
  /// where that is not known of all.
  void addLosses(const Samples &samples, const std::vector<uint32_t> &labels,
                 const ThresholdSetting &setting, unsigned threads);

  void print() const;
  void addTo(Json &root) const;

private:
  struct Sent {
    std::string thresholds;
    double answered; // by the first aggregator
  };
  struct Loss {
    std::vector<std::string> devices; // missing, or there
    std::vector<double> exitAccuracy; // by exit
    SettingResult result;
  };
  Loss measure(const std::vector<bool> &present, const Samples &samples,
               const std::vector<uint32_t> &labels,
               const ThresholdSetting &setting, unsigned threads) const;
  double individual(const std::string &device, const std::string &path,
                    const std::vector<std::string> &images,
                    const std::string &scale,
                    const std::vector<uint32_t> &labels,
                    unsigned threads) const;
  void printLosses(const char *heading, const std::vector<Loss> &losses) const;
  Json toJson(const char *key, const std::vector<Loss> &losses) const;

  const Deployment &deployment;
  const ddnn_model &model;
  std::vector<unsigned> order; // of exits
  std::vector<std::string> devices;
  std::vector<DeviceBytes> bytes; // parallel to devices
  std::vector<Sent> sent;         // by setting
  std::map<std::string, double> alone;
  std::vector<Loss> without, added;
};

} // namespace ddnn::tools

#endif
