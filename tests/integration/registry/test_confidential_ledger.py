"""What customers do stands in the public ledger by its hashes only; the parties can prove it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from shared.ledger import entry_hash, verify
from shared.verifier.__main__ import main
from tests.integration.registry.test_objecting import OBJECTION, object_to, settle
from tests.receiver import Receiver
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

Json = dict[str, Any]
pytestmark = pytest.mark.usefixtures("told_at_once")
PER_LINE = ("sequence", "at", "private_hash", "previous_hash", "hash")


def public_ledger(vendor: Vendor) -> list[Json]:
    text = vendor.stack.ask(None, "GET", f"/p/{vendor.slug}/ledger.jsonl").text
    return [json.loads(line) for line in text.splitlines()]


def objected(vendor: Vendor, customer: Json) -> Json:
    """An objection that was received, answered and taken back."""
    found: Json = object_to(vendor, customer, vendor.announced()).json
    settle(vendor, found["id"], "acknowledge")
    path = f"/portal/v1/objections/{found['id']}"
    vendor.stack.must(customer, "POST", f"{path}/withdraw")
    return found


def test_nobody_can_read_an_objection_or_tell_it_from_an_approval(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    careful = baseline.customer(
        "careful", silence="refusal", agreement={"authorisation": "specific"}
    )
    objection = objected(baseline, customer)
    path = f"/portal/v1/changes/{objection['change_id']}/approval"
    # The customer approves too late to count; that it did is its own affair as well.
    baseline.stack.ask(careful, "POST", path)

    lines = [line for line in public_ledger(baseline) if line["type"] == "confidential"]

    assert len(lines) >= 3
    common = [{n: v for n, v in line.items() if n not in PER_LINE} for line in lines]
    assert common == [{
        "stream": f"processor:{baseline.client['org_id']}", "type": "confidential",
        "actor": "confidential", "data": {},
    }] * len(lines)  # fmt: skip
    text = json.dumps(public_ledger(baseline))
    for secret in (objection["id"], OBJECTION["text"], "objection", customer["org_id"],
                   customer["client_id"], customer["agreement_id"], "approved"):  # fmt: skip
        assert secret not in text
    assert verify(public_ledger(baseline)) is None


def test_both_parties_can_prove_each_step_by_the_public_ledger(baseline: Vendor) -> None:
    customer = baseline.customer("nordbo")
    objection = objected(baseline, customer)
    lines = {line["sequence"]: line for line in public_ledger(baseline)}

    own = baseline.stack.must(customer, "GET", f"/portal/v1/objections/{objection['id']}")
    vendors = baseline.stack.must(
        baseline.client, "GET", f"/registry/v1/objections/{objection['id']}"
    )

    assert own["proofs"] == vendors["proofs"]
    assert [each["private"]["type"] for each in own["proofs"]] == [
        "objection.received", "objection.acknowledged", "objection.withdrawn",
    ]  # fmt: skip
    for proof in own["proofs"]:
        entry = proof["entry"]
        salted = bytes.fromhex(proof["salt"]) + rfc8785.dumps(proof["private"])
        assert hashlib.sha256(salted).hexdigest() == entry["private_hash"]
        assert entry_hash({n: v for n, v in entry.items() if n != "hash"}) == entry["hash"]
        assert lines[entry["sequence"]] == entry
    first = own["proofs"][0]["private"]
    assert first["private"]["text"] == OBJECTION["text"]
    assert first["private"]["controller_id"] == customer["org_id"]


def test_no_third_party_gets_a_proof(baseline: Vendor) -> None:
    objection = objected(baseline, baseline.customer("nordbo"))
    other = baseline.customer("lillebror")
    stranger = new_client(baseline.stack, "stranger", ["processor"], PROCESSOR_SCOPES)
    for who, path in ((other, "/portal/v1/objections/"), (stranger, "/registry/v1/objections/")):
        assert baseline.stack.ask(who, "GET", path + objection["id"]).status_code == 404


def test_the_customer_is_told_of_each_step_as_before(baseline: Vendor, inbox: Receiver) -> None:
    customer = baseline.customer("nordbo")
    objection = object_to(baseline, customer, baseline.announced()).json
    settle(baseline, objection["id"], "acknowledge")
    baseline.stack.settle()

    bodies = [json.loads(request.body) for request in inbox.requests]

    steps = [
        each["data"]["status"]
        for each in bodies
        if each["type"] == "objection.updated" and each["data"]["objection_id"] == objection["id"]
    ]
    assert sorted(steps) == ["acknowledged", "received"]  # Sent side by side.


def test_the_ledger_of_an_installation_of_before_goes_on_verifying(
    baseline: Vendor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deps = baseline.stack.registry
    register = deps.stores.registers.by_slug(baseline.slug)
    for status in ("received", "acknowledged"):
        data = {"objection_id": "obj_old", "change_id": "chg_old", "status": status,
                "processor": {"id": register.id, "slug": register.slug}}  # fmt: skip
        deps.ledger.append(None, register.stream, f"objection.{status}", data, at=deps.now(),
                           actor="cli_old", private={"controller_id": "org_old"})  # fmt: skip
    objected(baseline, baseline.customer("nordbo"))
    baseline.must("POST", "/checkpoints")

    lines = public_ledger(baseline)
    file, signed = tmp_path / "ledger.jsonl", tmp_path / "checkpoints.json"
    for path, name in ((file, "ledger.jsonl"), (signed, "checkpoints.json")):
        path.write_bytes(baseline.stack.ask(None, "GET", f"/p/{baseline.slug}/{name}").data)

    assert verify(lines) is None
    assert main([str(file), "--checkpoint", str(signed), "--public-key", str(signed)]) == 0
    assert "2 entries are shown without data" in capsys.readouterr().out
    assert {line["type"] for line in lines[1:3]} == {"confidential"}
    for secret in ("obj_old", "objection", "cli_old", "org_old"):
        assert secret not in json.dumps(lines)
