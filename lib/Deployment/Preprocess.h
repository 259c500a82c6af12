//===- Preprocess.h - From camera bytes to the network's input --*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_LIB_DEPLOYMENT_PREPROCESS_H
#define DDNN_LIB_DEPLOYMENT_PREPROCESS_H

#include "ddnn/Deployment/Deployment.h"

namespace ddnn {

/// Makes argument `index` of shape 1xCxHxW an i8 tensor of unsigned bytes in
/// the input's layout, marked `ddnn.raw`, and computes from it what the network
/// took before: (byte * scale - mean[c]) / std[c], in the network's precision
/// and in this order, so that it rounds as it did in training.
void insertPreprocessing(const InputSpec &input, mlir::func::FuncOp main,
                         unsigned index);

} // namespace ddnn

#endif // DDNN_LIB_DEPLOYMENT_PREPROCESS_H
