//===- no_poison.h - LLVM's headers without manual poisoning ----*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Included before everything else in the fuzzer. LLVM's bump allocator poisons
// slabs where it is compiled with ASan, and lays them out differently; the
// shared libraries are compiled without, and both sides use the same
// allocators.
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_FUZZ_NO_POISON_H
#define DDNN_FUZZ_NO_POISON_H

#ifdef __cplusplus
#include "llvm/Support/Compiler.h"
#undef LLVM_ADDRESS_SANITIZER_BUILD
#define LLVM_ADDRESS_SANITIZER_BUILD 0
#define __asan_poison_memory_region(p, size)
#define __asan_unpoison_memory_region(p, size)
#endif

#endif // DDNN_FUZZ_NO_POISON_H
