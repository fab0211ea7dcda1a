#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "library/guarded.h"
#include "library/row_check.h"
#include "schema/type_text.h"
#include "sluice/recorder.h"

namespace sluice {
namespace {

using recording::ColumnSpec;
using recording::Kind;
using recording::Place;
using recording::Producer;
using Unscaled = Decimal<38, 0>;

core::Result<ColumnSpec> SpecOf(const schema::Field& field, bool symbol, bool stamp) {
  using schema::TypeKind;
  ColumnSpec spec{.name = field.name, .shape = {.nullable = field.nullable}};
  switch (field.type.kind) {
    case TypeKind::kBool: spec.shape.kind = Kind::kBool; break;
    case TypeKind::kInt32: spec.shape.kind = Kind::kInt32; break;
    case TypeKind::kInt64: spec.shape.kind = Kind::kInt64; break;
    case TypeKind::kFloat32: spec.shape.kind = Kind::kFloat; break;
    case TypeKind::kFloat64: spec.shape.kind = Kind::kDouble; break;
    case TypeKind::kString: spec.shape.kind = symbol ? Kind::kSymbol : Kind::kText; break;
    case TypeKind::kDecimal:
      spec.shape.kind = Kind::kDecimal;
      spec.precision = static_cast<std::uint8_t>(field.type.precision);
      spec.scale = static_cast<std::uint8_t>(field.type.scale);
      break;
    case TypeKind::kJson:
      spec.shape.kind = Kind::kText;
      spec.json = true;
      spec.filled = !field.nullable;
      spec.shape.nullable = true;
      break;
    case TypeKind::kTimestamp:
      spec.shape.kind = stamp ? Kind::kStamp : Kind::kTime;
      spec.second_digits = field.type.unit == schema::TimeUnit::kMilli  ? 3
                           : field.type.unit == schema::TimeUnit::kNano ? 9
                                                                        : 6;
      spec.utc = field.type.zone == "UTC";
      if (field.type.unit == schema::TimeUnit::kSecond || (!field.type.zone.empty() && !spec.utc)) {
        return core::Unsupported("column '" + field.name + "': a recorder does not take " +
                                 schema::FormatType(field.type))
            .WithHint("it takes timestamp(ms), (us) and (ns), without a zone or in UTC");
      }
      break;
    default:
      return core::Unsupported("column '" + field.name + "': a recorder does not take this type")
          .WithHint("it takes bool, int32, int64, float32, float64, decimal, string, json and timestamp");
  }
  if (symbol && spec.shape.kind != Kind::kSymbol) {
    return core::InvalidInput("column '" + field.name + "' takes interned texts, and is no string");
  }
  if (stamp && (spec.shape.kind != Kind::kStamp || spec.second_digits != 6)) {
    return core::InvalidInput("column '" + field.name + "' takes stamps, and is no timestamp(us)");
  }
  return spec;
}

core::Result<std::vector<ColumnSpec>> SpecsOf(const RecorderSchema& schema, const schema::Schema& columns) {
  std::vector<ColumnSpec> specs;
  const auto has = [](const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
  };
  for (const schema::Field& field : columns.fields) {
    SLUICE_ASSIGN_OR_RETURN(ColumnSpec spec,
                            SpecOf(field, has(schema.symbols, field.name), has(schema.stamps, field.name)));
    specs.push_back(spec);
  }
  for (const auto* names : {&schema.symbols, &schema.stamps}) {
    for (const std::string& name : *names) {
      if (columns.IndexOf(name) < 0) return core::InvalidInput("there is no column '" + name + "'");
    }
  }
  return specs;
}

/// Rows through the same memory as those of a Recorder.
class Rows final : public RowRecorder {
 public:
  Rows(std::unique_ptr<RecorderCore> core, schema::Schema columns, std::vector<ColumnSpec> specs)
      : core_(std::move(core)),
        columns_(std::move(columns)),
        specs_(std::move(specs)),
        values_(specs_.size()),
        validity_(specs_.size()) {
    for (const ColumnSpec& spec : specs_) shapes_.push_back(spec.shape);
    layout_ = recording::PlaceColumns(shapes_, values_, validity_);
  }

  bool Append(std::span<const RecorderValue> row) noexcept override { return Take<true>(row) == Appended::kTaken; }
  Appended AppendAtOnce(std::span<const RecorderValue> row) noexcept override { return Take<false>(row); }
  bool AwaitRoom(std::chrono::milliseconds at_most) noexcept override {
    Producer* const producer = core_->Register();
    return producer == nullptr || recording::AwaitRoom(*producer, at_most);
  }
  Status Check(std::span<const RecorderValue> row) const override {
    return library::Guarded([&] { return library::CheckRow(columns_, specs_, row, layout_.arena_bytes); });
  }
  std::span<const ColumnSpec> columns() const noexcept override { return specs_; }
  Symbol Intern(std::string_view text) noexcept override { return core_->Intern(text); }
  RecorderStats stats() const override { return core_->stats(); }
  Result<CloseReport> Close() override { return core_->Close(); }

 private:
  static constexpr std::uint64_t kRefused = std::numeric_limits<std::uint64_t>::max();

