//===- HostTensor.h - Tensors that are known at import ----------*- C++ -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_FRONTEND_HOSTTENSOR_H
#define DDNN_FRONTEND_HOSTTENSOR_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ddnn::frontend {

using Shape = llvm::SmallVector<int64_t, 4>;

/// What the importer tells apart: all float types become f32, all integer
/// types (which only describe shapes) int64.
enum class ElementKind { F32, I64, Bool };

llvm::StringRef toString(ElementKind kind);

/// "[1,3,32,32]".
std::string toString(llvm::ArrayRef<int64_t> shape);

/// The largest tensor that is accepted, in elements and in dimensions.
inline constexpr int64_t kMaxElements = int64_t(1) << 31;
inline constexpr size_t kMaxRank = 16;

/// Product of the dimensions; nothing if one is negative, or if the product or
/// their number is more than is accepted.
std::optional<int64_t> countElements(llvm::ArrayRef<int64_t> shape);

/// Row-major strides of a shape, in elements.
Shape computeStrides(llvm::ArrayRef<int64_t> shape);

/// A dense row-major tensor: weights and what shapes are computed from.
/// `floats` holds F32, `ints` holds I64 and Bool (0 or 1).
struct HostTensor {
  ElementKind kind = ElementKind::F32;
  Shape shape;
  std::vector<float> floats;
  std::vector<int64_t> ints;
  /// +-1 times factors that the model has apart: XNOR-Net's weights, not any
  /// that happen to be +-0.5.
  bool isScaledSigns = false;

  HostTensor() = default;
  /// All zero. The caller has checked the element count.
  HostTensor(ElementKind kind, llvm::ArrayRef<int64_t> shape);

  int64_t size() const {
    return kind == ElementKind::F32 ? floats.size() : ints.size();
  }
  double at(int64_t i) const {
    return kind == ElementKind::F32 ? double(floats[i]) : double(ints[i]);
  }
  /// Copies element `i` of `other`, which is of the same kind.
  void copyElement(int64_t to, const HostTensor &other, int64_t i) {
    if (kind == ElementKind::F32)
      floats[to] = other.floats[i];
    else
      ints[to] = other.ints[i];
  }
};
using HostTensorPtr = std::shared_ptr<const HostTensor>;

/// The same elements under another shape of the same size.
HostTensorPtr reshapeHost(const HostTensor &in, llvm::ArrayRef<int64_t> shape);

/// out[i0, i1, ...] = in[base + i0 * strides[0] + i1 * strides[1] + ...]; the
/// caller makes sure that all of these exist. Covers transposition, slices,
/// reversal and broadcasting.
HostTensorPtr copyStrided(const HostTensor &in, llvm::ArrayRef<int64_t> shape,
                          int64_t base, llvm::ArrayRef<int64_t> strides);

/// Reads `in` as `kind`; floats are truncated towards zero and saturate.
HostTensorPtr castHost(const HostTensor &in, ElementKind kind);

/// Calls fn(linear, index) for every index of a shape in row-major order.
template <typename Fn> void forEachIndex(llvm::ArrayRef<int64_t> shape, Fn fn) {
  Shape index(shape.size(), 0);
  std::optional<int64_t> count = countElements(shape);
  for (int64_t linear = 0, e = count.value_or(0); linear < e; ++linear) {
    fn(linear, llvm::ArrayRef<int64_t>(index));
    for (int64_t d = int64_t(shape.size()) - 1; d >= 0; --d) {
      if (++index[d] < shape[d])
        break;
      index[d] = 0;
    }
  }
}

} // namespace ddnn::frontend

#endif // DDNN_FRONTEND_HOSTTENSOR_H
