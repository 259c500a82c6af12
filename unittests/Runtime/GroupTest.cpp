// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "GroupSimulation.h"
#include "ddnn/host.h"
#include "ddnn/loopback.h"

#include <atomic>
#include <thread>

using namespace ddnn_test;

namespace {
class Figure : public testing::TestWithParam<bool> {
protected:
  GroupSimulation S{GetParam() ? toyF() : toyE()};
  unsigned devices() const { return unsigned(S.Members.size()); }
};
INSTANTIATE_TEST_SUITE_P(Group, Figure, testing::Bool(),
                         [](const auto &I) { return I.param ? "F" : "E"; });

TEST_P(Figure, AllExits) {
  S.start();
  EXPECT_EQ(S.live(0), (1 << devices()) - 1);
  EXPECT_EQ(S.live(2), GetParam() ? 3 : 1);
  for (uint32_t F = 0; F < 30; ++F) {
    S.submitAll(F, int(F % 3));
    S.run(20000);
    ASSERT_EQ(S.Results.size(), F + 1);
    const auto &R = S.Results.back();
    EXPECT_EQ(R.exit, F % 3);
    EXPECT_EQ(R.frame_number, F);
    EXPECT_FALSE(R.fallback);
    for (auto &Tier : R.missing)
      for (unsigned Bits : Tier)
        EXPECT_EQ(Bits, 0u);
  }
  checkHistory(S);
  ddnn_aggregator_stats T = S.stats();
  EXPECT_EQ(T.answered, 30u);
  // What the area answers is an aggregator's answer, too.
  EXPECT_EQ(T.local, GetParam() ? 20u : 10u);
  EXPECT_EQ(T.attempts, GetParam() ? 30u : 20u);
  EXPECT_EQ(T.rejected + T.late + T.duplicates + T.dropped, 0u);
  ddnn_member_stats M;
  ddnn_member_get_stats(S.Members[0].Handle, &M);
  EXPECT_EQ(M.submitted, 30u);
  EXPECT_EQ(M.fetched, 20u);
  EXPECT_EQ(M.payload_bytes, 30u * 12 + 20u * 16);
  EXPECT_GT(M.framed_bytes, M.payload_bytes);
}

// Devices that are not there at all: nobody waits for them.
TEST_P(Figure, MissingDevices) {
  S.open();
  S.startWorkers();
  uint32_t Frame = 0;
  for (unsigned Missing = 0; Missing + 1 < 1u << devices(); ++Missing) {
    for (unsigned I = 0; I < devices(); ++I) {
      bool There = S.Members[I].Handle;
      if (Missing >> I & 1 && There)
        S.killMember(I, true);
      else if (!(Missing >> I & 1) && !There)
        S.restartMember(I);
    }
    S.run(5000);
    for (int Level = 0; Level < 3; ++Level) {
      size_t Before = S.Results.size();
      uint64_t Start = S.Now;
      S.submitAll(++Frame, Level);
      S.run(30000);
      ASSERT_EQ(S.Results.size(), Before + 1) << Missing << " " << Level;
      const auto &R = S.Results.back();
      EXPECT_LT(R.t_total_us, 15000u) << S.Now - Start;
      EXPECT_EQ(R.missing[1][0], Missing);
      EXPECT_FALSE(R.fallback);
      if (!GetParam()) {
        EXPECT_EQ(R.exit, Level);
        EXPECT_EQ(R.missing[2][0], Level ? Missing : 0);
      } else if (R.exit) {
        EXPECT_EQ(R.missing[3][0],
                  ((Missing & 3) == 3) | ((Missing >> 2 & 3) == 3) << 1);
      }
    }
  }
  checkHistory(S);
}

// One that is live but silent costs the wait, and is missing.
TEST_P(Figure, SilentAndLateDevices) {
  S.start();
  S.submit(0, 1, 0);
  S.submit(1, 1, 0);
  S.run(80000);
  ASSERT_EQ(S.Results.size(), 1u);
  unsigned Missing = ((1u << devices()) - 1) & ~3u;
  EXPECT_EQ(S.Results[0].missing[1][0], Missing);
  EXPECT_GE(S.Results[0].t_total_us, 50000u);
  EXPECT_LT(S.Results[0].t_total_us, 53000u);
  S.submit(2, 1, 0);
  S.run(80000);
  EXPECT_EQ(S.Results.size(), 1u);
  EXPECT_EQ(S.stats().late, 1u);
  // Late for the join while the sample is on its way up.
  S.Workers.begin()->second.Mute = true;
  for (unsigned I = 0; I + 1 < devices(); ++I)
    S.submit(I, 2, 2);
  S.run(60000);
  S.submit(devices() - 1, 2, 2);
  S.run(400000);
  EXPECT_EQ(S.stats().late, 2u);
  EXPECT_EQ(S.Results.size(), 2u);
  EXPECT_EQ(S.Results.back().missing[1][0], 1u << (devices() - 1));
  checkHistory(S);
}

// Gone after its scores: with a word it is not asked, without one its part does
// not come.
TEST_P(Figure, DiesBetweenScoresAndPart) {
  S.start();
  for (bool Will : {true, false}) {
    uint32_t Frame = Will ? 1 : 2;
    for (unsigned I = 1; I < devices(); ++I)
      S.submit(I, Frame, 2);
    S.submit(0, Frame, 2);
    if (Will) // before the scores are looked at
      S.runUntil(S.Now + 100);
    S.killMember(0, Will);
    S.run(250000);
    const auto *R = S.result(Frame);
    ASSERT_TRUE(R);
    EXPECT_FALSE(R->fallback);
    EXPECT_EQ(R->exit, 2);
    EXPECT_EQ(R->missing[1][0], 0) << Will;
    EXPECT_EQ(R->missing[2][0], 1);
    if (Will)
      EXPECT_LT(R->t_total_us, 10000u);
    else
      EXPECT_GE(R->t_total_us, 49000u); // half of an attempt
    S.restartMember(0);
    S.run(5000);
  }
  checkHistory(S);
}

TEST_P(Figure, RejoinsWithinTwoHeartbeats) {
  S.start();
  uint32_t Frame = 0;
  for (bool Will : {true, false}) {
    S.killMember(1, Will);
    for (int I = 0; I < 80; ++I) {
      S.submitAll(++Frame, I % 3);
      S.run(50000);
    }
    EXPECT_EQ(S.Results.back().missing[1][0], 2);
    EXPECT_EQ(S.live(0) >> 1 & 1, 0);
    S.restartMember(1);
    for (int I = 0; I < 40; ++I) {
      S.submitAll(++Frame, I % 3);
      S.run(50000);
    }
    EXPECT_EQ(S.live(0) >> 1 & 1, 1);
    // Not only in the end: two heartbeats are 40 frames.
    for (uint32_t F = Frame - 38; F <= Frame; ++F) {
      ASSERT_TRUE(S.result(F));
      EXPECT_EQ(S.result(F)->missing[1][0], 0) << F;
    }
  }
  S.run(400000);
  checkHistory(S);
  EXPECT_EQ(S.Results.size(), Frame);
}

TEST_P(Figure, BadNetwork) {
  for (unsigned Seed = 1; Seed <= 8; ++Seed) {
    GroupSimulation N(GetParam() ? toyF() : toyE(), Seed);
    N.Config.max_samples = 32;
    N.start();
    if (!GetParam())
      N.addWorker("edge-b", N.Model.Joiners[0]);
    N.run(1000);
    N.Loss = 0.3;
    N.Duplicate = 0.2;
    N.Corrupt = 0.05;
    N.DelayMin = 100;
    N.DelayMax = 30000;
    for (uint32_t F = 0; F < 200; ++F) {
      N.submitAll(F, int(N.Random() % 3));
      N.run(40000);
    }
    N.run(400000);
    checkHistory(N);
    ddnn_aggregator_stats T = N.stats();
    EXPECT_EQ(T.samples, T.answered + T.fallbacks + T.errors);
    EXPECT_GT(T.samples, 180u);
    EXPECT_GT(T.answered, T.samples / 2);
    EXPECT_GT(T.duplicates, 0u);
    EXPECT_GT(T.rejected, 0u);
    // More than there were: a late first score begins no sample anew.
    EXPECT_LE(T.samples, 200u);
  }
}

TEST_P(Figure, WorkersDieAndRefuse) {
  S.Config.max_attempts = 3;
  S.Config.attempt_ms = 60;
  S.start();
  S.addWorker("edge-b", S.Model.Joiners[0]);
  S.run(2000);
  for (uint32_t F = 1; F <= 40; ++F) {
    for (const char *Name : {"edge-0", "edge-b"}) {
      auto &W = S.Workers[Name];
      W.Refuse = DDNN_OK;
      W.Mute = false;
    }
    auto &W = S.Workers[F & 1 ? "edge-0" : "edge-b"];
    if (F & 2)
      W.Refuse = DDNN_ERR_BUSY;
    else
      W.Mute = true;
    S.submitAll(F, 1 + int(F % 2));
    S.run(350000);
    ASSERT_TRUE(S.result(F));
    EXPECT_FALSE(S.result(F)->fallback) << F;
  }
  // All gone: what the aggregator has is the answer.
  for (const char *Name : {"edge-0", "edge-1", "edge-b"})
    if (S.Workers.count(Name))
      S.killWorker(Name);
  S.run(2000);
  S.submitAll(50, 2);
  S.run(350000);
  ASSERT_TRUE(S.result(50));
  EXPECT_TRUE(S.result(50)->fallback);
  EXPECT_EQ(S.result(50)->exit, 0);
  EXPECT_EQ(S.result(50)->cause, DDNN_ERR_NO_PEER);
  checkHistory(S);
}

TEST_P(Figure, ReplaysBeginNothing) {
  S.start();
  for (uint32_t F = 1; F <= 20; ++F) {
    S.submitAll(F, int(F % 3));
    S.run(50000);
  }
  auto Old = S.Log;
  uint64_t Samples = S.stats().samples, Served = 0;
  for (auto &W : S.Workers)
    Served += W.second.Served;
  S.run(3000000); // longer than what ended is remembered
  auto Replay = [&] {
    for (const auto &M : Old)
      if (M.Channel != DDNN_CHANNEL_REQUEST || M.Node.substr(0, 3) == "dev")
        S.arrive(M.Channel, M.Node, M.Data);
    S.run(500000);
  };
  Replay();
  EXPECT_EQ(S.stats().samples, Samples);
  EXPECT_EQ(S.Results.size(), 20u);
  // Another life of the devices, and then of the aggregator.
  for (unsigned I = 0; I < devices(); ++I) {
    S.killMember(I, true);
    S.restartMember(I);
  }
  S.run(5000);
  uint64_t Rejected = S.stats().rejected;
  Replay();
  EXPECT_EQ(S.stats().samples, Samples);
  EXPECT_GE(S.stats().rejected, Rejected + 20u * devices());
  ddnn_aggregator_close(S.Aggregator);
  S.Config.boot = 43;
  S.open();
  S.run(5000);
  Replay();
  EXPECT_EQ(S.stats().samples, 0u);
  S.submitAll(100, 2);
  S.run(50000);
  Replay(); // replies to request 1 of the earlier life
  EXPECT_EQ(S.stats().samples, 1u);
  EXPECT_EQ(S.stats().answered, 1u);
  ASSERT_TRUE(S.result(100));
  S.check(*S.result(100));
}

TEST(Group, DuplicatesAndReordering) {
  GroupSimulation S(toyE(), 3);
  S.Duplicate = 1;
  S.DelayMin = 10;
  S.DelayMax = 15000;
  S.start();
  for (uint32_t F = 0; F < 100; ++F) {
    S.submitAll(F, int(F % 3));
    S.run(10000);
  }
  S.run(400000);
  checkHistory(S);
  EXPECT_EQ(S.stats().samples, 100u);
  EXPECT_EQ(S.stats().answered, 100u);
  EXPECT_EQ(S.stats().duplicates, 300u);
}

TEST(Group, FrameToleranceAndWrapAround) {
  GroupSimulation S(toyE());
  S.Config.frame_tolerance = 1;
  S.start();
  // Each has its own count, one apart, through the end of 32 bits.
  uint32_t First = 0xfffffff0u;
  for (uint32_t I = 0; I < 40; ++I) {
    unsigned Order[3] = {I % 3, (I + 1) % 3, (I + 2) % 3};
    for (unsigned M : Order) {
      uint32_t Frame = First + 2 * I + (M == 2);
      S.submit(M, Frame, 2);
    }
    S.run(30000);
    ASSERT_EQ(S.Results.size(), I + 1);
    EXPECT_EQ(S.Results.back().missing[1][0], 0);
    EXPECT_EQ(S.Results.back().missing[2][0], 0);
    EXPECT_EQ(S.Results.back().exit, 2);
  }
  // One number apart at the speed of the camera: each score to its sample.
  S.Results.clear();
  for (uint32_t I = 0; I < 30; ++I) {
    for (unsigned M : {1u, 0u, 2u})
      S.submit(M, 200 + I + (M == 1), 0);
    S.run(30000);
    ASSERT_EQ(S.Results.size(), I + 1) << I;
    EXPECT_EQ(S.Results.back().missing[1][0], 0) << I;
  }
  // Two apart are two samples.
  S.Results.clear();
  S.submit(0, 500, 0);
  S.submit(1, 502, 0);
  S.run(100000);
  EXPECT_EQ(S.Results.size(), 2u);
}

TEST(Group, Thresholds) {
  GroupSimulation S(toyE());
  S.start();
  auto Tell = [&](uint64_t Version, float Local, uint64_t Hash) {
    ddnn_thresholds T = {};
    T.model = Hash;
    T.version = Version;
    T.count = 1;
    T.entries[0] = {0, Local};
    Bytes B(DDNN_THRESHOLDS_MAX);
    size_t Size = 0;
    ASSERT_EQ(ddnn_thresholds_encode(&T, B.data(), B.size(), &Size), DDNN_OK);
    B.resize(Size);
    S.arrive(DDNN_CHANNEL_CONFIG, DDNN_NODE_ALL, B);
  };
  uint32_t Frame = 0;
  auto Exit = [&](int Level) {
    S.submitAll(++Frame, Level);
    S.run(30000);
    return S.result(Frame) ? int(S.result(Frame)->exit) : -1;
  };
  EXPECT_EQ(Exit(0), 0);
  Tell(2, 0, TOY_E_HASH);
  EXPECT_EQ(Exit(0), 1);
  Tell(1, 1, TOY_E_HASH); // older
  EXPECT_EQ(Exit(0), 1);
  Tell(3, 1, TOY_F_HASH); // another deployment's
  EXPECT_EQ(Exit(0), 1);
  Tell(3, 1, TOY_E_HASH);
  EXPECT_EQ(Exit(2), 0);
  Bytes Nonsense(40, 1);
  S.arrive(DDNN_CHANNEL_CONFIG, DDNN_NODE_ALL, Nonsense);
  EXPECT_EQ(Exit(2), 0);
  EXPECT_EQ(S.stats().rejected, 1u);
}

// A member without which there is no answer at the local exit.
TEST(Group, MissingIsFatal) {
  Toy T = toyE();
  ddnn_source From[3];
  std::memcpy(From, toy_e_local.sources, sizeof From);
  From[2].missing = DDNN_MISSING_FAIL;
  ddnn_model Local = toy_e_local;
  Local.sources = From;
  T.Aggregators[0] = &Local;
  GroupSimulation S(T);
  S.start();
  S.submitAll(1, 0);
  S.run(50000);
  ASSERT_TRUE(S.result(1));
  EXPECT_EQ(S.result(1)->exit, 0);
  S.killMember(2, true);
  S.run(5000);
  S.submitAll(2, 0); // it would leave at once, but cannot be computed
  S.run(50000);
  ASSERT_TRUE(S.result(2));
  EXPECT_EQ(S.result(2)->exit, 1);
  EXPECT_EQ(S.result(2)->missing[1][0], 4);
  S.killWorker("edge-0");
  S.run(5000);
  S.submitAll(3, 0);
  S.run(50000);
  ASSERT_TRUE(S.result(3));
  EXPECT_EQ(S.result(3)->status, DDNN_ERR_MISSING);
  EXPECT_EQ(S.result(3)->exit, DDNN_NO_EXIT);
}

TEST(Group, LinkGoesDown) {
  GroupSimulation S(toyE());
  S.start();
  S.Workers["edge-0"].Mute = true;
  S.submitAll(1, 2);
  S.run(5000);
  S.linkState(false);
  S.run(5000);
  ASSERT_TRUE(S.result(1));
  EXPECT_EQ(S.result(1)->cause, DDNN_ERR_DISCONNECTED);
  EXPECT_TRUE(S.result(1)->fallback);
  EXPECT_EQ(S.live(0), 0);
  S.linkState(true);
  S.Workers["edge-0"].Mute = false;
  S.run(5000);
  EXPECT_EQ(S.live(0), 7);
  S.submitAll(2, 2);
  S.run(30000);
  ASSERT_TRUE(S.result(2));
  EXPECT_EQ(S.result(2)->exit, 2);
}

TEST(Group, TooManySamples) {
  GroupSimulation S(toyE());
  S.Config.max_samples = 4;
  S.start();
  S.Workers["edge-0"].Mute = true;
  for (uint32_t F = 0; F < 10; ++F) {
    S.submitAll(F, 2);
    S.run(5000);
  }
  S.run(400000);
  checkHistory(S);
  EXPECT_EQ(S.Results.size(), 4u);
  EXPECT_EQ(S.stats().overflow, 18u);
  // And more at once than the inbox holds.
  for (uint32_t F = 100; F < 400; ++F)
    S.submitAll(F, 0);
  S.runUntil(S.Now + 1000);
  S.run(400000);
  EXPECT_GT(S.stats().dropped, 0u);
  checkHistory(S);
}

TEST(Group, PublishesResults) {
  GroupSimulation S(toyE());
  S.Config.publish = true;
  S.start();
  for (uint32_t F = 1; F <= 3; ++F) {
    S.submitAll(F, int(F % 3));
    S.run(30000);
  }
  unsigned N = 0;
  for (const auto &M : S.Log) {
    if (M.Channel != DDNN_CHANNEL_RESULT)
      continue;
    ddnn_frame F;
    ASSERT_EQ(ddnn_frame_decode(&F, M.Data.data(), M.Data.size()), DDNN_OK);
    EXPECT_EQ(ddnn_frame_check_reply(&F, &toy_e_local), DDNN_OK);
    const auto *R = S.result(F.frame_number);
    ASSERT_TRUE(R);
    EXPECT_EQ(M.Node, "agg");
    EXPECT_EQ(F.group, 7);
    EXPECT_EQ(F.exit, R->exit);
    EXPECT_EQ(F.label, R->label);
    EXPECT_EQ(std::memcmp(F.tensors[0].data, R->Values.data(), 12), 0);
    ++N;
  }
  EXPECT_EQ(N, 3u);
}

// Real threads and a real clock, over the loopback: two threads that poll the
// aggregator, one for each member, one that reads counters.
TEST(Group, ThreadsOverLoopback) {
  ddnn_loopback *Hub;
  ASSERT_EQ(ddnn_loopback_create(&Hub), DDNN_OK);
  const ddnn_model *Models[] = {&toy_e_local};
  const uint16_t Groups[] = {7};
  ddnn_link *Links[4];
  for (int I = 0; I < 4; ++I) {
    std::string Name = I < 3 ? "dev-" + std::to_string(I) : "agg";
    ASSERT_EQ(ddnn_loopback_link(Hub, Name.c_str(), &Links[I]), DDNN_OK);
  }
  ddnn_aggregator_config C = {};
  C.models = Models;
  C.model_count = 1;
  C.node = "agg";
  C.link = Links[3];
  C.groups = Groups;
  C.group_count = 1;
  C.member_wait_ms = 2000;
  C.deadline_ms = 10000;
  ddnn_aggregator *Aggregator;
  ASSERT_EQ(ddnn_host_aggregator_open(&Aggregator, &C), DDNN_OK);
  const char *Names[] = {"dev-0", "dev-1", "dev-2"};
  ddnn_member *Members[3];
  for (unsigned I = 0; I < 3; ++I) {
    ddnn_member_config M = {};
    M.model = &toy_e_devices[I];
    M.node = Names[I];
    M.group = 7;
    M.aggregator = "agg";
    M.link = Links[I];
    ASSERT_EQ(ddnn_host_member_open(&Members[I], &M), DDNN_OK);
  }
  constexpr unsigned Samples = 500;
  std::atomic<unsigned> Local{0}, Fallbacks{0}, Complete{0}, Submitted{0};
  std::atomic<bool> Stop{false};
  auto Poll = [&] {
    ddnn_group_result R = {};
    while (!Stop)
      if (ddnn_aggregator_poll(Aggregator, &R, 20) == DDNN_OK) {
        EXPECT_EQ(R.status, DDNN_OK);
        EXPECT_EQ(R.exit, 0);
        ++(R.fallback ? Fallbacks : Local);
        Complete += R.missing[1][0] == 0;
      }
  };
  std::vector<std::thread> Threads;
  Threads.emplace_back(Poll);
  Threads.emplace_back(Poll);
  for (unsigned I = 0; I < 3; ++I)
    Threads.emplace_back([&, I] {
      for (uint32_t F = 0; F < Samples; ++F) {
        // No more under way than there is room for.
        while (!Stop && F > Local + Fallbacks + 16)
          (void)ddnn_member_poll(Members[I], 1);
        // Every fifth is for the edge, which nobody is.
        float X[4] = {F % 5 ? 20.0f : 0.0f, float(F % 3), 0, 0};
        const void *Inputs[] = {X};
        EXPECT_EQ(ddnn_member_submit(Members[I], F, Inputs), DDNN_OK);
        ++Submitted;
      }
    });
  Threads.emplace_back([&] {
    ddnn_aggregator_stats S;
    uint16_t Bits;
    while (!Stop) {
      ddnn_aggregator_get_stats(Aggregator, &S);
      ddnn_aggregator_members(Aggregator, 7, 0, &Bits);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  for (int I = 0; I < 2000 && Local + Fallbacks < Samples; ++I)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  Stop = true;
  for (std::thread &T : Threads)
    T.join();
  EXPECT_EQ(Submitted, 3 * Samples);
  EXPECT_EQ(Local, Samples * 4 / 5);
  EXPECT_EQ(Fallbacks, Samples / 5);
  EXPECT_EQ(Complete, Samples);
  for (ddnn_member *M : Members)
    ddnn_host_member_close(M);
  ddnn_host_aggregator_close(Aggregator);
  for (ddnn_link *L : Links)
    ddnn_loopback_link_destroy(L, false);
  ddnn_loopback_destroy(Hub);
}
} // namespace
