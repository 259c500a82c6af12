//===- ModelReader.cpp - Bytes to protobuf, TensorProto to tensors --------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelReader.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

using namespace ddnn::frontend;
using onnx::TensorProto;

template <typename... Args>
static llvm::Error makeError(const char *format, const Args &...args) {
  return llvm::createStringError(std::errc::invalid_argument, format, args...);
}

llvm::Error ddnn::frontend::parseModel(llvm::StringRef bytes,
                                       onnx::ModelProto &model) {
  if (bytes.empty())
    return makeError("the file is empty");
  // Protobuf counts in int; larger models keep their weights outside.
  if (bytes.size() > size_t(INT32_MAX))
    return makeError("the file is larger than 2 GiB, which ONNX does not allow "
                     "(weights go into external data files)");
  google::protobuf::LogSilencer silencer;
  google::protobuf::io::CodedInputStream stream(
      reinterpret_cast<const uint8_t *>(bytes.data()), int(bytes.size()));
  stream.SetTotalBytesLimit(INT32_MAX);
  if (!model.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
    return makeError("not an ONNX model, or cut off: its protobuf structure "
                     "ends in error after %d of %zu bytes",
                     stream.CurrentPosition(), bytes.size());
  return llvm::Error::success();
}

std::string ddnn::frontend::elementTypeName(int32_t type) {
  if (!onnx::TensorProto_DataType_IsValid(type))
    return "type " + llvm::itostr(type);
  return llvm::StringRef(
             onnx::TensorProto_DataType_Name(TensorProto::DataType(type)))
      .lower();
}

std::optional<ElementKind> ddnn::frontend::getElementKind(int32_t type) {
  switch (type) {
  case TensorProto::FLOAT:
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
  case TensorProto::DOUBLE:
    return ElementKind::F32;
  case TensorProto::INT8:
  case TensorProto::UINT8:
  case TensorProto::INT16:
  case TensorProto::UINT16:
  case TensorProto::INT32:
  case TensorProto::UINT32:
  case TensorProto::INT64:
  case TensorProto::UINT64:
    return ElementKind::I64;
  case TensorProto::BOOL:
    return ElementKind::Bool;
  default:
    return std::nullopt;
  }
}

/// Bytes of one element in raw_data and external data; 0 if unsupported.
static unsigned getElementBytes(int32_t type) {
  switch (type) {
  case TensorProto::BOOL:
  case TensorProto::INT8:
  case TensorProto::UINT8:
    return 1;
  case TensorProto::FLOAT16:
  case TensorProto::BFLOAT16:
  case TensorProto::INT16:
  case TensorProto::UINT16:
    return 2;
  case TensorProto::FLOAT:
  case TensorProto::INT32:
  case TensorProto::UINT32:
    return 4;
  case TensorProto::DOUBLE:
  case TensorProto::INT64:
  case TensorProto::UINT64:
    return 8;
  default:
    return 0;
  }
}

/// How many values the typed field that ONNX assigns to this type holds.
static int64_t getTypedCount(const TensorProto &tensor) {
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
    return tensor.float_data_size();
  case TensorProto::DOUBLE:
    return tensor.double_data_size();
  case TensorProto::INT64:
    return tensor.int64_data_size();
  case TensorProto::UINT32:
  case TensorProto::UINT64:
    return tensor.uint64_data_size();
  default:
    return tensor.int32_data_size();
  }
}

static double decodeSmallFloat(uint16_t bits, bool bfloat) {
  llvm::APFloat value(bfloat ? llvm::APFloat::BFloat()
                             : llvm::APFloat::IEEEhalf(),
                      llvm::APInt(16, bits));
  return value.convertToDouble();
}

static void decodeRaw(const char *data, int32_t type, HostTensor &out) {
  using namespace llvm::support::endian;
  for (int64_t i = 0, e = out.size(); i < e; ++i) {
    switch (type) {
    case TensorProto::FLOAT:
      out.floats[i] = llvm::bit_cast<float>(read32le(data + 4 * i));
      break;
    case TensorProto::DOUBLE:
      out.floats[i] = float(llvm::bit_cast<double>(read64le(data + 8 * i)));
      break;
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
      out.floats[i] = float(decodeSmallFloat(read16le(data + 2 * i),
                                             type == TensorProto::BFLOAT16));
      break;
    case TensorProto::BOOL:
      out.ints[i] = data[i] != 0;
      break;
    case TensorProto::INT8:
      out.ints[i] = int8_t(data[i]);
      break;
    case TensorProto::UINT8:
      out.ints[i] = uint8_t(data[i]);
      break;
    case TensorProto::INT16:
      out.ints[i] = int16_t(read16le(data + 2 * i));
      break;
    case TensorProto::UINT16:
      out.ints[i] = read16le(data + 2 * i);
      break;
    case TensorProto::INT32:
      out.ints[i] = int32_t(read32le(data + 4 * i));
      break;
    case TensorProto::UINT32:
      out.ints[i] = read32le(data + 4 * i);
      break;
    default:
      out.ints[i] = int64_t(read64le(data + 8 * i));
    }
  }
}

