// Any bytes as a schema file: no crash; what is read is written so that it reads back as the same, as YAML and as JSON;
// and a schema compared with itself has not changed.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "schema/schema_diff.h"
#include "schema/schema_file.h"

namespace {

void Require(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto spec = schema::ParseSchemaFile(text, "fuzz.yaml");
  if (!spec) {
    Require(spec.error().kind() == core::ErrorKind::kConfiguration);
    return 0;
  }
  const auto from_yaml = schema::ParseSchemaFile(schema::FormatSchemaFile(*spec), "fuzz.yaml");
  Require(from_yaml.has_value() && *from_yaml == *spec);
  const auto from_json = schema::ParseSchemaFile(schema::SchemaFileToJson(*spec), "fuzz.json");
  Require(from_json.has_value() && *from_json == *spec);
  Require(schema::Diff(spec->ToSchema(), spec->ToSchema()).identical());
  return 0;
}
