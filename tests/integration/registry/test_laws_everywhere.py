"""Several laws and contested bases as they are read: page, files, mail, message."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest

from services.notices.channels.email import letter_of
from services.notices.channels.email.plain import plain
from tests import builders
from tests.pdf import text_of
from tests.unit.registry.test_pending_law import ENGLISH, PROPER
from tests.vendor import Vendor

Json = dict[str, Any]
BRIDGE = {"instrument_id": "uk-us-data-bridge", "role": "primary", "evidence": {
    "participant": "Both Inc.", "covered_data": ["non_hr"], "checked_on": "2026-11-01",
    "due_on": "2027-10-01", "uk_extension": True}}  # fmt: skip
BRIDGE_NAMED = {
    "en": "UK Extension to the EU-US Data Privacy Framework",
    "da": "Den britiske udvidelse af EU-US Data Privacy Framework",
    "sv": "Den brittiska utvidgningen av EU-US Data Privacy Framework",
}
LAWS = {
    "en": ("UK law", "EU law"),
    "da": ("Britisk ret", "EU-ret"),
    "sv": ("Brittisk rätt", "EU-rätt"),
}


def under_two_laws(vendor: Vendor) -> None:
    """The sample entry rests on the DPF: valid under EU law, not a basis under UK law."""
    entry = builders.sub_processor()
    vendor.must("POST", "/baseline", {"valid_from": "2026-11-15", "sub_processors": [entry]})
    vendor.states({"regimes": ["EU", "UK"]})
    vendor.publish()


def seen(vendor: Vendor, path: str) -> str:
    return str(vendor.stack.ask(None, "GET", f"/p/{vendor.slug}{path}").text)


def words_of(html: str) -> str:
    """What a person reads of a page: no markup, and no text marked as being in another language."""
    marked = re.sub(r'<span lang="[a-z-]+">.*?</span>', "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", marked).split())


@pytest.mark.parametrize("language", ["en", "da", "sv"])
def test_page_and_pdf_name_each_law_the_strictest_first(vendor: Vendor, language: str) -> None:
    under_two_laws(vendor)
    first, second = LAWS[language]
    pdf = vendor.stack.ask(None, "GET", f"/p/{vendor.slug}.pdf?lang={language}").data
    for text in (words_of(seen(vendor, f"?lang={language}")), text_of(pdf)):
        assert f"{first}:" in text
        assert text.index(f"{first}:") < text.index(f"{second}:")


def test_csv_and_linked_data_name_each_law_the_strictest_first(vendor: Vendor) -> None:
    under_two_laws(vendor)
    row = next(csv.DictReader(io.StringIO(seen(vendor, ".csv"))))
    assert (row["verdict_status"], row["verdict_law"]) == ("invalid", "UK law")
    assert re.match(r"UK law: Not valid\..*; EU law: Allowed\.", row["verdict_by_law"])
    graph = json.loads(seen(vendor, ".jsonld"))
    place = graph["dpv:hasDataProcessor"][1]["dpv:hasStorageCondition"][0]
    told = [(one["art28:law"]["schema:name"][0]["@value"], one["art28:verdict"])
            for one in place["art28:verdictByLaw"]]  # fmt: skip
    assert told == [("UK law", "invalid"), ("EU law", "valid")]


@pytest.mark.parametrize("language", ["en", "da", "sv"])
def test_ledger_and_mail_of_a_change_name_each_law(vendor: Vendor, language: str) -> None:
    under_two_laws(vendor)
    entry = builders.sub_processor(legal_name="Both Inc.")
    entry["locations"][0]["mechanisms"].append(BRIDGE)
    vendor.announced(sub_processor=entry)
    data = vendor.ledger()[-1]["data"]
    place = data["sub_processor"]["locations"][0]
    told = [(one["regime"], one["status"]) for one in place["verdict"]["by_regime"]]
    assert told == [("EU", "valid"), ("UK", "valid")]
    # A message has room for 20 kB; the dated facts stand on the page.
    assert place["verdict"]["contested"] == {
        "instrument_id": "eu-us-dpf", "recheck_by": "2027-01-31",
    }  # fmt: skip
    notice = {"id": "ntc_1", "objection_deadline": "2026-12-07", "given_on": "2026-11-23",
              "effective_on": data["effective_on"], "silence": "consent"}  # fmt: skip
    links = {"page": "https://art28.example/p", "change": "https://art28.example/c"}
    body = {"data": {**data, "notice": notice, "links": links}}
    text = plain(letter_of("sub_processor.change.announced", language, body))
    assert all(f"{law}:" in text for law in LAWS[language])
    feed = seen(vendor, f"/changes.json?lang={language}")
    assert all(f"{law}: " in feed.replace("\\u00e4", "ä") for law in LAWS[language])
    assert BRIDGE_NAMED[language] in " ".join(text.split())
    if language != "en":
        assert "rests on" not in text


@pytest.mark.parametrize("language", ["da", "sv"])
def test_no_english_word_of_the_law_stands_on_a_danish_or_swedish_page(
    vendor: Vendor, language: str
) -> None:
    """A seat in the US on EEA servers is open law (third criterion); the DPF is contested."""
    stays = {"country": "DK", "kind": "storage", "mechanisms": []}
    entry = builders.sub_processor(
        legal_name="Xyz", country="US", purpose={language: "Xyz"}, data_categories=[],
        data_subjects=[], locations=[stays, *builders.sub_processor(legal_name="Xyz")["locations"]],
    )  # fmt: skip
    vendor.must("POST", "/baseline", {"valid_from": "2026-11-15", "sub_processors": [entry]})
    vendor.publish()
    sub = vendor.must("GET", "/sub-processors")["items"][0]["id"]
    for path in ("", f"/sub-processors/{sub}"):
        page = seen(vendor, f"{path}?lang={language}")
        law = [*re.findall(r'<div class="open-law">.*?</div>', page, re.DOTALL),
               *re.findall(r'<ul class="evidence">.*?</ul>', page, re.DOTALL)]  # fmt: skip
        assert law
        for text in map(words_of, law):
            assert not ENGLISH.search(PROPER.sub("", text)), text
    assert "C-703/25 P" in page


def test_the_page_of_an_earlier_day_tells_no_later_law(vendor: Vendor) -> None:
    vendor.must("POST", "/baseline", {"valid_from": "2020-01-01",
                                      "sub_processors": [builders.sub_processor()]})  # fmt: skip
    vendor.publish()
    assert "Trump v. Slaughter" in seen(vendor, "?lang=en")
    past = seen(vendor, "?lang=en&as_of=2025-11-30")
    assert ("C-703/25 P" in past, "Trump v. Slaughter" in past) == (True, False)
    assert ("draft, not applied" in past, "2026/1744" in past) == (True, False)


def test_anybody_reads_pending_law_as_known_on_a_day(vendor: Vendor) -> None:
    path = "/registry/v1/pending-law"
    today = {one["id"] for one in vendor.stack.must(None, "GET", path)["items"]}
    past = vendor.stack.must(None, "GET", f"{path}?as_of=2022-12-19")["items"]
    assert {"eu-us-dpf", "digital-omnibus-gdpr", "uk-44a-45a"} <= today
    assert [(one["id"], one["state"]) for one in past] == [("uk-korea", "in_force")]
