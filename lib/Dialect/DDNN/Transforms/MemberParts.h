//===- MemberParts.h - What the members of a tier may share out -*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_LIB_DIALECT_DDNN_TRANSFORMS_MEMBERPARTS_H
#define DDNN_LIB_DIALECT_DDNN_TRANSFORMS_MEMBERPARTS_H

#include "ddnn/Analysis/Graph.h"
#include "ddnn/Dialect/DDNN/IR/DDNN.h"
#include <optional>

namespace ddnn {

/// Number of the first input of the network that each value depends on;
/// constants have none.
llvm::DenseMap<mlir::Value, unsigned> getFirstInputs(mlir::func::FuncOp func);

/// A tier's work in parts that nothing connects. Members do not hear from each
/// other, so each gets whole parts.
class MemberParts {
public:
  /// A value that comes to the tier; a part until something connects it.
  /// `firstInput` gives the parts their order.
  void addValue(mlir::Value value, unsigned firstInput);
  /// An operation of the tier: connects the values that it uses, as far as they
  /// are known here, and its results.
  void addOperation(mlir::Operation *op);
  /// Adds operations in their order, and what they use and `enters` says comes
  /// to the tier. One that leaves fewer parts than `members` joins them, and
  /// stays out with all that follows from it, but where `isForced`. Returns
  /// those that are added.
  OperationSet
  addUnjoined(llvm::ArrayRef<mlir::Operation *> ops, unsigned members,
              const llvm::DenseMap<mlir::Value, unsigned> &inputs,
              llvm::function_ref<bool(mlir::Value)> enters,
              llvm::function_ref<bool(mlir::Operation *)> isForced);
  /// The part of this value belongs to that member.
  void setMember(mlir::Value value, unsigned member);

  /// Parts as they are connected now.
  unsigned getCount() const { return count; }
  /// An operation joined parts of two named members: no tier can run it.
  bool isContradictory() const { return contradiction; }

  /// Deals the parts out to `members`, evenly and in order; false where they
  /// are too few.
  bool deal(unsigned members);
  /// Who has the value, once dealt out; nothing for an unknown value.
  std::optional<unsigned> getMember(mlir::Value value) const;

private:
  struct Part {
    unsigned parent, firstInput;
    std::optional<unsigned> member;
  };
  unsigned find(unsigned part) const;
  unsigned connect(unsigned a, unsigned b);

  llvm::DenseMap<mlir::Value, unsigned> partOf;
  llvm::SmallVector<Part> parts;
  unsigned count = 0;
  bool contradiction = false;
};

} // namespace ddnn

#endif // DDNN_LIB_DIALECT_DDNN_TRANSFORMS_MEMBERPARTS_H
