"""A customer of the sample processor takes its published template: two requests, and a PDF."""

from __future__ import annotations

from tests.e2e.inprocess import Loaded
from tests.vendor import new_client

PERSON = {"name": "Eva Lind", "title": "Managing director", "email": "eva@nykund.example"}


def test_a_new_customer_holds_an_executed_agreement_with_its_pdf(product: Loaded) -> None:
    scopes = ["portal:read", "portal:write"]
    customer = new_client(product.stack, "nykund", ["controller"], scopes, legal_name="Nykund AB")
    path = "/portal/v1/templates?processor=tempus-serva"
    (template,) = product.stack.must(customer, "GET", path)["items"]
    made = product.stack.must(customer, "POST", "/portal/v1/agreements", {
        "processor": "tempus-serva", "template_id": template["id"], "acceptance": PERSON,
        "party": {"legal_name": "Nykund AB", "registration_number": "556000-0001",
                  "country": "SE"},
    })  # fmt: skip
    assert (made["status"], made["governing_law"], made["language"]) == ("active", "SE", "sv")
    assert made["findings"] == []
    document = f"/portal/v1/agreements/{made['id']}/document"
    pdf = product.stack.ask(customer, "GET", document, headers={"Accept": "application/pdf"})
    assert pdf.data.startswith(b"%PDF-")
    listed = product.stack.must(customer, "GET", document)["sub_processors"]["items"]
    assert len(listed) == len(product.must("tempus-serva", "GET",
        "/registry/v1/processors/tempus-serva/sub-processors")["items"])  # fmt: skip


def test_the_agreements_of_the_sample_lack_nothing(product: Loaded) -> None:
    items = product.must("tempus-serva", "GET", "/agreements/v1/agreements?status=active")["items"]
    assert {finding["code"] for each in items for finding in each["findings"]} == set()
