//===- CCompiler.h - Builds a tier's libraries ------------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_DRIVER_CCOMPILER_H
#define DDNN_DRIVER_CCOMPILER_H

#include "ddnn/Target/Artifact.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace ddnn {

/// The C compiler of one tier, and how it is called.
struct CCompiler {
  std::string program;            ///< as given, or the CPU's usual one
  std::string archiver;           ///< its ar
  std::vector<std::string> flags; ///< optimisation, CPU, then the user's own
  std::vector<std::string> linkFlags; ///< of shared libraries
  bool isHosted = true;     ///< shared libraries can be made and loaded
  bool usesThreads = false; ///< a run's functions have more stacks than one

  /// For `cpu` (empty: this machine), with the user's `cc` (empty: the CPU's
  /// usual one) and extra flags separated by spaces. `usesThreads`: its code
  /// has OpenMP pragmas.
  static CCompiler forTarget(llvm::StringRef cpu, llvm::StringRef cc,
                             llvm::StringRef cflags, bool usesThreads);

  /// Compiles PREFIX.c and PREFIX_weights.c in `directory` into libPREFIX.a
  /// and, where hosted, libPREFIX.so. Prints the commands where `verbose`.
  /// Says what the library takes; its stack where the compiler writes a call
  /// graph with frame sizes, as gcc does, and all runs on one thread.
  llvm::Expected<BuiltTier> build(llvm::StringRef directory,
                                  llvm::StringRef prefix, bool verbose) const;
};

} // namespace ddnn

#endif // DDNN_DRIVER_CCOMPILER_H
