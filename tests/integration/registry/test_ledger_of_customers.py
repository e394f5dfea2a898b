"""Of a register that is not published a customer reads the ledger as far as its products go; the
rest is there by its hashes, and the chain holds."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.ledger import verify
from shared.verifier.__main__ import main
from tests import builders
from tests.vendor import Vendor

Json = dict[str, Any]
pytestmark = pytest.mark.usefixtures("told_at_once")
PLACE = [{"country": "IE", "kind": "storage"}]


def entry(name: str, *products: str) -> Json:
    return builders.sub_processor(legal_name=name, products=list(products), locations=PLACE)


@pytest.fixture
def secretive(vendor: Vendor) -> Vendor:
    """A register that is not published, with an entry of each of two products, and one of both."""
    listed = [entry("Crm Ltd", "crm"), entry("Erp Ltd", "erp"), entry("Host Ltd")]
    body = {"valid_from": "2026-01-01", "sub_processors": listed}
    vendor.must("POST", "/baseline", body)
    return vendor


def lines_of(vendor: Vendor, who: Json) -> list[Json]:
    lines, after = [], 0
    while True:
        path = f"{vendor.path}/ledger?after={after}&limit=3"
        page = vendor.stack.must(who, "GET", path)
        lines += page["items"]
        after = page["next_cursor"]
        if after is None:
            return lines


def told(vendor: Vendor, who: Json) -> str:
    return json.dumps([line["data"] for line in lines_of(vendor, who)])


def test_a_customer_reads_no_line_of_a_product_that_it_does_not_use(secretive: Vendor) -> None:
    crm = secretive.customer("crm", agreement={"products": ["crm"]})
    all_of_it = secretive.customer("all")
    for name, product in (("New Crm Ltd", "crm"), ("New Erp Ltd", "erp")):
        secretive.announced(sub_processor=entry(name, product))
    secretive.stack.pass_time(days=70)
    secretive.stack.settle()

    mine, everything = told(secretive, crm), told(secretive, all_of_it)

    # The first list is one line of all its entries, so it is no line of this customer.
    assert "New Crm Ltd" in mine
    assert "Erp Ltd" not in mine
    assert "erp" not in mine
    for name in ("New Crm Ltd", "New Erp Ltd", "Erp Ltd", "Host Ltd"):
        assert name in everything
    assert told(secretive, secretive.client) == everything


def test_an_entry_that_no_longer_serves_it_is_seen_to_leave_and_not_after(
    secretive: Vendor,
) -> None:
    crm = secretive.customer("crm", agreement={"products": ["crm"]})
    added = secretive.announced(sub_processor=entry("Mover Ltd", "crm"))["sub_processor"]["id"]
    secretive.stack.pass_time(days=70)
    secretive.stack.settle()

    def becomes(body: Json, **more: Any) -> str:
        change = secretive.announced(
            kind="modify", sub_processor_id=added, sub_processor={**body, **more}
        )
        secretive.stack.pass_time(days=70)
        secretive.stack.settle()
        return str(change["id"])

    leaves = becomes(entry("Mover Ltd", "erp"))
    later = becomes(entry("Mover Ltd", "erp"), data_categories=["Invoices"])

    mine = told(secretive, crm)
    assert leaves in mine
    assert later not in mine
    assert "Invoices" not in mine


@pytest.mark.parametrize("recorded", ["crm", "erp"])
def test_a_record_is_a_line_of_those_whose_product_it_is_of(
    secretive: Vendor, recorded: str
) -> None:
    crm = secretive.customer("crm", agreement={"products": ["crm"]})
    items = secretive.must("GET", "/sub-processors")["items"]
    of = next(each for each in items if each["products"] == [recorded])
    body = {"set": {"website": "https://new.example"}, "note": "Moved."}
    secretive.must("POST", f"/sub-processors/{of['id']}/records", body)

    assert ("https://new.example" in told(secretive, crm)) == (recorded == "crm")


def test_the_chain_holds_through_what_is_hidden(
    secretive: Vendor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crm = secretive.customer("crm", agreement={"products": ["crm"]})
    secretive.announced(sub_processor=entry("New Crm Ltd", "crm"))
    secretive.must("POST", "/checkpoints")
    lines, whole = lines_of(secretive, crm), lines_of(secretive, secretive.client)

    assert verify(lines) is None
    assert [line["hash"] for line in lines] == [line["hash"] for line in whole]
    hidden = [line for line in lines if line.get("withheld")]
    assert {line["type"] for line in hidden} == {"confidential"}
    file, signed = tmp_path / "ledger.jsonl", tmp_path / "checkpoints.json"
    file.write_text("\n".join(map(json.dumps, lines)))
    signed.write_bytes(secretive.stack.ask(crm, "GET", f"{secretive.path}/checkpoints").data)
    keys = tmp_path / "keys.json"
    keys.write_bytes(secretive.stack.ask(None, "GET", "/registry/v1/checkpoint-keys").data)
    assert main([str(file), "--checkpoint", str(signed), "--public-key", str(keys)]) == 0
    assert "1 entries are shown without data" in capsys.readouterr().out.replace("entry", "entries")


def test_a_former_customer_reads_the_lines_of_its_time(secretive: Vendor) -> None:
    gone = secretive.customer("gone")
    secretive.announced(sub_processor=entry("Early Ltd"))
    path = f"/portal/v1/agreements/{gone['agreement_id']}/terminate"
    day = str(secretive.today + timedelta(1))
    secretive.stack.must(gone, "POST", path, {"effective_on": day, "reason": "We leave."})
    secretive.stack.pass_time(days=5)
    secretive.stack.settle()
    secretive.announced(sub_processor=entry("Late Ltd"))

    mine = told(secretive, gone)

    assert "Early Ltd" in mine
    assert "Late Ltd" not in mine
    assert verify(lines_of(secretive, gone)) is None


def test_of_a_published_register_everybody_reads_the_same(secretive: Vendor) -> None:
    crm = secretive.customer("crm", agreement={"products": ["crm"]})
    secretive.publish()

    assert told(secretive, crm) == told(secretive, secretive.client)
    assert "Erp Ltd" in told(secretive, crm)
