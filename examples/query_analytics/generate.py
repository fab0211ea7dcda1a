#!/usr/bin/env python3
"""Make weeks of performance reports as the example's jobs expect them; the same arguments give the same bytes."""

import argparse
import datetime
import json
import pathlib
import random

UTC = datetime.timezone.utc
TABLES = {
    # table: indexes
    "embeddings": ["idx_namespace", "idx_embedding_vector", "PRIMARY"],
    "query_log": ["PRIMARY", "idx_logged_at"],
    "documents": ["idx_owner", "idx_updated_at", "PRIMARY"],
    "sessions": ["idx_user_id", "PRIMARY"],
    "memory_items": ["idx_namespace", "idx_kind"],
    "audit_events": ["idx_actor", "PRIMARY", ""],
}
TYPES = ["SELECT"] * 14 + ["INSERT"] * 4 + ["UPDATE"] * 2 + ["DELETE"]
DAILY_HEADER = "timestamp,query_hash,query_type,execution_time_ms,rows_examined,rows_returned,cache_hit,table_name,index_used"
WEEKLY_HEADER = DAILY_HEADER + ",cpu_time_ms,io_wait_ms"


def make_queries(rng):
    """The statements of the application: each has its table, index and usual cost, and some are far more frequent."""
    queries = []
    for rank in range(48):
        table = rng.choice(list(TABLES))
        kind = rng.choice(TYPES)
        select = kind == "SELECT"
        examined = rng.choice([1, 10, 50, 240, 1234, 5000, 20000]) if select else 1
        queries.append({
            "hash": f"{rng.randrange(16**6):06x}",
            "kind": kind,
            "table": table,
            "index": rng.choice(TABLES[table]),
            "examined": examined,
            "returned": min(examined, rng.choice([1, 1, 10, 25, 100])),
            "median_ms": 0.6 + examined**0.55 * rng.uniform(0.3, 1.2),
            "hit_share": rng.choice([0.0, 0.4, 0.75, 0.9]) if select else 0.0,
            "weight": 1 / (1 + rank) ** 0.9,
        })
    return queries


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def busy_hour(rng):
    """Office hours see most of the queries."""
    return rng.choices(range(24), weights=[2, 1, 1, 1, 6, 2, 3, 5, 8, 10, 11, 10, 8, 10, 11, 10, 9, 7, 5, 4, 4, 3, 3, 2])[0]


def daily_row(rng, moment, query):
    hit = rng.random() < query["hit_share"]
    cost = query["median_ms"] * rng.lognormvariate(0, 0.35) * (0.15 if hit else 1.0)
    if rng.random() < 0.004:
        cost *= rng.uniform(8, 40)  # a lock, a cold page
    examined = 0 if hit else query["examined"]
    return [stamp(moment), query["hash"], query["kind"], f"{max(cost, 0.1):.1f}", str(examined), str(query["returned"]),
            "true" if hit else "false", query["table"], query["index"]]


def daily_report(day, queries):
    rng = random.Random(f"daily {day}")
    weekend = day.weekday() >= 5
    rows = rng.randint(750, 1100) if weekend else rng.randint(1300, 2100)
    start = datetime.datetime.combine(day, datetime.time(), UTC)
    moments = sorted(start + datetime.timedelta(hours=busy_hour(rng), seconds=rng.randrange(3600)) for _ in range(rows))
    chosen = rng.choices(queries, weights=[query["weight"] for query in queries], k=rows)
    return [daily_row(rng, moment, query) for moment, query in zip(moments, chosen)]


def weekly_report(monday, queries):
    """Averages by hour and query, with the times the daily reports do not measure."""
    rng = random.Random(f"weekly {monday}")
    rows = []
    for hour in range(7 * 24):
        moment = datetime.datetime.combine(monday, datetime.time(), UTC) + datetime.timedelta(hours=hour)
        for query in sorted(rng.sample(queries, rng.randint(18, 34)), key=lambda one: one["hash"]):
            row = daily_row(rng, moment, query)
            spent = float(row[3])
            waited = spent * rng.uniform(0.05, 0.6)
            rows.append(row + [f"{spent - waited:.1f}", f"{waited:.1f}"])
    return rows


def index_advisor_report(day, queries):
    rng = random.Random(f"advisor {day}")
    slow = sorted((query for query in queries if query["examined"] > 200), key=lambda one: -one["median_ms"])[:16]
    recommendations = []
    for query in slow:
        for column in rng.sample(["namespace", "owner", "kind", "updated_at", "user_id"], rng.randint(2, 5)):
            speedup = round(rng.uniform(1.2, 9.5), 1)
            condition = rng.choice(["created_at > ?", "vector LIKE ?", "deleted = false"])
            recommendations.append({
                "table": query["table"],
                "index": f"idx_{query['table']}_{column}",
                "query_pattern": f"WHERE {column} = ? AND {condition}",
                "estimated_speedup": speedup,
                "priority": "high" if speedup > 5 else "medium" if speedup > 2.5 else "low",
            })
    moment = datetime.datetime.combine(day, datetime.time(4), UTC)
    return json.dumps({"timestamp": stamp(moment), "recommendations": recommendations}, indent=2) + "\n"


