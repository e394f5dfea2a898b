"""What a verdict means, in the words of the page and of its PDF."""

from __future__ import annotations

from typing import Any

import pytest

from services.public.catalogue import words
from services.public.verdict_text import meaning

MISSING: dict[str, Any] = {"status": "missing", "regime": "UK"}
OF_TWO = {**MISSING, "by_regime": [{"status": "missing", "regime": "UK"},
                                   {"status": "no_transfer", "regime": "EU"}]}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "law"), [("en", "UK law: "), ("da", "Britisk ret: "), ("sv", "Brittisk rätt: ")]
)
def test_of_several_laws_the_strictest_is_named_before_its_meaning(language: str, law: str) -> None:
    """Denmark is a third country by UK law alone, and a page says so of both."""
    t = words(language)
    alone = meaning(MISSING, t)
    assert not alone.startswith(law)
    assert meaning(OF_TWO, t) == law + alone
