"""A contact person who left is forgotten; the ledger says so and still verifies."""

from __future__ import annotations

from typing import Any

from shared.ledger import verify
from tests import builders
from tests.integration.registry.importing import taken
from tests.vendor import Vendor

JO = "jo@mailer.example"
OTHER = {"name": "Kim Roe", "position": "DPO", "email": "kim@mailer.example"}


def with_past_contact(vendor: Vendor) -> str:
    """A register where Jo was the contact and Kim is now; the entry's id."""
    added = vendor.announced()
    vendor.stack.pass_time(days=70)
    vendor.stack.go_live()
    sub_id = str(added["sub_processor"]["id"])
    vendor.announced(kind="modify", sub_processor_id=sub_id,
                     sub_processor=builders.sub_processor(contact=OTHER))  # fmt: skip
    vendor.stack.pass_time(days=70)
    vendor.stack.settle()
    return sub_id


def everything(vendor: Vendor) -> str:
    db = vendor.stack.database("registry").db
    mine: dict[str, Any] = {"processor_id": vendor.client["org_id"]}
    stream = {"_id": {"$regex": vendor.client["org_id"]}}
    found = [list(db[name].find(mine)) for name in ("rows", "changes")]
    return str([*found, list(db["ledger_private"].find(stream)), list(db["ledger"].find(stream))])


def test_it_works(baseline: Vendor) -> None:
    sub_id = with_past_contact(baseline)
    before = baseline.ledger()
    # The baseline's host has the same contact, and is gone by a change.
    host = next(e for e in baseline.must("GET", "/sub-processors")["items"] if e["id"] != sub_id)
    baseline.announced(kind="remove", sub_processor=None, sub_processor_id=host["id"])
    baseline.stack.pass_time(days=70)
    baseline.stack.settle()
    assert "Jo Doe" in everything(baseline)

    erased = baseline.must("POST", "/erasures", {"email": JO.upper()})

    after = baseline.ledger()
    assert "Jo Doe" not in everything(baseline)
    assert JO not in everything(baseline)
    assert "Kim Roe" in everything(baseline)
    assert verify(after) is None
    assert after[: len(before)] == before
    assert (after[-1]["type"], after[-1]["sequence"]) == (
        "register.person_erased",
        erased["sequence"],
    )
    assert after[-1]["data"]["entries"] == erased["entries"]
    assert "jo" not in str(after[-1]["data"]).casefold().split()


def test_a_person_who_is_the_contact_today_stays(baseline: Vendor) -> None:
    baseline.stack.settle()

    answer = baseline.ask("POST", "/erasures", {"email": JO})

    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (409, "person-in-use")


def test_a_person_nobody_named_is_unknown(baseline: Vendor) -> None:
    baseline.stack.settle()

    answer = baseline.ask("POST", "/erasures", {"email": "nobody@mailer.example"})

    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (404, "person-unknown")


def test_nothing_is_erased_before_it_was_told(vendor: Vendor) -> None:
    answer_before_telling = vendor.announced()
    path = f"/changes/{answer_before_telling['id']}/withdraw"
    vendor.must("POST", path, {"reason": "A mistake"})

    early = vendor.ask("POST", "/erasures", {"email": JO})
    vendor.stack.settle()
    later = vendor.ask("POST", "/erasures", {"email": JO})

    assert early.json is not None
    assert (early.status_code, early.json["code"]) == (409, "not-told-yet")
    assert later.status_code == 201


def test_rows_of_imports_forget_too(baseline: Vendor) -> None:
    text = baseline.ask("GET", "/export.csv").text
    told = taken(baseline, text)
    rows = baseline.stack.database("registry").db["import_rows"]
    assert JO in str(list(rows.find({"import_id": told["id"]})))
    host = baseline.must("GET", "/sub-processors")["items"][0]
    baseline.announced(kind="remove", sub_processor=None, sub_processor_id=host["id"])
    baseline.stack.pass_time(days=70)
    baseline.stack.settle()

    baseline.must("POST", "/erasures", {"email": JO})

    assert JO not in str(list(rows.find({"import_id": told["id"]})))
