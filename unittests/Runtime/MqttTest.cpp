// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The whole path over a real mosquitto on loopback, workers in processes of
// their own.
#include "ddnn/mqtt.h"
#include "Broker.h"
#include "ddnn/frame.h"
#include "ddnn/host.h"
#include "ddnn/worker.h"
#include "toy_group.h"
#include "toy_model.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

using namespace ddnn_test;
using namespace std::chrono_literals;

namespace {
bool eventually(const std::function<bool()> &Holds, int Ms = 10000) {
  for (int I = 0; I < Ms / 5; ++I) {
    if (Holds())
      return true;
    std::this_thread::sleep_for(5ms);
  }
  return Holds();
}

// A worker process.
class Process {
public:
  Process(const Broker &B, const std::string &Node, int Tier) {
    std::string Url = B.url(), T = std::to_string(Tier);
    Pid = fork();
    if (Pid == 0) {
      execl(TOY_WORKER, TOY_WORKER, Url.c_str(), Node.c_str(), T.c_str(),
            nullptr);
      _exit(127);
    }
  }
  Process(const Process &) = delete;
  ~Process() { end(SIGKILL); }
  // Returns the exit status, -1 if a signal ended it.
  int end(int Signal) {
    if (Pid <= 0)
      return -1;
    int Status = 0;
    kill(Pid, Signal);
    waitpid(Pid, &Status, 0);
    Pid = -1;
    return WIFEXITED(Status) ? WEXITSTATUS(Status) : -1;
  }
  pid_t Pid;
};

class Device {
public:
  ddnn_link *Link = nullptr;
  ddnn_session *Session = nullptr;
  float Scores[3];

