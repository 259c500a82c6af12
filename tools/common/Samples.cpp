// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Samples.h"
#include "Error.h"

#include "ddnn/wire.h"

#include <algorithm>
#include <cstring>

using namespace ddnn::tools;

/// Without the dimensions of 1.
static std::vector<uint64_t> squeezed(const uint64_t *begin,
                                      const uint64_t *end) {
  std::vector<uint64_t> dims;
  std::copy_if(begin, end, std::back_inserter(dims),
               [](uint64_t dim) { return dim != 1; });
  return dims;
}

static std::vector<uint64_t> dimsOf(const ddnn_tensor &tensor) {
  return {tensor.dims, tensor.dims + tensor.rank};
}

static std::string inputText(const ddnn_tensor &tensor) {
  static const char *const kinds[] = {"f32", "u8", "bits"};
  return "'" + std::string(tensor.name) + "' (" + shapeText(dimsOf(tensor)) +
         " " + kinds[tensor.dtype] + ")";
}

/// Where bit `k` of a tensor stands: channels of images are innermost.
static uint32_t bitPosition(const ddnn_tensor &tensor, uint32_t k) {
  if (tensor.rank != 4)
    return k;
  uint32_t channels = tensor.dims[1], pixels = tensor.dims[2] * tensor.dims[3];
  uint32_t image = k / (channels * pixels), rest = k % (channels * pixels);
  return (image * pixels + rest % pixels) * channels + rest / pixels;
}

/// How many samples an array holds for an input.
static size_t countSamples(const Array &array, const ddnn_tensor &input) {
  std::vector<uint64_t> dims = dimsOf(input);
  std::vector<uint64_t> want = squeezed(dims.data(), dims.data() + dims.size());
  const uint64_t *begin = array.shape.data();
  const uint64_t *end = begin + array.shape.size();
  if (!array.shape.empty() && squeezed(begin + 1, end) == want)
    return array.shape[0];
  if (squeezed(begin, end) == want)
    return 1;
  throw Error(array.origin + ": samples of shape " +
              (array.shape.empty() ? "()" : shapeText({begin + 1, end})) +
              " do not fit input " + inputText(input));
}

SensorInputs::SensorInputs(const std::vector<Plugin> &places)
    : model(places.front().model().name) {
  for (const Plugin &plugin : places)
    if (plugin.model().tier == 0)
      tensors.insert(tensors.end(), plugin.model().inputs,
                     plugin.model().inputs + plugin.model().input_count);
}

Samples::Samples(SensorInputs sensors,
                 std::vector<std::pair<std::string, Array>> data,
                 std::optional<float> factor)
    : inputs(std::move(sensors)), scale(factor.value_or(1.0f)) {
  std::vector<std::string> names;
  for (unsigned i = 0; i < inputs.tensors.size(); ++i)
    names.push_back(inputs.tensors[i].name);
  arrays.resize(inputs.tensors.size());
  std::vector<bool> bound(inputs.tensors.size());
  bool inOrder = data.size() == inputs.tensors.size();
  for (const auto &[name, array] : data)
    inOrder &= name.empty();
  size_t next = 0;
  for (auto &[name, array] : data) {
    size_t at = inOrder ? next++ : 0;
    if (name.empty() && !inOrder && inputs.tensors.size() != 1)
      throw Error("model '" + inputs.model + "' has " +
                      std::to_string(inputs.tensors.size()) +
                      " inputs: name the one that '" + array.origin +
                      "' is for, as NAME=DATA",
                  {"its inputs are " + quotedList(names)});
    if (!name.empty())
      at = std::find(names.begin(), names.end(), name) - names.begin();
    if (at == names.size())
      throw Error("model '" + inputs.model + "' has no input '" + name + "'",
                  {"its inputs are " + quotedList(names)});
    if (bound[at])
      throw Error("two data sets for input '" + names[at] + "'");
    bound[at] = true;
    arrays[at] = std::move(array);
  }
  for (unsigned i = 0; i < inputs.tensors.size(); ++i) {
    const ddnn_tensor &input = inputs.tensors[i];
    if (!bound[i])
      throw Error("no data for input " + inputText(input));
    size_t n = countSamples(arrays[i], input);
    if (i && n != samples)
      throw Error(arrays[i].origin + " has " + std::to_string(n) +
                  " samples, " + arrays[0].origin + " has " +
                  std::to_string(samples));
    samples = n;
    if (input.dtype == DDNN_U8 && arrays[i].type != ElementType::U8)
      throw Error(arrays[i].origin + ": " + elementName(arrays[i].type) +
                  " data does not fit input " + inputText(input));
    if (input.dtype == DDNN_U8 && factor && *factor != 1.0f)
      notes.push_back("--scale has no effect on raw input '" + names[i] +
                      "': its scale was compiled in");
  }
  if (samples == 0)
    throw Error(arrays[0].origin + ": no samples");
}

