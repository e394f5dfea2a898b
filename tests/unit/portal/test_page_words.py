"""The catalogues of the pages: the same keys in each language, and all that a page asks for."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.portal.model.respond import ACTS
from services.portal.pages import LANGUAGES, words
from services.portal.pages.words import CATALOGUES, language_of
from services.portal.schemas import GROUNDS
from services.registry.model.objections import GROUNDS as GROUNDS_OF_REGISTRY
from services.registry.model.objections import Status

TEMPLATES = CATALOGUES.parent / "templates"


def catalogue(language: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((CATALOGUES / f"{language}.json").read_text("utf-8"))
    return texts


def fields(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_the_same(language: str) -> None:
    english, here = catalogue("en"), catalogue(language)
    assert list(here) == list(english)
    for key, text in here.items():
        assert fields(text) == fields(english[key]), key


def asked_for() -> set[str]:
    """The keys that templates name in full."""
    text = "".join(path.read_text("utf-8") for path in TEMPLATES.glob("*.html"))
    return set(re.findall(r"\bt\(\"([a-z_.]+)\"[,)]", text))


def test_every_text_that_a_page_asks_for_is_there_and_none_is_left_over() -> None:
    known = set(catalogue("en"))
    families = (
        "note.", "act.", "status.", "next.", "grounds.", "error.", "step.", "silence.", "page.",
        "respond.", "sign.", "confirm.", "approve.", "paper.", "proposal.", "calendar.",
    )  # fmt: skip
    single = {key for key in known if not key.startswith(families)} - {"moment"}

    assert single - asked_for() == set()
    assert asked_for() <= known


def test_every_act_status_and_ground_has_its_words() -> None:
    known = catalogue("en")
    for act in ACTS:
        assert {f"act.{act}", f"act.{act}.text", f"act.{act}.button"} <= set(known)
    for status in Status.__args__:  # type: ignore[attr-defined]  # A Literal has them.
        assert {f"status.{status}", f"next.{status}"} <= set(known)
    assert GROUNDS == GROUNDS_OF_REGISTRY
    assert all(f"grounds.{ground}" in known for ground in GROUNDS)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "30 November 2026 at 09:30 UTC"),
        ("da", "30. november 2026 kl. 09:30 UTC"),
        ("sv", "30 november 2026 kl. 09:30 UTC"),
    ],
)
def test_a_moment_is_a_day_and_a_time(language: str, said: str) -> None:
    assert words(language).moment(datetime(2026, 11, 30, 9, 30, tzinfo=UTC)) == said
    assert words(language).moment("2026-11-30T09:30:00.000Z") == said
    assert words(language).day(None) == "–"


@pytest.mark.parametrize(
    ("tags", "language"),
    [(("da", "sv"), "da"), ((None, "sv"), "sv"), ((None, "de"), "en"), ((), "en")],
)
def test_the_first_language_that_is_written_in_counts(
    tags: tuple[str | None, ...], language: str
) -> None:
    assert language_of(*tags) == language


def test_the_folder_has_no_other_catalogue() -> None:
    assert {path.stem for path in Path(CATALOGUES).glob("*.json")} == set(LANGUAGES)
