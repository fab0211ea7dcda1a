# Installs only what is missing. Every download is checked against a hash that is in the repository.

BUILD_PACKAGES=(
  g++ cmake ninja-build mold ccache python3 ca-certificates
  nlohmann-json3-dev libsimdjson-dev libyaml-cpp-dev libcli11-dev libfmt-dev libspdlog-dev libexpected-dev
  libre2-dev libroaring-dev libsqlite3-dev libssl-dev libxxhash-dev libhowardhinnant-date-dev
  libzstd-dev libsnappy-dev liblz4-dev zlib1g-dev libisal-dev libdeflate-dev libcurl4-openssl-dev libpq-dev tzdata
)
TEST_PACKAGES=(clang-19 libclang-rt-19-dev clang-format-19 clang-tidy-19 libgtest-dev libgmock-dev libbenchmark-dev postgresql)
BENCH_PACKAGES=(liblog4cplus-dev valgrind)

help_setup() {
  cat <<'HELP'
usage: ./dev setup [--test]

Installs the missing Debian packages (as root or with sudo), Arrow C++ (inside the pinned pyarrow wheel) into .deps/venv
and the DuckDB C library into .deps/duckdb. With --test also what only the tests need: clang-19, GoogleTest, DuckDB and
Polars as independent readers, in .deps/delta-venv the witnesses of Delta tables, and in .deps/snowflake-venv and
.deps/snowflake-node those of the stub warehouse. Downloads are checked against the hashes in tools/.
HELP
}

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "packages are missing ($*), and this is neither root nor is there sudo"
  fi
}

missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || echo "$package"
  done
  python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
  python3 -c 'import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null || echo python3-dev
  command -v npm >/dev/null || echo npm
}

setup_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [[ ${#missing[@]} -eq 0 ]] && return
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# pip_install VENV REQUIREMENTS
pip_install() {
  local venv=$1 requirements=$2 value
  local mark="$venv/.installed-$(basename "$requirements" .txt)"
  value=$(fingerprint "$requirements")
  is_stamped "$mark" "$value" && return
  say "installing $requirements into $venv"
  [[ -x "$venv/bin/python" ]] || python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary=:all: --require-hashes -r "$requirements"
  stamp "$mark" "$value"
}

setup_witnesses() {
  pip_install .deps/delta-venv tools/requirements-delta.txt
  pip_install .deps/snowflake-venv tools/requirements-snowflake.txt
  setup_snowflake_node
}

# The Python package of this tree, in a venv of its own; needs build/release.
setup_python() {
  local value
  pip_install .deps/python-venv tools/requirements-python.txt
  value=$({ git ls-files -z --cached --others --exclude-standard python include | xargs -0 cat; cat build/release/src/library/libsluice.so; } | sha256sum)
  is_stamped .deps/python-venv/.installed-sluice "$value" && return
  say "building and installing ./python into .deps/python-venv"
  .deps/python-venv/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall \
    -Cbuild-dir="$ROOT/build/python" ./python
  stamp .deps/python-venv/.installed-sluice "$value"
}

setup_snowflake_node() {
  local value
  value=$(fingerprint tools/snowflake/package-lock.json)
  is_stamped .deps/snowflake-node/.installed "$value" && return
  say "installing the vendor's Node driver into .deps/snowflake-node"
  rm -rf .deps/snowflake-node
  mkdir -p .deps/snowflake-node
  cp tools/snowflake/package.json tools/snowflake/package-lock.json .deps/snowflake-node/
  (cd .deps/snowflake-node && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  stamp .deps/snowflake-node/.installed "$value"
}

setup_duckdb() {
  local value
  value=$(fingerprint tools/duckdb/package-lock.json)
  is_stamped .deps/duckdb/.installed "$value" && return
  say "installing the DuckDB C library into .deps/duckdb"
  local scratch=.deps/duckdb-download
  rm -rf "$scratch"
  mkdir -p "$scratch" .deps/duckdb/include
  cp tools/duckdb/package.json tools/duckdb/package-lock.json "$scratch/"
  (cd "$scratch" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  mv -f "$scratch/node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so" .deps/duckdb/libduckdb.so
  mv -f "$scratch/node_modules/duckdb/src/duckdb/src/include/duckdb.h" .deps/duckdb/include/duckdb.h
  rm -rf "$scratch"
  stamp .deps/duckdb/.installed "$value"
}

dev_setup() {
  local packages=("${BUILD_PACKAGES[@]}") with_tests=0
  case "${1:-}" in
    --test) with_tests=1 packages+=("${TEST_PACKAGES[@]}") ;;
    "") ;;
    *) die "setup takes only --test, not '$1'" ;;
  esac
  [[ "$(uname -m)" == x86_64 ]] || die "the pinned libraries are for x86_64 Linux; this is $(uname -m)"
  setup_packages "${packages[@]}"
  pip_install .deps/venv tools/requirements.txt
  if [[ $with_tests -eq 1 ]]; then
    pip_install .deps/venv tools/requirements-test.txt
    setup_witnesses
  fi
  setup_duckdb
}
