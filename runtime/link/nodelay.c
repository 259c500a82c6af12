/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Paho neither sets TCP_NODELAY nor shows its socket, and without it Nagle's
 * algorithm and delayed acknowledgements together cost tens of milliseconds.
 * So we look for the socket: among the descriptors of this process, those that
 * are connected by TCP to the broker's port. Setting the option on a socket
 * that is not Paho's but talks to the same port does no harm.
 */
#define _GNU_SOURCE
#include "mqtt_internal.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

static int peer_port(int fd) {
  struct sockaddr_storage address;
  socklen_t size = sizeof address;
  int type = 0;
  socklen_t type_size = sizeof type;
  if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 ||
      type != SOCK_STREAM ||
      getpeername(fd, (struct sockaddr *)&address, &size) != 0)
    return -1;
  if (address.ss_family == AF_INET)
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
  if (address.ss_family == AF_INET6)
    return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
  return -1;
}

int ddnn_set_nodelay(uint16_t port) {
  DIR *descriptors = opendir("/proc/self/fd");
  if (!descriptors)
    return 0;
  int count = 0;
  for (struct dirent *entry; (entry = readdir(descriptors));) {
    char *end;
    long fd = strtol(entry->d_name, &end, 10);
    if (end == entry->d_name || *end || fd < 0 || peer_port((int)fd) != port)
      continue;
    int on = 1;
    socklen_t size = sizeof on;
    (void)setsockopt((int)fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    on = 0;
    if (getsockopt((int)fd, IPPROTO_TCP, TCP_NODELAY, &on, &size) == 0 && on)
      ++count;
  }
  closedir(descriptors);
  return count;
}
