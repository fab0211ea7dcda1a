#include "json_text.h"

#include <charconv>
#include <cmath>
#include <string_view>

namespace sluice::python {
namespace {

constexpr int kDepthMax = 64;

void AppendQuoted(std::string_view plain, std::string& text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  text += '"';
  std::size_t done = 0;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const auto byte = static_cast<unsigned char>(plain[i]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    text.append(plain, done, i - done);
    done = i + 1;
    if (byte >= 0x20) {
      text += '\\';
      text += static_cast<char>(byte);
    } else {
      text += "\\u00";
      text += kHex[byte >> 4U];
      text += kHex[byte & 15U];
    }
  }
  text.append(plain, done);
  text += '"';
}

/// The shortest text that is the same number, with a sign that it is no integer.
void AppendDouble(double number, std::string& text) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  const std::string_view written(digits, static_cast<std::size_t>(end - digits));
  text += written;
  if (written.find_first_of(".e") == std::string_view::npos) text += ".0";
}

void AppendInteger(long long number, std::string& text) {
  char digits[24];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

/// What a value came to.
enum class Written : std::uint8_t { kDone, kError, kForeign };

Written Write(PyObject* value, int depth, std::string& text);

Written WriteText(PyObject* value, std::string& text) {
  std::string_view plain;
  if (!TextOf(value, plain)) return Written::kError;
  AppendQuoted(plain, text);
  return Written::kDone;
}

Written WriteDict(PyObject* value, int depth, std::string& text) {
  PyObject* key = nullptr;
  PyObject* item = nullptr;
  Py_ssize_t at = 0;
  char before = '{';
  while (PyDict_Next(value, &at, &key, &item) != 0) {
    if (!PyUnicode_CheckExact(key)) return Written::kForeign;
    text += before;
    if (WriteText(key, text) == Written::kError) return Written::kError;
    text += ':';
    if (const Written written = Write(item, depth, text); written != Written::kDone) return written;
    before = ',';
  }
  text += before == '{' ? "{}" : "}";
  return Written::kDone;
}

Written WriteItems(PyObject* value, bool list, int depth, std::string& text) {
  const Py_ssize_t count = list ? PyList_Size(value) : PyTuple_Size(value);
  text += '[';
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (i > 0) text += ',';
    PyObject* const item = list ? PyList_GetItem(value, i) : PyTuple_GetItem(value, i);
    if (const Written written = Write(item, depth, text); written != Written::kDone) return written;
  }
  text += ']';
  return Written::kDone;
}

Written WriteNumber(PyObject* value, std::string& text) {
  if (PyFloat_CheckExact(value)) {
    const double number = PyFloat_AsDouble(value);
    if (!std::isfinite(number)) return Written::kForeign;
    AppendDouble(number, text);
    return Written::kDone;
  }
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
  if (overflow != 0) return Written::kForeign;
  AppendInteger(number, text);
  return Written::kDone;
}

/// Runs no Python code, so that nothing changes under it.
Written Write(PyObject* value, int depth, std::string& text) {
  if (depth == kDepthMax) return Written::kForeign;
  if (PyUnicode_CheckExact(value)) return WriteText(value, text);
  if (value == Py_None) return text += "null", Written::kDone;
  if (value == Py_True) return text += "true", Written::kDone;
  if (value == Py_False) return text += "false", Written::kDone;
  if (PyLong_CheckExact(value) || PyFloat_CheckExact(value)) return WriteNumber(value, text);
  if (PyDict_CheckExact(value)) return WriteDict(value, depth + 1, text);
  if (PyList_CheckExact(value)) return WriteItems(value, true, depth + 1, text);
  if (PyTuple_CheckExact(value)) return WriteItems(value, false, depth + 1, text);
  return Written::kForeign;
}

}  // namespace

JsonText::JsonText() {
  const Owned json(PyImport_ImportModule("json"));
  if (!json) return;
  dumps_ = Owned(PyObject_GetAttrString(json.get(), "dumps"));
  options_ =
      Owned(Py_BuildValue("{s:O,s:O,s:(ss)}", "ensure_ascii", Py_False, "allow_nan", Py_False, "separators", ",", ":"));
}

bool JsonText::Append(PyObject* value, std::string& text) const {
  const std::size_t begin = text.size();
  switch (Write(value, 0, text)) {
    case Written::kDone: return true;
    case Written::kError: return false;
    case Written::kForeign: break;
  }
  text.resize(begin);
  return AppendByJsonModule(value, text);
}

bool JsonText::AppendByJsonModule(PyObject* value, std::string& text) const {
  if (!dumps_ || !options_) {
    PyErr_SetString(PyExc_RuntimeError, "the json module is not there");
    return false;
  }
  const Owned arguments(PyTuple_Pack(1, value));
  const Owned written(arguments ? PyObject_Call(dumps_.get(), arguments.get(), options_.get()) : nullptr);
  std::string_view plain;
  if (!written || !TextOf(written.get(), plain)) return false;
  text += plain;
  return true;
}

}  // namespace sluice::python
