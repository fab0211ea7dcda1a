#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "expression/dialect.h"

namespace sluice::expression {

enum class TokenKind : std::uint8_t {
  kName,        ///< unquoted: `text` as written
  kQuotedName,  ///< `odd name` or "odd name": `text` is the name
  kText,        ///< 'text': `text` is the value
  kBytes,       ///< X'00ff': `text` holds the bytes
  kNumber,      ///< `text` as written, without a sign
  kSymbol,      ///< an operator or a mark of punctuation
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text = {};
  std::size_t offset = 0;  ///< of its first byte
};

/// The tokens of `sql`, the last one kEnd. InvalidInput for bytes that begin no token, text without an end and invalid
/// UTF-8; Unsupported for comments. Linear in the length of the text.
core::Result<std::vector<Token>> Tokenize(std::string_view sql, Dialect dialect);

/// InvalidInput that says the column of `offset` (from 1, in characters) and the text around it.
core::Error SyntaxError(std::string_view sql, std::size_t offset, std::string_view what);
/// The same as Unsupported.
core::Error UnsupportedSyntax(std::string_view sql, std::size_t offset, std::string_view what);

}  // namespace sluice::expression
