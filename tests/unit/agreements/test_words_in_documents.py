"""Whatever the parties write, the page has the elements of a plain one, and there is a PDF."""

from __future__ import annotations

from itertools import chain, count, cycle, islice
from typing import Any

from services.agreements import rendering
from services.agreements.contract.contents import Party
from services.agreements.contract.wording import built_in_templates
from services.agreements.model.agreement import Version
from services.agreements.model.document import make_version
from shared.documents import from_wire
from tests import readers
from tests.builders import agreement_content
from tests.corpus import corpus
from tests.pouring import poured
from tests.unit.agreements import things

ROUNDS = 6
FIXED = frozenset({
    "template_id", "language", "governing_law", "authorisation", "effective_from", "day_kind",
    "holidays", "receipt_rule", "silence", "email", "channels", "end_of_processing", "key",
})  # fmt: skip


def version(words: Any) -> Version:
    told = poured(agreement_content(language="en"), lambda _: next(words), FIXED)
    content = from_wire(type(things.content()), told)
    parties = (Party("org_v", "v", next(words)), Party("org_c", "c", next(words)))
    template = built_in_templates()[0]
    return make_version("agr_1", 1, parties, content, template, at=things.AT, by="cli")


def test_no_word_changes_a_document() -> None:
    """In each round every field has another word."""
    plain = readers.html(rendering.as_html(version(f"Word {number}" for number in count())))
    words = [f"w{word}{number}" for number, word in enumerate(corpus())]
    for first in range(0, len(words), len(words) // ROUNDS):
        turn = cycle(chain(islice(words, first, None), words[:first]))
        of = version(turn)
        assert readers.html(rendering.as_html(of)) == plain, ascii(words[first])
        assert readers.pdf(rendering.as_pdf(of)) == ("2", "B", "en")
