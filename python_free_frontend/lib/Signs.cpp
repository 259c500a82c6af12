//===- Signs.cpp - What is a sign, however it is spelled ------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Signs.h"

using namespace mlir;
using namespace ddnn;
using namespace ddnn::frontend;

bool ddnn::frontend::isScaledSigns(ArrayRef<Operand> operands,
                                   ArrayRef<int64_t> shape) {
  auto isSigns = [&](const HostTensor &tensor) {
    return tensor.kind == ElementKind::F32 &&
           ArrayRef<int64_t>(tensor.shape) == shape &&
           (tensor.isScaledSigns || llvm::all_of(tensor.floats, [](float x) {
              return x == 1.0f || x == -1.0f;
            }));
  };
  auto isFactors = [](const HostTensor &tensor) {
    return llvm::count_if(tensor.shape, [](int64_t d) { return d > 1; }) <= 1;
  };
  const HostTensor &lhs = *operands[0].constant, &rhs = *operands[1].constant;
  return (isSigns(lhs) && isFactors(rhs)) || (isSigns(rhs) && isFactors(lhs));
}

std::optional<SignFunction>
ddnn::frontend::propagateSign(ArrayRef<Operand> operands,
                              ArrayRef<int64_t> shape, ElementKind resultKind,
                              const Elementwise &op) {
  const Operand *varying = nullptr;
  for (const Operand &operand : operands) {
    if (operand.isConstant() && operand.constant->size() == 1)
      continue;
    if (varying || operand.isConstant())
      return std::nullopt;
    varying = &operand;
  }
  if (!varying || ArrayRef<int64_t>(varying->shape) != shape)
    return std::nullopt;
  SignFunction sign;
  if (varying->sign) {
    sign = *varying->sign;
  } else {
    if (!op.beginsSign || varying->kind != ElementKind::F32)
      return std::nullopt;
    for (const Operand &operand : operands)
      if (operand.isConstant() && operand.constant->at(0) != 0.0)
        return std::nullopt; // compared with something else than zero
    sign = {varying->value, -1.0, 0.0, 1.0};
  }
  SmallVector<double> values;
  auto apply = [&](double value) {
    values.clear();
    for (const Operand &operand : operands)
      values.push_back(&operand == varying ? value : operand.constant->at(0));
    double result = op.fold(values);
    return resultKind == ElementKind::F32 ? double(float(result)) : result;
  };
  return SignFunction{sign.source, apply(sign.neg), apply(sign.zero),
                      apply(sign.pos)};
}