static void decodeTyped(const TensorProto &tensor, HostTensor &out) {
  for (int64_t i = 0, e = out.size(); i < e; ++i) {
    switch (tensor.data_type()) {
    case TensorProto::FLOAT:
      out.floats[i] = tensor.float_data(i);
      break;
    case TensorProto::DOUBLE:
      out.floats[i] = float(tensor.double_data(i));
      break;
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
      out.floats[i] =
          float(decodeSmallFloat(uint16_t(tensor.int32_data(i)),
                                 tensor.data_type() == TensorProto::BFLOAT16));
      break;
    case TensorProto::BOOL:
      out.ints[i] = tensor.int32_data(i) != 0;
      break;
    case TensorProto::INT64:
      out.ints[i] = tensor.int64_data(i);
      break;
    case TensorProto::UINT32:
    case TensorProto::UINT64:
      out.ints[i] = int64_t(tensor.uint64_data(i));
      break;
    default:
      out.ints[i] = tensor.int32_data(i);
    }
  }
}

llvm::Error TensorReader::check(const TensorProto &tensor) const {
  Shape shape(tensor.dims().begin(), tensor.dims().end());
  std::string text = toString(shape);
  std::optional<int64_t> count = countElements(shape);
  if (!count)
    return makeError("has impossible dimensions %s", text.c_str());
  unsigned width = getElementBytes(tensor.data_type());
  if (!width)
    return makeError("has element type %s, which is not supported",
                     elementTypeName(tensor.data_type()).c_str());
  if (tensor.has_segment())
    return makeError("is stored in segments, which is not supported");
  uint64_t bytes = uint64_t(*count) * width;
  if (tensor.data_location() == TensorProto::EXTERNAL)
    return locate(tensor, bytes).takeError();
  if (tensor.has_raw_data()) {
    if (tensor.raw_data().size() != bytes)
      return makeError("of shape %s and type %s needs %llu bytes, but has %zu",
                       text.c_str(),
                       elementTypeName(tensor.data_type()).c_str(),
                       (unsigned long long)bytes, tensor.raw_data().size());
    return llvm::Error::success();
  }
  if (getTypedCount(tensor) != *count)
    return makeError("of shape %s needs %lld values, but has %lld",
                     text.c_str(), (long long)*count,
                     (long long)getTypedCount(tensor));
  return llvm::Error::success();
}

llvm::Expected<TensorReader::External>
TensorReader::locate(const TensorProto &tensor, uint64_t bytes) const {
  namespace fs = llvm::sys::fs;
  namespace path = llvm::sys::path;
  External external;
  external.length = bytes;
  std::string location;
  for (const auto &entry : tensor.external_data()) {
    llvm::StringRef value = entry.value();
    if (entry.key() == "location")
      location = value.str();
    else if (entry.key() == "offset") {
      if (value.getAsInteger(10, external.offset))
        return makeError("has external data at offset '%s', which is not a "
                         "number",
                         entry.value().c_str());
    } else if (entry.key() == "length") {
      uint64_t length;
      if (value.getAsInteger(10, length) || length != bytes)
        return makeError("needs %llu bytes, but its external data has length "
                         "'%s'",
                         (unsigned long long)bytes, entry.value().c_str());
    }
  }
  if (externalDataDir.empty())
    return makeError("is stored in the external file '%s', which a model read "
                     "from memory cannot have",
                     location.c_str());
  if (location.empty() || llvm::StringRef(location).contains('\0') ||
      path::is_absolute(location))
    return makeError("has external data at '%s': not a path relative to the "
                     "model",
                     location.c_str());
  llvm::SmallString<256> joined(externalDataDir), file, dir;
  path::append(joined, location);
  if (fs::real_path(externalDataDir, dir) || fs::real_path(joined, file))
    return makeError("has external data in '%s', which cannot be read",
                     joined.c_str());
  // Compared after resolving symbolic links, so that none leads outside.
  llvm::StringRef prefix = llvm::StringRef(dir).rtrim('/');
  if (!llvm::StringRef(file).starts_with((prefix + "/").str()))
    return makeError("has external data at '%s', outside the model's folder",
                     location.c_str());
  fs::file_status status;
  if (fs::status(file, status) || !fs::is_regular_file(status))
    return makeError("has external data in '%s', which is not a file",
                     joined.c_str());
  if (external.offset > status.getSize() ||
      bytes > status.getSize() - external.offset)
    return makeError("needs bytes %llu to %llu of '%s', which has %llu",
                     (unsigned long long)external.offset,
                     (unsigned long long)(external.offset + bytes),
                     location.c_str(), (unsigned long long)status.getSize());
  external.path = file.str().str();
  return external;
}

llvm::Expected<HostTensorPtr> TensorReader::read(const TensorProto &tensor) {
  if (llvm::Error error = check(tensor))
    return std::move(error);
  Shape shape(tensor.dims().begin(), tensor.dims().end());
  int32_t type = tensor.data_type();
  std::optional<ElementKind> kind = getElementKind(type);
  if (!kind)
    return makeError("has element type %s, which is not supported",
                     elementTypeName(type).c_str());
  auto out = std::make_shared<HostTensor>(*kind, shape);
  if (*kind == ElementKind::F32 && type != TensorProto::FLOAT)
    converted.push_back(tensor.name());
  if (tensor.data_location() == TensorProto::EXTERNAL) {
    llvm::Expected<External> external =
        locate(tensor, uint64_t(out->size()) * getElementBytes(type));
    if (!external)
      return external.takeError();
    if (external->length == 0)
      return out;
    auto buffer = llvm::MemoryBuffer::getFileSlice(
        external->path, external->length, external->offset);
    if (!buffer || (*buffer)->getBufferSize() != external->length)
      return makeError("has external data in '%s', which cannot be read",
                       external->path.c_str());
    decodeRaw((*buffer)->getBufferStart(), type, *out);
  } else if (tensor.has_raw_data()) {
    decodeRaw(tensor.raw_data().data(), type, *out);
  } else {
    decodeTyped(tensor, *out);
  }
  return out;
}
