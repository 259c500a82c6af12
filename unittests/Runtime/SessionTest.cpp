// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Simulation.h"

#include <set>

using namespace ddnn_test;

namespace {
ddnn_session_stats stats(Simulation &S) {
  ddnn_session_stats Out;
  ddnn_session_get_stats(S.Session, &Out);
  return Out;
}

TEST(Session, LeavesLocally) {
  Simulation S;
  S.open();
  ASSERT_EQ(S.submit(20, 2, 5), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.status, DDNN_OK);
  EXPECT_EQ(R.exit, 0);
  EXPECT_EQ(R.tier, 0);
  EXPECT_EQ(R.label, 2u);
  EXPECT_EQ(R.classes, 3u);
  EXPECT_EQ(S.Scores[2], 20);
  EXPECT_EQ(R.frame_number, 5u);
  EXPECT_FALSE(R.fallback);
  EXPECT_EQ(R.attempts, 0);
  EXPECT_EQ(R.payload_bytes, 0u);
  EXPECT_EQ(S.Sent, 0u);
  EXPECT_EQ(S.poll(R), DDNN_ERR_NOT_FOUND);
}

// The arena of the model is where the caller wants it, here in fast memory.
TEST(Session, ComputesInTheCallersPools) {
  Simulation S;
  struct alignas(DDNN_ALIGN) {
    float X[16] = {};
  } Fast;
  void *Arenas[] = {&Fast};
  S.open();
  size_t All = S.Memory.size();
  ddnn_session_close(S.Session);
  S.Config.arenas = Arenas;
  S.open();
  EXPECT_EQ(S.Memory.size(), All - DDNN_ALIGN); // 16 bytes, padded
  ASSERT_EQ(S.submit(20, 2, 5), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.label, 2u);
  EXPECT_EQ(Fast.X[0], 20);
}

TEST(Session, Offloads) {
  Simulation S;
  S.open();
  S.announce("edge-1");
  ASSERT_EQ(S.submit(0, 1, 7), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.status, DDNN_OK);
  EXPECT_EQ(R.exit, 1);
  EXPECT_EQ(R.label, 2u);
  EXPECT_FALSE(R.fallback);
  EXPECT_EQ(R.attempts, 1);
  EXPECT_EQ(R.payload_bytes, 19u); // 4 floats and 20 bits
  EXPECT_EQ(R.framed_bytes % 8, 19u % 8);
  EXPECT_EQ(R.t_total_us, 700u); // 200 there, 300 computing, 200 back
  EXPECT_EQ(R.t_server_us, 300u);
  EXPECT_EQ(R.t_link_us, 400u);
  EXPECT_EQ(R.t_device_us, 0u); // the clock stands still while it computes
  EXPECT_EQ(R.t_tier_us[1], 300u);
}

TEST(Session, CloudAnswers) {
  Simulation S;
  S.open();
  S.announce("edge-1");
  ASSERT_EQ(S.submit(0, 1, 0, 0), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.exit, 2);
  EXPECT_EQ(R.tier, 2);
  EXPECT_EQ(R.label, 0u);
}

TEST(Session, FallsBackAtOnceWithoutWorkers) {
  Simulation S;
  S.open();
  uint64_t Start = S.Now;
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.status, DDNN_OK);
  EXPECT_TRUE(R.fallback);
  EXPECT_EQ(R.cause, DDNN_ERR_NO_PEER);
  EXPECT_EQ(R.exit, 0);
  EXPECT_EQ(S.Now, Start);
}

TEST(Session, PatienceWaitsForAWorker) {
  Simulation S;
  S.Config.patience_ms = 50;
  S.open();
  S.at(S.Now + 20000, [&] { S.announce("late"); });
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_FALSE(R.fallback);
  EXPECT_EQ(R.exit, 1);
  S.Workers["late"].Alive = false;
  S.will("late");
  uint64_t Start = S.Now;
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_TRUE(R.fallback);
  EXPECT_EQ(S.Now, Start + 50000);
}

TEST(Session, ErrorWhereNoExitWasReached) {
  // A first tier that only sends.
  ddnn_model Blind = toy_device;
  Blind.local_exit_count = 0;
  Simulation S;
  S.Config.model = &Blind;
  S.open();
  ASSERT_EQ(S.submit(20, 1), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.status, DDNN_ERR_NO_PEER);
  EXPECT_EQ(R.exit, DDNN_NO_EXIT);
  EXPECT_EQ(stats(S).errors, 1u);
}

