// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Array.h"
#include "Error.h"

#include "ddnn/wire.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

using namespace ddnn::tools;

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "files are little-endian and read as they are"
#endif

namespace {

struct TypeInfo {
  ElementType type;
  const char *name;  // in FILE,TYPE,SHAPE
  const char *descr; // in .npy
  size_t bytes;
};

// In the order of ElementType.
const TypeInfo types[] = {
    {ElementType::F16, "f16", "<f2", 2}, {ElementType::F32, "f32", "<f4", 4},
    {ElementType::F64, "f64", "<f8", 8}, {ElementType::I8, "i8", "|i1", 1},
    {ElementType::U8, "u8", "|u1", 1},   {ElementType::I16, "i16", "<i2", 2},
    {ElementType::U16, "u16", "<u2", 2}, {ElementType::I32, "i32", "<i4", 4},
    {ElementType::U32, "u32", "<u4", 4}, {ElementType::I64, "i64", "<i8", 8},
    {ElementType::U64, "u64", "<u8", 8}};

const TypeInfo &info(ElementType type) {
  return types[static_cast<size_t>(type)];
}

template <typename T> T load(const std::vector<uint8_t> &bytes, uint64_t i) {
  T value;
  memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
  return value;
}

/// Calls f with element i in its own type (F16 as float).
template <typename F> auto visit(const Array &a, uint64_t i, F f) {
  switch (a.type) {
  case ElementType::F16:
    return f(ddnn_f32_from_f16(load<uint16_t>(a.bytes, i)));
  case ElementType::F32:
    return f(load<float>(a.bytes, i));
  case ElementType::F64:
    return f(load<double>(a.bytes, i));
  case ElementType::I8:
    return f(load<int8_t>(a.bytes, i));
  case ElementType::U8:
    return f(load<uint8_t>(a.bytes, i));
  case ElementType::I16:
    return f(load<int16_t>(a.bytes, i));
  case ElementType::U16:
    return f(load<uint16_t>(a.bytes, i));
  case ElementType::I32:
    return f(load<int32_t>(a.bytes, i));
  case ElementType::U32:
    return f(load<uint32_t>(a.bytes, i));
  case ElementType::I64:
    return f(load<int64_t>(a.bytes, i));
  case ElementType::U64:
    break;
  }
  return f(load<uint64_t>(a.bytes, i));
}

struct CloseFile {
  void operator()(FILE *file) const { fclose(file); }
};
using File = std::unique_ptr<FILE, CloseFile>;

std::vector<uint8_t> readFile(const std::string &path) {
  File file(fopen(path.c_str(), "rb"));
  struct stat status;
  if (!file || fstat(fileno(file.get()), &status) != 0)
    throw Error("cannot open '" + path + "': " + strerror(errno));
  if (!S_ISREG(status.st_mode))
    throw Error("'" + path + "' is not a regular file");
  std::vector<uint8_t> bytes(static_cast<size_t>(status.st_size));
  if (fread(bytes.data(), 1, bytes.size(), file.get()) != bytes.size())
    throw Error("cannot read '" + path + "': " + strerror(errno));
  return bytes;
}

/// The product, or nothing where it does not fit 63 bits.
std::optional<uint64_t> product(const std::vector<uint64_t> &shape,
                                uint64_t factor) {
  uint64_t value = factor;
  bool zero = false;
  for (uint64_t dim : shape) {
    zero |= dim == 0;
    if (dim && value > (std::numeric_limits<uint64_t>::max() >> 1) / dim)
      return std::nullopt;
    value *= dim ? dim : 1;
  }
  return zero ? 0 : value;
}

/// Reader of the Python literal in a .npy header; knows what numpy writes and
/// nothing else.
class HeaderParser {
public:
  HeaderParser(const char *begin, const char *end, const std::string &origin)
      : at(begin), end(end), origin(origin) {}

