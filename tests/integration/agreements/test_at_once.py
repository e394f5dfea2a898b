"""Things that happen at the same moment have one effect, and the watermark misses nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

from werkzeug.test import TestResponse

from tests.builders import notice_terms
from tests.integration.agreements.office import LILLEBROR, NORDBO, VENDOR, Office

PORTAL = f"portal:{NORDBO}"
MOVING = ("activated", "amended", "terminated", "expired")


def at_once(*asks: Callable[[], TestResponse]) -> list[TestResponse]:
    """The answers to requests that start together."""
    barrier = Barrier(len(asks))

    def run(ask: Callable[[], TestResponse]) -> TestResponse:
        barrier.wait()
        return ask()

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(run, asks))


def codes(answers: list[TestResponse]) -> Counter[Any]:
    return Counter((each.get_json() or {}).get("code", "ok") for each in answers)


def test_both_parties_accepting_at_once_activate_it_once(office: Office) -> None:
    agreement_id = office.offered()
    answers = at_once(
        lambda: office.accept(PORTAL, agreement_id), lambda: office.accept(VENDOR, agreement_id)
    )
    assert codes(answers) == {"ok": 2}
    assert office.types(agreement_id)[2:] == ["accepted", "accepted", "activated"]
    assert office.notice_terms()["version"] == 1


def test_one_party_accepting_many_times_at_once_accepts_once(office: Office) -> None:
    agreement_id = office.offered()
    answers = at_once(*[lambda: office.accept(PORTAL, agreement_id)] * 6)
    assert codes(answers) == {"ok": 1, "already-accepted": 5}
    assert office.types(agreement_id) == ["drafted", "offered", "accepted"]


def test_of_two_agreements_for_one_product_activated_at_once_one_wins(office: Office) -> None:
    for _ in range(5):
        both = [office.offered(products=["a", "b"]), office.offered(products=["b", "c"])]
        for each in both:
            office.accept(VENDOR, each)
        answers = at_once(*[partial(office.accept, PORTAL, each) for each in both])
        assert codes(answers) == {"ok": 1, "agreement-in-force": 1}
        active = office.get(VENDOR, f"/agreements?status=active&controller_id={NORDBO}")["items"]
        assert len(active) == 1
        office.terminate(VENDOR, active[0]["id"], "2026-11-22")


def test_an_acceptance_and_a_rejection_at_once_leave_one_story(office: Office) -> None:
    agreement_id = office.offered()
    office.accept(VENDOR, agreement_id)
    path = f"/agreements/{agreement_id}/reject"
    answers = at_once(
        lambda: office.accept(PORTAL, agreement_id),
        lambda: office.post(VENDOR, path, {"reason": "Taken back."}),
    )
    assert sorted(each.status_code for each in answers) == [200, 409]
    status = office.get(VENDOR, f"/agreements/{agreement_id}")["status"]
    assert (status == "active") == (answers[0].status_code == 200)


def test_an_answer_to_a_repeated_request_is_replayed(office: Office) -> None:
    agreement_id = office.offered()
    body = {"name": "Bo Lund", "title": "Director", "email": "bo@example.test"}
    answers = [
        office.ask(PORTAL, "POST", f"/agreements/{agreement_id}/accept", json=body,
                   headers={"Idempotency-Key": "once"})
        for _ in range(2)
    ]  # fmt: skip
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].get_data() == answers[1].get_data()


def test_the_watermark_grows_by_one_with_each_entry_that_moves_customers(office: Office) -> None:
    lives = [office.offered(products=[f"p{each}"]) for each in range(3)]
    lives += [office.offered(LILLEBROR, notice_terms=notice_terms(notice_days=10), products=["q"])]
    for each, controller in zip(lives, [NORDBO] * 3 + [LILLEBROR], strict=True):
        office.accept(f"portal:{controller}", each)
    at_once(*[partial(office.accept, VENDOR, each) for each in lives])
    for each in lives[:2]:
        more = {"notice_terms": notice_terms(notice_days=45)}
        office.post(VENDOR, f"/agreements/{each}/amendments", more)
        office.accept_by_both(each)
    office.terminate(VENDOR, lives[0], "2026-11-22")
    marks = [
        entry["data"]["recipients_version"]
        for each in lives
        for entry in office.told(each)
        if entry["type"].partition(".")[2] in MOVING
    ]
    assert sorted(marks) == list(range(1, 8))
    assert office.notice_terms()["version"] == 7


def test_the_counts_of_notice_terms_equal_a_recount(office: Office) -> None:
    lives = [office.active(products=[f"p{each}"]) for each in range(3)]
    lives.append(office.active(LILLEBROR, notice_terms=notice_terms(notice_days=10)))
    office.post(VENDOR, f"/agreements/{lives[0]}/amendments",
                {"notice_terms": notice_terms(notice_days=10)})  # fmt: skip
    office.accept_by_both(lives[0])
    office.terminate(VENDOR, lives[1], "2026-11-22")
    office.terminate(VENDOR, lives[2], "2026-12-22")
    told = office.notice_terms()["groups"]
    active = office.get(VENDOR, "/agreements?status=active")["items"]
    recount = Counter(each["notice_terms"]["notice_days"] for each in active)
    assert {each["terms"]["notice_days"]: each["agreements"] for each in told} == recount
    assert recount == {10: 2, 30: 1}
    for each in (lives[0], lives[2], lives[3]):
        office.terminate(VENDOR, each, "2026-11-22")
    assert {each["agreements"] for each in office.notice_terms()["groups"]} == {1}


def test_the_order_of_fields_and_the_persons_do_not_split_a_group(office: Office) -> None:
    office.active()
    office.active(LILLEBROR, notice_terms=notice_terms(contacts=[], channels=["email"]))
    (group,) = office.notice_terms()["groups"]
    assert group["agreements"] == 2
    assert set(group["terms"]) == {
        "notice_days", "objection_days", "day_kind", "holidays", "receipt_rule", "silence",
    }  # fmt: skip


def test_the_relation_tells_which_terms_held_from_which_watermark(office: Office) -> None:
    path = f"/relation?processor_id={VENDOR}&controller_id={NORDBO}"
    assert office.ask("service:", "GET", path).status_code == 404
    agreement_id = office.offered()
    assert office.ask("service:", "GET", path).status_code == 404
    office.accept_by_both(agreement_id)
    more = {"notice_terms": notice_terms(notice_days=45)}
    office.post(VENDOR, f"/agreements/{agreement_id}/amendments", more)
    office.accept_by_both(agreement_id)
    office.terminate(VENDOR, agreement_id, "2026-11-22")
    told = office.get("service:", path)
    assert (told["agreement_id"], told["status"]) == (agreement_id, "terminated")
    days = [(each["terms"] or {}).get("notice_days") for each in told["history"]]
    assert [each["since_version"] for each in told["history"]] == [1, 2, 3]
    assert days == [30, 45, None]
    assert told["history"][-1]["key"] is None
    assert len(told["agreements"]) == 1
