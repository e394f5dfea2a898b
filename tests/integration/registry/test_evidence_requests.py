"""A customer asks for the evidence of a transfer: it gets it, and the ledger says so."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import rfc8785

from services.registry.model.assessments import MOST_REQUESTS
from shared.times import format_instant
from tests import builders
from tests.integration.agreements.test_import import PDF
from tests.integration.registry.evidence import (
    PORTAL,
    adopt,
    ask,
    entry_naming,
    kept,
    recorded,
)
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

Json = dict[str, Any]


@pytest.fixture
def assessed(vendor: Vendor) -> Json:
    """The entry of a vendor whose transfer was assessed, with a file."""
    file = kept(vendor)
    tia = recorded(vendor, file_id=file["id"])
    (entry,) = adopt(vendor, entry_naming(tia["id"]))
    return {"file": file, "tia": tia, "entry": entry}


def test_a_customer_gets_the_assessment_with_its_parts_and_its_file(
    vendor: Vendor, assessed: Json
) -> None:
    customer = vendor.customer("nordbo")
    answer = ask(vendor, customer, assessed["entry"]["id"])
    assert answer.status_code == 201, answer.text
    given = answer.json
    assert given is not None

    (assessment,) = given["assessments"]
    assert assessment["law"].startswith("FISA 702")
    assert assessment["risk"]["level"] == "medium"
    assert assessment["measures"][0]["review_on"] == "2027-05-03"
    assert assessment["conclusion"]["outcome"] == "equivalent_with_measures"
    assert assessment["file"]["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert [each["assessment_id"] for each in given["given"]] == [assessed["tia"]["id"]]

    read = vendor.stack.must(customer, "GET", f"{PORTAL}/evidence-requests/{given['id']}")
    assert read == given
    path = f"{PORTAL}/evidence-requests/{given['id']}/files/{assessed['file']['id']}"
    file = vendor.stack.ask(customer, "GET", path)
    assert file.data == PDF
    assert file.headers["Content-Disposition"] == 'attachment; filename="tia.pdf"'
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["ETag"] == f'"{hashlib.sha256(PDF).hexdigest()}"'
    seen = {"If-None-Match": file.headers["ETag"]}
    assert vendor.stack.ask(customer, "GET", path, headers=seen).status_code == 304


def test_each_request_stands_in_the_ledger_without_the_name_of_who_asked(
    vendor: Vendor, assessed: Json
) -> None:
    customer = vendor.customer("nordbo")
    requests = [ask(vendor, customer, assessed["entry"]["id"]).json for _ in range(2)]
    entries = [each for each in vendor.ledger() if each["type"] == "confidential"]
    assert [each["data"] for each in entries] == [{}, {}]
    for secret in (customer["org_id"], customer["client_id"], assessed["tia"]["id"],
                   assessed["file"]["sha256"]):  # fmt: skip
        assert secret not in str(entries)

    ledger = vendor.stack.apps["registry"].extensions["art28.deps"].ledger
    parts = dict(ledger.private_parts(entries[0]["stream"]))
    told = [parts[each["sequence"]] for each in entries]
    assert {each["type"] for each in told} == {"sub_processor.evidence_given"}
    assert [each["data"]["request_id"] for each in told] == [
        each["id"] for each in requests if each
    ]
    assert told[0]["data"]["sub_processor"]["id"] == assessed["entry"]["id"]
    kept_apart = told[0]["private"]
    assert kept_apart["controller_id"] == customer["org_id"]
    (given,) = kept_apart["given"]
    assert given["file_sha256"] == assessed["file"]["sha256"]
    assert given["sha256"] == digest_of(stored(vendor, assessed["tia"]["id"]))


def stored(vendor: Vendor, assessment_id: str) -> Json:
    """The record as it lies in the database, its instant as text."""
    found = vendor.stack.database("registry").db["assessments"].find_one({"_id": assessment_id})
    assert found is not None
    return {**found, "recorded_at": format_instant(found["recorded_at"])}


def digest_of(content: Json) -> str:
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


def test_one_customer_does_not_fill_the_ledger(vendor: Vendor, assessed: Json) -> None:
    customer, other = vendor.customer("nordbo"), vendor.customer("other")
    answers = [ask(vendor, customer, assessed["entry"]["id"]) for _ in range(MOST_REQUESTS + 1)]
    assert [each.status_code for each in answers] == [201] * MOST_REQUESTS + [429]
    assert answers[-1].json is not None
    assert answers[-1].json["code"] == "evidence-asked-often"
    assert "Retry-After" in answers[-1].headers
    assert ask(vendor, other, assessed["entry"]["id"]).status_code == 201
    vendor.stack.pass_time(days=1, minutes=1)
    assert ask(vendor, customer, assessed["entry"]["id"]).status_code == 201


def test_the_vendor_reads_who_asked(vendor: Vendor, assessed: Json) -> None:
    customer = vendor.customer("nordbo")
    ask(vendor, customer, assessed["entry"]["id"])
    (line,) = vendor.must("GET", "/evidence-requests")["items"]
    assert line["controller_id"] == customer["org_id"]
    mine = vendor.stack.must(customer, "GET", f"{PORTAL}/evidence-requests")
    assert [each["id"] for each in mine["items"]] == [line["id"]]


def test_the_evidence_of_an_entry_that_is_announced_is_given_before_it_is_at_work(
    vendor: Vendor,
) -> None:
    adopt(vendor, builders.sub_processor(legal_name="Host Ltd"))
    tia = recorded(vendor)
    customer = vendor.customer("nordbo")
    change = vendor.announced(sub_processor=entry_naming(tia["id"]))
    given = ask(vendor, customer, change["sub_processor"]["id"]).json
    assert given is not None
    assert [each["id"] for each in given["assessments"]] == [tia["id"]]


def test_a_draft_is_nobodys_to_ask_about(vendor: Vendor) -> None:
    adopt(vendor, builders.sub_processor(legal_name="Host Ltd"))
    customer = vendor.customer("nordbo")
    draft = vendor.draft()
    assert ask(vendor, customer, draft["sub_processor"]["id"]).status_code == 404


def test_evidence_in_the_short_form_is_given_as_it_stands(vendor: Vendor) -> None:
    (entry,) = adopt(vendor, builders.sub_processor())
    given = ask(vendor, vendor.customer("nordbo"), entry["id"]).json
    assert given is not None
    assert given["assessments"] == []
    assert given["given"][1]["evidence"]["tia_reference"] == "TIA-7"


def _stranger(vendor: Vendor) -> Json:
    return new_client(vendor.stack, "lonely", ["controller"], ["portal:read", "portal:write"])


def _former(vendor: Vendor) -> Json:
    former = vendor.customer("former")
    end = {"effective_on": vendor.today.isoformat(), "reason": "Over."}
    path = f"{PORTAL}/agreements/{former['agreement_id']}/terminate"
    vendor.stack.must(former, "POST", path, end)
    return former


def _of_another_vendor(vendor: Vendor) -> Json:
    client = new_client(vendor.stack, "other", ["processor"], PROCESSOR_SCOPES)
    other = Vendor(vendor.stack, client, client["slug"])
    adopt(other, builders.sub_processor())
    return other.customer("theirs")


def _of_another_product(vendor: Vendor) -> Json:
    return vendor.customer("elsewhere", agreement={"products": ["other"]})


@pytest.mark.parametrize("who", [_stranger, _former, _of_another_vendor, _of_another_product])
def test_for_anybody_else_there_is_no_such_entry_and_no_such_request(
    vendor: Vendor, who: Any
) -> None:
    file = kept(vendor)
    tia = recorded(vendor, file_id=file["id"])
    (entry,) = adopt(vendor, {**entry_naming(tia["id"]), "products": ["case-system"]})
    customer = vendor.customer("nordbo")
    given = ask(vendor, customer, entry["id"]).json
    assert given is not None
    other = who(vendor)
    length = len(vendor.ledger())

    there, never = ask(vendor, other, entry["id"]), ask(vendor, other, "sub_" + "0" * 32)
    assert there.status_code == never.status_code == 404
    assert _without_trace(there.json) == _without_trace(never.json)
    for path in (given["id"], f"{given['id']}/files/{file['id']}"):
        whole = f"{PORTAL}/evidence-requests/{path}"
        assert vendor.stack.ask(other, "GET", whole).status_code == 404
    assert len(vendor.ledger()) == length


def _without_trace(problem: Any) -> Json:
    return {name: problem[name] for name in ("type", "code", "title", "detail", "status")}


def test_who_leaves_later_reads_the_request_no_more(vendor: Vendor, assessed: Json) -> None:
    customer = vendor.customer("nordbo")
    given = ask(vendor, customer, assessed["entry"]["id"]).json
    assert given is not None
    end = {"effective_on": vendor.today.isoformat(), "reason": "Over."}
    path = f"{PORTAL}/agreements/{customer['agreement_id']}/terminate"
    vendor.stack.must(customer, "POST", path, end)
    read = vendor.stack.ask(customer, "GET", f"{PORTAL}/evidence-requests/{given['id']}")
    assert read.status_code == 404


def test_another_file_of_the_vendor_is_not_part_of_the_request(
    vendor: Vendor, assessed: Json
) -> None:
    customer = vendor.customer("nordbo")
    given = ask(vendor, customer, assessed["entry"]["id"]).json
    assert given is not None
    other = kept(vendor)
    path = f"{PORTAL}/evidence-requests/{given['id']}/files/{other['id']}"
    assert vendor.stack.ask(customer, "GET", path).status_code == 404
