#include "delta_log/checkpoint_actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace sluice::delta_log {
namespace {

/// The keys of the maps of a column, one a map entry; equal ones are held once.
struct MapKeys {
  std::set<std::string, std::less<>> known;
  std::vector<const std::string*> entries;
  bool without_text = false;

  void Append(const std::string_view* key) {
    if (key == nullptr) {
      without_text = true;
      return;
    }
    auto found = known.find(*key);
    if (found == known.end()) found = known.emplace(*key).first;
    entries.push_back(&*found);
  }
};

/// One value in each row.
bool AreAllValues(const auto& levels) {
  return levels.values.size() == levels.definitions.size() &&
         std::ranges::count(levels.repetitions, std::int16_t{0}) == std::ssize(levels.repetitions);
}

bool AreAllSet(std::vector<bool>::const_iterator begin, std::vector<bool>::const_iterator end, std::size_t count) {
  if (end - begin < static_cast<std::ptrdiff_t>(count)) return false;
  const auto last = begin + static_cast<std::ptrdiff_t>(count);
  return std::find(begin, last, false) == last;
}

}  // namespace

template <typename Call>
auto CheckpointActions::OfActions(const CheckpointLeaf& leaf, Call call) const {
  return [this, max_definition = leaf.max_definition, call = std::move(call), rows_seen = std::size_t{0},
          actions_seen = std::size_t{0}](const auto& levels) mutable {
    // In registers: the compiler cannot know what `call` writes to.
    const auto rows_end = rows_.end();
    auto row = rows_.begin() + static_cast<std::ptrdiff_t>(rows_seen);
    std::size_t action = actions_seen;
    bool of_action = rows_seen > 0 && *(row - 1);
    const auto* value = levels.values.data();
    if (AreAllValues(levels) && AreAllSet(row, rows_end, levels.values.size())) {
      for (std::size_t i = 0; i < levels.values.size(); ++i) call(action + i, true, max_definition, value + i);
      rows_seen += levels.values.size();
      actions_seen += levels.values.size();
      return;
    }
    for (std::size_t i = 0; i < levels.definitions.size(); ++i) {
      const std::int16_t definition = levels.definitions[i];
      const bool begins_row = levels.repetitions[i] == 0;
      if (begins_row) {
        of_action = row != rows_end && *row;
        if (row != rows_end) ++row;
        action += of_action ? 1 : 0;
      }
      const bool present = definition == max_definition;
      if (of_action) call(action - 1, begins_row, definition, present ? value : nullptr);
      value += present ? 1 : 0;
    }
    rows_seen = static_cast<std::size_t>(row - rows_.begin());
    actions_seen = action;
  };
}

core::Result<CheckpointActions> CheckpointActions::Find(const CheckpointFile& file, int row_group,
                                                        std::string_view kind, std::string_view key) {
  CheckpointActions actions(file, row_group, kind);
  SLUICE_ASSIGN_OR_RETURN(const auto leaf, actions.Leaf({kind, key}));
  if (!leaf.has_value()) return actions;
  SLUICE_ASSIGN_OR_RETURN(std::vector<bool> rows, file.FindRows(row_group, *leaf));
  return OfRows(file, row_group, kind, std::move(rows));
}

core::Result<CheckpointActions> CheckpointActions::FindTexts(const CheckpointFile& file, int row_group,
                                                             std::string_view kind, std::string_view key,
                                                             const VisitKeys& visit_keys) {
  CheckpointActions actions(file, row_group, kind);
  SLUICE_ASSIGN_OR_RETURN(const auto leaf, actions.Leaf({kind, key}));
  if (!leaf.has_value()) return actions;
  SLUICE_TRY(file.VisitTexts(row_group, *leaf, [&](const CheckpointLevels<std::string_view>& levels) {
    if (levels.values.size() == levels.definitions.size()) {
      actions.rows_.insert(actions.rows_.end(), levels.definitions.size(), true);
    } else {
      for (const std::int16_t definition : levels.definitions) {
        actions.rows_.push_back(definition == leaf->max_definition);
      }
    }
    actions.size_ += levels.values.size();
    if (!levels.values.empty()) visit_keys(levels.values);
  }));
  return actions;
}

CheckpointActions CheckpointActions::OfRows(const CheckpointFile& file, int row_group, std::string_view kind,
                                            std::vector<bool> rows) {
  CheckpointActions actions(file, row_group, kind);
  actions.size_ = static_cast<std::size_t>(std::ranges::count(rows, true));
  actions.rows_ = std::move(rows);
  return actions;
}

core::Result<std::optional<CheckpointLeaf>> CheckpointActions::Leaf(CheckpointFile::Names names, bool map_value) const {
  SLUICE_ASSIGN_OR_RETURN(std::optional<CheckpointLeaf> leaf, file_->FindLeaf(names, map_value));
  if (leaf.has_value() && file_->AllNull(row_group_, *leaf)) leaf.reset();
  return leaf;
}

