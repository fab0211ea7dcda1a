"""Find the functions of a C++ file and count their lines, without a compiler: braces and what stands before them."""
import re

_NOISE = re.compile(
    r'R"(?P<tag>[^(\s]*)\((?:.|\n)*?\)(?P=tag)"'  # raw strings
    r"|//[^\n]*|/\*(?:.|\n)*?\*/"  # comments
    r'|"(?:\\.|[^"\\\n])*"'  # strings
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'"  # characters, but no digit separators
    r"|^[ \t]*#(?:[^\n\\]|\\\n|\\.)*",  # preprocessor lines
    re.MULTILINE,
)
_SCOPE = re.compile(r"^\s*(?:template\s*<.*>\s*)?(?:inline\s+)?(?:namespace|class|struct|union|enum|extern)\b", re.DOTALL)
_NAME = re.compile(r"([~\w:<>]+|operator\s*\S+)\s*\(")


def blanked(text):
    """The text with comments and literals replaced by spaces; line breaks stay."""
    return _NOISE.sub(lambda match: re.sub(r"[^\n]", " ", match.group(0)), text)


def _is_function(head):
    head = head.strip()
    if not head or _SCOPE.match(head) or "(" not in head:
        return False
    return not re.search(r"[=,(]\s*$", head)


def function_sizes(text):
    """[(name, first line, lines)] of the outermost function bodies, in file order."""
    code, found = blanked(text), []
    stack = []  # per open brace: None for a scope or block, (name, line) for a function body
    depth_in_function, head_start, parens = 0, 0, 0
    for index, char in enumerate(code):
        if char in "()":
            parens += 1 if char == "(" else -1
        elif char == "{":
            head = code[head_start:index]
            if depth_in_function == 0 and parens == 0 and _is_function(head):
                begin = head_start + len(head) - len(head.lstrip())
                name = _NAME.search(head)
                stack.append((name.group(1) if name else "?", code.count("\n", 0, begin) + 1))
                depth_in_function = 1
            else:
                stack.append(None)
                depth_in_function += 1 if depth_in_function else 0
            head_start = index + 1
        elif char == "}" and stack:
            opened = stack.pop()
            if depth_in_function:
                depth_in_function -= 1
            if opened:
                found.append((opened[0], opened[1], code.count("\n", 0, index) + 2 - opened[1]))
            head_start = index + 1
        elif char == ";" and parens == 0:
            head_start = index + 1
    return found
