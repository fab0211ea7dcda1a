#include "expression/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "expression/word.h"
#include "schema/utf8_check.h"

namespace sluice::expression {
namespace {

using core::Error;
using core::Result;
using core::Status;

constexpr std::size_t kAround = 24;  ///< bytes shown on either side of a mistake

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::string Place(std::string_view sql, std::size_t offset) {
  offset = std::min(offset, sql.size());
  const auto characters = std::count_if(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(offset),
                                        [](char c) { return !IsContinuation(c); });
  std::size_t from = offset - std::min(offset, kAround);
  while (from < offset && IsContinuation(sql[from])) ++from;
  std::size_t to = std::min(sql.size(), offset + kAround);
  while (to < sql.size() && IsContinuation(sql[to])) ++to;
  return fmt::format("SQL column {}, at '{}{}⟨here⟩{}{}'", characters + 1, from > 0 ? "…" : "",
                     sql.substr(from, offset - from), sql.substr(offset, to - offset), to < sql.size() ? "…" : "");
}

std::optional<unsigned> HexDigit(char c) {
  if (IsAsciiDigit(c)) return static_cast<unsigned>(c - '0');
  const char lower = LowerAscii(c);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
  return std::nullopt;
}

void AppendUtf8(std::uint32_t code, std::string* text) {
  if (code < 0x80) {
    text->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    text->push_back(static_cast<char>(0xC0 | code >> 6));
    text->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    text->push_back(static_cast<char>(0xE0 | code >> 12));
    text->push_back(static_cast<char>(0x80 | (code >> 6 & 0x3F)));
    text->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

class Lexer {
 public:
  Lexer(std::string_view sql, Dialect dialect) : sql_(sql), dialect_(dialect) {}

  Result<std::vector<Token>> Run() {
    while (SkipSpace()) {
      Token token{.offset = at_};
      SLUICE_TRY(Read(&token));
      tokens_.push_back(std::move(token));
    }
    tokens_.push_back(Token{.offset = sql_.size()});
    return std::move(tokens_);
  }

 private:
  bool SkipSpace() {
    while (at_ < sql_.size() && (sql_[at_] == ' ' || (sql_[at_] >= '\t' && sql_[at_] <= '\r'))) ++at_;
    return at_ < sql_.size();
  }

  char Peek(std::size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

  Status Read(Token* token) {
    const char c = Peek();
    if (LowerAscii(c) == 'x' && Peek(1) == '\'') return ReadBytes(token);
    if (IsAsciiDigit(c) || (c == '.' && IsAsciiDigit(Peek(1)))) return ReadNumber(token);
    if (IsNameCharacter(c)) return ReadName(token);
    if (c == '\'' || (c == '"' && dialect_ == Dialect::kSpark)) {
      token->kind = TokenKind::kText;
      return ReadQuoted(dialect_ == Dialect::kSpark, "text", &token->text);
    }
    if (c == '`' || c == '"') return ReadQuotedName(token);
    return ReadSymbol(token);
  }

  Status ReadName(Token* token) {
    token->kind = TokenKind::kName;
    while (at_ < sql_.size() && IsNameCharacter(sql_[at_])) ++at_;
    token->text = sql_.substr(token->offset, at_ - token->offset);
    return core::Ok();
  }

  void SkipDigits() {
    while (IsAsciiDigit(Peek())) ++at_;
  }

  Status ReadNumber(Token* token) {
    token->kind = TokenKind::kNumber;
    SkipDigits();
    if (Peek() == '.') {
      ++at_;
      SkipDigits();
    }
    const std::size_t sign = Peek(1) == '+' || Peek(1) == '-' ? 1 : 0;
    if (LowerAscii(Peek()) == 'e' && IsAsciiDigit(Peek(1 + sign))) {
      at_ += 1 + sign;
      SkipDigits();
    }
    const std::size_t digits_end = at_;
    while (at_ < sql_.size() && IsNameCharacter(sql_[at_])) ++at_;
    const std::string suffix = LowerWord(sql_.substr(digits_end, at_ - digits_end));
    constexpr std::array<std::string_view, 7> kSuffixes = {"", "l", "s", "y", "d", "f", "bd"};
    if (std::find(kSuffixes.begin(), kSuffixes.end(), suffix) == kSuffixes.end()) {
      return SyntaxError(sql_, token->offset, "this is neither a number nor a name")
          .WithHint("a name that begins with a digit stands in backticks");
    }
    token->text = sql_.substr(token->offset, at_ - token->offset);
    return core::Ok();
  }

  Status ReadBytes(Token* token) {
    token->kind = TokenKind::kBytes;
    ++at_;
    std::string hex;
    SLUICE_TRY(ReadQuoted(false, "X'…'", &hex));
    if (hex.size() % 2 != 0) return SyntaxError(sql_, token->offset, "X'…' holds an odd number of digits");
    for (std::size_t i = 0; i < hex.size(); i += 2) {
      const auto high = HexDigit(hex[i]);
      const auto low = HexDigit(hex[i + 1]);
      if (!high || !low) return SyntaxError(sql_, token->offset, "X'…' holds a character that is no hexadecimal digit");
      token->text.push_back(static_cast<char>(*high << 4 | *low));
    }
    return core::Ok();
  }

  Status ReadQuotedName(Token* token) {
    token->kind = TokenKind::kQuotedName;
    SLUICE_TRY(ReadQuoted(false, "name", &token->text));
    if (token->text.empty()) return SyntaxError(sql_, token->offset, "a name is empty");
    return core::Ok();
  }

  /// From one quote to the next like it; a doubled quote is one.
  Status ReadQuoted(bool escapes, std::string_view what, std::string* text) {
    const std::size_t start = at_;
    const char quote = sql_[at_++];
    while (at_ < sql_.size()) {
      const char c = sql_[at_++];
      if (c == quote) {
        if (Peek() != quote) return core::Ok();
        ++at_;
      } else if (c == '\\' && escapes && at_ < sql_.size()) {
        ReadEscape(text);
        continue;
      }
      text->push_back(c);
    }
    return SyntaxError(sql_, start, fmt::format("the {} has no end", what))
        .WithHint("a quote inside text is doubled: 'it''s'");
  }

  /// Behind a backslash, as Spark has it: \% and \_ keep theirs for LIKE, an unknown letter stands for itself.
  void ReadEscape(std::string* text) {
    const char c = sql_[at_++];
    switch (c) {
      case '0': text->push_back('\0'); return;
      case 'b': text->push_back('\b'); return;
      case 'n': text->push_back('\n'); return;
      case 'r': text->push_back('\r'); return;
      case 't': text->push_back('\t'); return;
      case 'Z': text->push_back('\x1A'); return;
      case 'u':
        if (ReadUnicode(text)) return;
        break;
      case '%':
      case '_': text->push_back('\\'); break;
      default: break;
    }
    text->push_back(c);
  }

  /// Four hexadecimal digits; not half a surrogate pair, which would be no UTF-8.
  bool ReadUnicode(std::string* text) {
    std::uint32_t code = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto digit = HexDigit(Peek(i));
      if (!digit) return false;
      code = code << 4 | *digit;
    }
    if (code >= 0xD800 && code <= 0xDFFF) return false;
    at_ += 4;
    AppendUtf8(code, text);
    return true;
  }

  Status ReadSymbol(Token* token) {
    constexpr std::array<std::string_view, 21> kSymbols = {"<=>", "==", "<>", "!=", "<=", ">=", "||",
                                                           "::",  "=",  "<",  ">",  "+",  "-",  "*",
                                                           "/",   "%",  "(",  ")",  ",",  ".",  ";"};
    const std::string_view rest = sql_.substr(at_);
    if (rest.starts_with("--") || rest.starts_with("/*")) return UnsupportedSyntax(sql_, at_, "a comment");
    for (const std::string_view symbol : kSymbols) {
      if (!rest.starts_with(symbol)) continue;
      token->kind = TokenKind::kSymbol;
      token->text = symbol;
      at_ += symbol.size();
      return core::Ok();
    }
    if (std::string_view("[]{}&|^~!?:@#$\\").find(rest.front()) != std::string_view::npos) {
      return UnsupportedSyntax(sql_, at_, fmt::format("the operator '{}'", rest.front()));
    }
    return SyntaxError(sql_, at_,
                       fmt::format("byte 0x{:02x} begins nothing", static_cast<unsigned char>(rest.front())));
  }

  std::string_view sql_;
  Dialect dialect_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

core::Error SyntaxError(std::string_view sql, std::size_t offset, std::string_view what) {
  return core::InvalidInput(fmt::format("{}: {}", Place(sql, offset), what));
}

core::Error UnsupportedSyntax(std::string_view sql, std::size_t offset, std::string_view what) {
  return core::Unsupported(fmt::format("{}: {} is not supported here", Place(sql, offset), what));
}

core::Result<std::vector<Token>> Tokenize(std::string_view sql, Dialect dialect) {
  const std::size_t bad = schema::FindInvalidUtf8(sql);
  if (bad != std::string_view::npos) {
    return core::InvalidInput(fmt::format("the SQL text is not UTF-8 at byte {}", bad));
  }
  return Lexer(sql, dialect).Run();
}

}  // namespace sluice::expression
