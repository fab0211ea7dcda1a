#include <fmt/format.h>

#include <limits>

#include "columns/builder_families.h"
#include "columns/fixed_builder.h"
#include "columns/time_format.h"
#include "schema/arrow_mapping.h"

namespace sluice::columns {
namespace {

constexpr std::int64_t kUnitsPerSecond[] = {1, 1'000, 1'000'000, 1'000'000'000};

/// Seconds and nanoseconds in a unit, exactly or not at all.
Fault ToUnit(std::int64_t seconds, const Moment& moment, schema::TimeUnit unit, std::int64_t* value) {
  const std::int64_t per_second = kUnitsPerSecond[static_cast<std::size_t>(unit)];
  const std::int64_t nanos_per_unit = 1'000'000'000 / per_second;
  std::int64_t fraction = 0;
  if (moment.nanos != 0 || moment.finer_than_nanos) {
    if (moment.finer_than_nanos || moment.nanos % nanos_per_unit != 0) return Fault::kScale;
    fraction = moment.nanos / nanos_per_unit;
  }
  if (__builtin_mul_overflow(seconds, per_second, value) || __builtin_add_overflow(*value, fraction, value)) {
    return Fault::kOutOfRange;
  }
  return Fault::kNone;
}

struct DateParser {
  using Value = std::int32_t;
  std::vector<TimeFormat> formats;

  Fault Parse(std::string_view text, std::int32_t* days) const {
    if (formats.empty()) return ParseDate(text, days);
    for (const TimeFormat& format : formats) {
      Moment moment;
      if (!format.Parse(text, &moment)) continue;
      // A time of day would be lost.
      if (moment.seconds % kSecondsPerDay != 0 || moment.nanos != 0) return Fault::kNotAValue;
      *days = static_cast<std::int32_t>(moment.seconds / kSecondsPerDay);
      return Fault::kNone;
    }
    return Fault::kNotAValue;
  }
};

struct TimestampParser {
  using Value = std::int64_t;
  schema::TimeUnit unit;
  bool zoned;
  std::vector<TimeFormat> formats;
  MomentParser iso = {};

  Fault Parse(std::string_view text, std::int64_t* value) {
    Moment moment;
    if (formats.empty() ? !iso.Parse(text, &moment) : !ParseFormats(text, &moment)) return Fault::kNotAValue;
    if (zoned != (moment.zone != Moment::Zone::kNone)) return zoned ? Fault::kZoneMissing : Fault::kZoneGiven;
    return ToUnit(moment.seconds - moment.offset_seconds, moment, unit, value);
  }

  bool ParseFormats(std::string_view text, Moment* moment) const {
    for (const TimeFormat& format : formats) {
      *moment = {};
      if (format.Parse(text, moment)) return true;
    }
    return false;
  }
};

template <typename Integer>
struct TimeOfDayParser {
  using Value = Integer;
  schema::TimeUnit unit;
  std::vector<TimeFormat> formats;

  Fault Parse(std::string_view text, Integer* value) const {
    Moment moment;
    if (!ParseMoment(text, &moment)) return Fault::kNotAValue;
    std::int64_t units = 0;
    const Fault fault = ToUnit(moment.seconds, moment, unit, &units);
    *value = static_cast<Integer>(units);
    return fault;
  }

  bool ParseMoment(std::string_view text, Moment* moment) const {
    if (formats.empty()) return ParseTimeOfDay(text, moment);
    for (const TimeFormat& format : formats) {
      *moment = {};
      if (format.Parse(text, moment) && moment->zone == Moment::Zone::kNone) return true;
    }
    return false;
  }
};

core::Result<std::vector<TimeFormat>> CompileFormats(const schema::ColumnSpec& column, bool needs_date) {
  std::vector<TimeFormat> formats;
  for (const std::string& text : column.formats) {
    auto compiled = TimeFormat::Compile(text, needs_date);
    if (!compiled) return std::move(compiled).error().WithPrefix(fmt::format("column '{}': ", column.field.name));
    formats.push_back(*std::move(compiled));
  }
  return formats;
}

}  // namespace

core::Result<std::unique_ptr<ScalarBuilder>> MakeTimeBuilder(const schema::ColumnSpec& column,
                                                             const Constraints& constraints, arrow::MemoryPool* pool) {
  const schema::Type& type = column.field.type;
  SLUICE_ASSIGN_OR_RETURN(std::vector<TimeFormat> formats,
                          CompileFormats(column, type.kind != schema::TypeKind::kTime));
  const auto make = [&](auto parser) {
    return MakeFixedBuilder(schema::ToArrow(type), std::move(parser), constraints, column.field.name, pool);
  };
  if (type.kind == schema::TypeKind::kDate) return make(DateParser{std::move(formats)});
  if (type.kind == schema::TypeKind::kTimestamp) {
    return make(TimestampParser{type.unit, !type.zone.empty(), std::move(formats)});
  }
  if (type.unit == schema::TimeUnit::kSecond || type.unit == schema::TimeUnit::kMilli) {
    return make(TimeOfDayParser<std::int32_t>{type.unit, std::move(formats)});
  }
  return make(TimeOfDayParser<std::int64_t>{type.unit, std::move(formats)});
}

}  // namespace sluice::columns
