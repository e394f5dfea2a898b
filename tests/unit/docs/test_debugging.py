"""The recipes in DEBUGGING.md name events, collections and codes that exist."""

from __future__ import annotations

import re

import pytest

from deploy.embedded import JOBS, SENDING
from deploy.profile import PEERS, ROOT
from services.notices.channels import CHANNELS

PAGE = (ROOT / "DEBUGGING.md").read_text("utf-8")
SOURCES = "\n".join(
    path.read_text("utf-8")
    for folder in ("services", "shared", "deploy")
    for path in (ROOT / folder).rglob("*.py")
)
EVENTS = set(re.findall(r'\blog\.\w+\(\s*"([a-z_]+\.[a-z_]+)"', SOURCES))
NAMED = re.findall(r'(?:db\[|collection\()"(\w+)"', SOURCES)
COLLECTIONS = {*NAMED, *(channel.collection for channel in CHANNELS)}
LOOPS = {*SENDING, *JOBS}
# Members of answers, not of documents.
ANSWERS = {"context", "processor", "unreached", "health", "attempts", "bounce"}
DOTTED = sorted(set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)`", PAGE)))


def is_known(name: str) -> bool:
    first, second, *_ = name.split(".")
    if first in PEERS and name not in LOOPS:
        return second in COLLECTIONS
    return name in EVENTS | LOOPS or first in COLLECTIONS | ANSWERS


def test_the_sources_hold_events_and_collections() -> None:
    assert "loop.failed" in EVENTS
    assert {"messages", "ledger_heads"} <= COLLECTIONS


@pytest.mark.parametrize("name", DOTTED)
def test_an_event_a_collection_or_a_loop_exists(name: str) -> None:
    assert is_known(name)


def test_queries_name_collections_that_exist() -> None:
    blocks = "".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    queried = re.findall(r"^(\w+)\.(\w+)\.find", blocks, re.MULTILINE)

    assert queried
    for database, collection in queried:
        assert database in PEERS
        assert collection in COLLECTIONS


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
