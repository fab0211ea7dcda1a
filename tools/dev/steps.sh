# What the commands of ./dev share: messages, and content-hash stamps that let a second run skip what is done.

say() { printf '\033[1m== %s\033[0m\n' "$*" | { if [[ -t 1 && -z "${NO_COLOR:-}" ]]; then cat; else sed $'s/\033\\[[0-9]*m//g'; fi; }; }

die() {
  echo "./dev: $*" >&2
  exit 1
}

# fingerprint FILE...: one hash over the contents.
fingerprint() { cat "$@" | sha256sum | cut -c1-32; }

# is_stamped STAMP VALUE: the step that wrote STAMP ran with this VALUE.
is_stamped() { [[ -f "$1" && "$(cat "$1")" == "$2" ]]; }

# stamp STAMP VALUE: written last, so that an interrupted step is repeated.
stamp() {
  mkdir -p "$(dirname "$1")"
  printf '%s' "$2" >"$1"
}

# Commands that build on other commands source them.
use() {
  local name
  for name in "$@"; do source "$ROOT/tools/dev/$name.sh"; done
}
