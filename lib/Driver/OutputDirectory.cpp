//===- OutputDirectory.cpp - All files or none ----------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Driver/OutputDirectory.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace ddnn;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

static llvm::Error makeError(const llvm::Twine &what, std::error_code code) {
  return llvm::createStringError(code, what + ": " + code.message());
}

/// True where `directory` holds an earlier output of ddnnc and, beside it,
/// nothing of anybody else's.
static bool isEarlierOutput(const llvm::Twine &directory) {
  auto buffer = llvm::MemoryBuffer::getFile(directory + "/manifest.json");
  if (!buffer)
    return false;
  llvm::Expected<llvm::json::Value> parsed =
      llvm::json::parse((*buffer)->getBuffer());
  if (!parsed) {
    llvm::consumeError(parsed.takeError());
    return false;
  }
  const llvm::json::Object *manifest = parsed->getAsObject();
  const llvm::json::Array *tiers =
      manifest ? manifest->getArray("tiers") : nullptr;
  if (!tiers || !manifest->getInteger("format") || !manifest->getString("hash"))
    return false;
  llvm::StringSet<> ours = {"manifest.json", "report.txt", "report.json",
                            "include"};
  for (const llvm::json::Value &tier : *tiers)
    if (const llvm::json::Object *object = tier.getAsObject())
      ours.insert(object->getString("directory").value_or(""));
  std::error_code code;
  for (fs::directory_iterator entry(directory, code), end;
       !code && entry != end; entry.increment(code))
    if (!ours.contains(path::filename(entry->path())))
      return false;
  return !code;
}

llvm::Expected<std::unique_ptr<OutputDirectory>>
OutputDirectory::create(llvm::StringRef given) {
  llvm::SmallString<128> full = given;
  if (std::error_code code = fs::make_absolute(full))
    return makeError(given, code);
  path::remove_dots(full, /*remove_dot_dot=*/true);
  while (full.size() > 1 && path::is_separator(full.back()))
    full.pop_back();

  if (fs::exists(full)) {
    // What a link points to is replaced, not the link.
    llvm::SmallString<128> real, current;
    if (!fs::real_path(full, real))
      full = real;
    if (!fs::current_path(current) &&
        llvm::StringRef(current).starts_with(full))
      return llvm::createStringError(
          "'" + given +
          "' is the current folder, which would be replaced; "
          "name a folder in it");
    if (!fs::is_directory(full))
      return llvm::createStringError("'" + given + "' is a file, not a folder");
    std::error_code code;
    bool isEmpty =
        fs::directory_iterator(full, code) == fs::directory_iterator();
    if (!isEmpty && !isEarlierOutput(full))
      return llvm::createStringError(
          "'" + given +
          "' holds files that are not ddnnc's; name another folder or empty "
          "it");
  }
  llvm::StringRef parent = path::parent_path(full);
  if (std::error_code code =
          fs::create_directories(parent, true, fs::perms::all_all))
    return makeError("cannot create '" + parent + "'", code);
  std::unique_ptr<OutputDirectory> directory(new OutputDirectory());
  directory->path = full.str().str();
  directory->staging = (parent + "/." + path::filename(full) + ".ddnnc-" +
                        llvm::Twine(llvm::sys::Process::getProcessId()))
                           .str();
  if (std::error_code code =
          fs::create_directory(directory->staging, false, fs::perms::all_all)) {
    std::string staging = std::exchange(directory->staging, "");
    return makeError("cannot create '" + staging + "'", code);
  }
  return directory;
}

OutputDirectory::~OutputDirectory() {
  if (!staging.empty())
    fs::remove_directories(staging);
}

llvm::Error OutputDirectory::write(const OutputFile &file) {
  std::string full = staging + "/" + file.path;
  llvm::StringRef parent = path::parent_path(full);
  if (std::error_code code =
          fs::create_directories(parent, true, fs::perms::all_all))
    return makeError("cannot create '" + parent + "'", code);
  std::error_code code;
  llvm::raw_fd_ostream os(full, code);
  if (code)
    return makeError("cannot write '" + file.path + "'", code);
  os << file.contents;
  os.close();
  if (!os.has_error())
    return llvm::Error::success();
  code = os.error();
  os.clear_error();
  return makeError("cannot write '" + file.path + "'", code);
}

llvm::Error OutputDirectory::commit() {
  std::string old;
  if (fs::exists(path)) {
    old = staging + ".old";
    if (std::error_code code = fs::rename(path, old))
      return makeError("cannot replace '" + path + "'", code);
  }
  if (std::error_code code = fs::rename(staging, path)) {
    if (!old.empty())
      (void)fs::rename(old, path);
    return makeError("cannot create '" + path + "'", code);
  }
  staging.clear();
  if (!old.empty())
    fs::remove_directories(old);
  return llvm::Error::success();
}
