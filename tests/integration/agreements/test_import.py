"""Signed agreements are taken over line by line: imported, known already, or refused with why."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.agreements.api import imports as routes
from services.agreements.api.import_file import COLUMNS, REQUIRED
from services.agreements.use_cases.due import run_due
from services.agreements.use_cases.import_jobs import Importing
from services.agreements.use_cases.imports import LARGEST_PDF
from shared.errors import Unavailable
from shared.places import OF_THIS_PROCESS
from tests.integration.agreements.shop import ACCEPTANCE, Shop, open_shop
from tests.stack import Stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n"
READ = {**ACCEPTANCE, "pdf_sha256": hashlib.sha256(PDF).hexdigest()}
A = "/agreements/v1"


def row(customer: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One line of the file that lacks nothing."""
    return {
        "reference": "DPA-2024-17", "controller": customer["slug"], "signed_on": "2024-05-02",
        "pdf_sha256": hashlib.sha256(PDF).hexdigest(), "language": "da", "governing_law": "DK",
        "effective_from": "2024-06-01", "products": "case-system; archive",
        "authorisation": "general", "notice_days": "30", "objection_days": "14",
        "day_kind": "business", "holidays": "DK", "receipt_rule": "delivered",
        "silence": "consent", "channels": "email", "contact_name": "Ida Holm",
        "contact_position": "DPO", "contact_email": "ida@nordbo.example",
        "breach_notice_hours": "24", "deletion_days": "30", "end_of_processing": "delete",
        "processor_name": "Ada Lund", "processor_title": "Director",
        "processor_email": "ada@vendor.example", "controller_name": "Ida Holm",
        "controller_title": "CEO", "controller_email": "ida@nordbo.example", **more,
    }  # fmt: skip


