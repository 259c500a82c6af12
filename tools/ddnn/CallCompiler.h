// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ddnnc, called from another tool.
#ifndef DDNN_TOOLS_CALLCOMPILER_H
#define DDNN_TOOLS_CALLCOMPILER_H

#include <string>
#include <vector>

namespace ddnn::tools {

/// The ddnnc in this program's folder; where there is none, that in PATH.
std::string compilerBesideThisTool();

/// Where the command cannot be run.
inline constexpr int kNotRunnable = 127;

/// Runs a command in a folder and waits; its messages go where ours go. Returns
/// its exit status, or kNotRunnable. Throws Error where there is no process.
int callCompiler(const std::vector<std::string> &command,
                 const std::string &directory);

} // namespace ddnn::tools

#endif
