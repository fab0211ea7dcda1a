#include "csv/csv_model.h"

namespace sluice::csv {
namespace {

class Model {
 public:
  Model(std::string_view text, const Dialect& dialect) : text_(text), dialect_(dialect) {}

  bool done() const { return at_ >= text_.size(); }

  ModelRecord Next() {
    ModelRecord record{.begin = at_, .line = line_};
    while (true) {
      record.fields.push_back(Field(&record.faulty));
      if (done() || EndsLine(text_[at_])) break;
      ++at_;  // the delimiter
    }
    record.end = at_;
    if (!done()) {
      CountLine();
      at_ += text_.substr(at_).starts_with("\r\n") ? 2 : 1;
    }
    return record;
  }

 private:
  static bool EndsLine(char c) { return c == '\n' || c == '\r'; }

  /// To be called at each byte before it is passed.
  void CountLine() {
    const bool half = text_[at_] == '\n' && at_ > 0 && text_[at_ - 1] == '\r';
    if (EndsLine(text_[at_]) && !half) ++line_;
  }

  bool FieldEnds() const { return done() || text_[at_] == dialect_.delimiter || EndsLine(text_[at_]); }

  std::optional<std::string> Field(bool* faulty) {
    if (FieldEnds()) return std::nullopt;
    std::string field;
    if (dialect_.quote != '\0' && text_[at_] == dialect_.quote) {
      ++at_;
      Quoted(&field, faulty);
      if (!FieldEnds()) *faulty = true;
    }
    for (; !FieldEnds(); ++at_) field.push_back(text_[at_]);
    return field;
  }

  void Quoted(std::string* field, bool* faulty) {
    for (; !done(); ++at_) {
      const bool another = at_ + 1 < text_.size();
      if (text_[at_] == dialect_.quote) {
        if (!another || text_[at_ + 1] != dialect_.quote) {
          ++at_;
          return;
        }
        ++at_;
      } else if (dialect_.escape != '\0' && text_[at_] == dialect_.escape && another) {
        ++at_;
      }
      CountLine();
      field->push_back(text_[at_]);
    }
    *faulty = true;  // never closed
  }

  std::string_view text_;
  Dialect dialect_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

std::vector<ModelRecord> ReadModel(std::string_view text, const Dialect& dialect, std::size_t columns) {
  std::vector<ModelRecord> records;
  Model model(text, dialect);
  while (!model.done()) {
    ModelRecord record = model.Next();
    const bool blank = record.fields.size() == 1 && record.begin == record.end;
    if (!blank || columns == 1) records.push_back(std::move(record));
  }
  return records;
}

}  // namespace sluice::csv
