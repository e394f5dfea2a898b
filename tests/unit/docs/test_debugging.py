"""The recipes in DEBUGGING.md name events, collections and codes that exist."""

from __future__ import annotations

import re
from typing import get_type_hints

import pytest
from pymongo import MongoClient

from deploy.embedded import JOBS, SENDING
from deploy.profile import PEERS, ROOT
from deploy.shell import stores_of
from shared.mongo import Mongo
from tests.stored import OWN, SHARED, Declared

PAGE = (ROOT / "DEBUGGING.md").read_text("utf-8")
SOURCES = "\n".join(
    path.read_text("utf-8")
    for folder in ("services", "shared", "deploy")
    for path in (ROOT / folder).rglob("*.py")
)
EVENTS = set(re.findall(r'\blog\.\w+\(\s*"([a-z_]+\.[a-z_]+)"', SOURCES))
LOOPS = {*SENDING, *JOBS}
# Members of answers, not of documents.
ANSWERS = {"context", "processor", "unreached", "health", "attempts", "bounce"}
DOTTED = sorted(set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", PAGE)))


def is_known(name: str) -> bool:
    first, *rest = name.split(".")
    if name in EVENTS | LOOPS or first in ANSWERS:
        return True
    if first == "stores":
        return rest[0] in PEERS
    if first in PEERS:
        return is_member({**SHARED, **OWN[first]}, *rest)
    return any(is_member({**SHARED, **own}, first, *rest) for own in OWN.values())


def is_member(declared: Declared, collection: str, member: str = "", *_: str) -> bool:
    """Whether there is the collection, and the member in its documents."""
    kind = declared.get(collection)
    return kind is not None and (not member or member in get_type_hints(kind))


def test_the_sources_hold_events() -> None:
    assert "loop.failed" in EVENTS


@pytest.mark.parametrize("name", DOTTED)
def test_an_event_a_collection_or_a_loop_exists(name: str) -> None:
    assert is_known(name)


def test_queries_name_collections_that_exist() -> None:
    blocks = "".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    queried = re.findall(r"^(\w+)\.(\w+)\.find", blocks, re.MULTILINE)

    assert queried
    for database, collection in queried:
        assert is_known(f"{database}.{collection}")


def test_stores_in_recipes_exist() -> None:
    blocks = "".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    calls = re.findall(r"^stores\.(\w+)\.(\w+)\.(\w+)\(", blocks, re.MULTILINE)
    known = stores_of({service: Mongo(MongoClient(connect=False), service) for service in PEERS})

    assert calls
    for service, store, method in calls:
        assert callable(getattr(getattr(getattr(known, service), store), method))


def test_every_code_of_a_refusal_exists() -> None:
    codes = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", PAGE)) - {"webhook-id"}

    assert "notice-period-too-short" in codes
    for code in codes:
        assert f'"{code}"' in SOURCES, code


def test_every_symptom_of_the_list_has_its_section() -> None:
    listed = re.findall(r"^- \[(.*?)\]\(#(.*?)\)$", PAGE, re.MULTILINE)
    sections = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)

    assert [title for title, _ in listed] == sections[sections.index("Symptoms") + 1 :]
    for title, anchor in listed:
        assert anchor == re.sub(r"[^a-z0-9_ -]", "", title.lower()).replace(" ", "-")
