# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints a tier with a pool, and behind it as many pairs of operations as the
argument says: each reads what is before it in two ways."""

import sys

IMAGE = "tensor<1x4x8x8xf32>"
LOOPS = ", ".join(['"parallel"'] * 4)


def element_wise(result, left, right, operator):
    return f"""    {result} = linalg.generic {{indexing_maps = [#id, #id, #id], iterator_types = [{LOOPS}]}}
        ins({left}, {right} : {IMAGE}, {IMAGE}) outs(%e : {IMAGE}) {{
      ^bb0(%l: f32, %r: f32, %o: f32):
        %v = arith.{operator} %l, %r : f32
        linalg.yield %v : f32
    }} -> {IMAGE}"""


print(f"""#id = affine_map<(n, c, h, w) -> (n, c, h, w)>
ddnn.tier @t index 0 spec <name = "t", target = "c", cpu = "generic", memory = 0, trusted = true, flops = 1.0 : f64, bandwidth = 1.0 : f64, latency = 1.0 : f64> {{
  func.func @step0(%x: {IMAGE}) -> {IMAGE} {{
    %lowest = arith.constant 0xFF800000 : f32
    %k = tensor.empty() : tensor<1x1xf32>
    %e = tensor.empty() : {IMAGE}
    %f = linalg.fill ins(%lowest : f32) outs(%e : {IMAGE}) -> {IMAGE}
    %b0 = linalg.pooling_nchw_max {{dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}}
        ins(%x, %k : {IMAGE}, tensor<1x1xf32>) outs(%f : {IMAGE}) -> {IMAGE}""")
count = int(sys.argv[1])
for i in range(count):
    print(element_wise(f"%a{i}", f"%b{i}", f"%b{i}", "addf"))
    print(element_wise(f"%b{i + 1}", f"%b{i}", f"%a{i}", "mulf"))
print(f"    return %b{count} : {IMAGE}\n  }}\n}}")
