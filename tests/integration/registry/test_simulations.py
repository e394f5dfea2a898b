"""A legal shock rehearsed: what would be lost, what a fallback saves, what is owed by when."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from tests import builders
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

PATH = "/registry/v1/simulations"


def new_instrument(stack: Stack, **more: Any) -> str:
    body = {
        "id": f"scc-{uuid.uuid4().hex[:10]}", "kind": "scc", "regime": "EU", "name": "Clauses X",
        "article": "GDPR Art. 46(2)(c)", "destinations": "*", "valid_from": "2025-01-01",
        "requires": ["signed_on"], "sources": ["https://example.test"], "checked_on": "2026-11-20",
        **more,
    }  # fmt: skip
    made: str = stack.must(stack.admin, "POST", "/registry/v1/instruments", body)["id"]
    return made


def provider(name: str, *instrument_ids: str) -> dict[str, Any]:
    mechanisms = [
        {"instrument_id": each, "role": "fallback" if number else "primary",
         "evidence": {**builders.evidence_of_scc(), "signed_on": "2026-11-10"}}
        for number, each in enumerate(instrument_ids)
    ]  # fmt: skip
    place = {"country": "IN", "kind": "storage", "mechanisms": mechanisms}
    return builders.sub_processor(legal_name=name, country="IN", locations=[place])


def adopt(vendor: Vendor, *entries: dict[str, Any]) -> None:
    vendor.must("POST", "/baseline", {"valid_from": "2026-11-15", "sub_processors": list(entries)})


def simulate(vendor: Vendor, client: Any, instrument_id: str, days: int) -> dict[str, Any]:
    body = {"instrument_id": instrument_id, "ends_on": str(vendor.today + timedelta(days))}
    told: dict[str, Any] = vendor.stack.must(client, "POST", PATH, body)
    return told


def names(transfers: list[dict[str, Any]]) -> list[str]:
    return sorted(each["sub_processor"]["legal_name"] for each in transfers)


def another(stack: Stack) -> Vendor:
    client = new_client(stack, "other", ["processor"], PROCESSOR_SCOPES)
    return Vendor(stack, client, client["slug"])


def hashes(stack: Stack) -> dict[str, Any]:
    """The MongoDB hash of every collection of every service."""
    found = {}
    for service in ("identity", "agreements", "registry", "notices"):
        database = stack.database(service).db
        found[service] = database.command("dbHash")["collections"]
    return found


def test_what_is_lost_and_what_a_fallback_saves(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, provider("Lost Ltd", instrument),
          provider("Saved Ltd", instrument, "scc-2021-914"),
          provider("Elsewhere Ltd", "scc-2021-914", instrument),
          provider("Apart Ltd", "scc-2021-914"))  # fmt: skip

    told = simulate(vendor, vendor.client, instrument, 20)

    assert names(told["lost"]) == ["Lost Ltd"]
    assert names(told["saved"]) == ["Saved Ltd"]
    lost, saved = told["lost"][0], told["saved"][0]
    assert (lost["before"]["status"], lost["after"]["status"]) == ("valid", "invalid")
    assert saved["after"]["instrument_id"] == "scc-2021-914"
    assert lost["location"] == {
        "country": "IN", "region": None, "organisation": None, "kind": "storage",
    }  # fmt: skip
    assert told["last_day"] == str(vendor.today + timedelta(19))
    totals = told["totals"]
    assert [totals[name] for name in ("registers", "lost", "saved", "unaffected")] == [1, 1, 1, 1]


def test_notices_owed_and_the_earliest_lawful_day_for_each_group_of_terms(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, provider("Lost Ltd", instrument))
    vendor.customer("nordbo", notice_days=30)
    vendor.customer("havnen", notice_days=30)
    vendor.customer("lillebror", notice_days=10, objection_days=5)

    told = simulate(vendor, vendor.client, instrument, 20)

    (owed,) = told["notices_owed"]
    assert (owed["notices"], owed["processor"]["slug"]) == (3, vendor.slug)
    assert owed["earliest_effective_on"] == "2026-12-24"
    groups = {each["terms"]["notice_days"]: each for each in owed["groups"]}
    assert {days: (each["customers"], each["earliest_effective_on"], each["days_without_basis"])
            for days, each in groups.items()} == {
        30: (2, "2026-12-24", 11), 10: (1, "2026-12-04", 0),
    }  # fmt: skip
    assert all(each["arithmetic"] for each in owed["groups"])
    assert (told["totals"]["agreements"], told["totals"]["notices_owed"]) == (3, 3)


def test_agreements_whose_terms_do_not_name_it_are_only_informed(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, provider("Lost Ltd", instrument))
    vendor.customer("nordbo", notice_days=30)
    vendor.customer("havnen", notice_days=60, owed_for=["add", "replace"])

    told = simulate(vendor, vendor.client, instrument, 20)

    (owed,) = told["notices_owed"]
    assert {each["terms"]["notice_days"]: each["owes"] for each in owed["groups"]} == {
        30: "notice", 60: "information",
    }  # fmt: skip
    assert (owed["notices"], owed["earliest_effective_on"]) == (1, "2026-12-24")
    assert (told["totals"]["agreements"], told["totals"]["notices_owed"]) == (2, 1)


def test_where_fallbacks_save_everything_no_notice_is_owed(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, provider("Saved Ltd", instrument, "scc-2021-914"))
    vendor.customer("nordbo")

    told = simulate(vendor, vendor.client, instrument, 20)

    assert told["notices_owed"] == []
    assert (told["totals"]["customers"], told["totals"]["notices_owed"]) == (1, 0)


def test_an_entry_that_comes_or_goes_before_the_day_counts_as_on_the_day(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, provider("Going Ltd", instrument))
    going = vendor.must("GET", "/sub-processors")["items"][0]
    vendor.announced(10, kind="remove", sub_processor=None, sub_processor_id=going["id"])
    vendor.announced(10, sub_processor=provider("Coming Ltd", instrument))

    assert names(simulate(vendor, vendor.client, instrument, 5)["lost"]) == ["Going Ltd"]
    assert names(simulate(vendor, vendor.client, instrument, 15)["lost"]) == ["Coming Ltd"]


def test_a_shipped_instrument_can_be_simulated_and_an_ended_one_carries_nothing(
    vendor: Vendor,
) -> None:
    shield = builders.sub_processor(legal_name="Shielded", locations=[
        {"country": "US", "kind": "storage",
         "mechanisms": [{"instrument_id": "eu-us-privacy-shield", "evidence": {}}]}])  # fmt: skip
    adopt(vendor, builders.sub_processor(), shield)

    assert names(simulate(vendor, vendor.client, "eu-us-dpf", 10)["saved"]) == ["Mailer Inc."]
    told = simulate(vendor, vendor.client, "eu-us-privacy-shield", 10)
    assert (told["lost"], told["saved"], told["totals"]["unaffected"]) == ([], [], 1)


def test_the_platform_sees_all_registers_and_a_processor_its_own(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    other = another(vendor.stack)
    adopt(vendor, provider("Mine Ltd", instrument))
    adopt(other, provider("Theirs Ltd", instrument))
    vendor.customer("nordbo")
    other.customer("lillebror")

    everybody = simulate(vendor, vendor.stack.admin, instrument, 20)

    assert names(everybody["lost"]) == ["Mine Ltd", "Theirs Ltd"]
    assert (everybody["totals"]["registers"], everybody["totals"]["agreements"]) == (2, 2)
    assert names(simulate(vendor, other.client, instrument, 20)["lost"]) == ["Theirs Ltd"]


def test_nothing_is_changed_in_any_database(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, provider("Lost Ltd", instrument),
          provider("Saved Ltd", instrument, "scc-2021-914"))  # fmt: skip
    vendor.customer("nordbo")
    for client in (vendor.client, vendor.stack.admin):
        vendor.stack.token(client)
    before = hashes(vendor.stack)

    first = simulate(vendor, vendor.client, instrument, 20)
    second = simulate(vendor, vendor.stack.admin, instrument, 20)

    assert hashes(vendor.stack) == before
    assert first == second
    assert first["totals"]["lost"] == 1
    assert vendor.stack.must(vendor.client, "GET", f"/registry/v1/instruments/{instrument}")[
        "ended_on"
    ] is None  # fmt: skip


def test_the_rehearsal_agrees_with_what_then_happens(vendor: Vendor) -> None:
    instrument = new_instrument(vendor.stack)
    adopt(vendor, provider("Lost Ltd", instrument),
          provider("Saved Ltd", instrument, "scc-2021-914"))  # fmt: skip
    day = vendor.today + timedelta(20)
    told = simulate(vendor, vendor.client, instrument, 20)

    answer = vendor.stack.ask(
        vendor.stack.admin, "PATCH", f"/registry/v1/instruments/{instrument}",
        {"ended_on": str(day)}, headers={"If-Match": '"r1"'},
    )  # fmt: skip
    assert answer.status_code == 200
    listed = vendor.ask("GET", "/transfers", query_string={"as_of": str(day)}).json

    assert listed is not None
    real = {each["legal_name"]: each["verdict"] for each in listed["items"]}
    rehearsed = {each["sub_processor"]["legal_name"]: each["after"]
                 for each in told["lost"] + told["saved"]}  # fmt: skip
    assert {name: (each["status"], each["instrument_id"]) for name, each in real.items()} == {
        name: (each["status"], each["instrument_id"]) for name, each in rehearsed.items()
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"instrument_id": "none", "ends_on": "2027-01-01"}, 404),
        ({"instrument_id": "eu-us-dpf", "ends_on": "2027-02-30"}, 422),
        ({"instrument_id": "eu-us-dpf"}, 422),
        ({"instrument_id": "eu-us-dpf", "ends_on": "2027-01-01", "loud": True}, 422),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(
    vendor: Vendor, body: dict[str, Any], code: int
) -> None:
    assert vendor.stack.ask(vendor.client, "POST", PATH, body).status_code == code


def test_a_customer_cannot_simulate(vendor: Vendor) -> None:
    customer = vendor.customer("nordbo")
    body = {"instrument_id": "eu-us-dpf", "ends_on": "2027-01-01"}
    assert vendor.stack.ask(customer, "POST", PATH, body).status_code == 403
