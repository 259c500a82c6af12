/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#ifndef DDNN_BENCH_LINK_H
#define DDNN_BENCH_LINK_H

#include <stdint.h>
#include <sys/types.h>

#define REPLY_BYTES 40 /* ten float scores */

/* broker.c: a mosquitto of our own on a free port of 127.0.0.1. */
pid_t broker_start(uint16_t *port);
void broker_stop(pid_t pid);

/* bare.c: request and response with Paho alone. */
typedef struct bare bare;
bare *bare_open(uint16_t port, int server, uint32_t payload_bytes);
/* One round trip; returns 0, or -1 after 300 ms without an answer. */
int bare_call(bare *b);
/* Answers until the process is killed. */
void bare_serve(bare *b);

uint64_t now_ns(void);

#endif
