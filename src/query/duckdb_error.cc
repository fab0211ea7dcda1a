#include "query/duckdb_error.h"

#include <array>
#include <string>
#include <utility>

namespace sluice::query {
namespace {

using core::ErrorKind;

struct ErrorClass {
  std::string_view prefix;
  ErrorKind kind;
};
// The prefixes are DuckDB's Exception::ExceptionTypeToString; classes that say nothing about the caller fall to the
// end.
constexpr std::array kClasses = {
    ErrorClass{"Parser Error", ErrorKind::kInvalidInput},
    ErrorClass{"Syntax Error", ErrorKind::kInvalidInput},
    ErrorClass{"Binder Error", ErrorKind::kInvalidInput},
    ErrorClass{"Catalog Error", ErrorKind::kInvalidInput},
    ErrorClass{"Conversion Error", ErrorKind::kInvalidInput},
    ErrorClass{"Out of Range Error", ErrorKind::kInvalidInput},
    ErrorClass{"Decimal Error", ErrorKind::kInvalidInput},
    ErrorClass{"Mismatch Type Error", ErrorKind::kInvalidInput},
    ErrorClass{"Divide by Zero Error", ErrorKind::kInvalidInput},
    ErrorClass{"Invalid type Error", ErrorKind::kInvalidInput},
    ErrorClass{"Expression Error", ErrorKind::kInvalidInput},
    ErrorClass{"Constraint Error", ErrorKind::kInvalidInput},
    ErrorClass{"Sequence Error", ErrorKind::kInvalidInput},
    ErrorClass{"Settings Error", ErrorKind::kInvalidInput},
    ErrorClass{"Parameter Not Resolved Error", ErrorKind::kInvalidInput},
    ErrorClass{"Parameter Not Allowed Error", ErrorKind::kInvalidInput},
    ErrorClass{"Dependency Error", ErrorKind::kInvalidInput},
    ErrorClass{"Invalid Input Error", ErrorKind::kInvalidInput},
    ErrorClass{"Not implemented Error", ErrorKind::kUnsupported},
    ErrorClass{"Missing Extension Error", ErrorKind::kUnsupported},
    ErrorClass{"Extension Autoloading Error", ErrorKind::kUnsupported},
    ErrorClass{"Permission Error", ErrorKind::kPermission},
    ErrorClass{"Out of Memory Error", ErrorKind::kLimitExceeded},
    ErrorClass{"Object Size Error", ErrorKind::kLimitExceeded},
    ErrorClass{"INTERRUPT Error", ErrorKind::kCancelled},
    ErrorClass{"HTTP Error", ErrorKind::kUnavailable},
    ErrorClass{"Network Error", ErrorKind::kUnavailable},
    ErrorClass{"Connection Error", ErrorKind::kUnavailable},
    ErrorClass{"Serialization Error", ErrorKind::kCorruption},
    ErrorClass{"TransactionContext Error", ErrorKind::kConflict},
    ErrorClass{"IO Error", ErrorKind::kIo},
    ErrorClass{"Fatal Error", ErrorKind::kInternal},
    ErrorClass{"INTERNAL Error", ErrorKind::kInternal},
};

bool Holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

ErrorKind KindOf(std::string_view message) {
  const bool file_missing = Holds(message, "No files found that match") || Holds(message, "does not exist") ||
                            Holds(message, "No such file or directory");
  const bool file_damaged = Holds(message, "No magic bytes found") || Holds(message, "Parquet file") ||
                            Holds(message, "parquet file") || Holds(message, "Failed to read Parquet");
  for (const ErrorClass& known : kClasses) {
    if (!message.starts_with(known.prefix)) continue;
    if (known.kind == ErrorKind::kIo && file_missing) return ErrorKind::kNotFound;
    const bool about_bytes = known.kind == ErrorKind::kIo || known.prefix == "Invalid Input Error";
    return about_bytes && file_damaged ? ErrorKind::kCorruption : known.kind;
  }
  return ErrorKind::kInternal;
}

std::string HintFor(ErrorKind kind, std::string_view message) {
  if (kind == ErrorKind::kLimitExceeded) return "raise --memory, or lower --threads";
  if (kind == ErrorKind::kCorruption) return "take the file named above out of the folder, or write it again";
  if (Holds(message, "No files found that match")) {
    return "name a Parquet or CSV file, a folder of Parquet files, or a Delta table (a folder that holds _delta_log)";
  }
  if (Holds(message, "Table with name") || Holds(message, "delta extension"))
    return "name tables with --table name=PATH, or a configuration with --config";
  return {};
}

}  // namespace

core::Error ErrorFromDuckDb(std::string_view message) {
  const ErrorKind kind = KindOf(message);
  return core::Error(kind, "DuckDB: " + std::string(message)).WithHint(HintFor(kind, message));
}

}  // namespace sluice::query
