#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/result.h"

namespace sluice::testing {

/// Succeeds for a Result or Status that holds no error; prints the error otherwise.
MATCHER(IsOk, negation ? "holds an error" : "is ok") {
  if (arg.has_value()) return true;
  *result_listener << arg.error().ToString();
  return false;
}

/// Succeeds for an error of `kind` whose whole text matches `text`: EXPECT_THAT(r, FailsWith(kNotFound,
/// HasSubstr("a.csv"))).
MATCHER_P2(FailsWith, kind, text, "fails") {
  if (arg.has_value()) {
    *result_listener << "holds a value";
    return false;
  }
  *result_listener << arg.error().ToString();
  return arg.error().kind() == kind && ::testing::ExplainMatchResult(text, arg.error().ToString(), result_listener);
}

}  // namespace sluice::testing

/// Assert that a Result holds a value and assign it.
#define ASSERT_OK_AND_ASSIGN(target, expression)                                   \
  auto SLUICE_CONCAT(assert_result_, __LINE__) = (expression);                     \
  ASSERT_THAT(SLUICE_CONCAT(assert_result_, __LINE__), ::sluice::testing::IsOk()); \
  target = std::move(*SLUICE_CONCAT(assert_result_, __LINE__))
#define ASSERT_OK(expression) ASSERT_THAT((expression), ::sluice::testing::IsOk())
#define EXPECT_OK(expression) EXPECT_THAT((expression), ::sluice::testing::IsOk())
