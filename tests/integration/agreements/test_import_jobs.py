"""What an import cannot do in its request goes on behind the answer, and holds up nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.agreements.api import imports as routes
from services.agreements.clients import Identity
from services.agreements.use_cases import import_jobs
from services.agreements.use_cases.import_jobs import Importing
from services.agreements.use_cases.imports import import_row
from services.agreements.wiring import Deps
from shared.errors import Unavailable
from shared.failures import FailedJobs
from tests.integration.agreements.shop import Shop, open_shop
from tests.integration.agreements.test_import import PDF, as_csv, row, upload
from tests.vendor import PROCESSOR_SCOPES, Vendor, new_client

A = "/agreements/v1"


@pytest.fixture
def shop(baseline: Vendor) -> Shop:
    made = open_shop(baseline)
    # What other tests have left under way is not to be met here.
    deps_of(made).mongo.db["imports"].update_many({}, {"$set": {"status": "finished"}})
    return made


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is imported within its request."""
    monkeypatch.setattr(routes, "SECONDS_IN_REQUEST", 0.0)


def deps_of(shop: Shop) -> Deps:
    found: Deps = shop.stack.apps["agreements"].extensions["art28.deps"]
    return found


def lines(shop: Shop, count: int, name: str = "a") -> bytes:
    customer = shop.customer()
    return as_csv(*(
        row(customer, reference=f"{name}{n}", products=f"{name}{n}") for n in range(count)
    ))  # fmt: skip


def sent(shop: Shop, body: bytes, client: dict[str, Any] | None = None) -> Any:
    return shop.stack.ask(client or shop.vendor.client, "POST", f"{A}/imports", data=body,
                          content_type="text/csv")  # fmt: skip


def read(shop: Shop, import_id: str) -> Any:
    return shop.stack.must(shop.vendor.client, "GET", f"{A}/imports/{import_id}")


def test_a_short_file_is_answered_whole(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "SECONDS_IN_REQUEST", 60.0)
    upload(shop)
    answer = sent(shop, lines(shop, 2))
    assert (answer.status_code, answer.json["status"]) == (200, "finished")
    assert (answer.json["imported"], answer.json["waiting"]) == (2, 0)
    assert answer.headers["Location"] == f"{A}/imports/{answer.json['id']}"
    assert read(shop, answer.json["id"]) == answer.json


@pytest.mark.usefixtures("at_once")
def test_the_rest_is_imported_by_the_loop(shop: Shop) -> None:
    upload(shop)
    answer = sent(shop, lines(shop, 3))
    assert (answer.status_code, answer.json["status"], answer.json["waiting"]) == (
        202,
        "working",
        3,
    )
    assert answer.json["rows"] == []
    loop = Importing(deps_of(shop))
    assert loop.run_once() is True
    assert loop.run_once() is False
    told = read(shop, answer.json["id"])
    assert (told["status"], told["imported"], told["waiting"]) == ("finished", 3, 0)
    assert [each["line"] for each in told["rows"]] == [2, 3, 4]
    kept = deps_of(shop).mongo.db["import_lines"].find({"import_id": answer.json["id"]})
    assert not any("told" in each for each in kept)


@pytest.mark.usefixtures("at_once")
def test_a_step_is_bounded_and_vendors_have_turns(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_jobs, "ROWS_A_STEP", 2)
    upload(shop)
    other = new_client(shop.stack, "other", ["processor"], PROCESSOR_SCOPES)
    shop.stack.ask(other, "POST", f"{A}/signed-files", data=PDF, content_type="application/pdf")
    long = sent(shop, lines(shop, 5)).json["id"]
    short = sent(shop, lines(shop, 1, "b"), other).json["id"]
    loop = Importing(deps_of(shop))
    for _ in range(2):
        loop.run_once()
    assert deps_of(shop).imports.outcomes(short)[1] == 0
    assert deps_of(shop).imports.outcomes(long)[1] == 3


@pytest.mark.usefixtures("at_once")
def test_what_another_process_works_on_is_left_to_it(shop: Shop) -> None:
    upload(shop)
    sent(shop, lines(shop, 1))
    deps = deps_of(shop)
    now = deps.now()
    assert deps.imports.claim_next("", [], now, now + import_jobs.LEASE) is not None
    assert Importing(deps).run_once() is False
    shop.stack.now += import_jobs.LEASE
    assert Importing(deps).run_once() is True


def test_a_peer_that_is_away_leaves_the_file_to_the_loop(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise Unavailable

    upload(shop)
    body = lines(shop, 2)
    with monkeypatch.context() as patch:
        patch.setattr(Identity, "organisation", away)
        answer = sent(shop, body)
        assert (answer.status_code, answer.json["waiting"]) == (202, 2)
        with pytest.raises(Unavailable):
            Importing(deps_of(shop)).run_once()
    shop.stack.now += timedelta(minutes=10)
    Importing(deps_of(shop)).run_once()
    assert read(shop, answer.json["id"])["imported"] == 2


@pytest.mark.usefixtures("at_once")
def test_a_line_that_fails_each_time_sets_its_import_aside_and_no_other(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(shop)
    bad = sent(shop, lines(shop, 1, "bad")).json["id"]
    good = sent(shop, lines(shop, 1, "good")).json["id"]
    original = import_row

    def fails(deps: Any, caller: Any, mine: Any, line: Any, import_id: str) -> None:
        if import_id == bad:
            raise KeyError("poison")
        original(deps, caller, mine, line, import_id)

    loop = Importing(deps_of(shop))
    with monkeypatch.context() as patch:
        patch.setattr(import_jobs, "import_row", fails)
        for _ in range(14):
            while loop.run_once():
                pass
            shop.stack.now += timedelta(minutes=6)
    shop.stack.forget_tokens()
    assert read(shop, good)["status"] == "finished"
    told = read(shop, bad)
    assert (told["status"], told["waiting"]) == ("working", 1)
    assert told["set_aside"]["reason"].startswith("It failed 12 times in a row")
    assert FailedJobs(deps_of(shop).mongo, deps_of(shop).now).revive("agreements.imports", bad) == 1
    loop.run_once()
    assert read(shop, bad)["status"] == "finished"


@pytest.mark.usefixtures("at_once")
def test_five_imports_of_one_vendor_are_under_way_at_most(shop: Shop) -> None:
    upload(shop)
    for number in range(5):
        assert sent(shop, lines(shop, 1, f"n{number}")).status_code == 202
    refused = sent(shop, lines(shop, 1, "more"))
    assert (refused.status_code, refused.json["code"]) == (429, "too-many-imports")
    loop = Importing(deps_of(shop))
    while loop.run_once():
        pass
    assert sent(shop, lines(shop, 1, "more")).status_code == 202


def test_another_vendor_finds_no_import_of_ours(shop: Shop) -> None:
    upload(shop)
    made = sent(shop, lines(shop, 1)).json["id"]
    other = new_client(shop.stack, "other", ["processor"], PROCESSOR_SCOPES)
    for import_id in (made, "imp_none"):
        answer = shop.stack.ask(other, "GET", f"{A}/imports/{import_id}")
        assert (answer.status_code, answer.json["code"]) == (404, "not-found")
