"""What the sample registers answer about real transfers, on the days that matter.

The table is that of the project's collected sample vendors (state of 2026-11-22): what one
mechanism of one place is worth on one day.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.inprocess import Loaded

SHIELD, CLAUSES = "eu-us-privacy-shield", "scc"
GOOGLE = ("tempus-serva", "Google LLC", "US")
MICROSOFT = ("proces360", "Microsoft Corporation", "US")

EXPECTED = [
    (*GOOGLE, SHIELD, "2020-04-14", "unproven"),
    (*GOOGLE, SHIELD, "2020-07-16", "invalid"),
    ("tempus-serva", "Amazon Web Services", "IE", None, "2020-04-14", "no_transfer"),
    (*MICROSOFT, SHIELD, "2018-05-01", "unproven"),
    (*MICROSOFT, SHIELD, "2026-11-22", "invalid"),
    ("clienti", "HubSpot, Inc.", "US", None, "2026-11-22", "missing"),
    ("talenom", "HubSpot, Inc.", "US", CLAUSES, "2026-11-22", "unproven"),
    ("talenom", "Talenom group companies", "FI", None, "2026-11-22", "no_transfer"),
    ("techem", "Hotjar", "MT", None, "2026-11-22", "no_transfer"),
]


@pytest.mark.parametrize(("vendor", "name", "country", "mechanism", "day", "verdict"), EXPECTED)
def test_the_sample_register_gives_the_expected_verdict(
    product: Loaded,
    vendor: str,
    name: str,
    country: str,
    mechanism: str | None,
    day: str,
    verdict: str,
) -> None:
    place = _place(product, vendor, name, country, day)
    told = [each["instrument_id"] for each in place["mechanisms"]]

    assert told[:1] == ([mechanism] if mechanism else [])
    if len(told) > 1:
        # The verdict is that of the place; a fallback may carry it. Alone the first has to.
        place = _place(product, _with_the_first_mechanism_alone(product, place), name, country, day)
    assert place["verdict"]["status"] == verdict
    assert place["verdict"]["reason"]


def test_the_place_itself_says_which_mechanism_failed_and_which_is_left(product: Loaded) -> None:
    verdict = _place(product, *GOOGLE, "2020-07-16")["verdict"]

    assert (verdict["status"], verdict["instrument_id"]) == ("unproven", CLAUSES)
    assert "EU-US Privacy Shield (primary) ended on 2020-07-16 (C-311/18)" in verdict["reason"]


def _place(product: Loaded, vendor: str, name: str, country: str, day: str) -> dict[str, Any]:
    path = f"/registry/v1/processors/{vendor}/sub-processors?as_of={day}"
    items = product.must(vendor if vendor in product.clients else "platform", "GET", path)["items"]
    [entry] = [each for each in items if each["legal_name"] == name]
    [place] = [each for each in entry["locations"] if each["country"] == country]
    return dict(place)


def _with_the_first_mechanism_alone(product: Loaded, place: dict[str, Any]) -> str:
    """A register of its own, whose one entry has the place with its first mechanism only."""
    slug = f"alone-{len(product.clients)}-{id(place)}"
    first = {name: place["mechanisms"][0][name] for name in ("instrument_id", "role", "evidence")}
    organisation = {"slug": slug, "kind": ["processor"], "legal_name": "Alone ApS", "country": "DK"}
    made = product.must("platform", "POST", "/identity/v1/organisations", organisation)
    body = {"org_id": made["id"], "name": "Alone", "scopes": ["registry:read", "registry:write"]}
    client = product.must("platform", "POST", "/identity/v1/clients", body)
    entry = {
        "legal_name": "Google LLC",
        "locations": [{"country": place["country"], "kind": place["kind"], "mechanisms": [first]}],
    }
    body = {"valid_from": "2020-01-01", "sub_processors": [entry]}
    product.stack.must(client, "POST", f"/registry/v1/processors/{slug}/baseline", body)
    return slug
