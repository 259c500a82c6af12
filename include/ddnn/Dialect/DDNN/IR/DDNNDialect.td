//===- DDNNDialect.td - The ddnn dialect -------------------*- tablegen -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_DIALECT
#define DDNN_DIALECT

include "mlir/IR/OpBase.td"

def DDNN_Dialect : Dialect {
  let name = "ddnn";
  let cppNamespace = "::ddnn";
  let summary = "Early-exit networks distributed over tiers";
  let description = [{
    Upstream dialects (linalg, tensor, arith, math, func) carry everything that
    exists upstream. This dialect adds only what a distributed deep neural
    network (DDNN) needs: exits, aggregation of several devices, binarized blocks
    and what they are recognised from, and the placement of a network on tiers
    with the links between them.

    Discardable attributes that the passes and tools share:

    | attribute | on | meaning |
    |---|---|---|
    | `ddnn.name` | arguments and results of the graph's function | name of the ONNX value |
    | `ddnn.tiers` | module | array of `#ddnn.tier_spec`, nearest to the sensor first |
    | `ddnn.labels` | module | class names, an array of strings |
    | `ddnn.cuts` | module | names of the ONNX nodes after which the graph is cut |
    | `ddnn.search` | module | `#ddnn.search`: what `ddnn-search-placement` is asked for |
    | `ddnn.placement` | module | `#ddnn.placement`: what it chose, for the report |
    | `ddnn.missing` | module | what a missing member means: a string for all aggregates, or a dictionary by node |
    | `ddnn.blank` | module | what a blank view's elements are, a dictionary from inputs to numbers |
    | `ddnn.replicate` | module | what to copy for each member, see `ddnn-replicate-members` |
    | `ddnn.schedules` | module | measured schedules, [pixels, vectors, winograd] by shape |
    | `ddnn.binary_blocks` | module | array of `#ddnn.binary_block`, for the report |
    | `ddnn.sign_of_zero` | module | what ONNX Sign may be taken for at 0: `exact` (0) or `plus` (+1) |
    | `ddnn.scaled_signs` | a constant | +-1 times factors that the model has apart |
    | `ddnn.tier` | an operation of the graph | the tier that runs it |
    | `ddnn.source` | argument of the graph's function | the place of its sensor, where the first tier has several members |
    | `ddnn.raw` | argument of the graph's function | raw camera input |
    | `ddnn.node` | an operation of the graph, a kernel | name of the ONNX node it was made for |
    | `ddnn.flops` | a kernel | floating-point operations of one call |
    | `ddnn.layer` | a call of a kernel | what it computes, see `#ddnn.layer` |
    | `ddnn.offset` | a global of a tier | its place in the tier's weights, in bytes |
    | `ddnn.threads` | loop | threads that share its iterations |
    | `ddnn.memory` | an argument of a tier's function | what memory it is, see `#ddnn.memory` |
  }];
  let useDefaultAttributePrinterParser = 1;
}

#endif // DDNN_DIALECT
