#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "columns/row_reader.h"
#include "pipeline/plan.h"

namespace sluice::jobs {

/// The rows of several inputs, one after the other; each is opened when its turn comes. Findings name their input when
/// there are several.
class ConcatReader final : public columns::RowReader {
 public:
  using Opener = std::function<core::Result<std::unique_ptr<columns::RowReader>>(const pipeline::InputFile&)>;

  /// Opens the first input, so that a missing or foreign one fails here.
  static core::Result<std::unique_ptr<ConcatReader>> Open(schema::Schema schema,
                                                          std::vector<pipeline::InputFile> inputs, Opener open);

  /// Open every input and take what it tells about its columns. Instead of Next: no rows are left.
  core::Status SkipRows();

  const schema::Schema& schema() const override { return schema_; }
  core::Result<std::optional<columns::RowBatch>> Next() override;
  const std::vector<columns::ColumnFinding>& findings() const override { return findings_; }
  const std::vector<std::string>& notes() const override { return notes_; }

 private:
  ConcatReader(schema::Schema schema, std::vector<pipeline::InputFile> inputs, Opener open);
  core::Status OpenNext();
  void CloseCurrent();

  schema::Schema schema_;
  std::vector<pipeline::InputFile> inputs_;
  Opener open_;
  std::size_t opened_ = 0;
  std::unique_ptr<columns::RowReader> current_;
  std::uint64_t bytes_before_ = 0;  // of the inputs that were read to their end
  std::vector<columns::ColumnFinding> findings_;
  std::vector<std::string> notes_;
};

}  // namespace sluice::jobs
