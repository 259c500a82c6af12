/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * UART 0 of the MPS2 boards, polled. UART is its address. */
#ifndef UART_H
#define UART_H

#include <stdint.h>

#define UART_DATA (*(volatile uint32_t *)(UART + 0x00))
#define UART_STATE (*(volatile uint32_t *)(UART + 0x04))
#define UART_CONTROL (*(volatile uint32_t *)(UART + 0x08))
#define UART_DIVIDER (*(volatile uint32_t *)(UART + 0x10))
enum { UART_SEND_FULL = 1, UART_RECEIVED = 2 };

static inline void uart_start(void) {
  UART_DIVIDER = CLOCK_MHZ * 1000000u / 115200u;
  UART_CONTROL = 3; /* sends and receives */
}

static inline void uart_send(uint8_t byte) {
  while (UART_STATE & UART_SEND_FULL)
    ;
  UART_DATA = byte;
}

/* The next byte that came, or -1. */
static inline int uart_receive(void) {
  return UART_STATE & UART_RECEIVED ? (int)(UART_DATA & 0xffu) : -1;
}

#endif
