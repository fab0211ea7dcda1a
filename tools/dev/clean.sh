help_clean() {
  cat <<'HELP'
usage: ./dev clean [--all]

Removes build/. With --all also .deps/ (the downloaded libraries); ./dev setup brings them back.
HELP
}

dev_clean() {
  case "${1:-}" in
    "") rm -rf build ;;
    --all) rm -rf build .deps ;;
    *) die "clean takes only --all, not '$1'" ;;
  esac
}