  void parse() {
    expect('{');
    while (!accept('}')) {
      std::string key = string();
      expect(':');
      if (key == "descr" && !descr)
        descr = string();
      else if (key == "fortran_order" && !fortran)
        fortran = boolean();
      else if (key == "shape" && !shape)
        shape = tuple();
      else
        fail("unexpected or repeated key '" + key + "'");
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip();
    if (at != end)
      fail("text behind the dictionary");
    if (!descr || !fortran || !shape)
      fail("'descr', 'fortran_order' or 'shape' is missing");
  }

  std::optional<std::string> descr;
  std::optional<bool> fortran;
  std::optional<std::vector<uint64_t>> shape;

private:
  [[noreturn]] void fail(const std::string &what) const {
    throw Error(origin + ": malformed .npy header: " + what);
  }
  void skip() {
    while (at != end && (*at == ' ' || *at == '\n' || *at == '\t'))
      ++at;
  }
  bool accept(char c) {
    skip();
    if (at == end || *at != c)
      return false;
    ++at;
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      fail(std::string("expected '") + c + "'");
  }
  std::string string() {
    skip();
    if (at == end || (*at != '\'' && *at != '"'))
      fail("expected a string (structured types are not supported)");
    char quote = *at++;
    const char *begin = at;
    while (at != end && *at != quote && *at != '\\' && *at != '\n')
      ++at;
    if (at == end || *at != quote)
      fail("unterminated string");
    return std::string(begin, at++);
  }
  bool boolean() {
    skip();
    for (const char *word : {"True", "False"}) {
      size_t length = strlen(word);
      if (static_cast<size_t>(end - at) >= length &&
          strncmp(at, word, length) == 0) {
        at += length;
        return word[0] == 'T';
      }
    }
    fail("expected True or False");
  }
  std::vector<uint64_t> tuple() {
    std::vector<uint64_t> dims;
    expect('(');
    while (!accept(')')) {
      skip();
      const char *begin = at;
      while (at != end && *at >= '0' && *at <= '9')
        ++at;
      if (at == begin || at - begin > 18 || dims.size() == 32)
        fail("a shape is a tuple of whole numbers");
      dims.push_back(strtoull(std::string(begin, at).c_str(), nullptr, 10));
      if (at != end && *at == 'L') // Python 2
        ++at;
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return dims;
  }

  const char *at, *end;
  const std::string &origin;
};

ElementType typeOfDescr(const std::string &descr, const std::string &origin) {
  // One byte has no order: '<', '|', '=' and '>' mean the same. "=" is the
  // writer's order and so says nothing about ours.
  std::string kind = descr.size() == 3 ? descr.substr(1) : "";
  char order = descr.empty() ? 0 : descr[0];
  bool single = kind == "u1" || kind == "i1" || kind == "b1";
  if (single && strchr("<|=>", order))
    return kind == "i1" ? ElementType::I8 : ElementType::U8;
  for (const TypeInfo &t : types)
    if (descr == t.descr)
      return t.type;
  if (order == '>')
    throw Error(origin + ": big-endian numbers ('" + descr +
                "') are not supported");
  throw Error(origin + ": element type '" + descr + "' is not supported");
}

/// "FILE,TYPE,SHAPE" in its parts; nothing if it is not of that form.
struct RawSpec {
  std::string path;
  ElementType type;
  std::vector<uint64_t> shape;
};

std::optional<RawSpec> parseRaw(const std::string &argument) {
  size_t second = argument.rfind(',');
  if (second == std::string::npos || second == 0)
    return std::nullopt;
  size_t first = argument.rfind(',', second - 1);
  if (first == std::string::npos || first == 0)
    return std::nullopt;
  RawSpec spec;
  spec.path = argument.substr(0, first);
  std::string type = argument.substr(first + 1, second - first - 1);
  bool known = false;
  for (const TypeInfo &t : types)
    if (type == t.name) {
      spec.type = t.type;
      known = true;
    }
  if (!known) {
    std::vector<std::string> names;
    for (const TypeInfo &t : types)
      names.push_back(t.name);
    throw Error("'" + argument + "': unknown element type '" + type + "'",
                {"known are " + quotedList(names)});
  }
  std::string shape = argument.substr(second + 1);
  for (size_t at = 0; at <= shape.size();) {
    size_t next = std::min(shape.find('x', at), shape.size());
    spec.shape.push_back(parseInteger(shape.substr(at, next - at),
                                      "'" + argument + "': dimension", 1,
                                      1ull << 48));
    at = next + 1;
  }
  return spec;
}

} // namespace

size_t ddnn::tools::elementBytes(ElementType type) { return info(type).bytes; }

const char *ddnn::tools::elementName(ElementType type) {
  return info(type).name;
}

float Array::floatAt(uint64_t i) const {
  return visit(*this, i, [](auto value) { return static_cast<float>(value); });
}

int64_t Array::integerAt(uint64_t i) const {
  return visit(*this, i, [](auto value) -> int64_t {
    if constexpr (std::is_same_v<decltype(value), uint64_t>)
      if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
        return std::numeric_limits<int64_t>::max();
    return static_cast<int64_t>(value);
  });
}

std::string ddnn::tools::shapeText(const std::vector<uint64_t> &shape) {
  std::string text;
  for (uint64_t dim : shape)
    text += (text.empty() ? "" : "x") + std::to_string(dim);
  return text.empty() ? "()" : text;
}

Array ddnn::tools::decodeNpy(const uint8_t *data, size_t size,
                             const std::string &origin) {
  if (size < 10 || memcmp(data, "\x93NUMPY", 6) != 0)
    throw Error(origin + ": not a .npy file");
  unsigned major = data[6];
  if (major < 1 || major > 3)
    throw Error(origin + ": .npy version " + std::to_string(major) +
                " is not supported");
  size_t begin = major == 1 ? 10 : 12;
  if (size < begin)
    throw Error(origin + ": truncated .npy header");
  uint64_t length = data[8] | data[9] << 8;
  if (major > 1)
    length |= static_cast<uint64_t>(data[10]) << 16 |
              static_cast<uint64_t>(data[11]) << 24;
  if (length > size - begin)
    throw Error(origin + ": truncated .npy header");
  const char *text = reinterpret_cast<const char *>(data) + begin;
  HeaderParser header(text, text + length, origin);
  header.parse();

  Array array;
  array.origin = origin;
  array.type = typeOfDescr(*header.descr, origin);
  array.shape = *header.shape;
  if (*header.fortran && array.shape.size() > 1)
    throw Error(origin + ": Fortran order is not supported",
                {"save it with numpy.ascontiguousarray"});
  std::optional<uint64_t> bytes =
      product(array.shape, elementBytes(array.type));
  size_t have = size - begin - static_cast<size_t>(length);
  if (!bytes || *bytes != have)
    throw Error(origin + ": a shape of " + shapeText(array.shape) + " " +
                elementName(array.type) + " does not match the " +
                std::to_string(have) + " bytes of data");
  array.bytes.assign(data + begin + length, data + size);
  return array;
}

std::vector<uint8_t> ddnn::tools::encodeNpy(const Array &array) {
  std::string shape = "(";
  for (size_t i = 0; i < array.shape.size(); ++i)
    shape += (i ? ", " : "") + std::to_string(array.shape[i]);
  shape += array.shape.size() == 1 ? ",)" : ")";
  std::string header = std::string("{'descr': '") + info(array.type).descr +
                       "', 'fortran_order': False, 'shape': " + shape + ", }";
  // Data begins on a multiple of 64.
  while ((10 + header.size() + 1) % 64)
    header += ' ';
  header += '\n';
  std::vector<uint8_t> file = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  file.push_back(static_cast<uint8_t>(header.size()));
  file.push_back(static_cast<uint8_t>(header.size() >> 8));
  file.insert(file.end(), header.begin(), header.end());
  file.insert(file.end(), array.bytes.begin(), array.bytes.end());
  return file;
}

void ddnn::tools::writeNpy(const std::string &path, const Array &array) {
  std::vector<uint8_t> bytes = encodeNpy(array);
  std::string temporary = path + "." + std::to_string(getpid()) + ".tmp";
  FILE *file = fopen(temporary.c_str(), "wb");
  if (!file)
    throw Error("cannot write '" + path + "': " + strerror(errno));
  bool good = fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  good &= fclose(file) == 0;
  if (!good || rename(temporary.c_str(), path.c_str()) != 0) {
    int code = errno;
    unlink(temporary.c_str());
    throw Error("cannot write '" + path + "': " + strerror(code));
  }
}

Array ddnn::tools::makeArray(const std::vector<float> &values,
                             std::vector<uint64_t> shape) {
  Array array;
  array.type = ElementType::F32;
  array.shape = std::move(shape);
  array.bytes.resize(values.size() * sizeof(float));
  memcpy(array.bytes.data(), values.data(), array.bytes.size());
  return array;
}

Array ddnn::tools::readArray(const std::string &argument) {
  auto endsWith = [&](const char *suffix) {
    size_t n = strlen(suffix);
    return argument.size() > n &&
           argument.compare(argument.size() - n, n, suffix) == 0;
  };
  if (!endsWith(".npy")) {
    if (std::optional<RawSpec> spec = parseRaw(argument)) {
      Array array;
      array.origin = spec->path;
      array.type = spec->type;
      array.shape = spec->shape;
      array.bytes = readFile(spec->path);
      std::optional<uint64_t> want =
          product(spec->shape, elementBytes(spec->type));
      if (!want || *want != array.bytes.size())
        throw Error("'" + argument + "' needs " +
                    (want ? std::to_string(*want) : "too many") +
                    " bytes, but the file has " +
                    std::to_string(array.bytes.size()));
      return array;
    }
  }
  std::vector<uint8_t> bytes = readFile(argument);
  if (!endsWith(".npy") &&
      (bytes.size() < 6 || memcmp(bytes.data(), "\x93NUMPY", 6) != 0))
    throw Error("'" + argument + "' is not a .npy file",
                {"describe raw data as FILE,TYPE,SHAPE, for example "
                 "images.u8,u8,10000x3x32x32"});
  return decodeNpy(bytes.data(), bytes.size(), argument);
}
