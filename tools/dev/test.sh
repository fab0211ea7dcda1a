# Everything that CI runs, as named steps. Each step's output goes to build/test/STEP.log; a failing one is shown.

STEPS=(house headers unit cases odd bad kill readers load delta snowflake python guide install fuzz)

help_test() {
  cat <<'HELP'
usage: ./dev test [STEP...]

Sets up, builds what is needed, and runs the steps (all, or those named):
  house    the house rules, their self-tests, formatting      headers  each header compiles alone
  unit     the unit tests under AddressSanitizer and UBSan    cases    the text cases of the command
  odd      the text cases with one thread and tiny chunks     bad      bad input
  kill     kill -9 at random moments                          readers  files read back by pyarrow, DuckDB and Polars
  python   the Python package, built and installed in a venv
  guide    every command of docs/guide                        install  the installed folder runs from anywhere
  fuzz     each fuzz target for a few seconds on its corpus
  load     recorded files into PostgreSQL and DuckDB, with kill -9
  delta    Delta tables: delta-rs, DuckDB and a naive reader as witnesses, concurrent writers, kill -9
  snowflake  the stub warehouse under the vendor's own drivers, and our client against the stub
HELP
}

# Seconds for each fuzz target in a test run.
FUZZ_SECONDS=${FUZZ_SECONDS:-8}

step_house() {
  python3 tools/check_layers.py && python3 tools/check_sizes.py && python3 tools/check_words.py &&
    git ls-files -z --cached --others --exclude-standard '*.cc' '*.h' | xargs -0 -r clang-format-19 --dry-run -Werror &&
    python3 tools/checks_test.py && python3 tools/runners_test.py && "$PYTHON" bench/files/harness_test.py && "$PYTHON" bench/delta/harness_test.py
}
step_headers() { python3 tools/check_headers.py --build build/release; }
step_unit() {
  rm -f build/asan/Testing/Temporary/LastTest.log
  dev_build asan && ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 \
    ctest --test-dir build/asan --output-on-failure -j2 --timeout 600
}
step_cases() { "$PYTHON" tests/cli/run.py; }
step_odd() { "$PYTHON" tests/cli/run.py --odd; }
step_bad() { "$PYTHON" tests/cli/bad_input.py; }
step_kill() { "$PYTHON" tests/cli/kill_loop.py --rounds "${KILL_ROUNDS:-12}"; }
step_readers() {
  local name status=0
  for name in round_trip silent_loss; do "$PYTHON" "tests/conformance/$name.py" || status=1; done
  return $status
}
step_load() { "$PYTHON" tests/load/run.py --kills "${KILL_ROUNDS:-12}"; }
step_delta() {
  local python=.deps/delta-venv/bin/python
  "$python" tests/delta/protocol_lint_test.py && "$python" tests/delta/run.py --scale "${DELTA_SCALE:-1}"
}
step_snowflake() {
  dev_build asan snowflake_client &&
    .deps/snowflake-venv/bin/python tests/snowflake/run.py --client build/asan/src/snowflake/snowflake_client \
      --sluice build/release/sluice
}
step_python() {
  setup_python && .deps/python-venv/bin/python tests/python/run.py
}
step_guide() { "$PYTHON" tests/guide/run_guide.py; }
step_install() { python3 tests/install/run.py; }
step_fuzz() { dev_build fuzz fuzzers && python3 fuzz/run.py --build build/fuzz --seconds "$FUZZ_SECONDS"; }

run_step() {
  local name=$1 log=build/test/$1.log begin=$SECONDS status=0
  say "$name"
  "step_$name" </dev/null >"$log" 2>&1 || status=$?
  local counts
  counts=$(python3 tools/count_tests.py "$log" "$status" build/asan/Testing/Temporary/LastTest.log)
  if [[ $status -ne 0 ]]; then
    tail -n 200 "$log"
    FAILED_STEPS+=("$name")
  fi
  echo "$name: $counts in $((SECONDS - begin)) s"
  PASSED=$((PASSED + $(cut -d' ' -f1 <<<"$counts")))
  FAILED=$((FAILED + $(cut -d' ' -f3 <<<"$counts")))
}

dev_test() {
  use setup build
  local steps=("$@") name
  [[ $# -gt 0 ]] || steps=("${STEPS[@]}")
  for name in "${steps[@]}"; do
    declare -F "step_$name" >/dev/null || die "no step '$name': ${STEPS[*]}"
  done
  dev_setup --test
  dev_build release
  mkdir -p build/test
  PYTHON=.deps/venv/bin/python PASSED=0 FAILED=0 FAILED_STEPS=()
  for name in "${steps[@]}"; do run_step "$name"; done
  [[ ${#FAILED_STEPS[@]} -eq 0 ]] || echo "failed steps: ${FAILED_STEPS[*]} (logs in build/test/)"
  echo "$PASSED passed, $FAILED failed"
  [[ ${#FAILED_STEPS[@]} -eq 0 ]]
}
