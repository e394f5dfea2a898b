"""The page on settings says what the code reads."""

from __future__ import annotations

import re

from deploy.profile import ROOT
from shared.settings import SETTINGS

PAGE = (ROOT / "deploy/guide/settings.md").read_text("utf-8")
NAME = re.compile(r"ART28_[A-Z]+(?:_[A-Z]+)*")
# The edge's own template variables; nobody sets them by hand.
EDGE = re.compile(r"ART28_EDGE_\w+|ART28_\w+_ADDRESS")


def named_in(text: str) -> set[str]:
    names = (name.removesuffix("_FILE") for name in NAME.findall(text))
    return {name for name in names if not EDGE.fullmatch(name)}


def test_the_table_says_of_each_setting_what_the_code_says() -> None:
    rows = re.findall(r"^\| `(ART28_\w+)` \| (.*) \|$", PAGE, re.MULTILINE)

    assert rows == list(SETTINGS.items())


def test_every_setting_that_a_file_names_is_on_the_page() -> None:
    files = [
        *(ROOT / "services").rglob("*.py"),
        *(ROOT / "shared").rglob("*.py"),
        *(ROOT / "deploy").rglob("*.py"),
        *(ROOT / name for name in ("deploy/Procfile", "docker-compose.yml", ".env.example")),
    ]

    for file in files:
        assert named_in(file.read_text("utf-8")) <= named_in(PAGE), file


def test_the_example_for_compose_sets_what_compose_reads() -> None:
    compose = (ROOT / "docker-compose.yml").read_text("utf-8")
    secrets = re.findall(r"\{environment: (ART28_\w+)\}", compose)
    read = {*re.findall(r"\$\{(ART28_\w+)", compose), *secrets}
    example = (ROOT / ".env.example").read_text("utf-8")

    assert set(re.findall(r"^(\w+)=", example, re.MULTILINE)) == read
