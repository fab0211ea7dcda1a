#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "delta/action.h"

namespace sluice::delta {

/// Appends JSON without white space to a string. Commas come by themselves; that keys and values take turns, and that
/// brackets match, is the caller's duty. Bytes that are no UTF-8 become U+FFFD. Threads: one at a time.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void BeginObject() { Open('{'); }
  void EndObject() { Close('}'); }
  void BeginArray() { Open('['); }
  void EndArray() { Close(']'); }
  void Key(std::string_view key);
  void Write(std::string_view text);
  void Write(const std::string& text) { Write(std::string_view(text)); }
  void Write(const char* text) { Write(std::string_view(text)); }
  void Write(std::int64_t number);
  void Write(std::int32_t number) { Write(std::int64_t{number}); }
  void Write(bool value) { WriteRaw(value ? "true" : "false"); }
  void Write(const std::vector<std::string>& texts);
  void Write(const StringMap& texts);
  void Write(const PartitionValues& values);
  /// A value that is JSON already.
  void WriteRaw(std::string_view json);

 private:
  void Open(char bracket);
  void Close(char bracket);
  void Separate() {
    if (follows_) out_ += ',';
  }
  void AppendQuoted(std::string_view text);

  std::string& out_;
  bool follows_ = false;  // a comma comes before the next key or element
};

}  // namespace sluice::delta
