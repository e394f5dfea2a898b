"""Whatever stands in a cell is read, asked about or remarked; what is denied is never claimed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.importing.bases import read_bases
from services.registry.importing.places import read_places
from services.registry.transfers import load_instruments
from shared.importing.asking import Answers
from tests.unit.registry.covering import lost_of_mechanism, lost_of_place

PLACES = [
    "Germany", "USA", "Tyskland", "Sverige", "EU", "Global", "Frankfurt", "eu-west-1", "Atlantis",
    "Hong Kong", "China", "Austin", "TX", "CA", "support", "remote access from India", "PostHog US",
    "hosting", "customers", "N/A", "EU/EEA", "SCCs", "primary site", "Deutschland", "日本",
]  # fmt: skip
MECHANISMS = [
    "DPF", "SCCs", "SCC (Module 3)", "Privacy Shield", "BCR", "EU-US Data Privacy Framework",
    "Swiss-US DPF", "UK Addendum", "Art. 49(1)(b)", "our DPA", "India", "USA", "signed in May",
    "tilstrækkelighedsafgørelse", "standardavtalsklausuler",
]  # fmt: skip
SEPARATORS = [
    ", ",
    "; ",
    "\n",
    " / ",
    " and ",
    " og ",
    " och ",
    " & ",
    " - ",
    " — ",
    ": ",
    " ",
    "|",
]
BRACKETS = ["{}", "({})", "[{}]", "({}", "{})"]
BEFORE = {
    "en": ["not", "no", "without", "no longer", "formerly", "never"],
    "da": ["ikke", "ingen", "uden", "ikke længere", "tidligere", "aldrig"],
    "sv": ["inte", "ej", "utan", "inte längre", "tidigare", "aldrig"],
}
BEHIND = {
    "en": ["pending", "expired", "not certified", "planned", "(no longer used)", "until 2020"],
    "da": ["afventer", "udløbet", "ikke certificeret", "planlagt", "(ikke længere)", "indtil 2020"],
    "sv": ["väntar", "upphört", "ej certifierad", "planerad", "(inte längre)", "tills 2020"],
}
NAMES = {"DPF": "eu-us-dpf", "SCC": "scc", "Privacy Shield": "eu-us-privacy-shield"}
NO_ANSWERS = Answers({})


def joined(names: list[str]) -> st.SearchStrategy[str]:
    piece = st.tuples(st.sampled_from(names), st.sampled_from(BRACKETS)).map(
        lambda each: each[1].format(each[0])
    )
    parts = st.lists(st.tuples(piece, st.sampled_from(SEPARATORS)), min_size=1, max_size=6)
    return parts.map(lambda each: "".join(piece + separator for piece, separator in each))


@given(joined(PLACES))
@settings(max_examples=200, deadline=None)
def test_no_word_of_a_cell_of_places_is_lost(cell: str) -> None:
    assert lost_of_place(cell) == set()


@given(joined(MECHANISMS))
@settings(max_examples=200, deadline=None)
def test_no_word_of_a_cell_of_mechanisms_is_lost(cell: str) -> None:
    assert lost_of_mechanism(cell) == set()


@given(st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_text_whatever_is_lost(cell: str) -> None:
    assert lost_of_place(cell) == set()
    assert lost_of_mechanism(cell) == set()


DENIED = [
    (language, text, name)
    for language in BEFORE
    for name in NAMES
    for text in (
        *(f"{word} {name}" for word in BEFORE[language]),
        *(f"{name} {word}" for word in BEHIND[language]),
        *(f"{name}: {word}" for word in BEHIND[language]),
    )
]


@pytest.mark.parametrize(("language", "text", "name"), DENIED)
def test_a_mechanism_that_is_denied_or_dated_is_not_claimed(
    language: str, text: str, name: str
) -> None:
    found = read_bases([text], NO_ANSWERS, load_instruments())

    assert NAMES[name] not in [each.instrument_id for each in found.named]
    assert found.questions or found.remarks


@pytest.mark.parametrize(("language", "text", "name"), DENIED)
def test_a_denial_beside_another_mechanism_leaves_that_one_or_is_asked_about(
    language: str, text: str, name: str
) -> None:
    found = read_bases([f"BCR-P; {text}"], NO_ANSWERS, load_instruments())

    named = [each.instrument_id for each in found.named]
    assert NAMES[name] not in named
    assert named == ["bcr-p"] or found.questions


@pytest.mark.parametrize("language", list(BEFORE))
def test_a_place_that_is_denied_or_dated_is_not_claimed(language: str) -> None:
    texts = [f"{word} USA" for word in BEFORE[language]]
    texts += [f"USA {word}" for word in BEHIND[language]]

    for text in texts:
        found = read_places(f"Sweden; {text}", "locations", NO_ANSWERS)
        assert (found.countries, len(found.questions)) == (["SE"], 1), text
