//===- CCompiler.cpp - Builds a tier's libraries --------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Driver/CCompiler.h"
#include "ddnn/Analysis/VectorTarget.h"
#include "ddnn/Driver/LibrarySizes.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <unistd.h>

using namespace ddnn;
namespace fs = llvm::sys::fs;

/// Flags of the microcontrollers that Debian's arm-none-eabi-gcc knows: the
/// core, and the floating-point unit that the usual parts with it have.
static llvm::StringRef getCortexMFlags(llvm::StringRef cpu) {
  return llvm::StringSwitch<llvm::StringRef>(cpu)
      .Cases({"cortex-m0", "cortex-m0plus", "cortex-m1", "cortex-m3"},
             "-mfloat-abi=soft")
      .Case("cortex-m4", "-mfpu=fpv4-sp-d16 -mfloat-abi=hard")
      .Case("cortex-m7", "-mfpu=fpv5-d16 -mfloat-abi=hard")
      .Case("cortex-m33", "-mfpu=fpv5-sp-d16 -mfloat-abi=hard")
      .Default("");
}

static void addWords(std::vector<std::string> &flags, llvm::StringRef words) {
  llvm::SmallVector<llvm::StringRef> parts;
  words.split(parts, ' ', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef part : parts)
    flags.push_back(part.str());
}

CCompiler CCompiler::forTarget(llvm::StringRef cpu, llvm::StringRef cc,
                               llvm::StringRef cflags, bool usesThreads) {
  CCompiler compiler;
  compiler.flags = {"-std=c11", "-O3"};
  std::string usual = "cc";
  if (cpu.starts_with("cortex-m")) {
    usual = "arm-none-eabi-gcc";
    compiler.isHosted = false;
    // Size matters more than the last cycle where flash is counted.
    compiler.flags = {"-std=c11",
                      "-O2",
                      "-mcpu=" + cpu.str(),
                      "-mthumb",
                      "-ffunction-sections",
                      "-fdata-sections"};
    addWords(compiler.flags, getCortexMFlags(cpu));
  } else if (cpu.starts_with("cortex-a") || cpu.starts_with("neoverse") ||
             cpu == "aarch64") {
    usual = "aarch64-linux-gnu-gcc";
    if (cpu != "aarch64")
      compiler.flags.push_back("-mcpu=" + cpu.str());
  } else if (cpu.empty() || cpu == "native") {
    compiler.flags.push_back("-march=native");
    // A compiler older than the processor tunes for one that it knows, which
    // may have no 512-bit registers: gcc then loads one vector many times.
    if (getVectorTarget(cpu).isa == "avx512")
      for (llvm::StringRef flag :
           {"-mtune=icelake-server", "-mprefer-vector-width=512"})
        compiler.flags.push_back(flag.str());
  } else if (cpu != "generic") {
    compiler.flags.push_back("-march=" + cpu.str());
  }
  compiler.program = cc.empty() ? usual : cc.str();
  if (compiler.isHosted)
    compiler.flags.push_back("-fPIC");
  compiler.usesThreads = usesThreads;
  if (usesThreads) {
    compiler.flags.push_back("-fopenmp");
    // Who unloads the library must not pull the code from under its threads.
    compiler.linkFlags = {"-fopenmp", "-Wl,-z,nodelete"};
  }
  llvm::StringRef program = compiler.program;
  compiler.archiver =
      program.ends_with("-gcc") ? (program.drop_back(3) + "ar").str() : "ar";
  addWords(compiler.flags, cflags);
  return compiler;
}

