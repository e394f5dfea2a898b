"""What a model may ask of published registers: tools over the Model Context Protocol.

    art28 mcp --origin https://art28.example

It reads what anybody may read, by HTTP, and changes nothing. Needs the extra `art28[mcp]`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

import requests
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

Json = dict[str, Any]
SECONDS = 20
READ_ONLY = ToolAnnotations(read_only_hint=True, open_world_hint=True)
INSTRUCTIONS = (
    "Registers of sub-processors under Art. 28 GDPR, as their processors have published them. "
    "Begin with list_registers. A verdict says whether a transfer has a legal basis on a day, "
    "and why."
)
Register = Annotated[str, Field(description="The slug of the register, from list_registers.")]
Entry = Annotated[str, Field(description="The id of the entry, from list_sub_processors.")]
Day = Annotated[date | None, Field(description="YYYY-MM-DD; left out: today.")]
# What a list says of an entry; the rest is in sub_processor.
BRIEF = ("id", "legal_name", "country", "purpose", "categories", "listed_since", "listed_until",
         "next_change")  # fmt: skip


NOT_THERE = "The register has no such entry on that day; list_sub_processors names those it has."


def server(origin: str) -> MCPServer[Any]:
    """The tools over the public pages of ``origin``."""
    found: MCPServer[Any] = MCPServer("art28", instructions=INSTRUCTIONS, log_level="WARNING")
    for tool in tools(Pages(origin)):
        found.tool(annotations=READ_ONLY)(tool)
    return found


class Pages:
    """The machine forms of public pages, by HTTP."""

    def __init__(self, origin: str) -> None:
        self._origin = origin.rstrip("/")
        self._session = requests.Session()

    def read(self, path: str, day: date | None = None) -> Json:
        """Raises ``ToolError`` with what the origin says is wrong."""
        asked = {"as_of": day.isoformat()} if day else {}
        answer = self._session.get(f"{self._origin}{path}", params=asked, timeout=SECONDS)
        if not answer.ok:
            raise ToolError(f"{answer.status_code}: {answer.text[:500]}")
        return dict(answer.json())

    def entries(self, register: str, day: date | None) -> Json:
        return self.read(f"/p/{quote(register, safe='')}.json", day)

    def entry(self, register: str, entry_id: str, day: date | None) -> Json:
        """Raises ``ToolError`` where there is none."""
        for each in self.entries(register, day)["items"]:
            if each["id"] == entry_id:
                return dict(each)
        raise ToolError(NOT_THERE)


def tools(pages: Pages) -> list[Callable[..., Any]]:
    """The functions that are offered, each with its description as its docstring."""

    def list_registers() -> list[Json]:
        """All published registers: slug, name and country of the processor, and addresses."""
        return list(pages.read("/.well-known/sub-processors.json")["registers"])

    def list_sub_processors(register: Register, on: Day = None) -> Json:
        """The sub-processors of a register on a day, each with its purpose and what comes next."""
        told = pages.entries(register, on)
        items = [{name: each.get(name) for name in BRIEF} for each in told["items"]]
        return {"as_of": told["as_of"], "items": items}

    def sub_processor(register: Register, entry_id: Entry, on: Day = None) -> Json:
        """All that a register says of one sub-processor on a day, its places included."""
        return pages.entry(register, entry_id, on)

    def changes(register: Register) -> list[Json]:
        """What was announced for a register: before, after, reason and effective day."""
        feed = pages.read(f"/p/{quote(register, safe='')}/changes.json")
        return [dict(each["_art28"]) for each in feed["items"]]

    def verdict(register: Register, entry_id: Entry, on: Day = None) -> list[Json]:
        """Whether the transfer to each place of a sub-processor has a legal basis on a day."""
        entry = pages.entry(register, entry_id, on)
        return [
            {
                name: place.get(name)
                for name in ("country", "region", "kind", "mechanisms", "verdict")
            }
            for place in entry.get("locations") or ()
        ]

    return [list_registers, list_sub_processors, sub_processor, changes, verdict]
