//===- Passes.td - Passes over the ddnn dialect ------------*- tablegen -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_PASSES
#define DDNN_PASSES

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Stage graph
//===----------------------------------------------------------------------===//

def ApplyDeployment : Pass<"ddnn-apply-deployment", "::mlir::ModuleOp"> {
  let summary = "say what runs where: tiers, exits, cuts, camera input";
  let description = [{
    What `ddnnc` does with its command line, its deployment file and the model's
    metadata, for tests and for the IR between passes: sets `ddnn.tiers`,
    `ddnn.labels`, `ddnn.cuts` and `ddnn.sign_of_zero`, makes each result of @main a `ddnn.exit` and
    puts the preprocessing of raw camera input in front.
  }];
  let dependentDialects = ["::ddnn::DDNNDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
  let options = [
    Option<"spec", "spec", "std::string", "", "deployment file in YAML">,
    ListOption<"tiers", "tiers", "std::string", "tiers, nearest to the sensor first">,
    ListOption<"exits", "exits", "std::string", "exits, NAME[@TIER][:T]">,
    ListOption<"thresholds", "thresholds", "std::string",
               "thresholds that beat those of exits, EXIT=T">,
    ListOption<"criteria", "criteria", "std::string",
               "what thresholds are compared with, [EXIT:]NAME">,
    ListOption<"cuts", "cuts", "std::string", "nodes to cut after">,
    ListOption<"bandwidth", "bandwidth", "std::string", "[TIER:]RATE">,
    ListOption<"latency", "latency", "std::string", "[TIER:]TIME">,
    ListOption<"flops", "flops", "std::string", "[TIER:]SPEED">,
    ListOption<"memory", "memory", "std::string", "[TIER:]BYTES">,
    ListOption<"profiles", "profile-in", "std::string", "[TIER:]FILE">,
    Option<"signOfZero", "sign-of-zero", "std::string", "", "exact or plus">,
    ListOption<"power", "power", "std::string", "[TIER:]WATT">,
    ListOption<"linkEnergy", "link-energy", "std::string", "[TIER:]ENERGY">,
    Option<"place", "place", "std::string", "", "auto or given">,
    Option<"objective", "objective", "std::string", "", "latency, bytes or energy">,
    Option<"calibration", "calibration", "std::string", "", "operating points to choose from">,
    Option<"minAccuracy", "min-accuracy", "std::string", "", "of an operating point">,
    ListOption<"exitRates", "exit-rates", "std::string", "NAME:FRACTION">];
}

def ReplicateMembers : Pass<"ddnn-replicate-members", "::mlir::ModuleOp"> {
  let summary = "the part of a network on the device, once for each member";
  let description = [{
    A model with one input becomes one with `count` of them, named NAME.0,
    NAME.1, ...: what leads from the input up to the ONNX nodes in `after` is
    there once for each member, and a `ddnn.aggregate` behind each of these nodes
    joins the members' values. Everything that depends on the input has to lie
    behind one of them. They are joined by maximum or mean; a concatenation would
    not have the shape that the model expects behind the node.

    What to do is in options or in the module's `ddnn.replicate`, a dictionary
    with `count`, `kind`, `missing`, `after` and `weights`. The last names files
    of modules, one for each member but the first, that agree with this one in
    everything but constants: members then have weights of their own.
  }];
  let dependentDialects = ["::ddnn::DDNNDialect"];
  let options = [
    Option<"count", "count", "int64_t", "0", "members">,
    Option<"kind", "kind", "std::string", "\"max\"", "max, mean or concat">,
    Option<"missing", "missing", "std::string", "\"fail\"", "fail, zero, skip or blank">,
    ListOption<"after", "after", "std::string", "ONNX nodes after which members are joined">,
    ListOption<"weights", "weights", "std::string",
               "files of IR with the weights of members 1, 2, ...">];
}

def DeclareMissing : Pass<"ddnn-declare-missing", "::mlir::ModuleOp"> {
  let summary = "what a missing member means, for all aggregates";
  let description = [{
    Sets the policy of aggregates to the option's, or else to the module's
    `ddnn.missing`, a string for all or a dictionary by ONNX node. Checks that
    it fits each of them, and that `ddnn.blank` names inputs.
  }];
  let dependentDialects = ["::ddnn::DDNNDialect"];
  let options = [
    Option<"missing", "missing", "std::string", "", "fail, zero, skip or blank">];
}

//===----------------------------------------------------------------------===//
// Stage blocks
//===----------------------------------------------------------------------===//

def RecognizeBinary : Pass<"ddnn-recognize-binary", "::mlir::ModuleOp"> {
  let summary = "binarized blocks become operations on +-1";
  let description = [{
    Convolutions and products with constant weights of +-1 become
    `ddnn.binary_conv_2d` and `ddnn.binary_matmul`, max pooling of +-1 becomes
    `ddnn.binary_pool`, and what only moves +-1 moves i1. No float tensor is left
    whose values are +-1, but `ddnn.plus_minus_one` directly in front of what
    takes floats. A sign with another value at zero (`ddnn.sign_with_zero`)
    becomes `ddnn.sign` where zero cannot occur, or where the module's
    `ddnn.sign_of_zero` is "plus". What became of each node that is, or looks,
    binarized goes to the module's `ddnn.binary_blocks`.
  }];
  let dependentDialects = ["::ddnn::DDNNDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
  let statistics = [Statistic<"numRecognized", "recognized", "convolutions, products and pools of +-1">];
}

def FoldBatchNorm : Pass<"ddnn-fold-batch-norm"> {
  let summary = "fold batch norm into the float convolution or product before it";
  let description = [{
    Multiplies the scale into constant weights and adds the shift as a bias.
    Never folds into weights that are all +-1 and never in front of a
    `ddnn.sign` (directly or after pooling): both would destroy a binarized
    block. What cannot be folded stays a `ddnn.batch_norm`.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
  let statistics = [Statistic<"numFolded", "folded", "batch norms folded">];
}

//===----------------------------------------------------------------------===//
// Stage tiers
//===----------------------------------------------------------------------===//

def SearchPlacement : Pass<"ddnn-search-placement", "::mlir::ModuleOp"> {
  let summary = "choose cuts, tiers of exits and thresholds together";
  let description = [{
    Where the module has a `ddnn.search`, finds the cuts, the tiers of the exits
    and the operating point of least expected cost to a sample: every
    combination of legal cuts, by dynamic programming. What is given (`ddnn.cuts`,
    tiers of exits) stays. Tiers that are not trusted never see raw input, and
    no operation runs where it does not fit. The result is written to where
    `ddnn-place-tiers` reads it, and `ddnn.search` becomes a `ddnn.placement`
    that also says what was not chosen and why.
  }];
  let dependentDialects = ["::ddnn::DDNNDialect"];
}

def PlaceTiers : Pass<"ddnn-place-tiers", "::mlir::ModuleOp"> {
  let summary = "decide on which tier each operation runs";
  let description = [{
    Puts `ddnn.tier = "NAME"` on every operation of the graph. In order of
    precedence: the cuts in the module's `ddnn.cuts`, the tiers that exits
    name, the k-th exit on the k-th tier; where that leaves a choice, the cost
    model (FLOPs, bytes moved, bandwidth and latency of each link) decides.

    A tier of several members and the aggregator behind it share a boundary,
    which no operation lies before that joins what members have. Each member
    gets parts of the tier that nothing connects; NAME then is the member's. An
    exit on the aggregator is computed there from the first operation on that
    joins members, and before that on them. Where the first tier has several
    members, `ddnn.source` says which of them has the sensor of an input.
  }];
  let dependentDialects = ["::ddnn::DDNNDialect"];
}

def EvaluateBlanks : Pass<"ddnn-evaluate-blanks", "::mlir::ModuleOp"> {
  let summary = "what members send for a blank view";
  let description = [{
    Gives each aggregate with `missing blank` the value of every member when all
    inputs that it depends on are blank, as constants. An input is blank when all
    its elements are what the module's `ddnn.blank` says for it, 0 otherwise; raw
    camera input counts in bytes. The values are computed here, by compiling what
    leads to them for this machine.
  }];
  let dependentDialects = ["::ddnn::DDNNDialect", "::mlir::arith::ArithDialect"];
}

def Partition : Pass<"ddnn-partition", "::mlir::ModuleOp"> {
  let summary = "split the placed graph into tiers with links between them";
  let description = [{
    Creates a `ddnn.tier` for each tier of the deployment with one function per
    step, a `ddnn.link` for every tensor that crosses from a tier to the next
    (hop by hop where a tier is skipped) and the `ddnn.descriptor`. Chooses each
    link's encoding: `bits` for +-1 (i1), `u8` for raw camera input, else `f32`,
    or `f16` where asked and the values are known to fit. Where +-1 are needed as
    floats on a later tier, it is there that `ddnn.plus_minus_one` makes them.

    With groups there is a `ddnn.tier` for each member, links go past
    aggregators, and `ddnn.aggregate` learns from an input `present` which of
    the places that send to its own have come.
  }];
  let dependentDialects = ["::ddnn::DDNNDialect", "::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect", "::mlir::tensor::TensorDialect"];
  let options = [
    Option<"f16", "f16", "bool", "false",
           "send float tensors in half precision; refused where values may not fit">];
}

//===----------------------------------------------------------------------===//
// Stage schedule
//===----------------------------------------------------------------------===//

def CommutePools : Pass<"ddnn-commute-pools", "::mlir::func::FuncOp"> {
  let summary = "pool bits behind the sign instead of floats in front of it";
  let description = [{
    sign(f(max_pool(x))) becomes binary_pool(sign(f(x))) where f is batch norm or
    other arithmetic that is monotone in each channel, rounding included, and
    nothing else reads what lies between. In channels where f falls, the pool is
    true where all bits are. NaN apart, the result is the same.
  }];
  let dependentDialects = ["::ddnn::DDNNDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
  let statistics = [Statistic<"numCommuted", "commuted", "pools of bits">];
}

def Decompose : Pass<"ddnn-decompose"> {
  let summary = "rewrite what has no loop form of its own into linalg.generic";
  let description = [{
    Lowers `ddnn.batch_norm`, signs, `ddnn.pack`, `ddnn.unpack`,
    `ddnn.aggregate` and `linalg.softmax` to generic linalg on tensors, and drops
    `ddnn.exit`, which is an identity. Operations on +-1 that are still there
    become convolutions, products and pooling of floats.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect", "::mlir::math::MathDialect"];
  let options = [
    Option<"keepBinary", "keep-binary", "bool", "false",
           "leave what ddnn-form-windows has packed forms for">];
}

def BoundArena : Pass<"ddnn-bound-arena", "::ddnn::TierOp"> {
  let summary = "the least arena that the order of operations allows";
  let description = [{
    The peak of live bytes over the tier's operations as the network has them,
    in place where that is possible, before any layout, padding or scratch: what
    the report shows beside the arena that was planned. Inputs and outputs are
    the caller's.
  }];
}

def PackLinks : Pass<"ddnn-pack-links", "::ddnn::TierOp"> {
  let summary = "+-1 enter and leave a tier as bits";
  let description = [{
    Steps take and return the i1 tensors of links as their bytes, with
    `ddnn.unpack` behind an argument and `ddnn.pack` in front of a result: by
    pixels where that is dense, else as one row. What is handed on stays packed,
    and what later steps of the same tier read stays i1.
  }];
  let dependentDialects = ["::ddnn::DDNNDialect"];
}

def FormWindows : Pass<"ddnn-form-windows", "::mlir::func::FuncOp"> {
  let summary = "block images by the vector's lanes, operators become windows";
  let description = [{
    Convolutions, products, pooling and what is element-wise between them work
    on NCHWc images, with c the lanes of the tier's vector unit, as `ddnn.window`
    and as linalg on blocked tensors. A value that some other operator needs as
    it was is copied back for it. Binarized blocks work on packed bits; where
    there are no vectors, they alone become windows.
  }];
  let dependentDialects = ["::ddnn::DDNNDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def FuseEpilogues : Pass<"ddnn-fuse-epilogues", "::mlir::func::FuncOp"> {
  let summary = "element-wise operations move into the window before them";
  let description = [{
    Bias, activation, batch norm, sign and residual become part of the region of
    the one `ddnn.window` whose result they are the only reader of, and then cost
    nothing but their arithmetic.
  }];
  let dependentDialects = ["::ddnn::DDNNDialect", "::mlir::arith::ArithDialect"];
  let statistics = [Statistic<"numFused", "fused", "operations fused">];
}

def FindThresholds : Pass<"ddnn-find-thresholds", "::mlir::func::FuncOp"> {
  let summary = "what is between a sum and its sign becomes one comparison";
  let description = [{
    Bias, batch norm and sign of a `ddnn.window` with packed bits become a
    comparison with a threshold by channel. Of a binary convolution, whose sum is
    an integer, the region is evaluated for each that can occur, in its own
    precision; of floats, where every operation of the region is monotone, the
    threshold is bisected. Both are exact. Where the bit falls as the sum grows,
    the channel's weights change their signs. A region that is not monotone stays
    as it is.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
  let statistics = [Statistic<"numFound", "found", "regions that became a comparison">];
}

def PackWeights : Pass<"ddnn-pack-weights", "::ddnn::TierOp"> {
  let summary = "choose each window's register tile and pack its weights for it";
  let description = [{
    The register tile, pixels x vectors, comes from a cost table for the tier's
    vector unit; `winograd` is set where F(2,3) or F(4,3) costs less than direct
    convolution. Where the module has `ddnn.schedules`, what was measured for
    windows of a shape is taken instead. Weights then stand in the order in which they are read:
    [group of vectors][block][ky][channel][kx][vectors][c], for Winograd
    transformed, [f][group of vectors][channel][vectors][c]. How much larger
    that makes them is the tier's `winograd_weights`.
  }];
  let dependentDialects = ["::ddnn::DDNNDialect", "::mlir::arith::ArithDialect"];
  let options = [
    Option<"winograd", "winograd", "std::string", "\"auto\"",
           "auto, auto:ERROR, off, f2 or f4">,
    Option<"tile", "tile", "std::string", "\"\"",
           "register tile PIXELSxVECTORS of convolutions, where the blocks of "
           "channels allow it, instead of the table's">];
}

def LowerPads : Pass<"ddnn-lower-pads", "::mlir::func::FuncOp"> {
  let summary = "pads and concatenations that are left become fills and copies";
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def Schedule : Pass<"ddnn-schedule"> {
  let summary = "order loops for the C compiler's vectoriser";
  let description = [{
    Generalises named linalg operations and interchanges their loops so that
    the innermost one walks contiguous memory in the output.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

//===----------------------------------------------------------------------===//
// Stage flat
//===----------------------------------------------------------------------===//

def Bufferize : Pass<"ddnn-bufferize", "::ddnn::TierOp"> {
  let summary = "tensors of a tier's steps become buffers";
  let description = [{
    Results become destination arguments, inputs are never written, and no
    tensor remains: anything left is an error. Upstream's pass runs on modules
    only and skips nested symbol tables, so this wraps its library entry.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}

def AllocateScratch : Pass<"ddnn-allocate-scratch", "::mlir::func::FuncOp"> {
  let summary = "give Winograd convolutions the buffer for their tiles";
  let description = [{
    Marked `ddnn.scratch`: `ddnn-plan-arena` says how much of the arena it is.
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def LowerTransposes : Pass<"ddnn-lower-transposes", "::mlir::func::FuncOp"> {
  let summary = "copies between plain and blocked images work on vectors";
  let description = [{
    A square of pixels x channels is loaded, transposed in registers and stored.
    Images with fewer pixels than a vector has lanes stay loops over scalars.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

def LowerWindows : Pass<"ddnn-lower-windows", "::ddnn::TierOp"> {
  let summary = "windows become loops over register tiles of vectors";
  let description = [{
    The register tile: one-dimensional vector loads, scalars broadcast into
    multiply-adds, accumulators as `iter_args`. Borders are tiles of their own
    that leave out the taps which fall into the padding. Of bits, words: exclusive
    or, population count and addition, on scalars where there are no vectors.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
}

def ShareKernels : Pass<"ddnn-share-kernels", "::ddnn::TierOp"> {
  let summary = "kernels that compute the same become one function";
}

def OutlineKernels : Pass<"ddnn-outline-kernels", "::ddnn::TierOp"> {
  let summary = "each node's loops become a function of their own";
  let description = [{
    A step then is a list of calls. Pointers into one arena alias, arguments of
    a kernel do not: `restrict` on them is true for the length of the call.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

def CollectWeights : Pass<"ddnn-collect-weights", "::ddnn::TierOp"> {
  let summary = "lay out a tier's constants in one block of weights";
  let dependentDialects = ["::mlir::memref::MemRefDialect", "::mlir::arith::ArithDialect"];
}

def PlanArena : Pass<"ddnn-plan-arena", "::ddnn::TierOp"> {
  let summary = "place every buffer of a tier at a constant offset of its arena";
  let description = [{
    Lifetimes run over all steps of the tier in order; values that a later step
    needs keep their place. Greedy by size, first offset that fits. Records the
    arena's size and, where `ddnn-bound-arena` has not, as its lower bound the
    peak of live bytes.

    A tier with several memory pools gets an arena in each, the fastest first.
    Scratch chooses first, then the buffer that kernels load and store most
    often per byte; each takes the first pool with room for it while it lives.
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect", "::mlir::arith::ArithDialect"];
}

def FinalizeDescriptor : Pass<"ddnn-finalize-descriptor", "::mlir::ModuleOp"> {
  let summary = "complete the descriptor with the sizes that later stages found";
}

#endif // DDNN_PASSES
