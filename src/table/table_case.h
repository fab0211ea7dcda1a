#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace sluice::table {

/// A real table among the shared test data, with what is known about it.
struct TableCase {
  std::string name;    ///< "spark/append_basic_1"
  std::string folder;  ///< where its case.json is
  std::string root;    ///< of the table
  nlohmann::json json;

  std::string expect() const { return json.at("expect").get<std::string>(); }
  bool has(const char* key) const { return json.contains(key) && !json.at(key).is_null(); }
  /// Where the rows of the newest version are, or those in the folder `what`; "" when they are not there.
  std::string Expected(const std::string& what = "expected") const;
};

/// For messages of tests.
inline void PrintTo(const TableCase& table, std::ostream* out) { *out << table.name; }

/// All of them, sorted by name; none where the shared test data are not there.
std::vector<TableCase> FindTableCases();

}  // namespace sluice::table
