#include "query/reached_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::query {
namespace {

/// The names that a statement reaches, with a blank between.
std::string Reached(std::string_view sql, const std::vector<Nameable>& known) {
  const std::vector<bool> reached = ReachedNames(sql, known);
  std::string names;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (reached[i]) names += (names.empty() ? "" : " ") + known[i].name;
  }
  return names;
}

const std::vector<Nameable> kTables = {{"events"}, {"event"}, {"Day Sales"}, {"o\"dd"}, {"größe"}};

TEST(ReachedNames, AreWordsInAnyCaseQuotedOrNot) {
  EXPECT_EQ(Reached("SELECT * FROM Events", kTables), "events");
  EXPECT_EQ(Reached("SELECT * FROM memory.main.event e", kTables), "event");
  EXPECT_EQ(Reached("SELECT * FROM \"day sales\", \"EVENT\"", kTables), "event Day Sales");
  EXPECT_EQ(Reached("SELECT * FROM \"o\"\"dd\"", kTables), "o\"dd");
  EXPECT_EQ(Reached("SELECT * FROM 'events'", kTables), "events");
  EXPECT_EQ(Reached("SELECT * FROM größe", kTables), "größe");
  EXPECT_EQ(Reached("SELECT my_events, events2 FROM range(3)", kTables), "");
  EXPECT_EQ(Reached("FROM/**/event--", kTables), "event");
}

TEST(ReachedNames, GoThroughViewsAndMacros) {
  const std::vector<Nameable> known = {{"a"},
                                       {"b"},
                                       {"over_a", "SELECT * FROM a"},
                                       {"over_view", "SELECT * FROM \"OVER_A\""},
                                       {"from_b", "CREATE OR REPLACE MACRO from_b(n) AS TABLE SELECT * FROM b"},
                                       {"itself", "SELECT * FROM itself"}};
  EXPECT_EQ(Reached("SELECT * FROM over_view", known), "a over_a over_view");
  EXPECT_EQ(Reached("SELECT * FROM From_B (3)", known), "b from_b");
  EXPECT_EQ(Reached("SELECT * FROM itself", known), "itself");
}

TEST(ReachedNames, AreAllWhereNamesAreListedOrPutTogether) {
  const std::vector<Nameable> known = {{"a"}, {"b"}};
  for (const char* sql : {"SHOW TABLES", "show a", "DESCRIBE", "PRAGMA show_tables", "SELECT * FROM (SHOW TABLES)",
                          "FROM (DESCRIBE)", "FROM information_schema.tables", "SELECT view_name FROM duckdb_views()",
                          "FROM query_table('a' || '')", "SELECT * FROM query ('FROM ' || x)", "SELECT * FROM E'\\x61'",
                          "SELECT * FROM U&\"\\0061\"", "FROM \"query\"('FROM b')"}) {
    EXPECT_EQ(Reached(sql, known), "a b") << sql;
  }
  EXPECT_EQ(Reached("DESCRIBE a", known), "a");
  EXPECT_EQ(Reached("SELECT query, query_id FROM a", known), "a");
}

}  // namespace
}  // namespace sluice::query
