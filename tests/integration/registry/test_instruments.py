"""Instruments as dated data: what ships, what the platform records over it, what verdicts make
of it."""

from __future__ import annotations

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from services.registry.settings import Settings
from services.registry.transfers import load_instruments
from services.registry.wiring import make_deps
from shared.ledger import verify
from tests import builders
from tests.stack import Stack
from tests.vendor import Vendor

PATH = "/registry/v1/instruments"
NEW: dict[str, Any] = {
    "id": "scc-2027-1", "kind": "scc", "regime": "EU", "name": "Standard contractual clauses 2027",
    "name_by_language": {"da": "Standardkontraktbestemmelser 2027"},
    "article": "GDPR Art. 46(2)(c)",
    "destinations": "*", "valid_from": "2026-11-01", "requires": ["signed_on"],
    "sources": ["https://example.test/scc-2027"], "checked_on": "2026-11-20",
}  # fmt: skip


def instrument(stack: Stack, instrument_id: str) -> dict[str, Any]:
    found: dict[str, Any] = stack.must(stack.admin, "GET", f"{PATH}/{instrument_id}")
    return found


def record(stack: Stack, suffix: str = "", **more: Any) -> dict[str, Any]:
    """A new instrument with an id of its own, since the platform's record is one for all tests."""
    body = {**NEW, "id": f"scc-{suffix or fresh_suffix()}", **more}
    made: dict[str, Any] = stack.must(stack.admin, "POST", PATH, body)
    return made


def fresh_suffix() -> str:
    return uuid.uuid4().hex[:10]


def amend(stack: Stack, instrument_id: str, revision: int, **members: Any) -> Any:
    return stack.ask(stack.admin, "PATCH", f"{PATH}/{instrument_id}", members,
                     headers={"If-Match": f'"r{revision}"'})  # fmt: skip


def verdict(vendor: Vendor, as_of: Any = None) -> dict[str, Any]:
    query = {"as_of": str(as_of)} if as_of else {}
    answer = vendor.ask("GET", "/transfers", query_string=query).json
    assert answer is not None
    found: dict[str, Any] = answer["items"][0]["verdict"]
    return found


def relying_on(vendor: Vendor, *instrument_ids: str) -> None:
    """The vendor's list: one provider in India that rests on these."""
    mechanisms = [
        {"instrument_id": each, "role": "fallback" if number else "primary",
         "evidence": {**builders.evidence_of_scc(), "signed_on": "2026-11-10"}}
        for number, each in enumerate(instrument_ids)
    ]  # fmt: skip
    place = {"country": "IN", "kind": "storage", "mechanisms": mechanisms}
    entry = builders.sub_processor(legal_name="Chennai Support", country="IN", locations=[place])
    vendor.must("POST", "/baseline", {"valid_from": "2026-11-15", "sub_processors": [entry]})


def test_what_ships_is_there_with_its_source_and_the_day_it_was_checked(stack: Stack) -> None:
    ships = load_instruments()
    items = stack.must(stack.admin, "GET", PATH)["items"]
    # The platform's record is one for all tests: what the others recorded is not ours to count.
    shipped = [each for each in items if each["id"] in ships]
    assert {each["id"] for each in shipped} == set(ships)
    in_force = [each for each in shipped if each["kind"] == "adequacy" and each["regime"] == "EU"
                and not each["ended_on"]]  # fmt: skip
    assert len(in_force) == 17
    assert all(each["sources"] and each["compiled_on"] and each["verified"] for each in shipped)
    assert all(each["stale"] for each in shipped if each["checked_on"] is None)


def test_a_record_nobody_checked_for_longer_than_the_setting_is_stale(vendor: Vendor) -> None:
    made = record(vendor.stack)
    relying_on(vendor, made["id"])
    stack = vendor.stack
    assert not instrument(stack, made["id"])["stale"]

    stack.pass_time(days=181)
    stack.forget_tokens()

    assert instrument(stack, made["id"])["stale"]
    assert any("last checked on 2026-11-20" in each for each in verdict(vendor)["remarks"])


