#include "expression/parser.h"

#include <arrow/buffer.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "core/suggestion.h"
#include "expression/function.h"
#include "expression/lexer.h"
#include "expression/number_literal.h"
#include "expression/time_text.h"
#include "expression/type_name.h"
#include "expression/word.h"

namespace sluice::expression {
namespace {

using core::Result;
using core::Status;

/// A tree with its size, so that no limit is ever found by walking it again.
struct Term {
  Expression value = {};
  std::size_t depth = 1;
  std::size_t nodes = 1;
};

Term Leaf(Expression value) { return Term{.value = std::move(value)}; }

/// Adds one level for the time of its life.
class Level {
 public:
  explicit Level(std::size_t* depth) : depth_(depth) { ++*depth_; }
  ~Level() { --*depth_; }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  std::size_t* depth_;
};

/// Recursive descent, one function per level of precedence.
class Parser {
 public:
  Parser(std::string_view sql, std::vector<Token> tokens) : sql_(sql), tokens_(std::move(tokens)) {}

  Result<Expression> Run() {
    SLUICE_ASSIGN_OR_RETURN(Term term, ReadOr());
    if (Peek().kind != TokenKind::kEnd) return Unexpected("the end");
    return std::move(term.value);
  }

 private:
  const Token& Peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  const Token& Next() { return tokens_[at_++]; }

  bool IsSymbol(std::string_view symbol, std::size_t ahead = 0) const {
    return Peek(ahead).kind == TokenKind::kSymbol && Peek(ahead).text == symbol;
  }
  bool IsWord(std::string_view word, std::size_t ahead = 0) const {
    return Peek(ahead).kind == TokenKind::kName && EqualWords(Peek(ahead).text, word);
  }
  bool TakeSymbol(std::string_view symbol) {
    if (!IsSymbol(symbol)) return false;
    ++at_;
    return true;
  }
  bool TakeWord(std::string_view word) {
    if (!IsWord(word)) return false;
    ++at_;
    return true;
  }
  Status ExpectSymbol(std::string_view symbol) {
    if (!TakeSymbol(symbol)) return Unexpected(fmt::format("'{}'", symbol));
    return core::Ok();
  }
  Status ExpectWord(std::string_view word) {
    if (!TakeWord(word)) return Unexpected(word);
    return core::Ok();
  }

  core::Error Fail(std::size_t offset, std::string_view what) const { return SyntaxError(sql_, offset, what); }

  /// What stands here is not what may stand here.
  core::Error Unexpected(std::string_view wanted) const {
    const Token& token = Peek();
    if (token.kind == TokenKind::kEnd) return Fail(token.offset, fmt::format("the text ends; expected {}", wanted));
    static constexpr std::string_view kOther[] = {"case",  "collate", "div",    "escape", "ilike",  "interval",
                                                  "over",  "regexp",  "rlike",  "select", "within", "exists",
                                                  "array", "struct",  "lambda", "glob",   "similar"};
    for (const std::string_view word : kOther) {
      if (IsWord(word)) return UnsupportedSyntax(sql_, token.offset, LowerWord(word) == "div" ? "DIV" : token.text);
    }
    const std::string shown = token.kind == TokenKind::kText ? "text" : fmt::format("'{}'", token.text);
    return Fail(token.offset, fmt::format("{} stands here; expected {}", shown, wanted));
  }

  /// An error of a literal, with its place.
  core::Error At(std::size_t offset, core::Error error) const {
    const std::string place = SyntaxError(sql_, offset, "").message();
    return std::move(error).WithPrefix(place);
  }

  Result<Term> Grow(Expression value, std::size_t depth, std::size_t nodes) const {
    if (depth > kDepthMax) {
      return core::LimitExceeded(fmt::format("the SQL condition is nested deeper than {} levels", kDepthMax))
          .WithHint("many values are one IN list; many conditions one chain of AND or OR");
    }
    if (nodes > kNodesMax) {
      return core::LimitExceeded(fmt::format("the SQL condition has more than {} parts", kNodesMax));
    }
    return Term{.value = std::move(value), .depth = depth, .nodes = nodes};
  }

