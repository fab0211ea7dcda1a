#include "textlog/inference.h"

#include <string>

#include "textlog/test_input.h"

namespace sluice::textlog {
namespace {

using sluice::testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;

core::Result<Inference> InferFrom(const std::string& text, const schema::TableSpec& declared,
                                  TextlogOptions options = {}, std::size_t threads = 1) {
  core::Executor executor(threads);
  const core::Cancellation cancellation;
  return Infer(storage::StreamFromString(text), "in.txt", options, declared, executor, cancellation,
               arrow::default_memory_pool());
}

TEST(TextlogInference, SeesEveryLine) {
  schema::TableSpec declared;
  declared.patterns = {R"((?P<at>\S+) (?P<n>\S+)(?: (?P<rest>.*))?)", "(?P<word>[a-z]+)"};
  declared.renames = {{"n", "count"}};
  std::string text = "\nbad line here?\n";
  for (int i = 0; i < 1200; ++i) text += "2025-10-28T05:00:00Z " + std::to_string(i) + "\n";
  text += "2025-10-28T05:00:00Z 1.75\nword\n!\n";
  for (const std::size_t threads : {1U, 3U}) {
    ASSERT_OK_AND_ASSIGN(const Inference inference, InferFrom(text, declared, {}, threads));
    EXPECT_EQ(schema::FormatColumns(inference.spec.ToSchema()), "at string, count string, rest string, word string");
    EXPECT_EQ(inference.records, 1204U);
    EXPECT_EQ(inference.rejected, 1U);
  }
  ASSERT_OK_AND_ASSIGN(const Inference inference, InferFrom(text.substr(text.find("2025")), declared));
  EXPECT_EQ(schema::FormatColumns(inference.spec.ToSchema()),
            "at timestamp(us,UTC), count float64, rest string, word string");
  ASSERT_THAT(inference.findings, SizeIs(1));
  EXPECT_EQ(inference.findings[0].detail, "int64 → float64");
  EXPECT_EQ(inference.widened_from[1], schema::Simple(schema::TypeKind::kInt64));
}

TEST(TextlogInference, NeedsPatterns) {
  EXPECT_THAT(InferFrom("x", {}), FailsWith(core::ErrorKind::kInvalidInput, HasSubstr("patterns")));
}

}  // namespace
}  // namespace sluice::textlog
