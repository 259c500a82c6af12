//===- Members.cpp - Several devices of one tier --------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Analysis/Members.h"
#include "ddnn/Analysis/Graph.h"
#include "ddnn/Analysis/Nodes.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace ddnn;

std::string ddnn::getInputName(func::FuncOp main, unsigned arg) {
  if (auto name = main.getArgAttrOfType<StringAttr>(arg, kNameAttr))
    return name.str();
  return "input" + std::to_string(arg);
}

static Type getElementType(func::FuncOp main, unsigned arg) {
  return getElementTypeOrSelf(main.getArgumentTypes()[arg]);
}

LogicalResult ddnn::verifyBlanks(ModuleOp module) {
  Attribute attr = module->getAttr(kBlankAttr);
  if (!attr)
    return success();
  auto blanks = dyn_cast<DictionaryAttr>(attr);
  if (!blanks)
    return module.emitError()
           << kBlankAttr << " must be a dictionary from inputs to numbers";
  func::FuncOp main = getGraph(module);
  for (NamedAttribute entry : blanks) {
    auto value = dyn_cast<FloatAttr>(entry.getValue());
    if (!value || !std::isfinite(value.getValueAsDouble()))
      return module.emitError()
             << "a blank view of input '" << entry.getName().getValue()
             << "' must be a finite number";
    std::string known;
    bool isFound = false;
    for (unsigned i = 0; main && i < main.getNumArguments(); ++i) {
      std::string name = getInputName(main, i);
      known += (i ? ", '" : "'") + name + "'";
      if (entry.getName().getValue() != name)
        continue;
      isFound = true;
      double byte = value.getValueAsDouble();
      if (getElementType(main, i).isInteger(8) &&
          !(byte >= 0.0 && byte <= 255.0 && byte == std::floor(byte)))
        return module.emitError() << "a blank view of raw input '" << name
                                  << "' is a byte, 0 to 255, not "
                                  << llvm::formatv("{0}", byte).str();
    }
    if (!isFound)
      return module.emitError()
             << "a blank view is declared for '" << entry.getName().getValue()
             << "', which is no input; "
             << "there are " << known;
  }
  return success();
}

DenseElementsAttr ddnn::getBlankInput(func::FuncOp main, unsigned arg) {
  auto blanks =
      main->getParentOfType<ModuleOp>()->getAttrOfType<DictionaryAttr>(
          kBlankAttr);
  auto given =
      blanks ? blanks.getAs<FloatAttr>(getInputName(main, arg)) : FloatAttr();
  double value = given ? given.getValueAsDouble() : 0.0;
  auto type = cast<RankedTensorType>(main.getArgumentTypes()[arg]);
  Type element = type.getElementType();
  if (isa<FloatType>(element))
    return DenseElementsAttr::get(type, FloatAttr::get(element, value));
  return DenseElementsAttr::get(
      type, IntegerAttr::get(element, APInt(element.getIntOrFloatBitWidth(),
                                            uint64_t(value), /*isSigned=*/false,
                                            /*implicitTrunc=*/true)));
}

FailureOr<Missing> ddnn::parseMissing(Operation *op, StringRef text) {
  if (std::optional<Missing> missing = symbolizeMissing(text))
    return *missing;
  return op->emitError("a missing member cannot mean '")
         << text << "'; use fail, zero, skip or blank";
}

LogicalResult ddnn::declareMissing(AggregateOp aggregate, Missing missing) {
  if (aggregate.getKind() == AggregateKind::concat && missing == Missing::skip)
    return aggregate.emitOpError("'")
           << getNodeName(aggregate)
           << "' is a concatenation, of which no member can be skipped; use "
              "fail, zero or blank";
  if (missing != Missing::blank)
    aggregate.getBlanksMutable().clear();
  aggregate.setMissing(missing);
  return success();
}
