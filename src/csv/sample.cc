#include "csv/sample.h"

#include <algorithm>
#include <utility>

#include "csv/quote_machine.h"

namespace sluice::csv {

std::size_t Sample::spoiled_rows() const {
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [](const Row& row) { return row.spoiled; }));
}

Sample ReadSample(std::string_view text, bool whole, const Dialect& dialect, std::size_t rows_max) {
  Sample sample;
  QuoteMachine machine(dialect);
  Sample::Row row;
  std::size_t begin = 0;
  const auto end_row = [&] {
    const bool blank = row.fields.size() == 1 && row.fields.front().empty();
    row.spoiled = machine.spoiled();
    if (!blank) sample.rows.push_back(std::move(row));
    row = {};
    machine.Reset();
  };
  for (std::size_t i = 0; i < text.size() && sample.rows.size() < rows_max; ++i) {
    const QuoteMachine::Event event = machine.Step(text[i]);
    if (event == QuoteMachine::Event::kNone) continue;
    row.fields.push_back(text.substr(begin, i - begin));
    if (event == QuoteMachine::Event::kRecordEnd) {
      if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
      end_row();
    }
    begin = i + 1;
  }
  if (sample.rows.size() < rows_max && begin < text.size() && !machine.open() && (whole || sample.rows.empty())) {
    row.fields.push_back(text.substr(begin));
    end_row();
  }
  return sample;
}

}  // namespace sluice::csv
