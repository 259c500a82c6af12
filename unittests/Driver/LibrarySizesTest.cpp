//===- LibrarySizesTest.cpp -----------------------------------------------===//
//
// Part of ddnnc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ddnn/Driver/LibrarySizes.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

using namespace ddnn;

namespace {

std::string node(llvm::StringRef name, llvm::StringRef use) {
  return ("node: { title: \"" + name + "\" label: \"" + name + "\\nx.c:1:1\\n" +
          use + "\" }\n")
      .str();
}

std::string foreign(llvm::StringRef name) {
  return ("node: { title: \"" + name + "\" label: \"" + name +
          "\\n<built-in>\" shape : ellipse }\n")
      .str();
}

std::string edge(llvm::StringRef from, llvm::StringRef to) {
  return ("edge: { sourcename: \"" + from + "\" targetname: \"" + to +
          "\" label: \"x.c:2:3\" }\n")
      .str();
}

LibrarySizes getStackUse(const std::string &lines) {
  LibrarySizes sizes;
  addStackUse("graph: { title: \"x.c\"\n" + lines + "}\n", sizes);
  return sizes;
}

TEST(StackUse, TakesTheDeepestChain) {
  // The larger frame is not on the deeper chain, and callees come first or
  // last.
  LibrarySizes sizes = getStackUse(
      node("small", "8 bytes (static)") + edge("run", "step") +
      node("run", "16 bytes (static)") + node("step", "32 bytes (static)") +
      edge("step", "kernel") + edge("step", "small") +
      node("kernel", "100 bytes (dynamic,bounded)") +
      node("alone", "120 bytes (static)"));
  EXPECT_EQ(sizes.stack, 148);
  EXPECT_TRUE(sizes.stackExcludes.empty());
}

TEST(StackUse, NamesWhatIsFromElsewhere) {
  LibrarySizes sizes =
      getStackUse(node("run", "16 bytes (static)") + foreign("memset") +
                  edge("run", "memset") + foreign("expf") +
                  edge("run", "expf") + foreign("__indirect_call") +
                  edge("run", "__indirect_call") + edge("run", "expf"));
  EXPECT_EQ(sizes.stack, 16);
  std::vector<std::string> names = {"a layer hook", "expf", "memset"};
  EXPECT_EQ(sizes.stackExcludes, names);
}

TEST(StackUse, SaysNothingWithoutABound) {
  std::string run = node("run", "16 bytes (static)");
  EXPECT_FALSE(getStackUse(run + edge("run", "run")).stack);
  EXPECT_FALSE(getStackUse(run + node("step", "8 bytes (static)") +
                           edge("run", "step") + edge("step", "run"))
                   .stack);
  EXPECT_FALSE(getStackUse(run + node("step", "8 bytes (dynamic)")).stack);
  EXPECT_FALSE(getStackUse(run + node("step", "many bytes (static)")).stack);
  EXPECT_FALSE(getStackUse("").stack);
  EXPECT_FALSE(getStackUse(foreign("memset")).stack);
}

TEST(LibrarySizes, SaysNothingOfWhatIsNoArchiveOfObjects) {
  EXPECT_FALSE(readLibrarySizes("no such file.a"));
  for (llvm::StringRef text :
       {"", "no archive", "!<arch>\n",
        "!<arch>\nx.o/            0           0     0     644     4         "
        "`\ntext"}) {
    llvm::SmallString<128> path;
    int fd = 0;
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("sizes", "a", fd, path));
    llvm::raw_fd_ostream(fd, /*shouldClose=*/true) << text;
    EXPECT_FALSE(readLibrarySizes(path)) << text.str();
    llvm::sys::fs::remove(path);
  }
}

} // namespace
