//===- LibrarySizes.cpp - What a compiled tier takes ----------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Driver/LibrarySizes.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ELFObjectFile.h"

using namespace ddnn;
namespace object = llvm::object;
namespace ELF = llvm::ELF;

static void addSections(const object::ELFObjectFileBase &file,
                        LibrarySizes &sizes) {
  for (object::ELFSectionRef section : file.sections()) {
    uint64_t flags = section.getFlags();
    if (!(flags & ELF::SHF_ALLOC))
      continue;
    int64_t &sum = section.getType() == ELF::SHT_NOBITS ? sizes.bss
                   : flags & ELF::SHF_EXECINSTR         ? sizes.text
                   : flags & ELF::SHF_WRITE             ? sizes.data
                                                        : sizes.rodata;
    sum += section.getSize();
  }
}

/// The sizes, or why they cannot be had.
static llvm::Expected<LibrarySizes> readSections(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return llvm::errorCodeToError(buffer.getError());
  auto archive = object::Archive::create(**buffer);
  if (!archive)
    return archive.takeError();
  LibrarySizes sizes;
  llvm::Error error = llvm::Error::success();
  for (const object::Archive::Child &child : (*archive)->children(error)) {
    auto binary = child.getAsBinary();
    if (!binary)
      return llvm::joinErrors(std::move(error), binary.takeError());
    auto *file = llvm::dyn_cast<object::ELFObjectFileBase>(binary->get());
    if (!file)
      return llvm::joinErrors(std::move(error),
                              llvm::createStringError("not ELF"));
    addSections(*file, sizes);
  }
  if (error)
    return std::move(error);
  return sizes;
}

std::optional<LibrarySizes> ddnn::readLibrarySizes(llvm::StringRef path) {
  auto sizes = readSections(path);
  if (!sizes) {
    // The library is as good; only the report says less.
    llvm::consumeError(sizes.takeError());
    return std::nullopt;
  }
  if (sizes->text == 0)
    return std::nullopt;
  return *sizes;
}

namespace {

/// One function of the call graph.
struct Function {
  std::optional<int64_t> frame; ///< bytes; none for one from elsewhere
  std::vector<llvm::StringRef> callees;
  enum { fresh, open, done } state = fresh;
  int64_t deepest = 0; ///< bytes from here on, once done
};

class CallGraph {
public:
  /// False where `text` has a line that is not understood, or a frame without
  /// a bound.
  bool parse(llvm::StringRef text);
  /// The most bytes that a chain of calls takes; none with a recursion.
  std::optional<int64_t> getDeepest();
  std::vector<std::string> getForeign() const;

private:
  bool visit(Function &function);

  llvm::StringMap<Function> functions;
};

} // namespace

/// The text between quotes after `key` in a line of the graph; empty if none.
static llvm::StringRef getField(llvm::StringRef line, llvm::StringRef key) {
  llvm::StringRef rest = line.split((key + ": \"").str()).second;
  return rest.take_until([](char c) { return c == '"'; });
}

bool CallGraph::parse(llvm::StringRef text) {
  llvm::SmallVector<llvm::StringRef> lines;
  text.split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef line : lines) {
    if (line.starts_with("edge:")) {
      llvm::StringRef callee = getField(line, "targetname");
      functions[callee];
      functions[getField(line, "sourcename")].callees.push_back(callee);
      continue;
    }
    if (!line.starts_with("node:") || line.contains("shape : ellipse"))
      continue;
    // NAME\nPLACE\nBYTES bytes (KIND), with \n spelled out.
    llvm::StringRef use = getField(line, "label").rsplit("\\n").second;
    int64_t bytes = 0;
    if (use.consumeInteger(10, bytes) ||
        (use != " bytes (static)" && use != " bytes (dynamic,bounded)"))
      return false;
    functions[getField(line, "title")].frame = bytes;
  }
  return llvm::any_of(functions, [](auto &f) { return f.second.frame; });
}

bool CallGraph::visit(Function &function) {
  if (function.state == Function::done)
    return true;
  if (function.state == Function::open)
    return false; // it calls itself
  function.state = Function::open;
  for (llvm::StringRef name : function.callees) {
    Function &callee = functions[name];
    if (!visit(callee))
      return false;
    function.deepest = std::max(function.deepest, callee.deepest);
  }
  function.deepest += function.frame.value_or(0);
  function.state = Function::done;
  return true;
}

std::optional<int64_t> CallGraph::getDeepest() {
  int64_t deepest = 0;
  for (auto &entry : functions) {
    if (!visit(entry.second))
      return std::nullopt;
    deepest = std::max(deepest, entry.second.deepest);
  }
  return deepest;
}

std::vector<std::string> CallGraph::getForeign() const {
  std::vector<std::string> names;
  for (auto &entry : functions)
    if (!entry.second.frame)
      // Generated code calls by address in one place only.
      names.push_back(entry.first() == "__indirect_call" ? "a layer hook"
                                                         : entry.first().str());
  llvm::sort(names);
  return names;
}

void ddnn::addStackUse(llvm::StringRef graph, LibrarySizes &sizes) {
  CallGraph calls;
  if (!calls.parse(graph))
    return;
  sizes.stack = calls.getDeepest();
  if (sizes.stack)
    sizes.stackExcludes = calls.getForeign();
}
