//===- Autotune.h - Schedules chosen by measuring ---------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one place where ddnnc runs what it compiled.
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_TOOLS_DDNNC_AUTOTUNE_H
#define DDNN_TOOLS_DDNNC_AUTOTUNE_H

#include "Compilation.h"

namespace ddnn {

/// Schedules that are tried for a window, at most: each costs a compilation.
inline constexpr unsigned kCandidates = 12;

/// Reads the cache that `options` name into `cache`. With --autotune, measures
/// what it does not have for this network, each candidate for all windows at
/// once, and writes it back. False after an error, which has been printed.
bool prepareSchedules(const CompilationOptions &options, ScheduleCache &cache);

} // namespace ddnn

#endif // DDNN_TOOLS_DDNNC_AUTOTUNE_H
