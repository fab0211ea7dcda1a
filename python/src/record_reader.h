#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "column_value.h"
#include "python_value.h"
#include "sluice/recorder.h"

namespace sluice::python {

/// Reads records into the values of a row: dicts and dataclass instances by name, tuples by place. What was learned
/// about the shape of the last record is used for the next: a dict with the same keys in the same order is read without
/// a look-up. The GIL is held; records are never changed.
class RecordReader {
 public:
  /// The values of a row, and what keeps their texts. One for each call: converting a value may run Python code, which
  /// may come back here.
  struct Row {
    std::vector<RecorderValue> values;
    std::vector<Owned> held;
    std::vector<std::string> texts;
  };

  /// `derived`: names that a record may have, and that are not read.
  RecordReader(RowRecorder& recorder, const std::vector<std::string>& derived);

  std::unique_ptr<Row> TakeRow();
  void GiveBack(std::unique_ptr<Row> row);

  /// False: a Python error is set.
  bool Read(PyObject* record, Row& row);
  bool ReadTuple(PyObject* tuple, Row& row);
  /// A row was taken: from now on names without a column are counted, and no error.
  void Accept() { accepted_ = true; }
  std::uint64_t unknown_keys() const { return unknown_keys_; }

 private:
  static constexpr int kUnknown = -1;
  static constexpr int kDerived = -2;
  struct Place {
    Owned key;
    int column = kUnknown;
  };

  bool ReadDict(PyObject* dict, Row& row);
  bool ReadInstance(PyObject* instance, Row& row);
  bool Learn(PyObject* type);
  bool ConvertHeld(Row& row);
  /// kUnknown for a name without a column; false: a Python error is set.
  bool ColumnOf(PyObject* key, int& column) const;
  bool RefuseKey(PyObject* key) const;

  ConversionTools tools_;
  std::vector<ColumnValue> columns_;
  Owned names_;                       ///< dict: name → column
  std::vector<Place> keys_;           ///< of the last dict
  Owned type_;                        ///< of the last instance …
  std::vector<Place> attributes_;     ///< … and its fields
  std::uint64_t unknown_fields_ = 0;  ///< of that type
  std::vector<std::unique_ptr<Row>> idle_;
  std::uint64_t unknown_keys_ = 0;
  bool accepted_ = false;
};

}  // namespace sluice::python