  Result<Term> Make(Operator op, std::vector<Term> terms) const { return Fill(Expression{.op = op}, std::move(terms)); }
  Result<Term> Make(Operator op, Term only) const {
    std::vector<Term> terms;
    terms.push_back(std::move(only));
    return Make(op, std::move(terms));
  }
  Result<Term> Make(Operator op, Term left, Term right) const {
    std::vector<Term> terms;
    terms.push_back(std::move(left));
    terms.push_back(std::move(right));
    return Make(op, std::move(terms));
  }
  Result<Term> Fill(Expression node, std::vector<Term> terms) const {
    std::size_t depth = 0;
    std::size_t nodes = 1;
    for (Term& term : terms) {
      depth = std::max(depth, term.depth);
      nodes += term.nodes;
      node.arguments.push_back(std::move(term.value));
    }
    return Grow(std::move(node), depth + 1, nodes);
  }

  Result<Term> MakeUnlessAlone(Operator op, std::vector<Term> terms) const {
    if (terms.size() > 1) return Make(op, std::move(terms));
    return std::move(terms.front());
  }

  Result<Term> ReadOr() {
    std::vector<Term> terms;
    do {
      SLUICE_ASSIGN_OR_RETURN(Term term, ReadAnd());
      terms.push_back(std::move(term));
    } while (TakeWord("or"));
    return MakeUnlessAlone(Operator::kOr, std::move(terms));
  }

  Result<Term> ReadAnd() {
    std::vector<Term> terms;
    do {
      SLUICE_ASSIGN_OR_RETURN(Term term, ReadNot());
      terms.push_back(std::move(term));
    } while (TakeWord("and"));
    return MakeUnlessAlone(Operator::kAnd, std::move(terms));
  }

  Result<Term> ReadNot() {
    if (!TakeWord("not")) return ReadPredicate();
    const Level level(&open_);
    SLUICE_TRY(CheckOpen());
    SLUICE_ASSIGN_OR_RETURN(Term term, ReadNot());
    return Make(Operator::kNot, std::move(term));
  }

  /// The recursion itself must end before the stack does, whatever the tree will be.
  Status CheckOpen() const {
    if (open_ <= kDepthMax) return core::Ok();
    auto deep = Grow({}, open_, 1);
    return std::move(deep).error();
  }

  static std::optional<Operator> ComparisonOf(const Token& token) {
    if (token.kind != TokenKind::kSymbol) return std::nullopt;
    static constexpr std::pair<std::string_view, Operator> kComparisons[] = {
        {"=", Operator::kEqual},     {"==", Operator::kEqual},        {"<>", Operator::kNotEqual},
        {"!=", Operator::kNotEqual}, {"<", Operator::kLess},          {"<=", Operator::kLessEqual},
        {">", Operator::kGreater},   {">=", Operator::kGreaterEqual}, {"<=>", Operator::kNullSafeEqual}};
    for (const auto& [symbol, op] : kComparisons) {
      if (symbol == token.text) return op;
    }
    return std::nullopt;
  }

  Result<Term> ReadPredicate() {
    SLUICE_ASSIGN_OR_RETURN(Term left, ReadSum());
    if (const auto op = ComparisonOf(Peek())) {
      Next();
      SLUICE_ASSIGN_OR_RETURN(Term right, ReadSum());
      SLUICE_ASSIGN_OR_RETURN(left, Make(*op, std::move(left), std::move(right)));
      if (ComparisonOf(Peek())) {
        return Fail(Peek().offset, "comparisons do not chain").WithHint("put one of them in parentheses");
      }
    } else {
      const bool negated = IsWord("not");
      const std::size_t ahead = negated ? 1 : 0;
      if (IsWord("in", ahead) || IsWord("between", ahead) || IsWord("like", ahead)) {
        at_ += ahead;
        SLUICE_ASSIGN_OR_RETURN(left, ReadMembership(std::move(left)));
        if (negated) {
          SLUICE_ASSIGN_OR_RETURN(left, Make(Operator::kNot, std::move(left)));
        }
      } else if (negated) {
        ++at_;
        return Unexpected("IN, BETWEEN or LIKE");
      }
    }
    while (TakeWord("is")) {
      SLUICE_ASSIGN_OR_RETURN(left, ReadIs(std::move(left)));
    }
    return left;
  }

