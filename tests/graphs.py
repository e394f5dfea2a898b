"""Draws the imports of each service into the architecture page: `make graphs`.

A node is a file or folder of the service; an arrow says that one imports the other. An arrow is
left out where a longer way of arrows says the same, so that the picture shows the layers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import grimp

from deploy.profile import ROOT
from deploy.wsgi import NAMES

PAGE = ROOT / "deploy/guide/architecture.md"
Graph = dict[str, set[str]]


def imports_of(service: str, modules: grimp.ImportGraph) -> Graph:
    """Return which rooms (files and folders) of the service each of its rooms imports."""
    package = f"services.{service}"
    rooms: Graph = {_room(child): set() for child in modules.find_children(package)}
    for module in modules.find_descendants(package):
        for imported in modules.find_modules_directly_imported_by(module):
            if imported.startswith(f"{package}.") and _room(imported) != _room(module):
                rooms[_room(module)].add(_room(imported))
    return rooms


def _room(module: str) -> str:
    return module.split(".")[2]


def without_shortcuts(rooms: Mapping[str, set[str]]) -> Graph:
    """Return the graph without arrows that a longer way implies; with a circle, return it whole."""
    reached = {room: _reached_from(room, rooms) for room in rooms}
    if any(room in reached[room] for room in rooms):
        return dict(rooms)
    return {
        room: {
            target
            for target in targets
            if not any(target in reached[other] for other in targets - {target})
        }
        for room, targets in rooms.items()
    }


def _reached_from(room: str, rooms: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(rooms[room])
    while waiting:
        target = waiting.pop()
        if target not in reached:
            reached.add(target)
            waiting.extend(rooms[target])
    return reached


def drawn(rooms: Mapping[str, set[str]]) -> str:
    """Return the graph as a picture in Mermaid's language, the same text for the same imports."""
    return "\n".join(["```mermaid", "flowchart TD", *_lines(rooms), "```"])


def _lines(rooms: Mapping[str, set[str]]) -> Iterator[str]:
    for room in sorted(rooms):
        # `end` alone would end the picture: ids have a prefix, labels have not.
        yield f"    m_{room}[{room}]"
    for room in sorted(rooms):
        for target in sorted(rooms[room]):
            yield f"    m_{room} --> m_{target}"


def with_pictures(text: str) -> str:
    """Return the page with the picture of each service between its two marks."""
    modules = grimp.build_graph("services")
    for service in NAMES:
        rooms = imports_of(service, modules)
        arrows = sum(map(len, rooms.values()))
        picture = drawn(without_shortcuts(rooms))
        counts = f"{len(rooms)} files and folders, {arrows} imports between them."
        marks = rf"(<!-- imports of {service} -->\n).*?(<!-- end -->)"
        text, found = re.subn(marks, rf"\g<1>{counts}\n\n{picture}\n\g<2>", text, flags=re.DOTALL)
        if found != 1:
            raise ValueError(f"{PAGE.name} has not one place for the imports of {service}.")
    return text


def main(page: Path = PAGE) -> None:
    page.write_text(with_pictures(page.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
