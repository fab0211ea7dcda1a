# The whole example, as an operator would run it.

help_run() {
  cat <<'HELP'
usage: ./dev run

Sets up, builds release, makes seven weeks of example reports in build/example, and runs examples/query_analytics on them:
a dry run, the run, a second run that skips everything, and SQL over the result. It prints each command and what it says.
HELP
}

# show COMMAND...: print a command as one would type it, then run it.
show() {
  local word line='$'
  for word in "$@"; do
    [[ "$word" =~ ^[A-Za-z0-9_./=:-]+$ ]] && line+=" $word" || line+=" \"${word//\"/\\\"}\""
  done
  printf '\n%s\n' "$line"
  "$@"
}

# brief LINES COMMAND...: the same, with the middle of a long output left out.
brief() {
  local lines=$1 output total
  shift
  output=$(show "$@" 2>&1) || { printf '%s\n' "$output" && return 1; }
  total=$(wc -l <<<"$output")
  if ((total <= 2 * lines)); then
    printf '%s\n' "$output"
  else
    printf '%s\n  (%d lines more)\n%s\n' "$(head -n "$lines" <<<"$output")" "$((total - 2 * lines))" "$(tail -n "$lines" <<<"$output")"
  fi
}

example_queries() {
  show sluice query "SELECT date_partition, count(*) AS queries, round(avg(execution_time_ms), 2) AS avg_ms,
       max(execution_time_ms) AS max_ms
FROM query_performance GROUP BY date_partition ORDER BY date_partition DESC LIMIT 7"
  show sluice query "SELECT round(avg_query_time(30), 2) AS avg_ms_of_30_days"
  show sluice query "SELECT timestamp, query_hash, table_name, execution_time_ms FROM slow_queries(100) LIMIT 5"
  show sluice query "SELECT priority, count(*) AS recommendations, max(estimated_speedup) AS best_speedup
FROM index_recommendations GROUP BY priority ORDER BY best_speedup DESC"
  show sluice query "SELECT event_type, metric_name, count(*) AS events, round(avg(metric_value), 2) AS average
FROM optimization_summary GROUP BY ALL ORDER BY events DESC LIMIT 5"
}

dev_run() {
  use setup build
  [[ $# -eq 0 ]] || die "run takes no arguments"
  dev_setup
  dev_build release
  local folder="$ROOT/build/example"
  say "making seven weeks of reports in build/example"
  rm -rf "$folder"
  mkdir -p "$folder"
  cp -r examples/query_analytics/. "$folder/"
  python3 "$folder/generate.py" "$folder" --weeks 7 --end "$(date +%F)"
  export PATH="$ROOT/build/release:$PATH"
  cd "$folder"
  say "the configuration is build/example/sluice.yaml; first a dry run"
  brief 6 sluice run --historical --dry-run
  say "the run"
  brief 8 sluice run --historical
  say "once more: nothing is left to do"
  brief 3 sluice run --historical
  say "SQL over the result"
  example_queries
  show sluice status
  say "done; try your own: cd build/example && PATH=../release:\$PATH sluice query \"SELECT ...\""
}
