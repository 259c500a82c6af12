//===- Signs.h - What is a sign, however it is spelled ----------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_FRONTEND_SIGNS_H
#define DDNN_FRONTEND_SIGNS_H

#include "Node.h"

namespace ddnn::frontend {

/// A product of +-1, or of what they were scaled to before, and of factors
/// along one axis.
bool isScaledSigns(llvm::ArrayRef<Operand> operands,
                   llvm::ArrayRef<int64_t> shape);

/// The function of the sign that `op` makes of one, if all but one operand are
/// scalar constants and that one is a function of the sign, or begins one.
std::optional<SignFunction> propagateSign(llvm::ArrayRef<Operand> operands,
                                          llvm::ArrayRef<int64_t> shape,
                                          ElementKind resultKind,
                                          const Elementwise &op);

} // namespace ddnn::frontend

#endif // DDNN_FRONTEND_SIGNS_H
