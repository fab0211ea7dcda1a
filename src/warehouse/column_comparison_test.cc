#include "warehouse/column_comparison.h"

#include <gmock/gmock.h>

#include "schema/type_text.h"

namespace sluice::warehouse {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A target that takes values by type and is asked for nothing else.
class TypesOnly final : public LoadTarget {
 public:
  const std::string& identity() const override { return identity_; }
  TargetLimits limits() const override { return {}; }
  core::Result<std::optional<std::vector<TargetColumn>>> Describe() override { return core::Internal("not asked"); }
  core::Status Create(const schema::Schema&) override { return core::Internal("not asked"); }
  core::Result<std::string> Stage(const LoadFile&) override { return core::Internal("not asked"); }
  core::Result<std::vector<FileOutcome>> Submit(std::span<const LoadFile>, const std::string&) override {
    return core::Internal("not asked");
  }
  core::Result<std::vector<FileOutcome>> Settle(std::span<const LoadFile>) override {
    return core::Internal("not asked");
  }
  core::Status RemoveStaged(const std::string&) override { return core::Internal("not asked"); }

 private:
  std::string identity_ = "types:only";
};

TargetColumn Column(const std::string& name, bool nullable = true) {
  return {.name = name, .type = "bigint", .holds = schema::Simple(schema::TypeKind::kInt64), .nullable = nullable};
}

std::vector<std::string> Differences(const std::string& file, const std::vector<TargetColumn>& columns) {
  return ColumnDifferences(*schema::ParseColumns(file), columns, TypesOnly());
}

TEST(ColumnComparison, FindsNamesInOtherCase) {
  EXPECT_THAT(Differences("id int64, \"N\" int64", {Column("ID"), Column("n")}), IsEmpty());
}

TEST(ColumnComparison, PrefersTheNameAsItIsWrittenAndGuessesNotBetweenOthers) {
  EXPECT_THAT(Differences("id int64", {Column("ID"), Column("id")}), IsEmpty());
  EXPECT_THAT(Differences("id int64", {Column("Id"), Column("iD")}), ElementsAre(HasSubstr("extra         id int64")));
}

TEST(ColumnComparison, NamesTwoColumnsThatWouldGoIntoOne) {
  EXPECT_THAT(Differences("n int64, N int64", {Column("n")}), ElementsAre(HasSubstr("twice         N")));
}

TEST(ColumnComparison, MissesOnlyWhatDoesNotFillItself) {
  std::vector<TargetColumn> columns = {Column("id"), Column("more", /*nullable=*/false)};
  EXPECT_THAT(Differences("id int64", columns), ElementsAre(HasSubstr("missing       more bigint")));
  columns[1].generated = true;
  EXPECT_THAT(Differences("id int64", columns), IsEmpty());
  columns[1].generated = false;
  columns[1].has_default = true;
  EXPECT_THAT(Differences("id int64", columns), IsEmpty());
}

TEST(ColumnComparison, TellsAllDifferencesAtOnce) {
  EXPECT_THAT(Differences("a string, b int64", {Column("a"), Column("c", /*nullable=*/false)}),
              ElementsAre(HasSubstr("incompatible  a"), HasSubstr("extra         b"), HasSubstr("missing       c")));
}

}  // namespace
}  // namespace sluice::warehouse
