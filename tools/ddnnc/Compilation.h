//===- Compilation.h - One run of the compiler ------------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_TOOLS_DDNNC_COMPILATION_H
#define DDNN_TOOLS_DDNNC_COMPILATION_H

#include "ddnn/Analysis/ScheduleCache.h"
#include "ddnn/Deployment/Deployment.h"
#include <string>
#include <vector>

namespace ddnn {

/// Where a compilation stops; docs/README.md describes what each stage holds.
enum class Stage { graph, blocks, tiers, schedule, flat, emitc, source, lib };

/// A window whose schedule may be measured.
struct ProbedWindow {
  unsigned tier;                  ///< of the deployment
  std::vector<std::string> nodes; ///< ONNX nodes of its layer
  int64_t flops;                  ///< of its layer
  std::string key;                ///< what describeWindow says
  std::vector<WindowSchedule> candidates;
};

/// What a compilation tells of itself at stage schedule.
struct ScheduleProbe {
  std::vector<TierSpec> tiers;
  std::vector<ProbedWindow> windows; ///< by tier, in the order they run
};

/// The command line.
struct CompilationOptions {
  std::vector<std::string> command; ///< words, as the report quotes them
  std::string input, output;
  std::string name; ///< of the C library; empty: the file's, without ending
  std::vector<std::string> dims; ///< --dim=NAME=SIZE
  DeploymentOptions deployment;
  Stage stage = Stage::lib;
  std::string winograd = "auto"; ///< auto, off, f2, f4
  std::string tile;              ///< PIXELSxVECTORS; empty: the table's
  bool autotune = false;         ///< measure what the cache does not have
  std::string scheduleCache;     ///< file; empty: none, or the usual one
  bool f16 = false, listCuts = false, verbose = false;

  // For Autotune.cpp, which compiles several times.
  const ScheduleCache *schedules = nullptr; ///< measured ones to take
  ScheduleProbe *probe = nullptr;           ///< to fill in
  bool isTrial = false;                     ///< say nothing of what succeeds
  bool mayFail = false;                     ///< nor of what fails
};

/// Compiles; false after an error, which has been printed.
bool compile(const CompilationOptions &options);

} // namespace ddnn

#endif // DDNN_TOOLS_DDNNC_COMPILATION_H
