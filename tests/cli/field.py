"""field NAME...: print members of the JSON document on standard input; `a.0.b` walks into arrays and objects."""
import json
import sys

document = json.load(sys.stdin)
for name in sys.argv[1:]:
    value = document
    for step in name.split("."):
        value = value[int(step)] if isinstance(value, list) else value[step]
    print(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
