//===- DDNNOps.td - Operations of the ddnn dialect ---------*- tablegen -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_OPS
#define DDNN_OPS

include "ddnn/Dialect/DDNN/IR/DDNNAttributes.td"
include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class DDNN_Op<string mnemonic, list<Trait> traits = []>
    : Op<DDNN_Dialect, mnemonic, traits>;

def DDNN_FloatTensor : RankedTensorOf<[AnyFloat]>;

//===----------------------------------------------------------------------===//
// Exits and aggregation
//===----------------------------------------------------------------------===//

def DDNN_ExitOp : DDNN_Op<"exit", [SameOperandsAndResultType]> {
  let summary = "marks a value as an exit of the network";
  let description = [{
    The identity on its operand, the class scores of one sample. A sample leaves
    the network here if and only if eta <= threshold, where
    eta = -sum p ln p / ln |C| is the normalised entropy (DDNN paper, section
    III-D) of the probabilities p; 0 means never, 1 always; NaN never leaves
    early and the last exit always answers. `probabilities` and
    `log_probabilities` say that the network itself ends in (Log)Softmax, so
    that the gate does not apply softmax twice. `on` places the exit on a tier.

    ```mlir
    %0 = ddnn.exit "local" %logits threshold 0.4 by entropy on "device" : tensor<1x10xf32>
    %1 = ddnn.exit "cloud" %p threshold 1.0 by entropy of probabilities : tensor<1x10xf32>
    ```
  }];
  let arguments = (ins StrAttr:$name, DDNN_FloatTensor:$scores,
                       F64Attr:$threshold,
                       DefaultValuedAttr<DDNN_CriterionAttr, "::ddnn::Criterion::entropy">:$criterion,
                       DefaultValuedAttr<DDNN_ScoresAttr, "::ddnn::Scores::logits">:$kind,
                       OptionalAttr<StrAttr>:$tier);
  let results = (outs DDNN_FloatTensor:$result);
  let assemblyFormat = [{
    $name $scores `threshold` $threshold `by` `` $criterion
    (`of` `` $kind^)? (`on` $tier^)? attr-dict `:` type($scores)
  }];
  let extraClassDeclaration = [{
    /// Number of classes |C|: the elements of one sample's scores.
    int64_t getClassCount();
  }];
  let hasVerifier = 1;
}

def DDNN_AggregateOp : DDNN_Op<"aggregate", [Pure, AttrSizedOperandSegments]> {
  let summary = "joins what several members sent for one sample";
  let description = [{
    Maximum, mean or concatenation along axis 1 of the members' tensors (DDNN
    paper, section III-B). `missing` declares what an absent member means: its
    part is zero, it is skipped (max and mean over those present, zero if there
    are none), its part is what the network gives for a blank view, or the
    request fails.

    `ddnn-evaluate-blanks` adds the parts of blank views, one for each member.
    `ddnn-partition` adds `present`, an input of the tier with a byte for each
    place that sends to it, 1 where that has come; the indices say which byte is
    the member's. Without it all members are there.

    ```mlir
    %0 = ddnn.aggregate max %a, %b from ["cam0", "cam1"] missing skip
        : (tensor<1x10xf32>, tensor<1x10xf32>) -> tensor<1x10xf32>
    %1 = ddnn.aggregate concat %a, %b from ["cam0", "cam1"] missing blank
        blank(%c, %d : tensor<1x10xf32>, tensor<1x10xf32>)
        present(%p : tensor<2xi8>) [0, 1]
        : (tensor<1x10xf32>, tensor<1x10xf32>) -> tensor<1x20xf32>
    ```
  }];
  let arguments = (ins DDNN_AggregateKindAttr:$kind,
                       Variadic<DDNN_FloatTensor>:$members,
                       Variadic<DDNN_FloatTensor>:$blanks,
                       Optional<1DTensorOf<[I8]>>:$present,
                       StrArrayAttr:$names, DDNN_MissingAttr:$missing,
                       OptionalAttr<DenseI64ArrayAttr>:$indices);
  let results = (outs DDNN_FloatTensor:$result);
  let assemblyFormat = [{
    `` $kind $members `from` $names `missing` `` $missing
    (`blank` `(` $blanks^ `:` type($blanks) `)`)?
    (`present` `(` $present^ `:` type($present) `)` $indices)?
    attr-dict `:` functional-type($members, $result)
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Type":$result, "::ddnn::AggregateKind":$kind,
                   "::mlir::ValueRange":$members, "::mlir::ArrayAttr":$names,
                   "::ddnn::Missing":$missing), [{
      build($_builder, $_state, result, kind, members, {}, {}, names, missing, {});
    }]>];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Operators that binarized blocks are recognised from