def test_a_recorded_instrument_carries_transfers_at_once(vendor: Vendor) -> None:
    made = record(vendor.stack)
    relying_on(vendor, made["id"])

    told = verdict(vendor)

    assert (told["status"], told["instrument_id"]) == ("valid", made["id"])
    assert "Standardkontraktbestemmelser 2027" in told["reason_by_language"]["da"]
    assert made["revision"] == 1


def test_a_recorded_end_counts_from_its_day_on_and_not_before(vendor: Vendor) -> None:
    made = record(vendor.stack)
    relying_on(vendor, made["id"])
    day = vendor.today + timedelta(10)
    assert verdict(vendor, day)["status"] == "valid"

    answer = amend(vendor.stack, made["id"], 1, ended_on=str(day), ended_by="C-1/26")

    assert answer.status_code == 200
    assert verdict(vendor, day - timedelta(1))["status"] == "valid"
    told = verdict(vendor, day)
    assert told["status"] == "invalid"
    assert f"ended on {day} (C-1/26)" in told["reason"]


def test_an_end_recorded_of_a_shipped_instrument_lies_over_it_and_can_be_taken_back(
    stack: Stack,
) -> None:
    before = instrument(stack, "adequacy-uy")
    revision = before["revision"]

    ended = amend(stack, "adequacy-uy", revision, ended_on="2030-01-01", ended_by="C-2/29").json
    restored = amend(stack, "adequacy-uy", revision + 1, ended_on=None, ended_by=None).json

    assert ended is not None
    assert (ended["ended_on"], ended["name"]) == ("2030-01-01", before["name"])
    assert restored is not None
    assert restored["ended_on"] is None
    assert [each["members"]["ended_on"] for each in restored["history"]][-2:] == [
        "2030-01-01",
        None,
    ]
    assert all(each["recorded_by"] and each["recorded_at"] for each in restored["history"])


def test_what_says_nothing_new_makes_no_revision(stack: Stack) -> None:
    made = record(stack)

    answer = amend(stack, made["id"], 1, name=made["name"])

    assert (answer.status_code, answer.headers["ETag"]) == (200, '"r1"')


def test_who_saw_an_older_record_cannot_overwrite_a_newer_one(stack: Stack) -> None:
    made = record(stack)
    path = f"{PATH}/{made['id']}"

    first = amend(stack, made["id"], 1, remarks=["a"])
    second = amend(stack, made["id"], 1, remarks=["b"])
    without = stack.ask(stack.admin, "PATCH", path, {"remarks": ["c"]})

    assert [first.status_code, second.status_code, without.status_code] == [200, 412, 428]
    assert first.headers["ETag"] == '"r2"'


def test_two_who_record_at_once_leave_one_revision(stack: Stack) -> None:
    made = record(stack)
    token = stack.token(stack.admin)
    assert token

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(
            lambda n: amend(stack, made["id"], 1, remarks=[str(n)]).status_code, range(4)
        ))  # fmt: skip

    assert sorted(answers)[:1] == [200]
    assert set(sorted(answers)[1:]) <= {409, 412}
    assert instrument(stack, made["id"])["revision"] == 2


def test_every_recording_is_in_the_ledger_of_instruments(stack: Stack) -> None:
    made = record(stack)
    amend(stack, made["id"], 1, ended_on="2029-05-01", ended_by="C-3/29")

    entries = [vars(each) for each in stack.registry.ledger.entries("instruments", 0, 1000)]

    assert verify(entries) is None
    mine = [each for each in entries if made["id"] in str(each["data"])]
    assert [each["type"] for each in mine] == ["instrument.recorded", "instrument.amended"]
    assert mine[1]["data"]["members"] == {
        "ended_on": {"before": None, "after": "2029-05-01"},
        "ended_by": {"before": None, "after": "C-3/29"},
    }


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"destinations": ["UK"]}, 422),
        ({"destinations": ["EL"]}, 422),
        ({"ended_on": "2026-10-01"}, 422),
        ({"colour": "blue"}, 422),
        ({"kind": "handshake"}, 422),
        ({"sources": None}, 422),
        ({"id": "Scc 2027"}, 422),
        ({"sources": []}, 422),
        ({"scope": {"type": "recipient", "text": "Some", "all": ["listed"]}}, 422),
        ({"id": "eu-us-dpf"}, 409),
    ],
)
def test_a_record_that_cannot_be_is_refused(stack: Stack, more: dict[str, Any], code: int) -> None:
    assert stack.ask(stack.admin, "POST", PATH, {**NEW, **more}).status_code == code


