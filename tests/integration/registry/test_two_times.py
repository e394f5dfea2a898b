"""The list of any day, as known at any instant, is what the ledger says up to that instant.

The replay below knows nothing of rows: it reads the ledger's entries with what is kept beside them
and applies them in the order of their days.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.registry.model.comparing import differences
from services.registry.store.registers import Rows
from shared.mongo import Mongo
from shared.times import parse_instant
from tests import builders
from tests.integration.registry.test_announcing import second_client
from tests.stack import START, Stack
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

# Shrinking an example means to run it again a hundred times; a list of steps is short enough.
FAST = (Phase.explicit, Phase.reuse, Phase.generate)

Json = dict[str, Any]
List = dict[str, Json]

which = st.integers(0, 5)
days_ahead = st.integers(0, 12)
steps = st.one_of(
    st.tuples(st.just("add"), days_ahead, st.none() | which),
    st.tuples(st.just("modify"), days_ahead, which),
    st.tuples(st.just("replace"), days_ahead, which),
    st.tuples(st.just("remove"), days_ahead, which),
    st.tuples(st.just("emergency"), days_ahead, which),
    st.tuples(st.just("record"), st.just(0), which),
    st.tuples(st.just("withdraw"), st.just(0), which),
    st.tuples(st.just("days"), st.integers(1, 6), st.just(0)),
)


class Ledger:
    """A register's history as its owner can read it: entries and private parts."""

    def __init__(self, vendor: Vendor) -> None:
        deps = vendor.stack.registry
        stream = deps.stores.registers.by_slug(vendor.slug).stream
        self.entries = [
            (vars(each), deps.ledger.private_part(each) or {})
            for each in deps.ledger.entries(stream, 0, 1000)
        ]

    def list_on(self, day: date, known_at: datetime) -> List:
        """What the ledger says of ``day``, reading no further than ``known_at``."""
        known = [each for each in self.entries if parse_instant(each[0]["at"]) <= known_at]
        taken_back = {
            told["data"]["change_id"] for told, _ in known if told["type"].endswith(".withdrawn")
        }
        listed: List = {}
        for effective_on, told, private in sorted(_alterations(known), key=lambda each: each[0]):
            if effective_on > day:
                continue
            _apply(listed, told["data"], private, taken_back)
            if told["data"].get("change_id") not in taken_back:
                _carry_on(listed, told, known)
        return listed

    def instants(self) -> list[datetime]:
        return [parse_instant(told["at"]) for told, _ in self.entries]

    def days(self) -> set[date]:
        return {day for day, _, _ in _alterations(self.entries)}


def _alterations(known: Sequence[tuple[Json, Json]]) -> Iterator[tuple[date, Json, Json]]:
    for told, private in known:
        day = told["data"].get("valid_from") or told["data"].get("effective_on")
        if told["type"].endswith((".adopted", ".announced", ".emergency", ".recorded")):
            yield date.fromisoformat(day), told, private


def _carry_on(listed: List, told: Json, known: Sequence[tuple[Json, Json]]) -> None:
    """A change keeps what was recorded of its entry between its announcement and its day."""
    if told["data"].get("kind") != "modify":
        return
    sub_id, day = told["data"]["sub_processor"]["id"], told["data"]["effective_on"]
    for other, private in known:
        data, is_later = other["data"], other["sequence"] > told["sequence"]
        if "record_id" in data and is_later and data["effective_on"] <= day:
            _apply(listed, {**data, "only": sub_id}, private)


def _apply(listed: List, data: Json, private: Json, taken_back: Collection[str] = ()) -> None:
    if "record_id" in data:
        sub_id = data["sub_processor"]["id"]
        if sub_id in listed and data.get("only", sub_id) == sub_id:
            recorded = {"website": private["content"]["website"]}
            listed[sub_id] = {**listed[sub_id], **recorded}
        return
    if "sub_processors" in data:
        for entry, content in zip(data["sub_processors"], private["contents"], strict=True):
            listed[entry["id"]] = content
        return
    _apply_changes(listed, data, private, taken_back)


