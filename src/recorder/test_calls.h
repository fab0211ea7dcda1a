#pragma once

#include <arrow/api.h>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "recorder/recorder_fixture.h"

namespace sluice::recorder {

/// A row of tests; all of it follows from its id.
struct Call {
  std::int64_t id = 0;
  std::string_view text = {};
  std::optional<double> ms = {};
  bool good = true;
  std::optional<std::string_view> error = {};
  std::chrono::sys_time<std::chrono::microseconds> at = {};
  Symbol kind = {};

  static constexpr std::tuple kFields{Field("id", &Call::id),     Field("text", &Call::text),   Field("ms", &Call::ms),
                                      Field("good", &Call::good), Field("error", &Call::error), Field("at", &Call::at),
                                      Field("kind", &Call::kind)};
};

template <typename Row>
RecordSchema SchemaOf() {
  RecordSchema schema;
  for (const recording::ColumnSpec& spec : recording::RowColumns<Row>::kSpecs) {
    schema.columns.push_back({.name = std::string(spec.name),
                              .shape = spec.shape,
                              .precision = spec.precision,
                              .scale = spec.scale,
                              .second_digits = spec.second_digits,
                              .json = spec.json,
                              .utc = spec.utc});
  }
  return schema;
}

inline std::string TextOfCall(std::int64_t id) {
  return "call " + std::string(static_cast<std::size_t>(id % 40), 'x') + std::to_string(id);
}

inline void AppendCalls(Recording& recording, std::int64_t begin, std::int64_t end) {
  Ring* const ring = recording.TakeRing();
  ASSERT_NE(ring, nullptr);
  for (std::int64_t id = begin; id < end; ++id) {
    const std::string text = TextOfCall(id);
    Call call{.id = id, .text = text, .good = id % 2 == 0};
    if (id % 3 != 0) call.ms = static_cast<double>(id) / 2;
    if (id % 5 == 0) call.error = "bad";
    call.at += std::chrono::microseconds(id);
    ASSERT_TRUE(recording::Append(ring->producer(), call));
  }
  recording.GiveBack(*ring);
}

inline void ExpectCalls(const arrow::Table& rows, std::int64_t count) {
  ASSERT_EQ(rows.num_rows(), count);
  const auto& ids = static_cast<const arrow::Int64Array&>(*rows.GetColumnByName("id")->chunk(0));
  const auto& texts = static_cast<const arrow::StringArray&>(*rows.GetColumnByName("text")->chunk(0));
  const auto& ms = static_cast<const arrow::DoubleArray&>(*rows.GetColumnByName("ms")->chunk(0));
  const auto& good = static_cast<const arrow::BooleanArray&>(*rows.GetColumnByName("good")->chunk(0));
  const auto& errors = static_cast<const arrow::StringArray&>(*rows.GetColumnByName("error")->chunk(0));
  const auto& at = static_cast<const arrow::TimestampArray&>(*rows.GetColumnByName("at")->chunk(0));
  std::set<std::int64_t> seen;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t id = ids.Value(i);
    ASSERT_TRUE(seen.insert(id).second) << id;
    ASSERT_EQ(texts.GetString(i), TextOfCall(id));
    ASSERT_EQ(ms.IsNull(i), id % 3 == 0);
    ASSERT_TRUE(ms.IsNull(i) || ms.Value(i) == static_cast<double>(id) / 2);
    ASSERT_EQ(good.Value(i), id % 2 == 0);
    ASSERT_EQ(errors.IsValid(i), id % 5 == 0);
    ASSERT_EQ(at.Value(i), id);
  }
}

inline core::Result<std::unique_ptr<Recording>> OpenCalls(RecorderWorld& world) {
  return Recording::Open(world.environment, world.options, "t", "w", SchemaOf<Call>());
}

}  // namespace sluice::recorder
