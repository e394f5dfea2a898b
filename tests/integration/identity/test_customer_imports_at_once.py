"""Two imports at once, a death in the middle, an end by request: nothing is lost or doubled."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from services.identity.clients import Agreements
from services.identity.use_cases.customer_importing import Importing
from shared.peers import Peers
from tests.integration.identity.bringing import (
    ELSEWHERE,
    PATH,
    as_csv,
    brought,
    report,
    rows,
    send,
    work,
)
from tests.stack import Stack, until_rest
from tests.vendor import Vendor


class Dies(BaseException):
    """What ends a process."""


class Mortal(Agreements):
    """Agreements, whose caller dies before or after its ``turn``-th call that adds something."""

    calls = 0

    def __init__(self, stack: Stack, turn: int, *, after: bool) -> None:
        super().__init__(Peers("identity", stack.common, stack._transport).client("agreements"))
        object.__setattr__(self, "turn", turn)
        object.__setattr__(self, "after", after)

    def add(self, batch: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
        Mortal.calls += not batch["dry_run"]
        is_turn = not batch["dry_run"] and Mortal.calls == self.turn  # type: ignore[attr-defined]
        if is_turn and not self.after:  # type: ignore[attr-defined]
            raise Dies
        outcomes = super().add(batch)
        if is_turn:
            raise Dies
        return outcomes


def many(count: int) -> bytes:
    return as_csv(*(
        {**ELSEWHERE, "Company": f"Customer {n} A/S", "CVR-nr.": f"{n:08}",
         "E-mail": f"dpo@customer-{n}.example", "Reference": f"DPA-{n}"}
        for n in range(1, count + 1)
    ))  # fmt: skip


def counts(vendor: Vendor) -> tuple[int, int, int]:
    """How many organisations, agreements and invitations the vendor has made."""
    mine = vendor.client["org_id"]
    identity = vendor.stack.database("identity").db
    entered = list(identity["organisations"].find({"created_by": mine}))
    agreements = vendor.stack.database("agreements").db["agreements"]
    mails = identity["outgoing_mails"].count_documents({
        "org_id": {"$in": [each["_id"] for each in entered]}})  # fmt: skip
    return len(entered), agreements.count_documents({"processor.id": mine}), mails


@pytest.mark.parametrize("after", [False, True])
def test_a_step_that_dies_is_done_again_without_doubles(baseline: Vendor, after: bool) -> None:
    stack, client = baseline.stack, baseline.client
    job = send(stack, client, many(60)).json
    assert job is not None
    Mortal.calls = 0
    deps = stack.apps["identity"].extensions["art28.deps"]
    with pytest.raises(Dies):
        until_rest(Importing(deps, Mortal(stack, 6, after=after)).run_once)
    half = report(stack, client, job["id"])
    assert (half["status"], half["added"], half["rows_done"]) == ("queued", 50, 50)
    # The record that the process died stays until the job has rested.
    stack.pass_time(minutes=1)
    work(stack)
    done = report(stack, client, job["id"])
    assert (done["status"], done["added"], done["rows_done"]) == ("done", 60, 60)
    assert counts(baseline) == (60, 60, 60)


def test_two_imports_at_once_enter_each_customer_once(baseline: Vendor) -> None:
    stack, client = baseline.stack, baseline.client
    jobs = [send(stack, client, many(30)).json for _ in range(2)]
    deps = stack.apps["identity"].extensions["art28.deps"]

    def run() -> None:
        peers = Peers("identity", stack.common, stack._transport)
        until_rest(Importing(deps, Agreements(peers.client("agreements"))).run_once)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(120)
    work(stack)
    assert counts(baseline) == (30, 30, 30)
    done = [report(stack, client, each["id"]) for each in jobs if each]
    assert {each["status"] for each in done} == {"done"}
    assert all(each["added"] + each["unchanged"] == 30 for each in done)


def test_an_import_that_is_cancelled_reads_no_further_row(baseline: Vendor) -> None:
    stack, client = baseline.stack, baseline.client
    job = send(stack, client, many(3)).json
    assert job is not None
    told = stack.must(client, "POST", f"{PATH}/imports/{job['id']}/cancel")
    work(stack)
    assert (told["status"], told["cancelled"]) == ("cancelled", 3)
    assert counts(baseline) == (0, 0, 0)
    again = stack.ask(client, "POST", f"{PATH}/imports/{job['id']}/cancel")
    assert (again.status_code, again.json["code"]) == (409, "import-ended")


def test_to_look_how_far_it_has_come_reads_no_row_for_answers_taken_again(
    baseline: Vendor,
) -> None:
    job = send(baseline.stack, baseline.client, many(30)).json
    assert job is not None
    taken = {"import_id": job["id"], "recalled.0": {"$exists": True}}
    rows_of = baseline.stack.database("identity").db["customer_rows"]
    assert rows_of.find(taken).explain()["executionStats"]["totalDocsExamined"] == 0


def test_a_refused_row_stops_no_other(baseline: Vendor) -> None:
    stack, client = baseline.stack, baseline.client
    vendor = stack.must(client, "GET", f"/identity/v1/organisations/{client['org_id']}")
    self_dealing = {**ELSEWHERE, "Company": vendor["legal_name"], "CVR-nr.": "",
                    "Country": vendor["country"], "Reference": "own"}  # fmt: skip
    job = brought(stack, client, self_dealing, ELSEWHERE)
    assert [each["state"] for each in rows(stack, client, job["id"])] == ["refused", "added"]
    assert job["refused"] == [
        {"row": 1, "column": None, "code": "same-party", "detail": "You are not your own customer."}
    ]


def test_a_second_row_of_one_customer_adds_an_agreement_only(baseline: Vendor) -> None:
    stack, client = baseline.stack, baseline.client
    second = {**ELSEWHERE, "Reference": "DPA-2", "Products": "helpdesk"}
    job = brought(stack, client, ELSEWHERE, second)
    assert [each["added"] for each in rows(stack, client, job["id"])] == [
        ["organisation", "invitation", "agreement"], ["agreement"],
    ]  # fmt: skip
    assert counts(baseline) == (1, 2, 1)
