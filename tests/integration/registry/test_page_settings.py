"""A vendor says how its page looks: kept, given back as it was sent, and shown."""

from __future__ import annotations

import re
from typing import Any

import pytest

from shared.colours import LEAST, contrast
from tests import builders
from tests.integration.agreements.test_import import PDF
from tests.unit.registry.test_pages import png
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

SETTINGS: dict[str, Any] = {
    "published": True,
    "display": "basis",
    "brand": {"name": "Nordlys", "logo": None, "colour": "#1d4f5f"},
    "domains": ["subprocessors.nordlys.example"],
    "intro": {"en": "We host in <b>Denmark</b>.", "da": "Vi drifter i Danmark."},
    "languages": ["da", "en"],
    "embed_origins": ["https://www.nordlys.example"],
    "show_other_registers": False,
    "agreement_url": "https://www.nordlys.example/dpa",
    "show_mark": False,
}
SINCE = {"signed_on": "2026-01-15", "module": 3}
PLACES = [
    {"country": "IE", "kind": "storage"},
    {"country": "US", "kind": "processing"},
    {"country": "IN", "kind": "remote_access",
     "mechanisms": [{"instrument_id": "scc-2021-914", "role": "primary", "evidence": {}}]},
    {"country": "US", "kind": "storage",
     "mechanisms": [{"instrument_id": "eu-us-privacy-shield", "role": "primary", "evidence": {}}]},
]  # fmt: skip
STATUSES = ("no_transfer", "missing", "unproven", "invalid")


@pytest.fixture
def private(vendor: Vendor) -> Vendor:
    host = builders.sub_processor(legal_name="Wide Inc.", country="US", locations=PLACES)
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [host]})
    vendor.proves_address()
    return vendor


def kept_png(vendor: Vendor, body: bytes | None = None) -> str:
    answer = vendor.stack.ask(vendor.client, "POST", "/registry/v1/files?name=logo", content_type=
                              "image/png", data=png() if body is None else body)  # fmt: skip
    assert answer.status_code == 201, answer.text
    assert answer.json
    return str(answer.json["id"])


def page(vendor: Vendor, language: str = "en", form: str = "") -> str:
    answer = vendor.stack.ask(None, "GET", f"/p/{vendor.slug}{form}?lang={language}")
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_what_is_stated_is_given_back_with_its_version_and_in_the_export(private: Vendor) -> None:
    stated = private.ask("PUT", "/page", SETTINGS)
    read = private.ask("GET", "/page")

    assert stated.status_code == 200
    assert {name: read.json[name] for name in SETTINGS} == SETTINGS
    assert (stated.headers["ETag"], read.headers["ETag"][:4]) == ('"r2"', '"r2.')
    assert private.must("GET", "/export.json")["page"] == SETTINGS


def test_what_was_read_can_be_sent_back(private: Vendor) -> None:
    private.must("PUT", "/page", SETTINGS)
    read = private.ask("GET", "/page")

    again = private.ask("PUT", "/page", read.json, headers={"If-Match": read.headers["ETag"]})
    assert (again.status_code, again.headers["ETag"]) == (200, '"r2"')
    other = private.ask("PUT", "/page", {**read.json, "published_on": "2020-01-01"})
    assert (other.status_code, other.json["code"]) == (422, "not-yours-to-set")


def test_members_that_are_left_out_stay_and_only_the_switch_is_in_the_ledger(
    private: Vendor,
) -> None:
    private.must("PUT", "/page", SETTINGS)
    length = len(private.ledger())
    changed = private.must("PUT", "/page", {"published": True, "display": "full"})

    assert {name: changed[name] for name in SETTINGS} == {**SETTINGS, "display": "full"}
    assert len(private.ledger()) == length


