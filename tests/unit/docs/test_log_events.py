"""The page on log events names each event that the code can log, with its level and its fields."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from deploy.processes import PROCFILE, parse

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "deploy/guide/log-events.md").read_text("utf-8")
ROW = re.compile(r"^\| `([\w.]+)` \| (\w+) \| ([\w.]+) \| (.*?) \| (.+) \|$", re.MULTILINE)
LEVELS = ("debug", "info", "warning", "error", "exception")
EVENT = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
# Libraries and gunicorn log through these two, which set their event by assignment.
FOREIGN = {"library.logged", "server.logged"}


class Event(NamedTuple):
    """One place that logs: where, which event, how loud, and with which fields."""

    place: str
    name: str
    level: str
    fields: frozenset[str]


def events_in(source: str, place: str = "") -> Iterator[Event]:
    """Each call of a log method whose first argument is the name of an event."""
    tree = ast.parse(source)
    mappings: dict[str, list[object]] = {
        target.id: [key.value for key in node.value.keys if isinstance(key, ast.Constant)]
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Attribute(_, level), [ast.Constant(str(name))]) if level in LEVELS:
                if EVENT.fullmatch(name):
                    fields = {field for each in node.keywords for field in _fields(each, mappings)}
                    loud = "error" if level == "exception" else level
                    yield Event(f"{place}:{node.lineno}", name, loud, frozenset(fields))


def _fields(keyword: ast.keyword, mappings: dict[str, list[object]]) -> list[str]:
    if keyword.arg:
        return [] if keyword.arg == "exc_info" else [keyword.arg]
    assert isinstance(keyword.value, ast.Name), "A mapping of fields has a name of its own."
    return [str(each) for each in mappings[keyword.value.id]]


LOGGED = [
    event
    for top in ("services", "shared", "deploy")
    for path in sorted((ROOT / top).rglob("*.py"))
    for event in events_in(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())
]
DOCUMENTED = {name: rest for name, *rest in ROW.findall(PAGE)}


def test_the_page_lists_what_the_code_logs_and_nothing_else() -> None:
    assert len(LOGGED) > 30
    assert {event.name for event in LOGGED} | FOREIGN == set(DOCUMENTED)


def test_the_page_is_in_order_and_names_each_event_once() -> None:
    names = [row[0] for row in ROW.findall(PAGE)]
    assert names == sorted(set(names))


@pytest.mark.parametrize("event", LOGGED, ids=lambda event: event.place)
def test_level_and_fields_are_those_of_the_page(event: Event) -> None:
    level, _, fields, _ = DOCUMENTED[event.name]
    assert event.level == level
    assert event.fields <= set(re.findall(r"`(\w+)`", fields))


def test_no_field_of_the_page_is_logged_by_nobody() -> None:
    for name in DOCUMENTED.keys() - FOREIGN:
        logged = {field for event in LOGGED if event.name == name for field in event.fields}
        assert set(re.findall(r"`(\w+)`", DOCUMENTED[name][2])) == logged, name


def test_the_process_of_each_event_is_one_that_runs() -> None:
    lines = parse(PROCFILE.read_text("utf-8"))
    loops = {word for line in lines if not line.is_web for word in line.command[3:]}
    for name, (_, process, _, _) in DOCUMENTED.items():
        assert process in {"all", "apps", "loops", *loops}, name


def test_an_id_has_the_name_of_its_resource() -> None:
    """One name per field: `agreement_id`, never `agreement`, so that one search finds all."""
    bare = {"agreement", "change", "endpoint", "mail", "notice", "processor", "delivery"}
    assert [event for event in LOGGED if event.fields & bare] == []


def test_no_field_is_called_as_what_each_line_has() -> None:
    """A call with `event=` fails where it should have logged."""
    assert [e for e in LOGGED if e.fields & {"event", "level", "timestamp"}] == []
