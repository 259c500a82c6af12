#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the sign bits of deep16's device tier with those of the float graph in ONNX Runtime, image by image.

signs.py OUT DATA: the folder that ddnnc wrote, and the one with seed_models and cifar10."""

import ctypes
import sys

import numpy as np
import onnx
import onnx.utils
import onnxruntime

out, data = sys.argv[1:3]
model = onnx.load(f"{data}/seed_models/deep16.onnx")
device = onnx.utils.Extractor(model).extract_model(["image"], ["device_features"])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(device.SerializeToString(), options, providers=["CPUExecutionProvider"])

library = ctypes.CDLL(f"{out}/device/libdeep16_device.so")
weights = ctypes.addressof(ctypes.c_char.in_dll(library, "deep16_device_weights"))
memory = np.zeros(1 << 20, np.uint8)
arena = memory[-memory.ctypes.data % 64 :]
scores, bits = np.zeros(10, np.float32), np.zeros(2048, np.uint8)

images = np.fromfile(f"{data}/cifar10/test_images.u8", np.uint8).reshape(-1, 1, 3, 32, 32)
wrong = 0
for image in images:
    x = image.astype(np.float32) * np.float32(1 / 255)
    arguments = [weights] + [array.ctypes.data for array in (arena, x, scores, bits)]
    library.deep16_device_run(*map(ctypes.c_void_p, arguments))
    # Channels are innermost on the link.
    packed = np.unpackbits(bits.reshape(32, 32, 2), axis=2, bitorder="little").transpose(2, 0, 1)
    expected = session.run(None, {"image": x})[0].reshape(16, 32, 32) > 0
    wrong += int((packed != expected).sum())
print(f"{len(images)} images, {bits.size * 8 * len(images)} sign bits, {wrong} of them wrong")
