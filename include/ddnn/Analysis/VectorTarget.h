//===- VectorTarget.h - What a CPU's vector unit can do ---------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_ANALYSIS_VECTORTARGET_H
#define DDNN_ANALYSIS_VECTORTARGET_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>

namespace ddnn {

/// The vector unit that a tier's code is scheduled for.
struct VectorTarget {
  llvm::StringRef isa;     ///< "avx512", "avx2", "sse2", "neon" or "scalar"
  int64_t lanes = 1;       ///< floats in a register; 1: no vectors
  int64_t registers = 0;   ///< vector registers
  llvm::StringRef feature; ///< the C compiler's macro for it; empty: none
  double fmaCycles = 1.0;  ///< between two vector multiply-adds of one core
  bool hasThreads = true;  ///< an operating system runs on it
  bool hasFloats = true;   ///< its instructions compute with floats

  bool hasVectors() const { return lanes > 1; }
};

/// The vector unit of a CPU as `--target-cpu` names it; empty is the machine
/// that the compiler runs on. What no table knows is taken as having the least
/// that its architecture promises.
VectorTarget getVectorTarget(llvm::StringRef cpu);

/// True if code for this CPU runs on the machine that compiles, as far as LLVM
/// knows the two.
bool runsOnHost(llvm::StringRef cpu);

} // namespace ddnn

#endif // DDNN_ANALYSIS_VECTORTARGET_H
