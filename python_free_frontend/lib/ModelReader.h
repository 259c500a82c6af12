//===- ModelReader.h - Bytes to protobuf, TensorProto to tensors -*- C++
//-*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_FRONTEND_MODELREADER_H
#define DDNN_FRONTEND_MODELREADER_H

#include "HostTensor.h"
#include "llvm/Support/Error.h"
#include <onnx/onnx_pb.h>

namespace ddnn::frontend {

/// Parses a ModelProto. Nothing is printed; the error says what is wrong.
llvm::Error parseModel(llvm::StringRef bytes, onnx::ModelProto &model);

/// "float16", as ONNX spells its element types.
std::string elementTypeName(int32_t type);

/// Which kind an ONNX element type is read as, if at all.
std::optional<ElementKind> getElementKind(int32_t type);

/// Decodes TensorProtos. What a tensor claims to be is checked against the data
/// that is there before anything is allocated.
class TensorReader {
public:
  /// `externalDataDir`: where external data is; empty refuses it.
  explicit TensorReader(llvm::StringRef externalDataDir)
      : externalDataDir(externalDataDir.str()) {}

  /// Everything that read() checks, without reading.
  llvm::Error check(const onnx::TensorProto &tensor) const;

  /// Decodes; float16, bfloat16 and double become f32.
  llvm::Expected<HostTensorPtr> read(const onnx::TensorProto &tensor);

  /// Names of tensors whose values were converted to f32.
  llvm::ArrayRef<std::string> getConverted() const { return converted; }

private:
  struct External {
    std::string path;
    uint64_t offset = 0;
    uint64_t length = 0;
  };
  llvm::Expected<External> locate(const onnx::TensorProto &tensor,
                                  uint64_t bytes) const;

  std::string externalDataDir;
  std::vector<std::string> converted;
};

} // namespace ddnn::frontend

#endif // DDNN_FRONTEND_MODELREADER_H
