// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "CallCompiler.h"
#include "Error.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/wait.h>
#include <unistd.h>

using namespace ddnn::tools;
namespace fs = std::filesystem;

std::string ddnn::tools::compilerBesideThisTool() {
  std::error_code code;
  fs::path self = fs::read_symlink("/proc/self/exe", code);
  fs::path program = self.parent_path() / "ddnnc";
  return !code && fs::is_regular_file(program, code) ? program.string()
                                                     : "ddnnc";
}

int ddnn::tools::callCompiler(const std::vector<std::string> &command,
                              const std::string &directory) {
  std::vector<char *> words;
  for (const std::string &word : command)
    words.push_back(const_cast<char *>(word.c_str()));
  words.push_back(nullptr);
  pid_t child = fork();
  if (child == 0) {
    if (chdir(directory.c_str()) == 0)
      execvp(words[0], words.data());
    _exit(kNotRunnable);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child)
    throw Error(std::string("cannot start a process: ") + strerror(errno));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