TEST(Session, LostRequestIsRepeatedElsewhere) {
  Simulation S;
  S.open();
  S.announce("a");
  S.announce("b");
  S.Loss = 1;
  S.at(S.Now + 1000, [&] { S.Loss = 0; });
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_FALSE(R.fallback);
  EXPECT_EQ(R.attempts, 2);
  EXPECT_EQ(R.payload_bytes, 38u);
  ASSERT_EQ(S.SentTo.size(), 2u);
  EXPECT_NE(S.SentTo[0], S.SentTo[1]);
}

TEST(Session, OnlyWorkerIsAskedAgain) {
  Simulation S;
  S.open();
  S.announce("a");
  S.Loss = 1;
  S.at(S.Now + 1000, [&] { S.Loss = 0; });
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_FALSE(R.fallback);
  EXPECT_EQ(R.attempts, 2);
}

TEST(Session, DeadlineFallsBackInTime) {
  Simulation S;
  S.open();
  S.announce("a");
  S.Workers["a"].Mute = true;
  uint64_t Start = S.Now;
  ASSERT_EQ(S.submit(0, 2, 0, 20, 30), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_TRUE(R.fallback);
  EXPECT_EQ(R.cause, DDNN_ERR_DEADLINE);
  EXPECT_EQ(R.label, 2u);
  EXPECT_LE(S.Now, Start + 30000);
  EXPECT_GE(S.Now, Start + 25000);
}

TEST(Session, LateAndDoubleAnswersAreDropped) {
  Simulation S;
  S.open();
  S.announce("a");
  S.Duplicate = 1;
  ddnn_result R;
  for (int I = 0; I < 10; ++I) {
    ASSERT_EQ(S.submit(0, I % 3, I), DDNN_OK);
    ASSERT_EQ(S.poll(R), DDNN_OK);
    EXPECT_EQ(R.frame_number, unsigned(I));
    EXPECT_EQ(R.label, unsigned(I + 1) % 3);
  }
  S.runUntil(S.Now + 100000);
  EXPECT_EQ(stats(S).answered, 10u);
  EXPECT_GE(stats(S).duplicates, 20u); // two requests, two answers each
  EXPECT_EQ(S.poll(R), DDNN_ERR_NOT_FOUND);
}

TEST(Session, FirstAttemptsLateAnswerCounts) {
  Simulation S;
  S.Config.attempt_ms = 10;
  S.open();
  S.announce("slow");
  S.Workers["slow"].ServiceUs = 15000; // longer than one attempt
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_FALSE(R.fallback);
  EXPECT_EQ(R.attempts, 2);
  EXPECT_EQ(R.t_total_us, 15400u);
}

TEST(Session, BusyWorkerIsAvoided) {
  Simulation S;
  S.open();
  S.announce("busy");
  S.Workers["busy"].Refuse = DDNN_ERR_BUSY;
  S.announce("free", DDNN_NODE_ONLINE, 5); // looks worse, serves
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_FALSE(R.fallback);
  EXPECT_EQ(R.attempts, 2);
  EXPECT_EQ(S.SentTo[1], "free");
  EXPECT_LT(R.t_total_us, 3000u); // at once, not after a timeout
}

TEST(Session, OnlyBusyWorkerGetsAPause) {
  Simulation S;
  S.open();
  S.announce("busy");
  S.Workers["busy"].Refuse = DDNN_ERR_BUSY;
  S.at(S.Now + 3000, [&] { S.Workers["busy"].Refuse = DDNN_OK; });
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_FALSE(R.fallback);
  EXPECT_EQ(R.attempts, 2);
  EXPECT_GE(R.t_total_us, 10000u);
}

TEST(Session, RefusalsAreTypedInTheEnd) {
  Simulation S;
  S.open();
  S.announce("a");
  S.Workers["a"].Refuse = DDNN_ERR_MODEL;
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_TRUE(R.fallback);
  EXPECT_EQ(R.cause, DDNN_ERR_MODEL);
  EXPECT_EQ(R.attempts, 3);
}

TEST(Session, EdgesFallbackIsLabelled) {
  Simulation S;
  S.open();
  S.announce("a");
  S.Workers["a"].CloudGone = true;
  ASSERT_EQ(S.submit(0, 1, 0, /*EdgeSure=*/0), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_TRUE(R.fallback);
  EXPECT_EQ(R.cause, DDNN_ERR_NO_PEER);
  EXPECT_EQ(R.exit, 1);
  EXPECT_EQ(R.label, 2u);
}

TEST(Session, WillMovesRequestsAtOnce) {
  Simulation S;
  S.open();
  S.announce("a");
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  S.Workers["a"].Alive = false;
  S.announce("b");
  S.will("a");
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_FALSE(R.fallback);
  EXPECT_EQ(S.SentTo, (std::vector<std::string>{"a", "b"}));
  EXPECT_LT(R.t_total_us, 1500u);
}

TEST(Session, DrainingWorkerFinishes) {
  Simulation S;
  S.open();
  S.announce("a");
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  S.announce("a", DDNN_NODE_DRAINING);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_FALSE(R.fallback);
  EXPECT_EQ(R.attempts, 1);
  ASSERT_EQ(S.submit(0, 1), DDNN_OK); // but gets nothing new
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_TRUE(R.fallback);
  EXPECT_EQ(S.Sent, 1u);
}

TEST(Session, SilentWorkerIsDead) {
  Simulation S;
  S.open();
  S.announce("a");
  S.runUntil(S.Now + 3000000); // three heartbeats
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.cause, DDNN_ERR_NO_PEER);
  EXPECT_EQ(S.Sent, 0u);
}

TEST(Session, OldWillDoesNotKillTheNewLife) {
  Simulation S;
  S.open();
  S.announce("a");
  S.Workers["a"].Boot = 2;
  S.announce("a");
  S.Workers["a"].Boot = 1;
  S.will("a"); // of the first life
  S.Workers["a"].Boot = 2;
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_FALSE(R.fallback);
}

TEST(Session, OtherModelsWorkersAreIgnored) {
  Simulation S;
  S.open();
  S.announce("a", DDNN_NODE_ONLINE, 0, TOY_HASH + 1);
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.cause, DDNN_ERR_NO_PEER);
}

