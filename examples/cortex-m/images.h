/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The test images of models/digits, in flash. */
#ifndef IMAGES_H
#define IMAGES_H

#include <stdint.h>

enum { IMAGE_COUNT = 360, IMAGE_PIXELS = 64 };

/* The network's input for image number `index`. */
void images_read(uint32_t index, float image[IMAGE_PIXELS]);

#endif
