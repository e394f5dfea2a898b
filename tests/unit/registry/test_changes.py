"""The life of a change: which step each status allows, and who may approve an emergency."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.registry.model.changes import (
    Change,
    Emergency,
    Group,
    NotAnEmergency,
    NotInThisStatus,
)
from shared.errors import DomainError, PreconditionFailed
from tests.unit.registry.golden import Case, cases, listed

TABLE = "golden_announcing.txt"
AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DAY = date(2026, 12, 24)


def change(status: Any = "draft", **members: Any) -> Change:
    return Change(
        id="chg_1",
        processor_id="org_1",
        kind="add",
        subject_id="sub_1",
        effective_on=DAY,
        reason="Needed",
        created_at=AT,
        status=status,
        **members,
    )


def group(key: str) -> Group:
    steps: tuple[dict[str, str | None], ...] = ({"name": "runs_from"},)
    return Group(key, {}, "general", 1, DAY, DAY, DAY, "consent", arithmetic=steps)


EMERGENCY = Emergency("The host burns.", "cli_a")
STEPS: list[Callable[[Change], Change]] = [
    lambda before: before.announced(AT, [group("a")], 7, 3),
    lambda before: before.withdrawn(AT, "Not needed."),
    lambda before: before.in_effect(AT),
    lambda before: before.edited({"reason": "Other"}, before.revision),
    lambda before: before.declared("The host burns.", "cli_a"),
    lambda before: before.approved("cli_b", {"cli_b": "hand_1"}),
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


@pytest.mark.parametrize("case", cases(TABLE, "approvals"))
def test_an_emergency_needs_two_different_hands(case: Case) -> None:
    approvers, client, verdict, _ = case
    names = [*listed(approvers), client]
    hands = {name[0]: name[1] for name in names}
    emergency = Emergency("The host burns.", "a", tuple(name[0] for name in names[:-1]))
    assert outcome_of(emergency, client[0], hands) == verdict


def outcome_of(emergency: Emergency, client: str, hands: dict[str, str]) -> str:
    try:
        approved = emergency.approved(client, hands)
    except DomainError as refusal:
        return refusal.code
    state = "complete" if approved.complete else "waiting"
    return f"{len(approved.approved_by)} {state}"


def test_an_emergency_that_nobody_declared_cannot_be_approved() -> None:
    with pytest.raises(NotAnEmergency):
        change().approved("cli_b", {"cli_b": "hand_1"})


def test_an_edit_takes_back_the_approvals() -> None:
    approved = Emergency("The host burns.", "cli_a", ("cli_a", "cli_b"))
    edited = change(emergency=approved).edited({"reason": "Other"}, 1)
    assert (edited.reason, edited.emergency) == ("Other", EMERGENCY)


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
    announced = change().announced(AT, [group("a"), group("b")], 7, 3)
    assert [kept.arithmetic for kept in announced.groups] == [(), ()]
    assert (announced.recipients_version, announced.sequence) == (7, 3)
    kept = announced.group("b")
    assert kept is not None
    assert kept.key == "b"
    assert announced.group("c") is None


def test_a_replacement_touches_both_entries() -> None:
    assert change().touches == ("sub_1",)
    assert change(replaces_id="sub_0").touches == ("sub_1", "sub_0")
