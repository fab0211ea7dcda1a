#include "delta/commit_rules.h"

#include <bit>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "delta/path.h"

namespace sluice::delta {

namespace {

/// Finds equal texts among a known number of them; keeps views. One array, whatever their number.
class TextIndex {
 public:
  explicit TextIndex(std::size_t count) : slots_(std::bit_ceil(count * 2 + 1)) {}

  /// Add the text with the next number, from 0; the number of an equal one, and nothing added, when there is one.
  std::optional<std::size_t> AddOrFind(std::string_view text) {
    std::uint32_t& slot = slots_[Slot(text)];
    if (slot != 0) return slot - 1;
    texts_.push_back(text);
    slot = static_cast<std::uint32_t>(texts_.size());
    return std::nullopt;
  }
  std::optional<std::size_t> Find(std::string_view text) const {
    const std::uint32_t slot = slots_[Slot(text)];
    return slot == 0 ? std::nullopt : std::optional<std::size_t>(slot - 1);
  }

 private:
  /// Where `text` is, or the free slot where it belongs.
  std::size_t Slot(std::string_view text) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = std::hash<std::string_view>()(text) & mask;
    while (slots_[slot] != 0 && texts_[slots_[slot] - 1] != text) slot = (slot + 1) & mask;
    return slot;
  }

  std::vector<std::uint32_t> slots_;  // 1 + a number; 0 = free
  std::vector<std::string_view> texts_;
};

/// Views of texts that are made on the way.
class Keys {
 public:
  explicit Keys(std::string_view table_root) : table_root_(table_root) {}

  /// One text for all spellings of a path.
  std::string_view OfPath(std::string_view encoded) {
    if (IsCanonicalPath(encoded)) return encoded;
    return made_.emplace_back(CanonicalPath(encoded, table_root_));
  }
  std::string_view OfFile(std::string_view encoded, const std::optional<DeletionVectorDescriptor>& vector) {
    if (!vector) return OfPath(encoded);
    return made_.emplace_back(std::string(OfPath(encoded)) + '\0' + vector->UniqueId());
  }

 private:
  const std::string_view table_root_;
  std::deque<std::string> made_;
};

using List = RuleBreach::List;

std::optional<RuleBreach> CheckFiles(const ActionSet& actions, LogFileKind kind, std::string_view table_root) {
  Keys keys(table_root);
  TextIndex adds(actions.adds.size());
  for (std::size_t i = 0; i < actions.adds.size(); ++i) {
    const std::string& path = actions.adds[i].path;
    if (adds.AddOrFind(keys.OfPath(path))) return RuleBreach{List::kAdds, i, "a second add of '" + path + "'"};
  }
  TextIndex removes(actions.removes.size());
  for (std::size_t i = 0; i < actions.removes.size(); ++i) {
    const RemoveFile& remove = actions.removes[i];
    const std::string_view path = keys.OfPath(remove.path);
    const std::string_view key = kind == LogFileKind::kCommit ? path : keys.OfFile(remove.path, remove.deletion_vector);
    if (removes.AddOrFind(key)) return RuleBreach{List::kRemoves, i, "a second remove of '" + remove.path + "'"};
    const std::optional<std::size_t> added = adds.Find(path);
    if (added && actions.adds[*added].deletion_vector.has_value() == remove.deletion_vector.has_value() &&
        (!remove.deletion_vector ||
         actions.adds[*added].deletion_vector->UniqueId() == remove.deletion_vector->UniqueId())) {
      return RuleBreach{List::kRemoves, i,
                        "an add and a remove of '" + remove.path + "' with the same deletion vector"};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<RuleBreach> FindRuleBreach(const ActionSet& actions, LogFileKind kind, std::string_view table_root) {
  TextIndex applications(actions.transactions.size());
  for (std::size_t i = 0; i < actions.transactions.size(); ++i) {
    const std::string& name = actions.transactions[i].app_id;
    if (applications.AddOrFind(name)) return RuleBreach{List::kTransactions, i, "a second txn of '" + name + "'"};
  }
  TextIndex domains(actions.domains.size());
  for (std::size_t i = 0; i < actions.domains.size(); ++i) {
    const std::string& name = actions.domains[i].domain;
    if (domains.AddOrFind(name)) return RuleBreach{List::kDomains, i, "a second domainMetadata of '" + name + "'"};
  }
  return CheckFiles(actions, kind, table_root);
}

core::Status CheckCommitRules(const ActionSet& commit, std::string_view table_root) {
  const std::optional<RuleBreach> breach = FindRuleBreach(commit, LogFileKind::kCommit, table_root);
  if (!breach) return core::Ok();
  return core::InvalidInput("one commit cannot hold " + breach->message);
}

}  // namespace sluice::delta
