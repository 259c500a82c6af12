// RUN: rm -rf %t && mkdir %t
// RUN: ddnn-opt %s --ddnn-partition --ddnn-to-schedule --ddnn-to-flat --ddnn-to-emitc \
// RUN:   | ddnn-translate --ddnn-to-c | split-file - %t
// RUN: cd %t && gcc %cflags -D_POSIX_C_SOURCE=200112L -fsanitize=address,undefined \
// RUN:   -include device/b_device.h -include edge/b_edge.h -include cloud/b_cloud.h \
// RUN:   "-DMODELS=&b_device_model,&b_edge_model,&b_cloud_model" -Idevice -Iedge -Icloud \
// RUN:   device/b_device.c device/b_device_weights.c edge/b_edge.c edge/b_edge_weights.c \
// RUN:   cloud/b_cloud.c cloud/b_cloud_weights.c %S/Inputs/chain.c -lm -o bytes
// RUN: %t/bytes | FileCheck %s
// RUN: FileCheck %s --check-prefix=TABLE < %t/edge/b_edge.c

// Raw bytes and truth values in memory, in the arena, in the weights and on
// links, where truth values are bits. The first tier only sends, and has neither weights nor an arena; the
// second is cut at a truth value. Input k is 200 + 91 k modulo 256: 200, 35,
// 126, 217; those above 127 are selected, the others negated.

// CHECK: y: 200 -35 -126 217

// TABLE: static const ddnn_tensor output_table[] = {
// TABLE-DAG: DDNN_U8, DDNN_WIRE_U8, 2, 1.000000000e+00f, {1, 4}, 4u, 4u},
// TABLE-DAG: {"isLarge", DDNN_BITS, DDNN_WIRE_BITS, 2, 1.000000000e+00f, {1, 4}, 4u, 1u},
// TABLE: };

#device = #ddnn.tier_spec<name = "device", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#edge = #ddnn.tier_spec<name = "edge", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#cloud = #ddnn.tier_spec<name = "cloud", target = "c", cpu = "", memory = 0, trusted = true, flops = 1.0e+08 : f64, bandwidth = 1.25e+06 : f64, latency = 5.0e-03 : f64>
#id = affine_map<(i, j) -> (i, j)>
module @b attributes {ddnn.tiers = [#device, #edge, #cloud]} {
  func.func @main(%x: tensor<1x4xi8> {ddnn.name = "image"}) -> tensor<1x4xf32> {
    %limit = arith.constant dense<127> : tensor<1x4xi8>
    %all = arith.constant dense<true> : tensor<1x4xi1>
    %bools = tensor.empty() : tensor<1x4xi1>
    %floats = tensor.empty() : tensor<1x4xf32>
    %p = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
        ins(%x, %limit : tensor<1x4xi8>, tensor<1x4xi8>) outs(%bools : tensor<1x4xi1>) attrs = {ddnn.tier = "edge"} {
      ^bb0(%a: i8, %b: i8, %o: i1):
        %0 = arith.cmpi ugt, %a, %b : i8
        linalg.yield %0 : i1
    } -> tensor<1x4xi1> loc("isLarge"("Greater"))
    %q = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
        ins(%p, %all : tensor<1x4xi1>, tensor<1x4xi1>) outs(%bools : tensor<1x4xi1>) attrs = {ddnn.tier = "cloud"} {
      ^bb0(%a: i1, %b: i1, %o: i1):
        %0 = arith.xori %a, %b : i1
        linalg.yield %0 : i1
    } -> tensor<1x4xi1> loc("not"("Not"))
    %f = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
        ins(%x : tensor<1x4xi8>) outs(%floats : tensor<1x4xf32>) attrs = {ddnn.tier = "cloud"} {
      ^bb0(%a: i8, %o: f32):
        %0 = arith.uitofp %a : i8 to f32
        linalg.yield %0 : f32
    } -> tensor<1x4xf32> loc("cast"("Cast"))
    %s = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
        ins(%q, %f : tensor<1x4xi1>, tensor<1x4xf32>) outs(%floats : tensor<1x4xf32>) attrs = {ddnn.tier = "cloud"} {
      ^bb0(%a: i1, %b: f32, %o: f32):
        %n = arith.negf %b : f32
        %0 = arith.select %a, %n, %b : f32
        linalg.yield %0 : f32
    } -> tensor<1x4xf32> loc("where"("Where"))
    %e = ddnn.exit "y" %s threshold 1.0 by entropy {ddnn.tier = "cloud"} : tensor<1x4xf32>
    return %e : tensor<1x4xf32>
  }
}