TEST(Session, LinkDownAndUp) {
  Simulation S;
  S.Config.patience_ms = 60;
  S.open();
  S.announce("a");
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  S.linkState(false);
  S.at(S.Now + 10000, [&] {
    S.linkState(true);
    S.announce("a");
  });
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_FALSE(R.fallback);
  EXPECT_EQ(R.attempts, 2);
  S.linkState(false);
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.cause, DDNN_ERR_DISCONNECTED);
}

TEST(Session, SendErrors) {
  Simulation S;
  S.open();
  S.announce("a");
  ddnn_result R;
  S.SendStatus = DDNN_ERR_TOO_LARGE;
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.cause, DDNN_ERR_TOO_LARGE);
  EXPECT_EQ(R.attempts, 1);
  EXPECT_EQ(R.framed_bytes, 0u);
  S.SendStatus = DDNN_ERR_TRANSPORT;
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.cause, DDNN_ERR_TRANSPORT);
}

TEST(Session, NoSubscriberFallsBackAtOnce) {
  Simulation S;
  S.Config.max_attempts = 1;
  S.open();
  S.announce("a");
  S.Loss = 1;
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  S.failed(S.LastToken, DDNN_ERR_NO_PEER);
  S.failed(S.LastToken + 256, DDNN_ERR_NO_PEER); // another's token
  ddnn_result R;
  uint64_t Start = S.Now;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.cause, DDNN_ERR_NO_PEER);
  EXPECT_EQ(S.Now, Start);
}

TEST(Session, ThresholdBroadcast) {
  Simulation S;
  S.open();
  S.announce("a");
  ddnn_result R;
  ASSERT_EQ(S.submit(20, 1), DDNN_OK);
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.exit, 0);
  EXPECT_EQ(S.thresholds(3, 0), DDNN_OK); // never leave
  ASSERT_EQ(S.submit(20, 1), DDNN_OK);
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.exit, 1);
  EXPECT_EQ(S.thresholds(2, 1), DDNN_ERR_STALE);
  EXPECT_EQ(S.thresholds(3, 1), DDNN_ERR_STALE);
  EXPECT_EQ(S.thresholds(9, 1, TOY_HASH + 1), DDNN_ERR_MODEL);
  EXPECT_EQ(S.thresholds(4, 1), DDNN_OK); // always
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.exit, 0);
  EXPECT_FALSE(R.fallback);
  ddnn_threshold_table T;
  ddnn_session_thresholds(S.Session, &T);
  EXPECT_EQ(T.version, 4u);
  EXPECT_EQ(ddnn_session_set_threshold(S.Session, 0, 0), DDNN_OK);
  EXPECT_EQ(ddnn_session_set_threshold(S.Session, 3, 0), DDNN_ERR_NOT_FOUND);
  EXPECT_EQ(ddnn_session_set_threshold(S.Session, 0, 2), DDNN_ERR_INVALID);
}

