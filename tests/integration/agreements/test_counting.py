"""Notice terms are counted by agreement, by customer and by the day that ends them."""

from __future__ import annotations

from typing import Any

from tests.builders import notice_terms
from tests.integration.agreements.office import LILLEBROR, NORDBO, VENDOR, Office
from tests.integration.agreements.test_calendar import amend, on


def counts(office: Office) -> list[tuple[int, int, int]]:
    return sorted(
        (each["terms"]["notice_days"], each["agreements"], each["customers"])
        for each in office.notice_terms()["groups"]
    )


def profiles(office: Office, *apart: str) -> list[Any]:
    """Products and end of each agreement of a customer, how many customers, and who."""
    answer = office.post("service:", "/notice-terms", {"processor_id": VENDOR, "apart": apart})
    return sorted(
        (_covers(each["covers"]), each["customers"], each["customer_id"] or "")
        for each in answer.get_json()["profiles"]
    )


def _covers(covers: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted(("".join(cover["products"]), cover["ends_on"] or "-") for cover in covers)


def test_it_works(office: Office) -> None:
    first = office.active(products=["a"])
    second = office.active(products=["b"])
    office.active(LILLEBROR)
    assert (counts(office), office.notice_terms()["customers"]) == ([(30, 3, 2)], 2)
    amend(office, second, notice_terms=notice_terms(notice_days=14))
    office.accept_by_both(second)
    assert (counts(office), office.notice_terms()["customers"]) == ([(14, 1, 1), (30, 2, 2)], 2)
    office.terminate(VENDOR, first, "2026-11-22")
    assert (counts(office), office.notice_terms()["customers"]) == ([(14, 1, 1), (30, 1, 1)], 2)
    office.terminate(VENDOR, second, "2026-11-22")
    assert (counts(office), office.notice_terms()["customers"]) == ([(30, 1, 1)], 1)


def test_customers_are_counted_by_what_their_agreements_cover(office: Office) -> None:
    office.active(products=["a"])
    second = office.active(products=["b"])
    office.active(LILLEBROR, products=["b"])
    both = [("a", "-"), ("b", "-")]
    assert profiles(office) == [(both, 1, ""), ([("b", "-")], 1, "")]
    assert profiles(office, NORDBO) == [(both, 1, NORDBO), ([("b", "-")], 1, "")]
    amend(office, second, products=["c"])
    office.accept_by_both(second)
    assert profiles(office) == [([("a", "-"), ("c", "-")], 1, ""), ([("b", "-")], 1, "")]
    office.terminate(VENDOR, second, "2026-11-22")
    assert profiles(office) == [([("a", "-")], 1, ""), ([("b", "-")], 1, "")]


def test_an_end_that_is_set_is_told_with_a_new_version_until_it_comes(office: Office) -> None:
    first = office.active(products=["a"])
    second = office.active(products=["b"])
    before = office.notice_terms()["version"]
    office.terminate(VENDOR, first, "2026-12-20")
    assert profiles(office) == [([("a", "2026-12-20"), ("b", "-")], 1, "")]
    office.terminate(VENDOR, second, "2026-12-10")
    assert profiles(office) == [([("a", "2026-12-20"), ("b", "2026-12-10")], 1, "")]
    assert office.notice_terms()["version"] == before + 2
    on(office, "2026-12-10")
    assert (counts(office), profiles(office)) == ([(30, 1, 1)], [([("a", "2026-12-20")], 1, "")])
    on(office, "2026-12-20")
    assert (counts(office), profiles(office)) == ([], [])
    assert office.notice_terms()["customers"] == 0


def test_agreements_of_an_earlier_version_cover_everything_until_they_change(
    office: Office,
) -> None:
    first = office.active(products=["a"])
    office.active(products=["b"])
    office.active(LILLEBROR, products=["b"])
    office.deps.mongo.db["notice_profiles"].delete_many({})
    office.deps.mongo.db["in_force"].update_many({}, {"$unset": {"profiled": ""}})
    assert profiles(office, NORDBO) == [([("", "-")], 3, "")]
    office.terminate(VENDOR, first, "2026-12-20")
    assert profiles(office) == [
        ([("", "-")], 1, ""),
        ([("a", "2026-12-20"), ("b", "-")], 1, ""),
    ]
