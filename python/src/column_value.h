#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "json_text.h"
#include "python_value.h"
#include "sluice/recorder.h"

namespace sluice::python {

/// What all columns of a recorder convert with.
struct ConversionTools {
  ConversionTools();

  JsonText json;
  Owned datetime, decimal;            ///< the types
  Owned epoch, utc_epoch;             ///< 1970, without a zone and with one
  Owned days, seconds, microseconds;  ///< names
};

/// Takes Python values for one column. The GIL is held; Python code may run, and append to the same recorder.
class ColumnValue {
 public:
  ColumnValue(const recording::ColumnSpec& spec, RowRecorder& recorder, const ConversionTools& tools);

  /// Texts stay with `value`, or with `text`, which is for this call alone. False: a Python error is set that names the
  /// column: TypeError, or ValueError for a value of the right type that does not fit.
  bool Convert(PyObject* value, RecorderValue& to, std::string& text);
  const std::string& name() const { return name_; }

 private:
  enum class Source : std::uint8_t { kBool, kInt32, kInt64, kDouble, kText, kSymbol, kJson, kTime, kDecimal, kStamp };
  struct Known {
    Owned text;
    Symbol symbol = {};
  };
  static constexpr std::size_t kKnownMax = 32;

  static Source SourceOf(const recording::ColumnSpec& spec);
  bool ConvertNull(RecorderValue& to) const;
  bool ConvertInteger(PyObject* value, RecorderValue& to) const;
  bool ConvertDouble(PyObject* value, RecorderValue& to) const;
  bool ConvertSymbol(PyObject* value, RecorderValue& to);
  bool ConvertJson(PyObject* value, RecorderValue& to, std::string& text) const;
  bool ConvertTime(PyObject* value, RecorderValue& to) const;
  bool ConvertDecimal(PyObject* value, RecorderValue& to) const;
  const char* Taken() const;
  bool RefuseType(PyObject* value) const;
  /// Name the column in the error that is set.
  bool NameError() const;
  bool RefuseValue(const char* reason) const;

  std::string name_;
  Source source_;
  bool nullable_;
  std::uint8_t precision_, scale_, second_digits_;
  bool utc_;
  RowRecorder& recorder_;
  const ConversionTools& tools_;
  std::array<Known, kKnownMax> known_;  ///< texts by identity: those that come again and again are the same object
};

}  // namespace sluice::python
