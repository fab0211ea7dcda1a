#include "storage/input_stream.h"

#include "storage/memory_file_system.h"
#include "storage/memory_stream.h"
#include "storage/spool.h"
#include "tests/support/result_matchers.h"
#include "tests/support/scratch_folder.h"

namespace sluice::storage {
namespace {

using core::ErrorKind;
using ::sluice::testing::FailsWith;
using ::testing::HasSubstr;

TEST(InputStream, Utf16FileIsReadAsUtf8AlsoAhead) {
  MemoryFileSystem files;
  files.Put("a.csv", std::string("\xff\xfe"
                                 "a\0\xfc\0",
                                 6));
  for (const bool read_ahead : {false, true}) {
    ASSERT_OK_AND_ASSIGN(const auto stream,
                         OpenInputStream(files, "a.csv", {.encoding = TextEncoding::kUtf16, .read_ahead = read_ahead}));
    ASSERT_OK_AND_ASSIGN(const std::string text, ReadToEnd(*stream, 100));
    EXPECT_EQ(text, "aü");
  }
  EXPECT_THAT(OpenInputStream(files, "a.csv"), FailsWith(ErrorKind::kInvalidInput, HasSubstr("'a.csv' looks like")));
}

TEST(InputStream, SuffixDecidesAboutInflating) {
  MemoryFileSystem files;
  files.Put("a.csv.gz", "id\n1\n");
  EXPECT_THAT(OpenInputStream(files, "a.csv.gz"), FailsWith(ErrorKind::kCorruption, HasSubstr("'a.csv.gz': gzip")));
  ASSERT_OK_AND_ASSIGN(const auto stream, OpenInputStream(files, "a.csv.gz", {.compression = Compression::kNone}));
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadToEnd(*stream, 100));
  EXPECT_EQ(text, "id\n1\n");
}

TEST(InputStream, MissingFileIsNamed) {
  MemoryFileSystem files;
  EXPECT_THAT(OpenInputStream(files, "no.csv"), FailsWith(ErrorKind::kNotFound, HasSubstr("'no.csv'")));
}

TEST(Peek, LooksWithoutTaking) {
  ASSERT_OK_AND_ASSIGN(const auto peeked, Peek(StreamFromString("abcdef"), 3));
  EXPECT_EQ(peeked.head, "abc");
  std::string out(2, '\0');
  EXPECT_OK(peeked.stream->Read(out));
  EXPECT_EQ(out, "ab");
  ASSERT_OK_AND_ASSIGN(const std::string rest, ReadToEnd(*peeked.stream, 100));
  EXPECT_EQ(rest, "cdef");
}

TEST(StreamFromMemory, GoesOnWithTheRest) {
  class Waiting final : public ByteStream {
   public:
    core::Result<std::size_t> Read(std::span<char>) override { return core::Cancelled("interrupted"); }
    std::uint64_t stored_bytes_read() const override { return 7; }
    void Interrupt() override { interrupted = true; }
    bool interrupted = false;
  };
  auto owner = std::make_shared<const std::string>("abc");
  const std::string_view view = *owner;
  auto rest = std::make_unique<Waiting>();
  const Waiting& waiting = *rest;
  const auto stream = StreamFromMemory(view, std::move(owner), std::move(rest));
  std::string out(3, '\0');
  EXPECT_OK(stream->Read(out));
  EXPECT_EQ(out, "abc");
  EXPECT_EQ(stream->stored_bytes_read(), 7U);
  EXPECT_THAT(stream->Read(out), FailsWith(ErrorKind::kCancelled, HasSubstr("interrupted")));
  stream->Interrupt();
  EXPECT_TRUE(waiting.interrupted);
}

TEST(Spool, CanBeReadTwiceAndLeavesNoName) {
  const sluice::testing::ScratchFolder folder;
  const std::string text(3 << 20, 'x');
  const auto source = StreamFromString(text);
  ASSERT_OK_AND_ASSIGN(std::shared_ptr<RandomAccessFile> file, Spool(*source, 1 << 30, folder.path()));
  EXPECT_EQ(file->size(), text.size());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  for (int round = 0; round < 2; ++round) {
    const auto stream = StreamFromFile(file);
    ASSERT_OK_AND_ASSIGN(const std::string got, ReadToEnd(*stream, 1 << 30));
    EXPECT_TRUE(got == text);
  }
}

TEST(Spool, LimitAndMissingFolderAreNamed) {
  const sluice::testing::ScratchFolder folder;
  const auto source = StreamFromString("abcdef");
  EXPECT_THAT(Spool(*source, 5, folder.path()), FailsWith(ErrorKind::kLimitExceeded, HasSubstr("--columns")));
  EXPECT_THAT(Spool(*source, 5, folder / "no"), FailsWith(ErrorKind::kNotFound, HasSubstr("/no'")));
}

}  // namespace
}  // namespace sluice::storage
