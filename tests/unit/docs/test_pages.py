"""The README is short, and every figure says how and when it was measured."""

from __future__ import annotations

import re
from datetime import date

import pytest

from deploy.profile import ROOT

README = (ROOT / "README.md").read_text("utf-8")
FIGURES = (ROOT / "deploy/guide/figures.md").read_text("utf-8")
LONGEST_README = 120


def rows() -> list[list[str]]:
    """The cells of each figure: what, measured, goal, by, on."""
    lines = [line for line in FIGURES.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def sentences_on(line: str) -> int:
    return len(re.findall(r"[.?!](?:\*\*)?(?= [A-Z`\[]|$)", line))


def test_the_readme_is_read_in_a_few_minutes() -> None:
    assert len(README.splitlines()) <= LONGEST_README


def test_the_readme_has_one_sentence_a_line() -> None:
    prose = re.sub(r"```.*?```", "", README, flags=re.DOTALL).splitlines()
    # The first words of a reason, in bold, are its heading.
    lines = [re.sub(r"^- \*\*[^*]+\*\* ", "", line) for line in prose]

    assert [line for line in lines if sentences_on(line) > 1] == []


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_a_figure_says_what_measured_it_and_on_which_day(row: list[str]) -> None:
    _, measured, _, by, on = row
    command = re.fullmatch(r"`(make run|bench_\w+)(?: --[\w-]+)?`", by)

    assert re.search(r"\d", measured)
    assert command
    if command[1] != "make run":
        assert (ROOT / f"tests/benchmarks/{command[1]}.py").exists()
    assert date.fromisoformat(on).isoformat() == on


def test_commands_in_blocks_for_a_shell_exist() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    for page in (*ROOT.glob("*.md"), *(ROOT / "deploy/guide").glob("*.md")):
        for block in re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            for words in re.findall(r"^make ([\w -]+?)(?: {2,}|$)", block, re.MULTILINE):
                assert set(words.split()) <= targets, (page.name, words)
