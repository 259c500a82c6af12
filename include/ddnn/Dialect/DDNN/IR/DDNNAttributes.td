//===- DDNNAttributes.td - Attributes of the ddnn dialect --*- tablegen -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_ATTRIBUTES
#define DDNN_ATTRIBUTES

include "ddnn/Dialect/DDNN/IR/DDNNDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

//===----------------------------------------------------------------------===//
// Enumerations. The numbers are those of runtime/include/ddnn/model.h.
//===----------------------------------------------------------------------===//

class DDNN_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::ddnn";
  let genSpecializedAttr = 0;
}

class DDNN_EnumAttr<EnumAttrInfo info, string mnemonic>
    : EnumAttr<DDNN_Dialect, info, mnemonic>;

def DDNN_Encoding : DDNN_Enum<"Encoding", "how a tensor travels on a link", [
    I32EnumAttrCase<"f32", 0>, I32EnumAttrCase<"f16", 1>,
    I32EnumAttrCase<"u8", 2>, I32EnumAttrCase<"i8", 3>,
    I32EnumAttrCase<"bits", 4>]>;
def DDNN_EncodingAttr : DDNN_EnumAttr<DDNN_Encoding, "encoding">;

def DDNN_Scores : DDNN_Enum<"Scores", "what a network writes at an exit", [
    I32EnumAttrCase<"logits", 0>, I32EnumAttrCase<"probabilities", 1>,
    I32EnumAttrCase<"log_probabilities", 2>]>;
def DDNN_ScoresAttr : DDNN_EnumAttr<DDNN_Scores, "scores">;

def DDNN_Criterion : DDNN_Enum<"Criterion", "how an exit's confidence is measured", [
    I32EnumAttrCase<"entropy", 0>, I32EnumAttrCase<"confidence", 1>,
    I32EnumAttrCase<"margin", 2>]>;
def DDNN_CriterionAttr : DDNN_EnumAttr<DDNN_Criterion, "criterion">;

def DDNN_AggregateKind : DDNN_Enum<"AggregateKind", "how members are joined", [
    I32EnumAttrCase<"max", 0>, I32EnumAttrCase<"mean", 1>,
    I32EnumAttrCase<"concat", 2>]>;
def DDNN_AggregateKindAttr : DDNN_EnumAttr<DDNN_AggregateKind, "aggregate_kind">;

def DDNN_Missing : DDNN_Enum<"Missing", "what a missing member means", [
    I32EnumAttrCase<"fail", 0>, I32EnumAttrCase<"zero", 1>,
    I32EnumAttrCase<"skip", 2>, I32EnumAttrCase<"blank", 3>]>;
def DDNN_MissingAttr : DDNN_EnumAttr<DDNN_Missing, "missing">;

def DDNN_WindowKind : DDNN_Enum<"WindowKind", "what a window computes from the values under it", [
    I32EnumAttrCase<"conv", 0>, I32EnumAttrCase<"depthwise", 1>,
    I32EnumAttrCase<"max", 2>, I32EnumAttrCase<"sum", 3>,
    I32EnumAttrCase<"binary", 4>, I32EnumAttrCase<"any", 5>]>;
def DDNN_WindowKindAttr : DDNN_EnumAttr<DDNN_WindowKind, "window_kind">;

def DDNN_Objective : DDNN_Enum<"Objective", "what a placement is chosen for the least of", [
    I32EnumAttrCase<"latency", 0>, I32EnumAttrCase<"bytes", 1>,
    I32EnumAttrCase<"energy", 2>]>;

def DDNN_CandidateKind : DDNN_Enum<"CandidateKind", "what became of a placement that was looked at", [
    I32EnumAttrCase<"chosen", 0>, I32EnumAttrCase<"alternative", 1>,
    I32EnumAttrCase<"refused", 2>, I32EnumAttrCase<"comparison", 3>]>;

def DDNN_MemoryKind : DDNN_Enum<"MemoryKind", "what an argument of a tier's function points to", [
    I32EnumAttrCase<"input", 0>, I32EnumAttrCase<"output", 1>,
    I32EnumAttrCase<"slot", 2>, I32EnumAttrCase<"weights", 3>,
    I32EnumAttrCase<"arena", 4>]>;

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

class DDNN_Attr<string name, string mnemonic_> : AttrDef<DDNN_Dialect, name> {
  let mnemonic = mnemonic_;
  let assemblyFormat = "`<` struct(params) `>`";
}