TEST(Session, ProvisionalAnswers) {
  Simulation S;
  std::vector<ddnn_result> Heard;
  std::vector<float> Tops;
  struct Context {
    std::vector<ddnn_result> *Heard;
    std::vector<float> *Tops;
  } C{&Heard, &Tops};
  S.Config.provisional_user = &C;
  S.Config.provisional = [](void *User, const ddnn_result *R) {
    auto *C = static_cast<Context *>(User);
    C->Heard->push_back(*R);
    C->Tops->push_back(R->scores[R->label]);
  };
  S.open();
  S.announce("a");
  ASSERT_EQ(S.submit(1, 1, 0, /*EdgeSure=*/0), DDNN_OK);
  ASSERT_EQ(Heard.size(), 1u); // at once
  EXPECT_EQ(Heard[0].exit, 0);
  EXPECT_TRUE(Heard[0].provisional);
  EXPECT_EQ(Tops[0], 1);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(R.exit, 2);
  EXPECT_FALSE(R.provisional);
  ASSERT_EQ(Heard.size(), 2u);
  EXPECT_EQ(Heard[1].exit, 1);
  EXPECT_EQ(Heard[1].label, 2u);
  EXPECT_EQ(Tops[1], 20);
}

TEST(Session, ProvisionalAnswerOfTheEdgeIsTheFallback) {
  Simulation S;
  S.Config.provisional = [](void *, const ddnn_result *) {};
  S.Config.max_attempts = 1;
  S.open();
  S.announce("a");
  S.OnReply = [](ddnn_frame &F) { return !(F.flags & DDNN_FLAG_FINAL); };
  ASSERT_EQ(S.submit(1, 1, 0, 0), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_TRUE(R.fallback);
  EXPECT_EQ(R.exit, 1); // the highest exit reached
  EXPECT_EQ(R.label, 2u);
}

TEST(Session, RepliesThatAreNotOurs) {
  Simulation S;
  S.Config.max_attempts = 1;
  S.open();
  S.announce("a");
  unsigned Case = 0;
  S.OnReply = [&](ddnn_frame &F) {
    switch (Case) {
    case 0:
      F.boot ^= 1;
      break;
    case 1:
      F.model ^= 1;
      break;
    case 2:
      std::strcpy(F.source, "camera");
      break;
    case 3:
      std::strcpy(F.source, "ca");
      break;
    case 4:
      F.request += 1000;
      break;
    case 5:
      F.exit = 3;
      break;
    case 6:
      F.label = 3;
      break;
    }
    return true;
  };
  for (; Case < 7; ++Case) {
    ASSERT_EQ(S.submit(0, 1), DDNN_OK);
    ddnn_result R;
    ASSERT_EQ(S.poll(R), DDNN_OK);
    EXPECT_TRUE(R.fallback) << Case;
    EXPECT_EQ(stats(S).stray, Case + 1);
    S.announce("a");
  }
}

TEST(Session, FullIsBusy) {
  Simulation S;
  S.Config.max_requests = 2;
  S.open();
  S.announce("a");
  ASSERT_EQ(S.submit(0, 0), DDNN_OK);
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  EXPECT_EQ(S.submit(0, 2), DDNN_ERR_BUSY);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_EQ(S.submit(0, 2), DDNN_OK);
  EXPECT_EQ(stats(S).submitted, 3u);
}

TEST(Session, PollTimesOut) {
  Simulation S;
  S.open();
  S.announce("a");
  S.Workers["a"].ServiceUs = 20000;
  ASSERT_EQ(S.submit(0, 0), DDNN_OK);
  ddnn_result R;
  EXPECT_EQ(S.poll(R, 0), DDNN_PENDING);
  uint64_t Start = S.Now;
  EXPECT_EQ(S.poll(R, 5), DDNN_PENDING);
  EXPECT_EQ(S.Now, Start + 5000);
  EXPECT_EQ(S.poll(R, 100), DDNN_OK);
}

TEST(Session, SharedRoute) {
  Simulation S;
  S.Config.route = DDNN_ROUTE_SHARED;
  S.open();
  ASSERT_EQ(S.submit(0, 1), DDNN_OK);
  ddnn_result R;
  ASSERT_EQ(S.poll(R), DDNN_OK);
  EXPECT_FALSE(R.fallback);
  EXPECT_EQ(S.SentTo[0], "@1");
}

TEST(Session, FixedPeerNeedsNoAnnouncement) {
  Simulation S;
  S.Config.fixed_peer = "server";
  S.open();
  S.runUntil(S.Now + 60000000);
  ASSERT_EQ(ddnn_session_wait_peer(S.Session, 0), DDNN_OK);
  float X[4] = {0, 1, 20, 0};
  const void *Inputs[] = {X};
  ddnn_request Q = {};
  Q.inputs = Inputs;
  ddnn_result R = S.result();
  ASSERT_EQ(ddnn_session_infer(S.Session, &Q, &R), DDNN_OK);
  EXPECT_EQ(S.SentTo[0], "server");
  EXPECT_EQ(R.exit, 1);
}

TEST(Session, WaitPeer) {
  Simulation S;
  S.open();
  EXPECT_EQ(ddnn_session_wait_peer(S.Session, 10), DDNN_ERR_DEADLINE);
  S.at(S.Now + 5000, [&] { S.announce("a"); });
  EXPECT_EQ(ddnn_session_wait_peer(S.Session, 10), DDNN_OK);
}

TEST(Session, LoadDecidesBetweenTwo) {
  Simulation S;
  S.open();
  S.announce("idle");
  S.announce("loaded", DDNN_NODE_ONLINE, 50);
  for (int I = 0; I < 20; ++I) {
    ddnn_result R;
    ASSERT_EQ(S.submit(0, 1), DDNN_OK);
    ASSERT_EQ(S.poll(R), DDNN_OK);
  }
  EXPECT_EQ(S.Workers["loaded"].Served, 0u);
}

TEST(Session, EqualWorkersShareTheLoad) {
  Simulation S;
  S.open();
  for (const char *Name : {"a", "b", "c", "d"})
    S.announce(Name);
  for (int I = 0; I < 400; ++I) {
    ddnn_result R;
    ASSERT_EQ(S.submit(0, 1), DDNN_OK);
    ASSERT_EQ(S.poll(R), DDNN_OK);
  }
  for (const char *Name : {"a", "b", "c", "d"})
    EXPECT_GT(S.Workers[Name].Served, 60u) << Name;
}

TEST(Session, RejectsNonsense) {
  Simulation S;
  S.open();
  EXPECT_EQ(ddnn_session_submit(S.Session, nullptr, nullptr), DDNN_ERR_INVALID);
  const void *Null[] = {nullptr};
  ddnn_request Q = {};
  Q.inputs = Null;
  EXPECT_EQ(ddnn_session_submit(S.Session, &Q, nullptr), DDNN_ERR_INVALID);
  ddnn_session *Other;
  std::vector<uint8_t> Memory(1 << 16);
  ddnn_session_config C = S.Config;
  EXPECT_EQ(ddnn_session_open(&Other, &C, Memory.data(), 100),
            DDNN_ERR_NO_MEMORY);
  C.node = "a/b";
  EXPECT_EQ(ddnn_session_open(&Other, &C, Memory.data(), Memory.size()),
            DDNN_ERR_INVALID);
  C = S.Config;
  C.now_us = nullptr;
  EXPECT_EQ(ddnn_session_size(&C), 0u);
  ddnn_model Old = toy_device;
  Old.abi_version = 0;
  C = S.Config;
  C.model = &Old;
  EXPECT_EQ(ddnn_session_open(&Other, &C, Memory.data(), Memory.size()),
            DDNN_ERR_ABI);
  uint8_t Garbage[] = {1, 2, 3};
  for (uint8_t Channel = 0; Channel < 6; ++Channel)
    EXPECT_LT(S.deliver(Channel, "x", Garbage, 3), 0);
}

// The promise, under everything at once: each request ends exactly once, by its
// deadline, and an answer is the right one.
class SessionProperty : public testing::TestWithParam<unsigned> {};

TEST_P(SessionProperty, EveryRequestEndsOnceInTime) {
  Simulation S(GetParam());
  auto Pick = [&](unsigned N) { return unsigned(S.Random() % N); };
  S.Loss = Pick(4) * 0.1;
  S.Duplicate = Pick(3) * 0.2;
  S.Corrupt = Pick(3) * 0.05;
  S.DelayMin = 100;
  S.DelayMax = 200 + Pick(40000); // reorders
  S.Config.max_requests = uint16_t(1 + Pick(12));
  S.Config.patience_ms = Pick(2) * 20;
  S.Config.max_attempts = uint8_t(1 + Pick(5));
  S.Config.attempt_ms = Pick(2) * 15;
  unsigned Provisional = 0;
  if (Pick(2)) {
    S.Config.provisional_user = &Provisional;
    S.Config.provisional = [](void *N, const ddnn_result *R) {
      ASSERT_TRUE(R->provisional);
      ASSERT_EQ(R->label, (R->frame_number + R->exit) % 3);
      ++*static_cast<unsigned *>(N);
    };
  }
  S.open();
  const char *Names[] = {"a", "b", "c"};
  for (const char *Name : Names)
    S.announce(Name);
  // Something happens every few milliseconds.
  std::function<void()> Chaos = [&] {
    const char *Name = Names[Pick(3)];
    auto &W = S.Workers[Name];
    switch (Pick(9)) {
    case 0: // killed; mostly the broker tells
      W.Alive = false;
      if (Pick(3))
        S.will(Name);
      break;
    case 1: // comes back
    case 2:
      if (!W.Alive)
        ++W.Boot;
      W.Alive = true;
      W.Refuse = DDNN_OK;
      W.Mute = W.CloudGone = false;
      S.announce(Name);
      break;
    case 3:
      W.Refuse = Pick(2) ? DDNN_ERR_BUSY : DDNN_ERR_DEADLINE;
      break;
    case 4:
      W.Mute = true;
      break;
    case 5:
      W.CloudGone = true;
      break;
    case 6:
      W.ServiceUs = 100 + Pick(30000);
      break;
    case 7:
      S.linkState(false);
      break;
    case 8:
      if (!S.Up) {
        S.linkState(true);
        for (const char *N : Names)
          if (S.Workers[N].Alive)
            S.announce(N);
      }
      break;
    }
    S.at(S.Now + 1000 + Pick(10000), Chaos);
  };
  S.at(S.Now, Chaos);

  struct Expected {
    uint64_t Deadline;
    unsigned Ended = 0;
  };
  std::vector<Expected> Requests;
  const unsigned N = 300;
  unsigned Ended = 0, Answered = 0, Fallbacks = 0;
  while (Ended < N) {
    if (Requests.size() < N && Pick(3)) {
      uint32_t Ms = 5 + Pick(100);
      uint64_t Start = S.Now;
      int Status = S.submit(Pick(4) ? 0 : 20, int(Requests.size() % 3),
                            uint32_t(Requests.size()), Pick(2) ? 20 : 0, Ms);
      if (Status == DDNN_OK)
        Requests.push_back({Start + Ms * 1000});
      else
        ASSERT_EQ(Status, DDNN_ERR_BUSY);
    }
    ddnn_result R;
    int Status = S.poll(R, Pick(3));
    if (Status != DDNN_OK)
      continue;
    ASSERT_LT(R.frame_number, Requests.size());
    Expected &E = Requests[R.frame_number];
    EXPECT_EQ(++E.Ended, 1u);
    EXPECT_LE(S.Now, E.Deadline);
    ++Ended;
    ASSERT_EQ(R.status, DDNN_OK); // the local exit was always reached
    EXPECT_EQ(R.label, (R.frame_number + R.exit) % 3);
    EXPECT_EQ(R.fallback, R.cause != DDNN_OK);
    EXPECT_EQ(R.t_total_us, R.t_device_us + R.t_link_us + R.t_server_us);
    (R.fallback ? Fallbacks : Answered) += 1;
  }
  S.runUntil(S.Now + 200000);
  ddnn_result R;
  EXPECT_EQ(S.poll(R, 0), DDNN_ERR_NOT_FOUND);
  auto St = stats(S);
  EXPECT_EQ(St.submitted, N);
  EXPECT_EQ(St.answered, Answered);
  EXPECT_EQ(St.fallbacks, Fallbacks);
  EXPECT_EQ(St.errors, 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SessionProperty, testing::Range(1u, 101u));
} // namespace
