//===- SourceWriter.h - Parts of a tier's C files ---------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_TARGET_C_SOURCEWRITER_H
#define DDNN_TARGET_C_SOURCEWRITER_H

#include "ddnn/Target/Artifact.h"
#include "llvm/Support/raw_ostream.h"

namespace ddnn {

/// One memory that a tier's functions take: the arena, or its part in a pool.
struct Arena {
  std::string parameter; ///< "arena", "arena_fast"
  std::string macro;     ///< "DIGITS_DEVICE_ARENA_FAST_SIZE"
  std::string pool;      ///< "fast"; "arena" where there are no pools
  int64_t bytes;
};

/// Everything that the writers of one tier's files read.
struct TierContext {
  DescriptorOp descriptor;
  TierInfoAttr info;
  TierOp tier;
  unsigned index; ///< of the place
  TierNames names;

  /// Number of the tier.
  int64_t getTier() const {
    PlaceInfoAttr place = info.getPlace();
    return place ? place.getPlace().getTier() : index;
  }

  /// The tensors that a step's typed arguments point to, in order. Weights and
  /// arena are left out.
  llvm::SmallVector<MemoryAttr> getStepArguments(unsigned step);
  /// Those of all steps: first the inputs, then the outputs.
  llvm::SmallVector<MemoryAttr> getRunArguments();
  TensorInfoAttr getTensor(MemoryAttr memory);
  /// In the order of the pools, which is that of the parameters.
  llvm::SmallVector<Arena> getArenas();
  /// "const float *" and "in_image". Names are unique in the tier.
  std::string spellParameterType(MemoryAttr memory);
  std::string spellParameterName(MemoryAttr memory);
  /// "(const void *weights, void *arena, const float *in_image)", each tensor
  /// after `separator`.
  std::string spellParameters(llvm::ArrayRef<MemoryAttr> arguments,
                              llvm::StringRef separator);
};

/// `text` as the contents of a C string literal.
std::string escapeC(llvm::StringRef text);
/// C type of a tensor's elements in memory.
llvm::StringRef spellElement(TensorInfoAttr tensor);

void writeHeader(TierContext &context, llvm::raw_ostream &os);
/// Fails where an operation has no C form.
llvm::LogicalResult writeSource(TierContext &context, llvm::raw_ostream &os);
/// What the kernels in `code` need before them: checks of compiler and CPU,
/// helpers, vector types.
void writePrologue(TierContext &context, llvm::StringRef code,
                   llvm::raw_ostream &os);
/// The descriptor's tables and functions, the last part of the source.
void writeDescriptor(TierContext &context, llvm::raw_ostream &os);
/// The symbol that a shared library exports.
void writePlugin(TierContext &context, llvm::raw_ostream &os);
/// The tier's constants as bytes, little-endian.
std::string packWeights(TierOp tier);
/// C that brings the weights in, and their bytes as an initialiser.
void writeWeights(TierContext &context, llvm::raw_ostream &os);
void writeWeightsInitializer(llvm::StringRef bytes, llvm::raw_ostream &os);
/// Flags of the C compiler as a response file.
void writeFlags(llvm::ArrayRef<std::string> cflags, llvm::raw_ostream &os);
void writeCMake(TierContext &context, llvm::ArrayRef<std::string> cflags,
                llvm::raw_ostream &os);

} // namespace ddnn

#endif // DDNN_TARGET_C_SOURCEWRITER_H
