help_format() {
  cat <<'HELP'
usage: ./dev format

Formats every C++ file of the repository in place with clang-format 19.
HELP
}

dev_format() {
  command -v clang-format-19 >/dev/null || { use setup && dev_setup --test; }
  git ls-files -z --cached --others --exclude-standard '*.cc' '*.h' | xargs -0 -r clang-format-19 -i
}
