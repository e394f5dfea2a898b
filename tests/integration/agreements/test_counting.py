"""Notice terms are counted by agreement, by customer and by the day that ends them."""

from __future__ import annotations

from typing import Any

from tests.builders import notice_terms
from tests.integration.agreements.office import LILLEBROR, VENDOR, Office
from tests.integration.agreements.test_calendar import amend, on


def counts(office: Office) -> list[tuple[int, int, int]]:
    return sorted(
        (each["terms"]["notice_days"], each["agreements"], each["customers"])
        for each in office.notice_terms()["groups"]
    )


def ends(office: Office) -> list[Any]:
    return [tuple(day.values()) for each in office.notice_terms()["groups"] for day in each["ends"]]


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


def test_an_end_that_is_set_is_counted_until_it_comes(office: Office) -> None:
    first = office.active(products=["a"])
    second = office.active(products=["b"])
    before = office.notice_terms()["version"]
    office.terminate(VENDOR, first, "2026-12-20")
    assert ends(office) == [("2026-12-20", 1, 0)]
    office.terminate(VENDOR, second, "2026-12-10")
    assert ends(office) == [("2026-12-10", 1, 0), ("2026-12-20", 1, 1)]
    assert office.notice_terms()["version"] == before
    on(office, "2026-12-10")
    assert (counts(office), ends(office)) == ([(30, 1, 1)], [("2026-12-20", 1, 1)])
    on(office, "2026-12-20")
    assert (counts(office), ends(office)) == ([], [])
    assert office.notice_terms()["customers"] == 0
