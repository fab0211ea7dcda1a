#include "record_reader.h"

#include <utility>

namespace sluice::python {

RecordReader::RecordReader(RowRecorder& recorder, const std::vector<std::string>& derived) : names_(PyDict_New()) {
  columns_.reserve(recorder.columns().size());
  const auto name = [this](const std::string& text, int column) {
    const Owned key(PyUnicode_InternFromString(text.c_str()));
    const Owned number(PyLong_FromLong(column));
    if (key && number) PyDict_SetItem(names_.get(), key.get(), number.get());
  };
  for (const recording::ColumnSpec& spec : recorder.columns()) {
    columns_.emplace_back(spec, recorder, tools_);
    name(columns_.back().name(), static_cast<int>(columns_.size()) - 1);
  }
  for (const std::string& text : derived) name(text, kDerived);
}

std::unique_ptr<RecordReader::Row> RecordReader::TakeRow() {
  if (!idle_.empty()) {
    std::unique_ptr<Row> row = std::move(idle_.back());
    idle_.pop_back();
    return row;
  }
  auto row = std::make_unique<Row>();
  row->values.resize(columns_.size());
  row->held.resize(columns_.size());
  row->texts.resize(columns_.size());
  return row;
}

void RecordReader::GiveBack(std::unique_ptr<Row> row) {
  for (Owned& held : row->held) held = Owned();
  idle_.push_back(std::move(row));
}

bool RecordReader::Read(PyObject* record, Row& row) {
  if (PyDict_Check(record)) return ReadDict(record, row) && ConvertHeld(row);
  if (PyTuple_Check(record)) return ReadTuple(record, row);
  return ReadInstance(record, row) && ConvertHeld(row);
}

bool RecordReader::ReadTuple(PyObject* tuple, Row& row) {
  if (!PyTuple_Check(tuple)) {
    PyErr_SetString(PyExc_TypeError, "a row is a tuple with a value for each column");
    return false;
  }
  const auto count = static_cast<std::size_t>(PyTuple_Size(tuple));
  if (count != columns_.size()) {
    PyErr_Format(PyExc_ValueError, "a row has %zu values, in the order of the schema; this one has %zu",
                 columns_.size(), count);
    return false;
  }
  for (std::size_t i = 0; i < count; ++i) {
    PyObject* const value = PyTuple_GetItem(tuple, static_cast<Py_ssize_t>(i));
    if (!columns_[i].Convert(value, row.values[i], row.texts[i])) return false;
  }
  return true;
}

bool RecordReader::ReadDict(PyObject* dict, Row& row) {
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t at = 0;
  for (std::size_t i = 0; PyDict_Next(dict, &at, &key, &value) != 0; ++i) {
    Owned held = Owned::Borrowed(value);
    if (i == keys_.size()) keys_.emplace_back();
    if (keys_[i].key.get() != key) {
      Place place{Owned::Borrowed(key)};
      if (!ColumnOf(key, place.column)) return false;
      keys_[i] = std::move(place);
    }
    const int column = keys_[i].column;
    if (column >= 0) {
      row.held[static_cast<std::size_t>(column)] = std::move(held);
    } else if (column == kUnknown) {
      if (!accepted_) return RefuseKey(keys_[i].key.get());
      ++unknown_keys_;
    }
  }
  return true;
}

bool RecordReader::ReadInstance(PyObject* instance, Row& row) {
  auto* const type = reinterpret_cast<PyObject*>(Py_TYPE(instance));
  if (type != type_.get() && !Learn(type)) return false;
  for (std::size_t i = 0; i < attributes_.size(); ++i) {
    const Owned key = Owned::Borrowed(attributes_[i].key.get());
    const int column = attributes_[i].column;
    if (column >= 0) {
      Owned value(PyObject_GetAttr(instance, key.get()));
      if (!value) return false;
      row.held[static_cast<std::size_t>(column)] = std::move(value);
    } else if (column == kUnknown && !accepted_) {
      return RefuseKey(key.get());
    }
  }
  unknown_keys_ += unknown_fields_;
  return true;
}

bool RecordReader::Learn(PyObject* type) {
  const Owned fields(PyObject_GetAttrString(type, "__dataclass_fields__"));
  const Owned names(fields ? PySequence_List(fields.get()) : nullptr);
  if (!names) {
    PyErr_SetString(PyExc_TypeError, "a record is a dict, an instance of a dataclass, or a tuple");
    return false;
  }
  std::vector<Place> attributes;
  std::uint64_t unknown = 0;
  for (Py_ssize_t i = 0; i < PyList_Size(names.get()); ++i) {
    Place place{Owned::Borrowed(PyList_GetItem(names.get(), i)), kUnknown};
    if (!ColumnOf(place.key.get(), place.column)) return false;
    unknown += place.column == kUnknown ? 1 : 0;
    attributes.push_back(std::move(place));
  }
  type_ = Owned::Borrowed(type);
  attributes_ = std::move(attributes);
  unknown_fields_ = unknown;
  return true;
}

bool RecordReader::ConvertHeld(Row& row) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    PyObject* const value = row.held[i] ? row.held[i].get() : Py_None;
    if (!columns_[i].Convert(value, row.values[i], row.texts[i])) return false;
  }
  return true;
}

bool RecordReader::ColumnOf(PyObject* key, int& column) const {
  column = kUnknown;
  PyObject* const found = PyDict_GetItemWithError(names_.get(), key);
  if (found == nullptr) return PyErr_Occurred() == nullptr;
  column = static_cast<int>(PyLong_AsLong(found));
  return true;
}

bool RecordReader::RefuseKey(PyObject* key) const {
  PyErr_Format(PyExc_ValueError, "the first record has %R, and there is no such column", key);
  return false;
}

}  // namespace sluice::python
