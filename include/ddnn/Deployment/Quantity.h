//===- Quantity.h - Numbers with units --------------------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_DEPLOYMENT_QUANTITY_H
#define DDNN_DEPLOYMENT_QUANTITY_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace ddnn {

/// One of several memories of a tier.
struct MemoryPool {
  std::string name;
  int64_t bytes;
};

/// What a tier has for its arena.
struct TierMemory {
  int64_t bytes = 0;             ///< of all pools; 0: no limit
  std::vector<MemoryPool> pools; ///< the fastest first; empty: one memory
};

/// "10Mbit", "1MB", "250kbit/s": bytes per second. The unit says bit or byte
/// (B); prefixes are decimal, or binary with an i (KiB).
llvm::Expected<double> parseBandwidth(llvm::StringRef text);

/// "5ms", "100us", "1s", "20ns": seconds.
llvm::Expected<double> parseDuration(llvm::StringRef text);

/// "2G", "100M", "1.5GFLOPS", "1e9": floating-point operations per second.
llvm::Expected<double> parseFlops(llvm::StringRef text);

/// "2W", "350mW", "0": watt.
llvm::Expected<double> parsePower(llvm::StringRef text);

/// "100nJ/bit", "0.8uJ/B", "0": joule per byte.
llvm::Expected<double> parseLinkEnergy(llvm::StringRef text);

/// "64K", "64KB", "64KiB", "65536": bytes of memory. As usual for memory,
/// prefixes are binary.
llvm::Expected<int64_t> parseMemory(llvm::StringRef text);

/// "64K", or pools, the fastest first: "fast=64K,slow=512K".
llvm::Expected<TierMemory> parseTierMemory(llvm::StringRef text);

/// Appends a pool. Refuses a name that is no C identifier or that a pool has
/// already, and a size that is none.
llvm::Error addPool(TierMemory &memory, llvm::StringRef name,
                    llvm::StringRef size);

/// 1 to 1024.
llvm::Expected<int64_t> parseThreads(llvm::StringRef text);

/// A finite number, or a quotient of two as in "1/255".
llvm::Expected<double> parseNumber(llvm::StringRef text);

/// "true", "false", "yes", "no".
llvm::Expected<bool> parseBool(llvm::StringRef text);

} // namespace ddnn

#endif // DDNN_DEPLOYMENT_QUANTITY_H
