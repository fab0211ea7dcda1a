#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "encoding/texts.h"

namespace sluice::encoding {

/// The smallest and the largest of some values.
template <typename T>
struct Bounds {
  T min;
  T max;

  void Add(const Bounds& other) {
    if (other.min < min) min = other.min;
    if (max < other.max) max = other.max;
  }
};

/// Of whole numbers, compared as they are typed; nullopt when there are none.
template <typename T>
std::optional<Bounds<T>> BoundsOfIntegers(std::span<const T> values) {
  if (values.empty()) return std::nullopt;
  Bounds<T> bounds{values[0], values[0]};
  for (const T value : values) {
    bounds.min = value < bounds.min ? value : bounds.min;
    bounds.max = value > bounds.max ? value : bounds.max;
  }
  return bounds;
}

/// Of floating-point numbers; NaN does not count. A smallest of 0.0 becomes -0.0 and a largest of -0.0 becomes 0.0, as
/// parquet-format asks, so that a search for either zero finds both. `has_nan`, unless nullptr, says whether there is
/// NaN.
std::optional<Bounds<float>> BoundsOfFloats(std::span<const float> values, bool* has_nan = nullptr);
std::optional<Bounds<double>> BoundsOfFloats(std::span<const double> values, bool* has_nan = nullptr);
/// Of byte strings, compared as unsigned bytes; the views are of `texts`.
std::optional<Bounds<std::string_view>> BoundsOfTexts(const Texts& texts);

}  // namespace sluice::encoding
