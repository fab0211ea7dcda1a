#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "json/column.h"

namespace sluice::json {

/// Finds the column for each key of an object. Tries the keys in the order of the object before, and looks a key up
/// only when the order has changed.
///
/// An object read is known by `instance`, a number not used before for these columns: a column that is given a value
/// twice in one instance is a duplicate key. Threads: one at a time.
class ObjectReader {
 public:
  struct Member {
    std::string name;
    KeyText key;                            ///< the name as it stands in JSON
    Column* column = nullptr;               ///< takes the value
    std::unique_ptr<ObjectReader> descend;  ///< its members go to columns of their own
    bool ignored = false;                   ///< not in the schema, which says to ignore such
    bool ever_seen = false;
    std::uint64_t seen_in = 0;
  };
  enum class Role : std::uint8_t {
    kRecord,     ///< a duplicate or unknown key rejects
    kInherited,  ///< members of the document: what the record gave itself, or the schema lacks, is passed over
  };

  /// `path` is put before unknown keys in rejects: "user.".
  ObjectReader(std::string path, bool ignore_unknown) : path_(std::move(path)), ignore_unknown_(ignore_unknown) {}

  /// The member `name`, added when it is not there yet.
  Member& At(const std::string& name);
  const std::vector<std::unique_ptr<Member>>& members() const { return members_; }
  /// The members by the place of their keys in the record read last; behind its keys, those of longer ones before it.
  const std::vector<Member*>& order() const { return order_[static_cast<std::size_t>(Role::kRecord)]; }
  /// Another number whenever order() has changed.
  std::uint64_t order_version() const { return order_version_; }

  /// Read the object at the cursor. False (and context.fault) when it must be rejected.
  bool Read(Cursor& cursor, RecordContext& context, std::uint64_t instance, int depth, Role role = Role::kRecord);

 private:
  Member* TakeKey(Cursor& cursor, RecordContext& context, std::size_t position, Role role);
  Member* LookUp(std::string_view name, RecordContext& context, Role role);
  bool ReadMember(Member& member, Cursor& cursor, RecordContext& context, std::uint64_t instance, int depth, Role role);
  bool Descend(Member& member, Cursor& cursor, RecordContext& context, std::uint64_t instance, int depth, Role role);
  bool Skip(const std::string& path, Cursor& cursor, RecordContext& context, int depth);

  std::string path_;
  bool ignore_unknown_;
  std::vector<std::unique_ptr<Member>> members_;
  std::unordered_map<std::string_view, Member*> by_name_;
  std::vector<Member*> order_[2];  // of the object before, per role
  std::uint64_t order_version_ = 0;
  Member passed_over_;  // stands for keys beyond kIgnoredNamesMax
};

}  // namespace sluice::json
