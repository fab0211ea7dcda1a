#include "storage/sha256.h"

#include <gtest/gtest.h>

#include "core/byte_size.h"
#include "storage/memory_file_system.h"

namespace sluice::storage {
namespace {

TEST(Sha256, GivesTheDigestsOfTheStandard) {
  Sha256 nothing;
  EXPECT_EQ(nothing.FinishHex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 parts;
  parts.Append("a");
  parts.Append("bc");
  EXPECT_EQ(parts.FinishHex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, ReadsAFileOfExactlyItsBufferToItsEnd) {
  MemoryFileSystem files;
  const std::string bytes(256 * core::kKiB, 'x');
  auto file = files.Create("f");
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE((*file)->Append(bytes).has_value());
  ASSERT_TRUE((*file)->Close().has_value());
  Sha256 whole;
  whole.Append(bytes);
  EXPECT_EQ(*Sha256OfFile(files, "f"), whole.FinishHex());
}

}  // namespace
}  // namespace sluice::storage
