"""The findings of the list as it stands: what each rule finds, in words of three languages."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.findings import Listed, Vendor, list_findings
from services.registry.findings.copied import site_of
from services.registry.findings.days import impossible_days, used_since
from services.registry.linter.places import PLACE_CODES
from services.registry.model.law import Law
from services.registry.transfers import load_instruments
from services.registry.transfers.wording import LANGUAGES, is_worded, sentence
from services.registry.use_cases.entry_views import content_view
from tests import builders
from tests.unit.registry import golden

TODAY = date(2026, 11, 23)
LAW = Law("DK", load_instruments())
TABLE = "golden_list_findings.txt"
SECTIONS = ("names", "regions", "copied", "instruments", "days", "languages")
SPOKEN = {"en": "x", "da": "x", "sv": "x"}
Json = dict[str, Any]

COMPLETE = {
    "responsibilities": SPOKEN, "retention": "Erased after 14 days", "reviewed_on": "2026-10-01",
    "certifications": ["ISO 27001"], "parent_id": None,
}  # fmt: skip


def entry(sub_id: str = "sub_mailer", **more: Any) -> Json:
    """An entry of today's list, in wire form, that lacks nothing but what ``more`` spoils."""
    days = {"valid_from": "2026-01-01", "listed_since": "2026-01-01", "changed_on": None} | more
    apart = {
        name: date.fromisoformat(str(days[name])) if days[name] else None
        for name in ("valid_from", "listed_since", "changed_on")
    }
    content = {**builders.sub_processor(), **COMPLETE, **more}
    return {**content_view(content, TODAY, LAW), "id": sub_id, **apart, "version": 1}


def others() -> list[Json]:
    named = (("nordlys", "Nordlys Mail ApS"), ("bluewhale", "Blue Whale Analytics Ltd."))
    return [
        entry(f"sub_{short}", legal_name=name, website=f"https://{short}.example")
        for short, name in named
    ]


def listed(*entries: Json) -> Listed:
    vendor = Vendor("Kontoret ApS", "https://kontoret.example")
    return Listed([*entries, *others()], vendor, TODAY, "DK", LAW.instruments)


def found_in(own: Json) -> list[tuple[str, str]]:
    return [
        (finding.code, finding.pointer)
        for subject, finding in list_findings(listed(own))
        if subject is own and finding.code != "registration-number-missing"
    ]


def check(case: tuple[str, ...], own: Json) -> None:
    found = found_in(own)
    assert [code for code, _ in found] == golden.listed(case[0])
    assert not found or found[0][1] == case[1]


@pytest.mark.parametrize("section", SECTIONS)
def test_the_list_is_judged_as_the_table_says(section: str) -> None:
    for case in golden.section(TABLE, section):
        check(case, entry(**json.loads(case[2])))


def test_evidence_is_judged_as_the_table_says() -> None:
    for case in golden.section(TABLE, "evidence"):
        own = copy.deepcopy(entry())
        own["locations"][0]["mechanisms"][0]["evidence"] |= json.loads(case[2])
        found = [each for each in found_in(own) if each[0] not in PLACE_CODES]
        assert [code for code, _ in found] == golden.listed(case[0]), case
        assert not found or found[0][1] == case[1]


def test_a_mechanism_that_names_a_dead_instrument_is_found_beside_a_good_one() -> None:
    dead = {"instrument_id": "eu-us-privacy-shield", "role": "fallback", "evidence": {}}
    locations = builders.sub_processor()["locations"]
    locations[0]["mechanisms"].append(dead)

    assert found_in(entry(locations=locations)) == [
        ("dead-instrument", "/locations/0/mechanisms/2/instrument_id")
    ]


def test_a_dead_instrument_is_claimed_from_the_day_it_ended_on() -> None:
    own = entry(certifications=["Privacy Shield"])
    for day, expected in ((date(2020, 7, 15), 0), (date(2020, 7, 16), 1)):
        at = replace(listed(own), today=day)
        found = [finding for _, finding in list_findings(at) if finding.code == "dead-instrument"]
        assert len(found) == expected


def test_places_without_basis_say_why_in_each_language() -> None:
    own = entry(locations=[{"country": "IN", "kind": "storage", "mechanisms": []}])
    found = [each for subject, each in list_findings(listed(own)) if subject is own]

    [missing] = [each for each in found if each.code == "transfer-tool-missing"]
    assert missing.severity == "must"
    assert [sentence(missing.detail, language)[:10] for language in LANGUAGES] == [
        "India is a", "Indien er ", "Indien är ",
    ]  # fmt: skip


def test_every_finding_of_the_linter_is_worded() -> None:
    """A finding without words of its own would stand in English in a Danish list."""
    sources = ("findings.py", "places.py")
    text = "".join(
        files("services.registry").joinpath("linter", name).read_text("utf-8") for name in sources
    )
    codes = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', text)) - set(PLACE_CODES)
    of_changes = {"kind-unknown", "sub-processor-missing", "sub-processor-id-missing",
                  "effective-on-missing", "reason-missing", "what-it-means-missing"}  # fmt: skip
    members = set(re.findall(r'_Member\(\s*"(\w+)"', text))
    codes |= {f"{name.replace('_', '-')}-missing" for name in members}
    codes |= {"address-missing", "address-incomplete", "contact-missing", "contact-incomplete"}

    assert len(codes) > 25
    assert not [code for code in codes - of_changes if not is_worded(f"finding.{code}")]


def test_every_finding_of_the_table_is_worded_in_three_languages() -> None:
    data = json.loads(
        files("services.registry").joinpath("data", "findings.json").read_text("utf-8")
    )
    for worded in data["phrases"].values():
        assert set(worded) == set(LANGUAGES)
    own = entry(purpose={"en": "eu-west-1 (Frankfurt)"}, legal_name="Consultants")
    found = [finding for subject, finding in list_findings(listed(own)) if subject is own]
    assert len(found) >= 3
    for finding in found:
        said = {sentence(finding.detail, language) for language in LANGUAGES}
        assert len(said) == 3, finding


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    own = entry(purpose={"en": text}, retention=text, website=text)
    list(list_findings(listed(own)))
    impossible_days(text)
    used_since(text)
    site_of(text)
    site_of(f"http://{text}")


@pytest.mark.parametrize(
    ("link", "site"),
    [
        ("https://www.a.example/x", "a.example"),
        ("https://docs.a.example", "a.example"),
        ("http://shop.firm.co.uk", "firm.co.uk"),
        ("https://[::1", None),
        ("mailto:a@b.example", None),
        ("", None),
        (None, None),
    ],
)
def test_links_of_one_site_are_one(link: str | None, site: str | None) -> None:
    assert site_of(link) == site
