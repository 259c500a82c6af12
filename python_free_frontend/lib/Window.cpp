//===- Window.cpp - Sliding windows of Conv and pooling -------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Window.h"

using namespace mlir;
using namespace ddnn;
using namespace ddnn::frontend;
using Shape = ddnn::frontend::Shape;

/// A list of positive numbers, one a spatial dimension; 1 where left out.
static FailureOr<Shape> readFactors(Node &node, StringRef attr, size_t rank) {
  Shape factors = node.getIntsAttr(attr).value_or(Shape(rank, 1));
  if (factors.size() != rank)
    return node.error() << attr << " " << toString(factors) << " must have "
                        << rank << " numbers";
  for (int64_t factor : factors)
    // Bounded, so that sums of a few of them do not overflow.
    if (factor < 1 || factor > kMaxElements)
      return node.error() << attr << " " << toString(factors)
                          << " must be positive";
  return factors;
}

FailureOr<Window> Window::read(Node &node, ArrayRef<int64_t> input,
                               ArrayRef<int64_t> kernel, bool pool) {
  size_t rank = input.size();
  Window window;
  window.input.assign(input.begin(), input.end());
  window.kernel.assign(kernel.begin(), kernel.end());
  for (int64_t size : kernel)
    if (size < 1 || size > kMaxElements)
      return node.error() << "kernel " << toString(kernel)
                          << " must be positive";
  FailureOr<Shape> strides = readFactors(node, "strides", rank);
  FailureOr<Shape> dilations = readFactors(node, "dilations", rank);
  if (failed(strides) || failed(dilations))
    return failure();
  window.strides = *strides;
  window.dilations = *dilations;

  std::string autoPad = node.getStringAttr("auto_pad", "NOTSET");
  std::optional<Shape> pads = node.getIntsAttr("pads");
  bool ceil = pool && node.getIntAttr("ceil_mode", 0) != 0;
  bool same = autoPad == "SAME_UPPER" || autoPad == "SAME_LOWER";
  if (!same && autoPad != "NOTSET" && autoPad != "VALID")
    return node.error() << "auto_pad '" << autoPad << "' is not known";
  if (!pads || autoPad == "VALID")
    pads = Shape(2 * rank, 0);
  if (pads->size() != 2 * rank)
    return node.error() << "pads " << toString(*pads) << " must have "
                        << 2 * rank << " numbers";
  for (int64_t pad : *pads)
    if (pad < 0 || pad > kMaxElements)
      return node.error() << "pads " << toString(*pads)
                          << " must not be negative";

  for (size_t d = 0; d < rank; ++d) {
    int64_t stride = window.strides[d], dilation = window.dilations[d];
    if (dilation > kMaxElements / kernel[d])
      return node.error() << "kernel " << toString(kernel) << " with dilations "
                          << toString(window.dilations) << " is too large";
    int64_t extent = (kernel[d] - 1) * dilation + 1;
    int64_t low = (*pads)[d], high = (*pads)[rank + d], output;
    if (same) {
      output = (input[d] + stride - 1) / stride;
      int64_t total =
          std::max<int64_t>((output - 1) * stride + extent - input[d], 0);
      low = autoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
      high = total - low;
    } else {
      int64_t room = input[d] + low + high - extent;
      if (room < 0)
        return node.error() << "kernel " << toString(kernel)
                            << " is larger than the padded input "
                            << toString(input) << ", pads " << toString(*pads);
      output = (ceil ? (room + stride - 1) / stride : room / stride) + 1;
      // A window that would begin behind the input is left out.
      if (ceil && (output - 1) * stride >= input[d] + low)
        --output;
    }
    if (pool && (low >= extent || high >= extent))
      return node.error() << "padding of " << std::max(low, high)
                          << " is not smaller than the kernel "
                          << toString(kernel);
    window.output.push_back(output);
    window.low.push_back(low);
    window.declaredHigh.push_back(high);
    int64_t reach = (output - 1) * stride + extent;
    window.high.push_back(std::max(high, reach - input[d] - low));
  }
  return window;
}

void Window::widen() {
  if (input.size() == 2)
    return;
  for (Shape *sizes : {&input, &kernel, &strides, &dilations, &output})
    sizes->insert(sizes->begin(), 1);
  for (Shape *pads : {&low, &high, &declaredHigh})
    pads->insert(pads->begin(), 0);
}

Shape Window::getPadded(ArrayRef<int64_t> shape) const {
  Shape padded(shape);
  for (size_t d = 0; d < low.size(); ++d)
    padded[2 + d] += low[d] + high[d];
  return padded;
}
