//===- EmitCPatterns.h - Parts of the conversion to EmitC -------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_CONVERSION_EMITCPATTERNS_H
#define DDNN_CONVERSION_EMITCPATTERNS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/EmitC/IR/EmitC.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/Transforms/DialectConversion.h"

namespace ddnn {

/// Types of C: index is ptrdiff_t, bytes are uint8_t, buffers are restrict
/// pointers to their elements.
struct CTypeConverter : mlir::TypeConverter {
  CTypeConverter();
};

/// ddnn_f32x16, or ddnn_i32x16 for truth values; null for what has no register.
mlir::Type convertVectorType(mlir::VectorType type);

/// The linear index of an element from its buffer's strides; constant parts are
/// added up here, so that the C shows what really varies.
mlir::Value linearize(mlir::OpBuilder &b, mlir::Location loc,
                      mlir::MemRefType type, mlir::ValueRange original,
                      mlir::ValueRange indices);

/// A C literal with exactly the value of `value`.
std::string spellFloat(const llvm::APFloat &value, bool isDouble);

/// A C literal or expression with the value of `value`: bytes are unsigned; the
/// smallest integer has no literal of its own.
std::string spellInteger(const llvm::APInt &value);

/// C's operator for a comparison that is one: false where an operand is NaN, or
/// not equal.
std::optional<mlir::emitc::CmpPredicate>
getComparison(mlir::arith::CmpFPredicate predicate);

/// Scalar arith and math operations to C operators and libm calls.
void populateScalarToEmitCPatterns(mlir::TypeConverter &types,
                                   mlir::RewritePatternSet &patterns);

/// The same for vectors of one register, with what the vector dialect adds.
void populateVectorToEmitCPatterns(mlir::TypeConverter &types,
                                   mlir::RewritePatternSet &patterns);

/// The same for words of bits.
void populateBitsToEmitCPatterns(mlir::TypeConverter &types,
                                 mlir::RewritePatternSet &patterns);

} // namespace ddnn

#endif // DDNN_CONVERSION_EMITCPATTERNS_H
