#pragma once

#include <memory>

#include "query/session.h"
#include "tests/support/result_matchers.h"

namespace sluice::testing {

/// A test with a DuckDB session in memory; skipped when the library is not installed.
class DuckDbTest : public ::testing::Test {
 protected:
  void SetUp() override {
    core::Result<std::shared_ptr<const query::Library>> library = query::Library::Load();
    if (!library.has_value()) GTEST_SKIP() << "DuckDB is absent: " << library.error().ToString();
    library_ = *library;
    ASSERT_OK_AND_ASSIGN(session_, query::Session::Open(library_, {.threads = 1}));
  }

  /// All rows as text: values joined by '|', rows by '\n', NULL as "NULL"; or the error.
  std::string Rows(const std::string& sql, std::span<const query::Value> values = {}) {
    core::Result<query::QueryResult> result = session_->Query(sql, values);
    if (!result.has_value()) return result.error().ToString();
    std::string rows;
    while (result->Next()) {
      if (!rows.empty()) rows += '\n';
      for (std::size_t i = 0; i < result->columns().size(); ++i) {
        if (i > 0) rows += '|';
        rows += result->is_null(i) ? "NULL" : result->Text(i);
      }
    }
    return rows;
  }

  std::shared_ptr<const query::Library> library_;
  std::unique_ptr<query::Session> session_;
};

}  // namespace sluice::testing
