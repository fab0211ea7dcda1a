"""Rows come back as they were recorded, whatever form they had."""
import copy
import dataclasses
import datetime
import decimal
import json
import math
import threading
import typing
import zoneinfo

import pyarrow
import pyarrow.compute

import sluice
from scratch import ScratchTest

START = datetime.datetime(2026, 1, 2, 3, 4, 5, 678901)


@dataclasses.dataclass
class Execution:
    execution_id: str
    test_id: str = "run-7"
    query_text: typing.Optional[str] = None
    start_time: typing.Optional[datetime.datetime] = None
    duration_ms: typing.Optional[float] = None
    rows_affected: typing.Optional[int] = None
    success: bool = True
    custom_metadata: dict = dataclasses.field(default_factory=dict)
    query_kind: str = ""


FULL = {
    "execution_id": "e1", "test_id": "run-7", "query_id": "q1", "query_text": "SELECT 'ä€😀'", "start_time": START,
    "end_time": datetime.datetime(1969, 12, 31, 23, 59, 59, 999999), "duration_ms": 1.25, "rows_affected": 12,
    "bytes_scanned": 1 << 40, "warehouse": "small", "success": True, "error": None, "connection_id": "c1",
    "custom_metadata": {"b": 1, "a": [1.5, None, "x"]}, "query_kind": " insert", "worker_id": "w0", "warmup": False,
    "app_elapsed_ms": 2,
}


class RecordTest(ScratchTest):
    def test_a_dict_becomes_a_row_of_21_columns(self):
        [row] = self.record(sluice.QUERY_EXECUTION, FULL)
        expected = {**FULL, "custom_metadata": '{"b":1,"a":[1.5,null,"x"]}', "app_elapsed_ms": 2.0, "sf_rows_inserted": 12,
                    "sf_rows_updated": None, "sf_rows_deleted": None}
        self.assertEqual(row, expected)
        self.assertEqual(list(row), list(expected))

    def test_all_forms_give_the_same_row(self):
        by_name = Execution("e", query_text="q", start_time=START, rows_affected=3, query_kind="DELETE")
        as_dict = dataclasses.asdict(by_name)
        names = [name for name in FULL]
        as_tuple = tuple(as_dict.get(name) for name in names)
        rows = self.record(sluice.QUERY_EXECUTION, by_name, as_dict, as_tuple, dict(reversed(as_dict.items())))
        self.assertEqual(rows[0]["sf_rows_deleted"], 3)
        self.assertEqual(rows, [rows[0]] * 4)

    def test_the_record_is_not_changed(self):
        record = copy.deepcopy(FULL)
        self.record(sluice.QUERY_EXECUTION, record)
        self.assertEqual(record, FULL)

    def test_a_missing_key_is_null_and_missing_metadata_is_an_empty_object(self):
        [row, other] = self.record(sluice.QUERY_EXECUTION, {"execution_id": "e"}, {"execution_id": "f", "custom_metadata": ""})
        self.assertIsNone(row["duration_ms"])
        self.assertEqual([row["custom_metadata"], other["custom_metadata"]], ["{}", "{}"])

    def test_keys_in_another_order_than_in_the_record_before(self):
        rows = self.record("a int64, b string", {"a": 1, "b": "x"}, {"b": "y", "a": 2}, {"b": "z"}, {"a": 3, "b": "w"})
        self.assertEqual([tuple(row.values()) for row in rows], [(1, "x"), (2, "y"), (None, "z"), (3, "w")])

    def test_json_is_written_as_the_json_module_reads_it(self):
        values = [{"ключ": "ä\"\\\n\x01/"}, [1, -2, 1 << 70, 0.1, 1e300, 5.0, True, None], {"deep": [{"er": ()}]}, {1: "a number as key"}, [], 7,
                  {"list": [[]] * 3}]
        rows = self.record("j json", *({"j": value} for value in values))
        for row, value in zip(rows, values):
            self.assertEqual(json.loads(row["j"]), json.loads(json.dumps(value)), row["j"])
        deep = []
        for _ in range(200):
            deep = [deep]
        self.assertEqual(len(self.record("j json", {"j": deep})), len(values) + 1)

    def test_a_json_text_is_kept(self):
        [row] = self.record("j json", {"j": '{"b": 1,  "a": 2}'})
        self.assertEqual(row["j"], '{"b": 1,  "a": 2}')

    def test_numbers_and_times_of_every_width(self):
        schema = "n int32, f float32, d decimal(9,2), ms timestamp(ms), ns timestamp(ns), b bool"
        [row] = self.record(schema, {"n": -(1 << 31), "f": 0.5, "d": decimal.Decimal("-1234567.8"), "ms": START, "ns": START, "b": False})
        self.assertEqual((row["n"], row["f"], row["d"], row["b"]), (-(1 << 31), 0.5, decimal.Decimal("-1234567.80"), False))
        self.assertEqual(row["ms"], START.replace(microsecond=678000))
        self.assertEqual(self.published().column("ns").cast(pyarrow.int64())[0].as_py() % 10**9, 678901000)

    def test_instants_are_in_utc_whatever_their_zone(self):
        schema = sluice.Schema("wall timestamp(us), us timestamp(us,UTC), ms timestamp(ms, UTC), made timestamp(us,UTC)", stamps=["made"])
        moments = [START.replace(tzinfo=zone) for zone in (datetime.timezone.utc, datetime.timezone(datetime.timedelta(hours=5, minutes=30)),
                                                          zoneinfo.ZoneInfo("America/New_York"))]
        rows = self.record(schema, *({"wall": START, "us": moment, "ms": moment} for moment in moments), {})
        for row, moment in zip(rows, moments):
            self.assertEqual((row["wall"], row["us"]), (START, moment))
            self.assertEqual(row["ms"], moment.replace(microsecond=678000))
            self.assertLess(abs(row["made"] - datetime.datetime.now(datetime.timezone.utc)), datetime.timedelta(minutes=1))
        self.assertEqual(rows[3]["us"], None)
        types = [str(kind) for kind in self.published().schema.types]
        self.assertEqual(types, ["timestamp[us]", "timestamp[us, tz=UTC]", "timestamp[ms, tz=UTC]", "timestamp[us, tz=UTC]"])

    def test_decimals_keep_every_digit(self):
        numbers = ["0", "-0.00", "1E+3", "12.500", "99999999999999999999999999999999999.999", "-0.001", 7]
        rows = self.record("d decimal(38,3)", *({"d": decimal.Decimal(number)} for number in numbers))
        self.assertEqual([row["d"] for row in rows], [decimal.Decimal(number) for number in numbers])

    def test_stamps_are_made_by_append(self):
        before = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        [row] = self.record(sluice.Schema("a int64, at timestamp(us) not null", stamps=["at"]), {"a": 1})
        after = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        slack = datetime.timedelta(milliseconds=5)
        self.assertTrue(before - slack <= row["at"] <= after + slack, row["at"])

    def test_a_long_text_is_cut_and_counted(self):
        recorder = self.open("s string")
        recorder.append(("x" * 70_000,))
        recorder.close()
        [row] = self.published().to_pylist()
        self.assertEqual(row["s"], "x" * (65_536 - 3) + "…")
        self.assertEqual(recorder.stats["cut_texts"], 1)


