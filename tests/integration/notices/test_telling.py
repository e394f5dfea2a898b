"""An announced change reaches every customer once, with its own dates, signed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.relay import EntriesOutOfOrder
from tests.integration.notices.world import World


def test_it_works(world: World) -> None:
    secrets = {"nordbo": world.customer("nordbo", 1), "lille": world.customer("lille", 2, "t10")}
    world.tell(world.ledger.change("chg_1", 2))
    world.settle()

    for name, deadline in {"nordbo": "2026-12-07", "lille": "2026-11-28"}.items():
        (received,) = world.receiver.at(f"/{name}")
        body = world.verified(secrets[name], received)
        assert body["type"] == "sub_processor.change.announced"
        data = body["data"]
        assert list(data) == [
            "change_id", "sequence", "kind", "materiality", "processor", "sub_processor",
            "previous", "reason", "changes", "agreement_id", "notice", "links",
        ]  # fmt: skip
        assert data["agreement_id"] == f"agr_{name}"
        assert data["notice"].pop("id").startswith("ntc_")
        assert data["notice"] == {
            "change_ids": ["chg_1"],
            "given_on": "2026-11-23",
            "objection_deadline": deadline,
            "effective_on": "2026-12-24",
            "silence": "consent",
            "holidays": None,
            "time_zones": ["UTC"],
            "owes": "notice",
        }
        assert data["links"] == {
            "change": "http://127.0.0.1:8280/portal/v1/changes/chg_1",
            "page": "http://127.0.0.1:8280/p/tempus-serva",
        }
        assert world.delivery_of(name)["state"] == "delivered"
        assert "due_at" not in world.delivery_of(name)


def test_entries_posted_twice_have_one_effect(world: World) -> None:
    world.customer("nordbo", 1)
    announced = world.ledger.change("chg_1", 1)
    assert world.tell(announced) == 1
    assert world.tell(announced) == 0
    world.settle()
    assert len(world.receiver.got) == 1


def test_a_gap_in_a_stream_is_refused_and_names_what_is_expected(world: World) -> None:
    first, second = world.ledger.change("chg_1", 0), world.ledger.change("chg_2", 0)
    with pytest.raises(EntriesOutOfOrder) as refusal:
        world.tell(second)
    assert refusal.value.context["expected"] == 1
    assert world.tell(first, second) == 2


def test_a_notice_waits_until_every_agreement_it_counted_is_known(world: World) -> None:
    world.customer("nordbo", 1)
    world.customer("third", 3)
    world.tell(world.ledger.change("chg_1", 3))
    world.fan_out()
    assert world.rows("messages", change_id="chg_1") == []

    world.customer("second", 2)
    world.clock.ahead += timedelta(seconds=1)
    world.settle()
    assert sorted(each.path for each in world.receiver.got) == ["/nordbo", "/second", "/third"]


def test_who_joins_or_leaves_after_the_announcement_changes_nothing(world: World) -> None:
    world.customer("stays", 1)
    world.customer("leaves", 2)
    world.customer("joins", 3)
    world.tell(world.ledger.agreement("leaves", 4, "terminated"))
    world.tell(world.ledger.change("chg_1", 2))
    world.fan_out()
    told = {each["controller_id"] for each in world.rows("messages", change_id="chg_1")}
    assert told == {"org_stays", "org_leaves"}


def test_the_terms_are_those_that_held_when_the_change_was_announced(world: World) -> None:
    world.customer("nordbo", 1, "t30")
    world.tell(world.ledger.agreement("nordbo", 2, "amended", key="t10"))
    world.tell(world.ledger.change("chg_1", 1), world.ledger.change("chg_2", 2))
    world.fan_out()
    keys = {
        each["change_id"]: each["notice"]["terms_key"]
        for each in world.rows("messages", type="sub_processor.change.announced")
    }
    assert keys == {"chg_1": "t30", "chg_2": "t10"}


def test_no_endpoint_and_filtered_out_are_outcomes_one_can_see(world: World) -> None:
    world.tell(world.ledger.agreement("nobody", 1))
    world.customer("picky", 2, event_types=["objection.updated"])
    world.customer("elsewhere", 3, processors=["other-vendor"])
    world.tell(world.ledger.change("chg_1", 3))
    world.fan_out()
    outcomes = {
        each["controller_id"]: each["outcome"] for each in world.rows("messages", change_id="chg_1")
    }
    assert outcomes == {
        "org_nobody": "no_endpoint",
        "org_picky": "filtered_out",
        "org_elsewhere": "filtered_out",
    }
    assert world.rows("deliveries") == []


def test_a_withdrawal_goes_to_those_who_had_been_told(world: World) -> None:
    world.customer("told", 1)
    world.customer("later", 2)
    world.tell(world.ledger.change("chg_1", 1))
    world.tell(world.ledger.change("chg_1", 2, "withdrawn", reason="No longer needed"))
    world.settle()
    kinds = [(each.path, each.json["type"]) for each in world.receiver.got]
    assert ("/told", "sub_processor.change.withdrawn") in kinds
    assert ("/later", "sub_processor.change.withdrawn") not in kinds


def test_an_objection_is_told_to_its_customer_alone(world: World) -> None:
    world.customer("nordbo", 1)
    world.customer("lille", 2)
    world.settle()
    world.receiver.got.clear()
    world.tell(world.ledger.objection("chg_1", "lille"))
    world.settle()
    (received,) = world.receiver.got
    assert received.path == "/lille"
    assert received.json["type"] == "objection.updated"
    assert received.json["data"]["agreement_id"] == "agr_lille"


def test_a_new_endpoint_does_not_hear_of_what_was_before_it_except_notices(world: World) -> None:
    world.tell(world.ledger.agreement("nordbo", 1), world.ledger.change("chg_1", 1))
    world.endpoint("nordbo")
    world.settle()
    (received,) = world.receiver.got
    assert received.json["type"] == "sub_processor.change.announced"


def test_an_entry_of_an_unknown_type_is_accepted_and_ignored(world: World) -> None:
    entry = world.ledger.entry("processor:org_vendor", "register.adopted", {"x": 1})
    assert world.tell(entry) == 1
    assert world.rows("events") == []


def test_a_message_stays_under_20_kb_however_long_the_entry_is(world: World) -> None:
    world.customer("nordbo", 1)
    place = {"country": "US", "verdict": {"reason": "x" * 500}}
    entry = {"id": "sub_1", "legal_name": "Long", "country": "US", "locations": [place] * 60}
    world.tell(world.ledger.change("chg_1", 1, sub_processor=entry, previous=entry))
    world.settle()
    received = world.receiver.at("/nordbo")[-1]
    assert len(received.body) < 20_000
    assert received.json["data"]["truncated"] is True
    assert received.json["data"]["notice"]["objection_deadline"] == "2026-12-07"
