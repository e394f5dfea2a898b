"""A processor that brings its customers in one spreadsheet, as the tests speak of it."""

from __future__ import annotations

import csv
import io
from typing import Any

from services.identity.clients import Agreements
from services.identity.use_cases.customer_importing import Importing
from shared.peers import Peers
from tests.answers import Answer
from tests.stack import Stack, until_rest

PATH = "/identity/v1/customers"
COMPANY = {
    "Company": "Nordbo Boligselskab A/S", "CVR-nr.": "DK 12345678", "Country": "Danmark",
    "Contact": "Ida Holm", "Position": "DPO", "E-mail": "ida@nordbo.example",
}  # fmt: skip
ELSEWHERE = {
    **COMPANY, "Reference": "DPA-2024-17", "Signed on": "2024-05-02", "Governing law": "DK",
    "Effective from": "2024-06-01", "Products": "case-system; archive",
    "Authorisation": "general", "Notice days": "30", "Objection days": "14",
    "Day kind": "calendar", "Receipt rule": "delivered", "Silence": "consent",
    "Channels": "email", "Processor name": "Ada Lund", "Processor title": "Director",
    "Processor email": "ada@vendor.example",
}  # fmt: skip


def as_csv(*rows: dict[str, str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def send(
    stack: Stack, client: dict[str, Any], body: bytes, kind: str = "text/csv", **query: str
) -> Answer:
    return stack.ask(client, "POST", f"{PATH}/import", data=body, content_type=kind,
                     query_string=query)  # fmt: skip


def work(stack: Stack) -> None:
    """What the loop ``identity.customers`` does."""
    peers = Peers("identity", stack.common, stack._transport)
    deps = stack.apps["identity"].extensions["art28.deps"]
    until_rest(Importing(deps, Agreements(peers.client("agreements"))).run_once)


def report(stack: Stack, client: dict[str, Any], import_id: str) -> Any:
    return stack.must(client, "GET", f"{PATH}/imports/{import_id}")


def rows(stack: Stack, client: dict[str, Any], import_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.must(
        client, "GET", f"{PATH}/imports/{import_id}/rows?limit=200"
    )["items"]
    return found


def brought(
    stack: Stack, client: dict[str, Any], *rows: dict[str, str], **query: str
) -> dict[str, Any]:
    """The report of an import that has come to rest."""
    answer = send(stack, client, as_csv(*rows), **query)
    assert answer.status_code == 202, answer.text
    assert answer.json is not None
    work(stack)
    found: dict[str, Any] = report(stack, client, answer.json["id"])
    return found


def answered(
    stack: Stack, client: dict[str, Any], job: dict[str, Any], answers: dict[str, list[str]],
    **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """Answer every question by its member; the report of what came of it."""
    given = [
        {"id": each["id"], "values": answers[each["member"]], **more} for each in job["questions"]
    ]
    stack.must(client, "POST", f"{PATH}/imports/{job['id']}/answers", {"answers": given})
    work(stack)
    found: dict[str, Any] = report(stack, client, job["id"])
    return found