class RefusalTest(ScratchTest):
    def refused(self, kind, pattern, schema, record):
        with self.open(schema) as recorder:
            with self.assertRaisesRegex(kind, pattern):
                recorder.append(record)
            self.assertEqual(recorder.stats["total_rows"], 0)

    def test_a_value_of_the_wrong_type_names_its_column(self):
        wrong = (("int64", 1.0, "an int, not float"), ("int64", True, "an int, not bool"), ("int64", "1", "an int, not str"),
                 ("int32", 1.5, "an int, not float"), ("float64", "1", "a float or an int, not str"), ("float64", False, "a float or an int, not bool"),
                 ("bool", 1, "a bool, not int"), ("string", b"x", "a str, not bytes"), ("string", 1, "a str, not int"),
                 ("timestamp(us)", "2026-01-01", "a datetime, not str"), ("timestamp(us)", datetime.date(2026, 1, 1), "a datetime, not date"),
                 ("decimal(4,2)", 1.5, "a Decimal or an int, not float"))
        for number, (kind, value, said) in enumerate(wrong):
            with self.subTest(kind=kind, value=value):
                self.refused(TypeError, f"^column 'c' takes {said}$", f"a int64, c {kind}", {"a": number, "c": value})

    def test_a_value_that_does_not_fit_names_its_column(self):
        wrong = (("int64", 1 << 63), ("int32", 1 << 31), ("string not null", None), ("timestamp(ns)", datetime.datetime(2300, 1, 1)),
                 ("decimal(4,2)", decimal.Decimal("1.234")), ("decimal(4,2)", decimal.Decimal(100)), ("decimal(4,2)", decimal.Decimal("NaN")))
        for kind, value in wrong:
            with self.subTest(kind=kind, value=value):
                self.refused(ValueError, "column 'c'", f"c {kind}", {"c": value})

    def test_a_time_with_a_zone_is_no_wall_clock_and_one_without_no_instant(self):
        self.refused(TypeError, "column 't' takes times without a zone", "t timestamp(us)", (START.replace(tzinfo=datetime.timezone.utc),))
        self.refused(TypeError, "column 't' is in UTC and takes times with a zone", "t timestamp(us,UTC)", (START,))

    def test_texts_and_metadata_that_have_no_utf8_or_no_json(self):
        self.refused(ValueError, "^column 's': .*surrogates", "s string", ("\ud800",))
        self.refused(ValueError, "^column 's': .*surrogates", sluice.Schema("s string", symbols=["s"]), ("\ud800",))
        self.refused(ValueError, "^column 'j': .*(JSON|json|float)", "j json", ({"a": math.nan},))
        self.refused(TypeError, "^column 'j': .*serializable", "j json", ({"a": START},))

    def test_texts_that_are_too_long_together(self):
        names = "abcdef"
        self.refused(ValueError, "^the texts of the row take .* together", ", ".join(f"{name} string" for name in names),
                     {name: name * 100_000 for name in names})

    def test_nothing_of_a_refused_record_is_stored(self):
        schema = sluice.Schema("a string, k string, n int64, b string, last int32", symbols=["k"])
        with self.open(schema) as recorder:
            for bad in ({"a": "lost", "k": "lost", "n": None, "b": "lost", "last": 1 << 40}, {"a": None, "n": 5, "b": None, "last": "x"},
                        {name: name * 100_000 for name in "ab"} | {"last": 1.5}):
                with self.assertRaises((TypeError, ValueError)):
                    recorder.append(bad)
            good = {"a": "kept", "k": "kept", "n": 7, "b": "", "last": -1}
            self.assertTrue(recorder.append(good))
            self.assertTrue(recorder.append({}))
        self.assertEqual(self.published().to_pylist(), [good, dict.fromkeys(good)])
        self.assertEqual(recorder.stats["total_rows"], 2)

    def test_an_unknown_key_is_an_error_first_and_counted_later(self):
        self.refused(ValueError, "'colour'", "a int64", {"a": 1, "colour": "red"})
        with self.open("a int64") as recorder:
            self.assertTrue(recorder.append({"a": 1}))
            self.assertTrue(recorder.append({"a": 2, "colour": "red"}))
            self.assertEqual(recorder.stats["unknown_keys"], 1)
        self.assertEqual(self.published().column("a").to_pylist(), [1, 2])

    def test_an_unknown_field_of_a_dataclass(self):
        point = dataclasses.make_dataclass("Point", ["a", "b"])
        self.refused(ValueError, "'b'", "a int64", point(1, 2))
        with self.open("a int64") as recorder:
            for record in ((1,), point(2, 0), point(3, 0)):
                self.assertTrue(recorder.append(record))
            self.assertEqual(recorder.stats["unknown_keys"], 2)
        self.assertEqual(self.published().column("a").to_pylist(), [1, 2, 3])

    def test_names_of_derived_columns_are_not_read(self):
        with self.open(sluice.QUERY_EXECUTION) as recorder:
            recorder.append({"execution_id": "e", "query_kind": "insert", "rows_affected": 1, "sf_rows_inserted": "no number"})
            self.assertEqual(recorder.stats["unknown_keys"], 0)
        self.assertEqual(self.published().column("sf_rows_inserted").to_pylist(), [1])

    def test_no_record(self):
        self.refused(TypeError, "a record is", "a int64", 7)
        self.refused(ValueError, "has 1 values, .* has 2", "a int64", (1, 2))
        with self.open("a int64") as recorder, self.assertRaises(TypeError):
            recorder.append_row([1])

    def test_a_good_record_after_a_bad_one(self):
        with self.open("a int64, b string") as recorder:
            with self.assertRaises(TypeError):
                recorder.append({"a": 1, "b": 2})
            recorder.append({"a": 3})
        self.assertEqual(self.published().to_pylist(), [{"a": 3, "b": None}])

    def test_python_code_of_a_value_may_append_itself(self):
        with self.open("a int64, s string, b int64") as recorder:
            class Number:
                def __index__(self):
                    recorder.append({"a": 1, "s": "inner" * 10, "b": 1})
                    return 2
            recorder.append({"a": 2, "s": "outer" * 10, "b": Number()})
        self.assertEqual([tuple(row.values()) for row in self.published().to_pylist()], [(1, "inner" * 10, 1), (2, "outer" * 10, 2)])

    def test_options_and_schemas_that_cannot_be(self):
        for schema, options in (("a nonsense", {}), ("", {}), ("a timestamp(us,Europe/Berlin)", {}), ("a int64", {"codec": "nonsense"}),
                                (sluice.Schema("a int64", symbols=["b"]), {})):
            with self.subTest(schema=schema), self.assertRaises(sluice.RecorderError) as caught:
                self.open(schema, **options)
            self.assertIn(caught.exception.kind, ("InvalidInput", "Unsupported"))
        with self.assertRaises(ValueError):
            self.open("a int64", when_full="explode")
        for name, value in (("durability", "none"), ("threads_max", -1), ("file_rows_max", "many"), ("codec", 5), ("survive_kill", None),
                            ("rotate_after", -1), ("hand_over_after", float("nan")), ("ring_bytes_per_thread", 1.5)):
            with self.subTest(name=name), self.assertRaisesRegex(ValueError, name):
                self.open("a int64", **{name: value})

    def test_two_recorders_of_the_same_names(self):
        with self.open("a int64"), self.assertRaises(sluice.RecorderError) as caught:
            self.open("a int64")
        self.assertEqual(caught.exception.kind, "Conflict")


