//===- Json.cpp - JSON from outside ---------------------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Support/Json.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;

static constexpr int kDeepest = 64;

/// How deep lists and objects are nested, strings left out.
static int getDepth(StringRef text) {
  int depth = 0, deepest = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (inString) {
      i += c == '\\'; // whatever is escaped ends no string
      inString = c != '"';
    } else if (c == '"') {
      inString = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return deepest;
}

Expected<json::Value> ddnn::parseJson(StringRef text) {
  if (getDepth(text) > kDeepest)
    return createStringError("the JSON is nested too deeply");
  Expected<json::Value> value = json::parse(text);
  if (!value)
    return createStringError("no JSON: " + toString(value.takeError()));
  return value;
}

Expected<std::string> ddnn::readTextFile(StringRef path) {
  // A device may have no end.
  if (sys::fs::exists(path) && !sys::fs::is_regular_file(path))
    return createStringError("cannot be read: not a regular file");
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return createStringError("cannot be read: " + buffer.getError().message());
  return (*buffer)->getBuffer().str();
}
