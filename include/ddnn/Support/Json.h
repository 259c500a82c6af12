//===- Json.h - JSON from outside -------------------------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_SUPPORT_JSON_H
#define DDNN_SUPPORT_JSON_H

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <string>

namespace ddnn {

/// LLVM's parser for text that nobody has checked: what is nested deeper than
/// 64 levels is refused, because it would take as much of the stack.
llvm::Expected<llvm::json::Value> parseJson(llvm::StringRef text);

/// A whole file; the error does not name it.
llvm::Expected<std::string> readTextFile(llvm::StringRef path);

} // namespace ddnn

#endif // DDNN_SUPPORT_JSON_H
