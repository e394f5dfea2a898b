"""The life of a change: which step each status allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.registry.clock import INFORMATION, NOTICE, Period
from services.registry.model.approvals import Hands, PreparedByTheSameHand
from services.registry.model.changes import (
    Audience,
    Change,
    EffectiveDayPassed,
    Emergency,
    Group,
    NotInThisStatus,
    check_day,
    owed_to,
)
from services.registry.model.scopes import everybody
from shared.errors import PreconditionFailed
from shared.scope import Cover
from tests.unit.registry.golden import Case, cases

TABLE = "golden_announcing.txt"
AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DAY = date(2026, 12, 24)


def change(status: Any = "draft", **members: Any) -> Change:
    announced_at = None if status == "draft" else AT
    return Change(
        id="chg_1",
        processor_id="org_1",
        kind="add",
        subject_id="sub_1",
        effective_on=DAY,
        reason="Needed",
        created_at=AT,
        status=status,
        **{"announced_at": announced_at, **members},
    )


def group(key: str) -> Group:
    steps: tuple[dict[str, str | None], ...] = ({"name": "runs_from"},)
    return Group(key, {}, "general", 1, DAY, DAY, DAY, "consent", arithmetic=steps)


def audience(*keys: str) -> Audience:
    return Audience(everybody(DAY), tuple(map(group, keys)), 7)


EMERGENCY = Emergency("The host burns.", "cli_a")
HANDS = Hands({"cli_a": "hand_1", "cli_b": "hand_2"}, {"cli_b": "Bo"})
STEPS: list[Callable[[Change], Change]] = [
    lambda before: before.announced(AT, audience("a"), 3),
    lambda before: before.withdrawn(AT, "Not needed."),
    lambda before: before.in_effect(AT),
    lambda before: before.edited({"reason": "Other"}, before.revision, "cli_a"),
    lambda before: before.declared("The host burns.", "cli_a"),
    lambda before: before.approved("cli_b", HANDS),
]


@pytest.mark.parametrize("case", cases(TABLE, "steps"))
def test_each_status_allows_the_steps_of_the_table(case: Case) -> None:
    status, *verdicts, _ = case
    for step, verdict in zip(STEPS, verdicts, strict=True):
        before = change(status, emergency=EMERGENCY)
        if verdict == "refused":
            with pytest.raises(NotInThisStatus):
                step(before)
        else:
            after = step(before)
            assert (after.status, after.revision) == (verdict, 2)


def test_an_edit_takes_back_the_approvals() -> None:
    approved = Emergency("The host burns.", "cli_a", ("cli_a", "cli_b"))
    edited = change(emergency=approved).edited({"reason": "Other"}, 1, "cli_a")
    assert (edited.reason, edited.emergency) == ("Other", EMERGENCY)
    once = change().approved("cli_b", HANDS)
    assert once.approvers == ("cli_b",)
    assert once.edited({"reason": "Other"}, 2, "cli_a").approvers == ()
    assert once.declared("The host burns.", "cli_a").approvers == ()


@pytest.mark.parametrize(("seen", "refused"), [(None, False), (1, False), (2, True), (0, True)])
def test_a_revision_that_the_caller_has_not_read_is_not_altered(
    seen: int | None, refused: bool
) -> None:
    if not refused:
        change().check_seen(seen)
        return
    with pytest.raises(PreconditionFailed):
        change().check_seen(seen)


def test_an_announced_change_keeps_its_groups_without_their_arithmetic() -> None:
    announced = change().announced(AT, audience("a", "b"), 3, ["new_entity"])
    assert announced.materiality == ("new_entity",)
    assert [kept.arithmetic for kept in announced.groups] == [(), ()]
    assert (announced.recipients_version, announced.sequence) == (7, 3)
    kept = announced.group("b")
    assert kept is not None
    assert kept.key == "b"
    assert announced.group("c") is None


def test_what_a_text_says_of_this_kind_of_change_counts_for_it() -> None:
    """GDPR Art. 28(2) leaves the days to the contract: 60 in general, 30 for an addition."""
    days = {"notice": {"length": {"value": 60, "unit": "days"}}, "by_kind": {
        "add": {"notice": {"length": {"value": 30, "unit": "days"}}}}}  # fmt: skip
    assert change().terms_of(days, "general").notice.length == Period(30)
    removal = replace(change(), kind="remove")
    assert removal.terms_of(days, "general").notice.length == Period(60)


def test_a_replacement_touches_both_entries() -> None:
    assert change().touches == ("sub_1",)
    assert change(replaces_id="sub_0").touches == ("sub_1", "sub_0")


# members that a step changes, beside the revision
CHANGED: list[tuple[Callable[[Change], Change], Change, dict[str, Any]]] = [
    (lambda it: it.announced(AT, audience("a"), 3), change(),
     {"status": "announced", "announced_at": AT, "scope": everybody(DAY),
      "groups": (replace(group("a"), arithmetic=(), covers=()),),
      "recipients_version": 7, "sequence": 3, "owes": "notice", "materiality": ()}),
    (lambda it: it.withdrawn(AT, "Not needed."), change("announced"),
     {"status": "withdrawn", "ended_at": AT, "withdrawal_reason": "Not needed."}),
    (lambda it: it.in_effect(AT), change("announced"), {"status": "in_effect", "ended_at": AT}),
    (lambda it: it.declared("The host burns.", "cli_a"), change(), {"emergency": EMERGENCY}),
    (lambda it: it.approved("cli_b", HANDS), change(emergency=EMERGENCY),
     {"emergency": Emergency("The host burns.", "cli_a", ("cli_b",))}),
    (lambda it: it.approved("cli_b", HANDS), change(prepared_by=("cli_a",)),
     {"approved_by": ({"client_id": "cli_b", "name": "Bo"},)}),
    (lambda it: it.edited({"reason": "Other"}, 1, "cli_a"), change(),
     {"reason": "Other", "prepared_by": ("cli_a",)}),
]  # fmt: skip


@pytest.mark.parametrize(("step", "before", "members"), CHANGED)
def test_a_step_changes_these_members_and_no_other(
    step: Callable[[Change], Change], before: Change, members: dict[str, Any]
) -> None:
    assert step(before) == replace(before, revision=2, **members)


REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: change("announced").edited({}, 1, "cli_a"),
     "It is announced; to alter it, withdraw it and announce another."),
    (lambda: change("in_effect").edited({}, 1, "cli_a"), "The change is in effect, not draft."),
    (lambda: change().in_effect(AT), "The change is draft, not announced."),
    (lambda: change("in_effect").withdrawn(AT, "No."), "The change is in effect; it stays."),
    (lambda: change().withdrawn(AT, "No."), "It was never announced; discard it with DELETE."),
    (lambda: change("withdrawn").withdrawn(AT, "No."), "The change is withdrawn; it stays."),
    (lambda: change("announced").check_discard(1),
     "It was announced; until its effective day it can be withdrawn."),
    (lambda: change("draft").must_be("in_effect"), "The change is draft, not in effect."),
]  # fmt: skip


@pytest.mark.parametrize(("step", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_a_refusal_says_how_the_change_stands(step: Callable[[], object], words: str) -> None:
    with pytest.raises(NotInThisStatus) as refusal:
        step()
    assert refusal.value.detail == words


def test_an_edit_of_a_revision_that_the_caller_has_not_read_is_refused() -> None:
    with pytest.raises(PreconditionFailed):
        change().edited({"reason": "Other"}, 2, "cli_a")


def test_a_change_may_take_effect_today_and_not_before() -> None:
    check_day(DAY, DAY)
    with pytest.raises(EffectiveDayPassed, match=r"^2026-12-23 lies before 2026-12-24\.$"):
        check_day(date(2026, 12, 23), DAY)


def test_a_draft_that_the_caller_has_not_read_is_not_discarded() -> None:
    change().check_discard(1)
    with pytest.raises(PreconditionFailed):
        change().check_discard(2)


OLD, NOW = {"legal_name": "Host ApS", "website": "a"}, {"legal_name": "Host ApS", "website": "b"}


@pytest.mark.parametrize(
    ("kind", "members", "current", "previous", "content"),
    [
        ("modify", {}, NOW, NOW, {"legal_name": "Host A/S", "website": "b"}),
        ("modify", {}, None, OLD, {"legal_name": "Host A/S", "website": "a"}),
        ("modify", {"status": "announced"}, NOW, OLD, {"legal_name": "Host A/S", "website": "a"}),
        ("modify", {"previous": None}, NOW, NOW, {"legal_name": "Host A/S", "website": "a"}),
        ("modify", {"content": None}, NOW, NOW, None),
        ("remove", {"content": None}, NOW, NOW, None),
        ("replace", {}, NOW, NOW, {"legal_name": "Host A/S", "website": "a"}),
        ("add", {}, NOW, OLD, {"legal_name": "Host A/S", "website": "a"}),
    ],
)
def test_a_draft_keeps_what_was_recorded_of_its_entry_since(
    kind: Any, members: Any, current: Any, previous: Any, content: Any
) -> None:
    """An addition has no entry before it, and what was announced stays as it was announced."""
    wished = {"legal_name": "Host A/S", "website": "a"}
    before = change(**{"previous": OLD, "content": wished, **members})

    after = replace(before, kind=kind).over(current)

    assert (after.previous, after.content) == (previous, content)


def test_what_a_change_states_for_the_first_time_is_stated_today() -> None:
    stated = change(content={"ai_use": "none"}, previous={"ai_use": "none", "stated_on": {
        "ai_use": "2026-01-01"}}).dated(DAY)  # fmt: skip
    anew = change(content={"ai_use": "none"}).dated(DAY)

    assert stated.content == {"ai_use": "none", "stated_on": {"ai_use": "2026-01-01"}}
    assert anew.content == {"ai_use": "none", "stated_on": {"ai_use": "2026-12-24"}}
    assert change().dated(DAY).content is None


def test_an_emergency_asks_for_two_hands_and_another_change_for_one() -> None:
    hands = Hands({"cli_a": "hand_1", "cli_b": "hand_2"}, {})
    once = Emergency("The host burns.", "cli_a", ("cli_b",))

    assert change(approved_by=({"client_id": "cli_b"},)).signatures.suffice(hands)
    assert not change(emergency=once).signatures.suffice(hands)


def test_who_prepared_it_first_is_named_where_nobody_else_has_approved() -> None:
    prepared = change(prepared_by=("cli_a", "cli_b"), approved_by=({"client_id": "cli_a"},))

    with pytest.raises(PreparedByTheSameHand) as refused:
        prepared.signatures.suffice(Hands({"cli_a": "hand_1", "cli_b": "hand_1"}, {}))

    assert refused.value.detail == (
        "cli_a drafted or edited it, or asked for its emergency, and counts as one with you."
    )


def test_an_emergency_takes_back_the_approvals_of_a_normal_announcement() -> None:
    approved = change(approved_by=({"client_id": "cli_b"},))
    assert approved.declared("The host burns.", "cli_a").approved_by == ()


def owing(*owes: str) -> list[Group]:
    return [replace(group("a"), owes=each) for each in owes]


@pytest.mark.parametrize(
    ("owes", "owed"),
    [
        ([], NOTICE),
        ([INFORMATION], INFORMATION),
        ([INFORMATION, NOTICE], NOTICE),
        ([NOTICE, NOTICE], NOTICE),
        ([INFORMATION, INFORMATION], INFORMATION),
    ],
)
def test_a_change_owes_notice_as_soon_as_one_customer_is_owed_it(
    owes: list[str], owed: str
) -> None:
    told = replace(audience(), groups=tuple(owing(*owes)))
    assert owed_to(told.groups) == owed
    assert change().announced(AT, told, 3).owes == owed


def test_each_change_of_a_notice_keeps_its_own_scope() -> None:
    own = everybody(date(2027, 1, 1))
    told = replace(audience("a"), scopes={"chg_1": own})
    assert change().announced(AT, told, 3).scope == own


def test_a_group_whose_agreements_cover_nothing_of_it_holds_nothing_up() -> None:
    assert replace(group("a"), covers=()).allows_from == date.min


def test_the_customer_who_must_be_told_first_decides_for_all() -> None:
    later = replace(group("b"), earliest_effective_on=date(2027, 1, 9), covers=(Cover(),))
    told = replace(audience("a"), groups=(group("a"), later))
    assert told.allows_from == date(2027, 1, 9)
    assert audience().allows_from is None
