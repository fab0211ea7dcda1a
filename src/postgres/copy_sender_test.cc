#include "postgres/copy_sender.h"

#include <gmock/gmock.h>

#include <latch>
#include <string>

#include "tests/support/result_matchers.h"

namespace sluice::postgres {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::HasSubstr;

core::Status PutText(CopySender& sender, std::string_view text) {
  CopyBytes piece;
  piece.Append(text);
  return sender.Put(piece);
}

TEST(CopySender, SendsEveryPieceInOrder) {
  std::string sent;
  std::string expected;
  CopySender sender([&sent](std::string_view bytes) {
    sent += bytes;
    return core::Ok();
  });
  CopyBytes piece;
  for (int number = 0; number < 1000; ++number) {
    piece.Append(std::to_string(number));
    expected += std::to_string(number);
    ASSERT_OK(sender.Put(piece));
    ASSERT_EQ(piece.size(), 0U);
  }
  ASSERT_OK(sender.Finish());
  EXPECT_EQ(sent, expected);
}

TEST(CopySender, TellsTheErrorOfAPieceAndSendsNoOther) {
  int calls = 0;
  CopySender sender([&calls](std::string_view) {
    ++calls;
    return core::Unavailable("the server went away");
  });
  core::Status put;
  for (int piece = 0; piece < 100 && put.has_value(); ++piece) put = PutText(sender, "x");
  EXPECT_THAT(put, FailsWith(ErrorKind::kUnavailable, HasSubstr("went away")));
  EXPECT_THAT(sender.Finish(), FailsWith(ErrorKind::kUnavailable, HasSubstr("went away")));
  EXPECT_EQ(calls, 1);
}

TEST(CopySender, DropsWhatWaitsWhenItsOwnerGivesUp) {
  constexpr int kPieces = 8;
  int calls = 0;
  std::latch sending(1);
  {
    CopySender sender([&](std::string_view) {
      if (++calls == 1) sending.count_down();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      return core::Ok();
    });
    for (int piece = 0; piece < kPieces; ++piece) ASSERT_OK(PutText(sender, "x"));
    sending.wait();
  }
  EXPECT_LT(calls, kPieces);
}

TEST(CopyBytes, KeepsItsBytesWhenItGrowsAndNotAHugeRowsMemory) {
  CopyBytes bytes;
  const std::string row(300'000, 'x');
  bytes.Append("begin");
  bytes.Append(row);
  EXPECT_EQ(bytes.view(), "begin" + row);
  bytes.Clear();
  EXPECT_EQ(bytes.size(), 0U);
  bytes.Append("next");
  EXPECT_EQ(bytes.view(), "next");
}

}  // namespace
}  // namespace sluice::postgres
