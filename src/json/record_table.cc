#include "json/record_table.h"

#include <arrow/array/array_base.h>

#include <utility>

#include "columns/scalar_builder.h"

namespace sluice::json {

core::Result<std::unique_ptr<RecordTable>> RecordTable::Make(const schema::TableSpec& spec, const JsonOptions& options,
                                                             std::string_view inherited, arrow::MemoryPool* pool) {
  std::unique_ptr<RecordTable> table(new RecordTable());
  table->ignore_unknown_ = spec.extra == schema::ExtraColumns::kIgnore;
  table->reader_ = std::make_unique<ObjectReader>("", table->ignore_unknown_);
  table->context_.any_as_text = options.text_takes_any_value;
  for (const schema::ColumnSpec& column : spec.columns) SLUICE_TRY(table->AddColumn(column, spec, pool));
  SLUICE_TRY(table->SetInherited(inherited));
  return table;
}

core::Status RecordTable::AddColumn(const schema::ColumnSpec& spec, const schema::TableSpec& table,
                                    arrow::MemoryPool* pool) {
  SLUICE_ASSIGN_OR_RETURN(std::unique_ptr<Column> made, MakeColumn(spec, ignore_unknown_, pool));
  Column* column = made.get();
  columns_.push_back(std::move(made));
  if (spec.field.type.nested()) nested_.push_back(column);
  if (spec.value) {
    constants_.emplace_back(static_cast<LeafColumn*>(column), *spec.value + std::string(columns::kTextPadding, '\0'));
    run_reader_.LeaveOut(column);
    reader_->At(spec.field.name);  // the constant wins over a key of its name
    return core::Ok();
  }
  const std::string& name = spec.from.empty() ? spec.field.name : spec.from;
  SLUICE_TRY(AddKey(name, column));
  if (!spec.from.empty() && name.find('.') != std::string::npos) SLUICE_TRY(AddPath(*reader_, "", name, column));
  for (const auto& [from, to] : table.renames) {
    if (to == spec.field.name && from != name) SLUICE_TRY(AddKey(from, column));
  }
  return core::Ok();
}

core::Status RecordTable::AddKey(const std::string& name, Column* column) {
  ObjectReader::Member& member = reader_->At(name);
  if (member.column != nullptr) {
    return core::ConfigurationError("columns '" + member.column->path() + "' and '" + column->path() +
                                    "' both take the key '" + name + "'")
        .WithHint("let one of them go, or change its `from`");
  }
  member.column = column;
  return core::Ok();
}

core::Status RecordTable::AddPath(ObjectReader& reader, const std::string& above, const std::string& path,
                                  Column* column) {
  const std::size_t dot = path.find('.');
  ObjectReader::Member& member = reader.At(path.substr(0, dot));
  if (dot == std::string::npos) {
    if (member.column != nullptr && member.column != column) {
      return core::ConfigurationError("two columns take the key '" + above + path + "'");
    }
    member.column = column;
    return core::Ok();
  }
  const std::string inside = above + path.substr(0, dot) + ".";
  if (member.descend == nullptr) member.descend = std::make_unique<ObjectReader>(inside, ignore_unknown_);
  return AddPath(*member.descend, inside, path.substr(dot + 1), column);
}

core::Status RecordTable::SetInherited(std::string_view inherited) {
  if (inherited.empty()) return core::Ok();
  inherited_bytes_ = inherited.size();
  inherited_ = std::string(inherited) + std::string(columns::kTextPadding, '\0');
  const std::string_view text(inherited_.data(), inherited_bytes_);
  const char* flaw = inherited_index_.Build(text);
  if (flaw == nullptr) {
    Cursor cursor(text, inherited_index_);
    cursor.BeginRecord(0, static_cast<std::uint32_t>(text.size()));
    std::string_view raw;
    if (!cursor.ReadRaw(raw, 0)) flaw = cursor.flaw();
  }
  if (flaw != nullptr)
    return core::Corruption(std::string("the document around the records is no valid JSON: ") + flaw);
  return core::Ok();
}

bool RecordTable::ReadInto(Cursor& cursor) {
  const char c = cursor.Peek();
  if (c != '{') {
    std::string_view raw;
    if (!cursor.ReadRaw(raw, 0)) return RefuseText("", cursor, context_);
    return context_.Fail("", std::string(TokenKind(c)) + " where an object is expected");
  }
  const std::uint64_t instance = ++instance_;
  if (!reader_->Read(cursor, context_, instance, 1)) return false;
  if (!cursor.AtEnd()) return context_.Fail("", "invalid JSON: more behind the record's end");
  if (inherited_bytes_ > 0) {
    Cursor around({inherited_.data(), inherited_bytes_}, inherited_index_);
    around.BeginRecord(0, static_cast<std::uint32_t>(inherited_bytes_));
    if (!reader_->Read(around, context_, instance, 1, ObjectReader::Role::kInherited)) return false;
  }
  for (const auto& [column, text] : constants_) {
    column->seen_in = instance;
    column->Append({text.data(), text.size() - columns::kTextPadding}, context_);
  }
  for (const std::unique_ptr<Column>& column : columns_) {
    if (column->seen_in != instance && !column->AppendMissing(context_)) return false;
  }
  return true;
}

bool RecordTable::Read(Cursor& cursor, std::uint32_t row) {
  context_.row = row;
  for (Column* column : nested_) column->BeginRecord();
  if (ReadInto(cursor)) return true;
  for (const std::unique_ptr<Column>& column : columns_) column->Rollback(row);
  return false;
}

std::size_t RecordTable::ReadRun(Cursor& cursor, std::uint32_t block_begin,
                                 std::span<const columns::RecordSpan> records, std::uint32_t row) {
  if (inherited_bytes_ > 0) return 0;
  const std::size_t read = run_reader_.Read(cursor, block_begin, records, row, *reader_, columns_, context_);
  for (const auto& [column, text] : constants_) {
    column->AppendRun({text.data(), text.size() - columns::kTextPadding}, read);
  }
  return read;
}

core::Status RecordTable::Flush(RowFaults& faults) {
  for (const std::unique_ptr<Column>& column : columns_) SLUICE_TRY(column->Flush(faults));
  context_.arena.Clear();
  return core::Ok();
}

core::Result<std::vector<std::shared_ptr<arrow::Array>>> RecordTable::Finish() {
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (const std::unique_ptr<Column>& column : columns_) {
    SLUICE_ASSIGN_OR_RETURN(std::shared_ptr<arrow::Array> array, column->Finish());
    arrays.push_back(std::move(array));
  }
  return arrays;
}

}  // namespace sluice::json
