#pragma once

#include <string>

#include "python_value.h"

namespace sluice::python {

/// Appends a Python value as JSON text: UTF-8, no spaces, keys in the order of the dict. Plain dicts, lists, tuples,
/// texts and numbers are written here; what else there is goes through `json.dumps`, which may refuse it.
class JsonText {
 public:
  JsonText();

  /// False: a Python error is set.
  bool Append(PyObject* value, std::string& text) const;

 private:
  bool AppendByJsonModule(PyObject* value, std::string& text) const;

  Owned dumps_;
  Owned options_;  ///< its keywords
};

}  // namespace sluice::python
