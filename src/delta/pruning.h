#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "delta/action.h"
#include "delta/data_type.h"
#include "delta/statistics.h"
#include "expression/expression.h"

namespace sluice::delta {

/// What is proven about the rows of a file.
enum class Verdict : std::uint8_t {
  kKeep,      ///< nothing: some may satisfy the condition
  kSkip,      ///< none satisfies it
  kAllMatch,  ///< every one satisfies it, by its partition values alone
};

/// Tells from partition values and statistics which files a condition cannot select rows of.
///
/// Sound: a file of which a live row satisfies the condition is never skipped, whatever of its statistics is missing,
/// cut or wide, as long as they do not lie. Threads: any.
class FilePruner {
 public:
  /// `condition` is bound to the columns of `schema`; `partition_fields` are fields of it.
  static core::Result<FilePruner> Make(const expression::Expression& condition, const TableSchema& schema,
                                       const std::vector<const Field*>& partition_fields);
  FilePruner(FilePruner&&) noexcept;
  FilePruner& operator=(FilePruner&&) noexcept;
  ~FilePruner();

  /// The columns whose statistics it looks at: make a StatisticsParser of them. Empty: it looks at none.
  const std::vector<StatisticsColumn>& leaves() const;

  /// What holds in one partition, to be asked once for the many files in it.
  struct Partition {
    enum class Truth : std::uint8_t { kFalse, kTrue, kNull, kUnknown };
    std::vector<Truth> parts = {};  ///< one for each part of the condition that names partition columns only
    std::string text = {};          ///< "country=DE, year=2021": those the condition names
  };
  /// Corruption: a partition value that is not of its column's type. A missing one is NULL.
  core::Result<Partition> TestPartition(const PartitionValues& values) const;

  /// Of a file in `partition`. `statistics` are of `leaves()`; nullptr: the file has none. `deleted`: cardinality of
  /// its deletion vector, 0 without one. `reason`, unless nullptr, is told what proved a verdict other than kKeep:
  /// "age: max 17 < 18".
  Verdict Test(const Partition& partition, const FileStatistics* statistics, std::int64_t deleted,
               std::string* reason = nullptr) const;
  /// Both steps for a single file; kKeep where the partition values cannot be read.
  Verdict Test(const PartitionValues& values, const FileStatistics* statistics, std::int64_t deleted,
               std::string* reason = nullptr) const;

 private:
  struct State;
  explicit FilePruner(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

}  // namespace sluice::delta
