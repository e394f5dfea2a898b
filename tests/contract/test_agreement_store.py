"""What every store of agreements does, on mongomock and on a real MongoDB alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import mongomock
import pytest

from services.agreements.contract.contents import Content, Group, Party, group_of
from services.agreements.contract.wording import built_in_templates
from services.agreements.model import life
from services.agreements.model.agreement import Agreement, Claim, Version
from services.agreements.model.document import make_version
from services.agreements.model.tally import Profile, Share, difference_of, tally
from services.agreements.store import INDEXES
from services.agreements.store.agreements import Agreements
from services.agreements.store.templates import Templates
from services.agreements.store.terms import BindingClaims, NoticeGroups, Profiles
from services.agreements.store.versions import Versions
from shared.documents import from_wire
from shared.errors import NotFound, PreconditionFailed
from shared.mongo import Mongo
from shared.pagination import PageRequest
from shared.scope import Cover
from tests.builders import agreement_content, notice_terms

AT = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)


@pytest.fixture(params=["mongomock", "mongodb"])
def database(request: pytest.FixtureRequest) -> Mongo:
    if request.param == "mongodb":
        found: Mongo = request.getfixturevalue("mongo")
    else:
        found = Mongo(mongomock.MongoClient(), "test")
    found.ensure_indexes(INDEXES)
    return found


def content(**more: Any) -> Content:
    return from_wire(Content, agreement_content(**more))


def version(number: int = 1, agreement_id: str = "agr_1", controller: str = "org_c") -> Version:
    parties = (Party("org_v", "v", "Vendor"), Party(controller, "c", "Customer"))
    return make_version(
        agreement_id, number, parties, content(), built_in_templates()[0], at=AT, by="cli"
    )


def agreement(agreement_id: str = "agr_1", **more: Any) -> Agreement:
    return replace(life.drafted(version(1, agreement_id)), **more)


def test_what_is_added_is_found_as_it_was(database: Mongo) -> None:
    store, made = Agreements(database), life.offered(agreement(), AT, AT.date())
    made = life.recorded(replace(made, status="active", ends_on=date(2027, 1, 1)), 3)
    store.add(None, made)
    assert store.get(None, made.id) == made
    with pytest.raises(NotFound):
        store.get(None, "agr_2")


def test_the_slower_of_two_changes_is_refused(database: Mongo) -> None:
    store = Agreements(database)
    store.add(None, agreement())
    changed = replace(agreement(), status="offered", revision=2)
    store.replace(None, changed)
    with pytest.raises(PreconditionFailed):
        store.replace(None, changed)


def test_only_what_is_due_is_due(database: Mongo) -> None:
    store, day = Agreements(database), date(2026, 12, 1)
    for number, offset in enumerate((-1, 0, 1)):
        ends_on = day + timedelta(days=offset)
        store.add(None, agreement(f"agr_{number}", status="active", ends_on=ends_on))
    store.add(None, agreement("agr_3", status="active"))
    store.add(None, agreement("agr_4", status="terminated", ends_on=day))
    assert store.due(day, 10) == ["agr_0", "agr_1"]
    assert store.due(day, 1) == ["agr_0"]


def test_agreements_of_two_parties_come_newest_first(database: Mongo) -> None:
    store = Agreements(database)
    for each in ("agr_1", "agr_3", "agr_2"):
        store.add(None, agreement(each))
    store.add(None, life.drafted(version(1, "agr_9", controller="org_other")))
    assert [each.id for each in store.between("org_v", "org_c")] == ["agr_3", "agr_2", "agr_1"]


def test_versions_page_in_their_order(database: Mongo) -> None:
    store = Versions(database)
    for number in (10, 2, 1):
        store.add(None, version(number))
    page = store.page("agr_1", PageRequest(limit=2))
    assert [each.version for each in page.items] == [1, 2]
    rest = store.page("agr_1", PageRequest(limit=2, cursor=page.next_cursor))
    assert [each.version for each in rest.items] == [10]
    assert store.get(None, "agr_1", 2) == version(2)
    with pytest.raises(NotFound):
        store.get(None, "agr_1", 3)


def test_seeding_templates_again_changes_nothing(database: Mongo) -> None:
    store, built_in = Templates(database), built_in_templates()
    store.seed(built_in)
    store.seed([replace(each, name="Changed") for each in built_in])
    assert store.find(built_in[0].id) == built_in[0]
    store.add(replace(built_in[0], id="tpl_own", owner="org_v"))
    assert len(store.page(["", "org_v"], PageRequest()).items) == len(built_in) + 1
    assert len(store.page(["", "org_w"], PageRequest()).items) == len(built_in)


def test_groups_are_counted_and_versions_never_repeat(database: Mongo) -> None:
    store = NoticeGroups(database)
    one = group_of(content())
    other = group_of(content(notice_terms=notice_terms(notice_days=10)))
    moves = [(None, one), (None, one), (one, other), (other, other), (one, None), (None, None)]
    assert [move(store, *each) for each in moves] == [1, 2, 3, 4, 5, 6]
    told = store.read("org_v")
    assert (told["version"], told["customers"]) == (6, 1)
    assert [(each["key"], each["agreements"]) for each in told["groups"]] == [(other.key, 1)]
    assert store.read("org_w") == {"version": 0, "customers": 0, "groups": []}


def test_profiles_are_counted_by_customer_and_forgotten_with_the_last(database: Mongo) -> None:
    store = Profiles(database)
    covers = Cover(("crm", "erp"), date(2026, 12, 1)), Cover(ends_on=date(2026, 12, 20))
    two, one = Profile("a", covers), Profile("b", (Cover(),))
    store.move(None, "org_v", {two: 1, one: 2})
    store.move(None, "org_w", {one: 1})
    store.move(None, "org_v", {two: 1, one: -1})
    assert store.of("org_v") == {two: 2, one: 1}
    store.move(None, "org_v", {one: -1})
    assert store.of("org_v") == {two: 2}
    assert store.of("org_w") == {one: 1}


def move(store: NoticeGroups, leaves: Group | None, joins: Group | None) -> int:
    """Count an agreement of a customer that has no other."""
    was, now = ([Share(each.key, Cover())] if each else [] for each in (leaves, joins))
    steps = difference_of(tally(was), tally(now))
    return store.move(None, "org_v", steps, joins)


def test_what_is_in_force_between_two_parties_is_remembered(database: Mongo) -> None:
    store, one = BindingClaims(database), agreement(status="active")
    assert store.between(None, one) == {}
    store.record(None, one)
    assert store.between(None, agreement("agr_2")) == {"agr_1": Claim(("case-system",))}
    first, after = date(2026, 12, 1), date(2027, 1, 1)
    store.record(None, replace(one, begins_on=first, ends_on=after))
    assert store.between(None, one) == {"agr_1": Claim(("case-system",), first, after)}
    crm = Share(group_of(content()).key, Cover(("case-system",), first, after))
    assert store.others(None, agreement("agr_2")).shares == (crm,)
    org = one.controller.id
    found = store.profiles(None, one.processor.id, [org, "org_stranger"])
    assert found == {org: [Profile(crm.key, (crm.cover,))]}
    store.record(None, replace(one, status="terminated"))
    assert store.between(None, one) == {}


def test_a_customer_that_an_earlier_version_counted_has_no_counted_profile(
    database: Mongo,
) -> None:
    store, one = BindingClaims(database), agreement(status="active")
    store.record(None, one)
    database.db["in_force"].update_one({}, {"$unset": {"profiled": ""}})
    others = store.others(None, agreement("agr_2"))
    assert (len(others.shares), others.profiles()) == (1, {})
    assert store.profiles(None, one.processor.id, [one.controller.id]) == {}
    store.record(None, one)
    assert len(store.others(None, agreement("agr_2")).profiles()) == 1
