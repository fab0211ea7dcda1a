#include "json/guess_node.h"

#include <algorithm>
#include <bit>

namespace sluice::json {

GuessNode::Member* GuessNode::At(std::string_view name, std::size_t position, std::uint64_t line,
                                 std::size_t members_max) {
  if (position < order_.size() && order_[position]->name == name) return order_[position];
  if (too_many_) return nullptr;
  Member* member = nullptr;
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) {
    member = found->second;
  } else {
    if (members_.size() >= members_max) {
      Overflow();
      return nullptr;
    }
    members_.push_back(std::make_unique<Member>());
    member = members_.back().get();
    member->name = name;
    member->key = KeyText(name);
    member->node = std::make_shared<GuessNode>();
    member->first_line = line;
    by_name_.emplace(member->name, member);
  }
  if (position < order_.size()) {
    order_[position] = member;
  } else if (position == order_.size()) {
    order_.push_back(member);
  }
  return member;
}

/// The members stay alive: values of the record being read may still point at them.
void GuessNode::Overflow() {
  too_many_ = true;
  by_name_.clear();
  order_.clear();
}

void GuessNode::ObserveBool() {
  ++scalar_count_;
  scalar_kinds_ |= kBools;
  scalars_.ObserveJsonBool();
}

void GuessNode::ObserveNumber(std::string_view token) {
  ++scalar_count_;
  scalar_kinds_ |= kNumbers;
  scalars_.ObserveJsonNumber(token);
}

void GuessNode::ObserveString(std::string_view text) {
  ++scalar_count_;
  scalar_kinds_ |= kStrings;
  scalars_.ObserveJsonString(text);
}

bool GuessNode::alike() const { return objects_ == 0 && arrays_ == 0 && std::popcount(scalar_kinds_) <= 1; }

void GuessNode::ObserveAlike(std::span<const std::string_view> texts) {
  const auto nulls = static_cast<std::uint64_t>(
      std::count_if(texts.begin(), texts.end(), [](std::string_view text) { return text.data() == nullptr; }));
  nulls_ += nulls;
  scalar_count_ += texts.size() - nulls;
  if (scalar_kinds_ == kNumbers) scalars_.ObserveJsonNumbers(texts);
  if (scalar_kinds_ == kStrings) scalars_.ObserveJsonStrings(texts);
}

GuessNode& GuessNode::Element() {
  if (element_ == nullptr) element_ = std::make_unique<GuessNode>();
  return *element_;
}

void GuessNode::Merge(const GuessNode& other, std::uint64_t lines, std::size_t members_max, std::size_t below_max) {
  scalars_.Merge(other.scalars_);
  scalar_count_ += other.scalar_count_;
  scalar_kinds_ |= other.scalar_kinds_;
  nulls_ += other.nulls_;
  objects_ += other.objects_;
  arrays_ += other.arrays_;
  if (other.too_many_) Overflow();
  if (other.element_ != nullptr) Element().Merge(*other.element_, lines, below_max, below_max);
  for (const std::unique_ptr<Member>& theirs : other.members_) {
    if (too_many_) break;
    if (!theirs->node->observed()) continue;
    Member* mine = At(theirs->name, members_.size() + 1, lines + theirs->first_line, members_max);
    if (mine != nullptr) mine->node->Merge(*theirs->node, lines, below_max, below_max);
  }
  if (too_many_) members_.clear();
}

schema::Type GuessNode::Resolve() const {
  const int kinds = (scalar_count_ > 0 ? 1 : 0) + (objects_ > 0 ? 1 : 0) + (arrays_ > 0 ? 1 : 0);
  if (kinds > 1) return schema::Simple(schema::TypeKind::kJson);
  if (objects_ > 0) {
    schema::Schema members = ResolveMembers();
    if (too_many_ || members.fields.empty()) return schema::Simple(schema::TypeKind::kJson);
    return schema::StructOf(std::move(members.fields));
  }
  if (arrays_ > 0) {
    return schema::ListOf(element_ == nullptr ? schema::Simple(schema::TypeKind::kString) : element_->Resolve());
  }
  return scalars_.Resolve().value_or(schema::Simple(schema::TypeKind::kString));
}

std::optional<columns::TypeGuess> GuessNode::ScalarsOnly() const {
  if (objects_ + arrays_ > 0) return std::nullopt;
  return scalars_;
}

schema::Schema GuessNode::ResolveMembers() const {
  schema::Schema members;
  if (too_many_) return members;
  for (const std::unique_ptr<Member>& member : members_) {
    if (member->node->observed()) {
      members.fields.push_back({.name = member->name, .type = member->node->Resolve(), .nullable = true});
    }
  }
  return members;
}

}  // namespace sluice::json