core::Status CheckpointActions::ReadTexts(CheckpointFile::Names names,
                                          const std::function<void(std::size_t, std::string_view)>& visit) const {
  if (size_ == 0) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const auto leaf, Leaf(names));
  if (!leaf.has_value()) return core::Ok();
  return file_->VisitTexts(row_group_, *leaf,
                           OfActions(*leaf, [&](std::size_t action, bool, std::int16_t, const std::string_view* value) {
                             if (value != nullptr) visit(action, *value);
                           }));
}

core::Status CheckpointActions::ReadIntegers(CheckpointFile::Names names,
                                             const std::function<void(std::size_t, std::int64_t)>& visit) const {
  if (size_ == 0) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const auto leaf, Leaf(names));
  if (!leaf.has_value()) return core::Ok();
  return file_->VisitIntegers(row_group_, *leaf,
                              OfActions(*leaf, [&](std::size_t action, bool, std::int16_t, const std::int64_t* value) {
                                if (value != nullptr) visit(action, *value);
                              }));
}

core::Status CheckpointActions::Texts(std::string_view field,
                                      const std::function<void(std::size_t, std::string_view)>& visit) const {
  return ReadTexts({kind_, field}, visit);
}

core::Status CheckpointActions::Texts(std::string_view group, std::string_view field,
                                      const std::function<void(std::size_t, std::string_view)>& visit) const {
  return ReadTexts({kind_, group, field}, visit);
}

core::Status CheckpointActions::Integers(std::string_view field,
                                         const std::function<void(std::size_t, std::int64_t)>& visit) const {
  return ReadIntegers({kind_, field}, visit);
}

core::Status CheckpointActions::Integers(std::string_view group, std::string_view field,
                                         const std::function<void(std::size_t, std::int64_t)>& visit) const {
  return ReadIntegers({kind_, group, field}, visit);
}

core::Status CheckpointActions::Booleans(std::string_view field,
                                         const std::function<void(std::size_t, bool)>& visit) const {
  if (size_ == 0) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const auto leaf, Leaf({kind_, field}));
  if (!leaf.has_value()) return core::Ok();
  return file_->VisitBooleans(row_group_, *leaf,
                              OfActions(*leaf, [&](std::size_t action, bool, std::int16_t, const bool* value) {
                                if (value != nullptr) visit(action, *value);
                              }));
}

// An empty list has a level but no value: whether all levels are NULL in the footer says nothing about lists.
core::Status CheckpointActions::TextLists(std::string_view field, const std::function<void(std::size_t)>& start,
                                          const std::function<void(std::size_t, std::string_view)>& visit) const {
  if (size_ == 0) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const auto leaf, file_->FindLeaf({kind_, field}));
  if (!leaf.has_value()) return core::Ok();
  return file_->VisitTexts(row_group_, *leaf,
                           OfActions(*leaf, [&](std::size_t action, bool begins_row, std::int16_t definition,
                                                const std::string_view* value) {
                             if (begins_row && definition >= leaf->container_definition) start(action);
                             if (value != nullptr) visit(action, *value);
                           }));
}

core::Status CheckpointActions::TextMaps(
    std::string_view field, const std::function<void(std::size_t)>& start,
    const std::function<void(std::size_t, const std::string&, std::optional<std::string_view>)>& visit) const {
  if (size_ == 0) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const auto key_leaf, file_->FindLeaf({kind_, field}));
  SLUICE_ASSIGN_OR_RETURN(const auto value_leaf, file_->FindLeaf({kind_, field}, /*map_value=*/true));
  if (!key_leaf.has_value() || !value_leaf.has_value() || file_->AllNull(row_group_, *key_leaf)) return core::Ok();
  MapKeys keys;
  SLUICE_TRY(file_->VisitTexts(row_group_, *key_leaf,
                               OfActions(*key_leaf, [&](std::size_t action, bool begins_row, std::int16_t definition,
                                                        const std::string_view* key) {
                                 if (begins_row && definition >= key_leaf->container_definition) start(action);
                                 if (definition >= key_leaf->entry_definition) keys.Append(key);
                               })));
  std::size_t entry = 0;
  SLUICE_TRY(file_->VisitTexts(
      row_group_, *value_leaf,
      OfActions(*value_leaf, [&](std::size_t action, bool, std::int16_t definition, const std::string_view* value) {
        if (definition < value_leaf->entry_definition) return;
        const std::size_t at = entry++;
        if (at >= keys.entries.size()) return;
        visit(action, *keys.entries[at], value == nullptr ? std::nullopt : std::optional<std::string_view>(*value));
      })));
  if (keys.without_text || entry != keys.entries.size()) {
    return core::Corruption(fmt::format("{}: row group {}: keys and values of {}.{} do not match", file_->path(),
                                        row_group_, kind_, field));
  }
  return core::Ok();
}

}  // namespace sluice::delta_log
