//===- LibrarySizes.h - What a compiled tier takes --------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_DRIVER_LIBRARYSIZES_H
#define DDNN_DRIVER_LIBRARYSIZES_H

#include "ddnn/Target/Artifact.h"

namespace ddnn {

/// Bytes of the sections that are loaded, summed over the objects of the static
/// library `path`. Nothing where that is no archive of ELF objects, or where
/// they hold no machine code (link-time optimisation).
std::optional<LibrarySizes> readLibrarySizes(llvm::StringRef path);

/// Sets `sizes.stack` and `sizes.stackExcludes` from `graph`, the text of what
/// gcc writes with -fcallgraph-info=su: the most that a chain of calls takes.
/// Leaves both where there is no bound: a frame whose size is not known before
/// it runs, a recursion, or text that is no such graph.
void addStackUse(llvm::StringRef graph, LibrarySizes &sizes);

} // namespace ddnn

#endif // DDNN_DRIVER_LIBRARYSIZES_H