def as_csv(*rows: dict[str, Any]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def shop(baseline: Vendor) -> Shop:
    return open_shop(baseline)


def upload(shop: Shop, body: bytes = PDF) -> Any:
    return shop.stack.ask(shop.vendor.client, "POST", f"{A}/signed-files", data=body,
                          content_type="application/pdf")  # fmt: skip


def bring(shop: Shop, *rows: dict[str, Any], body: bytes | None = None) -> Any:
    answer = shop.stack.ask(shop.vendor.client, "POST", f"{A}/imports",
                            data=body or as_csv(*rows), content_type="text/csv")  # fmt: skip
    return whole(shop.stack, shop.vendor.client, answer)


def whole(stack: Stack, client: Mapping[str, Any], answer: TestResponse) -> Any:
    """The answer once nothing waits: on a slow machine the loop does what the request did not."""
    if answer.status_code != 202:
        return answer.json
    loop = Importing(stack.apps["agreements"].extensions["art28.deps"])
    while loop.run_once():
        pass
    return stack.must(client, "GET", answer.headers["Location"])


def confirm(shop: Shop, customer: dict[str, Any], agreement_id: str) -> Any:
    path = f"/portal/v1/agreements/{agreement_id}/confirm"
    return shop.stack.must(customer, "POST", path, READ)


def test_imports_of_one_vendor_never_hold_more_than_its_places(shop: Shop) -> None:
    upload(shop)
    body, vendor = as_csv(row(shop.customer())), shop.vendor.client["org_id"]
    sent = {"data": body, "content_type": "text/csv"}
    with OF_THIS_PROCESS.one(vendor), OF_THIS_PROCESS.one(vendor):
        refused = shop.stack.ask(shop.vendor.client, "POST", f"{A}/imports", **sent)
    assert refused.json is not None
    assert (refused.status_code, refused.json["code"]) == (503, "busy")
    assert refused.headers["Retry-After"]
    assert bring(shop, body=body)["imported"] == 1


def test_it_works(shop: Shop) -> None:
    customer = shop.customer()
    assert upload(shop).json == {"sha256": hashlib.sha256(PDF).hexdigest(), "bytes": len(PDF)}
    told = bring(shop, row(customer))
    assert (told["imported"], told["refused"]) == (1, 0)
    made = shop.stack.must(
        customer, "GET", f"/portal/v1/agreements/{told['rows'][0]['agreement_id']}"
    )
    assert (made["status"], made["products"]) == ("to_be_confirmed", ["case-system", "archive"])
    assert made["notice_terms"]["day_kind"] == "business"
    assert {each["name"] for each in made["acceptances"]} == {"Ada Lund", "Ida Holm"}


def test_the_signed_pdf_is_given_out_byte_for_byte(shop: Shop) -> None:
    customer = shop.customer()
    upload(shop)
    agreement_id = bring(shop, row(customer))["rows"][0]["agreement_id"]
    path = f"/portal/v1/agreements/{agreement_id}/document"
    pdf = shop.stack.ask(customer, "GET", path, headers={"Accept": "application/pdf"})
    assert pdf.data == PDF
    document = json.loads(shop.stack.ask(customer, "GET", path).data)
    assert document["signed_document"]["sha256"] == hashlib.sha256(PDF).hexdigest()
    page = shop.stack.ask(customer, "GET", path, headers={"Accept": "text/html"}).text
    assert "underskrevet andetsteds" in page


def test_an_imported_customer_is_told_of_changes(shop: Shop) -> None:
    customer = shop.customer()
    upload(shop)
    told = bring(shop, row(customer, day_kind="calendar"))
    confirm(shop, customer, told["rows"][0]["agreement_id"])
    shop.stack.settle()
    change = shop.vendor.announced()
    shop.stack.settle()
    seen = shop.stack.must(customer, "GET", f"/portal/v1/changes/{change['id']}")
    assert seen["effective_on"] == change["effective_on"]


def test_a_run_that_is_repeated_makes_no_doubles(shop: Shop) -> None:
    first, second = shop.customer("nordbo"), shop.customer("havnens")
    upload(shop)
    assert upload(shop).status_code == 201
    lines = [row(first), row(second, reference="DPA-2024-18")]
    once = bring(shop, lines[0])
    told = bring(shop, *lines)
    assert (told["already_imported"], told["imported"]) == (1, 1)
    assert told["rows"][0]["agreement_id"] == once["rows"][0]["agreement_id"]
    made = shop.stack.must(shop.vendor.client, "GET", f"{A}/agreements?status=to_be_confirmed")[
        "items"
    ]
    assert len(made) == 2


@pytest.mark.parametrize(
    ("more", "column", "code"),
    [
        ({"pdf_sha256": "0" * 64}, "pdf_sha256", "no-such-file"),
        ({"pdf_sha256": "abc"}, "pdf_sha256", "invalid"),
        ({"notice_days": "thirty"}, "notice_days", "invalid"),
        ({"holidays": "UK"}, "holidays", "invalid"),
        ({"holidays": ""}, "holidays", "required"),
        ({"signed_on": "2.5.2024"}, "signed_on", "invalid"),
        ({"signed_on": "2099-01-01"}, "signed_on", "day-to-come"),
        ({"controller_email": "nowhere"}, "controller_email", "invalid"),
        ({"authorisation": "specific"}, "silence", "silence-is-no-consent"),
        ({"reference": ""}, "reference", "invalid"),
        ({"contact_email": "nowhere"}, "contact_email", "invalid"),
        ({"controller_country": "UK"}, "controller_country", "invalid"),
        ({"products": ";".join(["x" * 101])}, "products", "invalid"),
        ({"subject_matter": "x" * 9_000}, "subject_matter", "invalid"),
        ({"end_of_processing": "burn"}, "end_of_processing", "invalid"),
        ({"processor_name": ""}, "processor_name", "invalid"),
    ],
)
def test_a_line_that_cannot_be_taken_over_is_named_with_its_reason(
    shop: Shop, more: dict[str, Any], column: str, code: str
) -> None:
    upload(shop)
    good = row(shop.customer("havnens"), reference="good")
    told = bring(shop, row(shop.customer(), **more), good)
    assert (told["refused"], told["imported"]) == (1, 1)
    refused = told["rows"][0]
    assert (refused["line"], refused["status"]) == (2, "refused")
    errors = [(each["line"], each["column"], each["code"]) for each in refused["errors"]]
    assert (2, column, code) in errors


def test_a_second_agreement_for_the_same_products_is_refused_and_the_first_named(
    shop: Shop,
) -> None:
    customer = shop.customer()
    upload(shop)
    told = bring(shop, row(customer), row(customer, reference="again"))
    first, second = told["rows"]
    assert second["errors"][0]["code"] == "agreement-in-force"
    assert second["errors"][0]["agreement_id"] == first["agreement_id"]


@pytest.mark.parametrize(
    "body", [b"hello", b"PK\x03\x04", PDF[:-20], b"", b"<html>%PDF</html>", PDF[8:]]
)
def test_what_is_not_a_whole_pdf_is_refused(shop: Shop, body: bytes) -> None:
    answer = upload(shop, body)
    assert (answer.status_code, answer.json["code"]) == (422, "not-a-pdf")


def test_a_pdf_of_16_mib_is_taken_and_a_larger_one_is_not(shop: Shop) -> None:
    padding = b"%" + b" " * (LARGEST_PDF - len(PDF) - 2) + b"\n"
    largest = PDF[:9] + padding + PDF[9:]
    assert len(largest) == LARGEST_PDF
    assert upload(shop, largest).status_code == 201
    assert upload(shop, largest + b"\n").status_code == 413


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"\xff\xfe", 400), (b"reference,colour\n1,red\n", 422), (b"reference\n1\n", 422), (b"", 422),
     (b'reference,pdf_sha256\n"open,1\n', 400)],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(
    shop: Shop, body: bytes, status: int
) -> None:
    answer = shop.stack.ask(shop.vendor.client, "POST", f"{A}/imports", data=body,
                            content_type="text/csv")  # fmt: skip
    assert answer.status_code == status


