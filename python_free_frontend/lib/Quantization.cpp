//===- Quantization.cpp - Operators of QONNX ------------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Node.h"

using namespace mlir;
using namespace ddnn;
using namespace ddnn::frontend;

/// BipolarQuant(x, scale): scale where x >= 0, else -scale; of weights and of
/// activations.
static LogicalResult importBipolarQuant(Node &node) {
  if (failed(node.expectInputs(2, 2)))
    return failure();
  for (int i : {0, 1})
    if (node.getInput(i).state == Operand::Absent ||
        node.getInput(i).kind != ElementKind::F32)
      return node.error() << "takes a tensor and its scale, both float";
  const Operand scale = node.getInput(1);
  if (failed(importElementwise(node, {node.getInput(0)}, ElementKind::F32,
                               getSign())))
    return failure();
  bool isOne = scale.isConstant() &&
               llvm::all_of(scale.constant->floats,
                            [](float factor) { return factor == 1.0f; });
  const Operand sign = node.getResult(0);
  FailureOr<Shape> shape = node.broadcastShapes({sign, scale});
  if (failed(shape))
    return failure();
  if (*shape != sign.shape)
    return node.error() << "scale " << toString(scale.shape)
                        << " does not broadcast to " << toString(sign.shape);
  if (isOne)
    return success();
  return importElementwise(node, {sign, scale}, ElementKind::F32, getMul());
}

bool ddnn::frontend::isQonnxDomain(StringRef domain) {
  return domain == "qonnx.custom_op.general" || domain == "onnx.brevitas";
}

OpImporter ddnn::frontend::lookupQonnxOp(StringRef op) {
  return op == "BipolarQuant" ? importBipolarQuant : nullptr;
}
