"""The whole event that an entry makes: who is told what, with which links, past which filters."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.notices import events
from services.notices.model.entries import (
    LARGEST_HEAD,
    LONGEST_TEXT,
    event_from,
    event_id,
    group_from,
    shortened,
)
from services.notices.model.messages import Event, Group, ToldChange, json_text
from shared.scope import Scope

ORIGIN = "https://art28.example"
VENDOR = {"id": "org_p", "slug": "vendor", "legal_name": "Vendor"}
AT = "2026-11-22T13:00:00.000Z"
PAGE = f"{ORIGIN}/p/vendor"
IDA = {"name": "Ida Holm", "title": "Counsel"}
BO = {"name": "Bo Lund"}
SCOPES = [
    {"on": "2026-12-24", "sides": [{"products": ["Core"], "excluded": ["org_x"]}]},
    {"on": "2026-12-24", "sides": [{"products": [], "excluded": []}]},
]
EITHER_NOTICE = pytest.mark.parametrize("kind", events.NOTICES)


def entry(kind: str, data: dict[str, Any], private: dict[str, Any] | None) -> dict[str, Any]:
    return {"stream": "processor:org_p", "sequence": 42, "type": kind, "at": AT,
            "data": {"processor": VENDOR, **data}, "private": private}  # fmt: skip


def change(number: int, **more: Any) -> dict[str, Any]:
    named = {"id": f"sub_{number}", "legal_name": f"Mail {number} Ltd", "country": "IE"}
    return {"change_id": f"chg_{number}", "kind": "add", "materiality": ["new_entity"],
            "sub_processor": named, "previous": None, "reason": "Needed", **more}  # fmt: skip


def event_of(kind: str, data: dict[str, Any], private: dict[str, Any] | None = None) -> Event:
    event = event_from(entry(kind, data, private), ORIGIN)
    assert event is not None
    return event


def notice_of(*changes: dict[str, Any], **private: Any) -> Event:
    data = {"effective_on": "2026-12-24", "changes": list(changes)}
    return event_of(events.CHANGE_ANNOUNCED, data, private)


def expected(kind: str, data: dict[str, Any], links: dict[str, str], **more: Any) -> Event:
    head = json_text({"type": kind, "timestamp": AT, "data": data})[:-2]
    tail = f',"links":{json_text(links)}}}}}'
    return Event(event_id("processor:org_p", 42), kind, AT, VENDOR, head, tail, **more)


@EITHER_NOTICE
def test_a_notice_of_several_changes_keeps_each_apart_with_those_whom_it_concerns(
    kind: str,
) -> None:
    data = {"effective_on": "2026-12-24", "changes": [change(1), change(2)]}
    private = {"scopes": SCOPES, "scope": SCOPES[1], "recipients_version": 7, "approved_by": [IDA]}
    first, second = (Scope.parse(each) for each in SCOPES)
    assert event_of(kind, data, private) == expected(
        kind,
        {"processor": VENDOR, "sequence": 42, "approved_by": [IDA]},
        {"changes": f"{ORIGIN}/portal/v1/changes", "page": PAGE},
        change_id="chg_1", effective_on="2026-12-24", scope=second, recipients_version=7,
        materiality=("new_entity",), approved_by=(IDA,),
        changes=(
            ToldChange("chg_1", json_text(change(1)), first),
            ToldChange("chg_2", json_text(change(2)), second),
        ),
    )  # fmt: skip


@EITHER_NOTICE
def test_a_notice_of_one_change_is_for_those_whom_it_concerns(kind: str) -> None:
    data = {"effective_on": "2026-12-24", **change(1)}
    private = {"scope": SCOPES[0], "recipients_version": 7, "approved_by": [IDA, BO]}
    beside = {"change_id": "chg_1", "sequence": 42, "kind": "add", "materiality": ["new_entity"],
              "processor": VENDOR, "sub_processor": change(1)["sub_processor"], "previous": None,
              "reason": "Needed", "approved_by": [IDA, BO]}  # fmt: skip
    assert event_of(kind, data, private) == expected(
        kind,
        {**beside, "changes": [change(1)]},
        {"change": f"{ORIGIN}/portal/v1/changes/chg_1", "page": PAGE},
        change_id="chg_1", effective_on="2026-12-24", scope=Scope.parse(SCOPES[0]),
        recipients_version=7, materiality=("new_entity",), approved_by=(IDA, BO),
    )  # fmt: skip


def test_of_approvers_customers_read_names_and_titles_and_nobody_without_either() -> None:
    kept = [{**IDA, "id": "usr_1", "email": "ida@mail.example"}, {"id": "usr_2"}, BO]
    event = notice_of(change(1), approved_by=kept)
    assert event.approved_by == (IDA, BO)
    assert json.loads(f"{event.head}}}}}")["data"]["approved_by"] == [IDA, BO]


def test_a_notice_that_nobody_approved_names_no_approver() -> None:
    event = notice_of(change(1), change(2))
    assert event.approved_by == ()
    assert json.loads(f"{event.head}}}}}")["data"] == {"processor": VENDOR, "sequence": 42}


@pytest.mark.parametrize(
    "private", [{"scopes": SCOPES[:1]}, {"contents": [{}]}, {"contents": [{}, {}, {}]}]
)
def test_a_notice_that_does_not_say_of_each_change_what_it_says_of_one_is_not_told(
    private: dict[str, Any],
) -> None:
    """Whom a change concerns must not be taken from another one."""
    with pytest.raises(ValueError, match="zip"):
        notice_of(change(1), change(2), **private)


@pytest.mark.parametrize("kind", events.FOLLOW_UPS)
def test_what_became_of_one_change_is_told_with_its_place_in_the_ledger(kind: str) -> None:
    told = {"change_id": "chg_1", "kind": "add", "processor": VENDOR,
            "sub_processor": {"id": "sub_1", "legal_name": "Mail 1 Ltd"},
            "effective_on": "2026-12-24", "reason": "Needed"}  # fmt: skip
    event = event_of(kind, {**told, "materiality": ["new_entity"]}, {"scope": SCOPES[0]})
    assert event == expected(
        kind, {**told, "sequence": 42},
        {"change": f"{ORIGIN}/portal/v1/changes/chg_1", "page": PAGE},
        change_id="chg_1", effective_on="2026-12-24", scope=Scope.parse(SCOPES[0]),
        materiality=("new_entity",),
    )  # fmt: skip


def test_what_became_of_several_changes_is_told_of_each_apart() -> None:
    kind = events.CHANGE_IN_EFFECT
    changes: list[dict[str, Any]] = [
        {"change_id": f"chg_{number}", "kind": "add", "effective_on": "2026-12-24",
         "sub_processor": {"id": f"sub_{number}", "legal_name": "Mail Ltd"}}
        for number in (1, 2)
    ]  # fmt: skip
    event = event_of(kind, {"effective_on": "2026-12-24", "changes": changes})
    assert event == expected(
        kind,
        {"processor": VENDOR, "effective_on": "2026-12-24", "sequence": 42},
        {"changes": f"{ORIGIN}/portal/v1/changes", "page": PAGE},
        change_id="chg_1", effective_on="2026-12-24",
        changes=tuple(
            ToldChange(each["change_id"], json_text(in_order(each)), None) for each in changes
        ),
    )  # fmt: skip


def in_order(change: dict[str, Any]) -> dict[str, Any]:
    return {name: change[name] for name in ("change_id", "kind", "sub_processor", "effective_on")}


def used_for(*products: str) -> dict[str, Any]:
    return {"id": "sub_1", "legal_name": "Mail Ltd", "products": list(products)}


@pytest.mark.parametrize(
    ("sides", "products"),
    [
        ([(used_for("Mail"), None)], ("Mail",)),
        ([(used_for("Mail", "Core"), None)], ("Core", "Mail")),
        ([(used_for("Mail"), used_for("Core"))], ("Core", "Mail")),
        ([(None, used_for("Core"))], ("Core",)),
        ([(used_for("Mail"), None), (used_for("Core", "Mail"), None)], ("Core", "Mail")),
        # One that is, or was, for all products concerns whoever filters by any of them.
        ([(used_for(), None)], ()),
        ([(used_for("Mail"), used_for())], ()),
        ([(used_for(), used_for("Mail"))], ()),
        ([(used_for("Mail"), None), (used_for(), None)], ()),
    ],
)
def test_endpoints_may_filter_a_notice_by_every_product_that_any_change_is_about(
    sides: list[tuple[Any, Any]], products: tuple[str, ...]
) -> None:
    changes = [
        change(number, sub_processor=entry, previous=before)
        for number, (entry, before) in enumerate(sides)
    ]
    assert notice_of(*changes).products == products


def test_endpoints_may_filter_a_notice_by_whatever_is_material_in_any_of_its_changes() -> None:
    words = (["new_entity", "new_country"], ["new_country", "new_purpose"], None)
    event = notice_of(*(change(1, materiality=some) for some in words))
    assert event.materiality == ("new_entity", "new_country", "new_purpose")


def test_an_only_change_in_the_list_of_an_older_entry_does_not_repeat_its_processor() -> None:
    event = event_of(events.CHANGE_ANNOUNCED, change(1))
    assert json.loads(f"{event.head}}}}}")["data"]["changes"] == [change(1)]


@pytest.mark.parametrize(("more", "is_whole"), [(0, True), (1, False)])
def test_several_changes_are_told_whole_up_to_the_last_byte_that_fits(
    more: int, is_whole: bool
) -> None:
    def notice(size: int) -> Event:
        return notice_of(change(1, reason="x" * size), change(2))

    def size_of(event: Event) -> int:
        return (
            len(event.head) + len(',"changes":[]') + sum(len(it.text) + 1 for it in event.changes)
        )

    event = notice(LARGEST_HEAD - size_of(notice(0)) + more)
    first, second = (json.loads(it.text) for it in event.changes)
    assert (size_of(event) == LARGEST_HEAD) is is_whole
    assert ("truncated" not in first, "truncated" not in second) == (is_whole, is_whole)


@pytest.mark.parametrize("kind", events.BASES)
def test_that_an_instrument_ends_is_told_to_those_whom_it_concerns(kind: str) -> None:
    told = {"processor": VENDOR, "instrument": {"id": "ins_1", "name": "SCC"}}
    event = event_of(kind, told, {"recipients_version": 3, "scope": SCOPES[0]})
    assert event == expected(
        kind, {**told, "sequence": 42}, {"page": PAGE},
        recipients_version=3, scope=Scope.parse(SCOPES[0]),
    )  # fmt: skip


def test_the_customer_reads_who_took_a_step_of_its_objection() -> None:
    data = {"objection_id": "obj_1", "change_id": "chg_1", "status": "open"}
    private = {"controller_id": "org_c", "agreement_id": "agr_1", "by": IDA, "grounds": "Mine"}
    assert event_of("objection.raised", data, private) == expected(
        events.OBJECTION_UPDATED,
        {"objection_id": "obj_1", "change_id": "chg_1", "processor": VENDOR, "status": "open",
         "by": IDA},
        {
            "objection": f"{ORIGIN}/portal/v1/objections/obj_1",
            "change": f"{ORIGIN}/portal/v1/changes/chg_1",
        },
        change_id="chg_1", agreement_id="agr_1", controller_id="org_c",
    )  # fmt: skip


LETTER = {"kind": "objection", "received_on": "2026-11-20", "text": "No.", "file": "fil_1",
          "objection_id": "obj_1"}  # fmt: skip
WHOSE = {"change_id": "chg_1", "agreement_ids": ["agr_1", "agr_2"], "controller_id": "org_c"}


def test_a_recorded_letter_is_told_to_the_customer_who_wrote_it_alone() -> None:
    event = event_of(events.LETTER_RECORDED, {"letter_id": "let_1"}, {**WHOSE, **LETTER})
    assert event == expected(
        events.LETTER_RECORDED,
        {"change_id": "chg_1", "processor": VENDOR,
         "letter": {"id": "let_1", "recorded_at": AT, **LETTER}},
        {"change": f"{ORIGIN}/portal/v1/changes/chg_1"},
        change_id="chg_1", agreement_id="agr_1", controller_id="org_c",
    )  # fmt: skip


@pytest.mark.parametrize("private", [None, {}])
def test_of_a_letter_whose_customer_was_erased_nobody_is_told(private: Any) -> None:
    it = entry(events.LETTER_RECORDED, {"letter_id": "let_1"}, private)
    assert event_from(it, ORIGIN) is None


@pytest.mark.parametrize("kind", [*events.AGREEMENT_MESSAGES, *events.INVITATIONS])
def test_endpoints_may_filter_what_is_told_of_an_agreement_by_its_products(kind: str) -> None:
    data = {"version": 2, "controller": {"id": "org_c"}, "products": ["Mail", "Core"]}
    told = {"version": 2, "processor": VENDOR, "controller": {"id": "org_c"},
            "products": ["Mail", "Core"]}  # fmt: skip
    assert event_of(kind, {"agreement_id": "agr_1", **data}) == expected(
        kind, told, {"agreement": f"{ORIGIN}/portal/v1/agreements/agr_1"},
        agreement_id="agr_1", controller_id="org_c", products=("Mail", "Core"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("length", "told"),
    [(0, ""), (LONGEST_TEXT, "x" * LONGEST_TEXT), (LONGEST_TEXT + 1, "x" * LONGEST_TEXT + "…")],
)
def test_a_text_of_a_person_is_cut_where_a_message_has_no_more_room(length: int, told: str) -> None:
    assert shortened("x" * length) == told


@pytest.mark.parametrize(
    ("more", "owes"), [({}, "notice"), ({"owes": "information"}, "information")]
)
def test_a_group_of_customers_is_owed_a_notice_unless_it_is_owed_information(
    more: dict[str, str], owes: str
) -> None:
    told = {"key": "t30", "given_on": "2026-11-23", **more}
    assert group_from(told) == Group("t30", "2026-11-23", None, None, None, {}, owes=owes)
