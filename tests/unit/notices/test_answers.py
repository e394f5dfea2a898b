"""What is noted beside a notice: objections, approvals, and the end of the change."""

from __future__ import annotations

from typing import Any

import pytest

from services.notices.model.answers import Noted, by_link, fate_of, noted, proof_of

PROOF = {"stream": "register/org_v", "sequence": 4, "hash": "ab"}
AT = "2026-12-01T09:00:00.000Z"


def entry(kind: str, data: dict[str, Any], **private: Any) -> dict[str, Any]:
    return {**PROOF, "type": kind, "at": AT, "data": data, "private": private or None}


def test_a_step_of_an_objection_is_noted_beside_the_notice_of_its_agreement() -> None:
    data = {"objection_id": "obj_1", "change_id": "chg_1", "status": "rejected"}
    told = entry("objection.rejected", data, controller_id="org_c", agreement_id="agr_1",
                 grounds="security", decision="No risk.", by={"name": "Ida Holm"})  # fmt: skip
    assert noted(told) == Noted("chg_1", "agr_1", "org_c", {
        "kind": "objection", "id": "obj_1", "status": "rejected", "grounds": "security",
        "decision": "No risk.", "at": AT, "by": "Ida Holm", "entry": PROOF,
    })  # fmt: skip


def test_an_approval_is_noted_beside_every_notice_of_its_customer() -> None:
    told = entry("sub_processor.change.approved", {"change_id": "chg_1"}, controller_id="org_c")
    step = {"kind": "approval", "status": "given", "at": AT, "by": None, "entry": PROOF}
    assert noted(told) == Noted("chg_1", None, "org_c", step)


@pytest.mark.parametrize("kind", ["objection.received", "sub_processor.change.approved"])
def test_nothing_is_noted_of_a_customer_that_was_erased(kind: str) -> None:
    assert noted(entry(kind, {"change_id": "chg_1", "objection_id": "o", "status": "s"})) is None


def test_other_entries_answer_nothing() -> None:
    assert noted(entry("letter.recorded", {"change_id": "c"}, controller_id="org_c")) is None
    assert fate_of(entry("sub_processor.change.announced", {"change_id": "chg_1"})) is None


@pytest.mark.parametrize(
    ("kind", "data", "ids"),
    [
        ("sub_processor.change.withdrawn", {"change_id": "chg_1", "reason": "Late"}, ["chg_1"]),
        ("sub_processor.change.in_effect",
         {"changes": [{"change_id": "chg_1"}, {"change_id": "chg_2"}]}, ["chg_1", "chg_2"]),
    ],
)  # fmt: skip
def test_the_end_of_each_change_is_noted_with_its_entry(
    kind: str, data: dict[str, Any], ids: list[str]
) -> None:
    fate = {"type": kind, "at": AT, "entry": PROOF, "reason": data.get("reason")}
    assert fate_of(entry(kind, data)) == (ids, fate)


def test_what_is_only_shown_beforehand_has_no_proof() -> None:
    assert proof_of({"stream": "register/org_v", "sequence": 4}) is None


LINKED = {"name": "Kim Roe", "title": "Counsel", "contact": "ida@c.example", "mail_id": "mai_1"}


@pytest.mark.parametrize(
    ("kind", "private", "said", "is_step"),
    [
        ("sub_processor.change.approved", {"by": LINKED}, "approved", False),
        ("objection.received", {"by": LINKED}, "objected", True),
        ("objection.withdrawn", {"by": LINKED}, "withdrawn", True),
        ("objection.mitigation_accepted", {"by": LINKED}, "offer_accepted", True),
        ("objection.modification_requested", {"by": LINKED}, "offer_refused", True),
        ("agreement.accepted", {"by": LINKED}, "accepted", False),
        ("agreement.rejected", {"by": LINKED}, "refused", False),
        ("agreement.confirmed", {"by": LINKED}, "confirmed", False),
        ("agreement.declined", {"by": LINKED}, "declined", False),
    ],
)
def test_an_answer_by_link_says_who_gave_it_by_which_mail(
    kind: str, private: dict[str, Any], said: str, *, is_step: bool
) -> None:
    answer = by_link(entry(kind, {"change_id": "chg_1", "version": 2}, **private))
    assert answer
    assert (answer.mail_id, answer.said, answer.is_step) == ("mai_1", said, is_step)
    assert answer.by == {"name": "Kim Roe", "title": "Counsel"}
    assert (answer.about, answer.at, answer.change_id) == ("register/org_v:4", AT, "chg_1")


@pytest.mark.parametrize(
    ("kind", "private"),
    [
        ("sub_processor.change.approved", {}),
        ("objection.received", {"by": {"name": "Kim Roe"}}),
        ("objection.rejected", {"by": LINKED}),
        ("agreement.accepted", {}),
        ("agreement.activated", {"by": LINKED}),
    ],
)
def test_what_no_link_answered_is_not_copied(kind: str, private: dict[str, Any]) -> None:
    assert by_link(entry(kind, {"change_id": "chg_1"}, **private)) is None
