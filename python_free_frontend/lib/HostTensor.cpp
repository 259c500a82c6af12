//===- HostTensor.cpp - Tensors that are known at import ------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostTensor.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace ddnn::frontend;

llvm::StringRef ddnn::frontend::toString(ElementKind kind) {
  switch (kind) {
  case ElementKind::F32:
    return "float";
  case ElementKind::I64:
    return "integer";
  case ElementKind::Bool:
    return "bool";
  }
  return "unknown";
}

std::string ddnn::frontend::toString(llvm::ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << '[';
  llvm::interleave(shape.take_front(kMaxRank + 1), os, ",");
  os << (shape.size() > kMaxRank + 1 ? ",...]" : "]");
  return text;
}

std::optional<int64_t>
ddnn::frontend::countElements(llvm::ArrayRef<int64_t> shape) {
  int64_t count = 1;
  if (shape.size() > kMaxRank)
    return std::nullopt;
  for (int64_t dim : shape) {
    if (dim < 0 || dim > kMaxElements)
      return std::nullopt;
    // Both factors are at most 2^31, so the product does not overflow.
    count *= dim;
    if (count > kMaxElements)
      return std::nullopt;
  }
  return count;
}

Shape ddnn::frontend::computeStrides(llvm::ArrayRef<int64_t> shape) {
  Shape strides(shape.size(), 1);
  for (int64_t d = int64_t(shape.size()) - 2; d >= 0; --d)
    strides[d] = strides[d + 1] * shape[d + 1];
  return strides;
}

HostTensor::HostTensor(ElementKind kind, llvm::ArrayRef<int64_t> shape)
    : kind(kind), shape(shape) {
  int64_t count = countElements(shape).value_or(0);
  if (kind == ElementKind::F32)
    floats.resize(count);
  else
    ints.resize(count);
}

HostTensorPtr ddnn::frontend::reshapeHost(const HostTensor &in,
                                          llvm::ArrayRef<int64_t> shape) {
  auto out = std::make_shared<HostTensor>(in);
  out->shape.assign(shape.begin(), shape.end());
  return out;
}

HostTensorPtr ddnn::frontend::copyStrided(const HostTensor &in,
                                          llvm::ArrayRef<int64_t> shape,
                                          int64_t base,
                                          llvm::ArrayRef<int64_t> strides) {
  auto out = std::make_shared<HostTensor>(in.kind, shape);
  out->isScaledSigns = in.isScaledSigns;
  forEachIndex(shape, [&](int64_t linear, llvm::ArrayRef<int64_t> index) {
    int64_t from = base;
    for (size_t d = 0; d < index.size(); ++d)
      from += index[d] * strides[d];
    out->copyElement(linear, in, from);
  });
  return out;
}

HostTensorPtr ddnn::frontend::castHost(const HostTensor &in, ElementKind kind) {
  auto out = std::make_shared<HostTensor>(kind, in.shape);
  for (int64_t i = 0, e = in.size(); i < e; ++i) {
    if (kind == ElementKind::F32) {
      out->floats[i] = float(in.at(i));
    } else if (kind == ElementKind::Bool) {
      out->ints[i] = in.at(i) != 0.0;
    } else if (in.kind != ElementKind::F32) {
      out->ints[i] = in.ints[i];
    } else {
      // Out of range is undefined in C++ and in ONNX: saturate.
      double value = std::trunc(double(in.floats[i]));
      if (std::isnan(value))
        out->ints[i] = 0;
      else if (value >= 9223372036854775808.0)
        out->ints[i] = INT64_MAX;
      else if (value <= -9223372036854775808.0)
        out->ints[i] = INT64_MIN;
      else
        out->ints[i] = int64_t(value);
    }
  }
  return out;
}
