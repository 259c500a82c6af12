//===- ScheduleCache.h - Schedules that were measured -----------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_ANALYSIS_SCHEDULECACHE_H
#define DDNN_ANALYSIS_SCHEDULECACHE_H

#include "ddnn/Analysis/WindowCost.h"
#include "llvm/Support/Error.h"
#include <map>
#include <string>

namespace ddnn {

/// Attribute of a module: a dictionary from what describeWindow says to array
/// [pixels, vectors, winograd], which ddnn-pack-weights takes for such windows.
inline constexpr llvm::StringLiteral kSchedulesAttr = "ddnn.schedules";

/// What a schedule is measured for and looked up by, the shape of a convolution
/// and what runs it: "conv 1x4x32x32x16 > 1x4x32x32x16, kernel 3x3, ..., avx512
/// of sapphirerapids, 1 threads, any". The CPU "" is the host by its name.
/// Nothing around the window is part of it, so cuts do not matter. Empty for
/// windows whose schedule is not measured: pooling, depthwise and products.
std::string describeWindow(WindowOp op, llvm::StringRef cpu, int64_t threads,
                           WinogradChoice choice);

/// A file of measured schedules.
class ScheduleCache {
public:
  /// Fails with what is wrong with the text; the message does not name a file.
  static llvm::Expected<ScheduleCache> parse(llvm::StringRef text);
  std::string print() const;

  bool contains(llvm::StringRef window) const {
    return schedules.count(window.str());
  }
  void set(llvm::StringRef window, const WindowSchedule &schedule) {
    schedules[window.str()] = schedule;
  }
  /// For kSchedulesAttr.
  mlir::DictionaryAttr getAttr(mlir::MLIRContext *context) const;

private:
  std::map<std::string, WindowSchedule> schedules;
};

} // namespace ddnn

#endif // DDNN_ANALYSIS_SCHEDULECACHE_H