Samples::Reader::Reader(const Samples &samples)
    : from(samples), floats(samples.inputs.tensors.size()),
      packed(samples.inputs.tensors.size()),
      pointers(samples.inputs.tensors.size()) {
  for (unsigned i = 0; i < pointers.size(); ++i) {
    const ddnn_tensor &input = from.inputs.tensors[i];
    if (input.dtype != DDNN_U8)
      floats[i].resize(input.count);
    if (input.dtype == DDNN_BITS)
      packed[i].resize(ddnn_memory_bytes(DDNN_BITS, input.count));
  }
}

const void *const *Samples::Reader::read(size_t index, size_t begin,
                                         size_t count) {
  for (size_t i = begin; i < begin + count; ++i) {
    const ddnn_tensor &input = from.inputs.tensors[i];
    const Array &array = from.arrays[i];
    uint64_t first = static_cast<uint64_t>(index) * input.count;
    if (input.dtype == DDNN_U8) {
      pointers[i] = array.bytes.data() + first;
      continue;
    }
    float *values = floats[i].data();
    if (array.type == ElementType::U8) { // the common case, spelled out
      const uint8_t *bytes = array.bytes.data() + first;
      for (uint32_t k = 0; k < input.count; ++k)
        values[k] = static_cast<float>(bytes[k]) * from.scale;
    } else {
      for (uint32_t k = 0; k < input.count; ++k)
        values[k] = array.floatAt(first + k) * from.scale;
    }
    pointers[i] = values;
    if (input.dtype == DDNN_BITS) {
      std::fill(packed[i].begin(), packed[i].end(), 0);
      for (uint32_t k = 0; k < input.count; ++k) {
        uint32_t bit = bitPosition(input, k);
        packed[i][bit / 8] |= static_cast<uint8_t>((values[k] >= 0) << bit % 8);
      }
      pointers[i] = packed[i].data();
    }
  }
  return pointers.data() + begin;
}

std::optional<float> ddnn::tools::parseScale(const std::string &text) {
  if (text.empty())
    return std::nullopt;
  size_t slash = text.find('/');
  float value = parseFloat(text.substr(0, slash), "--scale");
  if (slash != std::string::npos)
    value /= parseFloat(text.substr(slash + 1), "--scale");
  if (!(value > 0.0f && value < 3e38f))
    throw Error("--scale: '" + text + "' is not a positive number");
  return value;
}

Samples ddnn::tools::readSamples(const SensorInputs &inputs,
                                 const std::vector<std::string> &arguments,
                                 const std::string &scale) {
  std::vector<std::pair<std::string, Array>> data;
  for (const std::string &argument : arguments) {
    // "NAME=DATA", unless what stands before '=' is no input but a path.
    size_t at = argument.find('=');
    std::string name = at == std::string::npos ? "" : argument.substr(0, at);
    if (name.find('/') != std::string::npos) {
      bool known = false;
      for (const ddnn_tensor &input : inputs.tensors)
        known |= name == input.name;
      if (!known)
        name.clear();
    }
    data.emplace_back(
        name,
        readArray(name.empty() ? argument : argument.substr(name.size() + 1)));
  }
  return Samples(inputs, std::move(data), parseScale(scale));
}

std::vector<uint32_t> ddnn::tools::readLabels(const std::string &argument,
                                              std::optional<size_t> wanted,
                                              uint32_t classes) {
  Array array = readArray(argument);
  if (!array.isInteger())
    throw Error(array.origin + ": labels are whole numbers, not " +
                elementName(array.type));
  size_t large = 0;
  for (uint64_t dim : array.shape)
    large += dim != 1;
  if (large > 1)
    throw Error(array.origin + ": labels of shape " + shapeText(array.shape) +
                ", expected one for each sample");
  size_t count = wanted.value_or(array.count());
  if (array.count() < count)
    throw Error(array.origin + ": " + std::to_string(array.count()) +
                " labels for " + std::to_string(count) + " samples");
  std::vector<uint32_t> labels(count);
  for (size_t i = 0; i < count; ++i) {
    int64_t label = array.integerAt(i);
    if (label < 0 || label >= static_cast<int64_t>(classes))
      throw Error(array.origin + ": label " + std::to_string(label) +
                  " of sample " + std::to_string(i) + ", but there are " +
                  std::to_string(classes) + " classes");
    labels[i] = static_cast<uint32_t>(label);
  }
  return labels;
}