class LifeTest(ScratchTest):
    def test_stats_before_and_after_close(self):
        recorder = self.open("a int64")
        for number in range(1000):
            recorder.append_row((number,))
        stats = recorder.stats
        self.assertEqual((stats["total_rows"], stats["buffered_rows"] + stats["landed"]), (1000, 1000))
        report = recorder.close()
        self.assertEqual(report, {"directory": str(self.folder / "qe_t_w"), "accepted": 1000, "landed": 1000, "dropped": 0, "files": 1})
        self.assertEqual(recorder.close(), report)
        self.assertFalse(recorder.append_row((1,)))
        stats = recorder.stats
        self.assertEqual((stats["total_rows"], stats["landed"], stats["dropped"], stats["buffered_rows"], stats["files_written"]),
                         (1001, 1000, 1, 0, 1))
        self.assertEqual(stats["last_error"], "")

    def test_an_exception_keeps_the_files(self):
        with self.assertRaises(ZeroDivisionError), self.open("a int64") as recorder:
            recorder.append((1,))
            raise ZeroDivisionError
        self.assertEqual(self.published().num_rows, 1)

    def test_cleanup_on_error_keeps_the_files(self):
        recorder = self.open("a int64")
        recorder.append((1,))
        self.assertEqual(recorder.cleanup_on_error()["landed"], 1)
        self.assertEqual(self.published().num_rows, 1)

    def test_a_recorder_that_was_never_closed_is_recovered_by_the_next(self):
        recorder = self.open("a int64")
        recorder.append((7,))
        del recorder
        self.open("a int64").close()
        self.assertEqual(self.published().to_pylist(), [{"a": 7}])

    def test_rows_that_are_durable_with_their_block(self):
        with self.open("a int64", durability="row_group", hand_over_after=0.001) as recorder:
            recorder.append((7,))
        self.assertEqual(self.published().to_pylist(), [{"a": 7}])

    def test_files_turn_over(self):
        with self.open("a int64", file_rows_max=1000, min_rows_for_split=1, hand_over_after=0.001) as recorder:
            for number in range(5000):
                recorder.append_row((number,))
        self.assertGreaterEqual(recorder.stats["files_written"], 2)
        self.assertTrue(sorted(self.published().column("a").to_pylist()) == list(range(5000)))

    def test_threads(self):
        rows, count = 20_000, 4
        with self.open(sluice.Schema("thread int64, number int64, name string, j json", symbols=["name"])) as recorder:
            def work(thread):
                for number in range(rows):
                    recorder.append({"thread": thread, "number": number, "name": f"n{number % 50}", "j": {"n": number}})
            threads = [threading.Thread(target=work, args=(thread,)) for thread in range(count)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        table = self.published()
        self.assertEqual(table.num_rows, rows * count)
        for thread in range(count):
            mine = table.filter(pyarrow.compute.equal(table.column("thread"), thread))
            # Not assertEqual: it would compare lists of this length word by word.
            self.assertTrue(mine.column("number").to_pylist() == list(range(rows)), thread)
            self.assertTrue(mine.column("j").to_pylist() == [f'{{"n":{number}}}' for number in range(rows)], thread)
            self.assertTrue(mine.column("name").to_pylist() == [f"n{number % 50}" for number in range(rows)], thread)
