#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/result.h"
#include "table/clustering_key.h"
#include "table/clustering_spec.h"
#include "table/optimize.h"
#include "table/rewrite_file.h"

namespace sluice::table {

/// The ranks that a file's values of a column lie between; it has none when low > high.
struct RankBox {
  std::uint32_t low = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t high = 0;
};

/// How many files searches would skip, before and after rows are clustered. Before: by the bounds that the log has of
/// the files; after: by the bounds that a sample has when it is cut by the new key. Searches are for the sample's
/// values of one column, and for the values between two that are a hundredth of the rows apart; NULL is not searched
/// for. Files that are not clustered now do not count.
class SkippingEstimate {
 public:
  explicit SkippingEstimate(const ClusteringSpec& spec);

  /// Rows that are clustered together: their files, the values of a sample of them, and the file that each row of the
  /// sample is going to be in.
  core::Status Add(const std::vector<RewriteFile>& files, const ClusteringKey& key, const arrow::ArrayVector& sample,
                   const std::vector<std::uint32_t>& new_file, std::uint32_t new_files);
  std::vector<ColumnSkipping> Finish() const;

 private:
  /// Shares, weighted by files.
  struct Sum {
    double point = 0;
    double range = 0;
    double files = 0;
  };

  static void Search(const std::vector<std::uint32_t>& values, const std::vector<RankBox>& boxes, Sum& sum);

  const ClusteringSpec& spec_;
  std::vector<Sum> before_;
  std::vector<Sum> after_;
};

}  // namespace sluice::table
