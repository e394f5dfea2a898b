"""Which drafts may be one notice, and what each of them says once they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.registry.model.announcements import ChangesMixed, EntryNamedTwice, as_one_notice
from services.registry.model.changes import Change, Emergency

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DAY = date(2026, 12, 24)


def draft(number: int, **members: Any) -> Change:
    told: dict[str, Any] = {"kind": "add", "effective_on": DAY, **members}
    return Change(
        f"chg_{number}", "org_1", subject_id=f"sub_{number}", reason="Needed", created_at=AT, **told
    )


def urgent(number: int, *approved_by: str) -> Change:
    return draft(number, emergency=Emergency("The host burns.", "cli_a", approved_by))


def test_drafts_that_are_announced_together_take_effect_on_the_last_of_their_days() -> None:
    drafts = [draft(1), draft(2, kind="remove", effective_on=DAY + timedelta(3)), draft(3)]

    told = as_one_notice(drafts)

    assert [each.id for each in told] == ["chg_1", "chg_2", "chg_3"]
    assert {each.effective_on for each in told} == {DAY + timedelta(3)}
    assert {each.together for each in told} == {("chg_1", "chg_2", "chg_3")}
    assert {each.kinds_together for each in told} == {("add", "remove")}
    assert [each.others for each in told[:2]] == [("chg_2", "chg_3"), ("chg_1", "chg_3")]


def test_the_day_that_is_asked_for_stands_above_those_of_the_drafts() -> None:
    wished = DAY - timedelta(2)
    told = as_one_notice([draft(1), draft(2)], wished)
    assert [(each.effective_on, each.together) for each in told] == [
        (wished, ("chg_1", "chg_2"))
    ] * 2


def test_a_draft_that_is_announced_alone_is_together_with_nothing() -> None:
    assert as_one_notice([draft(1)]) == [draft(1)]


def test_emergencies_with_as_many_approvals_may_be_one_notice() -> None:
    assert len(as_one_notice([urgent(1, "cli_a"), urgent(2, "cli_b")])) == 2


@pytest.mark.parametrize(
    "drafts",
    [
        [draft(1), urgent(2)],
        [urgent(1, "cli_a"), urgent(2)],
        [draft(1), draft(2, approved_by=({"client_id": "cli_b"},))],
    ],
)
def test_what_needs_other_approvals_is_another_notice(drafts: list[Change]) -> None:
    with pytest.raises(ChangesMixed):
        as_one_notice(drafts)


def test_two_drafts_that_alter_one_entry_are_named() -> None:
    twice = [draft(1), draft(2, replaces_id="sub_0"), draft(3), draft(4, replaces_id="sub_0")]

    with pytest.raises(EntryNamedTwice) as refused:
        as_one_notice(twice)

    assert refused.value.detail == "chg_2 and chg_4 alter sub_0."
    assert refused.value.errors == [
        {"pointer": "/change_ids", "code": "entry-named-twice", "detail": "chg_2"},
        {"pointer": "/change_ids", "code": "entry-named-twice", "detail": "chg_4"},
    ]


def test_of_several_entries_that_are_named_twice_the_first_is_told() -> None:
    drafts = [draft(1, replaces_id="sub_3"), draft(2, replaces_id="sub_0"),
              draft(3), draft(4, replaces_id="sub_0")]  # fmt: skip

    with pytest.raises(EntryNamedTwice, match=r"^chg_2 and chg_4 alter sub_0\.$"):
        as_one_notice(drafts)
