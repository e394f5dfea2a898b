"""What a simulation counts: transfers by outcome, agreements, customers, and notices owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from services.registry.clock import INFORMATION
from services.registry.model.bases import Reliance
from services.registry.model.changes import Group
from services.registry.model.erasures import speaks_of
from services.registry.model.imports import Import
from services.registry.model.register import Register
from services.registry.model.simulations import Simulation, Touched
from services.registry.transfers import Verdict, load_instruments
from shared.importing.jobs import Column

AT = datetime(2026, 11, 23, tzinfo=UTC)
DAY = date(2026, 12, 24)
DPF = "eu-us-dpf"
REGISTER = Register("org_1", "vendor", "Vendor", "DK", "da", "Europe/Copenhagen", AT)


def verdict(instrument_id: str | None) -> Verdict:
    status: Any = "valid" if instrument_id else "missing"
    return Verdict(status, (), instrument_id=instrument_id)


def reliance(after: str | None, before: str = DPF) -> Reliance:
    return Reliance("sub_1", "Host", {}, DPF, verdict(before), verdict(after))


def group(earliest: date, agreements: int, customers: int) -> Group:
    return Group(
        key=str(earliest),
        terms={},
        authorisation="general",
        agreements=agreements,
        customers=customers,
        given_on=AT.date(),
        objection_deadline=AT.date(),
        earliest_effective_on=earliest,
        silence="consent",
    )


GROUPS = (group(date(2026, 12, 20), 2, 1), group(date(2026, 12, 30), 3, 3))


def touched(*reliances: Reliance, groups: tuple[Group, ...] = GROUPS) -> Touched:
    lost = any(each.outcome == "lost" for each in reliances)
    return Touched(REGISTER, reliances, groups, groups if lost else ())


LOST = reliance(after=None)
SAVED = reliance(after="scc-2021-914")
UNAFFECTED = reliance(after="scc-2021-914", before="scc-2021-914")


def test_transfers_are_told_apart_by_what_carries_them_afterwards() -> None:
    register = touched(LOST, SAVED, UNAFFECTED)
    assert [register.of(outcome) for outcome in ("lost", "saved", "unaffected")] == [
        [LOST],
        [SAVED],
        [UNAFFECTED],
    ]
    assert (register.agreements, register.customers) == (5, 4)


def test_a_replacement_waits_for_the_latest_of_the_groups() -> None:
    assert touched(LOST).earliest == date(2026, 12, 30)
    assert touched(LOST, groups=()).earliest is None


def test_days_without_basis_are_counted_for_each_group_and_never_below_none() -> None:
    owed = touched(LOST, SAVED).owed(DAY)
    assert [notice.days_without_basis for notice in owed] == [0, 6]
    assert tuple(notice.group for notice in owed) == tuple(touched(LOST, SAVED).groups)


def test_no_notice_is_owed_where_a_fallback_saves_every_transfer() -> None:
    assert touched(SAVED, UNAFFECTED).owed(DAY) == []


def test_a_simulation_counts_over_all_registers() -> None:
    first, second = touched(LOST, SAVED), touched(SAVED)
    simulation = Simulation(load_instruments()[DPF], DAY, (first, second))
    assert simulation.last_day == date(2026, 12, 23)
    assert simulation.of("saved") == [(REGISTER, SAVED), (REGISTER, SAVED)]
    assert simulation.owing() == [first]


def test_a_person_is_found_anywhere_in_a_private_part_in_any_case() -> None:
    private = {"content": {"contact": {"email": "Anna.Ö@Example.com"}}, "at": AT}
    assert speaks_of(private, "anna.ö@example.com")
    assert not speaks_of(private, "anna.o@example.com")


def test_only_customers_who_are_owed_notice_get_one() -> None:
    informed = replace(GROUPS[1], owes=INFORMATION)
    register = touched(LOST, groups=(GROUPS[0], informed))
    assert (register.notices, touched(LOST).notices) == (2, 5)


def test_the_reminders_of_a_register_stand_beside_its_ledger() -> None:
    assert REGISTER.reminders == "reminders:org_1"


def test_an_import_that_is_refused_says_why_and_is_done() -> None:
    job = Import("imp_1", "org_1", AT, "cli_1", "csv", "en", DAY, "Our list")
    refused = job.refused("row-refused", "Row 3 has no name.")
    assert refused == replace(
        job, status="done", failure={"code": "row-refused", "detail": "Row 3 has no name."}
    )
    assert not job.is_whole
    assert replace(job, into="baseline").is_whole


def test_an_import_reports_what_the_file_left_out_up_to_a_limit() -> None:
    job = Import("imp_1", "org_1", AT, "cli_1", "csv", "en", DAY, "Our list")
    queued = job.received(3, (Column("Name", "legal_name"),))
    assert (queued.status, queued.rows_total, len(queued.columns)) == ("queued", 3, 1)
    settled = queued.settled(waiting=False, absent=["sub_1", "sub_2"], shown=1)
    assert (settled.status, settled.absent, settled.absent_total) == ("done", ("sub_1",), 2)
    assert queued.settled(waiting=True, absent=[], shown=1).status == "waiting"