def test_a_faint_colour_is_refused_with_its_contrast(private: Vendor) -> None:
    body = {"published": True, "brand": {"colour": "#ffcc00"}}
    answer = private.ask("PUT", "/page", body)

    assert (answer.status_code, answer.json["code"]) == (422, "colour-too-faint")
    assert answer.json["context"]["needed"] == 4.5
    assert private.must("GET", "/page")["published"] is False


def test_a_logo_is_a_picture_of_the_vendors_own(private: Vendor) -> None:
    logo = kept_png(private)
    named = private.must("PUT", "/page", {"published": False, "brand": {"logo": logo}})

    assert named["brand"] == {"name": None, "logo": logo, "colour": None}
    read = private.stack.ask(private.client, "GET", f"/registry/v1/files/{logo}")
    assert (read.data, read.content_type) == (png(), "image/png")


def test_the_logo_stands_on_the_page_and_only_where_the_page_may_be_read(private: Vendor) -> None:
    logo = kept_png(private)
    private.must("PUT", "/page", {"published": False, "brand": {"logo": logo}})
    for path in (f"/p/{private.slug}/logo.png", f"/registry/v1/processors/{private.slug}/logo"):
        assert private.stack.ask(None, "GET", path).status_code == 404

    private.must("PUT", "/page", {"published": True})

    for path in (f"/p/{private.slug}/logo.png", f"/registry/v1/processors/{private.slug}/logo"):
        answer = private.stack.ask(None, "GET", path)
        assert (answer.status_code, answer.data, answer.mimetype) == (200, png(), "image/png")
    assert f'<img src="/p/{private.slug}/logo.png?v={logo}" alt="">' in page(private)


def test_a_host_shows_the_page_of_whoever_reads_mails_there_and_had_it_first(
    private: Vendor,
) -> None:
    stack, host = private.stack, "subprocessors.nordlys.example"
    elsewhere = {"published": True, "domains": [host, "nordlys.example.org"]}
    assert private.must("PUT", "/page", elsewhere)["domains_served"] == []
    at_host = f"/registry/v1/hosts/{host}"
    assert stack.ask(None, "GET", at_host).status_code == 404

    private.proves_address("privacy@nordlys.example")
    assert private.must("PUT", "/page", {"published": True})["domains_served"] == [host]

    assert stack.ask(None, "GET", at_host).json == {"slug": private.slug}
    shown = stack.ask(None, "GET", "/", headers={"Host": host, "Accept": "text/html"})
    assert "Wide Inc." in shown.text
    other = new_client(stack, "other", ["processor"], PROCESSOR_SCOPES)
    late = Vendor(stack, other, other["slug"])
    late.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [
        builders.sub_processor(legal_name="Late Inc.")]})  # fmt: skip
    late.proves_address("privacy@nordlys.example")
    assert late.must("PUT", "/page", elsewhere)["domains_served"] == []
    private.must("PUT", "/page", {"published": False})
    assert stack.ask(None, "GET", at_host).status_code == 404


def test_a_page_without_a_logo_has_no_picture_of_one(private: Vendor) -> None:
    private.publish()
    assert "logo.png" not in page(private)
    assert private.stack.ask(None, "GET", f"/p/{private.slug}/logo.png").status_code == 404


def test_a_logo_of_another_vendor_and_one_that_is_no_picture_are_unknown(private: Vendor) -> None:
    stack = private.stack
    other = new_client(stack, "other", ["processor"], PROCESSOR_SCOPES)
    theirs = kept_png(Vendor(stack, other, other["slug"]))
    pdf = stack.ask(private.client, "POST", "/registry/v1/files?name=x",
                    content_type="application/pdf", data=PDF).json["id"]  # fmt: skip

    for logo in (theirs, pdf, "fil_none"):
        body = {"published": True, "brand": {"logo": logo}}
        answer = private.ask("PUT", "/page", body)
        assert (answer.status_code, answer.json["code"]) == (422, "logo-unknown")
    assert private.must("GET", "/page")["published"] is False


