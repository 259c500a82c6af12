//===- Presence.h - Which sources have come, and what if not ----*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_LIB_DIALECT_DDNN_TRANSFORMS_PRESENCE_H
#define DDNN_LIB_DIALECT_DDNN_TRANSFORMS_PRESENCE_H

#include "ddnn/Analysis/Places.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace ddnn {

/// A value that comes to a place.
struct Arrival {
  mlir::Value value;
  std::string name;
  Encoding encoding;
  int64_t source; ///< a place, kFromSensor or kFromRuntime
};

/// The places that send to one, in order.
llvm::SmallVector<unsigned> getSources(llvm::ArrayRef<Arrival> inputs);

/// Finds what it means to a place when one of its sources does not come:
/// what all aggregates declare that take its values, else, and where a value is
/// used otherwise, that there is no answer.
///
/// Where an aggregate declares anything but `fail`, the place gets a last input
/// `present` with a byte for each source, an argument of @main, and the
/// aggregate takes it. An operand that depends on no source directly (made of
/// the place's own input, constants or what another aggregate joined) is always
/// there: it has a further byte of its own, 1. One that depends on several is
/// an error, as nobody declares what half of it means.
///
/// `placeOf` is the place of each operation; `leaves` tells the values that the
/// place hands on.
mlir::FailureOr<llvm::SmallVector<Missing>>
addPresence(mlir::func::FuncOp main, const Places &places, unsigned place,
            llvm::DenseMap<mlir::Operation *, unsigned> &placeOf,
            llvm::SmallVectorImpl<Arrival> &inputs,
            llvm::function_ref<bool(mlir::Value)> leaves);

} // namespace ddnn

#endif // DDNN_LIB_DIALECT_DDNN_TRANSFORMS_PRESENCE_H
