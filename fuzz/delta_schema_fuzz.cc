// Any bytes as the schema of a Delta table: no crash; what is read is written so that it reads back as the same; and a
// schema that resolves, or gets, column mapping keeps it.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/random.h"
#include "delta/column_mapping.h"
#include "delta/schema_change.h"
#include "delta/schema_json.h"
#include "delta/type_change.h"

namespace {

void Require(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  const auto schema = delta::ParseSchema({reinterpret_cast<const char*>(data), size});
  if (!schema) {
    Require(schema.error().kind() == core::ErrorKind::kCorruption ||
            schema.error().kind() == core::ErrorKind::kLimitExceeded);
    return 0;
  }
  const auto again = delta::ParseSchema(delta::FormatSchema(*schema));
  Require(again.has_value() && *again == *schema);
  Require(delta::CheckSchemaChange(*schema, *schema).has_value());
  (void)delta::CheckTypeChanges(*schema);

  const delta::Protocol protocol{.min_reader_version = 2, .min_writer_version = 5};
  const delta::StringMap mode{{"delta.columnMapping.mode", "name"}};
  delta::TableSchema mapped = *schema;
  core::SeededRandom random(size);
  const auto max = delta::AssignColumnMapping(mapped, 0, random);
  if (!max || !delta::ResolveColumnMapping(mapped, protocol, mode)) return 0;
  auto read = delta::ParseSchema(delta::FormatSchema(mapped));
  Require(read.has_value() && delta::ResolveColumnMapping(*read, protocol, mode).has_value() && *read == mapped);
  return 0;
}
