/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "ddnn/status.h"

#ifdef DDNN_NO_STATUS_TEXT
#define TEXT(x) ""
#else
#define TEXT(x) x
#endif

const char *ddnn_status_text(int status) {
  switch (status) {
  case DDNN_PENDING:
    return TEXT("nothing yet");
  case DDNN_OK:
    return TEXT("ok");
  case DDNN_ERR_INVALID:
    return TEXT("invalid argument");
  case DDNN_ERR_NO_MEMORY:
    return TEXT("out of memory");
  case DDNN_ERR_TRUNCATED:
    return TEXT("truncated message");
  case DDNN_ERR_MAGIC:
    return TEXT("not a ddnn message");
  case DDNN_ERR_VERSION:
    return TEXT("another protocol version");
  case DDNN_ERR_CHECKSUM:
    return TEXT("checksum mismatch");
  case DDNN_ERR_FORMAT:
    return TEXT("malformed message");
  case DDNN_ERR_MODEL:
    return TEXT("unknown model");
  case DDNN_ERR_STAGE:
    return TEXT("tier not served here");
  case DDNN_ERR_TENSOR:
    return TEXT("tensor does not match the model");
  case DDNN_ERR_RANGE:
    return TEXT("value does not fit its encoding");
  case DDNN_ERR_BUSY:
    return TEXT("busy");
  case DDNN_ERR_DEADLINE:
    return TEXT("deadline over");
  case DDNN_ERR_NO_PEER:
    return TEXT("no live worker");
  case DDNN_ERR_DISCONNECTED:
    return TEXT("link down");
  case DDNN_ERR_TOO_LARGE:
    return TEXT("message too large");
  case DDNN_ERR_TRANSPORT:
    return TEXT("transport failed");
  case DDNN_ERR_DRAINING:
    return TEXT("worker is draining");
  case DDNN_ERR_NOT_FOUND:
    return TEXT("not found");
  case DDNN_ERR_ABI:
    return TEXT("generated for another runtime");
  case DDNN_ERR_AUTH:
    return TEXT("not authorised");
  case DDNN_ERR_CANCELLED:
    return TEXT("cancelled");
  case DDNN_ERR_STALE:
    return TEXT("older than what is held");
  case DDNN_ERR_MISSING:
    return TEXT("a member is missing");
  default:
    return TEXT("unknown status");
  }
}
