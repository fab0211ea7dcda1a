#pragma once

#include <Python.h>

#include <string_view>
#include <utility>

namespace sluice::python {

/// A reference to a Python object that is given back. The GIL is held wherever one lives.
class Owned {
 public:
  Owned() = default;
  /// Takes over a new reference, as most functions of Python give it; nullptr is allowed.
  explicit Owned(PyObject* object) : object_(object) {}
  static Owned Borrowed(PyObject* object) {
    Py_XINCREF(object);
    return Owned(object);
  }
  Owned(Owned&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Owned& operator=(Owned&& other) noexcept {
    if (this != &other) {
      PyObject* const before = std::exchange(object_, std::exchange(other.object_, nullptr));
      Py_XDECREF(before);
    }
    return *this;
  }
  ~Owned() { Py_XDECREF(object_); }

  PyObject* get() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  PyObject* object_ = nullptr;
};

/// The UTF-8 of a str, which keeps it. False: a Python error is set (a lone surrogate).
inline bool TextOf(PyObject* str, std::string_view& text) {
  Py_ssize_t bytes = 0;
  const char* const data = PyUnicode_AsUTF8AndSize(str, &bytes);
  if (data == nullptr) return false;
  text = {data, static_cast<std::size_t>(bytes)};
  return true;
}

}  // namespace sluice::python
