//===- DDNN.h - The ddnn dialect --------------------------------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_DIALECT_DDNN_IR_DDNN_H
#define DDNN_DIALECT_DDNN_IR_DDNN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringSet.h"

#include "ddnn/Dialect/DDNN/IR/DDNNDialect.h.inc"
#include "ddnn/Dialect/DDNN/IR/DDNNEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "ddnn/Dialect/DDNN/IR/DDNNAttributes.h.inc"

#define GET_OP_CLASSES
#include "ddnn/Dialect/DDNN/IR/DDNNOps.h.inc"

namespace ddnn {

/// Sizes of the runtime's fixed tables (ddnn/model.h).
inline constexpr int64_t kMaxRank = 6;
/// DDNN_MAX_POOLS of ddnn/model.h.
inline constexpr int64_t kMaxPools = 4;
inline constexpr int64_t kMaxTensors = 16;
inline constexpr int64_t kMaxExits = 16;
inline constexpr int64_t kMaxTiers = 8;
inline constexpr int64_t kMaxMembers = 15;
inline constexpr int64_t kMaxConnections = 64;

/// Inputs of `#ddnn.place_info` that come from no other place.
inline constexpr int64_t kFromSensor = -1;
inline constexpr int64_t kFromRuntime = -2;

/// Names of the discardable attributes that passes and tools share; the
/// dialect's documentation says what each means.
inline constexpr llvm::StringLiteral kNameAttr = "ddnn.name";
inline constexpr llvm::StringLiteral kTiersAttr = "ddnn.tiers";
inline constexpr llvm::StringLiteral kLabelsAttr = "ddnn.labels";
inline constexpr llvm::StringLiteral kCutsAttr = "ddnn.cuts";
inline constexpr llvm::StringLiteral kTierAttr = "ddnn.tier";
inline constexpr llvm::StringLiteral kSourceAttr = "ddnn.source";
inline constexpr llvm::StringLiteral kRawAttr = "ddnn.raw";
inline constexpr llvm::StringLiteral kMemoryAttr = "ddnn.memory";
/// On a buffer: working memory of one kernel.
inline constexpr llvm::StringLiteral kScratchAttr = "ddnn.scratch";
inline constexpr llvm::StringLiteral kNodeAttr = "ddnn.node";
inline constexpr llvm::StringLiteral kFlopsAttr = "ddnn.flops";
inline constexpr llvm::StringLiteral kLayerAttr = "ddnn.layer";
inline constexpr llvm::StringLiteral kOffsetAttr = "ddnn.offset";
inline constexpr llvm::StringLiteral kThreadsAttr = "ddnn.threads";

/// On the module: #ddnn.binary_block for the report, and what a sign that is
/// not +1 at zero may be taken for there ("exact", "plus").
inline constexpr llvm::StringLiteral kBinaryBlocksAttr = "ddnn.binary_blocks";
inline constexpr llvm::StringLiteral kSignOfZeroAttr = "ddnn.sign_of_zero";
/// On the module: #ddnn.search, what ddnn-search-placement is asked for, and
/// #ddnn.placement, what it chose.
inline constexpr llvm::StringLiteral kSearchAttr = "ddnn.search";
inline constexpr llvm::StringLiteral kPlacementAttr = "ddnn.placement";
/// On a constant: +-1 times factors that the model has apart.
inline constexpr llvm::StringLiteral kScaledSignsAttr = "ddnn.scaled_signs";

/// By how much rates of exits may miss 1 in all, which rounding explains.
inline constexpr double kRateTolerance = 1e-3;

/// Bytes that a tensor of `count` elements takes on a link.
int64_t getWireBytes(int64_t count, Encoding encoding);

/// The ONNX nodes that a location names, "Conv device/conv"; several where
/// operations were fused.
llvm::SmallVector<std::string> listNodes(mlir::Location loc);

/// The same, joined by " + "; empty where it names none.
std::string describeNodes(mlir::Location loc);

/// `name` as a C identifier: other characters become '_', and a leading digit
/// is preceded by one.
std::string sanitizeIdentifier(llvm::StringRef name);

/// `text` as the inside of a C comment: what could end it, and what is not
/// printable ASCII, becomes '_'.
std::string sanitizeComment(llvm::StringRef text);

/// `name`, or name_1, name_2, ... where it is in `used`, to which it is added.
std::string makeUnique(llvm::StringRef name, llvm::StringSet<> &used);

/// "1x3x32x32", or "scalar".
std::string spellShape(mlir::ShapedType type);

} // namespace ddnn

#endif // DDNN_DIALECT_DDNN_IR_DDNN_H
