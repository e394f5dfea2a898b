"""A new template goes to many agreements at once; each is accepted by its own parties."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from services.agreements.model.document import read
from services.agreements.tasks import run_clock
from services.agreements.use_cases import roll_out_steps
from services.agreements.use_cases.roll_out_steps import RollingOut
from services.agreements.use_cases.saving import save
from tests.builders import agreement_body
from tests.integration.agreements.office import LILLEBROR, NORDBO, RIVAL, SIGNATORY, VENDOR, Office
from tests.integration.agreements.shop import template_body

OLD = "tpl_art28_v1"
STAYS = "no-such-product"


class Killed(BaseException):
    """The process has ended here."""


@dataclass
class Desk:
    """The vendor's desk for roll-outs."""

    office: Office

    def template(self, **more: Any) -> str:
        answer = self.office.post(VENDOR, "/templates", {**template_body(), **more})
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.get_json()["id"])

    def begun(self, template_id: str, **more: Any) -> str:
        body = {"template_id": template_id, "choice": {"template_id": OLD}, **more}
        answer = self.office.post(VENDOR, "/roll-outs", body)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        self.work()
        return str(answer.get_json()["id"])

    def started(self, template_id: str, **more: Any) -> str:
        roll_out_id = self.begun(template_id, **more)
        self.start(roll_out_id)
        return roll_out_id

    def started_for_two(self, **more: Any) -> tuple[str, str, str]:
        """A roll-out to an agreement of each customer: its id, and those of the agreements."""
        first, second = several(self.office, 2)
        return self.started(self.template(), **more), first, second

    def start(self, roll_out_id: str, acceptance: Any = SIGNATORY) -> None:
        answer = self.office.post(VENDOR, f"/roll-outs/{roll_out_id}/start",
                                  {"acceptance": acceptance})  # fmt: skip
        assert answer.status_code == 200, answer.get_data(as_text=True)
        self.work()

    def work(self) -> None:
        loop = RollingOut(self.office.deps)
        for _ in range(200):
            if not loop.run_once():
                return
        raise AssertionError("the loop never rests")

    def progress(self, roll_out_id: str) -> Any:
        return self.office.get(VENDOR, f"/roll-outs/{roll_out_id}")

    def lines(self, roll_out_id: str) -> dict[str, Any]:
        found = self.office.get(VENDOR, f"/roll-outs/{roll_out_id}/agreements")["items"]
        return {line["agreement_id"]: line for line in found}

    def stop(self, roll_out_id: str) -> Any:
        body = {"reason": "A clause is wrong."}
        return self.office.post(VENDOR, f"/roll-outs/{roll_out_id}/stop", body)


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def several(office: Office, count: int) -> list[str]:
    """Agreements of two customers, each on a product of its own."""
    return [office.active(NORDBO if n % 2 else LILLEBROR, products=[f"p{n}"]) for n in range(count)]


def test_nothing_is_offered_before_it_is_started(desk: Desk) -> None:
    first, second = several(desk.office, 2)
    roll_out = desk.begun(desk.template())
    found = desk.progress(roll_out)
    assert (found["roll_out"]["status"], found["counts"]) == ("ready", {"able": 2})
    assert found["changed"]["/template_id"] == 2
    for each in (first, second):
        assert desk.office.get(VENDOR, f"/agreements/{each}")["offer"] is None


def test_each_is_accepted_by_its_own_customer_and_the_old_version_binds_until_then(
    desk: Desk,
) -> None:
    office = desk.office
    roll_out, first, second = desk.started_for_two()
    now = office.get(VENDOR, f"/agreements/{first}")
    assert (now["status"], now["version"], now["offer"]["version"]) == ("active", 1, 2)
    assert desk.progress(roll_out)["missing"] == {"controller": 2}
    assert office.accept(f"portal:{LILLEBROR}", first).status_code == 200
    assert office.get(VENDOR, f"/agreements/{first}")["version"] == 2
    assert office.get(VENDOR, f"/agreements/{second}")["version"] == 1
    lines = desk.lines(roll_out)
    assert [lines[each]["state"] for each in (first, second)] == ["accepted", "offered"]
    assert lines[second]["missing"] == ["controller"]
    assert lines[second]["customer"]["legal_name"]