def DDNN_MemoryAttr : DDNN_Attr<"Memory", "memory"> {
  let summary = "which memory an argument of a tier's step function is";
  let description = [{
    `input` and `output` index the tier's descriptor tables; `slot` numbers a
    value that one step keeps in the arena for a later one; `arena` has the index
    of the tier's memory pool, 0 where there is one.

    ```mlir
    func.func @step0(%x: memref<1x1x8x8xf32> {ddnn.memory = #ddnn.memory<kind = input, index = 0>})
    ```
  }];
  let parameters = (ins EnumParameter<DDNN_MemoryKind>:$kind, "int64_t":$index);
}

def DDNN_PoolAttr : DDNN_Attr<"Pool", "pool"> {
  let summary = "one of several memories of a tier";
  let description = [{
    `capacity` is what the deployment allows in bytes, `used` what the arena in
    it takes; it is 0 until `ddnn-plan-arena` has run.

    ```mlir
    #ddnn.pool<name = "fast", capacity = 65536>
    ```
  }];
  let parameters = (ins StringRefParameter<"name, also in C">:$name,
                        "int64_t":$capacity,
                        DefaultValuedParameter<"int64_t", "0">:$used);
  let genVerifyDecl = 1;
}

def DDNN_LayerTimeAttr : DDNN_Attr<"LayerTime", "layer_time"> {
  let summary = "what a layer was measured to take";
  let description = [{
    `seconds` that a tier takes for all of the ONNX nodes together, and their
    floating-point operations.

    ```mlir
    #ddnn.layer_time<nodes = ["Conv conv", "Relu relu"], flops = 9216, seconds = 1.2e-06 : f64>
    ```
  }];
  let parameters = (ins "::mlir::ArrayAttr":$nodes, "int64_t":$flops,
                        "::mlir::FloatAttr":$seconds);
  let genVerifyDecl = 1;
}

def DDNN_TierSpecAttr : DDNN_Attr<"TierSpec", "tier_spec"> {
  let summary = "one tier as the deployment describes it";
  let description = [{
    `memory` is the arena budget in bytes (0: no limit); a tier with several
    memories has them in `pools`, the fastest first, and their sum in `memory`.
    `flops` is the tier's speed in FLOP/s, `bandwidth` (byte/s) and `latency`
    (s, one way) describe the link to the next tier. A tier that is not `trusted`
    may not see raw input. Kernels run on `threads` threads. `profile` lists
    the layers that were measured; `flops` then is the speed for what was not.
    `power` (W) is what the tier takes while it computes, `link_energy` (J/byte)
    what the link takes at both ends; 0 where they are not given.

    A tier of several members has one of these for each: `name` is the place's,
    "device0", `tier` the tier's, "device", and `member` counts from 0. Without
    `tier` the place is a tier of its own.

    ```mlir
    module attributes {ddnn.tiers = [
      #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0,
                      trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>]}
    ```
  }];
  let parameters = (ins StringRefParameter<"tier name">:$name,
                        StringRefParameter<"code generation target">:$target,
                        StringRefParameter<"CPU, empty for the build machine's default">:$cpu,
                        "int64_t":$memory, "bool":$trusted, "::mlir::FloatAttr":$flops,
                        "::mlir::FloatAttr":$bandwidth, "::mlir::FloatAttr":$latency,
                        DefaultValuedParameter<"int64_t", "1">:$threads,
                        OptionalParameter<"::mlir::ArrayAttr">:$profile,
                        OptionalParameter<"::mlir::ArrayAttr">:$pools,
                        StringRefParameter<"tier of several members", "\"\"">:$tier,
                        DefaultValuedParameter<"int64_t", "0">:$member,
                        OptionalParameter<"::mlir::FloatAttr">:$power,
                        OptionalParameter<"::mlir::FloatAttr">:$link_energy);
  let extraClassDeclaration = [{
    /// Memories that the arena is spread over, at least one.
    int64_t getPoolCount() const { return getPools() ? getPools().size() : 1; }
  }];
  let genVerifyDecl = 1;
}

def DDNN_TensorInfoAttr : DDNN_Attr<"TensorInfo", "tensor_info"> {
  let summary = "a tensor at a tier's boundary";
  let description = [{
    ```mlir
    #ddnn.tensor_info<name = "features", type = tensor<1x8x8x8xi1>, encoding = bits, scale = 1.0 : f64>
    ```
  }];
  let parameters = (ins StringRefParameter<"ONNX value name">:$name,
                        "::mlir::RankedTensorType":$type,
                        EnumParameter<DDNN_Encoding>:$encoding,
                        "::mlir::FloatAttr":$scale);
  let extraClassDeclaration = [{
    /// Bytes of the encoded payload.
    int64_t getWireBytes() const;
  }];
  let genVerifyDecl = 1;
}

