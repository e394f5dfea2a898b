"""What a vendor is told of its customers and of its evidence: each message whole, and by whom."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.notices import events
from services.notices.model.entries import LONGEST_TEXT
from services.notices.model.messages import Event, body_of
from services.notices.model.vendor_events import (
    Known,
    concerns_vendor,
    unreached_event,
    vendor_event,
)

ORIGIN = "https://art28.example"
AT = "2026-11-22T13:00:00.000Z"
VENDOR = {"id": "org_v", "slug": "vendor", "legal_name": "Vendor A/S"}
CUSTOMER = {"id": "org_c", "slug": "customer", "legal_name": "Customer AB"}
CHANGE = {"kind": "add", "effective_on": "2026-12-24", "sub_processor": {"legal_name": "Mail Ltd"}}
KNOWN = Known(VENDOR, CUSTOMER, CHANGE)
SIGNED_BY_VENDOR = {"party": "processor", "name": "Bo Ek", "at": "2026-11-20T09:00:00.000Z"}
SIGNED_BY_CUSTOMER = {"party": "controller", "name": "Ida Holm", "title": "Director", "at": AT,
                      "document_sha256": "ab" * 32, "address": "192.0.2.1"}  # fmt: skip
# Who answered by the link in a mail.
PERSON = {"name": "Ida Holm", "email": "ida@customer.example"}


def of_register(kind: str, data: dict[str, Any], private: dict[str, Any] | None) -> dict[str, Any]:
    return {"stream": "processor:org_v", "sequence": 42, "type": kind, "at": AT, "actor": "org_c",
            "data": data, "private": private}  # fmt: skip


def objection(status: str, **private: Any) -> dict[str, Any]:
    data = {"objection_id": "obj_1", "change_id": "chg_1", "status": status, "processor": VENDOR}
    kept = {"controller_id": "org_c", "agreement_id": "agr_1", **private}
    return of_register(f"objection.{status}", data, kept)


def of_agreement(kind: str, actor: str = "org_c", **private: Any) -> dict[str, Any]:
    data = {"agreement_id": "agr_1", "version": 3, "status": "active", "processor": VENDOR,
            "controller": CUSTOMER, "products": ["Core"], "ends_on": None,
            "internal": "not for anybody"}  # fmt: skip
    return {"stream": "agreement:agr_1", "sequence": 7, "type": kind, "at": AT, "actor": actor,
            "data": data, "private": private or None}  # fmt: skip


def body(event: Event) -> Any:
    return json.loads(body_of(event, ""))


OBJECTION_LINKS = {
    "objection": "https://art28.example/registry/v1/objections/obj_1",
    "change": "https://art28.example/registry/v1/processors/vendor/changes/chg_1",
}
AGREEMENT_LINKS = {"agreement": "https://art28.example/agreements/v1/agreements/agr_1"}
NAMED = {"customer": CUSTOMER, "change": CHANGE, "processor": VENDOR}
OF_AGREEMENT = {"agreement_id": "agr_1", "version": 3, "status": "active", "products": ["Core"],
                "ends_on": None, "processor": VENDOR, "customer": CUSTOMER}  # fmt: skip
OF_AN_AGREEMENT = Known(VENDOR, CUSTOMER)

# The entry, what is known beside it, the type of the message and its data.
TOLD: dict[str, tuple[dict[str, Any], Known, str, dict[str, Any]]] = {
    "an objection": (
        objection("received", grounds="location", respond_by="2026-12-01", text="Not there.",
                  by=PERSON, margin="secret"),
        KNOWN,
        "objection.received",
        {"objection_id": "obj_1", "change_id": "chg_1", "status": "received",
         "agreement_id": "agr_1", "grounds": "location", "respond_by": "2026-12-01",
         "by": PERSON, "text": "Not there.", **NAMED, "links": OBJECTION_LINKS},
    ),
    "a step of an objection": (
        objection("modification_requested", modification="In Europe.", reason="The law."),
        KNOWN,
        "objection.updated",
        {"objection_id": "obj_1", "change_id": "chg_1", "status": "modification_requested",
         "agreement_id": "agr_1", "modification": "In Europe.", "reason": "The law.", **NAMED,
         "links": OBJECTION_LINKS},
    ),
    "an approval by link": (
        of_register("sub_processor.change.approved", {"change_id": "chg_1"}, {"by": PERSON}),
        KNOWN,
        "change.approved",
        {"change_id": "chg_1", "approved_at": AT, "by": PERSON, **NAMED,
         "links": {"change": OBJECTION_LINKS["change"]}},
    ),
    "an approval of an earlier version, of nobody known": (
        of_register("sub_processor.change.approved", {"change_id": "chg_1"}, None),
        Known(VENDOR),
        "change.approved",
        {"change_id": "chg_1", "approved_at": AT, "processor": VENDOR,
         "links": {"change": OBJECTION_LINKS["change"]}},
    ),
    "evidence that ends": (
        of_register(
            "evidence.due",
            {"processor": VENDOR, "sub_processor": {"id": "sub_1"}, "due_on": "2027-03-01",
             "days_left": 30, "internal": "not for anybody"},
            {"location": {"country": "US"}, "evidence": "certificate", "due_on": "earlier"},
        ),
        Known(VENDOR),
        "evidence.due",
        {"sub_processor": {"id": "sub_1"}, "location": {"country": "US"},
         "evidence": "certificate", "due_on": "2027-03-01", "days_left": 30, "processor": VENDOR,
         "links": {"sub_processors":
                   "https://art28.example/registry/v1/processors/vendor/sub-processors"}},
    ),
    "evidence with nothing kept beside it": (
        of_register("evidence.due", {"processor": VENDOR, "days_left": 30}, None),
        Known(VENDOR),
        "evidence.due",
        {"days_left": 30, "processor": VENDOR,
         "links": {"sub_processors":
                   "https://art28.example/registry/v1/processors/vendor/sub-processors"}},
    ),
    "a proposal": (
        of_agreement("agreement.offered", proposed_by="controller", text="Our paper."),
        OF_AN_AGREEMENT,
        "agreement.proposed",
        {**OF_AGREEMENT, "text": "Our paper.", "links": AGREEMENT_LINKS},
    ),
    "an acceptance, the last of two": (
        of_agreement("agreement.accepted", acceptances=[SIGNED_BY_VENDOR, SIGNED_BY_CUSTOMER]),
        OF_AN_AGREEMENT,
        "agreement.accepted",
        {**OF_AGREEMENT, "links": AGREEMENT_LINKS,
         "acceptance": {"party": "controller", "name": "Ida Holm", "title": "Director", "at": AT,
                        "document_sha256": "ab" * 32}},
    ),
    "a confirmation of which no signature is kept": (
        of_agreement("agreement.confirmed"),
        OF_AN_AGREEMENT,
        "agreement.confirmed",
        {**OF_AGREEMENT, "acceptance": {}, "links": AGREEMENT_LINKS},
    ),
    "a refusal": (
        of_agreement("agreement.rejected", reason="Too short.", acceptances=[SIGNED_BY_CUSTOMER]),
        OF_AN_AGREEMENT,
        "agreement.rejected",
        {**OF_AGREEMENT, "reason": "Too short.", "links": AGREEMENT_LINKS},
    ),
    "data to be deleted": (
        of_agreement("agreement.deletion_overdue", due_on="2027-01-31"),
        OF_AN_AGREEMENT,
        "deletion.overdue",
        {**OF_AGREEMENT, "due_on": "2027-01-31", "links": AGREEMENT_LINKS},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TOLD)
def test_a_vendor_is_told_what_its_customer_did_and_nothing_that_is_kept_from_it(case: str) -> None:
    entry, known, kind, data = TOLD[case]
    event = vendor_event(entry, ORIGIN, known)
    assert body(event) == {"type": kind, "timestamp": AT, "data": data}
    assert (event.type, event.at, event.processor) == (kind, AT, VENDOR)
    assert (event.change_id, event.agreement_id) == (
        data.get("change_id"),
        data.get("agreement_id"),
    )
    assert event.controller_id == "vendor:org_v"


@pytest.mark.parametrize("case", TOLD)
def test_the_entry_of_each_message_to_a_vendor_concerns_it(case: str) -> None:
    assert concerns_vendor(TOLD[case][0])


def test_a_customer_that_nobody_could_reach_is_named_to_its_vendor_with_the_notice() -> None:
    told = {"change_id": "chg_1", "notice_id": "ntc_1", "agreement_id": "agr_1",
            "reason": "contacts_exhausted", "objection_deadline": "2026-12-15"}  # fmt: skip
    event = unreached_event("evt_1", AT, ORIGIN, KNOWN, told)
    links = {
        "evidence": "https://art28.example/notices/v1/changes/chg_1/evidence",
        "reachability": "https://art28.example/notices/v1/reachability",
    }
    assert body(event) == {
        "type": "customer.unreached",
        "timestamp": AT,
        "data": {**told, **NAMED, "links": links},
    }
    assert (event.id, event.controller_id, event.by_mail) == ("evt_1", "vendor:org_v", False)
    assert (event.change_id, event.agreement_id) == ("chg_1", "agr_1")


def test_the_same_entry_makes_the_same_id_for_ever_because_receivers_drop_what_they_have() -> None:
    """Base 32 of the first 160 bits of SHA-256 of ``processor:org_v``, ``42`` and ``vendor``."""
    event = vendor_event(objection("received"), ORIGIN, KNOWN)
    assert event.id == "evt_qrt3jc47f33uhl322mmg65mczsxhfrhe"


def test_two_entries_never_have_the_same_id() -> None:
    entry = objection("received")
    entries = (entry, {**entry, "sequence": 43}, {**entry, "stream": "processor:org_w"})
    assert len({vendor_event(each, ORIGIN, KNOWN).id for each in entries}) == 3


def test_a_vendor_without_a_page_is_told_nevertheless() -> None:
    nameless = Known({"id": "org_v"}, CUSTOMER)
    for entry, link in (
        (objection("received"), "registry/v1/processors//changes/chg_1"),
        (of_register(events.CHANGE_APPROVAL_GIVEN, {"change_id": "chg_1"}, None),
         "registry/v1/processors//changes/chg_1"),
        (of_register(events.EVIDENCE_DUE, {}, None), "registry/v1/processors//sub-processors"),
    ):  # fmt: skip
        links = body(vendor_event(entry, ORIGIN, nameless))["data"]["links"]
        assert f"{ORIGIN}/{link}" in links.values()


def test_an_objection_is_written_to_its_vendor_even_if_nothing_is_kept_beside_it() -> None:
    entry = {**objection("received"), "private": None}
    data = body(vendor_event(entry, ORIGIN, Known(VENDOR)))["data"]
    assert set(data) == {"objection_id", "change_id", "status", "processor", "links"}


def test_an_agreement_that_names_no_customer_is_told_of_nevertheless() -> None:
    entry = of_agreement("agreement.expired")
    del entry["data"]["controller"]
    data = body(vendor_event(entry, ORIGIN, Known(VENDOR)))["data"]
    assert (data["agreement_id"], data["links"]) == ("agr_1", AGREEMENT_LINKS)


@pytest.mark.parametrize("name", ["text", "modification", "reason"])
def test_a_long_text_is_shortened_because_the_whole_is_behind_the_link(name: str) -> None:
    entry = objection("received", **{name: "x" * (LONGEST_TEXT + 1)})
    told = body(vendor_event(entry, ORIGIN, KNOWN))["data"][name]
    assert told == "x" * LONGEST_TEXT + "…"


@pytest.mark.parametrize(
    ("entry", "is_told"),
    [
        (of_agreement("agreement.offered", proposed_by="controller"), True),
        (of_agreement("agreement.offered", proposed_by="processor"), False),
        (of_agreement("agreement.offered"), False),
        (of_agreement("agreement.accepted", acceptances=[SIGNED_BY_CUSTOMER]), True),
        (of_agreement("agreement.accepted", acceptances=[SIGNED_BY_VENDOR]), False),
        (of_agreement("agreement.accepted"), False),
        *((of_agreement(f"agreement.{step}", actor), actor == "org_c")
          for step in ("rejected", "declined", "termination_scheduled", "terminated")
          for actor in ("org_c", "org_v")),
        (of_agreement("agreement.renewal_due", "org_v"), True),
        (of_agreement("agreement.expired", "org_v"), True),
        (of_agreement("agreement.deletion_overdue", "org_v"), True),
        (of_agreement("agreement.drafted"), False),
        (of_agreement("agreement.activated"), False),
        (objection("received"), True),
        (of_register("objection.received", {}, {}), False),
        (of_register("objection.received", {}, None), False),
        (of_register("sub_processor.change.approved", {}, None), True),
        (of_register("evidence.due", {}, None), True),
        (of_register("sub_processor.change.announced", {}, {"controller_id": "org_c"}), False),
        (of_register("customer.unreached", {}, None), False),
    ],
)  # fmt: skip
def test_a_vendor_hears_of_what_others_did_and_of_nobody_who_was_erased(
    entry: dict[str, Any], is_told: bool
) -> None:
    assert concerns_vendor(entry) is is_told


@pytest.mark.parametrize(
    ("status", "by_mail"),
    [
        ("received", True),
        ("withdrawn", True),
        ("mitigation_accepted", True),
        ("modification_requested", True),
        ("terminated", True),
        ("mitigation_proposed", False),
        ("rejected", False),
    ],
)
def test_a_person_at_the_vendor_reads_of_the_steps_of_its_customer_alone(
    status: str, by_mail: bool
) -> None:
    assert vendor_event(objection(status), ORIGIN, KNOWN).by_mail is by_mail


@pytest.mark.parametrize("case", ["an approval by link", "evidence that ends", "a proposal"])
def test_what_a_vendor_should_act_on_is_mailed(case: str) -> None:
    entry, known, *_ = TOLD[case]
    assert vendor_event(entry, ORIGIN, known).by_mail is True


def test_what_is_no_message_for_vendors_is_never_mailed_to_them() -> None:
    assert vendor_event(of_agreement("agreement.activated"), ORIGIN, KNOWN).by_mail is False


@pytest.mark.parametrize("private", [None, {}])
def test_the_end_of_a_roll_out_is_told_without_the_name_of_its_template(private: Any) -> None:
    data = {"roll_out_id": "rol_1", "counts": {"accepted": 3}}
    entry = {"stream": "agreements:org_v", "sequence": 9, "type": events.ROLL_OUT_OVER, "at": AT,
             "actor": "org_v", "data": data, "private": private}  # fmt: skip
    told = vendor_event(entry, ORIGIN, KNOWN)
    assert told is not None
    assert body(told)["data"]["template_name"] == ""
