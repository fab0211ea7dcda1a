help_check() {
  cat <<'HELP'
usage: ./dev check [BASE]

The quick checks before a commit: formatting, the house rules, and clang-tidy on the C++ files that differ from BASE
(default: the upstream branch, else the last commit).
HELP
}

changed_sources() {
  local base=${1:-}
  [[ -n "$base" ]] || base=$(git merge-base HEAD '@{upstream}' 2>/dev/null || git rev-parse HEAD~1 2>/dev/null || git rev-parse HEAD)
  {
    git diff --name-only --diff-filter=d "$base" -- 'src/*.cc'
    git ls-files --others --exclude-standard -- 'src/*.cc'
  } | sort -u
}

dev_check() {
  use setup build
  dev_setup --test
  local status=0 sources
  git ls-files -z --cached --others --exclude-standard '*.cc' '*.h' | xargs -0 -r clang-format-19 --dry-run -Werror || status=1
  for name in layers sizes words; do python3 "tools/check_$name.py" || status=1; done
  python3 tools/checks_test.py >/dev/null || status=1
  mapfile -t sources < <(changed_sources "${1:-}")
  if [[ ${#sources[@]} -gt 0 ]]; then
    [[ -f build/dev/compile_commands.json ]] || dev_build dev help >/dev/null
    say "clang-tidy on ${#sources[@]} files"
    printf '%s\0' "${sources[@]}" | xargs -0 -n 1 -P 2 clang-tidy-19 --quiet -p build/dev || status=1
  fi
  [[ $status -eq 0 ]] && echo "all checks passed"
  return $status
}
