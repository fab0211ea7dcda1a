help_build() {
  cat <<'HELP'
usage: ./dev build [PRESET] [TARGET...]

Compiles build/PRESET (default release), or only the named targets of it.
  release  what users run            dev   with assertions, debug information and the unit tests
  asan     AddressSanitizer, UBSan   tsan  ThreadSanitizer
  fuzz     libFuzzer, clang 19       bench release with the micro benchmarks
HELP
}

dev_build() {
  local preset=${1:-release}
  shift || true
  case "$preset" in
    release) [[ -f .deps/duckdb/.installed ]] || { use setup && dev_setup; } ;;
    dev | asan | tsan | fuzz | bench) use setup && dev_setup --test ;;
    *) die "no preset '$preset': release, dev, asan, tsan, fuzz or bench" ;;
  esac
  if [[ ! -f "build/$preset/build.ninja" ]]; then
    say "configuring build/$preset"
    cmake --preset "$preset" >"build-$preset.log" 2>&1 || { cat "build-$preset.log" && die "cmake failed"; }
    mv "build-$preset.log" "build/$preset/configure.log"
  fi
  # So that another checkout of the same sources finds what this one compiled.
  export CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=true
  say "building build/$preset${*:+ ($*)}"
  cmake --build "build/$preset" ${*:+--target "$@"}
}
