#include "csv/sniffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "columns/type_guess.h"
#include "csv/column_plan.h"
#include "csv/field_gather.h"
#include "csv/sample.h"

namespace sluice::csv {
namespace {

constexpr std::array<char, 5> kDelimiters = {',', '\t', ';', '|', ':'};
constexpr std::size_t kRowsMax = 1000;
constexpr std::size_t kBytesMax = std::size_t{64} << 10;

/// The part of `text` that is tried with every candidate: enough to hold the first record, if possible.
std::string_view Trial(std::string_view text) {
  if (text.size() <= kBytesMax) return text;
  const std::string_view head = text.substr(0, kBytesMax);
  return head.find_first_of("\r\n") == std::string_view::npos ? text : head;
}

/// The share of rows that have the most frequent number of fields, 0 when that is one field.
double Evenness(const Sample& sample) {
  std::map<std::size_t, std::size_t> counts;
  for (const Sample::Row& row : sample.rows) ++counts[row.fields.size()];
  std::size_t fields = 0;
  std::size_t rows = 0;
  for (const auto& [size, count] : counts) {
    if (count >= rows) {
      fields = size;
      rows = count;
    }
  }
  if (fields < 2) return 0;
  return static_cast<double>(rows - std::min(rows, sample.spoiled_rows())) / static_cast<double>(sample.rows.size());
}

struct Candidate {
  Dialect dialect;
  double evenness = 0;
};

/// The best delimiter for one quote.
Candidate BestDelimiter(std::string_view trial, bool whole, Dialect dialect, std::optional<char> delimiter) {
  Candidate best{dialect, 0};
  for (const char candidate : kDelimiters) {
    dialect.delimiter = delimiter.value_or(candidate);
    const double evenness = Evenness(ReadSample(trial, whole, dialect, kRowsMax));
    if (delimiter) return {dialect, evenness};
    const bool last_resort = candidate == ':';
    if (evenness >= 0.5 && evenness > best.evenness && !(last_resort && best.evenness > 0)) best = {dialect, evenness};
  }
  return best;
}

Dialect SniffDialect(std::string_view trial, bool whole, const CsvOptions& options) {
  Dialect dialect{.quote = options.quote.value_or('"'), .escape = options.escape.value_or('\0')};
  Candidate best = BestDelimiter(trial, whole, dialect, options.delimiter);
  if (!options.quote && trial.find('"') == std::string_view::npos && trial.find('\'') != std::string_view::npos) {
    dialect.quote = '\'';
    const Candidate single = BestDelimiter(trial, whole, dialect, options.delimiter);
    if (single.evenness > best.evenness) best = single;
  }
  if (!options.escape && trial.find("\\\"") != std::string_view::npos &&
      ReadSample(trial, whole, best.dialect, kRowsMax).spoiled_rows() > 0) {
    Dialect escaped = best.dialect;
    escaped.escape = '\\';
    if (ReadSample(trial, whole, escaped, kRowsMax).spoiled_rows() == 0) best.dialect = escaped;
  }
  if (best.dialect.escape == best.dialect.quote) best.dialect.escape = '\0';
  return best.dialect;
}

bool IsIdentifier(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
  };
  if (text.empty() || text.size() > 128 || !is_letter(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || std::string_view(" .-/()#%").find(c) != std::string_view::npos;
  });
}

/// The type that `texts` have in common is text (or there are none).
bool IsText(const columns::TypeGuess& guess) {
  const auto type = guess.Resolve();
  return !type || type->kind == schema::TypeKind::kString;
}

std::vector<std::string_view> Unquoted(const Sample::Row& row, FieldGather& gather) {
  std::vector<std::string_view> texts;
  texts.reserve(row.fields.size());
  for (const std::string_view field : row.fields) {
    texts.push_back(gather.One(field.data(), field.data() + field.size()));
  }
  return texts;
}

bool SomeColumnIsTyped(const Sample& sample, FieldGather& gather) {
  std::vector<columns::TypeGuess> guesses(sample.rows.front().fields.size());
  for (std::size_t i = 1; i < sample.rows.size(); ++i) {
    if (sample.rows[i].spoiled || sample.rows[i].fields.size() != guesses.size()) continue;
    const std::vector<std::string_view> texts = Unquoted(sample.rows[i], gather);
    for (std::size_t c = 0; c < guesses.size(); ++c) guesses[c].Observe(texts[c]);
  }
  return std::any_of(guesses.begin(), guesses.end(), [](const auto& guess) { return !IsText(guess); });
}

bool SniffHeader(const Sample& sample, const Dialect& dialect, const schema::TableSpec* spec) {
  if (sample.rows.empty()) return true;
  FieldGather gather(dialect);
  if (sample.rows.front().spoiled) return true;
  const std::vector<std::string_view> names = Unquoted(sample.rows.front(), gather);
  const auto declared = [&](std::string_view name) { return NamesColumn(*spec, name); };
  if (spec != nullptr && std::any_of(names.begin(), names.end(), declared)) return true;
  for (const std::string_view name : names) {
    columns::TypeGuess guess;
    guess.Observe(name);
    if (!name.empty() && !IsText(guess)) return false;
  }
  if (spec != nullptr) return true;  // names of other columns: better refused than taken for values
  const bool identifiers =
      std::all_of(names.begin(), names.end(), [](auto name) { return name.empty() || IsIdentifier(name); });
  return identifiers || SomeColumnIsTyped(sample, gather);
}

}  // namespace

Sniffed Sniff(std::string_view text, bool whole, const CsvOptions& options, const schema::TableSpec* spec) {
  const std::string_view trial = Trial(text);
  const bool trial_whole = whole && trial.size() == text.size();
  Sniffed sniffed;
  sniffed.dialect = SniffDialect(trial, trial_whole, options);
  const auto note = [&sniffed](std::string_view what, const std::string& found, std::string_view flag) {
    sniffed.notes.push_back(fmt::format("{} {} found by looking at the first records ({} sets it)", what, found, flag));
  };
  if (!options.delimiter) note("delimiter", Describe(sniffed.dialect.delimiter), "--delimiter");
  if (!options.quote && sniffed.dialect.quote != '"') note("quote", Describe(sniffed.dialect.quote), "--quote");
  if (!options.escape && sniffed.dialect.escape != '\0') note("escape", Describe(sniffed.dialect.escape), "--escape");
  sniffed.header = options.header == HeaderMode::kYes;
  if (options.header == HeaderMode::kAuto) {
    sniffed.header = SniffHeader(ReadSample(trial, trial_whole, sniffed.dialect, kRowsMax), sniffed.dialect, spec);
    note("header", sniffed.header ? "yes" : "no", "--header");
  }
  return sniffed;
}

}  // namespace sluice::csv
