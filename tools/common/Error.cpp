// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Error.h"

#include <CLI/CLI.hpp>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace ddnn::tools;

static int fail(const std::string &tool, const std::string &message,
                const std::vector<std::string> &notes) {
  fflush(stdout);
  fprintf(stderr, "%s: error: %s\n", tool.c_str(), message.c_str());
  for (const std::string &note : notes)
    fprintf(stderr, "%s: note: %s\n", tool.c_str(), note.c_str());
  return 1;
}

int ddnn::tools::runTool(CLI::App &app, int argc, char **argv,
                         const std::function<int()> &body) {
  const std::string tool = app.get_name();
  try {
    app.parse(argc, argv);
    int status = body();
    if (fflush(stdout) != 0 || ferror(stdout))
      return fail(tool, "cannot write to standard output", {});
    return status;
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0)
      return app.exit(error); // prints help or version
    return fail(tool, error.what(), {"see " + tool + " --help"});
  } catch (const Error &error) {
    return fail(tool, error.what(), error.notes);
  } catch (const std::bad_alloc &) {
    return fail(tool, "out of memory", {});
  } catch (const std::exception &error) {
    return fail(tool, error.what(), {});
  }
}

std::string ddnn::tools::quotedList(const std::vector<std::string> &names) {
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "'" : ", '") + name + "'";
  return text.empty() ? "none" : text;
}

uint64_t ddnn::tools::parseInteger(const std::string &text,
                                   const std::string &what, uint64_t least,
                                   uint64_t most) {
  uint64_t value = 0;
  auto [end, code] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() ||
      value < least || value > most)
    throw Error(what + ": '" + text + "' is not a whole number from " +
                std::to_string(least) + " to " + std::to_string(most));
  return value;
}

float ddnn::tools::parseFloat(const std::string &text,
                              const std::string &what) {
  char *end = nullptr;
  float value = strtof(text.c_str(), &end);
  if (text.empty() || *end || !std::isfinite(value))
    throw Error(what + ": '" + text + "' is not a number");
  return value;
}

std::pair<std::string, std::string>
ddnn::tools::splitAssignment(const std::string &text, const std::string &what) {
  // Names of ONNX values may hold '=' no more than paths must not: the first
  // one ends the name.
  size_t at = text.find('=');
  if (at == std::string::npos || at == 0)
    throw Error(what + ": expected NAME=..., got '" + text + "'");
  return {text.substr(0, at), text.substr(at + 1)};
}
