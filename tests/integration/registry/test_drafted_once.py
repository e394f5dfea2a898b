"""No import drafts an entry that another import of the register has drafted already."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from services.registry.model.imports import Import
from services.registry.schemas.imports import content_of
from services.registry.use_cases.importing import advance
from tests import builders
from tests.integration.registry.importing import begin, drafts, report, taken, work
from tests.vendor import Vendor

NAMES = [f"Host {n} A/S" for n in range(20)]
LIST = "Name,Purpose,Location\n" + "".join(f"{name},Hosting,Denmark\n" for name in NAMES)
OTHERWISE = LIST.replace("Host 7 A/S,Hosting", "Host 7 A/S,Backup")


def at_once(vendor: Vendor, *import_ids: str) -> None:
    """One step of each import; all of them read the register before one of them writes."""
    barrier = Barrier(len(import_ids))
    deps = vendor.stack.registry

    def met(members: Mapping[str, Any], instruments: Any) -> dict[str, Any]:
        if members["legal_name"] == NAMES[0]:
            barrier.wait(30)
        return content_of(members, instruments)

    jobs = [deps.stores.imports.get(import_id) for import_id in import_ids]
    with ThreadPoolExecutor(len(jobs)) as pool:
        list(pool.map(lambda job: advance(deps, job, met), jobs))
    work(vendor)


def names(vendor: Vendor) -> list[str]:
    return sorted(each["sub_processor"]["legal_name"] for each in drafts(vendor))


def test_the_same_file_in_two_imports_at_once_is_drafted_once(vendor: Vendor) -> None:
    both = [begin(vendor, LIST), begin(vendor, LIST)]
    at_once(vendor, *both)

    assert names(vendor) == sorted(NAMES)
    told = [report(vendor, each) for each in both]
    assert sorted((each["drafted"], each["unchanged"]) for each in told) == [(0, 20), (20, 0)]


def test_a_later_import_names_the_draft_that_says_the_same(vendor: Vendor) -> None:
    taken(vendor, LIST)
    again = taken(vendor, LIST)

    row = vendor.must("GET", f"/imports/{again['id']}/rows?state=unchanged")["items"][0]
    first = next(each for each in drafts(vendor)
                 if each["sub_processor"]["legal_name"] == NAMES[0])  # fmt: skip
    assert (again["status"], again["unchanged"]) == ("done", 20)
    assert row["remarks"][-1] == f"Change {first['id']} of another import drafts the same."


@pytest.mark.parametrize("dry_run", ["true", "false"])
def test_a_row_that_says_otherwise_than_a_draft_is_refused_with_it(
    vendor: Vendor, dry_run: str
) -> None:
    taken(vendor, LIST)
    told = taken(vendor, OTHERWISE, dry_run=dry_run)

    (refused,) = told["refused"]
    assert (refused["row"], refused["code"], told["unchanged"]) == (8, "already-drafted", 19)
    assert any(each["id"] in refused["detail"] for each in drafts(vendor))
    assert names(vendor) == sorted(NAMES)


def test_what_was_discarded_can_be_imported_again(vendor: Vendor) -> None:
    taken(vendor, LIST)
    gone = drafts(vendor)[3]
    assert (
        vendor.ask("DELETE", f"/changes/{gone['id']}", headers={"If-Match": "*"}).status_code == 204
    )

    told = taken(vendor, LIST)

    assert (told["drafted"], told["unchanged"]) == (1, 19)
    assert names(vendor) == sorted(NAMES)


def test_what_is_announced_for_a_later_day_is_not_drafted_for_an_earlier_one(
    vendor: Vendor,
) -> None:
    body = [builders.sub_processor(legal_name="Later A/S")]
    told = taken(vendor, body, effective_on="2027-06-01")
    (draft,) = drafts(vendor)
    assert told["drafted"] == 1
    vendor.must("POST", f"/changes/{draft['id']}/announce")

    again = taken(vendor, body, effective_on="2027-03-01")

    assert (again["drafted"], again["unchanged"], drafts(vendor)) == (0, 1, [])


def test_two_lists_that_alter_one_entry_draft_one_modification(vendor: Vendor) -> None:
    entry = builders.sub_processor(legal_name="Kept A/S")
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [entry]})
    (kept,) = vendor.must("GET", "/sub-processors")["items"]
    by_name = [{**entry, "retention": "7 days"}]
    by_id = [{**entry, "retention": "7 days", "id": kept["id"]}]

    first, second = taken(vendor, by_name), taken(vendor, by_id)

    assert [each["kind"] for each in drafts(vendor)] == ["modify"]
    assert (first["drafted"], second["drafted"], second["unchanged"]) == (1, 0, 1)


def test_a_list_that_was_altered_while_rows_were_read_is_read_again(vendor: Vendor) -> None:
    """The entry is taken over between the reading of the list and the writing of drafts."""
    import_id = begin(vendor, LIST)
    deps = vendor.stack.registry
    entry = builders.sub_processor(legal_name=NAMES[0])
    body = {"valid_from": "2026-01-01", "sub_processors": [entry]}
    once = [body]

    def check(members: Mapping[str, Any], instruments: Any) -> dict[str, Any]:
        while once:
            vendor.stack.pass_time(seconds=1)
            vendor.must("POST", "/baseline", once.pop())
        return content_of(members, instruments)

    job: Import = deps.stores.imports.get(import_id)
    advance(deps, job, check)
    assert drafts(vendor) == []
    work(vendor)

    kinds = {each["sub_processor"]["legal_name"]: each["kind"] for each in drafts(vendor)}
    assert (kinds.pop(NAMES[0]), set(kinds.values())) == ("modify", {"add"})


def test_an_entry_that_ends_while_rows_were_read_is_not_modified(vendor: Vendor) -> None:
    """Its removal is announced between the reading of the list and the writing of drafts."""
    entry = builders.sub_processor(legal_name=NAMES[0])
    vendor.must("POST", "/baseline", {"valid_from": "2026-01-01", "sub_processors": [entry]})
    (kept,) = vendor.must("GET", "/sub-processors")["items"]
    import_id = begin(vendor, LIST)
    deps = vendor.stack.registry
    once = [kept["id"]]

    def check(members: Mapping[str, Any], instruments: Any) -> dict[str, Any]:
        while once:
            vendor.stack.pass_time(seconds=1)
            vendor.announced(30, kind="remove", sub_processor_id=once.pop(), sub_processor=None)
        return content_of(members, instruments)

    advance(deps, deps.stores.imports.get(import_id), check)
    assert drafts(vendor) == []
    work(vendor)

    assert {each["kind"] for each in drafts(vendor)} == {"add"}
    assert names(vendor) == sorted(NAMES)


def test_a_file_that_changes_after_its_rehearsal_is_decided_as_it_is_now(vendor: Vendor) -> None:
    rehearsed = taken(vendor, LIST, dry_run="true")
    told = taken(vendor, OTHERWISE)

    assert (rehearsed["drafted"], told["drafted"]) == (20, 20)
    [changed] = [each["sub_processor"] for each in drafts(vendor)
                 if each["sub_processor"]["legal_name"] == "Host 7 A/S"]  # fmt: skip
    assert list(changed["purpose"].values()) == ["Backup"]
