"""Whatever a vendor writes, each public form stays what it is, for a strict reader of that form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import chain, count, cycle, islice, repeat
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.registry.schemas.entries import SubProcessorIn
from tests import readers
from tests.corpus import corpus
from tests.integration.public.fake_registry import (
    FakeRegistry,
)  # fmt: skip
from tests.pouring import PLAIN, poured, put, text_fields

# What is no free text: ids, codes, days, and what Art28 itself says of a verdict.
FIXED = frozenset({
    "id", "slug", "country", "kind", "status", "announced_at", "effective_on", "materiality",
    "instrument_id", "role", "ended_on", "ends_on", "valid_from", "valid_to", "updated_at",
    "head_hash", "locale", "website", "evidence", "privacy_contact", "parent_id", "signed_on",
    "ai_use", "region", "citations", "stream", "type", "at", "actor", "hash", "previous_hash",
    "field", "ended_by", "time_zone", "retention_on", "reviewed_on", "email",
})  # fmt: skip
PLACES = sorted({place for place in text_fields(SubProcessorIn())
                 if not place.startswith(("contact", "flow_down", "locations"))})  # fmt: skip
ROUNDS = 6
Read = Callable[[str], Any]
FORMS: dict[str, tuple[str, Read]] = {
    "page": ("/p/tempus-serva?lang=da", readers.html),
    "entry": ("/p/tempus-serva/sub-processors/sub_amazon?lang=en", readers.html),
    "changes": ("/p/tempus-serva/changes?lang=sv", readers.html),
    "diff": ("/p/tempus-serva/diff?from=2026-01-01&to=2026-11-22&lang=en", readers.html),
    "start": ("/", readers.html),
    "atom": ("/p/tempus-serva/changes.atom?lang=da", readers.xml),
    "calendar": ("/p/tempus-serva/deadlines.ics?lang=sv", readers.calendar),
    "csv": ("/p/tempus-serva.csv", readers.sheet),
    "json": ("/p/tempus-serva.json", lambda text: readers.shape(readers.data(text))),
    "feed": ("/p/tempus-serva/changes.json", lambda text: readers.shape(readers.data(text))),
    "json-ld": ("/p/tempus-serva.jsonld", lambda text: readers.shape(readers.data(text))),
    "well-known": ("/.well-known/sub-processors.json",
                   lambda text: readers.shape(readers.data(text))),
}  # fmt: skip


class Poured(FakeRegistry):
    """The register of ``FakeRegistry`` with one word in every text, and no text left out."""

    words: Iterator[str] = repeat(PLAIN)

    def fill(self, value: Any) -> Any:
        return poured(deepcopy(value), lambda _: next(self.words), FIXED)

    def entry(self, entry: Any) -> Any:
        told = {**entry, "purpose": {}, "retention": {}, "responsibilities": {}}
        filled = self.fill(told)
        for place in PLACES:
            if place.partition(".")[0] not in FIXED:
                put(filled, place, next(self.words))
        return filled

    def processor(self, slug: str) -> Any:
        return self.fill(super().processor(slug))

    def sub_processors(self, slug: str, as_of: str | None) -> Any:
        return [self.entry(each) for each in super().sub_processors(slug, as_of)]

    def changes(self, slug: str) -> Any:
        return self.fill(super().changes(slug))

    def diff(self, slug: str, from_: str, to: str) -> Any:
        return self.fill(super().diff(slug, from_, to))


@pytest.fixture
def registry() -> FakeRegistry:
    return Poured()


def read(visitor: FlaskClient, path: str, reader: Read) -> Any:
    answer = visitor.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return reader(answer.get_data(as_text=True))


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_no_word_changes_the_form(visitor: FlaskClient, registry: Poured, form: str) -> None:
    """In each round every field has another word, and every word comes by in a few fields."""
    path, reader = FORMS[form]
    registry.words = (f"{PLAIN} {number}" for number in count())
    plain = read(visitor, path, reader)
    # A letter in front and a number behind: no word is blank, and no two are the same.
    words = [f"w{word}{number}" for number, word in enumerate(corpus())]
    for first in range(0, len(words), len(words) // ROUNDS):
        registry.words = cycle(chain(islice(words, first, None), words[:first]))
        registry.sequence += 1
        assert read(visitor, path, reader) == plain, ascii(words[first])
