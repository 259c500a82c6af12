//===- OutputDirectory.h - All files or none --------------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_DRIVER_OUTPUTDIRECTORY_H
#define DDNN_DRIVER_OUTPUTDIRECTORY_H

#include "ddnn/Target/Artifact.h"
#include "llvm/Support/Error.h"

namespace ddnn {

/// A folder that appears as a whole: files are written beside it, under a
/// temporary name that `commit` replaces. Without `commit` nothing is left.
class OutputDirectory {
public:
  /// Fails where `path` holds something that is no earlier output of ddnnc.
  static llvm::Expected<std::unique_ptr<OutputDirectory>>
  create(llvm::StringRef path);
  ~OutputDirectory();

  /// The folder to write in until `commit`.
  llvm::StringRef getStagingPath() const { return staging; }
  llvm::Error write(const OutputFile &file);
  /// Puts the finished folder in place of an earlier one.
  llvm::Error commit();

private:
  OutputDirectory() = default;

  std::string path, staging;
};

} // namespace ddnn

#endif // DDNN_DRIVER_OUTPUTDIRECTORY_H