def test_without_a_signatory_each_new_version_waits_for_the_processor_too(desk: Desk) -> None:
    office = desk.office
    [one] = several(office, 1)
    roll_out = desk.begun(desk.template())
    desk.start(roll_out, acceptance=None)
    assert desk.lines(roll_out)[one]["missing"] == ["controller", "processor"]
    office.accept(f"portal:{LILLEBROR}", one)
    assert desk.lines(roll_out)[one]["missing"] == ["processor"]
    office.accept(VENDOR, one)
    assert desk.lines(roll_out)[one]["state"] == "accepted"


def test_it_is_over_when_nothing_more_is_waited_for_and_the_vendor_is_told_in_numbers(
    desk: Desk,
) -> None:
    office = desk.office
    roll_out, first, second = desk.started_for_two()
    office.accept(f"portal:{LILLEBROR}", first)
    refusal = {"reason": "Our lawyer wants other words."}
    answer = office.post(f"portal:{NORDBO}", f"/agreements/{second}/reject", refusal)
    assert answer.status_code == 200
    desk.work()
    found = desk.progress(roll_out)
    assert found["roll_out"]["status"] == "done"
    assert found["counts"] == {"accepted": 1, "refused": 1}
    [told] = office.deps.ledger.entries(f"roll_out:{roll_out}")
    assert (told.type, (told.data or {})["counts"]) == (
        "roll_out.over", {"accepted": 1, "refused": 1},
    )  # fmt: skip


def test_an_offer_that_lapses_or_an_agreement_that_ends_is_waited_for_no_longer(
    desk: Desk,
) -> None:
    office = desk.office
    roll_out, first, second = desk.started_for_two()
    assert office.terminate(VENDOR, second, "2027-06-01").status_code == 200
    office.clock.at += timedelta(days=61)
    run_clock(office.deps)
    lines = desk.lines(roll_out)
    assert [lines[each]["state"] for each in (first, second)] == ["lapsed", "ended"]


def test_who_cannot_get_it_is_named_with_the_reason(desk: Desk) -> None:
    office = desk.office
    waits = office.active(NORDBO, products=["waits"])
    office.post(VENDOR, f"/agreements/{waits}/amendments", {"deletion_days": 3})
    ends = office.active(NORDBO, products=["ends"])
    office.terminate(VENDOR, ends, "2027-06-01")
    new = office.offered(LILLEBROR, products=["new"])
    foreign = office.active(LILLEBROR, products=["foreign"], language="en")
    roll_out = desk.begun(desk.template(published=None), contents="keep")
    lines = desk.lines(roll_out)
    codes = {each: [it["code"] for it in lines[each]["reasons"]] for each in lines}
    assert codes[waits] == ["offer-waits"]
    assert codes[ends] == ["termination-scheduled"]
    assert codes[new] == ["not-binding"]
    assert lines[foreign]["state"] == "able"
    assert desk.progress(roll_out)["reasons"]["offer-waits"] == 1


def test_no_agreement_gets_contents_in_another_language_than_its_own(desk: Desk) -> None:
    office = desk.office
    foreign = office.active(LILLEBROR, products=["foreign"], language="en")
    template = template_body()
    template["published"] = {**template["published"], "contents_language": "da", "texts": {},
                             "language": {"default": "da", "by_country": {}}}  # fmt: skip
    roll_out = desk.begun(desk.template(published=template["published"]))
    [reason] = desk.lines(roll_out)[foreign]["reasons"]
    assert reason["code"] == "language-missing"


def test_a_second_roll_out_of_the_same_template_offers_nothing_twice(desk: Desk) -> None:
    office = desk.office
    first, second = several(office, 2)
    template = desk.template()
    desk.started(template)
    office.accept(f"portal:{LILLEBROR}", first)
    again = desk.begun(template, choice={"agreement_ids": [first, second]})
    lines = desk.lines(again)
    assert lines[first]["reasons"][0]["code"] == "has-it-already"
    assert lines[second]["reasons"][0]["code"] == "offer-waits"


@contextmanager
def killed_after(monkeypatch: pytest.MonkeyPatch, count: int) -> Iterator[None]:
    """The process ends after so many offers, in the middle of the transaction of the next one."""
    done: list[Any] = []

    def save_until_then(*args: Any) -> Any:
        saved = save(*args)
        if len(done) == count:
            raise Killed
        done.append(saved)
        return saved

    with monkeypatch.context() as patched:
        patched.setattr(roll_out_steps, "save", save_until_then)
        yield