def _apply_changes(listed: List, data: Json, private: Json, taken_back: Collection[str]) -> None:
    for change, content in zip(data["changes"], private["contents"], strict=True):
        if change["change_id"] in taken_back:
            continue
        if change["kind"] in ("remove", "replace"):
            del listed[change["previous"]["id"]]
        if change["kind"] != "remove":
            listed[change["sub_processor"]["id"]] = content


def take(vendor: Vendor, step: tuple[str, int, int | None], number: int) -> None:
    """One step; what the register refuses is no step, for the ledger is what counts."""
    kind, days, choice = step
    if kind == "days":
        vendor.stack.pass_time(days=days)
        vendor.stack.go_live()
        return
    vendor.stack.pass_time(minutes=7)
    if kind == "withdraw":
        announced = vendor.must("GET", "/changes?status=announced")["items"]
        if announced:
            change = announced[(choice or 0) % len(announced)]
            vendor.ask("POST", f"/changes/{change['id']}/withdraw", {"reason": "Not needed"})
        return
    if kind == "record":
        _record(vendor, choice or 0, number)
        return
    body = _change(vendor, "add" if kind == "emergency" else kind, days, choice, number)
    drafted = vendor.ask("POST", "/changes", body)
    if drafted.status_code == 201 and drafted.json:
        _announce(vendor, drafted.json["id"], emergency=kind == "emergency")


def _record(vendor: Vendor, choice: int, number: int) -> None:
    """Record another website of an entry on the list, today or to come."""
    day = str(vendor.today + timedelta(12 * (choice % 2)))
    listed = vendor.ask("GET", "/sub-processors", query_string={"as_of": day}).json
    ids = sorted(each["id"] for each in listed["items"]) if listed else []
    if ids:
        body = {"set": {"website": f"https://{number}.example"}}
        vendor.ask("POST", f"/sub-processors/{ids[choice % len(ids)]}/records", body)


def _change(vendor: Vendor, kind: str, days: int, choice: int | None, number: int) -> Json:
    day = vendor.today + timedelta(days)
    listed = vendor.ask("GET", "/sub-processors", query_string={"as_of": str(day)}).json
    ids = sorted(each["id"] for each in listed["items"]) if listed else []
    chosen = ids[(choice or 0) % len(ids)] if ids else "sub_nobody"
    entry = builders.sub_processor(
        legal_name=f"Company {number}",
        parent_id=chosen if kind == "add" and choice is not None else None,
        retention=f"{number} days",
        # Another website would be announced, and a later record of it would not count.
        **({"website": _website(listed, chosen)} if kind == "modify" else {}),
    )
    return {
        "kind": kind,
        "sub_processor": None if kind == "remove" else entry,
        "sub_processor_id": None if kind == "add" else chosen,
        "effective_on": day.isoformat(),
        "reason": "Needed",
    }


def _website(listed: Json | None, sub_id: str) -> str | None:
    items = (listed or {"items": []})["items"]
    return next((each["website"] for each in items if each["id"] == sub_id), None)


def _announce(vendor: Vendor, change_id: str, *, emergency: bool) -> None:
    path = f"/changes/{change_id}"
    if not emergency:
        vendor.ask("POST", f"{path}/announce")
        return
    vendor.must("POST", f"{path}/emergency", {"justification": "Insolvent."})
    vendor.ask("POST", f"{path}/approve")
    colleague = vendor.customers["colleague"]
    vendor.stack.ask(colleague, "POST", f"{vendor.path}{path}/approve")


def vendor_on(stack: Stack) -> Vendor:
    stack.now = START
    stack.forget_tokens()
    client = new_client(stack, "vendor", ["processor"], PROCESSOR_SCOPES)
    vendor = Vendor(stack, client, client["slug"])
    vendor.customers["colleague"] = second_client(vendor)
    hosts = [
        builders.sub_processor(legal_name=name, country="IE") for name in ("Host One", "Host Two")
    ]
    vendor.must("POST", "/baseline", {"valid_from": "2026-11-20", "sub_processors": hosts})
    return vendor


def listed(vendor: Vendor, day: date, known_at: datetime | None = None) -> List:
    rows: Rows = vendor.stack.registry.stores.rows
    processor_id = vendor.client["org_id"]
    return {row.sub_processor_id: row.content for row in rows.on(processor_id, day, known_at)}


