"""Evidence says who objected or approved, how a change ended, and where that is proved."""

from __future__ import annotations

from typing import Any

import pytest

from tests import seals
from tests.pdf import text_of
from tests.vendor import Vendor


def evidence(vendor: Vendor, change_id: str) -> list[dict[str, Any]]:
    path = f"/notices/v1/changes/{change_id}/evidence"
    items: list[dict[str, Any]] = vendor.stack.must(vendor.client, "GET", path)["items"]
    return items


def paper(vendor: Vendor, change_id: str, language: str) -> bytes:
    path = f"/notices/v1/changes/{change_id}/evidence?lang={language}"
    headers = {"Accept": "application/pdf"}
    made: bytes = vendor.stack.ask(vendor.client, "GET", path, headers=headers).data
    return made


@pytest.mark.usefixtures("baseline", "told_at_once")
@seals.needs_pdfsig
def test_it_says_in_each_language_what_came_of_a_change(vendor: Vendor) -> None:
    objecting, approving = vendor.customer("nordbo"), vendor.customer("lillebror")
    change = vendor.announced(60)
    body = {"grounds": "security", "text": "We saw a breach there."}
    path = f"/portal/v1/changes/{change['id']}"
    made = vendor.stack.must(objecting, "POST", f"{path}/objections", body)
    reject = f"/registry/v1/objections/{made['id']}/reject"
    vendor.stack.must(vendor.client, "POST", reject, {"reason": "No risk."})
    vendor.stack.must(approving, "POST", f"{path}/approval", {})
    vendor.must("POST", f"/changes/{change['id']}/withdraw", {"reason": "Another host."})
    vendor.stack.settle()

    answers = {each["agreement_id"]: each["answers"] for each in evidence(vendor, change["id"])}
    steps = answers[objecting["agreement_id"]]
    [approval] = answers[approving["agreement_id"]]
    assert [step["status"] for step in steps] == ["received", "rejected"]
    assert approval["kind"] == "approval"
    hashes = {entry["hash"] for entry in vendor.ledger()}
    assert {step["entry"]["hash"] for step in [*steps, approval]} <= hashes
    for language, words in [
        ("en", ["Customers that objected: 1.", "The change was withdrawn on"]),
        ("da", ["Kunder, der gjorde indsigelse: 1.", "Ændringen blev trukket tilbage den"]),
        ("sv", ["Kunder som invände: 1.", "Ändringen drogs tillbaka den"]),
    ]:
        file = paper(vendor, change["id"], language)
        text = " ".join(text_of(file).split())
        assert all(word in text for word in words), text
        assert seals.is_sealed(file)