  Result<Term> ReadMembership(Term left) {
    if (TakeWord("like")) {
      SLUICE_ASSIGN_OR_RETURN(Term pattern, ReadSum());
      return Make(Operator::kLike, std::move(left), std::move(pattern));
    }
    if (TakeWord("between")) {
      SLUICE_ASSIGN_OR_RETURN(Term low, ReadSum());
      SLUICE_TRY(ExpectWord("and"));
      SLUICE_ASSIGN_OR_RETURN(Term high, ReadSum());
      if (left.nodes > kNodesMax / 2) return Grow({}, 1, kNodesMax + 1);
      Term copy = left;
      SLUICE_ASSIGN_OR_RETURN(Term above, Make(Operator::kGreaterEqual, std::move(copy), std::move(low)));
      SLUICE_ASSIGN_OR_RETURN(Term below, Make(Operator::kLessEqual, std::move(left), std::move(high)));
      return Make(Operator::kAnd, std::move(above), std::move(below));
    }
    SLUICE_TRY(ExpectWord("in"));
    SLUICE_TRY(ExpectSymbol("("));
    std::vector<Term> terms;
    terms.push_back(std::move(left));
    do {
      SLUICE_ASSIGN_OR_RETURN(Term term, ReadSum());
      terms.push_back(std::move(term));
    } while (TakeSymbol(","));
    SLUICE_TRY(ExpectSymbol(")"));
    return Make(Operator::kIn, std::move(terms));
  }

  Result<Term> ReadIs(Term left) {
    const bool negated = TakeWord("not");
    if (TakeWord("null") || TakeWord("unknown")) {
      return Make(negated ? Operator::kIsNotNull : Operator::kIsNull, std::move(left));
    }
    // IS [NOT] DISTINCT FROM says the opposite of <=>; IS [NOT] TRUE the same.
    bool opposite = negated;
    Term right;
    if (IsWord("true") || IsWord("false")) {
      right = Leaf(MakeTruth(EqualWords(Next().text, "true")));
    } else if (TakeWord("distinct")) {
      SLUICE_TRY(ExpectWord("from"));
      SLUICE_ASSIGN_OR_RETURN(right, ReadSum());
      opposite = !negated;
    } else {
      return Unexpected("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM");
    }
    SLUICE_ASSIGN_OR_RETURN(Term same, Make(Operator::kNullSafeEqual, std::move(left), std::move(right)));
    if (opposite) return Make(Operator::kNot, std::move(same));
    return same;
  }

  Result<Term> ReadSum() {
    SLUICE_ASSIGN_OR_RETURN(Term left, ReadProduct());
    bool joined = false;  // `left` is a chain of ||
    while (true) {
      if (TakeSymbol("||")) {
        SLUICE_ASSIGN_OR_RETURN(Term right, ReadProduct());
        SLUICE_ASSIGN_OR_RETURN(left, Join(std::move(left), joined, std::move(right)));
        joined = true;
        continue;
      }
      if (!IsSymbol("+") && !IsSymbol("-")) return left;
      const Operator op = Next().text == "+" ? Operator::kAdd : Operator::kSubtract;
      SLUICE_ASSIGN_OR_RETURN(Term right, ReadProduct());
      SLUICE_ASSIGN_OR_RETURN(left, Make(op, std::move(left), std::move(right)));
      joined = false;
    }
  }

  /// a || b || c is one concat of three.
  Result<Term> Join(Term left, bool joined, Term right) const {
    if (!joined) {
      std::vector<Term> terms;
      terms.push_back(std::move(left));
      terms.push_back(std::move(right));
      return Fill(MakeCall("concat", {}), std::move(terms));
    }
    left.value.arguments.push_back(std::move(right.value));
    return Grow(std::move(left.value), std::max(left.depth, right.depth + 1), left.nodes + right.nodes);
  }

  Result<Term> ReadProduct() {
    SLUICE_ASSIGN_OR_RETURN(Term left, ReadUnary());
    while (IsSymbol("*") || IsSymbol("/") || IsSymbol("%")) {
      const std::string& symbol = Next().text;
      const Operator op = symbol == "*" ? Operator::kMultiply : symbol == "/" ? Operator::kDivide : Operator::kModulo;
      SLUICE_ASSIGN_OR_RETURN(Term right, ReadUnary());
      SLUICE_ASSIGN_OR_RETURN(left, Make(op, std::move(left), std::move(right)));
    }
    return left;
  }

