//===- CalibrationFile.h - Measured operating points ------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_DEPLOYMENT_CALIBRATIONFILE_H
#define DDNN_DEPLOYMENT_CALIBRATIONFILE_H

#include "ddnn/Deployment/Deployment.h"

namespace ddnn {

/// What `ddnn calibrate --json` writes (docs/tools.md), as far as placement
/// reads it.
struct CalibrationFile {
  std::string model;
  std::vector<std::string> exits; ///< in their order, the last one included
  std::vector<std::string>
      criteria; ///< what their thresholds are compared with
  std::vector<OperatingPoint> points; ///< its front; accuracies are held back
};

/// Fails with what is wrong where the text is no such file: no JSON, a key
/// that is missing or of the wrong type, fractions that are none.
llvm::Expected<CalibrationFile> parseCalibration(llvm::StringRef text);

/// The same from a file; the error does not name it.
llvm::Expected<CalibrationFile> readCalibration(llvm::StringRef path);

} // namespace ddnn

#endif // DDNN_DEPLOYMENT_CALIBRATIONFILE_H