  explicit Device(const Broker &B, ddnn_session_config C = {},
                  const char *Node = "cam", ddnn_mqtt_config M = {}) {
    std::string Url = B.url();
    M.broker = Url.c_str();
    M.site = "test";
    M.node = Node;
    EXPECT_EQ(ddnn_mqtt_create(&M, &Link), DDNN_OK);
    C.model = &toy_device;
    C.node = Node;
    C.link = Link;
    if (!C.max_requests)
      C.max_requests = 8;
    if (!C.deadline_ms)
      C.deadline_ms = 2000;
    EXPECT_EQ(ddnn_host_session_open(&Session, &C), DDNN_OK);
  }
  ~Device() {
    ddnn_host_session_close(Session);
    ddnn_mqtt_destroy(Link);
  }
  int submit(float Sure, int Label, uint32_t Frame, float EdgeSure = 20,
             float Ms = 0, uint32_t DeadlineMs = 0) {
    float X[4] = {Sure, float(Label), EdgeSure, Ms};
    const void *Inputs[] = {X};
    ddnn_request Q = {};
    Q.inputs = Inputs;
    Q.frame_number = Frame;
    Q.deadline_ms = DeadlineMs;
    return ddnn_session_submit(Session, &Q, nullptr);
  }
  ddnn_result infer(float Sure, int Label, float EdgeSure = 20, float Ms = 0) {
    float X[4] = {Sure, float(Label), EdgeSure, Ms};
    const void *Inputs[] = {X};
    ddnn_request Q = {};
    Q.inputs = Inputs;
    ddnn_result R = {};
    R.scores = Scores;
    R.scores_capacity = 3;
    EXPECT_EQ(ddnn_session_infer(Session, &Q, &R), DDNN_OK);
    return R;
  }
  bool ready(int Ms = 10000) {
    return ddnn_session_wait_peer(Session, uint32_t(Ms)) == DDNN_OK;
  }
  // Until the whole path answers.
  bool cloudReady() {
    return ready() && eventually([&] { return infer(0, 0, 0).exit == 2; });
  }
  ddnn_mqtt_stats mqtt() {
    ddnn_mqtt_stats S;
    ddnn_mqtt_get_stats(Link, &S);
    return S;
  }
};

TEST(Mqtt, ThreeTiersInThreeProcesses) {
  Broker B;
  ASSERT_TRUE(B.running());
  Process Edge(B, "edge-1", 1), Cloud(B, "cloud-1", 2);
  Device D(B);
  ASSERT_TRUE(D.cloudReady());
  for (int I = 0; I < 300; ++I) {
    int Exit = I % 3;
    ddnn_result R = D.infer(Exit == 0 ? 20 : 0, I / 3 % 3, Exit == 1 ? 20 : 0);
    EXPECT_EQ(R.exit, Exit);
    EXPECT_EQ(R.label, unsigned(I / 3 + Exit) % 3);
    EXPECT_FALSE(R.fallback);
    EXPECT_EQ(D.Scores[R.label], Exit == 2 ? 30 : 20);
  }
  // A hang of Nagle against delayed acknowledgements costs 40 ms a message.
  EXPECT_GE(D.mqtt().nodelay, 1u);
  uint32_t Fastest = UINT32_MAX;
  for (int I = 0; I < 20; ++I)
    Fastest = std::min(Fastest, D.infer(0, 0).t_link_us);
  EXPECT_LT(Fastest, 35000u);
}

TEST(Mqtt, TimesAddUp) {
  Broker B;
  Process Edge(B, "edge-1", 1), Cloud(B, "cloud-1", 2);
  Device D(B);
  ASSERT_TRUE(D.cloudReady());
  ddnn_result R = D.infer(0, 1, 0, /*Ms=*/10);
  EXPECT_EQ(R.exit, 2);
  EXPECT_GE(R.t_tier_us[1], 10000u);
  EXPECT_GE(R.t_tier_us[2], 10000u);
  EXPECT_EQ(R.t_total_us, R.t_device_us + R.t_link_us + R.t_server_us);
}

// Keeps several requests in flight while Disturb does its work; then checks the
// books: everything ended once, in time, and rightly.
void underway(Device &D, unsigned N,
              const std::function<void(unsigned)> &Disturb,
              unsigned *Answered = nullptr) {
  const uint32_t DeadlineMs = 400;
  std::map<uint32_t, std::pair<std::chrono::steady_clock::time_point, int>>
      Sent;
  unsigned Next = 0, Ended = 0, Good = 0, Fallbacks = 0, Errors = 0;
  while (Ended < N) {
    while (Next < N && Next - Ended < 6) {
      Disturb(Next);
      Sent[Next] = {std::chrono::steady_clock::now(), 0};
      ASSERT_EQ(
          D.submit(0, int(Next % 3), Next, Next % 2 ? 20 : 0, 2, DeadlineMs),
          DDNN_OK);
      ++Next;
    }
    ddnn_result R = {};
    int Status = ddnn_session_poll(D.Session, &R, 1000);
    ASSERT_EQ(Status, DDNN_OK);
    auto &[Start, Count] = Sent[R.frame_number];
    EXPECT_EQ(++Count, 1);
    auto Took = std::chrono::steady_clock::now() - Start;
    // The outcome is fixed by the deadline (the simulation proves that to the
    // microsecond); here this thread may be woken late on a crowded machine.
    EXPECT_LE(Took, std::chrono::milliseconds(DeadlineMs) + 200ms);
    ++Ended;
    if (R.status != DDNN_OK)
      ++Errors;
    else {
      EXPECT_EQ(R.label, (R.frame_number + R.exit) % 3);
      (R.fallback ? Fallbacks : Good) += 1;
    }
  }
  EXPECT_EQ(Good + Fallbacks + Errors, N);
  ddnn_result R = {};
  EXPECT_EQ(ddnn_session_poll(D.Session, &R, 0), DDNN_ERR_NOT_FOUND);
  if (Answered)
    *Answered = Good;
}

ddnn_link *link(const Broker &B, const char *Node, ddnn_mqtt_config C = {}) {
  std::string Url = C.broker ? C.broker : B.url();
  ddnn_link *Out = nullptr;
  C.broker = Url.c_str();
  C.site = "test";
  C.node = Node;
  EXPECT_EQ(ddnn_mqtt_create(&C, &Out), DDNN_OK);
  return Out;
}

// Waits until all these workers have announced themselves.
bool online(const Broker &B, std::set<std::string> Names) {
  struct Heard {
    std::mutex Lock;
    std::set<std::string> Names;
  } H;
  ddnn_listener L = {};
  L.user = &H;
  L.hears = DDNN_HEAR_STATUS;
  L.message = [](void *User, const ddnn_message *M) {
    ddnn_announce A;
    auto *H = static_cast<Heard *>(User);
    std::lock_guard<std::mutex> Guard(H->Lock);
    if (ddnn_announce_decode(&A, M->data, M->size) == DDNN_OK &&
        A.state == DDNN_NODE_ONLINE)
      H->Names.insert(M->node);
  };
  ddnn_link *Link = link(B, "watcher");
  EXPECT_EQ(Link->listen(Link->context, &L), DDNN_OK);
  bool All = eventually([&] {
    std::lock_guard<std::mutex> Guard(H.Lock);
    return H.Names == Names;
  });
  ddnn_mqtt_destroy(Link);
  return All;
}

TEST(Mqtt, WorkersKilledUnderLoad) {
  Broker B;
  Process Cloud(B, "cloud-1", 2);
  Process Survivor(B, "edge-2", 1);
  auto Victim = std::make_unique<Process>(B, "edge-1", 1);
  Device D(B);
  ASSERT_TRUE(online(B, {"cloud-1", "edge-1", "edge-2"}));
  ASSERT_TRUE(D.cloudReady());
  std::mt19937 Random(7);
  unsigned At = 20 + Random() % 20, Kills = 0, Answered = 0;
  underway(
      D, 400,
      [&](unsigned I) {
        if (I != At || Kills == 5)
          return;
        ++Kills;
        Victim->end(SIGKILL);
        Victim = std::make_unique<Process>(B, "edge-1", 1);
        At += 40 + Random() % 30;
      },
      &Answered);
  EXPECT_EQ(Kills, 5u);
  EXPECT_GE(Answered, 380u); // the other edge carries on
  ASSERT_TRUE(eventually([&] { return D.infer(0, 1, 20).exit == 1; }));
}

TEST(Mqtt, BrokerRestartsUnderLoad) {
  Broker B;
  Process Edge(B, "edge-1", 1), Cloud(B, "cloud-1", 2);
  Device D(B);
  ASSERT_TRUE(D.cloudReady());
  std::atomic<unsigned> Restarts{0};
  // In a thread of its own: this one has to look after what is in flight.
  std::thread Restart;
  auto Join = [&] {
    if (Restart.joinable())
      Restart.join();
  };
  underway(D, 150, [&](unsigned I) {
    if (I != 50 && I != 100)
      return;
    Join();
    Restart = std::thread([&] {
      B.stop(SIGKILL);
      std::this_thread::sleep_for(20ms);
      EXPECT_TRUE(B.start());
      ++Restarts;
    });
  });
  Join();
  EXPECT_EQ(Restarts, 2u);
  // Service resumes by itself, for all three.
  auto Start = std::chrono::steady_clock::now();
  ASSERT_TRUE(eventually([&] { return D.infer(0, 1, 0).exit == 2; }, 15000));
  EXPECT_LT(std::chrono::steady_clock::now() - Start, 12s);
  auto S = D.mqtt();
  EXPECT_GE(S.connects, 2u);
  EXPECT_GE(S.nodelay, S.connects); // set anew on each connection
}

TEST(Mqtt, DrainOnSigterm) {
  Broker B;
  Process Edge(B, "edge-1", 1);
  ddnn_session_config C = {};
  C.max_attempts = 1;
  Device D(B, C);
  ASSERT_TRUE(D.ready());
  for (int I = 0; I < 6; ++I)
    ASSERT_EQ(D.submit(0, I % 3, I, 20, 30), DDNN_OK);
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(Edge.end(SIGTERM), 0);
  for (int I = 0; I < 6; ++I) {
    ddnn_result R = {};
    ASSERT_EQ(ddnn_session_poll(D.Session, &R, 5000), DDNN_OK);
    EXPECT_FALSE(R.fallback) << R.cause;
  }
  ddnn_result R = D.infer(0, 1);
  EXPECT_TRUE(R.fallback);
  EXPECT_EQ(R.cause, DDNN_ERR_NO_PEER);
}

struct Listening {
  std::mutex Lock;
  std::vector<int> Failures;
  std::atomic<int> Ups{0}, Downs{0};
  ddnn_listener L = {};
  Listening() {
    L.user = this;
    L.message = [](void *, const ddnn_message *) {};
    L.state = [](void *U, bool Up) {
      auto *S = static_cast<Listening *>(U);
      ++(Up ? S->Ups : S->Downs);
    };
    L.failed = [](void *U, uint64_t Token, int Status) {
      auto *S = static_cast<Listening *>(U);
      EXPECT_EQ(Token, 9u);
      std::lock_guard<std::mutex> Guard(S->Lock);
      S->Failures.push_back(Status);
    };
  }
  int failure(int Ms) {
    eventually(
        [&] {
          std::lock_guard<std::mutex> Guard(Lock);
          return !Failures.empty();
        },
        Ms);
    std::lock_guard<std::mutex> Guard(Lock);
    return Failures.empty() ? DDNN_OK : Failures.back();
  }
};

void sendThresholds(ddnn_link *Link, uint64_t Version, float Local) {
  ddnn_thresholds T = {};
  T.model = TOY_HASH;
  T.version = Version;
  T.count = 1;
  T.entries[0] = {0, Local};
  uint8_t Data[DDNN_THRESHOLDS_MAX];
  ddnn_message M = {};
  M.channel = DDNN_CHANNEL_CONFIG;
  M.model = TOY_HASH;
  M.node = DDNN_NODE_ALL;
  M.data = Data;
  ASSERT_EQ(ddnn_thresholds_encode(&T, Data, sizeof Data, &M.size), DDNN_OK);
  ASSERT_EQ(Link->send(Link->context, &M), DDNN_OK);
  ASSERT_EQ(Link->flush(Link->context, 5000), DDNN_OK);
}

TEST(Mqtt, ThresholdBroadcastIsRetained) {
  Broker B;
  Process Edge(B, "edge-1", 1);
  Device D(B);
  ASSERT_TRUE(D.ready());
  EXPECT_EQ(D.infer(20, 1).exit, 0);
  ddnn_link *Ctl = link(B, "ctl");
  Listening L;
  ASSERT_EQ(Ctl->listen(Ctl->context, &L.L), DDNN_OK);
  // Sent before the connection stands: kept, not lost.
  sendThresholds(Ctl, 1, 0);
  ASSERT_TRUE(eventually([&] { return D.infer(20, 1).exit == 1; }));
  ddnn_mqtt_destroy(Ctl);
  Device Late(B, {}, "cam-2");
  ASSERT_TRUE(Late.ready());
  ASSERT_TRUE(eventually([&] { return Late.infer(20, 1).exit == 1; }));
}

TEST(Mqtt, NobodyListens) {
  Broker B;
  ddnn_mqtt_config C = {};
  C.qos = 1; // only an acknowledgement can say so
  ddnn_link *Link = link(B, "a", C);
  Listening L;
  ASSERT_EQ(Link->listen(Link->context, &L.L), DDNN_OK);
  ASSERT_EQ(ddnn_mqtt_wait_up(Link, 10000), DDNN_OK);
  ddnn_message M = {};
  M.channel = DDNN_CHANNEL_REQUEST;
  M.model = TOY_HASH;
  M.node = "nobody";
  M.data = "x";
  M.size = 1;
  M.token = 9;
  ASSERT_EQ(Link->send(Link->context, &M), DDNN_OK);
  int Failure = L.failure(1000);
  ddnn_mqtt_destroy(Link);
  if (Failure == DDNN_OK)
    GTEST_SKIP() << "this Paho drops the reason code 0x10 of a PUBACK";
  EXPECT_EQ(Failure, DDNN_ERR_NO_PEER);
}

TEST(Mqtt, TooLargeForTheBroker) {
  Broker B("max_packet_size 4000\n");
  ddnn_link *Link = link(B, "a");
  Listening L;
  ASSERT_EQ(Link->listen(Link->context, &L.L), DDNN_OK);
  ASSERT_EQ(ddnn_mqtt_wait_up(Link, 10000), DDNN_OK);
  std::vector<uint8_t> Data(4000);
  ddnn_message M = {};
  M.channel = DDNN_CHANNEL_REQUEST;
  M.node = "nobody";
  M.data = Data.data();
  M.size = Data.size();
  EXPECT_EQ(Link->send(Link->context, &M), DDNN_ERR_TOO_LARGE);
  M.size = 3000;
  EXPECT_EQ(Link->send(Link->context, &M), DDNN_OK);
  std::this_thread::sleep_for(50ms);
  EXPECT_TRUE(Link->up(Link->context));
  ddnn_mqtt_destroy(Link);
}

TEST(Mqtt, UserAndPassword) {
  // mosquitto_passwd's format for user "cam", password "secret" (PBKDF2).
  Broker Plain;
  std::string Passwords = Plain.file("cam:secret\n");
  if (system(("mosquitto_passwd -U " + Passwords + " 2>/dev/null").c_str()) !=
      0)
    GTEST_SKIP() << "no mosquitto_passwd";
  chmod(Passwords.c_str(), 0644);
  Broker B("allow_anonymous false\npassword_file " + Passwords + "\n");
  ASSERT_TRUE(B.running());
  ddnn_mqtt_config C = {};
  C.user = "cam";
  C.password = "wrong";
  ddnn_link *Link = link(B, "a", C);
  Listening L;
  ASSERT_EQ(Link->listen(Link->context, &L.L), DDNN_OK);
  EXPECT_EQ(ddnn_mqtt_wait_up(Link, 10000), DDNN_ERR_AUTH);
  ddnn_mqtt_destroy(Link);
  C.password = "secret";
  Link = link(B, "a", C);
  ASSERT_EQ(Link->listen(Link->context, &L.L), DDNN_OK);
  EXPECT_EQ(ddnn_mqtt_wait_up(Link, 10000), DDNN_OK);
  ddnn_mqtt_destroy(Link);
}

TEST(Mqtt, Tls) {
  char Dir[] = "/tmp/ddnn-tls-XXXXXX";
  ASSERT_NE(mkdtemp(Dir), nullptr);
  std::string D = Dir;
  std::string Make =
      "cd " + D +
      " && openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out "
      "ca.pem "
      "-days 2 -subj /CN=test-ca 2>/dev/null && "
      "openssl req -newkey rsa:2048 -nodes -keyout s.key -out s.csr -subj "
      "/CN=127.0.0.1 2>/dev/null && printf 'subjectAltName=IP:127.0.0.1' > ext "
      "&& openssl x509 -req -in s.csr -CA ca.pem -CAkey ca.key "
      "-CAcreateserial -days 2 -extfile ext -out s.pem 2>/dev/null && "
      "chmod 755 . && chmod 644 *";
  if (system(Make.c_str()) != 0)
    GTEST_SKIP() << "no openssl";
  {
    Broker B("certfile " + D + "/s.pem\nkeyfile " + D + "/s.key\n");
    ASSERT_TRUE(B.running());
    std::string Ca = D + "/ca.pem", Url = B.url("mqtts");
    ddnn_mqtt_config C = {};
    C.broker = Url.c_str();
    C.ca_file = Ca.c_str();
    ddnn_link *Link = link(B, "a", C);
    Listening L;
    ASSERT_EQ(Link->listen(Link->context, &L.L), DDNN_OK);
    EXPECT_EQ(ddnn_mqtt_wait_up(Link, 10000), DDNN_OK);
    ddnn_mqtt_destroy(Link);
    C.ca_file = nullptr; // the system does not know this authority
    Link = link(B, "a", C);
    ASSERT_EQ(Link->listen(Link->context, &L.L), DDNN_OK);
    EXPECT_NE(ddnn_mqtt_wait_up(Link, 500), DDNN_OK);
    ddnn_mqtt_destroy(Link);
  }
  ASSERT_EQ(system(("rm -r " + D).c_str()), 0);
}

TEST(Mqtt, NoBroker) {
  ddnn_link *Link;
  ddnn_mqtt_config C = {};
  std::string Url = "tcp://127.0.0.1:" + std::to_string(Broker::freePort());
  C.broker = Url.c_str();
  C.node = "a";
  ASSERT_EQ(ddnn_mqtt_create(&C, &Link), DDNN_OK);
  Listening L;
  ASSERT_EQ(Link->listen(Link->context, &L.L), DDNN_OK);
  EXPECT_EQ(ddnn_mqtt_wait_up(Link, 200), DDNN_ERR_DEADLINE);
  EXPECT_FALSE(Link->up(Link->context));
  ddnn_message M = {};
  M.channel = DDNN_CHANNEL_REQUEST;
  M.node = "b";
  M.data = "x";
  M.size = 1;
  EXPECT_EQ(Link->send(Link->context, &M), DDNN_ERR_DISCONNECTED);
  ddnn_mqtt_destroy(Link);
}

TEST(Mqtt, RejectsNonsense) {
  ddnn_link *Link;
  ddnn_mqtt_config C = {};
  auto Create = [&](const char *Url, const char *Node, const char *Site) {
    C.broker = Url;
    C.node = Node;
    C.site = Site;
    return ddnn_mqtt_create(&C, &Link);
  };
  EXPECT_EQ(Create("tcp://h:1", "a/b", "s"), DDNN_ERR_INVALID);
  EXPECT_EQ(Create("tcp://h:1", "a", "+"), DDNN_ERR_INVALID);
  for (const char *Url : {"h:1", "http://h:1", "tcp://", "tcp://:1883",
                          "tcp://h:0", "tcp://h:65536", "tcp://h:x"})
    EXPECT_EQ(Create(Url, "a", "s"), DDNN_ERR_INVALID) << Url;
  EXPECT_EQ(Create(nullptr, "a", "s"), DDNN_ERR_INVALID);
}

struct Heard {
  std::mutex Lock;
  std::map<uint32_t, ddnn_frame> Frames;
  static void hear(void *User, const ddnn_message *M) {
    auto *H = static_cast<Heard *>(User);
    ddnn_frame F;
    if (M->channel != DDNN_CHANNEL_RESULT ||
        ddnn_frame_decode(&F, M->data, M->size) != DDNN_OK)
      return;
    std::lock_guard<std::mutex> Guard(H->Lock);
    EXPECT_STREQ(M->node, "agg");
    H->Frames[F.frame_number] = F;
  }
  size_t count() {
    std::lock_guard<std::mutex> Guard(Lock);
    return Frames.size();
  }
};

// Members, their aggregator and somebody who reads the results, each with a
// connection of its own; half of the members in the short form.
TEST(Mqtt, GroupAnswersAtItsAggregator) {
  Broker B;
  ASSERT_TRUE(B.running());
  std::string Url = B.url();
  const char *Names[] = {"dev-0", "dev-1", "dev-2", "agg", "reader"};
  ddnn_link *Links[5];
  for (int I = 0; I < 5; ++I) {
    ddnn_mqtt_config M = {};
    M.broker = Url.c_str();
    M.site = "test";
    M.node = Names[I];
    ASSERT_EQ(ddnn_mqtt_create(&M, &Links[I]), DDNN_OK);
  }
  Heard H;
  ddnn_listener Reader = {};
  Reader.user = &H;
  Reader.hears = DDNN_HEAR_RESULTS;
  Reader.message = Heard::hear;
  ASSERT_EQ(Links[4]->listen(Links[4]->context, &Reader), DDNN_OK);
  const ddnn_model *Models[] = {&toy_e_local};
  const uint16_t Groups[] = {7};
  ddnn_aggregator_config C = {};
  C.models = Models;
  C.model_count = 1;
  C.node = "agg";
  C.link = Links[3];
  C.groups = Groups;
  C.group_count = 1;
  C.member_wait_ms = 1000;
  C.publish = true;
  ddnn_aggregator *Aggregator;
  ASSERT_EQ(ddnn_host_aggregator_open(&Aggregator, &C), DDNN_OK);
  ddnn_member *Members[3];
  for (unsigned I = 0; I < 3; ++I) {
    ddnn_member_config M = {};
    M.model = &toy_e_devices[I];
    M.node = Names[I];
    M.group = 7;
    M.aggregator = "agg";
    M.link = Links[I];
    M.short_scores = I & 1;
    ASSERT_EQ(ddnn_host_member_open(&Members[I], &M), DDNN_OK);
  }
  for (ddnn_link *L : Links)
    ASSERT_EQ(ddnn_mqtt_wait_up(L, 10000), DDNN_OK);
  uint16_t Live = 0;
  ddnn_group_result R = {};
  EXPECT_TRUE(eventually([&] {
    EXPECT_EQ(ddnn_aggregator_poll(Aggregator, &R, 0), DDNN_PENDING);
    ddnn_aggregator_members(Aggregator, 7, 0, &Live);
    return Live == 7;
  }));
  auto Answer = [&](uint32_t Frame) {
    float X[4] = {20, float(Frame % 3), 0, 0};
    const void *Inputs[] = {X};
    for (ddnn_member *M : Members)
      if (M) {
        EXPECT_EQ(ddnn_member_submit(M, Frame, Inputs), DDNN_OK);
      }
    EXPECT_EQ(ddnn_aggregator_poll(Aggregator, &R, 5000), DDNN_OK);
    EXPECT_EQ(R.frame_number, Frame);
    EXPECT_EQ(R.exit, 0);
    EXPECT_EQ(R.label, Frame % 3);
    return R.missing[1][0];
  };
  for (uint32_t F = 0; F < 200; ++F)
    EXPECT_EQ(Answer(F), 0);
  EXPECT_TRUE(eventually([&] { return H.count() == 200; }));
  ddnn_mqtt_stats Stats;
  ddnn_mqtt_get_stats(Links[0], &Stats);
  EXPECT_EQ(Stats.aliased, 199u); // all but the first to the aggregator
  for (uint32_t F = 0; F < 200; ++F)
    EXPECT_EQ(H.Frames[F].label, F % 3);
  // One says goodbye: nobody waits for it.
  ddnn_host_member_close(Members[1]);
  Members[1] = nullptr;
  EXPECT_TRUE(eventually([&] {
    (void)ddnn_aggregator_poll(Aggregator, &R, 0);
    ddnn_aggregator_members(Aggregator, 7, 0, &Live);
    return Live == 5;
  }));
  EXPECT_EQ(Answer(1000), 2);
  EXPECT_LT(R.t_total_us, 500000u);
  for (ddnn_member *M : Members)
    ddnn_host_member_close(M);
  ddnn_host_aggregator_close(Aggregator);
  for (ddnn_link *L : Links)
    ddnn_mqtt_destroy(L);
}

// One link, many topics; the listener counts what comes for whom.
struct Counter {
  std::mutex Lock;
  std::map<std::string, unsigned> Came;
  static void hear(void *User, const ddnn_message *M) {
    auto *C = static_cast<Counter *>(User);
    std::lock_guard<std::mutex> Guard(C->Lock);
    C->Came[std::string(M->node) + " " +
            std::string(static_cast<const char *>(M->data), M->size)]++;
  }
};

// Aliases run out at the broker's limit, are forgotten with the connection, and
// are not used where it wants none.
TEST(Mqtt, TopicAliases) {
  for (unsigned Limit : {10u, 0u}) {
    Broker B(Limit ? "" : "max_topic_alias 0\n");
    ASSERT_TRUE(B.running());
    std::string Url = B.url();
    ddnn_mqtt_config M = {};
    M.broker = Url.c_str();
    M.site = "test";
    M.reconnect_min_ms = 20;
    Counter Counters[12];
    ddnn_link *Links[13];
    for (unsigned I = 0; I < 13; ++I) {
      std::string Node = "n" + std::to_string(I);
      M.node = Node.c_str();
      ASSERT_EQ(ddnn_mqtt_create(&M, &Links[I]), DDNN_OK);
      ddnn_listener L = {};
      L.user = &Counters[I % 12];
      L.hears = I < 12 ? DDNN_HEAR_REQUESTS : DDNN_HEAR_REPLIES;
      L.message = Counter::hear;
      ASSERT_EQ(Links[I]->listen(Links[I]->context, &L), DDNN_OK);
    }
    auto AllUp = [&] {
      return eventually([&] {
        for (ddnn_link *L : Links)
          if (!L->up(L->context))
            return false;
        return true;
      });
    };
    ddnn_link *Sender = Links[12];
    unsigned Sent = 0;
    for (unsigned Life = 0; Life < 2; ++Life) {
      if (Life) {
        B.stop(SIGKILL);
        EXPECT_TRUE(eventually([&] { return !Sender->up(Sender->context); }));
        ASSERT_TRUE(B.start());
      }
      ASSERT_TRUE(AllUp());
      for (unsigned Round = 0; Round < 5; ++Round)
        for (unsigned I = 0; I < 12; ++I) {
          // Another order in another life: numbers must not stay.
          unsigned To = Life ? 11 - I : I;
          std::string Node = "n" + std::to_string(To);
          ddnn_message Q = {};
          Q.channel = DDNN_CHANNEL_REQUEST;
          Q.model = TOY_HASH;
          Q.node = Node.c_str();
          Q.data = Node.data();
          Q.size = Node.size();
          EXPECT_EQ(Sender->send(Sender->context, &Q), DDNN_OK);
        }
      Sent += 5;
      for (unsigned I = 0; I < 12; ++I) {
        std::string Node = "n" + std::to_string(I);
        EXPECT_TRUE(eventually([&] {
          std::lock_guard<std::mutex> Guard(Counters[I].Lock);
          return Counters[I].Came[Node + " " + Node] == Sent;
        })) << I;
        EXPECT_EQ(Counters[I].Came.size(), 1u);
      }
    }
    ddnn_mqtt_stats S;
    ddnn_mqtt_get_stats(Sender, &S);
    EXPECT_EQ(S.aliased, 2u * 4 * Limit);
    EXPECT_EQ(S.losses, 1u);
    for (ddnn_link *L : Links)
      ddnn_mqtt_destroy(L);
  }
}
} // namespace
