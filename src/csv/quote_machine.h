#pragma once

#include <cstdint>

#include "csv/dialect.h"

namespace sluice::csv {

/// The meaning of CSV, byte by byte: what every faster way must agree with. Stands between two records at first.
class QuoteMachine {
 public:
  enum class Event : std::uint8_t { kNone, kFieldEnd, kRecordEnd };

  explicit QuoteMachine(const Dialect& dialect) : dialect_(dialect) {}

  /// Take one byte. A CR ends its record at once; a caller skips the LF behind it.
  Event Step(char byte) {
    switch (state_) {
      case State::kFieldStart:
        if (byte == dialect_.quote && dialect_.quote != '\0') {
          state_ = State::kQuoted;
          return Event::kNone;
        }
        return Plain(byte, State::kUnquoted);
      case State::kUnquoted: return Plain(byte, State::kUnquoted);
      case State::kSpoiled: return Plain(byte, State::kSpoiled);
      case State::kQuoted:
        if (byte == dialect_.quote) {
          state_ = State::kQuoteSeen;
        } else if (byte == dialect_.escape && dialect_.escape != '\0') {
          state_ = State::kEscaped;
        }
        return Event::kNone;
      case State::kEscaped: state_ = State::kQuoted; return Event::kNone;
      case State::kQuoteSeen:
        if (byte == dialect_.quote) {
          state_ = State::kQuoted;
          return Event::kNone;
        }
        return Plain(byte, State::kSpoiled);
    }
    return Event::kNone;
  }

  /// Inside quotes that nothing has closed.
  bool open() const { return state_ == State::kQuoted || state_ == State::kEscaped; }
  /// Text follows a closing quote in this record.
  bool spoiled() const { return spoiled_; }
  /// Stand between two records again.
  void Reset() {
    state_ = State::kFieldStart;
    spoiled_ = false;
  }

 private:
  enum class State : std::uint8_t { kFieldStart, kUnquoted, kQuoted, kEscaped, kQuoteSeen, kSpoiled };

  Event Plain(char byte, State otherwise) {
    if (byte == dialect_.delimiter) {
      state_ = State::kFieldStart;
      return Event::kFieldEnd;
    }
    if (byte == '\n' || byte == '\r') {
      state_ = State::kFieldStart;
      return Event::kRecordEnd;
    }
    if (otherwise == State::kSpoiled) spoiled_ = true;
    state_ = otherwise;
    return Event::kNone;
  }

  Dialect dialect_;
  State state_ = State::kFieldStart;
  bool spoiled_ = false;
};

}  // namespace sluice::csv
