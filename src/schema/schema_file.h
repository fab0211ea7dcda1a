#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "schema/diagnostic.h"
#include "schema/table_spec.h"
#include "schema/yaml_node.h"

namespace sluice::schema {

/// Read a schema file (docs/formats/schema-file.md): YAML or JSON. `file` names it in messages. A Configuration error
/// tells every mistake with its line. A `value` comes back as written; jobs put the run's date into it.
core::Result<TableSpec> ParseSchemaFile(std::string_view text, const std::string& file);

/// The same from a node of a larger document (a schema written inside the configuration); nullopt with its mistakes.
std::optional<TableSpec> ReadTableSpec(const YamlNode& node, DiagnosticList& mistakes);

/// The canonical YAML: keys in a fixed order, defaults left out. ParseSchemaFile(FormatSchemaFile(s)) == s.
std::string FormatSchemaFile(const TableSpec& spec);

/// The same as a JSON document, which ParseSchemaFile reads, too.
std::string SchemaFileToJson(const TableSpec& spec);

}  // namespace sluice::schema
