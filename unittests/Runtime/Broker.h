// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A mosquitto of the test's own, on a free port of 127.0.0.1, started and
// stopped by its process id.
#ifndef DDNN_TEST_BROKER_H
#define DDNN_TEST_BROKER_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace ddnn_test {

class Broker {
public:
  uint16_t Port = 0;

  // Extra goes into the configuration file, one option a line.
  explicit Broker(std::string Extra = "") : Extra(std::move(Extra)) {
    Port = freePort();
    start();
  }
  ~Broker() {
    stop(SIGKILL);
    for (const std::string &F : Files)
      unlink(F.c_str());
  }

  std::string url(const char *Scheme = "tcp") const {
    return std::string(Scheme) + "://127.0.0.1:" + std::to_string(Port);
  }
  bool running() const { return Pid > 0; }

  // A temporary file that goes away with the broker.
  std::string file(const std::string &Content) {
    char Name[] = "/tmp/ddnn-test-XXXXXX";
    int Fd = mkstemp(Name);
    if (Fd < 0 ||
        write(Fd, Content.data(), Content.size()) != ssize_t(Content.size()))
      abort();
    fchmod(Fd, 0644); // mosquitto gives up root's rights
    close(Fd);
    Files.push_back(Name);
    return Name;
  }

  bool start() {
    std::string Config =
        file("listener " + std::to_string(Port) +
             " 127.0.0.1\nset_tcp_nodelay true\npersistence false\nlog_type "
             "error\n" +
             (Extra.find("allow_anonymous") == std::string::npos
                  ? "allow_anonymous true\n"
                  : "") +
             Extra);
    Pid = fork();
    if (Pid == 0) {
      int Null = open("/dev/null", O_WRONLY);
      dup2(Null, 1);
      dup2(Null, 2);
      execlp("mosquitto", "mosquitto", "-c", Config.c_str(), nullptr);
      execl("/usr/sbin/mosquitto", "mosquitto", "-c", Config.c_str(), nullptr);
      _exit(127);
    }
    for (int I = 0; I < 1000; ++I) {
      int Fd = socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in A = address(Port);
      bool Up = connect(Fd, reinterpret_cast<sockaddr *>(&A), sizeof A) == 0;
      close(Fd);
      if (Up)
        return true;
      if (waitpid(Pid, nullptr, WNOHANG) == Pid)
        break;
      usleep(5000);
    }
    Pid = -1;
    return false;
  }
  void stop(int Signal = SIGTERM) {
    if (Pid <= 0)
      return;
    kill(Pid, Signal);
    waitpid(Pid, nullptr, 0);
    Pid = -1;
  }

  static sockaddr_in address(uint16_t Port) {
    sockaddr_in A;
    std::memset(&A, 0, sizeof A);
    A.sin_family = AF_INET;
    A.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    A.sin_port = htons(Port);
    return A;
  }
  static uint16_t freePort() {
    int Fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in A = address(0);
    socklen_t Size = sizeof A;
    if (bind(Fd, reinterpret_cast<sockaddr *>(&A), sizeof A) != 0 ||
        getsockname(Fd, reinterpret_cast<sockaddr *>(&A), &Size) != 0)
      abort();
    close(Fd);
    return ntohs(A.sin_port);
  }

private:
  std::string Extra;
  pid_t Pid = -1;
  std::vector<std::string> Files;
};

} // namespace ddnn_test
#endif
