"""Finds where a program reads the wall clock or the machine's time zone, in its syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

# Each of these says what time it is, however it is called.
CLOCKS = {
    "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.time", "time.time_ns", "time.clock_gettime", "time.clock_gettime_ns",
    "uuid.uuid1", "email.utils.localtime", "shared.times.utc_now",
}  # fmt: skip
# Each of these says what time it is, unless it is given so many arguments.
CLOCKS_BY_DEFAULT = {
    "time.localtime": 1, "time.gmtime": 1, "time.ctime": 1, "time.asctime": 1, "time.strftime": 2,
    "email.utils.formatdate": 1, "werkzeug.http.http_date": 1,
}  # fmt: skip
# Arguments that say how the time is written, not which.
FORMS = {"usegmt", "localtime"}
# These go by the zone of the machine, unless they are given one.
ZONES_BY_DEFAULT = {"astimezone": 1}
NAMES = {each.rpartition(".")[2] for each in (*CLOCKS, *CLOCKS_BY_DEFAULT, *ZONES_BY_DEFAULT)}
# A program without one of these words reads no clock; most need not be parsed.
WORDS = re.compile(rf"\b({'|'.join(NAMES)})\b")


def wall_clock_reads(source: str) -> list[str]:
    """What in this program reads the clock or the zone, as ``line: name``, in order.

    A clock that is only handed on counts as well. Names are followed through imports, plain
    assignments and ``getattr``.
    """
    if not WORDS.search(source):
        return []
    nodes = list(ast.walk(ast.parse(source)))
    names = dict(_imported(nodes))
    for node in nodes:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            meant = _meant(node.value, names)
            names |= {each.id: meant for each in targets if meant and isinstance(each, ast.Name)}
    found = [
        (node.lineno, name)
        for node in nodes
        if isinstance(node, ast.expr) and (name := _read(node, names))
    ]
    return [f"{line}: {name}" for line, name in sorted(set(found))]


def _imported(nodes: list[ast.AST]) -> Iterator[tuple[str, str]]:
    """Local names of modules and of what is taken from them, with their full names."""
    for node in nodes:
        if isinstance(node, ast.Import):
            for each in node.names:
                top = each.name.partition(".")[0]
                yield (each.asname, each.name) if each.asname else (top, top)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                yield each.asname or each.name, f"{node.module}.{each.name}"


def _meant(node: ast.expr, names: dict[str, str]) -> str:
    """The full name of what this expression stands for; empty when it is not known."""
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute) and (owner := _meant(node.value, names)):
        return f"{owner}.{node.attr}"
    match node:
        case ast.Call(func=ast.Name("getattr"), args=[of, ast.Constant(str(member)), *_]):
            return f"{_meant(of, names)}.{member}"
    return ""


def _read(node: ast.AST, names: dict[str, str]) -> str:
    if isinstance(node, ast.Call):
        given = len(node.args) + sum(each.arg not in FORMS for each in node.keywords)
        if given < CLOCKS_BY_DEFAULT.get(name := _meant(node.func, names), 0):
            return name
        member = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if given < ZONES_BY_DEFAULT.get(member, 0):
            return member
    if isinstance(node, ast.expr) and (name := _meant(node, names)) in CLOCKS:
        return name
    return ""
