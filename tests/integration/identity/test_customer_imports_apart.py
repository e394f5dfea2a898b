"""No answer of an import tells a vendor whether its customer was known to others before."""

from __future__ import annotations

import re
import statistics
import time
import uuid
from typing import Any

from tests.integration.agreements.shop import open_shop
from tests.integration.identity.bringing import (
    COMPANY,
    ELSEWHERE,
    answered,
    as_csv,
    brought,
    rows,
    send,
    work,
)
from tests.people import invited, joined, posted
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

A = "/agreements/v1/agreements"
P = "/portal/v1/agreements"
READS = {"name": "Ida Holm", "title": "Managing director", "email": "ida@nordbo.example"}
TURNS, SLOWER = 5, 1.6


def number(of: int) -> dict[str, str]:
    return {"CVR-nr.": f"{of:08}"}


def known(stack: Stack, registration_number: str, slug: str = "fin") -> dict[str, Any]:
    """An organisation that the platform has entered."""
    more = {"registration_number": registration_number, "country": "DK"}
    return new_client(stack, slug, ["controller"], ["portal:read", "portal:write"], **more)


def another(stack: Stack) -> dict[str, Any]:
    return new_client(stack, "hostile", ["processor"], PROCESSOR_SCOPES)


def plain(told: Any) -> str:
    """An answer without what differs by itself: ids, slugs made of them, hashes, times."""
    text = re.sub(r"\b[a-z]{3}_[0-9a-z]+(#\d+)?", "ID", str(told))
    text = re.sub(r"-[a-z2-7]{6}(?=['\"])", "-SLUG", text)
    return re.sub(r"[0-9a-f]{64}|\d{4}-\d\d-\d\dT[\d:.]+Z|\b\d{8}\b", "X", text)


def answers(stack: Stack, client: dict[str, Any], row: dict[str, str]) -> list[str]:
    """All that a vendor can read of a customer that it has brought."""
    job = brought(stack, client, row)
    (read,) = rows(stack, client, job["id"])
    organisation = f"/identity/v1/organisations/{read['organisation_id']}"
    agreement = f"{A}/{read['agreement_id']}"
    paths = (organisation, agreement, f"{agreement}/versions", f"{agreement}/document")
    told = [job, read, *(stack.ask(client, "GET", path).text for path in paths)]
    told.append(stack.ask(client, "GET", f"{A}?limit=200").text)
    # First of all, or a slug that happens to end in eight digits is none any more.
    return [plain(str(each).replace(client["slug"], "ME")) for each in told]


def test_known_and_unknown_customers_are_answered_alike(baseline: Vendor) -> None:
    stack = baseline.stack
    known(stack, "DK-11 11 11 11")
    one, other = another(stack), another(stack)
    there = answers(stack, one, {**ELSEWHERE, **number(11_111_111)})
    absent = answers(stack, other, {**ELSEWHERE, **number(22_222_222)})
    assert there == absent


def test_what_another_vendor_has_entered_is_answered_like_what_nobody_has(
    baseline: Vendor,
) -> None:
    stack = baseline.stack
    brought(stack, baseline.client, {**ELSEWHERE, **number(33_333_333)})
    one, other = another(stack), another(stack)
    there = answers(stack, one, {**ELSEWHERE, **number(33_333_333)})
    absent = answers(stack, other, {**ELSEWHERE, **number(44_444_444)})
    assert there == absent


def test_it_takes_no_longer_to_bring_who_is_there(baseline: Vendor) -> None:
    stack = baseline.stack
    for each in range(TURNS):
        known(stack, f"{50_000_000 + each}", f"fin-{each}")

    def seconds(first: int) -> float:
        turns = []
        for each in range(TURNS):
            body = as_csv({**ELSEWHERE, **number(first + each)})
            send(stack, another(stack), body)
            begun = time.perf_counter()
            work(stack)
            turns.append(time.perf_counter() - begun)
        return min(turns)

    there, absent = seconds(50_000_000), seconds(60_000_000)
    assert max(there, absent) / min(there, absent) < SLOWER, (there, absent)
    assert statistics.fmean([there, absent]) > 0