def around(days: set[date]) -> list[date]:
    near = {day + timedelta(n) for day in days for n in (-1, 0)}
    return sorted(near | {date(2026, 1, 1), date(2030, 1, 1)})


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow], phases=FAST)
@given(st.lists(steps, min_size=3, max_size=14))
def test_every_list_is_the_replay_of_the_ledger(
    one_stack: Stack, told: list[tuple[str, int, int | None]]
) -> None:
    vendor = vendor_on(one_stack)
    for number, step in enumerate(told):
        take(vendor, step, number)

    ledger = Ledger(vendor)
    instants = ledger.instants()
    for known_at in {*instants, *(at - timedelta(milliseconds=1) for at in instants)}:
        for day in around(ledger.days()):
            assert listed(vendor, day, known_at) == ledger.list_on(day, known_at)
    for day in around(ledger.days()):
        assert listed(vendor, day) == ledger.list_on(day, one_stack.now)


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow], phases=FAST)
@given(st.lists(steps, min_size=3, max_size=12))
def test_the_difference_of_two_days_is_that_of_their_lists(
    one_stack: Stack, told: list[tuple[str, int, int | None]]
) -> None:
    vendor = vendor_on(one_stack)
    for number, step in enumerate(told):
        take(vendor, step, number)

    days = around(Ledger(vendor).days())
    for first, second in zip(days, reversed(days), strict=True):
        query = {"from": str(first), "to": str(second)}
        answer = vendor.ask("GET", "/diff", query_string=query).json
        assert answer is not None
        before, after = listed(vendor, first), listed(vendor, second)
        assert told_apart(answer["items"]) == {
            ("added", sub_id, "", None, None) for sub_id in after.keys() - before.keys()
        } | {("removed", sub_id, "", None, None) for sub_id in before.keys() - after.keys()} | {
            ("modified", sub_id, name, str(before[sub_id][name]), str(after[sub_id][name]))
            for sub_id in before.keys() & after.keys()
            for name in before[sub_id]
            if before[sub_id][name] != after[sub_id][name]
        }


def told_apart(items: list[Json]) -> set[tuple[str, str, str, str | None, str | None]]:
    """A difference field by field; an entry that comes or goes is told as a whole."""
    return {
        (item["kind"], item["id"], each["field"], str(each["before"]), str(each["after"]))
        for item in items
        for each in item["fields"]
    } | {(item["kind"], item["id"], "", None, None) for item in items if not item["fields"]}


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow], phases=FAST)
@given(st.lists(steps, min_size=4, max_size=12))
def test_rows_once_written_are_only_ever_voided_and_never_overlap(
    one_stack: Stack, told: list[tuple[str, int, int | None]]
) -> None:
    vendor = vendor_on(one_stack)
    seen: List = {}
    for number, step in enumerate(told):
        take(vendor, step, number)
        now = raw_rows(vendor)
        assert {key: without_end(row) for key, row in seen.items()} == {
            key: without_end(now[key]) for key in seen
        }
        assert all(now[key] == row for key, row in seen.items() if row["voided_at"])
        seen = now
        assert_apart([row for row in now.values() if row["voided_at"] is None])


def raw_rows(vendor: Vendor) -> List:
    mongo: Mongo = vendor.stack.registry.mongo
    found = mongo.db["rows"].find({"processor_id": vendor.client["org_id"]})
    return {each["_id"]: each for each in found}


def without_end(row: Json) -> Json:
    return {name: value for name, value in row.items() if name not in ("voided_at", "voided_by")}


def assert_apart(rows: list[Json]) -> None:
    by_entry: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        by_entry.setdefault(row["sub_processor_id"], []).append(
            (row["valid_from"], row["valid_to"])
        )
    for periods in by_entry.values():
        ordered = sorted(periods)
        assert all(begins <= ends for begins, ends in ordered)
        assert all(a[1] < b[0] for a, b in pairwise(ordered))


def test_a_difference_of_rows_with_the_same_contents_is_none(one_stack: Stack) -> None:
    vendor = vendor_on(one_stack)
    rows = vendor.stack.registry.stores.rows.on(vendor.client["org_id"], vendor.today)

    assert differences(rows, rows) == []
