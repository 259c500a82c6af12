/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The timer that every Cortex-M of this example has: processor clocks, counted
 * down in 24 bits. */
#ifndef SYSTICK_H
#define SYSTICK_H

#include <stdint.h>

#define SYSTICK_CONTROL (*(volatile uint32_t *)0xe000e010)
#define SYSTICK_RELOAD (*(volatile uint32_t *)0xe000e014)
#define SYSTICK_VALUE (*(volatile uint32_t *)0xe000e018)
#define SYSTICK_MASK 0xffffffu

static inline void systick_start(void) {
  SYSTICK_RELOAD = SYSTICK_MASK;
  SYSTICK_VALUE = 0;
  SYSTICK_CONTROL = 5; /* enabled, processor clock, no interrupt */
}

/* Clocks since SYSTICK_VALUE was `start`, less than 2^24. */
static inline uint32_t systick_since(uint32_t start) {
  return (start - SYSTICK_VALUE) & SYSTICK_MASK;
}

/* Instructions of a tick of SysTick under -icount, which depends on the board's
 * clock: a loop of 2 * 500000 of them tells. */
static inline uint32_t systick_instructions(void) {
  uint32_t loops = 500000, start = SYSTICK_VALUE;
  __asm__ volatile(".syntax unified\n"
                   "1: subs %0, %0, #1\n"
                   "   bne 1b\n"
                   : "+l"(loops)
                   :
                   : "cc");
  uint32_t ticks = systick_since(start);
  return (1000000 + ticks / 2) / ticks;
}

#endif