  Result<Term> ReadUnary() {
    if (!IsSymbol("-") && !IsSymbol("+")) return ReadPostfix();
    const Level level(&open_);
    SLUICE_TRY(CheckOpen());
    const bool minus = Next().text == "-";
    // The sign belongs to the number, so that the smallest of a type can be written.
    if (minus && Peek().kind == TokenKind::kNumber && !IsSymbol("::", 1)) return ReadNumber("-");
    SLUICE_ASSIGN_OR_RETURN(Term operand, ReadUnary());
    if (minus) return Make(Operator::kNegate, std::move(operand));
    return operand;
  }

  Result<Term> ReadPostfix() {
    SLUICE_ASSIGN_OR_RETURN(Term term, ReadPrimary());
    while (TakeSymbol("::")) {
      SLUICE_ASSIGN_OR_RETURN(term, ReadCastType(std::move(term)));
    }
    return term;
  }

  Result<Term> ReadCastType(Term operand) {
    Expression cast{.op = Operator::kCast};
    SLUICE_ASSIGN_OR_RETURN(cast.type, ReadType());
    std::vector<Term> terms;
    terms.push_back(std::move(operand));
    return Fill(std::move(cast), std::move(terms));
  }

  Result<std::shared_ptr<arrow::DataType>> ReadType() {
    const std::size_t offset = Peek().offset;
    if (Peek().kind != TokenKind::kName) return Unexpected("a type");
    const std::string name = Next().text;
    if (EqualWords(name, "double")) TakeWord("precision");
    std::vector<int> parameters;
    if (TakeSymbol("(")) {
      do {
        if (Peek().kind != TokenKind::kNumber) return Unexpected("a number");
        const std::string& digits = Next().text;
        int value = -1;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc() || end != digits.data() + digits.size()) value = -1;  // no type takes it
        parameters.push_back(value);
      } while (TakeSymbol(","));
      SLUICE_TRY(ExpectSymbol(")"));
    }
    auto type = TypeNamed(name, parameters);
    if (!type) return At(offset, std::move(type).error());
    return type;
  }

  Result<Term> ReadPrimary() {
    const Token& token = Peek();
    switch (token.kind) {
      case TokenKind::kNumber: return ReadNumber("");
      case TokenKind::kText: return Leaf(MakeLiteral(std::make_shared<arrow::StringScalar>(Next().text)));
      case TokenKind::kBytes:
        return Leaf(MakeLiteral(std::make_shared<arrow::BinaryScalar>(arrow::Buffer::FromString(Next().text))));
      case TokenKind::kQuotedName: return ReadColumn();
      case TokenKind::kName: return ReadNamed();
      case TokenKind::kSymbol:
        if (token.text == "(") return ReadGroup();
        break;
      case TokenKind::kEnd: break;
    }
    return Unexpected("a value");
  }

  Result<Term> ReadGroup() {
    const Level level(&open_);
    SLUICE_TRY(CheckOpen());
    SLUICE_TRY(ExpectSymbol("("));
    SLUICE_ASSIGN_OR_RETURN(Term term, ReadOr());
    SLUICE_TRY(ExpectSymbol(")"));
    return term;
  }

  Result<Term> ReadNumber(std::string_view sign) {
    const Token& token = Next();
    auto value = ParseNumber(std::string(sign) + token.text);
    if (!value) return At(token.offset, std::move(value).error());
    return Leaf(MakeLiteral(*std::move(value)));
  }

  Result<Term> ReadNamed() {
    if (TakeWord("true")) return Leaf(MakeTruth(true));
    if (TakeWord("false")) return Leaf(MakeTruth(false));
    if (TakeWord("null")) return Leaf(MakeLiteral(std::make_shared<arrow::NullScalar>()));
    if (Peek(1).kind == TokenKind::kText) {
      if (IsWord("date") || IsWord("timestamp") || IsWord("timestamp_ltz") || IsWord("timestamp_ntz")) {
        return ReadTime();
      }
    }
    if (IsSymbol("(", 1) && !IsWord("in") && !IsWord("not")) return ReadCall();
    if (IsReserved(Peek().text)) return Unexpected("a value");
    return ReadColumn();
  }

