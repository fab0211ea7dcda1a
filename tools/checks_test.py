#!/usr/bin/env python3
"""The house checks must be able to fail: each is shown a bad tree."""
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import check_headers  # noqa: E402
import check_layers  # noqa: E402
import check_sizes  # noqa: E402
import check_words  # noqa: E402
from function_sizes import function_sizes  # noqa: E402

NO_EXCEPTIONS = {"files": {}, "functions": {}}


class Tree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def write_rooms(self, low_links="", high_links="low"):
        self.write("CMakeLists.txt", "foreach(room core low high)\nendforeach()\n")
        self.write("src/core/CMakeLists.txt", "sluice_room(core SOURCES a.cc)")
        self.write("src/low/CMakeLists.txt", f"sluice_room(low SOURCES a.cc LINKS {low_links} LIBRARIES fmt::fmt)")
        self.write("src/high/CMakeLists.txt", f"sluice_room(high SOURCES a.cc LINKS {high_links})")


class Layers(Tree):
    def test_a_linked_room_may_be_included_directly_and_through_others(self):
        self.write_rooms(low_links="core")
        self.write("src/high/a.cc", '#include "low/a.h"\n#include "core/error.h"\n#include <arrow/array.h>\n')
        self.assertEqual(check_layers.check(self.root), [])

    def test_an_upward_include_fails(self):
        self.write_rooms()
        self.write("src/low/a.h", '\n#include "high/a.h"\n')
        self.assertIn("src/low/a.h:2", check_layers.check(self.root)[0])

    def test_an_unlinked_room_below_fails(self):
        self.write_rooms()
        self.write("src/low/a.h", '#include "core/error.h"\n')
        self.assertIn("does not link 'core'", check_layers.check(self.root)[0])

    def test_a_link_that_points_up_fails(self):
        self.write_rooms(low_links="high")
        self.assertIn("links go only downwards", check_layers.check(self.root)[0])

    def test_arrow_in_core_fails(self):
        self.write_rooms()
        self.write("src/core/a.h", "#include <arrow/array.h>\n")
        self.assertIn("without Arrow", check_layers.check(self.root)[0])

    def test_a_room_that_uses_the_face_for_users_fails(self):
        self.write_rooms()
        self.write("src/low/a.h", '#include "sluice/table.h"\n')
        self.assertIn("which is for users", check_layers.check(self.root)[0])

    def test_a_third_party_type_in_a_public_header_fails(self):
        self.write_rooms()
        self.write("include/sluice/a.h", "#include <nlohmann/json.hpp>\n")
        self.assertIn("third party", check_layers.check(self.root)[0])


class Words(Tree):
    def problems(self, text, name="src/a.cc"):
        self.write(name, text)
        return check_words.check(self.root, [name])

    def test_plain_text_passes(self):
        self.assertEqual(self.problems("int Work();  // a/work/b and crates\n"), [])

    def test_open_ends_fail(self):
        self.assertIn("src/a.cc:2", self.problems("\n// TO" + "DO later\n")[0])

    def test_machine_paths_fail(self):
        self.assertTrue(self.problems('"/ho' + 'me/someone/data"'))
        self.assertTrue(self.problems("see /wo" + "rk/main"))

    def test_registry_hosts_fail(self):
        self.assertTrue(self.problems("resolved: https://registry.npm" + "js.org/x"))

    def test_nameless_files_fail(self):
        self.assertTrue(self.problems("", "src/core/string_util.h"))
        self.assertTrue(self.problems("", "src/common/a.h"))


class Sizes(Tree):
    def problems(self, name, text, ratchet=NO_EXCEPTIONS):
        self.write(name, text)
        return check_sizes.check(self.root, ratchet, [name])[0]

    def test_functions_are_found_and_counted(self):
        text = ("namespace a {\nclass B {\n  B() : x_{1} {}\n  int x_;\n};\n"
                "template <typename T>\nint Long(T t) noexcept {\n  auto f = [&](int i) {\n    return i;\n  };\n"
                "  if (t) { return f('{'); }\n  return 0;  // }\n}\nint z = 1'000'000;\nconst int k[] = {1, 2};\n}\n")
        found = {name: lines for name, _, lines in function_sizes(text)}
        self.assertEqual(found.get("Long"), 8)
        self.assertNotIn("k", found)

    def test_a_long_file_fails_unless_the_ratchet_names_it(self):
        text = "int a;\n" * 700
        self.assertTrue(any("at most 600" in p for p in self.problems("src/a.cc", text)))
        allowed = self.problems("src/a.cc", text, {"files": {"src/a.cc": 700}, "functions": {}})
        self.assertFalse(any("600" in p for p in allowed))

    def test_a_long_file_may_not_grow(self):
        grown = self.problems("src/a.cc", "int a;\n" * 701, {"files": {"src/a.cc": 700}, "functions": {}})
        self.assertTrue(any("grew from 700 to 701" in p for p in grown))

    def test_a_long_function_fails(self):
        found = self.problems("src/a.cc", "void Long() {\n" + "  Do();\n" * 80 + "}\n")
        self.assertTrue(any("src/a.cc:Long: 82 lines" in p for p in found))


class Headers(Tree):
    def test_a_header_that_needs_another_one_fails(self):
        self.write("src/low/good.h", "#pragma once\n#include <string>\nstd::string Name();\n")
        self.write("src/low/bad.h", "#pragma once\nstd::vector<int> Values();\n")
        entry = {"file": "/x/src/low/a.cc", "command": "g++ -std=c++20 -o a.o -c a.cc", "directory": "/x"}
        self.write("build/compile_commands.json", json.dumps([entry]))
        problems, count = check_headers.check(self.root, self.root / "build", 2)
        self.assertEqual(count, 2)
        self.assertEqual(len(problems), 1)
        self.assertIn("low/bad.h does not compile alone", problems[0])

    def test_only_a_source_that_begins_with_its_header_proves_it(self):
        self.write("src/low/a.h", "#pragma once\nstd::string Name();\n")
        self.write("src/low/a.cc", '#include "low/a.h"\n#include <string>\n')
        self.write("src/low/b.h", "std::string Name();\n")
        self.write("src/low/b.cc", '#include <string>\n#include "low/b.h"\n')
        entries = [{"file": f"/x/src/low/{name}.cc", "command": "g++ -std=c++20 -o a.o -c a.cc", "directory": "/x"} for name in "ab"]
        self.write("build/compile_commands.json", json.dumps(entries))
        problems, _ = check_headers.check(self.root, self.root / "build", 2)
        self.assertEqual(len(problems), 2)
        self.assertIn("low/b.h has no #pragma once", problems[0])
        self.assertIn("low/b.h does not compile alone", problems[1])


if __name__ == "__main__":
    unittest.main()