def DDNN_ExitInfoAttr : DDNN_Attr<"ExitInfo", "exit_info"> {
  let summary = "one exit of the deployment";
  let description = [{
    ```mlir
    #ddnn.exit_info<name = "local", tier = 0, classes = 10, scores = logits, criterion = entropy, threshold = 0.4 : f64, last = false>
    ```
  }];
  let parameters = (ins StringRefParameter<"ONNX output name">:$name,
                        "int64_t":$tier, "int64_t":$classes,
                        EnumParameter<DDNN_Scores>:$scores,
                        EnumParameter<DDNN_Criterion>:$criterion,
                        "::mlir::FloatAttr":$threshold, "bool":$last);
}

def DDNN_BinaryBlockAttr : DDNN_Attr<"BinaryBlock", "binary_block"> {
  let summary = "what became of a node that is binarized, or looks so";
  let description = [{
    For the report: `what` an operator `is_binary` as, or why it is not.

    ```mlir
    #ddnn.binary_block<node = "Conv conv", is_binary = true, what = "convolution 64x3x3, +-1 by +-1">
    ```
  }];
  let parameters = (ins StringRefParameter<"ONNX operator and node">:$node,
                        "bool":$is_binary, StringRefParameter<"text">:$what);
  let genVerifyDecl = 1;
}

def DDNN_LocalExitAttr : DDNN_Attr<"LocalExit", "local_exit"> {
  let summary = "an exit that a tier computes: indices of exit, output and step";
  let description = [{
    ```mlir
    #ddnn.local_exit<exit = 0, output = 0, step = 0>
    ```
  }];
  let parameters = (ins "int64_t":$exit, "int64_t":$output, "int64_t":$step);
}

def DDNN_LayerAttr : DDNN_Attr<"Layer", "layer"> {
  let summary = "a call of a kernel, as it is measured and reported";
  let description = [{
    Number `index` of its tier, in the order of the steps. `nodes` are the ONNX
    nodes that the call computes, `flops` their floating-point operations as
    ONNX defines them. Kernels are shared, layers are not: it belongs to the
    call.

    ```mlir
    call @kernel_conv(%x, %y) {ddnn.layer = #ddnn.layer<index = 0, nodes = ["Conv conv", "Relu relu"], flops = 9216>}
    ```
  }];
  let parameters = (ins "int64_t":$index, "::mlir::ArrayAttr":$nodes,
                        "int64_t":$flops);
  let genVerifyDecl = 1;
}

def DDNN_PlaceAttr : DDNN_Attr<"Place", "place"> {
  let summary = "a member of a tier, by their numbers";
  let description = [{
    ```mlir
    #ddnn.place<tier = 1, member = 0>
    ```
  }];
  let parameters = (ins "int64_t":$tier, "int64_t":$member);
}

def DDNN_SourceAttr : DDNN_Attr<"Source", "source"> {
  let summary = "a place that sends, and what it means where it does not";
  let description = [{
    ```mlir
    #ddnn.source<place = <tier = 0, member = 3>, missing = skip>
    ```
  }];
  let parameters = (ins "::ddnn::PlaceAttr":$place,
                        EnumParameter<DDNN_Missing>:$missing);
}

def DDNN_PlaceInfoAttr : DDNN_Attr<"PlaceInfo", "place_info"> {
  let summary = "where a part of the network stands in a deployment with groups";
  let description = [{
    Member `place` of the tier `tier`. `sources` are the places that send here,
    in order; `input_sources` says for each input which of them it is from, -1
    for the sensor and -2 for the runtime, which makes the presence of the
    sources. `targets` are the places that the outputs of links travel to.

    ```mlir
    #ddnn.place_info<tier = "device", place = <tier = 0, member = 1>, sources = [],
      input_sources = array<i64: -1>, targets = [#ddnn.place<tier = 1, member = 0>]>
    ```
  }];
  let parameters = (ins StringRefParameter<"tier name">:$tier,
                        "::ddnn::PlaceAttr":$place,
                        "::mlir::ArrayAttr":$sources,
                        "::mlir::DenseI64ArrayAttr":$input_sources,
                        "::mlir::ArrayAttr":$targets);
  let genVerifyDecl = 1;
}

