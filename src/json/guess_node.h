#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "columns/type_guess.h"
#include "json/flat_run.h"
#include "json/key_text.h"
#include "schema/type.h"

namespace sluice::json {

/// What the values at one place of all records have in common.
///
/// Threads: one at a time; nodes of chunks are merged in input order, so that members keep the order in which they
/// first appeared.
class GuessNode {
 public:
  struct Member {
    std::string name;
    KeyText key;  ///< the name as it stands in JSON
    std::shared_ptr<GuessNode> node;
    std::uint64_t first_line = 0;  ///< of the record that had it first, from 0
    std::uint64_t seen_in = 0;     ///< the object that had it last
  };

  void ObserveBool();
  void ObserveNumber(std::string_view token);
  void ObserveString(std::string_view text);
  /// More values of the one kind there was so far, and NULLs: {}. See alike().
  void ObserveAlike(std::span<const std::string_view> texts);
  void CountNull() { ++nulls_; }
  void CountObject() { ++objects_; }
  void CountArray() { ++arrays_; }

  /// The member `name`, added when it is new; nullptr once there are more than `members_max`, which makes the object
  /// JSON text. `position` is where the key stands in its object; the order of the object before is tried first.
  Member* At(std::string_view name, std::size_t position, std::uint64_t line, std::size_t members_max);
  GuessNode& Element();
  bool too_many() const { return too_many_; }
  const std::vector<std::unique_ptr<Member>>& members() const { return members_; }
  /// A number for one more object; see Member::seen_in.
  std::uint64_t NextObject() { return ++object_number_; }

  /// The keys by their place in the object read last; behind them, those of longer objects before it.
  const std::vector<Member*>& order() const { return order_; }
  /// Which of Kinds the scalars here are.
  std::uint8_t scalar_kinds() const { return scalar_kinds_; }
  /// True when nothing was here but NULL and scalars of one kind.
  bool alike() const;

  /// True when a record that was not rejected had a value here.
  bool observed() const { return scalar_count_ + nulls_ + objects_ + arrays_ > 0; }

  /// Add what another chunk, or another input, saw; its lines begin at `lines`. `members_max` is this node's limit,
  /// `below_max` that of the nodes below.
  void Merge(const GuessNode& other, std::uint64_t lines, std::size_t members_max, std::size_t below_max);

  /// The narrowest type that loses nothing: scalars of several kinds are text; scalars, objects and arrays mixed are
  /// json; an object without any member is json; a list of nothing has text elements; nothing but NULL is text.
  schema::Type Resolve() const;
  /// What the scalars have in common, when there was nothing else.
  std::optional<columns::TypeGuess> ScalarsOnly() const;
  /// The members as columns.
  schema::Schema ResolveMembers() const;

 private:
  void Overflow();

  columns::TypeGuess scalars_;
  std::uint64_t scalar_count_ = 0;
  std::uint8_t scalar_kinds_ = 0;
  std::uint64_t nulls_ = 0;
  std::uint64_t objects_ = 0;
  std::uint64_t arrays_ = 0;
  std::uint64_t object_number_ = 0;
  bool too_many_ = false;
  std::vector<std::unique_ptr<Member>> members_;
  std::unordered_map<std::string_view, Member*> by_name_;
  std::vector<Member*> order_;
  std::unique_ptr<GuessNode> element_;
};

}  // namespace sluice::json
