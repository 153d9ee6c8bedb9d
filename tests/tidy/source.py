"""Reads C++ just well enough for the rules: includes, comments, functions."""

import re

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)
# Strings, characters and comments, whichever comes first.
TOKEN = re.compile(r'R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*.*?\*/', re.S)


def includes(text):
    """(line, path, whether in quotes) of every include."""
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start(2)) + 1, match[2], match[1] == '"'


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The same text with comments blanked, line numbers kept; strings stay."""
    return TOKEN.sub(lambda m: _blank(m[0]) if m[0].startswith(("//", "/*")) else m[0], text)


def without_literals(text):
    """Comments and strings blanked: what is left has balanced braces."""
    # A digit separator (1'000) is not a character.
    text = re.sub(r"(?<=[0-9])'(?=[0-9])", " ", text)
    return TOKEN.sub(lambda m: _blank(m[0]), text)


def functions(text):
    """(line, length, title) of every function body: a brace that follows a parameter list, outside of
    other functions. Lambdas count as part of the function around them."""
    code = without_literals(text)
    stack = []
    for match in re.finditer(r"[{}]", code):
        if match[0] == "{":
            stack.append((match.start(), _head(code, match.start())))
        elif stack:
            start, head = stack.pop()
            outer = any(_is_function(other) for _, other in stack)
            if _is_function(head) and not outer:
                first = code.count("\n", 0, start) + 1
                last = code.count("\n", 0, match.start()) + 1
                yield first, last - first + 1, _title(head)


def _head(code, at):
    """What stands before a brace, back to the end of the statement or block before it."""
    begin = max(code.rfind(mark, 0, at) for mark in ";{}")
    return code[begin + 1:at].strip()


def _is_function(head):
    if re.match(r"(namespace|class|struct|enum|union|extern|using|inline namespace)\b", head):
        return False
    head = re.sub(r"^(template\s*<.*?>\s*)", "", head, flags=re.S)
    if re.match(r"(class|struct|enum|union)\b", head):
        return False
    # After "=", "(" or "," a brace begins the list of a value, e.g. a table.
    return "(" in head and not re.search(r"[=(,]\s*$", head)


def _title(head):
    match = re.search(r"([\w:~]+)\s*\(([^()]*)", head)
    if match and match[1] in ("TEST", "TEST_F", "TEST_P"):
        return f"{match[1]}({match[2].strip()})"
    return match[1] if match else "a function"