  template <bool kWaits>
  Appended Take(std::span<const RecorderValue> row) noexcept {
    Producer* const producer = core_->Register();
    if (producer == nullptr) return Appended::kRefused;
    const std::uint64_t bytes = row.size() == shapes_.size() ? TextBytes(row) : kRefused;
    while (bytes == kRefused || producer->row == producer->rows || bytes > producer->text_max - producer->text) {
      if (!kWaits && bytes > layout_.arena_bytes) return Appended::kUnfit;
      if (!kWaits && recording::WouldWait(*producer, bytes)) return Appended::kNoRoom;
      if (!recording::MakeRoom(*producer, bytes)) return Appended::kRefused;
    }
    const bool taken = Store(*producer, row) || recording::MakeRoom(*producer, kRefused);
    return taken ? Appended::kTaken : Appended::kRefused;
  }

  /// Of all texts, cut; kRefused when a value does not fit its column.
  std::uint64_t TextBytes(std::span<const RecorderValue> row) const {
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!library::Fits(specs_[i], row[i])) return kRefused;
      const auto* text = shapes_[i].kind == Kind::kText ? std::get_if<std::string_view>(&row[i]) : nullptr;
      if (text != nullptr) bytes += std::min<std::uint64_t>(text->size(), recording::kTextBytesMax);
    }
    return bytes;
  }

  /// False, and nothing is stored, when a text cannot be interned.
  bool Store(Producer& producer, std::span<const RecorderValue> row) {
    Place place{producer.block, producer.row, producer.arena, producer.text, producer.stamps_ticks};
    bool cut = false;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto* text = std::get_if<std::string_view>(&row[i]);
      cut = cut || (text != nullptr && text->size() > recording::kTextBytesMax);
      if (!StoreValue(place, i, row[i])) return Undo(place);
    }
    if (cut) recording::CountCut(producer);
    producer.text = place.text;
    producer.row = place.row + 1;
    std::atomic_ref<std::uint64_t>(*producer.head).store(producer.position + place.row + 1, std::memory_order_release);
    return true;
  }

  /// The next row takes this one's place, and finds each column not null.
  bool Undo(const Place& place) {
    for (const std::uint32_t validity : validity_) {
      if (validity != 0) recording::SetNull(place.block + validity, place.row, false);
    }
    return false;
  }

  bool StoreValue(Place& place, std::size_t column, const RecorderValue& value) {
    using recording::Put;
    const std::uint32_t at = values_[column];
    const Kind kind = shapes_[column].kind;
    if (kind == Kind::kStamp) {
      Put(place, at, recording::StampNow(place.stamps_ticks));
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      if (kind == Kind::kText) {
        recording::PutText<recording::Texts::kCut>(place, at, *text);
      } else {
        const std::uint32_t number = core_->Intern(*text).number;
        Put(place, at, number);
        return number != 0 || text->empty();
      }
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      if (kind == Kind::kInt32) {
        Put(place, at, static_cast<std::int32_t>(*integer));
      } else if (kind == Kind::kDouble) {
        Put(place, at, static_cast<double>(*integer));
      } else {
        Put(place, at, *integer);
      }
    } else if (const auto* number = std::get_if<double>(&value)) {
      kind == Kind::kFloat ? Put(place, at, static_cast<float>(*number)) : Put(place, at, *number);
    } else if (const auto* truth = std::get_if<bool>(&value)) {
      Put(place, at, *truth);
    } else if (const auto* symbol = std::get_if<Symbol>(&value)) {
      Put(place, at, symbol->number);
    } else if (const auto* decimal = std::get_if<Unscaled>(&value)) {
      Put(place, at, *decimal);
    } else {
      recording::SetNull(place.block + validity_[column], place.row);
    }
    return true;
  }

  std::unique_ptr<RecorderCore> core_;
  schema::Schema columns_;  // whose names the specs point to
  std::vector<ColumnSpec> specs_;
  std::vector<recording::Shape> shapes_;
  std::vector<std::uint32_t> values_, validity_;
  recording::LayoutView layout_;
};

}  // namespace

Result<std::unique_ptr<RowRecorder>> RowRecorder::Open(const RecorderOptions& options, std::string_view test_id,
                                                       std::string_view worker_id, const RecorderSchema& schema) {
  schema::Schema columns;
  auto specs = library::Guarded([&]() -> core::Result<std::vector<ColumnSpec>> {
    SLUICE_ASSIGN_OR_RETURN(columns, schema::ParseColumns(schema.columns));
    return SpecsOf(schema, columns);
  });
  if (!specs.ok()) return specs.error();
  auto core = RecorderCore::Open(options, test_id, worker_id, *specs, schema.derived);
  if (!core.ok()) return core.error();
  return std::unique_ptr<RowRecorder>(std::make_unique<Rows>(*std::move(core), std::move(columns), *std::move(specs)));
}

RecorderSchema QueryExecutionSchema() {
  return {.columns =
              "execution_id string not null, test_id string, query_id string, query_text string, "
              "start_time timestamp(us), end_time timestamp(us), duration_ms float64, rows_affected int64, "
              "bytes_scanned int64, warehouse string, success bool, error string, connection_id string, "
              "custom_metadata json not null, query_kind string, worker_id string, warmup bool, "
              "app_elapsed_ms float64",
          .symbols = {"test_id", "warehouse", "connection_id", "query_kind", "worker_id"},
          .derived = {{"sf_rows_inserted", "rows_affected", "query_kind", "INSERT"},
                      {"sf_rows_updated", "rows_affected", "query_kind", "UPDATE"},
                      {"sf_rows_deleted", "rows_affected", "query_kind", "DELETE"}}};
}

}  // namespace sluice