def optimization_summary(day):
    rng = random.Random(f"summary {day}")
    moment = datetime.datetime.combine(day, datetime.time(4), UTC)
    lines = [f"{stamp(moment)} [run_started] host=ops-1 mode=nightly"]
    for _ in range(rng.randint(90, 140)):
        moment += datetime.timedelta(seconds=rng.randint(1, 9))
        table = rng.choice(list(TABLES))
        index = rng.choice([name for name in TABLES[table] if name])
        kind = rng.randrange(4)
        if kind == 0:
            detail = json.dumps({"table": table, "index": index}, separators=(",", ":"))
            lines.append(f"{stamp(moment)} [index_created] metric=build_ms value={rng.uniform(40, 4000):.1f} {detail}")
        elif kind == 1:
            detail = json.dumps({"table": table, "rows": rng.randint(100, 90000)}, separators=(",", ":"))
            lines.append(f"{stamp(moment)} [statistics_updated] metric=duration_ms value={rng.uniform(5, 300):.1f} {detail}")
        elif kind == 2:
            lines.append(f"{stamp(moment)} [cache_checked] hit_ratio={rng.uniform(0.4, 0.99):.2f} table={table} window=24h")
        else:
            lines.append(f"{stamp(moment)} [bloat_checked] bloat_percent={rng.uniform(0, 35):.1f} table={table}")
    lines.append(f"{stamp(moment + datetime.timedelta(seconds=2))} [run_finished] host=ops-1 mode=nightly")
    return "\n".join(lines) + "\n"


def write_csv(path, header, rows):
    path.write_text("\n".join([header] + [",".join(row) for row in rows]) + "\n", encoding="utf-8", newline="\n")


def make_ugly(reports, optimize, end):
    """What real folders hold: a bad value, a report with a wrong date, a line that is no event."""
    newest = reports / f"query_perf_daily_{end:%Y%m%d}.csv"
    lines = newest.read_text(encoding="utf-8").splitlines()
    bad = lines[len(lines) // 2].split(",")
    bad[3] = "timeout"
    lines[len(lines) // 2] = ",".join(bad)
    newest.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    (reports / f"query_perf_daily_{end:%Y}1345.csv").write_text(DAILY_HEADER + "\n", encoding="utf-8", newline="\n")
    with (optimize / "optimization_summary.txt").open("a", encoding="utf-8", newline="\n") as summary:
        summary.write("Traceback (most recent call last):\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", help="where reports/ and optimize/ are made")
    parser.add_argument("--out", metavar="DIR", help="the same")
    parser.add_argument("--weeks", type=int, default=7, help="weeks that end with --end (7)")
    parser.add_argument("--end", type=datetime.date.fromisoformat, default=datetime.date(2025, 10, 28),
                        help="the newest day (2025-10-28)")
    parser.add_argument("--ugly", action="store_true", help="add a bad value, a wrong date in a name, a stray line")
    arguments = parser.parse_args()
    out = pathlib.Path(arguments.out or arguments.folder or ".")
    if arguments.weeks < 1:
        parser.error("--weeks must be at least 1")

    reports, optimize = out / "reports", out / "optimize"
    reports.mkdir(parents=True, exist_ok=True)
    optimize.mkdir(parents=True, exist_ok=True)
    queries = make_queries(random.Random("queries"))
    for back in range(7 * arguments.weeks):
        day = arguments.end - datetime.timedelta(days=back)
        write_csv(reports / f"query_perf_daily_{day:%Y%m%d}.csv", DAILY_HEADER, daily_report(day, queries))
    monday = arguments.end - datetime.timedelta(days=(arguments.end.weekday() + 1) % 7 + 6)  # of the last whole week
    for back in range(arguments.weeks):
        week = monday - datetime.timedelta(weeks=back)
        year, number, _ = week.isocalendar()
        write_csv(reports / f"query_perf_weekly_{year:04}{number:02}.csv", WEEKLY_HEADER, weekly_report(week, queries))
    (optimize / "index_advisor_report.json").write_text(index_advisor_report(arguments.end, queries), encoding="utf-8",
                                                        newline="\n")
    (optimize / "optimization_summary.txt").write_text(optimization_summary(arguments.end), encoding="utf-8", newline="\n")
    if arguments.ugly:
        make_ugly(reports, optimize, arguments.end)
    print(f"{7 * arguments.weeks} daily and {arguments.weeks} weekly reports in {reports}, two of the optimizer in {optimize}")


if __name__ == "__main__":
    main()
