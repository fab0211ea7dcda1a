#include "column_value.h"

#include <limits>
#include <string_view>

namespace sluice::python {
namespace {

using recording::Kind;

constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;

Owned AttributeOf(const char* module, const char* name) {
  const Owned imported(PyImport_ImportModule(module));
  return Owned(imported ? PyObject_GetAttrString(imported.get(), name) : nullptr);
}

/// False: an error is set.
bool IntegerOf(PyObject* owner, const Owned& name, std::int64_t& to) {
  const Owned value(PyObject_GetAttr(owner, name.get()));
  if (!value) return false;
  to = PyLong_AsLongLong(value.get());
  return to != -1 || PyErr_Occurred() == nullptr;
}

bool IsInstance(PyObject* value, const Owned& type) {
  if (reinterpret_cast<PyObject*>(Py_TYPE(value)) == type.get()) return true;
  const int is = PyObject_IsInstance(value, type.get());
  if (is < 0) PyErr_Clear();
  return is == 1;
}

/// The digits of a decimal number, moved to a scale. False: it has more of them than its column, or is none.
bool UnscaledOf(PyObject* digits, std::int64_t move, int precision, unsigned __int128& unscaled) {
  const Py_ssize_t count = PyTuple_Size(digits);
  int significant = 0;
  unscaled = 0;
  for (Py_ssize_t i = 0; i < count + move || i < count; ++i) {
    const long digit = i < count ? PyLong_AsLong(PyTuple_GetItem(digits, i)) : 0;
    if (i >= count + move) {
      if (digit != 0) return false;
      continue;
    }
    if (digit == 0 && significant == 0) {
      if (i >= count) return true;  // it is zero
      continue;
    }
    if (++significant > precision) return false;
    unscaled = unscaled * 10 + static_cast<unsigned>(digit);
  }
  return true;
}

}  // namespace

ConversionTools::ConversionTools()
    : datetime(AttributeOf("datetime", "datetime")),
      decimal(AttributeOf("decimal", "Decimal")),
      epoch(datetime ? PyObject_CallFunction(datetime.get(), "iii", 1970, 1, 1) : nullptr),
      utc_epoch(datetime ? PyObject_CallMethod(datetime.get(), "fromisoformat", "s", "1970-01-01T00:00:00+00:00")
                         : nullptr),
      days(PyUnicode_InternFromString("days")),
      seconds(PyUnicode_InternFromString("seconds")),
      microseconds(PyUnicode_InternFromString("microseconds")) {}

ColumnValue::ColumnValue(const recording::ColumnSpec& spec, RowRecorder& recorder, const ConversionTools& tools)
    : name_(spec.name),
      source_(SourceOf(spec)),
      nullable_(spec.shape.nullable),
      precision_(spec.precision),
      scale_(spec.scale),
      second_digits_(spec.second_digits),
      utc_(spec.utc),
      recorder_(recorder),
      tools_(tools) {}

ColumnValue::Source ColumnValue::SourceOf(const recording::ColumnSpec& spec) {
  switch (spec.shape.kind) {
    case Kind::kBool: return Source::kBool;
    case Kind::kInt32: return Source::kInt32;
    case Kind::kInt64: return Source::kInt64;
    case Kind::kFloat:
    case Kind::kDouble: return Source::kDouble;
    case Kind::kDecimal: return Source::kDecimal;
    case Kind::kTime: return Source::kTime;
    case Kind::kStamp: return Source::kStamp;
    case Kind::kSymbol: return Source::kSymbol;
    case Kind::kText: return spec.json ? Source::kJson : Source::kText;
  }
  return Source::kText;
}

bool ColumnValue::Convert(PyObject* value, RecorderValue& to, std::string& text) {
  if (value == Py_None) return ConvertNull(to);
  switch (source_) {
    case Source::kText: {
      if (!PyUnicode_Check(value)) return RefuseType(value);
      std::string_view utf8;
      if (!TextOf(value, utf8)) return NameError();
      to = utf8;
      return true;
    }
    case Source::kSymbol: return ConvertSymbol(value, to);
    case Source::kInt32:
    case Source::kInt64: return ConvertInteger(value, to);
    case Source::kDouble: return ConvertDouble(value, to);
    case Source::kTime: return ConvertTime(value, to);
    case Source::kJson: return ConvertJson(value, to, text);
    case Source::kDecimal: return ConvertDecimal(value, to);
    case Source::kStamp: to = std::monostate(); return true;
    case Source::kBool: break;
  }
  if (value != Py_True && value != Py_False) return RefuseType(value);
  to = value == Py_True;
  return true;
}

bool ColumnValue::ConvertNull(RecorderValue& to) const {
  to = std::monostate();
  if (nullable_ || source_ == Source::kStamp) return true;
  PyErr_Format(PyExc_ValueError, "column '%s' is not null, and has no value", name_.c_str());
  return false;
}

bool ColumnValue::ConvertInteger(PyObject* value, RecorderValue& to) const {
  Owned index;
  if (!PyLong_Check(value)) {
    index = Owned(PyNumber_Index(value));
    if (!index) return RefuseType(value);
    value = index.get();
  } else if (PyBool_Check(value)) {
    return RefuseType(value);
  }
  int overflow = 0;
  const std::int64_t integer = PyLong_AsLongLongAndOverflow(value, &overflow);
  using Narrow = std::numeric_limits<std::int32_t>;
  const bool narrow = source_ == Source::kInt32;
  if (overflow != 0 || (narrow && (integer < Narrow::min() || integer > Narrow::max()))) {
    return RefuseValue(narrow ? "the number does not fit in an int32" : "the number does not fit in an int64");
  }
  to = integer;
  return true;
}

bool ColumnValue::ConvertDouble(PyObject* value, RecorderValue& to) const {
  if (PyBool_Check(value)) return RefuseType(value);
  const double number = PyFloat_AsDouble(value);
  if (number == -1.0 && PyErr_Occurred() != nullptr) return RefuseType(value);
  to = number;
  return true;
}

bool ColumnValue::ConvertSymbol(PyObject* value, RecorderValue& to) {
  Known& known = known_[reinterpret_cast<std::uintptr_t>(value) / 16 % kKnownMax];
  if (known.text.get() == value) {
    to = known.symbol;
    return true;
  }
  if (!PyUnicode_Check(value)) return RefuseType(value);
  std::string_view utf8;
  if (!TextOf(value, utf8)) return NameError();
  const Symbol symbol = recorder_.Intern(utf8);
  if (symbol.number == 0 && !utf8.empty()) {
    to = utf8;  // it cannot be kept now: Append refuses the row, and counts it
    return true;
  }
  known.symbol = symbol;
  known.text = Owned::Borrowed(value);
  to = symbol;
  return true;
}

bool ColumnValue::ConvertJson(PyObject* value, RecorderValue& to, std::string& text) const {
  std::string_view utf8;
  if (PyUnicode_Check(value)) {
    if (!TextOf(value, utf8)) return NameError();
    if (utf8.empty()) return ConvertNull(to);
    to = utf8;
    return true;
  }
  text.clear();
  if (!tools_.json.Append(value, text)) return NameError();
  to = std::string_view(text);
  return true;
}

bool ColumnValue::ConvertTime(PyObject* value, RecorderValue& to) const {
  if (!IsInstance(value, tools_.datetime)) return RefuseType(value);
  // Python subtracts no time with a zone from one without.
  const Owned since(PyNumber_Subtract(value, (utc_ ? tools_.utc_epoch : tools_.epoch).get()));
  if (!since) {
    const char* const reason = utc_ ? "column '%s' is in UTC and takes times with a zone; %R has none"
                                    : "column '%s' takes times without a zone; %R has one";
    PyErr_Format(PyExc_TypeError, reason, name_.c_str(), value);
    return false;
  }
  std::int64_t days = 0;
  std::int64_t seconds = 0;
  std::int64_t micros = 0;
  if (!IntegerOf(since.get(), tools_.days, days) || !IntegerOf(since.get(), tools_.seconds, seconds) ||
      !IntegerOf(since.get(), tools_.microseconds, micros)) {
    return false;
  }
  std::int64_t ticks = (days * kSecondsPerDay + seconds) * kMicrosPerSecond + micros;
  if (second_digits_ == 3) {
    ticks = (days * kSecondsPerDay + seconds) * 1000 + micros / 1000;  // micros are never negative
  } else if (second_digits_ == 9 && __builtin_mul_overflow(ticks, std::int64_t{1000}, &ticks)) {
    return RefuseValue("the time does not fit in 64 bits of nanoseconds");
  }
  to = ticks;
  return true;
}

bool ColumnValue::ConvertDecimal(PyObject* value, RecorderValue& to) const {
  Owned number;
  if (PyLong_Check(value) && !PyBool_Check(value)) {
    number = Owned(PyObject_CallFunctionObjArgs(tools_.decimal.get(), value, nullptr));
  } else if (IsInstance(value, tools_.decimal)) {
    number = Owned::Borrowed(value);
  } else {
    return RefuseType(value);
  }
  const Owned parts(number ? PyObject_CallMethod(number.get(), "as_tuple", nullptr) : nullptr);
  if (!parts) return false;
  PyObject* const exponent = PyTuple_GetItem(parts.get(), 2);
  if (!PyLong_Check(exponent)) return RefuseValue("the number is not finite");
  unsigned __int128 unscaled = 0;
  if (!UnscaledOf(PyTuple_GetItem(parts.get(), 1), PyLong_AsLongLong(exponent) + scale_, precision_, unscaled)) {
    return RefuseValue("the number has more digits");
  }
  const __int128 exact = PyLong_AsLong(PyTuple_GetItem(parts.get(), 0)) != 0 ? -static_cast<__int128>(unscaled)
                                                                             : static_cast<__int128>(unscaled);
  to = Decimal<38, 0>{.low = static_cast<std::uint64_t>(exact), .high = static_cast<std::int64_t>(exact >> 64)};
  return true;
}

const char* ColumnValue::Taken() const {
  switch (source_) {
    case Source::kBool: return "a bool";
    case Source::kInt32:
    case Source::kInt64: return "an int";
    case Source::kDouble: return "a float or an int";
    case Source::kText:
    case Source::kSymbol: return "a str";
    case Source::kTime: return "a datetime";
    case Source::kDecimal: return "a Decimal or an int";
    case Source::kJson:
    case Source::kStamp: break;
  }
  return "anything";
}

bool ColumnValue::RefuseType(PyObject* value) const {
  PyErr_Clear();
  const Owned type(PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(value)), "__name__"));
  if (!type) return false;
  PyErr_Format(PyExc_TypeError, "column '%s' takes %s, not %U", name_.c_str(), Taken(), type.get());
  return false;
}

bool ColumnValue::NameError() const {
  PyObject* const kind = PyErr_ExceptionMatches(PyExc_TypeError) != 0    ? PyExc_TypeError
                         : PyErr_ExceptionMatches(PyExc_ValueError) != 0 ? PyExc_ValueError
                                                                         : nullptr;
  if (kind == nullptr) return false;  // Ctrl-C, no memory
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* trace = nullptr;
  PyErr_Fetch(&type, &value, &trace);
  PyErr_NormalizeException(&type, &value, &trace);
  const Owned held_type(type), held_value(value), held_trace(trace);
  PyErr_Format(kind, "column '%s': %S", name_.c_str(), value);
  return false;
}

bool ColumnValue::RefuseValue(const char* reason) const {
  PyErr_Format(PyExc_ValueError, "column '%s': %s", name_.c_str(), reason);
  return false;
}

}  // namespace sluice::python
