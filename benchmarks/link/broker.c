/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#define _GNU_SOURCE
#include "bench.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sockaddr_in address_of(uint16_t port) {
  struct sockaddr_in a;
  memset(&a, 0, sizeof a);
  a.sin_family = AF_INET;
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  a.sin_port = htons(port);
  return a;
}

static uint16_t free_port(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in a = address_of(0);
  socklen_t size = sizeof a;
  if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 ||
      getsockname(fd, (struct sockaddr *)&a, &size) != 0)
    a.sin_port = 0;
  close(fd);
  return ntohs(a.sin_port);
}

pid_t broker_start(uint16_t *port) {
  char config[] = "/tmp/ddnn-bench-XXXXXX";
  int fd = mkstemp(config);
  *port = free_port();
  if (fd < 0 || *port == 0)
    return -1;
  dprintf(fd,
          "listener %u 127.0.0.1\nallow_anonymous true\n"
          "set_tcp_nodelay true\npersistence false\nlog_type error\n",
          *port);
  close(fd);
  pid_t pid = fork();
  if (pid == 0) {
    const char *program = getenv("MOSQUITTO");
    int null = open("/dev/null", O_WRONLY);
    dup2(null, 2);
    execlp(program ? program : "mosquitto", "mosquitto", "-c", config,
           (char *)NULL);
    execl("/usr/sbin/mosquitto", "mosquitto", "-c", config, (char *)NULL);
    _exit(127);
  }
  struct sockaddr_in a = address_of(*port);
  int up = 0;
  for (int i = 0; i < 500 && !up && pid > 0; ++i) {
    usleep(10000);
    int probe = socket(AF_INET, SOCK_STREAM, 0);
    up = connect(probe, (struct sockaddr *)&a, sizeof a) == 0;
    close(probe);
    if (waitpid(pid, NULL, WNOHANG) == pid)
      break;
  }
  unlink(config);
  if (!up && pid > 0) {
    broker_stop(pid);
    pid = -1;
  }
  return pid;
}

void broker_stop(pid_t pid) {
  if (pid > 0) {
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
  }
}
