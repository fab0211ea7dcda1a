#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "columns/reject.h"
#include "csv/chunk.h"
#include "csv/record_index.h"
#include "csv/structural_scan.h"

namespace sluice::csv {

/// Makes the rejects of one chunk, in its order, and knows their lines.
///
/// Threads: one at a time.
class RejectBuilder {
 public:
  /// `field_bytes_max`, `record_bytes_max` and `columns` are named in the reasons.
  RejectBuilder(std::string source, const IndexOptions& options, const ScanKernel& kernel)
      : source_(std::move(source)), options_(options), kernel_(kernel) {}

  void Start(const Chunk& chunk);
  /// A record that is no row.
  void Add(const Record& record);
  /// A record one of whose values is none.
  void Add(const Record& record, std::string column, std::string reason);
  /// The record that the whole chunk is.
  void AddOversized();
  /// Sort what was added since the last call; the lines need the order.
  std::vector<columns::Reject> Take();

 private:
  std::string Reason(const Record& record) const;

  std::string source_;
  IndexOptions options_;
  const ScanKernel& kernel_;
  const Chunk* chunk_ = nullptr;
  std::vector<columns::Reject> rejects_;
};

}  // namespace sluice::csv
