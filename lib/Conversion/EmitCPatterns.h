//===- EmitCPatterns.h - Parts of the conversion to EmitC -------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_CONVERSION_EMITCPATTERNS_H
#define DDNN_CONVERSION_EMITCPATTERNS_H

#include "mlir/Transforms/DialectConversion.h"

namespace ddnn {

/// Types of C: index is ptrdiff_t, bytes are uint8_t, buffers are restrict
/// pointers to their elements.
struct CTypeConverter : mlir::TypeConverter {
  CTypeConverter();
};

/// Scalar arith and math operations to C operators and libm calls.
void populateScalarToEmitCPatterns(mlir::TypeConverter &types,
                                   mlir::RewritePatternSet &patterns);

} // namespace ddnn

#endif // DDNN_CONVERSION_EMITCPATTERNS_H
