"""An agreement binds from the second acceptance, and is in force from the day that it names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.agreements.office import NORDBO, VENDOR, Office
from tests.integration.agreements.test_calendar import amend, on, told

PORTAL = f"portal:{NORDBO}"
NEW_YEAR = "2027-01-01"


def stands(office: Office, agreement_id: str) -> tuple[str, bool]:
    found = told(office, agreement_id)
    return found["status"], found["in_force"]


def relation(office: Office) -> Any:
    asked = f"processor_id={VENDOR}&controller_id={NORDBO}"
    return office.get("service:", f"/relation?{asked}")


def test_it_is_in_force_from_its_day_on(office: Office) -> None:
    agreement_id = office.active(effective_from=NEW_YEAR)
    assert stands(office, agreement_id) == ("active", False)
    on(office, "2026-12-31")
    assert stands(office, agreement_id) == ("active", False)
    assert office.types(agreement_id)[-1] == "activated"
    on(office, NEW_YEAR)
    assert stands(office, agreement_id) == ("active", True)
    on(office, "2027-01-02")
    assert office.types(agreement_id)[-2:] == ["activated", "in_force"]


def test_on_or_after_its_day_it_is_in_force_with_the_second_acceptance(office: Office) -> None:
    agreement_id = office.active(effective_from="2026-11-22")
    assert stands(office, agreement_id) == ("active", True)
    on(office, "2026-11-23")
    assert office.types(agreement_id)[-1] == "activated"


def test_its_customer_is_owed_notice_from_the_second_acceptance(office: Office) -> None:
    agreement_id = office.active(effective_from=NEW_YEAR)
    before = office.notice_terms()
    assert [each["agreements"] for each in before["groups"]] == [1]
    on(office, NEW_YEAR)
    after = office.notice_terms()
    [begins], [begun] = (terms.pop("profiles")[0]["covers"] for terms in (before, after))
    assert after == before
    assert (begins["begins_on"], begun["begins_on"]) == (NEW_YEAR, None)
    (since,) = relation(office)["history"]
    assert since["since_version"] == before["version"]
    (moving,) = [each for each in office.told(agreement_id) if "recipients_version" in each["data"]]
    assert (moving["type"], moving["data"]["effective_from"]) == ("agreement.activated", NEW_YEAR)


def test_an_amendment_before_the_first_day_may_move_it(office: Office) -> None:
    agreement_id = office.active(effective_from=NEW_YEAR)
    amend(office, agreement_id, effective_from="2027-02-01")
    office.accept_by_both(agreement_id)
    assert told(office, agreement_id)["scheduled"] is None
    on(office, NEW_YEAR)
    assert stands(office, agreement_id) == ("active", False)
    on(office, "2027-02-01")
    assert stands(office, agreement_id) == ("active", True)
    amended = office.active(products=["b"], effective_from="2027-06-01")
    amend(office, amended, effective_from="2027-02-01")
    office.accept_by_both(amended)
    assert stands(office, amended) == ("active", True)


@pytest.mark.parametrize("ends_on", ["2026-11-22", "2026-12-24", NEW_YEAR])
def test_ended_before_its_day_it_was_never_in_force_and_no_data_is_due(
    office: Office, ends_on: str
) -> None:
    agreement_id = office.active(effective_from=NEW_YEAR)
    office.terminate(PORTAL, agreement_id, ends_on)
    on(office, "2027-03-01")
    ended = told(office, agreement_id)
    assert (ended["status"], ended["in_force"], ended["deletion_due_on"]) == (
        "terminated", False, None,
    )  # fmt: skip
    assert "in_force" not in office.types(agreement_id)
    assert office.notice_terms()["groups"] == []


def test_a_successor_is_accepted_before_its_predecessor_has_ended(office: Office) -> None:
    first = office.active(effective_from="2026-11-01")
    second = office.offered(effective_from=NEW_YEAR)
    assert office.accept(PORTAL, second).get_json()["code"] == "agreement-in-force"
    office.terminate(VENDOR, first, NEW_YEAR)
    office.accept_by_both(second)
    bonds = relation(office)["agreements"]
    assert [each["agreement_id"] for each in bonds] == [first, second]
    on(office, NEW_YEAR)
    assert (stands(office, first), stands(office, second)) == (
        ("terminated", False), ("active", True),
    )  # fmt: skip


def test_a_successor_may_follow_on_the_last_day_of_a_term(office: Office) -> None:
    first = office.active(expires_on="2026-12-31")
    assert relation(office)["ends_on"] == NEW_YEAR
    early = office.offered(effective_from="2026-12-31")
    assert office.accept(PORTAL, early).get_json()["context"] == {"agreement_id": first}
    second = office.active(effective_from=NEW_YEAR)
    amend(office, first, expires_on="2027-06-30")
    assert office.accept(PORTAL, first).get_json()["context"] == {"agreement_id": second}


def test_an_amendment_to_come_leaves_no_room_after_the_old_last_day(office: Office) -> None:
    first = office.active(expires_on="2027-01-31")
    amend(office, first, expires_on="2027-12-31", effective_from="2027-01-15")
    office.accept_by_both(first)
    later = office.offered(effective_from="2027-02-01")
    assert office.accept(PORTAL, later).get_json()["context"] == {"agreement_id": first}


def test_once_begun_it_ends_as_any_other(office: Office) -> None:
    agreement_id = office.active(products=["a"], effective_from=NEW_YEAR, expires_on="2027-01-31")
    on(office, "2027-02-01")
    ended = told(office, agreement_id)
    assert (ended["status"], ended["deletion_due_on"]) == ("expired", "2027-03-02")
