"""When an ended sub-processor's confirmation is due, and which are missing, as a table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.registry.model.changes import Change
from services.registry.model.deletions import (
    Confirmation,
    ConfirmedBeforeEnd,
    ConfirmedInFuture,
    EndUnknown,
    StillInUse,
    check_day,
    due_on,
    ended_by,
    ends,
    last_use,
    unconfirmed,
    use_that_ended,
)
from services.registry.model.register import FOREVER, EntryUnknown, Row
from services.registry.todo import due as reminders
from services.registry.todo.of_work import of_deletion
from services.registry.transfers.wording import LANGUAGES, sentence
from shared.errors import Invalid
from tests.unit.registry.golden import cases, listed

TODAY = date(2026, 11, 23)
SUB = "sub_1"


def row(stage: str, first: str, last: str | None, **content: Any) -> Row:
    until = date.fromisoformat(last) if last else FOREVER
    at = datetime(2026, 1, 1, tzinfo=UTC)
    said = {"legal_name": "Mailer Inc.", "stage": stage, **content}
    return Row("row_1", "org_1", SUB, 1, said, date.fromisoformat(first), until, at, "chg_1")


def uses(cell: str) -> list[Row]:
    told = [each.split(" ") for each in listed(cell)]
    return [row(stage, *days.split("..")) for stage, days in told]


def stated(cell: str) -> dict[str, Any]:
    words = {"what": {"en": "x"}, "rule": {"en": "as long as needed"}, "length": None}
    lengths = [each.split(" ") for each in listed(cell)]
    return {"retention_periods": [
        words if value == "in" else {**words, "length": {"value": int(value), "unit": unit}}
        for value, unit in lengths
    ]}  # fmt: skip


@pytest.mark.parametrize("case", cases("golden_deletions.txt", "due"))
def test_the_confirmation_is_due_when_the_longest_stated_time_has_passed(case: Any) -> None:
    last, lengths, due, _ = case
    assert due_on(stated(lengths), date.fromisoformat(last)) == date.fromisoformat(due)


def test_an_entry_of_an_earlier_version_states_no_length() -> None:
    assert due_on({}, TODAY) == TODAY + timedelta(30)


@pytest.mark.parametrize("case", cases("golden_deletions.txt", "missing"))
def test_each_end_without_confirmation_is_asked_for_once(case: Any) -> None:
    rows, confirmed, asked, _ = case
    ends = {(SUB, date.fromisoformat(day)) for day in listed(confirmed)}

    missing = unconfirmed(uses(rows), ends)

    assert [str(each.valid_to) for each in missing] == listed(asked)


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        ("active 2026-01-01..2026-11-22", "2026-11-22"),
        ("active 2026-01-01..2026-10-31, active 2027-01-01..2027-02-01", "2026-10-31"),
        ("active 2026-01-01..2026-10-31, planned 2026-11-01..2027-02-01", "2026-10-31"),
    ],
)
def test_what_has_ended_can_be_confirmed(rows: str, last: str) -> None:
    assert str(last_use(uses(rows), TODAY).valid_to) == last


LISTED = "It is on the list today; name the last day of an earlier use."
NEVER_USED = "It has not been in use yet."


@pytest.mark.parametrize(
    ("rows", "detail"),
    [
        ("active 2026-01-01..2026-11-23", LISTED),
        ("active 2026-01-01..2026-10-31, active 2026-11-01..2026-12-31", LISTED),
        ("active 2026-12-01..2026-12-31", NEVER_USED),
        ("planned 2026-01-01..2026-10-31", NEVER_USED),
    ],
)
def test_what_has_not_ended_cannot_be_confirmed(rows: str, detail: str) -> None:
    with pytest.raises(StillInUse) as refused:
        last_use(uses(rows), TODAY)
    assert str(refused.value) == detail


AGAIN = """active 2026-01-01..2026-05-31, active 2026-06-01..2026-07-31,
planned 2026-08-01..2026-08-31, active 2026-09-01..2026-10-31, active 2026-11-10.."""


def test_each_use_that_is_over_has_an_end_though_the_entry_is_in_use_again() -> None:
    assert [str(row.valid_to) for row in ends(uses(AGAIN.replace("\n", " ")), TODAY)] == [
        "2026-10-31",
        "2026-07-31",
    ]


def test_a_use_is_over_when_its_last_day_has_passed() -> None:
    rows = uses("active 2026-01-01..2026-11-23")
    assert ends(rows, TODAY) == []
    assert ends(rows, TODAY + timedelta(1)) == rows


def test_an_earlier_end_is_named_by_its_last_day() -> None:
    found = use_that_ended(uses(AGAIN.replace("\n", " ")), TODAY, date(2026, 7, 31))
    assert str(found.valid_from) == "2026-06-01"
    with pytest.raises(StillInUse):
        use_that_ended(uses(AGAIN.replace("\n", " ")), TODAY, None)


@pytest.mark.parametrize("day", ["2026-05-31", "2026-08-31", "2026-07-30", "2026-11-23"])
def test_a_day_on_which_no_use_ended_is_refused(day: str) -> None:
    with pytest.raises(EndUnknown) as refused:
        use_that_ended(uses(AGAIN.replace("\n", " ")), TODAY, date.fromisoformat(day))
    detail = f"No use ended on {day}."
    assert refused.value.errors == [
        {"pointer": "/listed_until", "code": "end-unknown", "detail": detail}
    ]


def test_an_entry_without_rows_is_unknown() -> None:
    with pytest.raises(EntryUnknown):
        last_use([], TODAY)
    with pytest.raises(EntryUnknown):
        use_that_ended([], TODAY, TODAY)


@pytest.mark.parametrize("day", [TODAY - timedelta(5), TODAY])
def test_a_confirmation_is_of_the_last_day_or_later_up_to_today(day: date) -> None:
    check_day(day, TODAY - timedelta(5), TODAY)


@pytest.mark.parametrize(("days", "fault"), [(1, ConfirmedInFuture), (-6, ConfirmedBeforeEnd)])
def test_a_confirmation_of_another_day_is_refused(days: int, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        check_day(TODAY + timedelta(days), TODAY - timedelta(5), TODAY)


@pytest.mark.parametrize(
    ("length", "severity"),
    [("61 days", None), ("60 days", "should"), ("8 days", "should"), ("7 days", "must")],
)
def test_the_to_do_list_asks_from_sixty_days_before_and_presses_from_seven(
    length: str, severity: str | None
) -> None:
    ended = row("active", "2026-01-01", str(TODAY), **stated(length))

    items = list(of_deletion(ended, TODAY, "/registry/v1/processors/a"))

    assert [each.severity for each in items] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("length", "stages"),
    [("61 days", []), ("60 days", [60]), ("31 days", [60]), ("30 days", [30]), ("7 days", [7]),
     ("0 days", [7]), ("-1 days", [0]), ("-400 days", [0])],
)  # fmt: skip
def test_the_vendor_is_reminded_at_each_stage_and_once_it_is_overdue(
    length: str, stages: list[int]
) -> None:
    last = TODAY - timedelta(30) + timedelta(int(length.split(maxsplit=1)[0]))
    over = row("active", "2020-01-01", str(last))

    found = list(reminders.of_deletion(over, TODAY))

    assert [each.stage for each in found] == stages
    assert all(each.key == (SUB, "deletion_confirmation", str(last)) for each in found)
    assert all(each.about["listed_until"] == str(last) for each in found)


@pytest.mark.parametrize(("last", "word"), [("2026-11-22", "record"), ("2026-10-01", "nobody")])
def test_what_is_overdue_is_said_so_in_each_language(last: str, word: str) -> None:
    [item] = of_deletion(row("active", "2026-01-01", last), TODAY, "/registry/v1/processors/a")

    told = [sentence(item.detail, language) for language in LANGUAGES]
    assert word in told[0]
    assert len(set(told)) == 3
    assert item.steps[0].path == f"/registry/v1/processors/a/sub-processors/{SUB}/deletion"


@pytest.mark.parametrize(
    ("days", "code", "words"),
    [
        (1, "confirmed-in-future", "2026-11-24 lies after 2026-11-23."),
        (-6, "confirmed-before-end", "Its last day on the list was 2026-11-18."),
    ],
)
def test_a_refusal_of_a_day_points_at_it_and_says_why(days: int, code: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_day(TODAY + timedelta(days), TODAY - timedelta(5), TODAY)
    assert refused.value.detail == words
    assert refused.value.errors == [{"pointer": "/confirmed_on", "code": code, "detail": words}]


def test_a_confirmation_that_says_the_same_again_is_known() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    told = Confirmation(
        "del_1", "org_1", SUB, TODAY, 1, "deleted", TODAY, "Bo", at, "cli_1", note="All copies."
    )
    assert told.says({"kind": "deleted", "note": "All copies."})
    assert not told.says({"kind": "deleted", "note": "All but one."})
    assert not told.says({"kind": "returned", "note": "All copies."})


@pytest.mark.parametrize(
    ("kind", "status", "ended"),
    [
        ("remove", "in_effect", SUB),
        ("replace", "in_effect", "sub_old"),
        ("modify", "in_effect", None),
        ("remove", "announced", None),
    ],
)
def test_a_change_that_took_an_entry_off_the_list_has_ended_it(
    kind: Any, status: Any, ended: str | None
) -> None:
    change = Change(
        "chg_1", "org_1", kind, SUB, TODAY, "Why.", datetime(2026, 1, 1, tzinfo=UTC),
        status=status, replaces_id="sub_old" if kind == "replace" else None,
    )  # fmt: skip
    assert ended_by(change) == ((ended, TODAY - timedelta(1)) if ended else None)
