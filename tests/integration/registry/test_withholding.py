"""What an older version published and no list lets out is forgotten; the chain stays whole."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from deploy.withhold import withhold_all
from services.notices.model.entries import event_id
from services.registry.model.erasures import EntriesPending
from services.registry.use_cases.withholding import Withheld, withhold
from shared.verifier.__main__ import main as verify
from tests.vendor import Vendor

Json = dict[str, Any]


def secret(vendor: Vendor) -> str:
    return f"unmistakable text of an assessment of {vendor.slug}"


def everything(vendor: Vendor) -> str:
    """All that registry and notices keep of this vendor or anybody, as text."""
    found = []
    for service in ("registry", "notices"):
        db = vendor.stack.database(service).db
        found += [str(list(db[name].find())) for name in db.list_collection_names()]
    return " ".join(found)


def stained(content: Json, text: str) -> Json:
    made = copy.deepcopy(content)
    made["locations"][0]["mechanisms"][0]["evidence"]["tia_text"] = text
    return made


@pytest.fixture
def published(baseline: Vendor, told_at_once: None) -> tuple[Vendor, Json]:
    """A register as an older version kept, chained and told it, its customer told of it."""
    customer = baseline.customer("nordbo")
    baseline.announced()
    deps, db = baseline.stack.registry, baseline.stack.database("registry").db
    register = deps.stores.registers.by_slug(baseline.slug)
    for name in ("rows", "changes"):
        for each in db[name].find({"processor_id": register.id, "content.country": "US"}):
            content = stained(each["content"], secret(baseline))
            db[name].update_one({"_id": each["_id"]}, {"$set": {"content": content}})
    last = deps.ledger.entries(register.stream)[-1]
    data = {**last.data, "sub_processor": stained(last.data["sub_processor"], secret(baseline))}
    private = deps.ledger.private_part(last)
    private["contents"] = [stained(private["contents"][0], secret(baseline))]
    deps.ledger.append(None, register.stream, last.type, data, at=deps.now(), actor="cli_x",
                       private=private)  # fmt: skip
    baseline.stack.tell()
    events = baseline.stack.database("notices").db["events"]
    event = event_id(register.stream, last.sequence + 1)
    [kept] = events.find({"_id": event})
    head = kept["head"].replace('"covered_data"', f'"tia_text":"{secret(baseline)}","covered_data"')
    events.update_one({"_id": event}, {"$set": {"head": head}})
    return baseline, customer


def forget(vendor: Vendor) -> Withheld:
    made = withhold(vendor.stack.registry, vendor.slug, "It held an assessment.")
    vendor.stack.tell()
    vendor.stack.pass_time(seconds=1)
    return made


def test_it_works(published: tuple[Vendor, Json], tmp_path: Path, capsys: Any) -> None:
    vendor, customer = published
    assert secret(vendor) in everything(vendor)
    kept = vendor.must("POST", "/checkpoints")

    made = forget(vendor)

    assert secret(vendor) not in everything(vendor)
    assert (made.entries, made.records) == ((3,), 2)
    told = vendor.ledger()
    assert told[-1]["type"] == "register.entries_withheld"
    assert told[-1]["data"]["entries"] == [3]
    assert told[-1]["data"]["reason"] == "It held an assessment."
    assert kept["hash"] == told[2]["hash"]
    file, signed = tmp_path / "ledger.jsonl", tmp_path / "checkpoints.json"
    for path, name in ((file, "ledger.jsonl"), (signed, "checkpoints.json")):
        path.write_bytes(vendor.stack.ask(None, "GET", f"/p/{vendor.slug}/{name}").data)
    assert verify([str(file), "--checkpoint", str(signed), "--public-key", str(signed)]) == 0
    assert "1 entries are shown without data" in capsys.readouterr().out
    assert "Mailer Inc." in json.dumps(read_by(vendor, customer))


def read_by(vendor: Vendor, customer: Json) -> Any:
    return vendor.stack.must(customer, "GET", "/portal/v1/events")["items"]


def test_the_second_time_there_is_nothing_to_do(published: tuple[Vendor, Json]) -> None:
    vendor, _ = published
    forget(vendor)
    before = everything(vendor)

    assert forget(vendor) == Withheld(vendor.slug, (), 0)
    assert everything(vendor) == before


def test_what_is_still_being_told_is_left_for_later(baseline: Vendor) -> None:
    deps = baseline.stack.registry
    stream = deps.stores.registers.by_slug(baseline.slug).stream
    baseline.stack.relay()
    deps.ledger.append(None, stream, "register.adopted", {"tia_text": secret(baseline)},
                       at=deps.now(), actor="cli_x")  # fmt: skip

    with pytest.raises(EntriesPending):
        withhold(deps, baseline.slug, "x")

    assert secret(baseline) in everything(baseline)


def test_registers_in_order_stay_as_they_are(baseline: Vendor) -> None:
    baseline.announced()
    baseline.stack.tell()
    before = baseline.ledger()

    mine = [each for each in withhold_all(baseline.stack.registry, "x")
            if each.slug == baseline.slug]  # fmt: skip

    assert mine == [Withheld(baseline.slug, (), 0)]
    assert baseline.ledger() == before
