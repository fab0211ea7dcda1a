#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "csv/csv_options.h"
#include "csv/dialect.h"
#include "schema/table_spec.h"

namespace sluice::csv {

/// How many bytes of an input are looked at.
inline constexpr std::size_t kSniffBytes = std::size_t{256} << 10;

struct Sniffed {
  Dialect dialect;
  bool header = false;
  std::vector<std::string> notes;  ///< what was found rather than said
};

/// Find what `options` leaves open from the first bytes of an input. `text` has columns::kTextPadding readable bytes
/// behind it; `whole`: it is the whole input; `spec`: the declared columns, or nullptr.
///
/// Delimiter: of the candidates, in the order , tab ; | : the first with which the largest share of records has the
/// same number of fields, two at least; ':' only where nothing else splits; ',' when no candidate fits half of the
/// records. Quote: ' when the sample has no " and more records have the same number of fields so. Escape: \ when only
/// so no text follows a closing quote. Header: with declared columns, when the first record names one of them or
/// no field of it is a number, a bool, a date or a time. Without, when no field is such a value, and either all names
/// (the empty ones aside) look like identifiers or some column below is not text.
Sniffed Sniff(std::string_view text, bool whole, const CsvOptions& options, const schema::TableSpec* spec);

}  // namespace sluice::csv
