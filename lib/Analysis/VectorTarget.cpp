//===- VectorTarget.cpp - What a CPU's vector unit can do -----------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/VectorTarget.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace ddnn;

static const VectorTarget kScalar{"scalar", 1, 0, "", 1.0};
static const VectorTarget kMicrocontroller{"scalar", 1, 0, "", 1.0, false};
static const VectorTarget kWithoutFloats{"scalar", 1, 0, "", 1.0, false, false};
static const VectorTarget kSSE2{"sse2", 4, 16, "__SSE2__", 1.0};
static const VectorTarget kAVX2{"avx2", 8, 16, "__AVX2__", 0.5};
static const VectorTarget kAVX512{"avx512", 16, 32, "__AVX512BW__", 0.5};
static const VectorTarget kNEON{"neon", 4, 32, "__ARM_NEON", 0.5};

/// AVX-512 on this core; the first one of its maker runs it in two halves.
static VectorTarget getAVX512(llvm::StringRef cpu) {
  VectorTarget target = kAVX512;
  if (cpu == "znver4")
    target.fmaCycles = 1.0;
  return target;
}

/// Masks of words and vectors of bytes, which binarized blocks need, are not
/// part of the first AVX-512.
static bool hasAVX512(const llvm::StringMap<bool> &features) {
  return features.lookup("avx512bw") && features.lookup("avx512dq");
}

VectorTarget ddnn::getVectorTarget(llvm::StringRef cpu) {
  llvm::Triple host(llvm::sys::getProcessTriple());
  if (cpu == "cortex-m0" || cpu == "cortex-m0plus" || cpu == "cortex-m1" ||
      cpu == "cortex-m3")
    return kWithoutFloats;
  if (cpu.starts_with("cortex-m"))
    return kMicrocontroller;
  if (cpu.starts_with("cortex-a") || cpu.starts_with("neoverse") ||
      cpu == "aarch64")
    return kNEON;
  if (cpu.empty() || cpu == "generic" || cpu == "native") {
    if (host.isAArch64())
      return kNEON;
    if (!host.isX86())
      return kScalar;
  }
  if (cpu == "generic")
    return kSSE2;
  if (cpu.empty() || cpu == "native") {
    llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
    bool hasFma = features.lookup("fma");
    if (hasAVX512(features))
      return getAVX512(llvm::sys::getHostCPUName());
    return features.lookup("avx2") && hasFma ? kAVX2 : kSSE2;
  }
  if (llvm::X86::parseArchX86(cpu) == llvm::X86::CK_None)
    return kScalar;
  llvm::SmallVector<llvm::StringRef> named;
  llvm::X86::getFeaturesForCPU(cpu, named);
  // One feature stands for those that it needs.
  llvm::StringMap<bool> features;
  for (llvm::StringRef feature : named) {
    features[feature] = true;
    llvm::X86::updateImpliedFeatures(feature, true, features);
  }
  if (hasAVX512(features))
    return getAVX512(cpu);
  return features.lookup("avx2") && features.lookup("fma") ? kAVX2 : kSSE2;
}

bool ddnn::runsOnHost(llvm::StringRef cpu) {
  llvm::Triple host(llvm::sys::getProcessTriple());
  if (cpu.empty() || cpu == "native" || cpu == "generic")
    return true;
  if (host.isAArch64())
    return cpu == "aarch64" || cpu == llvm::sys::getHostCPUName();
  if (!host.isX86() || llvm::X86::parseArchX86(cpu) == llvm::X86::CK_None)
    return false;
  llvm::SmallVector<llvm::StringRef> needed;
  llvm::X86::getFeaturesForCPU(cpu, needed);
  // The host names fewer: those that all x86-64 have are not among them.
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  return llvm::none_of(needed, [&](llvm::StringRef feature) {
    auto found = features.find(feature);
    return found != features.end() && !found->second;
  });
}