def test_what_a_killed_process_began_the_next_one_ends_without_doubles(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = desk.office
    all_of_them = several(office, 4)
    roll_out = desk.begun(desk.template())
    with killed_after(monkeypatch, 2), pytest.raises(Killed):
        desk.start(roll_out)
    desk.work()
    for each in all_of_them:
        assert office.types(each).count("offered") == 2  # the agreement itself, and this
        assert office.get(VENDOR, f"/agreements/{each}")["latest_version"] == 2
    assert desk.progress(roll_out)["counts"] == {"offered": 4}


def test_what_is_accepted_stays_when_it_is_stopped_and_the_rest_is_taken_back(
    desk: Desk,
) -> None:
    office = desk.office
    roll_out, first, second = desk.started_for_two()
    office.accept(f"portal:{LILLEBROR}", first)
    assert desk.stop(roll_out).status_code == 200
    desk.work()
    assert desk.progress(roll_out)["counts"] == {"accepted": 1, "taken_back": 1}
    assert desk.progress(roll_out)["roll_out"]["status"] == "stopped"
    left = office.get(VENDOR, f"/agreements/{second}")
    assert (left["version"], left["offer"]) == (1, None)
    assert left["refusal"]["reason"] == "A clause is wrong."
    assert desk.stop(roll_out).get_json()["code"] == "roll-out-over"


def test_one_that_is_stopped_before_its_start_offers_nothing(desk: Desk) -> None:
    several(desk.office, 2)
    roll_out = desk.begun(desk.template())
    desk.stop(roll_out)
    desk.work()
    assert desk.progress(roll_out)["counts"] == {"taken_back": 2}
    refused = desk.office.post(VENDOR, f"/roll-outs/{roll_out}/start", {"acceptance": None})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "roll-out-not-ready")


def test_customers_are_reminded_on_the_days_that_the_vendor_chose(desk: Desk) -> None:
    office = desk.office
    _, first, second = desk.started_for_two(remind_after_days=[3, 10])
    office.accept(f"portal:{LILLEBROR}", first)
    counts = []
    for _ in range(14):
        office.clock.at += timedelta(days=1)
        desk.work()
        desk.work()
        counts.append(office.types(second).count("reminded"))
    assert counts == [0, 0, *[1] * 7, *[2] * 5]
    assert "reminded" not in office.types(first)


def test_nobody_else_sees_starts_or_stops_it(desk: Desk) -> None:
    several(desk.office, 1)
    roll_out = desk.begun(desk.template())
    asked = [("GET", "", None), ("GET", "/agreements", None),
             ("POST", "/start", {"acceptance": None}),
             ("POST", "/stop", {"reason": "No."})]  # fmt: skip
    for method, path, body in asked:
        answer = desk.office.ask(RIVAL, method, f"/roll-outs/{roll_out}{path}", json=body)
        assert answer.status_code == 404
    desk.work()
    assert desk.progress(roll_out)["roll_out"]["status"] == "ready"
    assert desk.office.get(RIVAL, "/roll-outs")["items"] == []


def test_no_agreement_of_another_vendor_is_chosen(desk: Desk) -> None:
    [own] = several(desk.office, 1)
    theirs = desk.office.post(RIVAL, "/agreements", agreement_body(NORDBO)).get_json()["id"]
    desk.office.post(RIVAL, f"/agreements/{theirs}/offer")
    roll_out = desk.begun(desk.template(), choice={"agreement_ids": [own, theirs]})
    assert list(desk.lines(roll_out)) == [own]


def test_an_agreement_that_always_fails_holds_up_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = desk.office
    bad, good = several(office, 2)

    def read_all_but_one(version: Any) -> Any:
        if version.agreement_id == bad:
            raise RuntimeError("this one cannot be read")
        return read(version)

    monkeypatch.setattr(roll_out_steps, "read", read_all_but_one)
    roll_out = desk.begun(desk.template())
    for _ in range(14):
        office.clock.at += timedelta(minutes=6)
        desk.work()
    assert desk.progress(roll_out)["roll_out"]["status"] == "ready"
    lines = desk.lines(roll_out)
    assert [lines[each]["state"] for each in (bad, good)] == ["unable", "able"]


def test_too_many_at_once_and_what_names_nothing_are_refused(desk: Desk) -> None:
    template = desk.template()
    refused = desk.office.post(VENDOR, "/roll-outs", {"template_id": template, "choice": {}})
    assert refused.status_code == 422
    for _ in range(5):
        desk.begun(template, choice={"product": STAYS})
    body = {"template_id": template, "choice": {"product": STAYS}}
    assert desk.office.post(VENDOR, "/roll-outs", body).get_json()["code"] == "too-many-roll-outs"
