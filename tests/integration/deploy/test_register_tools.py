"""A model asks the public register by the SDK's own client, over the pipes of `art28 mcp`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests import builders
from tests.serving import serving
from tests.vendor import Vendor

mcp = pytest.importorskip("mcp", reason="the extra art28[mcp] is not installed")

Json = dict[str, Any]
TOOLS = {"list_registers", "list_sub_processors", "sub_processor", "changes", "verdict"}
SECONDS = 60


@pytest.fixture
def origin(baseline: Vendor) -> Iterator[str]:
    with serving(baseline.stack.wsgi) as address:
        yield f"http://{address}"


def ask(origin: str, *calls: tuple[str, Json]) -> list[Any]:
    """The answers of the tools to these calls, in one session."""
    return asyncio.run(asyncio.wait_for(_ask(origin, calls), SECONDS))


async def _ask(origin: str, calls: tuple[tuple[str, Json], ...]) -> list[Any]:
    words = ["-m", "deploy.command", "mcp", "--origin", origin]
    started = mcp.StdioServerParameters(command=sys.executable, args=words)
    async with mcp.Client(started) as client:
        return [await client.call_tool(name, members) for name, members in calls]


async def _offered(origin: str) -> Any:
    words = ["-m", "deploy.command", "mcp", "--origin", origin]
    started = mcp.StdioServerParameters(command=sys.executable, args=words)
    async with mcp.Client(started) as client:
        return (await client.list_tools()).tools


def test_the_tools_say_what_they_are_for_and_change_nothing(origin: str) -> None:
    offered = asyncio.run(asyncio.wait_for(_offered(origin), SECONDS))
    assert {each.name for each in offered} == TOOLS
    assert all(each.description and each.annotations.read_only_hint for each in offered)


def test_a_model_finds_a_register_an_entry_and_its_verdict(baseline: Vendor, origin: str) -> None:
    [listed, *_] = baseline.must("GET", "/sub-processors")["items"]
    one = {"register": baseline.slug, "entry_id": listed["id"]}
    registers, entries, entry, verdict = ask(
        origin,
        ("list_registers", {}),
        ("list_sub_processors", {"register": baseline.slug}),
        ("sub_processor", one),
        ("verdict", one),
    )
    slugs = [each["slug"] for each in registers.structured_content["result"]]
    assert baseline.slug in slugs
    assert listed["id"] in [each["id"] for each in entries.structured_content["items"]]
    assert entry.structured_content["legal_name"] == listed["legal_name"]
    [place, *_] = verdict.structured_content["result"]
    assert place["verdict"]["status"] == listed["locations"][0]["verdict"]["status"]


def test_the_list_is_that_of_the_day_asked_for(baseline: Vendor, origin: str) -> None:
    before = {"register": baseline.slug, "on": "2019-01-01"}
    [told] = ask(origin, ("list_sub_processors", before))
    assert (told.structured_content["as_of"], told.structured_content["items"]) == (
        before["on"],
        [],
    )


def test_changes_come_with_what_they_change(baseline: Vendor, origin: str) -> None:
    change = baseline.announced(sub_processor=builders.sub_processor(legal_name="Mail Inc."))
    [told] = ask(origin, ("changes", {"register": baseline.slug}))
    [found] = [each for each in told.structured_content["result"] if each["id"] == change["id"]]
    assert found["sub_processor"]["legal_name"] == "Mail Inc."


def test_what_is_not_there_is_said_in_words(baseline: Vendor, origin: str) -> None:
    missing, nobody = ask(
        origin,
        ("sub_processor", {"register": baseline.slug, "entry_id": "sub_none"}),
        ("changes", {"register": "nobody"}),
    )
    assert missing.is_error
    assert "list_sub_processors" in missing.content[0].text
    assert nobody.is_error
    assert "404" in nobody.content[0].text
