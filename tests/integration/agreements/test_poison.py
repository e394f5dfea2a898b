"""An agreement that the clock cannot read is set aside, and the others have their days."""

from __future__ import annotations

from datetime import timedelta

from services.agreements.tasks import run_clock
from shared.failures import FailedJobs
from tests.integration.agreements.office import LILLEBROR, NORDBO, VENDOR, Office

UNREADABLE = {"$rename": {"processor.legal_name": "processor.was_legal_name"}}
READABLE = {"$rename": {"processor.was_legal_name": "processor.legal_name"}}


def long_enough(office: Office) -> None:
    """Until whatever fails each time has been set aside."""
    for _ in range(14):
        run_clock(office.deps)
        office.clock.at += timedelta(minutes=6)


def set_aside(office: Office) -> list[str]:
    return [each.job for each in FailedJobs(office.deps.mongo).all() if each.is_set_aside]


def spoilt(office: Office, agreement_id: str) -> None:
    agreements = office.deps.mongo.db["agreements"]
    assert agreements.update_one({"_id": agreement_id}, UNREADABLE).modified_count == 1


def mended(office: Office, agreement_id: str, job: str) -> None:
    office.deps.mongo.db["agreements"].update_one({"_id": agreement_id}, READABLE)
    assert FailedJobs(office.deps.mongo, office.clock).revive("agreements.clock", job) == 1
    run_clock(office.deps)


def test_an_agreement_that_cannot_be_read_lets_the_others_end(office: Office) -> None:
    bad, good = office.active(NORDBO), office.active(LILLEBROR)
    for each, day in ((bad, "2026-12-01"), (good, "2026-12-02")):
        assert office.terminate(VENDOR, each, day).status_code == 200
    office.clock.at += timedelta(days=30)
    spoilt(office, bad)

    long_enough(office)

    assert office.get(VENDOR, f"/agreements/{good}")["status"] == "terminated"
    assert office.get(VENDOR, f"/agreements/{good}")["set_aside"] is None
    assert set_aside(office) == [bad]
    office.deps.mongo.db["agreements"].update_one({"_id": bad}, READABLE)
    for who in (VENDOR, f"portal:{NORDBO}"):
        told = office.get(who, f"/agreements/{bad}")["set_aside"]
        assert told["since"].endswith("Z")
        assert told["reason"].startswith("It failed 12 times in a row")
        assert "legal_name" not in told["reason"]
    listed = office.get(VENDOR, "/agreements")["items"]
    assert {each["id"]: each["set_aside"] is not None for each in listed} == {
        bad: True,
        good: False,
    }
    spoilt(office, bad)
    mended(office, bad, bad)
    assert office.get(VENDOR, f"/agreements/{bad}")["set_aside"] is None
    assert office.get(VENDOR, f"/agreements/{bad}")["status"] == "terminated"
    assert list(FailedJobs(office.deps.mongo).all()) == []


def test_an_ended_agreement_that_cannot_be_read_leaves_the_new_period_to_the_others(
    office: Office,
) -> None:
    ids = sorted([office.active(NORDBO), office.active(LILLEBROR)])
    for each in ids:
        office.terminate(VENDOR, each, "2026-11-22")
    spoilt(office, ids[0])
    answer = office.ask(VENDOR, "PUT", "/retention", json={"retention_years": 2},
                        headers={"If-Match": '"r0"'})  # fmt: skip
    assert answer.status_code == 200

    long_enough(office)

    agreements = office.deps.mongo.db["agreements"]
    erased_on = {each["_id"]: each["erase_on"] for each in agreements.find()}
    assert [erased_on[each][:4] for each in ids] == ["2031", "2028"]
    [job] = set_aside(office)
    mended(office, ids[0], job)
    [agreement] = agreements.find({"_id": ids[0]})
    assert agreement["erase_on"][:4] == "2028"
