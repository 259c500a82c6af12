//===- SpecFile.h - The deployment file as it is written --------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_LIB_DEPLOYMENT_SPECFILE_H
#define DDNN_LIB_DEPLOYMENT_SPECFILE_H

#include "mlir/IR/Location.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>
#include <vector>

namespace ddnn {

/// A scalar of the file with its place. Values are kept as text and checked
/// where all of a deployment's problems are reported together.
struct SpecText {
  std::string text;
  unsigned line = 0, column = 0;

  bool isGiven() const { return line != 0; }
};

struct SpecPool {
  SpecText name, size;
};

/// One size, or pools.
struct SpecMemory {
  SpecText bytes;
  std::vector<SpecPool> pools;
};

struct SpecTier {
  SpecText name, members, target, cpu, cc, cflags, trusted, threads;
  SpecMemory memory;
  SpecText flops, bandwidth, latency, profile, power, linkEnergy;
  SpecText aggregate, missing;   ///< of copies, one for each member
  std::vector<SpecText> weights; ///< of the copies but the first
};

struct SpecInput {
  SpecText name, source, raw, layout, scale, blank;
  std::vector<SpecText> mean, std;
};

struct SpecExit {
  SpecText name, tier, threshold, criterion, ignore;
};

struct SpecFile {
  std::string path;
  std::vector<SpecTier> tiers;
  std::vector<SpecInput> inputs;
  std::vector<SpecExit> exits;
  std::vector<SpecText> labels, cuts;
  SpecText signOfZero, missing;

  mlir::Location getLoc(mlir::MLIRContext *context, const SpecText &text) const;
};

/// Reads a file. What is no YAML, has the wrong shape or an unknown key is
/// reported with its line, as a diagnostic, and gives nothing.
std::optional<SpecFile> readSpecFile(llvm::StringRef path,
                                     mlir::MLIRContext *context);

} // namespace ddnn

#endif // DDNN_LIB_DEPLOYMENT_SPECFILE_H
