/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "images.h"

__asm__(".pushsection .rodata.images, \"a\"\n"
        "images: .incbin \"test_images.u8\"\n"
        ".popsection\n");
extern const uint8_t images[IMAGE_COUNT][IMAGE_PIXELS];

void images_read(uint32_t index, float image[IMAGE_PIXELS]) {
  for (unsigned i = 0; i < IMAGE_PIXELS; ++i)
    image[i] = (float)images[index][i] / 16.0f;
}