def test_whom_the_platform_entered_is_joined_once_it_has_confirmed(baseline: Vendor) -> None:
    stack, vendor = baseline.stack, baseline.client
    customer = known(stack, "DK 71 71 71 71")
    job = brought(stack, vendor, {**ELSEWHERE, **number(71_717_171)})
    (row,) = rows(stack, vendor, job["id"])
    path = f"{P}/{row['agreement_id']}"
    seen = stack.must(customer, "GET", path)
    assert seen["status"] == "to_be_confirmed"
    word = {**READS, "document_sha256": seen["document_sha256"]}
    stack.must(customer, "POST", f"{path}/confirm", word)
    made = stack.must(vendor, "GET", f"{A}/{row['agreement_id']}")
    assert (made["status"], made["controller"]["id"]) == ("active", customer["org_id"])
    assert [each["party"] for each in made["acceptances"]] == ["processor", "controller"]


def test_an_offer_to_whom_the_platform_entered_binds_who_accepts_it(baseline: Vendor) -> None:
    stack, vendor = baseline.stack, baseline.client
    open_shop(baseline)
    customer = known(stack, "DK 72 72 72 72")
    row = offered(number(72_727_272))
    job = brought(stack, vendor, row)
    (read,) = rows(stack, vendor, job["id"])
    assert read["agreement_status"] == "offered", job
    path = f"/agreements/v1/agreements/{read['agreement_id']}/accept"
    stack.must(vendor, "POST", path, READS)
    stack.must(customer, "POST", f"{P}/{read['agreement_id']}/accept", READS)
    made = stack.must(vendor, "GET", f"{A}/{read['agreement_id']}")
    assert (made["status"], made["controller"]["id"]) == ("active", customer["org_id"])


def offered(more: dict[str, str]) -> dict[str, str]:
    """A row of the vendor's own template, whose contents answer all that its annexes ask."""
    left = ("Reference", "Signed on", "Processor name", "Processor title", "Processor email")
    said = {name: text for name, text in ELSEWHERE.items() if name not in left}
    return {**said, "Template": "Our terms", "Offer": "yes", **more}


def test_nobody_of_the_vendor_is_invited_to_own_its_customer(baseline: Vendor) -> None:
    stack, vendor_id = baseline.stack, str(baseline.client["org_id"])
    named, waiting, member = (f"{uuid.uuid4().hex[:10]}@vendor.example" for _ in range(3))
    contact = {"name": "Ada", "position": "DPO", "email": named}
    stated = stack.ask(
        stack.admin, "PATCH", f"/identity/v1/organisations/{vendor_id}", {"contacts": [contact]},
        headers={"If-Match": "*"},
    )  # fmt: skip
    assert stated.status_code == 200, stated.text
    invited(stack, vendor_id, waiting, ["reader"])
    joined(stack, vendor_id, member, ["owner"])
    posted(stack)
    for at, email in enumerate((named, waiting, member.upper())):
        row = {**COMPANY, **number(51_000_000 + at), "Company": f"Own {at}", "E-mail": email}
        job = brought(stack, baseline.client, row)
        (read,) = rows(stack, baseline.client, job["id"])
        assert [each["code"] for each in read["questions"]] == ["own-mailbox"], email
        assert (read["state"], read["organisation_id"]) == ("asked", None)
    assert posted(stack).mails == {}
    answered(stack, baseline.client, job, {"contact_email": ["ida@nordbo.example"]})
    (read,) = rows(stack, baseline.client, job["id"])
    assert (read["state"], read["added"]) == ("added", ["organisation", "invitation"])
    assert [letter.to["email"] for _, letter in posted(stack).mails.values()] == [
        "ida@nordbo.example"
    ]


def test_nobody_but_the_contacts_of_the_row_is_written_to(baseline: Vendor) -> None:
    stack = baseline.stack
    known(stack, "DK 73 73 73 73")
    brought(stack, baseline.client, {**COMPANY, **number(73_737_373)})
    mails = list(stack.database("identity").db["outgoing_mails"].find())
    assert "ida@nordbo.example" in {each["to"] for each in mails}
    assert all("fin" not in each["to"] for each in mails)
