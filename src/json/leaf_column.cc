#include "json/leaf_column.h"

#include <arrow/array/array_base.h>

#include <algorithm>
#include <utility>

namespace sluice::json {

namespace {

using schema::TypeKind;

bool TakesStrings(TypeKind kind) {
  switch (kind) {
    case TypeKind::kString:
    case TypeKind::kBinary:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestamp:
    case TypeKind::kUuid:
    case TypeKind::kDecimal: return true;
    default: return false;
  }
}

bool TakesNumbers(TypeKind kind) { return kind <= TypeKind::kDecimal && kind != TypeKind::kBool; }

}  // namespace

LeafColumn::LeafColumn(const schema::ColumnSpec& spec, std::string path, bool nested)
    : Column(spec.field, std::move(path)),
      spec_(spec),
      nested_(nested),
      takes_strings_(TakesStrings(spec.field.type.kind)),
      takes_numbers_(TakesNumbers(spec.field.type.kind)),
      takes_bools_(spec.field.type.kind == TypeKind::kBool) {}

core::Result<std::unique_ptr<LeafColumn>> LeafColumn::Make(const schema::ColumnSpec& spec, std::string path,
                                                           bool nested, arrow::MemoryPool* pool) {
  std::unique_ptr<LeafColumn> column(new LeafColumn(spec, std::move(path), nested));
  schema::ColumnSpec built = spec;
  // NULL below a NULL struct is no fault of the member: AppendMissing and Read watch over nested members.
  if (nested) built.field.nullable = true;
  SLUICE_ASSIGN_OR_RETURN(column->builder_, columns::MakeScalarBuilder(built, pool));
  return column;
}

bool LeafColumn::Read(Cursor& cursor, RecordContext& context, int depth) {
  const char c = cursor.Peek();
  if (field().type.kind == TypeKind::kJson && c != 'n') return ReadText(cursor, context, depth);
  switch (c) {
    case '"': return takes_strings_ ? ReadString(cursor, context) : RefuseOther(cursor, context, depth);
    case 'n':
      if (!cursor.ReadLiteral("null")) return RefuseText(path(), cursor, context);
      return AppendMissing(context);
    case 't': return takes_bools_ ? ReadWord(cursor, context, "true") : RefuseOther(cursor, context, depth);
    case 'f': return takes_bools_ ? ReadWord(cursor, context, "false") : RefuseOther(cursor, context, depth);
    case '{':
    case '[': return RefuseOther(cursor, context, depth);
    default: break;
  }
  if (!takes_numbers_) return RefuseOther(cursor, context, depth);
  std::string_view token;
  if (!cursor.ReadNumber(token)) return RefuseText(path(), cursor, context);
  Append(token, context);
  return true;
}

std::uint8_t LeafColumn::flat_kinds(const RecordContext& context) const {
  const bool any = context.any_as_text && field().type.kind == TypeKind::kString;
  return static_cast<std::uint8_t>((takes_strings_ ? kStrings : 0) | (takes_numbers_ || any ? kNumbers : 0) |
                                   (takes_bools_ || any ? kBools : 0));
}

std::size_t LeafColumn::ReadRun(const FlatRun& run, std::size_t member, const KeyText& key, std::size_t count,
                                RecordContext& context) {
  const std::size_t rows = texts_.size();
  texts_.resize(rows + count);
  return run.Read(member, key, flat_kinds(context), context.arena, std::span(texts_).subspan(rows));
}

bool LeafColumn::ReadString(Cursor& cursor, RecordContext& context) {
  std::string_view text;
  bool escaped = false;
  if (!cursor.ReadString(text, escaped)) return RefuseText(path(), cursor, context);
  if (escaped && !context.arena.Unescape(text, text)) {
    cursor.Fail("a malformed escape in a string");
    return RefuseText(path(), cursor, context);
  }
  Append(text, context);
  return true;
}

bool LeafColumn::ReadWord(Cursor& cursor, RecordContext& context, std::string_view word) {
  if (!cursor.ReadLiteral(word)) return RefuseText(path(), cursor, context);
  Append(word, context);
  return true;
}

bool LeafColumn::ReadText(Cursor& cursor, RecordContext& context, int depth) {
  std::string_view raw;
  if (!cursor.ReadRaw(raw, depth)) return RefuseText(path(), cursor, context);
  Append(raw, context);
  return true;
}

bool LeafColumn::AppendMissing(RecordContext& context) {
  if (nested_ && !field().nullable) return RefuseNull(*this, context);
  Append({}, context);
  return true;
}

bool LeafColumn::RefuseOther(Cursor& cursor, RecordContext& context, int depth) {
  // An inferred text column holds what is not of one kind only: everything but strings as it stands.
  if (context.any_as_text && field().type.kind == TypeKind::kString) return ReadText(cursor, context, depth);
  return RefuseKind(*this, cursor, context, depth);
}

void LeafColumn::Rollback(std::uint32_t row) {
  texts_.resize(nested_ ? mark_ : std::min<std::size_t>(row, texts_.size()));
  if (nested_) rows_.resize(mark_);
}

core::Status LeafColumn::Flush(RowFaults& faults) {
  if (texts_.empty()) return core::Ok();
  SLUICE_TRY(builder_->Reserve(texts_.size()));
  faults_.assign(texts_.size(), columns::Fault::kNone);
  if (builder_->Append(texts_, faults_.data()) > 0) {
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      if (faults_[i] == columns::Fault::kNone) continue;
      faults.Add(nested_ ? rows_[i] : static_cast<std::uint32_t>(i), path(), columns::FaultReason(faults_[i], spec_));
    }
  }
  texts_.clear();
  rows_.clear();
  mark_ = 0;
  return core::Ok();
}

}  // namespace sluice::json
