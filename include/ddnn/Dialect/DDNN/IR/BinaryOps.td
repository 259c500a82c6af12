//===- BinaryOps.td - Operations on +-1 values -------------*- tablegen -*-===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A tensor of i1 holds +-1: true is +1. How bits lie in memory is decided by
// the schedule: ddnn.pack and ddnn.unpack are between the two.
//
//===----------------------------------------------------------------------===//

#ifndef DDNN_BINARY_OPS
#define DDNN_BINARY_OPS

include "ddnn/Dialect/DDNN/IR/DDNNDialect.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def DDNN_SignTensor : RankedTensorOf<[I1]>;
def DDNN_SignOrFloatTensor : RankedTensorOf<[I1, F32]>;
def DDNN_ByteTensor : RankedTensorOf<[I8]>;

//===----------------------------------------------------------------------===//
// Between float and +-1
//===----------------------------------------------------------------------===//

def DDNN_SignOp : DDNN_Op<"sign", [Pure, AllShapesMatch<["input", "result"]>]> {
  let summary = "+1 where the operand is >= 0, else -1";
  let description = [{
    Unlike ONNX Sign this maps 0 to +1, and so does every binarized network of
    the DDNN and eBNN papers. NaN gives -1.

    ```mlir
    %0 = ddnn.sign %x : tensor<1x8x8x8xf32> -> tensor<1x8x8x8xi1>
    ```
  }];
  let arguments = (ins RankedTensorOf<[AnyFloat]>:$input);
  let results = (outs DDNN_SignTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def DDNN_PlusMinusOneOp : DDNN_Op<"plus_minus_one", [Pure, AllShapesMatch<["input", "result"]>]> {
  let summary = "+-1 as floats";
  let description = [{
    +1.0 where the operand is true, else -1.0: for what has no binary form.

    ```mlir
    %0 = ddnn.plus_minus_one %b : tensor<1x8x8x8xi1> -> tensor<1x8x8x8xf32>
    ```
  }];
  let arguments = (ins DDNN_SignTensor:$input);
  let results = (outs RankedTensorOf<[AnyFloat]>:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
}

def DDNN_SignWithZeroOp : DDNN_Op<"sign_with_zero", [Pure, AllTypesMatch<["input", "result"]>]> {
  let summary = "-1 below zero, +1 above, and at zero what it says";
  let description = [{
    Signs that are not `ddnn.sign`: ONNX Sign, which at zero is the operand
    itself (NaN too), and comparisons with > that take zero for -1 (and NaN).
    `ddnn-recognize-binary` makes a `ddnn.sign` of it where zero cannot occur, or
    where the user has said that it may be +1.

    ```mlir
    %0 = ddnn.sign_with_zero %x at_zero 0.0 : tensor<1x8x8x8xf32>
    %1 = ddnn.sign_with_zero %x at_zero -1.0 : tensor<1x8x8x8xf32>
    ```
  }];
  let arguments = (ins RankedTensorOf<[F32]>:$input, F64Attr:$at_zero);
  let results = (outs RankedTensorOf<[F32]>:$result);
  let assemblyFormat = "$input `at_zero` $at_zero attr-dict `:` type($input)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Binarized blocks
//===----------------------------------------------------------------------===//

def DDNN_BinaryConv2DOp : DDNN_Op<"binary_conv_2d", [Pure]> {
  let summary = "convolution with weights of +-1";
  let description = [{
    Of an image of +-1 or of floats, NxCxHxW, with weights OIHW of +-1. Padding
    ([top, left, bottom, right]) contributes 0. With `groups` each group of
    outputs reads its C / groups channels. The result is what a convolution of
    floats gives: of +-1 an integer, which is exact.

    ```mlir
    %0 = ddnn.binary_conv_2d %x, %w
        {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : tensor<1x64x32x32xi1>, tensor<64x64x3x3xi1> -> tensor<1x64x32x32xf32>
    ```
  }];
  let arguments = (ins DDNN_SignOrFloatTensor:$input, DDNN_SignTensor:$weights,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                       DenseI64ArrayAttr:$pads,
                       DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs RankedTensorOf<[F32]>:$result);
  let assemblyFormat = [{
    $input `,` $weights attr-dict `:` type($input) `,` type($weights) `->` type($result)
  }];
  let hasVerifier = 1;
}

def DDNN_BinaryMatmulOp : DDNN_Op<"binary_matmul", [Pure]> {
  let summary = "product with weights of +-1";
  let description = [{
    Rows of K values, +-1 or floats, times the O rows of the weights.

    ```mlir
    %0 = ddnn.binary_matmul %x, %w : tensor<1x1024xi1>, tensor<10x1024xi1> -> tensor<1x10xf32>
    ```
  }];
  let arguments = (ins DDNN_SignOrFloatTensor:$input, DDNN_SignTensor:$weights);
  let results = (outs RankedTensorOf<[F32]>:$result);
  let assemblyFormat = [{
    $input `,` $weights attr-dict `:` type($input) `,` type($weights) `->` type($result)
  }];
  let hasVerifier = 1;
}

def DDNN_BinaryPoolOp : DDNN_Op<"binary_pool", [Pure]> {
  let summary = "true where any bit under the window is, or all are";
  let description = [{
    Max pooling of +-1; in channels that `all` names, min pooling, as what
    batch norm with a negative scale makes of max pooling in front of a sign.
    Padding does not take part.

    ```mlir
    %0 = ddnn.binary_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>,
        dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>}
        : tensor<1x64x32x32xi1> -> tensor<1x64x32x32xi1>
    ```
  }];
  let arguments = (ins DDNN_SignTensor:$input, DenseI64ArrayAttr:$kernel,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
                       DenseI64ArrayAttr:$pads,
                       OptionalAttr<DenseBoolArrayAttr>:$all);
  let results = (outs DDNN_SignTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

def DDNN_PackOp : DDNN_Op<"pack", [Pure]> {
  let summary = "+-1 as bits, channels innermost";
  let description = [{
    An image NxCxHxW, or rows NxC, as `Nx1xHxWxB` bytes: channel c of a pixel is
    bit c % 8 of byte c / 8. B is 1, 2 or else the least multiple of 4 that holds
    C bits; bits beyond C are 0. Or, of any shape, as one row of bytes without
    gaps, as links carry it: bit i % 8 of byte i / 8 is element i, counted with
    the channels of an image innermost, else in row-major order. Where C is 8, 16
    or a multiple of 32 both are the same bytes.

    ```mlir
    %0 = ddnn.pack %x : tensor<1x64x32x32xi1> -> tensor<1x1x32x32x8xi8>
    %1 = ddnn.pack %x : tensor<1x64x32x32xi1> -> tensor<8192xi8>
    ```
  }];
  let arguments = (ins DDNN_SignTensor:$input);
  let results = (outs DDNN_ByteTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Bytes of a pixel of C channels, B above.
    static int64_t getPixelBytes(int64_t channels);
    /// The bytes of an image or of rows of i1, pixel by pixel.
    static ::mlir::RankedTensorType getPixelType(::mlir::RankedTensorType signs);
    /// The bytes of i1 of any shape without gaps.
    static ::mlir::RankedTensorType getDenseType(::mlir::RankedTensorType signs);
    /// True if both are the same bytes.
    static bool isDense(::mlir::RankedTensorType signs);
  }];
}

def DDNN_UnpackOp : DDNN_Op<"unpack", [Pure]> {
  let summary = "bits as +-1";
  let description = [{
    The inverse of `ddnn.pack`.

    ```mlir
    %0 = ddnn.unpack %x : tensor<1x1x32x32x8xi8> -> tensor<1x64x32x32xi1>
    ```
  }];
  let arguments = (ins DDNN_ByteTensor:$input);
  let results = (outs DDNN_SignTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Packed bits in memory
//===----------------------------------------------------------------------===//

def DDNN_ByteMemRef : MemRefRankOf<[I8], [1]>;

def DDNN_LoadWordOp : DDNN_Op<"load_word", [
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "bytes as a little-endian word, or as words of a vector";
  let description = [{
    Reads as many bytes as the result has, from byte `index` on. A word may lie
    where a multiple of its pixel's bytes is, a vector anywhere.

    ```mlir
    %0 = ddnn.load_word %x[%i] : memref<8192xi8> -> i32
    ```
  }];
  let arguments = (ins DDNN_ByteMemRef:$memref, Index:$index);
  let results = (outs AnyTypeOf<[I8, I16, I32, VectorOfRankAndType<[1], [I32]>]>:$result);
  let assemblyFormat = "$memref `[` $index `]` attr-dict `:` type($memref) `->` type($result)";
}

def DDNN_StoreWordOp : DDNN_Op<"store_word", [
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "a word, or words of a vector, as little-endian bytes";
  let description = [{
    ```mlir
    ddnn.store_word %mask, %y[%i] : i16, memref<8192xi8>
    ```
  }];
  let arguments = (ins AnyTypeOf<[I8, I16, I32, VectorOfRankAndType<[1], [I32]>]>:$value,
                       DDNN_ByteMemRef:$memref, Index:$index);
  let assemblyFormat = "$value `,` $memref `[` $index `]` attr-dict `:` type($value) `,` type($memref)";
}

def DDNN_MaskBitsOp : DDNN_Op<"mask_bits", [Pure]> {
  let summary = "a vector's truth values as the low bits of a word";
  let description = [{
    Bit i is lane i; bits beyond the last lane are 0.

    ```mlir
    %0 = ddnn.mask_bits %v : vector<16xi1> -> i32
    ```
  }];
  let arguments = (ins VectorOfRankAndType<[1], [I1]>:$input);
  let results = (outs I32:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def DDNN_CompareBitsOp : DDNN_Op<"compare_bits", [Pure, SameTypeOperands]> {
  let summary = "which lanes are at least as large, as the low bits of a word";
  let description = [{
    `mask_bits` of a comparison, which is one instruction where processors have
    masks. False for NaN.

    ```mlir
    %0 = ddnn.compare_bits %a ge %b : vector<16xi32> -> i32
    ```
  }];
  let arguments = (ins VectorOfRankAndType<[1], [I32, F32]>:$lhs,
                       VectorOfRankAndType<[1], [I32, F32]>:$rhs);
  let results = (outs I32:$result);
  let assemblyFormat = "$lhs `ge` $rhs attr-dict `:` type($lhs) `->` type($result)";
  let hasVerifier = 1;
}

#endif // DDNN_BINARY_OPS
