//===- RuntimeHeader.cpp - The runtime's header that artifacts carry ------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Target/Artifact.h"

using namespace ddnn;

OutputFile ddnn::emitRuntimeHeader() {
  static const char text[] =
#include "ModelHeader.inc"
      ;
  return {"include/ddnn/model.h", text};
}
