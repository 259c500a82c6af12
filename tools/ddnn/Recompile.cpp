// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Recompile.h"
#include "CallCompiler.h"
#include "Error.h"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace ddnn::tools;
namespace fs = std::filesystem;
using nlohmann::json;

static json readManifestJson(const fs::path &folder) {
  fs::path path = folder / "manifest.json";
  std::ifstream stream(path);
  if (!stream)
    throw Error("cannot open '" + path.string() + "': " + strerror(errno));
  try {
    return json::parse(stream);
  } catch (const json::exception &error) {
    throw Error(path.string() + ": malformed manifest: " + error.what());
  }
}

Recompilation ddnn::tools::readRecompilation(const std::string &folder) {
  Recompilation how;
  how.folder = fs::canonical(folder).string();
  json manifest = readManifestJson(how.folder);
  std::string model;
  try {
    how.hash = manifest.at("hash").get<std::string>();
    how.command = manifest.at("command").get<std::vector<std::string>>();
    how.directory = manifest.at("directory").get<std::string>();
    model = manifest.at("model").get<std::string>();
  } catch (const json::exception &) {
    throw Error("--write: the manifest of '" + folder +
                    "' does not say how it was compiled",
                {"compile the model again with this version of ddnnc, with the "
                 "thresholds as ddnnc --threshold=EXIT=T"});
  }
  fs::path file = fs::path(how.directory) / model;
  if (!fs::is_regular_file(file))
    throw Error("--write: the model '" + file.string() + "' that '" + folder +
                    "' was compiled from is not there",
                {"put it back, or compile it from where it is with ddnnc "
                 "--threshold=EXIT=T"});
  return how;
}

/// The command without what is given anew: "--name=x", and "--name x".
static std::vector<std::string> without(const std::vector<std::string> &command,
                                        const std::string &name) {
  std::vector<std::string> kept;
  for (size_t i = 0; i < command.size(); ++i) {
    const std::string &word = command[i];
    size_t dashes = word.find_first_not_of('-');
    std::string option = dashes == 1 || dashes == 2 ? word.substr(dashes) : "";
    if (option == name)
      ++i;
    else if (option.compare(0, name.size() + 1, name + "=") != 0)
      kept.push_back(word);
  }
  return kept;
}

/// The compiled thresholds are the ones that were asked for.
static void check(const json &manifest, const Recompilation &how,
                  const ddnn_model &model, const ThresholdSetting &setting,
                  bool sameHash) {
  auto hash = manifest.at("hash").get<std::string>();
  if (sameHash && hash != how.hash)
    throw Error("--write: compiled again, it is another deployment (hash " +
                    hash + ", not " + how.hash +
                    "); the old artifacts are as they were",
                {"the model or the deployment file has changed since"});
  const json &exits = manifest.at("exits");
  for (unsigned i = 0; i < model.exit_count; ++i) {
    if (model.exits[i].is_final)
      continue;
    bool found = false;
    for (const json &exit : exits)
      found |= exit.at("name") == model.exits[i].name &&
               static_cast<float>(exit.at("threshold").get<double>()) ==
                   setting[i].value;
    if (!found)
      throw Error("--write: compiled again, exit '" +
                  std::string(model.exits[i].name) +
                  "' does not have its threshold; the old artifacts are as "
                  "they were");
  }
}

void ddnn::tools::recompile(const Recompilation &how, const ddnn_model &model,
                            const ThresholdSetting &setting,
                            const std::string &criterion,
                            const std::string &program) {
  std::vector<std::string> command = without(how.command, "threshold");
  if (command.empty())
    throw Error("--write: the manifest names no command");
  command[0] = program.empty() ? compilerBesideThisTool() : program;
  if (command[0].find('/') != std::string::npos) // it runs in another folder
    command[0] = fs::absolute(command[0]).string();
  if (!criterion.empty()) {
    command = without(command, "criterion");
    command.push_back("--criterion=" + criterion);
  }
  for (unsigned i = 0; i < model.exit_count; ++i)
    if (!model.exits[i].is_final)
      command.push_back("--threshold=" + std::string(model.exits[i].name) +
                        "=" + setting[i].text);
  // Beside the folder, so that it only has to be renamed.
  fs::path folder = how.folder;
  std::string scratch = "." + folder.filename().string() + ".calibrate-" +
                        std::to_string(getpid());
  fs::path fresh = folder.parent_path() / scratch;
  command.push_back("-o");
  command.push_back(fresh.string());
  struct Remover {
    fs::path path;
    ~Remover() {
      std::error_code code;
      fs::remove_all(path, code);
    }
  } remover{fresh};
  int status = callCompiler(command, how.directory);
  if (status == kNotRunnable)
    throw Error("--write: cannot run '" + command[0] + "' in '" +
                    how.directory + "'",
                {"name the compiler with --ddnnc=PROGRAM"});
  if (status != 0)
    throw Error("--write: '" + command[0] +
                "' failed; the old artifacts are as they were");
  try {
    check(readManifestJson(fresh), how, model, setting, criterion.empty());
  } catch (const json::exception &error) {
    throw Error("--write: malformed manifest: " + std::string(error.what()));
  }
  fs::path old = fresh.string() + ".old";
  std::error_code code, ignored;
  fs::rename(folder, old, code);
  if (!code) {
    fs::rename(fresh, folder, code);
    if (code)
      fs::rename(old, folder, ignored);
  }
  if (code)
    throw Error("--write: cannot replace '" + how.folder +
                "': " + code.message());
  fs::remove_all(old, ignored);
}
