"""Every line of golden_strictest.txt: several terms of one agreement that bind together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.registry.clock.terms import NoticeTerms, Period, Span
from tests.unit.registry.golden import rows

CASES = rows("golden_strictest.txt")


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case) for case in CASES])
def test_several_terms_bind_as_the_table_says(case: tuple[str, ...]) -> None:
    several, first, also, silence, why = case
    bound = NoticeTerms.strictest([terms_of(text) for text in several.split("; ")])
    assert (bound.notice, bound.objection) == spans_of(first)
    assert list(bound.also) == [spans_of(text) for text in also.split("; ") if text != "-"]
    assert bound.silence == silence
    assert why


def test_what_each_of_them_names_besides_binds_too() -> None:
    own, other = spans_of("sent 40 / sent 20"), spans_of("sent 50 / sent 3")
    later = replace(terms_of("delivered 30 / sent 10 consent"), also=(own,))
    sooner = replace(terms_of("sent 20 / sent 5 consent"), also=(other,))
    bound = NoticeTerms.strictest([sooner, later])
    assert bound.also == (own, spans_of("sent 20 / sent 5"), other)


def spans_of(text: str) -> tuple[Span, Span]:
    """Read ``start days / start days``."""
    notice, objection = (part.split() for part in text.split(" / "))
    return span(*notice), span(*objection)


def span(starts: str, days: str) -> Span:
    return Span(Period(int(days)), starts)


def terms_of(text: str) -> NoticeTerms:
    """Read ``start days / start days silence``."""
    spans, _, silence = text.rpartition(" ")
    return NoticeTerms(*spans_of(spans), silence=silence)
