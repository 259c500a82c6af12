// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arrays in files: .npy, or raw bytes described as FILE,u8,10000x3x32x32.
#ifndef DDNN_TOOLS_ARRAY_H
#define DDNN_TOOLS_ARRAY_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ddnn::tools {

enum class ElementType { F16, F32, F64, I8, U8, I16, U16, I32, U32, I64, U64 };

/// Bytes of one element.
size_t elementBytes(ElementType type);
/// "f32", "u8", ...
const char *elementName(ElementType type);

/// A dense array in C order, little-endian.
struct Array {
  ElementType type = ElementType::U8;
  std::vector<uint64_t> shape;
  std::vector<uint8_t> bytes;
  std::string origin; ///< the file, for messages

  uint64_t count() const { return bytes.size() / elementBytes(type); }
  bool isInteger() const { return type >= ElementType::I8; }
  /// Element i; an integer beyond 24 bits is rounded.
  float floatAt(uint64_t i) const;
  /// Element i of an integer array; U64 beyond int64_t is clamped.
  int64_t integerAt(uint64_t i) const;
};

/// Reads a data argument: "FILE.npy" (versions 1 to 3; little-endian numbers in
/// C order) or "FILE,TYPE,AxBxC" (TYPE: f16 f32 f64 i8 u8 i16 u16 i32 u32 i64
/// u64; the file has exactly that many bytes). Throws Error, also for any
/// malformed header; never allocates more than the file is long.
Array readArray(const std::string &argument);

/// Decodes a .npy file in memory; `origin` is for messages.
Array decodeNpy(const uint8_t *data, size_t size, const std::string &origin);

/// A .npy file of version 1.0.
std::vector<uint8_t> encodeNpy(const Array &array);

/// Writes a .npy file; replaces an old one only when complete.
void writeNpy(const std::string &path, const Array &array);

/// An array of floats.
Array makeArray(const std::vector<float> &values, std::vector<uint64_t> shape);

/// "3x32x32"; "()" for no dimensions.
std::string shapeText(const std::vector<uint64_t> &shape);

} // namespace ddnn::tools

#endif
