"""What a text of this repository points to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploy.profile import ROOT

TEXTS = [
    *ROOT.glob("*.md"),
    *(path for part in ("services", "shared", "deploy") for path in (ROOT / part).rglob("*.md")),
]
TOP = ("services/", "shared/", "deploy/", "tests/", ".ci/")


def there(path: Path) -> bool:
    """Whether it is a file, a folder, or a package that has outgrown its file."""
    return path.exists() or (path.suffix == ".py" and path.with_suffix("").is_dir())


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(text: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", text.read_text("utf-8"))

    for link in links:
        assert link.startswith("https://") or there(text.parent / link), link


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_named_is_there(text: Path) -> None:
    words = re.findall(r"`([\w./-]+)`", text.read_text("utf-8"))
    paths = [word for word in words if word.startswith(TOP)]
    # A service's own README names its files as they stand beside it.
    beside = [word for word in words if text.parent.parent.name == "services" and ".py" in word]

    for path in paths:
        assert there(ROOT / path), path
    for name in beside:
        assert name.startswith(TOP) or there(text.parent / name), name


def test_every_command_of_make_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    for text in TEXTS:
        for command in re.findall(r"`make ([\w -]+)`", text.read_text("utf-8")):
            assert set(command.split()) <= targets, (text, command)


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "shared/decisions"
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text("utf-8"))

    assert listed == sorted(path.name for path in folder.glob("0*.md"))
    numbers = [int(name[:4]) for name in listed]
    assert numbers == sorted(set(numbers))


def test_no_text_names_a_place_of_one_machine() -> None:
    for text in TEXTS:
        assert not re.search(r"(?<![\w.])/(work|tmp|root|home)/", text.read_text("utf-8")), text


def test_the_changelog_has_a_place_for_the_next_change() -> None:
    sections = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)

    assert sections[0] == "Unreleased"