@pytest.mark.parametrize("body", [b"", b"<svg/>", png()[:-1], png() + b"\0" * 600_000])
def test_what_is_no_picture_is_not_kept(vendor: Vendor, body: bytes) -> None:
    answer = vendor.stack.ask(vendor.client, "POST", "/registry/v1/files?name=logo",
                              content_type="image/png", data=body)  # fmt: skip
    assert (answer.status_code, answer.json["code"]) == (422, "not-a-png")
    assert vendor.stack.must(vendor.client, "GET", "/registry/v1/files")["items"] == []


def statuses(vendor: Vendor) -> list[str | None]:
    items = vendor.stack.must(None, "GET", f"/p/{vendor.slug}.json")["items"]
    return [(place["verdict"] or {}).get("status") for place in items[0]["locations"]]


def chips(text: str) -> list[str]:
    """The verdicts of places on the page, in their order."""
    return re.findall(r'<p class="where">.*?(?:class="chip (\w+)"|</p>)', text)


def test_in_basis_an_incomplete_basis_has_no_mark_and_every_gap_is_said(private: Vendor) -> None:
    private.publish()
    full = page(private)
    assert statuses(private) == list(STATUSES) == chips(full)

    private.must("PUT", "/page", {"published": True, "display": "basis"})
    text = page(private)

    assert statuses(private) == ["no_transfer", "missing", None, "invalid"]
    assert chips(text) == ["no_transfer", "missing", "", "invalid"]
    assert "Standard contractual clauses" in text
    assert "this page does not say whether it is complete" in text
    exported = private.stack.must(None, "GET", f"/p/{private.slug}.json")
    assert (exported["display"], "unproven" in str(exported)) == ("basis", False)
    for form in (".csv", ".jsonld"):
        assert "unproven" not in page(private, form=form)


def test_the_words_are_shown_as_text_in_the_visitors_language(private: Vendor) -> None:
    private.must("PUT", "/page", SETTINGS)

    english, danish = page(private), page(private, "da")
    assert "We host in &lt;b&gt;Denmark&lt;/b&gt;." in english
    assert "Vi drifter i Danmark." in danish
    assert "Vi drifter" not in english
    assert ">Nordlys</a>" in english


def test_only_the_languages_that_are_offered_are_there(private: Vendor) -> None:
    private.must("PUT", "/page", SETTINGS)

    text = page(private, "sv")
    assert '<html lang="da">' in text or '<html lang="en">' in text
    assert 'hreflang="sv"' not in text
    assert 'hreflang="da"' in text


def test_a_page_is_offered_in_the_languages_of_which_lawyers_are_sure_until_more_are_asked_for(
    private: Vendor,
) -> None:
    private.publish()
    assert 'hreflang="de"' not in page(private, "en")

    eight = ["de", "nb", "fi", "fr", "nl", "en", "da", "sv"]
    private.must("PUT", "/page", {"published": True, "languages": eight})
    for language in eight:
        text = page(private, language)
        assert f'<html lang="{language}">' in text
        assert all(f'rel="alternate" hreflang="{one}"' in text for one in eight)


def test_other_registers_are_named_unless_the_vendor_wants_none(private: Vendor) -> None:
    private.publish()
    assert "All registers" in page(private)

    private.must("PUT", "/page", {"published": True, "show_other_registers": False})
    assert "All registers" not in page(private)


def test_the_colour_is_a_sheet_of_its_own(private: Vendor) -> None:
    private.publish()
    assert "brand.css" not in page(private)
    assert page(private, form="/brand.css") == ""

    private.must("PUT", "/page", SETTINGS)
    assert f"/p/{private.slug}/brand.css" in page(private)
    sheet = page(private, form="/brand.css")
    assert "--brand: #1d4f5f" in sheet
    assert "prefers-color-scheme: light" in sheet
    dark = sheet.partition("prefers-color-scheme: dark")[2]
    (shown,) = re.findall(r"--brand: (#[0-9a-f]{6})", dark)
    assert contrast(shown, "#1b2124") >= LEAST
