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

/// Runs a command in a folder and waits; its messages go where ours go. False
/// if it failed. Throws Error where it cannot be run.
bool callCompiler(const std::vector<std::string> &command,
                  const std::string &directory);

} // namespace ddnn::tools

#endif
