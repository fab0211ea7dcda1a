help_bench() {
  cat <<'HELP'
usage: ./dev bench files [ARGUMENT...]    sluice beside its peers; bench/files/run.py --help lists the arguments
       ./dev bench delta [ARGUMENT...]    Delta tables beside delta-rs and DuckDB; bench/delta/run.py --help lists the arguments
       ./dev bench recorder [ARGUMENT...] the recorder beside spdlog; bench/recorder/run.py --help lists the arguments
       ./dev bench python [ARGUMENT...]   the recorder's append from Python; bench/recorder/python_append.py --help lists the arguments
       ./dev bench load [ARGUMENT...]     loading into PostgreSQL beside psql, DuckDB beside itself; bench/load/run.py --help lists the arguments
       ./dev bench micro [ARGUMENT...]    the micro benchmarks; the arguments go to each binary
HELP
}

dev_bench() {
  use setup build
  local name=${1:-files} binary
  shift || true
  case "$name" in
    files)
      dev_setup
      dev_build release
      .deps/venv/bin/python bench/files/run.py "$@"
      ;;
    delta)
      dev_setup
      setup_witnesses
      dev_build release
      if [[ -f bench/delta/driver.cc ]]; then dev_build bench delta_driver; fi
      .deps/delta-venv/bin/python bench/delta/run.py "$@"
      ;;
    recorder)
      dev_setup
      setup_packages "${BENCH_PACKAGES[@]}"
      dev_build release
      dev_build bench recorder_driver
      .deps/venv/bin/python bench/recorder/run.py "$@"
      ;;
    load)
      dev_setup
      dev_build release
      .deps/venv/bin/python bench/load/run.py "$@"
      ;;
    python)
      dev_setup
      dev_build release
      setup_python
      .deps/python-venv/bin/python bench/recorder/python_append.py "$@"
      ;;
    micro)
      dev_build bench
      find build/bench -name '*_bench' -type f -perm -u+x | sort | while read -r binary; do
        say "$(basename "$binary")"
        "$binary" "$@" </dev/null
      done
      ;;
    *) die "no benchmark '$name': files, delta, recorder, load, python or micro" ;;
  esac
}