def test_a_line_with_too_few_cells_is_named(shop: Shop) -> None:
    body = as_csv(row(shop.customer())).splitlines()[0] + b"\r\nDPA-1,only\r\n"
    told = bring(shop, body=body)
    assert told["rows"][0]["errors"][0]["code"] == "cells"


def test_customers_import_nothing(shop: Shop) -> None:
    answer = shop.stack.ask(shop.customer(), "POST", f"{A}/imports", data=b"x",
                            content_type="text/csv")  # fmt: skip
    assert answer.status_code == 403


def test_another_vendors_file_is_not_there(shop: Shop, stack: Any) -> None:
    upload(shop)
    rival = new_client(stack, "rival", ["processor"], PROCESSOR_SCOPES)
    answer = stack.ask(rival, "POST", f"{A}/imports", data=as_csv(row(shop.customer())),
                       content_type="text/csv")  # fmt: skip
    assert answer.json["rows"][0]["errors"][0]["code"] == "no-such-file"


def test_what_was_imported_is_erased_with_its_file(shop: Shop) -> None:
    customer = shop.customer()
    upload(shop)
    agreement_id = bring(shop, row(customer))["rows"][0]["agreement_id"]
    deps = shop.stack.apps["agreements"].extensions["art28.deps"]
    day = shop.stack.now.date().isoformat()
    confirm(shop, customer, agreement_id)
    shop.stack.must(shop.vendor.client, "POST", f"{A}/agreements/{agreement_id}/terminate",
                    {"effective_on": day, "reason": "Over."})  # fmt: skip
    shop.stack.pass_time(days=5 * 366)
    while run_due(deps):
        pass
    assert deps.agreements.find(None, agreement_id) is None
    assert not deps.files.has(shop.vendor.client["org_id"], hashlib.sha256(PDF).hexdigest())


def test_a_run_that_was_cut_off_goes_on_without_doubles(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "SECONDS_IN_REQUEST", 600.0)
    upload(shop)
    lines = [row(shop.customer(f"c{number}"), reference=f"R{number}") for number in range(4)]
    deps = shop.stack.apps["agreements"].extensions["art28.deps"]
    files, seen = type(deps.files), []

    class CutOff(files):  # type: ignore[misc, valid-type]
        def has(self, owner: str, sha256: str) -> bool:
            seen.append(sha256)
            if len(seen) == 3:
                raise Unavailable
            return bool(super().has(owner, sha256))

    deps.files.__class__ = CutOff
    imported = bring(shop, *lines)
    deps.files.__class__ = files
    assert len(seen) > 3
    assert (imported["imported"], imported["already_imported"], imported["refused"]) == (4, 0, 0)
    assert bring(shop, *lines)["already_imported"] == 4


def test_a_file_cut_off_while_it_was_stored_is_stored_anew(shop: Shop) -> None:
    deps = shop.stack.apps["agreements"].extensions["art28.deps"]
    file_id = f"{shop.vendor.client['org_id']}:{hashlib.sha256(PDF).hexdigest()}"
    deps.mongo.db["files.chunks"].insert_one({"files_id": file_id, "n": 0, "data": b"half"})
    assert upload(shop).status_code == 201
    read = deps.files.read(shop.vendor.client["org_id"], hashlib.sha256(PDF).hexdigest())
    assert read == PDF


def test_the_document_names_every_column_and_those_that_are_always_needed(shop: Shop) -> None:
    document = shop.stack.must(None, "GET", "/agreements/openapi.json")
    told = document["paths"]["/v1/imports"]["post"]["description"]
    assert all(f"`{each}`" in told for each in COLUMNS)
    upload(shop)
    full = row(shop.customer())
    lines = [full | {"reference": f"without {name}", name: ""} for name in REQUIRED]
    for name, refused in zip(REQUIRED, bring(shop, *lines)["rows"], strict=True):
        assert [each["column"] for each in refused["errors"]] == [name]


def test_a_line_of_what_is_always_needed_alone_is_imported(shop: Shop) -> None:
    upload(shop)
    full = row(shop.customer(), day_kind="calendar")
    told = bring(shop, {name: full[name] for name in REQUIRED})
    assert told["imported"] == 1, told
