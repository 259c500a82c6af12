//===- ProfileFile.h - Measured times of layers -----------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_DEPLOYMENT_PROFILEFILE_H
#define DDNN_DEPLOYMENT_PROFILEFILE_H

#include "ddnn/Deployment/Deployment.h"

namespace ddnn {

struct ProfileTier {
  std::string name;
  std::vector<LayerTime> layers; ///< those that were measured
};

/// What `ddnn run --profile-out` writes (docs/tools.md), as far as placement
/// reads it.
struct ProfileFile {
  std::string model;
  std::vector<ProfileTier> tiers;
};

/// Fails with what is wrong where the text is no such file: no JSON, a key
/// that is missing or of the wrong type, times that are no times.
llvm::Expected<ProfileFile> parseProfile(llvm::StringRef text);

/// The same from a file; the error does not name it.
llvm::Expected<ProfileFile> readProfile(llvm::StringRef path);

} // namespace ddnn

#endif // DDNN_DEPLOYMENT_PROFILEFILE_H
