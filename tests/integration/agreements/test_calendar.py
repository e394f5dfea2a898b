"""What days do: amendments begin, terms end, reminders go out, proof falls due, all is erased."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.agreements.events import stream
from services.agreements.use_cases.due import run_due
from services.agreements.use_cases.erasure import apply_policies
from shared.ledger import verify
from tests.integration.agreements.office import LILLEBROR, NORDBO, RIVAL, VENDOR, Office

PORTAL = f"portal:{NORDBO}"
PROOF = {"done_on": "2026-12-20", "statement": "Erased from disks and backups.",
         "name": "Bo Lund", "title": "Director", "email": "bo@example.test"}  # fmt: skip


def on(office: Office, day: str) -> None:
    """Let the clock come to noon of ``day`` and have its effect."""
    office.clock.at = office.clock.at.fromisoformat(f"{day}T12:00:00+00:00")
    while run_due(office.deps):
        pass


def told(office: Office, agreement_id: str) -> Any:
    return office.get(VENDOR, f"/agreements/{agreement_id}")


def amend(office: Office, agreement_id: str, **more: Any) -> TestResponse:
    return office.post(VENDOR, f"/agreements/{agreement_id}/amendments", more)


def scheduled(office: Office) -> str:
    """An agreement with an amendment that both have accepted, for the new year."""
    agreement_id = office.active()
    amend(office, agreement_id, deletion_days=5, effective_from="2027-01-01")
    office.accept_by_both(agreement_id)
    return agreement_id


def test_an_amendment_with_a_day_of_its_own_begins_on_it(office: Office) -> None:
    agreement_id = scheduled(office)
    waiting = told(office, agreement_id)
    assert (waiting["status"], waiting["version"], waiting["deletion_days"]) == ("active", 1, 30)
    assert waiting["scheduled"] == {"version": 2, "on": "2027-01-01"}
    assert office.types(agreement_id)[-1] == "amendment_scheduled"
    on(office, "2026-12-31")
    assert told(office, agreement_id)["version"] == 1
    on(office, "2027-01-01")
    begun = told(office, agreement_id)
    assert (begun["version"], begun["deletion_days"], begun["scheduled"]) == (2, 5, None)
    assert office.types(agreement_id)[-1] == "amended"


def test_nothing_is_amended_while_an_amendment_waits_for_its_day(office: Office) -> None:
    answer = amend(office, scheduled(office), deletion_days=9)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "amendment-scheduled")


def test_the_products_of_a_scheduled_amendment_are_taken(office: Office) -> None:
    first = office.active(products=["a"])
    amend(office, first, products=["a", "b"], effective_from="2027-01-01")
    office.accept_by_both(first)
    answer = office.accept(PORTAL, office.offered(products=["b"]))
    assert answer.get_json()["context"] == {"agreement_id": first}


@pytest.mark.parametrize(("ends_on", "kept"), [("2026-12-15", False), ("2027-02-01", True)])
def test_a_termination_before_its_day_drops_a_scheduled_amendment(
    office: Office, ends_on: str, kept: bool
) -> None:
    agreement_id = scheduled(office)
    after = office.terminate(VENDOR, agreement_id, ends_on).get_json()
    assert (after["scheduled"] is not None) is kept


def test_its_parties_are_reminded_and_it_expires_after_its_last_day(office: Office) -> None:
    agreement_id = office.active(expires_on="2027-06-30", renewal_notice_days=30)
    on(office, "2027-05-30")
    assert office.types(agreement_id)[-1] == "activated"
    on(office, "2027-05-31")
    on(office, "2027-06-15")
    assert office.types(agreement_id)[-1] == "renewal_due"
    on(office, "2027-06-30")
    assert told(office, agreement_id)["status"] == "active"
    on(office, "2027-07-01")
    after = told(office, agreement_id)
    assert (after["status"], after["ended_on"]) == ("expired", "2027-06-30")
    assert office.types(agreement_id)[-2:] == ["renewal_due", "expired"]
    assert office.notice_terms()["groups"] == []


def test_a_renewal_reminds_anew_of_the_new_last_day(office: Office) -> None:
    agreement_id = office.active(expires_on="2027-06-30", renewal_notice_days=30)
    on(office, "2027-06-01")
    amend(office, agreement_id, expires_on="2028-06-30")
    office.accept_by_both(agreement_id)
    on(office, "2028-06-01")
    assert office.types(agreement_id).count("renewal_due") == 2
    assert told(office, agreement_id)["status"] == "active"


def test_a_clock_that_stood_still_makes_up_for_everything_in_order(office: Office) -> None:
    agreement_id = office.active(expires_on="2027-06-30")
    on(office, "2029-01-01")
    assert office.types(agreement_id)[-3:] == ["renewal_due", "expired", "deletion_overdue"]


def test_after_the_end_the_data_is_due_to_go_and_the_proof_is_recorded(office: Office) -> None:
    agreement_id = office.active()
    ended = office.terminate(VENDOR, agreement_id, "2026-11-22").get_json()
    assert (ended["deletion_due_on"], ended["deletion_proof"]) == ("2026-12-22", None)
    on(office, "2026-12-21")
    path = f"/agreements/{agreement_id}/deletion-proof"
    answer = office.post(VENDOR, path, PROOF)
    assert answer.status_code == 201
    assert answer.get_json()["deletion_proof"]["done_on"] == "2026-12-20"
    entry = office.told(agreement_id)[-1]
    assert entry["type"] == "agreement.deletion_proven"
    assert entry["data"]["end_of_processing"] == "controllers_choice"
    assert "backups" not in str(entry["data"])
    again = office.post(VENDOR, path, PROOF)
    assert (again.status_code, again.get_json()["code"]) == (409, "proof-recorded")
    on(office, "2027-01-30")
    assert office.types(agreement_id)[-1] == "deletion_proven"


def test_without_proof_it_is_told_once_that_it_is_overdue(office: Office) -> None:
    agreement_id = office.active()
    office.terminate(VENDOR, agreement_id, "2026-11-22")
    on(office, "2026-12-22")
    assert office.types(agreement_id)[-1] == "terminated"
    on(office, "2026-12-23")
    on(office, "2026-12-24")
    assert office.types(agreement_id)[-2:] == ["terminated", "deletion_overdue"]
    assert told(office, agreement_id)["deletion_overdue"] is True


def test_only_the_processor_proves_and_only_after_the_end(office: Office) -> None:
    agreement_id = office.active()
    path = f"/agreements/{agreement_id}/deletion-proof"
    early = office.post(VENDOR, path, PROOF)
    assert (early.status_code, early.get_json()["code"]) == (409, "nothing-to-delete")
    office.terminate(VENDOR, agreement_id, "2026-11-22")
    assert office.post(PORTAL, path, PROOF).status_code == 403
    assert office.post(RIVAL, path, PROOF).status_code == 404
    future = office.post(VENDOR, path, PROOF)
    assert future.get_json()["errors"][0]["pointer"] == "/done_on"


def test_five_years_after_the_end_nothing_is_left_but_hashes(office: Office) -> None:
    agreement_id = office.active()
    office.terminate(VENDOR, agreement_id, "2026-11-22")
    on(office, "2031-11-21")
    assert told(office, agreement_id)["erase_on"] == "2031-11-22"
    on(office, "2031-11-22")
    assert office.ask(VENDOR, "GET", f"/agreements/{agreement_id}").status_code == 404
    entries = office.deps.ledger.entries(stream(agreement_id))
    assert entries[-1].type == "agreement.erased"
    assert verify([vars(each) for each in entries]) is None
    assert [office.deps.ledger.private_part(each) for each in entries] == [None] * len(entries)
    database = office.deps.mongo.db
    for kept in ("agreements", "versions", "documents", "ledger_private"):
        assert database[kept].count_documents({}) == 0, kept


def test_what_never_came_into_force_is_kept_and_erased_too(office: Office) -> None:
    rejected, lapsed = office.offered(), office.offered(LILLEBROR)
    office.post(PORTAL, f"/agreements/{rejected}/reject", {"reason": "No."})
    on(office, "2027-01-22")
    assert told(office, rejected)["deletion_due_on"] is None
    assert told(office, lapsed)["erase_on"] == "2032-01-22"
    on(office, "2032-01-22")
    assert office.get(VENDOR, "/agreements")["items"] == []


def test_an_agreement_in_force_is_never_erased(office: Office) -> None:
    agreement_id = office.active()
    on(office, "2099-01-01")
    assert told(office, agreement_id)["status"] == "active"


def test_a_processor_sets_its_own_period_also_for_what_has_ended(office: Office) -> None:
    agreement_id = office.active()
    office.terminate(VENDOR, agreement_id, "2026-11-22")
    answer = office.ask(VENDOR, "GET", "/retention")
    assert answer.get_json() == {"retention_years": 5}
    assert answer.headers["ETag"].startswith('"r0.')
    changed = office.ask(VENDOR, "PUT", "/retention", json={"retention_years": 2},
                         headers={"If-Match": '"r0"'})  # fmt: skip
    assert changed.status_code == 200
    assert apply_policies(office.deps)
    assert not apply_policies(office.deps)
    assert told(office, agreement_id)["erase_on"] == "2028-11-22"
    on(office, "2028-11-22")
    assert office.ask(VENDOR, "GET", f"/agreements/{agreement_id}").status_code == 404


@pytest.mark.parametrize(
    ("seen", "years", "status"), [('"r7"', 3, 412), (None, 3, 428), ('"r0"', 0, 422)]
)
def test_a_period_is_not_set_without_having_seen_it(
    office: Office, seen: str | None, years: int, status: int
) -> None:
    headers = {"If-Match": seen} if seen else {}
    answer = office.ask(VENDOR, "PUT", "/retention", json={"retention_years": years},
                        headers=headers)  # fmt: skip
    assert answer.status_code == status


def test_a_table_tells_what_an_amendment_changes(office: Office) -> None:
    agreement_id = office.active()
    terms = told(office, agreement_id)["notice_terms"]
    amend(office, agreement_id, deletion_days=60, notice_terms={**terms, "notice_days": 45})
    changed = office.get(PORTAL, f"/agreements/{agreement_id}/changes")
    assert (changed["since"], changed["version"]) == (1, 2)
    words = [each.pop("by_language") for each in changed["items"]]
    assert [each["da"]["after"] for each in words] == ["60", "45"]
    assert changed["items"] == [
        {"pointer": "/deletion_days", "before": 30, "after": 60},
        {"pointer": "/notice_terms/notice_days", "before": 30, "after": 45},
    ]
    document = office.get(PORTAL, f"/agreements/{agreement_id}/document?version=2")
    assert document["amends"] == {"version": 1, "changes": changed["items"]}


def test_a_last_day_before_the_first_is_refused(office: Office) -> None:
    answer = amend(office, office.active(effective_from="2026-12-01"), expires_on="2026-12-01")
    assert answer.get_json()["errors"][0]["pointer"] == "/expires_on"
