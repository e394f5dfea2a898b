"""Two versions as one marked text, for the lawyers of both sides."""

from __future__ import annotations

import re
from typing import Any

import pytest

from services.agreements import rendering
from services.agreements.contract.wording import SPOKEN
from services.agreements.model.agreement import Version
from services.agreements.rendering import comparison
from services.agreements.rendering.comparison import ADDED, REMOVED, SAME
from tests.pdf import text_of
from tests.unit.agreements import things


def version(number: int = 1, **more: Any) -> Version:
    return things.version(number, **{"language": "en", **more})


def changed(before: Version, after: Version) -> list[list[tuple[str, str]]]:
    lines = comparison.compared(before, after)["lines"]
    return [line["runs"] for line in lines if line["changed"]]


def test_a_number_that_changes_is_marked_within_its_sentence() -> None:
    [sentence] = changed(version(deletion_days=30), version(2, deletion_days=60))
    assert (REMOVED, "30") in sentence
    assert (ADDED, "60") in sentence
    kept = "".join(text for kind, text in sentence if kind == SAME)
    assert "calendar days" in kept


def test_a_sentence_of_its_own_is_added_or_removed_as_a_whole() -> None:
    long, short = version(backup_days=90), version(2)
    [added] = changed(short, long)
    [removed] = changed(long, short)
    assert [kind for kind, _ in added] == [ADDED]
    assert [kind for kind, _ in removed] == [REMOVED]
    assert added[0][1] == removed[0][1]
    assert "90 calendar days" in added[0][1]


def test_each_text_can_be_read_out_of_the_marked_one() -> None:
    before = version(deletion_days=30, products=["a"])
    after = version(2, deletion_days=60, authorisation="specific", clauses={"audit": "Never."})
    lines = comparison.compared(before, after)["lines"]

    def without(kind: str) -> list[str]:
        texts = ("".join(text for each, text in line["runs"] if each != kind) for line in lines)
        return [text for text in texts if text]

    def alone(of: Version) -> list[str]:
        return ["".join(text for _, text in line["runs"])
                for line in comparison.compared(of, of)["lines"]]  # fmt: skip

    assert without(ADDED) == alone(before)
    assert without(REMOVED) == alone(after)


def test_equal_versions_say_so() -> None:
    told = comparison.compared(version(), version(2))
    assert told["count"] == "The two versions say the same."
    assert changed(version(), version(2)) == []


@pytest.mark.parametrize("language", SPOKEN)
def test_the_page_has_one_language_and_marks_that_are_no_colour(language: str) -> None:
    before = version(language=language, deletion_days=30)
    page = rendering.as_comparison(before, version(2, language=language, deletion_days=60))
    assert re.findall(r'lang="([^"]+)"', page) == [language]
    assert "<ins>[+ 60 +]</ins>" in page
    assert "<del>[– 30 –]</del>" in page


@pytest.mark.parametrize("language", SPOKEN)
def test_the_pdf_shows_the_same_marks_and_both_hashes(language: str) -> None:
    before = version(language=language, deletion_days=30)
    after = version(2, language=language, deletion_days=60)
    text = text_of(comparison.pdf(before, after))
    assert "[+ 60 +]" in text
    assert "[– 30 –]" in text
    assert before.document_sha256 in text
    assert after.document_sha256 in text


def test_what_a_party_wrote_runs_nothing_on_the_page() -> None:
    page = rendering.as_comparison(version(), version(2, clauses={"audit": "<script>x</script>"}))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "name",
    [
        "דואר בע״מ",
        "株式会社",
        "🦊 & Søn",
        "Zo\u0301e\u0300",
        "X" * 200,
        "\ue000",
        "a\u202eb",
        "\u200b",
    ],
)
def test_no_name_keeps_two_versions_from_being_compared(name: str) -> None:
    before = version(products=["a"])
    after = version(2, products=[name], clauses={"audit": name})
    assert comparison.pdf(before, after).startswith(b"%PDF")
    assert rendering.as_comparison(before, after)
