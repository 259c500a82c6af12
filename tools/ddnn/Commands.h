// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The subcommands of ddnn. Each adds its options and sets `chosen` to what is
// to be done when the command line asks for it.
#ifndef DDNN_TOOLS_COMMANDS_H
#define DDNN_TOOLS_COMMANDS_H

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace ddnn::tools {

void addRunCommand(CLI::App &app, std::function<int()> &chosen);
void addEvalCommand(CLI::App &app, std::function<int()> &chosen);
void addCalibrateCommand(CLI::App &app, std::function<int()> &chosen);
void addCtlCommand(CLI::App &app, std::function<int()> &chosen);

/// --images, --labels and --scale of the commands that judge answers.
void addDataOptions(CLI::App &command, std::vector<std::string> &images,
                    std::string &labels, std::string &scale);

} // namespace ddnn::tools

#endif
