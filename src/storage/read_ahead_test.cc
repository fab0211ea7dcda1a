#include "storage/read_ahead.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "core/random.h"
#include "storage/descriptor_stream.h"
#include "storage/memory_stream.h"
#include "tests/support/result_matchers.h"

namespace sluice::storage {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::HasSubstr;

/// Fails once `good_bytes` were delivered.
class FailingStream final : public ByteStream {
 public:
  explicit FailingStream(std::size_t good_bytes) : left_(good_bytes) {}
  core::Result<std::size_t> Read(std::span<char> out) override {
    if (left_ < out.size()) return core::Corruption("bad byte");
    left_ -= out.size();
    return out.size();
  }
  std::uint64_t stored_bytes_read() const override { return 0; }

 private:
  std::size_t left_;
};

TEST(ReadAhead, DeliversTheSameBytesWhateverTheSizes) {
  core::SeededRandom random(1);
  std::string text(300'001, '\0');
  for (char& c : text) c = static_cast<char>(random.Next());
  for (const std::size_t buffer_bytes : {1000UL, 65'536UL, 300'001UL, 1'000'000UL}) {
    for (const std::size_t step : {999UL, 65'536UL, 300'001UL, 500'000UL}) {
      const auto stream = ReadAhead(StreamFromString(text), {.buffers = 2, .buffer_bytes = buffer_bytes});
      std::string got;
      std::string out(step, '\0');
      std::size_t count = 0;
      do {
        ASSERT_OK_AND_ASSIGN(count, stream->Read(out));
        got.append(out, 0, count);
      } while (count == step);
      ASSERT_TRUE(got == text) << buffer_bytes << " " << step;
      EXPECT_EQ(stream->stored_bytes_read(), text.size());
    }
  }
}

TEST(ReadAhead, ErrorComesAfterTheBytesBeforeItAndStays) {
  const auto stream = ReadAhead(std::make_unique<FailingStream>(3000), {.buffers = 3, .buffer_bytes = 1000});
  std::string out(1500, '\0');
  ASSERT_OK_AND_ASSIGN(std::size_t got, stream->Read(out));
  EXPECT_EQ(got, 1500U);
  ASSERT_OK_AND_ASSIGN(got, stream->Read(out));
  EXPECT_EQ(got, 1500U);
  EXPECT_THAT(stream->Read(out), FailsWith(ErrorKind::kCorruption, HasSubstr("bad byte")));
  EXPECT_THAT(stream->Read(out), FailsWith(ErrorKind::kCorruption, HasSubstr("bad byte")));
}

TEST(ReadAhead, ShortCountNeverHidesAnError) {
  const auto stream = ReadAhead(std::make_unique<FailingStream>(1000), {.buffers = 2, .buffer_bytes = 1000});
  std::string out(1500, '\0');
  EXPECT_THAT(stream->Read(out), FailsWith(ErrorKind::kCorruption, HasSubstr("bad byte")));
}

TEST(ReadAhead, UnreadStreamIsDestroyedAtOnce) {
  const auto stream = ReadAhead(StreamFromString(std::string(1 << 20, 'x')), {.buffers = 2, .buffer_bytes = 1000});
}

TEST(ReadAhead, DestructionDoesNotWaitForASilentPipe) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Descriptor writer(ends[1], "writer");
  const auto stream = ReadAhead(StreamFromDescriptor(Descriptor(ends[0], "pipe")));
}

TEST(DescriptorStream, InterruptEndsAWaitingRead) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  Descriptor writer(ends[1], "writer");
  const auto stream = StreamFromDescriptor(Descriptor(ends[0], "pipe"));
  ASSERT_OK(writer.Write("abc"));
  std::string out(3, '\0');
  EXPECT_OK(stream->Read(out));
  stream->Interrupt();
  EXPECT_THAT(stream->Read(out), FailsWith(ErrorKind::kCancelled, HasSubstr("pipe")));
}

TEST(DescriptorStream, PipeIsReadToItsEnd) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  Descriptor writer(ends[1], "writer");
  const auto stream = StreamFromDescriptor(Descriptor(ends[0], "pipe"));
  ASSERT_OK(writer.Write("abcdef"));
  ASSERT_OK(writer.Close());
  ASSERT_OK_AND_ASSIGN(const std::string got, ReadToEnd(*stream, 100));
  EXPECT_EQ(got, "abcdef");
}

}  // namespace
}  // namespace sluice::storage