/// Runs `words` and fails with what it printed.
static llvm::Error run(llvm::ArrayRef<std::string> words, bool verbose) {
  if (verbose)
    llvm::errs() << llvm::join(words, " ") << "\n";
  llvm::ErrorOr<std::string> program =
      llvm::sys::findProgramByName(words.front());
  if (!program)
    return llvm::createStringError(
        "cannot find '" + words.front() +
        "': install it, name another with --cc, or stop at the sources with "
        "--emit=source");
  llvm::SmallString<128> log;
  if (std::error_code code = fs::createTemporaryFile("ddnnc", "log", log))
    return llvm::createStringError(code, "cannot create a temporary file");
  auto remove = llvm::make_scope_exit([&] { fs::remove(log); });
  std::optional<llvm::StringRef> redirects[] = {llvm::StringRef(""), log.str(),
                                                log.str()};
  llvm::SmallVector<llvm::StringRef> args(words.begin(), words.end());
  // Where ccache stands in for the compiler, a hit would bring the object
  // without the call graph, and the report would depend on what ran before.
  llvm::SmallVector<llvm::StringRef> variables;
  for (char **variable = environ; *variable; ++variable)
    variables.push_back(*variable);
  variables.push_back("CCACHE_DISABLE=1");
  std::string message;
  int status = llvm::sys::ExecuteAndWait(*program, args, variables, redirects,
                                         0, 0, &message);
  if (status == 0)
    return llvm::Error::success();
  std::string output;
  if (auto buffer = llvm::MemoryBuffer::getFile(log))
    output = (*buffer)->getBuffer().str();
  return llvm::createStringError("'" + llvm::join(words, " ") + "' failed" +
                                 (message.empty() ? "" : ": " + message) +
                                 "\n" + output);
}

/// gcc writes PREFIX.ci next to PREFIX.o: who calls whom, with frame sizes.
static constexpr llvm::StringLiteral kCallGraph = "-fcallgraph-info=su";

/// Whether `program` knows kCallGraph; clang does not.
static bool writesCallGraph(const std::string &program) {
  std::vector<std::string> words = {program, kCallGraph.str(), "-E", "-x",
                                    "c",     "/dev/null"};
  if (llvm::Error error = run(words, /*verbose=*/false)) {
    llvm::consumeError(std::move(error));
    return false;
  }
  return true;
}

llvm::Expected<BuiltTier> CCompiler::build(llvm::StringRef directory,
                                           llvm::StringRef prefix,
                                           bool verbose) const {
  // Relative names only: objects then do not depend on where they were made.
  llvm::SmallString<128> before;
  if (std::error_code code = fs::current_path(before))
    return llvm::createStringError(code, "cannot find the current folder");
  if (std::error_code code = fs::set_current_path(directory))
    return llvm::createStringError(code, "cannot enter '" + directory + "'");
  auto leave =
      llvm::make_scope_exit([&] { (void)fs::set_current_path(before); });

  std::string base = prefix.str();
  auto compile = [&](const std::string &stem,
                     std::vector<std::string> extra) -> llvm::Error {
    std::vector<std::string> words = {program};
    words.insert(words.end(), flags.begin(), flags.end());
    words.insert(words.end(), extra.begin(), extra.end());
    for (const char *word : {"-I../include", "-c"})
      words.push_back(word);
    words.insert(words.end(), {stem + ".c", "-o", stem + ".o"});
    return run(words, verbose);
  };
  // Profilers look into what they can load; elsewhere the hook is nothing.
  std::vector<std::string> hook;
  if (isHosted)
    hook.push_back("-DDDNN_LAYER_HOOK");
  std::vector<std::string> extra = hook;
  if (!usesThreads && writesCallGraph(program))
    extra.push_back(kCallGraph.str());
  if (llvm::Error error = compile(base, extra))
    return error;
  if (llvm::Error error =
          compile(base + "_weights", {"-DDDNN_WEIGHTS_INCBIN", "-Wa,-I."}))
    return error;
  if (llvm::Error error = run({archiver, "rcsD", "lib" + base + ".a",
                               base + ".o", base + "_weights.o"},
                              verbose))
    return error;
  BuiltTier built;
  built.hasSharedLibrary = isHosted;
  built.sizes = readLibrarySizes("lib" + base + ".a");
  if (auto graph = llvm::MemoryBuffer::getFile(base + ".ci"))
    if (built.sizes)
      addStackUse((*graph)->getBuffer(), *built.sizes);
  fs::remove(base + ".ci");
  if (isHosted) {
    if (llvm::Error error = compile(base + "_plugin", hook))
      return error;
    std::vector<std::string> link = {program,
                                     "-shared",
                                     "-o",
                                     "lib" + base + ".so",
                                     base + ".o",
                                     base + "_weights.o",
                                     base + "_plugin.o",
                                     "-lm"};
    link.insert(link.end(), linkFlags.begin(), linkFlags.end());
    if (llvm::Error error = run(link, verbose))
      return error;
  }
  for (const char *part : {"", "_weights", "_plugin"})
    fs::remove(base + part + ".o");
  return built;
}
