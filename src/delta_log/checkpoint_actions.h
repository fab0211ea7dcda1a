#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "delta_log/checkpoint_file.h"

namespace sluice::delta_log {

/// The actions of one kind in a row group of a checkpoint: the rows in which the column of that kind is there. Reads
/// their fields one after the other; actions are numbered from 0.
///
/// Fields that a file does not have are like fields without values: nothing is visited. Text and integers are valid
/// during the visit. Threads: one owner. Reading throws as CheckpointFile does.
class CheckpointActions {
 public:
  using VisitKeys = std::function<void(std::span<const std::string_view>)>;

  /// `kind` is a top-level column ("add"), `key` the field that every such action has ("path").
  static core::Result<CheckpointActions> Find(const CheckpointFile& file, int row_group, std::string_view kind,
                                              std::string_view key);
  /// The same when the key is a text: its values are visited on the way, some at a time.
  static core::Result<CheckpointActions> FindTexts(const CheckpointFile& file, int row_group, std::string_view kind,
                                                   std::string_view key, const VisitKeys& visit_keys);

  /// Those whose rows are known.
  static CheckpointActions OfRows(const CheckpointFile& file, int row_group, std::string_view kind,
                                  std::vector<bool> rows);

  std::size_t size() const { return size_; }
  /// Which rows hold an action of this kind.
  const std::vector<bool>& rows() const { return rows_; }

  core::Status Texts(std::string_view field, const std::function<void(std::size_t, std::string_view)>& visit) const;
  core::Status Integers(std::string_view field, const std::function<void(std::size_t, std::int64_t)>& visit) const;
  core::Status Booleans(std::string_view field, const std::function<void(std::size_t, bool)>& visit) const;
  /// `start` is called for each list that is there, `visit` for its elements.
  core::Status TextLists(std::string_view field, const std::function<void(std::size_t)>& start,
                         const std::function<void(std::size_t, std::string_view)>& visit) const;
  /// `start` is called for each map that is there (not when all are empty), `visit` for its entries; no value is NULL.
  /// Views are valid until the next entry.
  core::Status TextMaps(
      std::string_view field, const std::function<void(std::size_t)>& start,
      const std::function<void(std::size_t, const std::string&, std::optional<std::string_view>)>& visit) const;

  /// The same for a field of a struct in the action.
  core::Status Texts(std::string_view group, std::string_view field,
                     const std::function<void(std::size_t, std::string_view)>& visit) const;
  core::Status Integers(std::string_view group, std::string_view field,
                        const std::function<void(std::size_t, std::int64_t)>& visit) const;

 private:
  CheckpointActions(const CheckpointFile& file, int row_group, std::string_view kind)
      : file_(&file), row_group_(row_group), kind_(kind) {}

  /// The leaf when it is there and has values.
  core::Result<std::optional<CheckpointLeaf>> Leaf(CheckpointFile::Names names, bool map_value = false) const;
  /// A visitor of levels that calls `call(action, begins_row, definition, value or nullptr)` for those in rows that
  /// hold an action of this kind.
  template <typename Call>
  auto OfActions(const CheckpointLeaf& leaf, Call call) const;
  core::Status ReadTexts(CheckpointFile::Names names,
                         const std::function<void(std::size_t, std::string_view)>& visit) const;
  core::Status ReadIntegers(CheckpointFile::Names names,
                            const std::function<void(std::size_t, std::int64_t)>& visit) const;

  const CheckpointFile* file_;
  int row_group_;
  std::string kind_;
  std::vector<bool> rows_;
  std::size_t size_ = 0;
};

}  // namespace sluice::delta_log