def test_the_right_code_is_named_for_the_codes_of_eu_documents(stack: Stack) -> None:
    for wrong, right in (("EL", "GR"), ("UK", "GB")):
        answer = stack.ask(stack.admin, "POST", PATH, {**NEW, "destinations": [wrong]})
        assert f"write {right}" in answer.text


def test_only_the_platform_records(vendor: Vendor) -> None:
    assert vendor.stack.ask(vendor.client, "POST", PATH, NEW).status_code == 403
    assert vendor.stack.ask(None, "POST", PATH, NEW).status_code == 401
    answer = vendor.stack.ask(vendor.client, "PATCH", f"{PATH}/eu-us-dpf", {"ended_on": None})
    assert answer.status_code == 403


def test_an_unknown_instrument_is_not_there(stack: Stack) -> None:
    assert stack.ask(stack.admin, "GET", f"{PATH}/none").status_code == 404
    assert amend(stack, "none", 0, remarks=[]).status_code == 404


def test_the_public_page_in_danish_and_swedish_shows_no_english_reason(vendor: Vendor) -> None:
    place = {"country": "US", "kind": "storage", "mechanisms": [
        {"instrument_id": "eu-us-privacy-shield", "role": "primary", "evidence": {}}]}  # fmt: skip
    entry = builders.sub_processor(legal_name="Shielded Inc.", locations=[place])
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [entry]})
    vendor.publish()

    pages = {
        language: vendor.stack.ask(None, "GET", f"/p/{vendor.slug}?lang={language}").text
        for language in ("en", "da", "sv")
    }

    assert "EU-US Privacy Shield ended on 2020-07-16" in pages["en"]
    assert "EU-US Privacy Shield ophørte den 16. juli 2020 (C-311/18)" in pages["da"]
    assert "EU-US Privacy Shield upphörde den 16 juli 2020 (C-311/18)" in pages["sv"]
    for language in ("da", "sv"):
        assert "ended on" not in pages[language]
        assert '<span lang="en">EU-US' not in pages[language]


def test_an_instrument_the_page_has_no_word_for_is_named_in_the_readers_language(
    vendor: Vendor,
) -> None:
    relying_on(vendor, record(vendor.stack)["id"])
    vendor.publish()

    pages = {
        language: vendor.stack.ask(None, "GET", f"/p/{vendor.slug}?lang={language}").text
        for language in ("da", "sv")
    }

    assert "Standard contractual clauses 2027" not in pages["da"]
    assert "Standardkontraktbestemmelser 2027" in pages["da"]
    # Nobody gave it a Swedish name, so the English one stands.
    assert "Standard contractual clauses 2027" in pages["sv"]


def test_ledger_and_messages_hold_other_languages_only_for_what_letters_say(
    vendor: Vendor,
) -> None:
    vendor.announced()

    told = vendor.ledger()[-1]["data"]["sub_processor"]["locations"][0]

    assert told["verdict"]["reason"]
    assert set(told["verdict"]["reason_by_language"]) == {"en", "da", "sv"}
    assert set(re.findall(r"\w+_by_language", str(told))) == {
        "name_by_language", "reason_by_language",
    }  # fmt: skip


def test_another_process_counts_a_recorded_end_from_its_next_question_on(stack: Stack) -> None:
    made = record(stack)
    other = make_deps(Settings(stack.common), now=lambda: stack.now)
    today = stack.now.date()
    assert other.stores.instruments.known(today)[made["id"]].ended_on is None
    assert other.stores.instruments.known(today) is other.stores.instruments.known(today)

    amend(stack, made["id"], 1, ended_on="2028-01-01")

    assert str(other.stores.instruments.known(today)[made["id"]].ended_on) == "2028-01-01"