  Result<Term> ReadTime() {
    const std::string word = LowerWord(Next().text);
    const Token& token = Next();
    if (word == "date") {
      const auto days = ParseDate(token.text);
      if (!days) return Fail(token.offset, fmt::format("'{}' is no date", token.text)).WithHint("DATE '2024-02-29'");
      return Leaf(MakeLiteral(std::make_shared<arrow::Date32Scalar>(*days)));
    }
    const bool instant = word != "timestamp_ntz";
    const auto timestamp = ParseTimestamp(token.text);
    if (!timestamp || (timestamp->has_zone && !instant)) {
      return Fail(token.offset, fmt::format("'{}' is no {}", token.text, word))
          .WithHint("TIMESTAMP '2024-02-29 12:00:00.5', with Z or +01:00 at will; TIMESTAMP_NTZ has no zone");
    }
    return Leaf(MakeLiteral(std::make_shared<arrow::TimestampScalar>(
        timestamp->micros, arrow::timestamp(arrow::TimeUnit::MICRO, instant ? "UTC" : ""))));
  }

  Result<Term> ReadColumn() {
    std::vector<std::string> path;
    do {
      const Token& token = Peek();
      if (token.kind != TokenKind::kQuotedName && token.kind != TokenKind::kName) return Unexpected("a column's name");
      path.push_back(Next().text);
    } while (TakeSymbol("."));
    return Leaf(MakeColumn(std::move(path)));
  }

  Result<Term> ReadCall() {
    const Level level(&open_);
    SLUICE_TRY(CheckOpen());
    const Token& name = Next();
    SLUICE_TRY(ExpectSymbol("("));
    if (EqualWords(name.text, "cast")) return ReadCast();
    const FunctionName* function = FindFunction(name.text);
    if (function == nullptr) {
      core::Error error = UnsupportedSyntax(sql_, name.offset, fmt::format("the function {}", LowerWord(name.text)));
      const std::string nearest = core::NearestName(LowerWord(name.text), FunctionNames());
      return nearest.empty() ? std::move(error) : std::move(error).WithHint(fmt::format("did you mean {}?", nearest));
    }
    std::vector<Term> terms;
    if (!IsSymbol(")")) {
      do {
        SLUICE_ASSIGN_OR_RETURN(Term term, ReadOr());
        terms.push_back(std::move(term));
      } while (TakeSymbol(","));
    }
    SLUICE_TRY(ExpectSymbol(")"));
    if (terms.size() < function->arguments_min || terms.size() > function->arguments_max) {
      return Fail(name.offset, fmt::format("{} does not take {} arguments", function->name, terms.size()));
    }
    switch (function->function) {
      case Function::kIsNan: return Make(Operator::kIsNan, std::move(terms));
      case Function::kIsNull: return Make(Operator::kIsNull, std::move(terms));
      case Function::kIsNotNull: return Make(Operator::kIsNotNull, std::move(terms));
      default: return Fill(MakeCall(std::string(function->canonical), {}), std::move(terms));
    }
  }

  Result<Term> ReadCast() {
    SLUICE_ASSIGN_OR_RETURN(Term operand, ReadOr());
    SLUICE_TRY(ExpectWord("as"));
    SLUICE_ASSIGN_OR_RETURN(Term cast, ReadCastType(std::move(operand)));
    SLUICE_TRY(ExpectSymbol(")"));
    return cast;
  }

  std::string_view sql_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t open_ = 0;  ///< calls of functions that may call themselves
};

}  // namespace

Result<Expression> Parse(std::string_view sql, Dialect dialect) {
  if (sql.size() > kSqlBytesMax) {
    return core::LimitExceeded(fmt::format("the SQL condition has {} bytes; at most {}", sql.size(), kSqlBytesMax));
  }
  SLUICE_ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokenize(sql, dialect));
  return Parser(sql, std::move(tokens)).Run();
}

}  // namespace sluice::expression