def DDNN_TierInfoAttr : DDNN_Attr<"TierInfo", "tier_info"> {
  let summary = "everything the runtime and the report say about a compiled tier";
  let description = [{
    Sizes are in bytes and are 0 until `ddnn-finalize-descriptor` has run, which
    also lists the layers. `seconds` are what the tier's steps are expected to
    take on each tier of the deployment: all tiers for the first step, then all
    for the second, and so on.
    `arena_lower_bound` is the peak of live bytes over the schedule.
    `winograd_weights` is how much larger Winograd makes the weights,
    `winograd_scratch` the most scratch in the arena at once. `pools` are there
    where the arena, then the sum of them, is spread over several. `place` is
    there where a tier of the deployment has several members.

    ```mlir
    #ddnn.tier_info<name = "device", inputs = [...], outputs = [...], links = 1,
      local_exits = [...], steps = 2, operators = ["Conv device/conv"], flops = 9216,
      weights = 0, arena = 0, arena_lower_bound = 0>
    ```
  }];
  let parameters = (ins StringRefParameter<"tier name">:$name,
                        "::mlir::ArrayAttr":$inputs,
                        "::mlir::ArrayAttr":$outputs, "int64_t":$links,
                        "::mlir::ArrayAttr":$local_exits, "int64_t":$steps,
                        "::mlir::ArrayAttr":$operators, "int64_t":$flops,
                        "int64_t":$weights, "int64_t":$arena,
                        "int64_t":$arena_lower_bound,
                        DefaultValuedParameter<"int64_t", "0">:$winograd_weights,
                        DefaultValuedParameter<"int64_t", "0">:$winograd_scratch,
                        OptionalParameter<"::mlir::ArrayAttr">:$pools,
                        OptionalParameter<"::mlir::ArrayAttr">:$layers,
                        OptionalParameter<"::mlir::DenseF64ArrayAttr">:$seconds,
                        OptionalParameter<"::ddnn::PlaceInfoAttr">:$place);
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Placement search
//===----------------------------------------------------------------------===//

def DDNN_OperatingPointAttr : DDNN_Attr<"OperatingPoint", "operating_point"> {
  let summary = "thresholds, and which part of the samples they let leave where";
  let description = [{
    By early exit, in the order in which samples meet them: the threshold and
    the fraction of all samples that is answered there. The last exit answers
    the rest. `accuracy` of the answers where it was measured.

    ```mlir
    #ddnn.operating_point<thresholds = [0.4], rates = [0.75], accuracy = 0.97 : f64>
    ```
  }];
  let parameters = (ins "::mlir::DenseF64ArrayAttr":$thresholds,
                        "::mlir::DenseF64ArrayAttr":$rates,
                        OptionalParameter<"::mlir::FloatAttr">:$accuracy);
  let genVerifyDecl = 1;
}

def DDNN_SearchAttr : DDNN_Attr<"Search", "search"> {
  let summary = "what `ddnn-search-placement` is asked for";
  let description = [{
    The `points` are those to choose from; `min_accuracy` rules some of them
    out. Without it, all but the most accurate are. `source` says where the
    rates are from, for the report.

    ```mlir
    #ddnn.search<objective = latency, points = [
      #ddnn.operating_point<thresholds = [0.4], rates = [0.75]>], source = "--exit-rate">
    ```
  }];
  let parameters = (ins EnumParameter<DDNN_Objective>:$objective,
                        "::mlir::ArrayAttr":$points,
                        OptionalParameter<"::mlir::FloatAttr">:$min_accuracy,
                        StringRefParameter<"text">:$source);
  let genVerifyDecl = 1;
}

def DDNN_CandidateAttr : DDNN_Attr<"Candidate", "candidate"> {
  let summary = "a placement and what it is expected to cost a sample";
  let description = [{
    `cuts` names a node for each boundary between tiers that compute, `exits`
    has the tier of each exit. `seconds`, `bytes` and `joules` are means over
    all samples; `note` says why it was not chosen.

    ```mlir
    #ddnn.candidate<kind = chosen, cuts = ["device/sign"], exits = ["device", "cloud"],
                    seconds = 5.0e-03 : f64, bytes = 8.0 : f64, joules = 2.0e-03 : f64, note = "">
    ```
  }];
  let parameters = (ins EnumParameter<DDNN_CandidateKind>:$kind,
                        "::mlir::ArrayAttr":$cuts, "::mlir::ArrayAttr":$exits,
                        "::mlir::FloatAttr":$seconds, "::mlir::FloatAttr":$bytes,
                        "::mlir::FloatAttr":$joules, StringRefParameter<"text">:$note);
  let genVerifyDecl = 1;
}

def DDNN_PlacementAttr : DDNN_Attr<"Placement", "placement"> {
  let summary = "what `ddnn-search-placement` chose, and what it did not";
  let description = [{
    For the report. The first of the `candidates` was chosen, at `point`.

    ```mlir
    #ddnn.placement<objective = latency, source = "--exit-rate", point = ..., candidates = [...]>
    ```
  }];
  let parameters = (ins EnumParameter<DDNN_Objective>:$objective,
                        StringRefParameter<"text">:$source,
                        "::ddnn::OperatingPointAttr":$point,
                        "::mlir::ArrayAttr":$candidates);
  let genVerifyDecl = 1;
}

#endif // DDNN_ATTRIBUTES
