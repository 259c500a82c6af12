// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes thresholds an artifact's own: calls ddnnc as it was called before, with
// these thresholds.
#ifndef DDNN_TOOLS_RECOMPILE_H
#define DDNN_TOOLS_RECOMPILE_H

#include "Thresholds.h"

#include <string>

namespace ddnn::tools {

/// How a folder was compiled.
struct Recompilation {
  std::string folder; ///< absolute
  std::string hash;   ///< of the deployment
  std::string directory;
  std::vector<std::string> command;
};

/// Reads manifest.json. Throws Error where it does not say how the folder came
/// about, and where the model is no longer there.
Recompilation readRecompilation(const std::string &folder);

/// Compiles beside the folder, checks what came out, and puts it in the
/// folder's place. `criterion`: of all exits; empty: as before. `program`:
/// ddnnc; empty: the one beside this tool, or the one in PATH. Throws Error;
/// then the folder is as it was.
void recompile(const Recompilation &how, const ddnn_model &model,
               const ThresholdSetting &setting, const std::string &criterion,
               const std::string &program);

} // namespace ddnn::tools

#endif
