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

}  // namespace

template <typename Call>
auto CheckpointActions::OfActions(Call call) const {
  return [this, call = std::move(call), row = std::size_t{0}, next_action = std::size_t{0}](
             bool begins_row, std::int16_t definition, const auto* value) mutable {
    if (begins_row) {
      if (row < rows_.size() && rows_[row]) ++next_action;
      ++row;
    }
    if (row <= rows_.size() && rows_[row - 1]) call(next_action - 1, begins_row, definition, value);
  };
}

core::Result<CheckpointActions> CheckpointActions::Find(const CheckpointFile& file, int row_group,
                                                        std::string_view kind, std::string_view key) {
  CheckpointActions actions(file, row_group, kind);
  SLUICE_ASSIGN_OR_RETURN(const auto leaf, actions.Leaf({kind, key}));
  if (!leaf.has_value()) return actions;
  SLUICE_TRY(file.VisitLevels(row_group, *leaf, [&](bool begins_row, std::int16_t definition) {
    if (!begins_row) return;
    const bool present = definition == leaf->max_definition;
    actions.rows_.push_back(present);
    actions.size_ += present ? 1 : 0;
  }));
  return actions;
}

core::Result<CheckpointActions> CheckpointActions::FindTexts(const CheckpointFile& file, int row_group,
                                                             std::string_view kind, std::string_view key,
                                                             const std::function<void(std::string_view)>& visit_key) {
  CheckpointActions actions(file, row_group, kind);
  SLUICE_ASSIGN_OR_RETURN(const auto leaf, actions.Leaf({kind, key}));
  if (!leaf.has_value()) return actions;
  SLUICE_TRY(file.VisitTexts(row_group, *leaf, [&](bool, std::int16_t, const std::string_view* value) {
    actions.rows_.push_back(value != nullptr);
    if (value == nullptr) return;
    ++actions.size_;
    visit_key(*value);
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
                           OfActions([&](std::size_t action, bool, std::int16_t, const std::string_view* value) {
                             if (value != nullptr) visit(action, *value);
                           }));
}

core::Status CheckpointActions::ReadIntegers(CheckpointFile::Names names,
                                             const std::function<void(std::size_t, std::int64_t)>& visit) const {
  if (size_ == 0) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const auto leaf, Leaf(names));
  if (!leaf.has_value()) return core::Ok();
  return file_->VisitIntegers(row_group_, *leaf,
                              OfActions([&](std::size_t action, bool, std::int16_t, const std::int64_t* value) {
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
                              OfActions([&](std::size_t action, bool, std::int16_t, const bool* value) {
                                if (value != nullptr) visit(action, *value);
                              }));
}

// An empty list has a level but no value: whether all levels are NULL in the footer says nothing about lists.
core::Status CheckpointActions::TextLists(std::string_view field, const std::function<void(std::size_t)>& start,
                                          const std::function<void(std::size_t, std::string_view)>& visit) const {
  if (size_ == 0) return core::Ok();
  SLUICE_ASSIGN_OR_RETURN(const auto leaf, file_->FindLeaf({kind_, field}));
  if (!leaf.has_value()) return core::Ok();
  return file_->VisitTexts(
      row_group_, *leaf,
      OfActions([&](std::size_t action, bool begins_row, std::int16_t definition, const std::string_view* value) {
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
  SLUICE_TRY(file_->VisitTexts(
      row_group_, *key_leaf,
      OfActions([&](std::size_t action, bool begins_row, std::int16_t definition, const std::string_view* key) {
        if (begins_row && definition >= key_leaf->container_definition) start(action);
        if (definition >= key_leaf->entry_definition) keys.Append(key);
      })));
  std::size_t entry = 0;
  SLUICE_TRY(file_->VisitTexts(
      row_group_, *value_leaf,
      OfActions([&](std::size_t action, bool, std::int16_t definition, const std::string_view* value) {
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
