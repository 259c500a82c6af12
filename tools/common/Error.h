// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the tools report what is wrong: "ddnn: error: what" and notes under it.
#ifndef DDNN_TOOLS_ERROR_H
#define DDNN_TOOLS_ERROR_H

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace ddnn::tools {

/// Ends the tool with exit status 1. Notes are printed under the message.
class Error : public std::runtime_error {
public:
  explicit Error(const std::string &message,
                 std::vector<std::string> notes = {})
      : std::runtime_error(message), notes(std::move(notes)) {}

  const std::vector<std::string> notes;
};

/// Parses the command line and runs `body`, whose value is the exit status.
/// Help and version end with 0; a wrong command line and an Error with 1.
int runTool(CLI::App &app, int argc, char **argv,
            const std::function<int()> &body);

/// "a, b, c", each in single quotes; "none" for an empty list.
std::string quotedList(const std::vector<std::string> &names);

/// A whole number in [least, most] from all of text, or an Error that begins
/// with `what`.
uint64_t parseInteger(const std::string &text, const std::string &what,
                      uint64_t least, uint64_t most);

/// A finite number from all of text, or an Error that begins with `what`.
float parseFloat(const std::string &text, const std::string &what);

/// "NAME=REST" in its two parts; an Error that begins with `what` where there
/// is no name.
std::pair<std::string, std::string> splitAssignment(const std::string &text,
                                                    const std::string &what);

} // namespace ddnn::tools

#endif
