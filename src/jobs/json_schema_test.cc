// The JSON Schemas in docs/formats name exactly the keys that the readers know.
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "jobs/config.h"
#include "schema/schema_file.h"
#include "tests/support/result_matchers.h"

namespace sluice::jobs {
namespace {

using Json = nlohmann::json;
using Keys = std::set<std::string>;

Json Load(const std::string& name) {
  std::ifstream file(SLUICE_SOURCE_DIR "/docs/formats/" + name);
  return Json::parse(file);
}

Keys KeysOf(const Json& object) {
  Keys keys;
  for (const auto& [key, value] : object.at("properties").items()) keys.insert(key);
  return keys;
}

// The keys a reader knows, from its answer to one that nobody would mean: "… in WHAT\n  hint: known keys: a, b".
Keys KnownKeys(const std::string& message, const std::string& what) {
  const std::string mark = "unknown key 'zzzzzzzzzzzzzzzz' in " + what + "\n  hint: known keys: ";
  const std::size_t begin = message.find(mark);
  EXPECT_NE(begin, std::string::npos) << what << " in " << message;
  if (begin == std::string::npos) return {};
  std::string list = message.substr(begin + mark.size(), message.find('\n', begin + mark.size()) - begin - mark.size());
  Keys keys;
  for (std::size_t comma = 0; comma != std::string::npos;) {
    comma = list.find(", ");
    keys.insert(list.substr(0, comma));
    list.erase(0, comma == std::string::npos ? comma : comma + 2);
  }
  return keys;
}

TEST(JsonSchema, OfTheSchemaFileHasTheKeysOfItsReader) {
  const Json schema = Load("schema-file.schema.json").at("$defs");
  const auto result = schema::ParseSchemaFile(
      R"({"zzzzzzzzzzzzzzzz": 1, "fields": [{"name": "a", "type": "int8", "zzzzzzzzzzzzzzzz": 1,
         "constraints": {"zzzzzzzzzzzzzzzz": 1}}]})",
      "s");
  ASSERT_FALSE(result.has_value());
  const std::string message = result.error().ToString();
  EXPECT_EQ(KeysOf(schema.at("schema")), KnownKeys(message, "the schema"));
  EXPECT_EQ(KeysOf(schema.at("field")), KnownKeys(message, "field 'a'"));
  EXPECT_EQ(KeysOf(schema.at("field").at("properties").at("constraints").at("anyOf").at(1)),
            KnownKeys(message, "'constraints'"));
}

TEST(JsonSchema, OfTheConfigurationHasTheKeysOfItsReader) {
  const Json schema = Load("config.schema.json");
  const Json& parts = schema.at("$defs");
  const auto result = ParseConfig(R"({"zzzzzzzzzzzzzzzz": 1,
    "connections": {"c": {"zzzzzzzzzzzzzzzz": 1}}, "notify": [{"zzzzzzzzzzzzzzzz": 1}],
    "jobs": {"j": {"zzzzzzzzzzzzzzzz": 1, "kind": "export", "schedule": {"zzzzzzzzzzzzzzzz": 1},
      "source": {"zzzzzzzzzzzzzzzz": 1, "limits": {"zzzzzzzzzzzzzzzz": 1}}, "target": {"zzzzzzzzzzzzzzzz": 1},
      "rejects": {"zzzzzzzzzzzzzzzz": 1}},
      "l": {"zzzzzzzzzzzzzzzz": 1, "kind": "load", "source": {"zzzzzzzzzzzzzzzz": 1},
        "target": {"zzzzzzzzzzzzzzzz": 1}}}})",
                                  "c");
  ASSERT_FALSE(result.has_value());
  const std::string message = result.error().ToString();
  EXPECT_EQ(KeysOf(schema), KnownKeys(message, "the configuration"));
  EXPECT_EQ(KeysOf(schema.at("properties").at("connections").at("additionalProperties")),
            KnownKeys(message, "connection 'c'"));
  EXPECT_EQ(KeysOf(schema.at("properties").at("notify").at("items")), KnownKeys(message, "a notification"));
  EXPECT_EQ(KeysOf(parts.at("export")), KnownKeys(message, "job 'j'"));
  EXPECT_EQ(KeysOf(parts.at("source")), KnownKeys(message, "the source of job 'j'"));
  EXPECT_EQ(KeysOf(parts.at("source").at("properties").at("limits")), KnownKeys(message, "the limits of job 'j'"));
  EXPECT_EQ(KeysOf(parts.at("target")), KnownKeys(message, "the target of job 'j'"));
  EXPECT_EQ(KeysOf(parts.at("rejects")), KnownKeys(message, "'rejects' of job 'j'"));
  EXPECT_EQ(KeysOf(parts.at("schedule")), KnownKeys(message, "the schedule of job 'j'"));
  const Json& load = parts.at("load");
  EXPECT_EQ(KeysOf(load), KnownKeys(message, "job 'l'"));
  EXPECT_EQ(KeysOf(load.at("properties").at("source")), KnownKeys(message, "the source of job 'l'"));
  EXPECT_EQ(KeysOf(load.at("properties").at("target")), KnownKeys(message, "the target of job 'l'"));
}

}  // namespace
}  // namespace sluice::jobs