//===----------------------------------------------------------------------===//

def DDNN_BatchNormOp : DDNN_Op<"batch_norm", [Pure, AllTypesMatch<["input", "result"]>,
                                         AllTypesMatch<["scale", "shift"]>]> {
  let summary = "batch normalisation at inference: scale and shift per channel";
  let description = [{
    result[n, c, ...] = input[n, c, ...] * scale[c] + shift[c], with
    scale = gamma / sqrt(variance + epsilon) and shift = beta - mean * scale.
    Channels are axis 1.

    ```mlir
    %0 = ddnn.batch_norm %x, %scale, %shift : tensor<1x8x8x8xf32>, tensor<8xf32>
    ```
  }];
  let arguments = (ins DDNN_FloatTensor:$input,
                       1DTensorOf<[AnyFloat]>:$scale,
                       1DTensorOf<[AnyFloat]>:$shift);
  let results = (outs DDNN_FloatTensor:$result);
  let assemblyFormat = [{
    $input `,` $scale `,` $shift attr-dict `:` type($input) `,` type($scale)
  }];
  let hasVerifier = 1;
}

include "ddnn/Dialect/DDNN/IR/BinaryOps.td"

//===----------------------------------------------------------------------===//
// Placement
//===----------------------------------------------------------------------===//

def DDNN_TierOp : DDNN_Op<"tier", [Symbol, SymbolTable, IsolatedFromAbove,
                                   NoTerminator, SingleBlock,
                                   NoRegionArguments,
                                   HasParent<"::mlir::ModuleOp">]> {
  let summary = "the part of the network that one tier runs";
  let description = [{
    Of a tier with several members there is one for each. `index` is the place
    among all.

    Its body holds one function per step, `@step0`, `@step1`, ...: step k runs
    up to the tier's k-th exit, the last one up to the tensors that travel on.
    A tier uses only its own values and what its links bring.
    Sizes, in bytes, come from the passes that find them: `arena_size` is what
    all pools take together, `arena_pools` what each one does where there are
    several.

    ```mlir
    ddnn.tier @device index 0 spec <name = "device", ...> {
      func.func @step0(...) -> (...) { ... }
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$index,
                       DDNN_TierSpecAttr:$spec,
                       OptionalAttr<I64Attr>:$weights_size,
                       OptionalAttr<I64Attr>:$winograd_weights,
                       OptionalAttr<I64Attr>:$arena_size,
                       OptionalAttr<I64Attr>:$arena_lower_bound,
                       OptionalAttr<I64Attr>:$winograd_scratch,
                       OptionalAttr<TypedArrayAttrBase<DDNN_PoolAttr, "pools">>:$arena_pools);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `index` $index `spec` $spec attr-dict-with-keyword $body
  }];
  let skipDefaultBuilders = 1;
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name, "int64_t":$index,
                                 "::ddnn::TierSpecAttr":$spec)>];
  let extraClassDeclaration = [{
    /// The step functions in the order they run.
    ::llvm::SmallVector<::mlir::func::FuncOp> getSteps();
  }];
  let hasRegionVerifier = 1;
}

def DDNN_LinkOp : DDNN_Op<"link", [Symbol, HasParent<"::mlir::ModuleOp">,
                                   DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a tensor that travels from one tier to the next";
  let description = [{
    Members of a tier also send to tiers further on: past their aggregator.

    Encodings: `f32` as it is; `f16` half precision; `u8` one byte, raw camera
    input; `i8` one byte, value = scale * i; `bits` one bit for each +-1 (i1).

    ```mlir
    ddnn.link @features from @device to @cloud : tensor<1x16x32x32xi1> as bits
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, FlatSymbolRefAttr:$source,
                       FlatSymbolRefAttr:$target, TypeAttrOf<AnyRankedTensor>:$type,
                       DDNN_EncodingAttr:$encoding,
                       DefaultValuedAttr<F64Attr, "1.0">:$scale);
  let assemblyFormat = [{
    $sym_name `from` $source `to` $target `:` $type `as` `` $encoding
    (`scale` $scale^)? attr-dict
  }];
  let hasVerifier = 1;
}

def DDNN_DescriptorOp : DDNN_Op<"descriptor", [Symbol, HasParent<"::mlir::ModuleOp">]> {
  let summary = "what header, C tables, manifest and report are all produced from";
  let description = [{
    The one description of a deployment. `ddnn-partition` creates it,
    `ddnn-finalize-descriptor` completes its sizes.

    ```mlir
    ddnn.descriptor @digits hash 42 labels ["0", "1"]
      exits [#ddnn.exit_info<...>] tiers [#ddnn.tier_info<...>]
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$hash,
                       StrArrayAttr:$labels,
                       TypedArrayAttrBase<DDNN_ExitInfoAttr, "exits">:$exits,
                       TypedArrayAttrBase<DDNN_TierInfoAttr, "tiers">:$tiers);
  let assemblyFormat = [{
    $sym_name `hash` $hash `labels` $labels `exits` $exits
    `tiers` $tiers attr-dict
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Schedule
//===----------------------------------------------------------------------===//

def DDNN_YieldOp : DDNN_Op<"yield", [Pure, Terminator, ReturnLike,
                                     ParentOneOf<["::ddnn::WindowOp"]>]> {
  let summary = "one element of a window's result";
  let arguments = (ins AnyTypeOf<[F32, I1, I8]>:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

def DDNN_WindowOp : DDNN_Op<"window", [
    AttrSizedOperandSegments, SingleBlock,
    DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<BufferizableOpInterface,
        ["bufferizesToMemoryRead", "bufferizesToMemoryWrite",
         "getAliasingValues", "bufferizesToElementwiseAccess", "bufferize"]>]> {
  let summary = "a window that slides over a blocked image, and what follows element by element";
  let description = [{
    Convolution (`conv`), depthwise convolution, maximum or sum over the window,
    then the region on each element: bias, activation, residual. Linalg has no
    operation with an element-wise tail behind a reduction; with one, the tail
    works on registers.

    Images are blocked, NCHWc: `tensor<N x C/c x H x W x c>` with c the lanes of
    a vector register; channels that c does not divide are filled up with zeros.
    The input of a convolution may also be planar, `tensor<N x C x H x W x 1>`.
    Weights are `OIHW` as in ONNX (`C1HW` for `depthwise`) until
    `ddnn-pack-weights` chooses a register `tile` [pixels, vectors] and packs
    them; `winograd` m computes m x m outputs at once as F(m, 3).
    `threads` share its outer loop.
    Padding ([top, left, bottom, right]) is never read: a maximum ignores it, it
    adds nothing to the others. `extras` are further operands of the region:
    `tensor<C/c x c>` by channel, or of the result's shape. On buffers, `scratch`
    holds transformed tiles. With `groups`, each group of output blocks reads as
    large a part of the input blocks. `flops` is what ONNX's operator does, where
    channels that were filled up or groups that were merged do more.

    A result of bytes is packed as `ddnn.pack` does it by pixels; the region then
    yields `i1`, and extras by channel are `tensor<blocks x c>` with blocks for
    all bits of a pixel. `binary` is a convolution of `channels` +-1 values of a
    packed image, with weights `tensor<OIHW x i1>`; its region takes the sum as
    `i32`. `any` is the bitwise OR over the window of a packed image, or AND where
    the byte of `flips` has a bit; its region is empty but for the yield.

    Input and result may also both be plain images, `tensor<N x C x H x W>`: lanes
    then run along rows, a tile is [rows, vectors] ([channels, vectors] of a 1x1
    convolution, which takes an image as one row), extras are `tensor<C>`.

    ```mlir
    %r = ddnn.window conv(%x, %w) with (%bias) into %init
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : (tensor<1x4x32x32x16xf32>, tensor<64x64x3x3xf32>, tensor<4x16xf32>, tensor<1x4x32x32x16xf32>) -> tensor<1x4x32x32x16xf32> {
    ^bb0(%sum: f32, %b: f32):
      %0 = arith.addf %sum, %b : f32
      ddnn.yield %0 : f32
    }
    ```
  }];
  let arguments = (ins DDNN_WindowKindAttr:$kind, AnyShaped:$input,
                       Optional<AnyShaped>:$weights,
                       Variadic<AnyShaped>:$extras, AnyShaped:$init,
                       Optional<AnyMemRef>:$scratch,
                       DenseI64ArrayAttr:$kernel, DenseI64ArrayAttr:$strides,
                       DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pads,
                       OptionalAttr<I64Attr>:$groups,
                       OptionalAttr<I64Attr>:$channels,
                       OptionalAttr<DenseI8ArrayAttr>:$flips,
                       OptionalAttr<I64Attr>:$flops,
                       OptionalAttr<DenseI64ArrayAttr>:$tile,
                       OptionalAttr<I64Attr>:$winograd,
                       OptionalAttr<I64Attr>:$threads);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let regions = (region SizedRegion<1>:$epilogue);
  let assemblyFormat = [{
    $kind `(` $input (`,` $weights^)? `)` (`with` `(` $extras^ `)`)?
    `into` $init (`scratch` $scratch^)? attr-dict `:`
    functional-type(operands, results) $epilogue
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }

    ::mlir::ShapedType getInputType() { return ::llvm::cast<::mlir::ShapedType>(getInput().getType()); }
    ::mlir::ShapedType getInitType() { return ::llvm::cast<::mlir::ShapedType>(getInit().getType()); }
    /// On plain images, with lanes along rows.
    bool isPlanar() { return getInitType().getRank() == 4; }
    /// The result is packed bits.
    bool isPacked() { return getInitType().getElementType().isInteger(8); }
    /// Lanes of a vector on blocked images: the last dimension of the result.
    int64_t getLanes() { return getInitType().getShape().back(); }
    /// Blocks of `lanes` channels that the result has; of packed bits those that
    /// fill a pixel's bytes.
    int64_t getBlocks(int64_t lanes);
    /// Multiplies and adds: a convolution of any kind but depthwise.
    bool isConvolution() { return getKind() == WindowKind::conv || getKind() == WindowKind::binary; }
    /// True for an operand of the region that is the same for a whole channel.
    static bool isPerChannel(::mlir::Type extra) {
      return ::llvm::cast<::mlir::ShapedType>(extra).getRank() <= 2;
    }
    /// A row times a matrix: images and kernel are one point, all channels of
    /// the input meet all of the result.
    bool isDense();
    /// Multiplications and additions, each counted as one, as ONNX defines the
    /// operation; padding counts, channels that were filled up do not.
    int64_t countFlops();
  }];
  let hasVerifier = 1;
}

#endif // DDNN_OPS
