"""Every line of golden_scope.txt: whom a change concerns; and that counts go by the same rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.model.changes import Audience, Change, Group
from services.registry.model.scopes import Profile, concerned, profiles_by_group, scope_of
from shared.scope import Cover, Scope, Side
from tests.unit.registry.golden import Case, listed, rows

CUSTOMER, DAY = "org_customer", date(2026, 12, 24)
CASES = [case for case in rows("golden_scope.txt") if not case[0].startswith("==")]
PRODUCTS = ("crm", "erp", "hr")


def content(cell: str) -> dict[str, Any] | None:
    return None if cell == "-" else {"products": products(cell)}


def products(cell: str) -> list[str]:
    return [] if cell == "all" else listed(cell)


def cover(named: str, runs: str) -> Cover:
    words = runs.split()
    days = dict(zip(words[::2], words[1::2], strict=False))
    begins_on, ends_on = (days.get(word) for word in ("from", "until"))
    return Cover(
        tuple(products(named)),
        date.fromisoformat(begins_on) if begins_on else None,
        date.fromisoformat(ends_on) if ends_on else None,
    )


def change(before: Any, after: Any, effective_on: date, *, replaces: bool = False) -> Change:
    kind: Any = "modify" if before and after else "add" if after else "remove"
    at = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    return Change(
        "chg_1", "org_1", "replace" if replaces else kind, "sub_new" if replaces else "sub_old",
        effective_on, "Needed", at, content=after, previous=before,
        replaces_id="sub_old" if replaces else None,
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case[-1] for case in CASES])
def test_a_change_concerns_whom_the_table_says(case: Case) -> None:
    before, after, excluded, named, runs, effective_on, verdict, _ = case
    day, replaces = date.fromisoformat(effective_on), excluded == "before" and after != "-"
    exclusions = {} if excluded == "-" else {"sub_old": [CUSTOMER]}
    scope = scope_of([change(content(before), content(after), day, replaces=replaces)], exclusions)
    assert scope.concerns(cover(named, runs), CUSTOMER) is (verdict == "concerned")


def test_a_replacement_has_the_old_entry_and_the_new_one_as_sides() -> None:
    old, new = {"products": ["crm"]}, {"products": ["erp"]}
    exclusions = {"sub_old": ["org_a"], "sub_new": ["org_b"]}
    assert scope_of([change(old, new, DAY, replaces=True)], exclusions) == Scope(
        DAY, (Side(("crm",), ("org_a",)), Side(("erp",), ("org_b",)))
    )


days = st.integers(-5, 60).map(lambda number: DAY + timedelta(number))
named = st.sets(st.sampled_from(PRODUCTS)).map(lambda each: tuple(sorted(each)))
covers = st.builds(Cover, named, st.none() | days, st.none() | days)
customers = st.sampled_from(("org_a", "org_b", "org_c"))
sides = st.builds(Side, named, st.lists(customers, max_size=2).map(tuple))
scopes = st.builds(Scope, days, st.lists(sides, min_size=1, max_size=2).map(tuple))
# Customers of one group: the covers of the agreements of each.
groups = st.lists(st.tuples(customers, st.lists(covers, min_size=1, max_size=3)), max_size=6)


def profiles_of(group: Sequence[tuple[str, list[Cover]]]) -> list[Profile]:
    return [Profile(tuple(each), customer_id=customer) for customer, each in group]


@given(scopes, groups, days)
def test_the_counts_of_a_group_are_those_of_its_agreements_one_by_one(
    scope: Scope, group: list[tuple[str, list[Cover]]], earliest: date
) -> None:
    one_by_one = [[scope.concerns(cover, customer) for cover in each] for customer, each in group]
    counts = concerned(scope, profiles_of(group), earliest)
    assert counts.agreements == sum(map(sum, one_by_one))
    assert counts.customers == sum(map(any, one_by_one))


@given(scopes, groups, days)
def test_the_first_day_allowed_keeps_each_promise_and_the_day_before_breaks_one(
    scope: Scope, group: list[tuple[str, list[Cover]]], earliest: date
) -> None:
    today = DAY - timedelta(10)
    counts = concerned(scope, profiles_of(group), today)
    terms = Group("a", {}, None, 1, today, None, earliest, "consent", covers=counts.covers)
    first = Audience(scope, (terms,), 1).allows_from or date.min

    def broken(day: date) -> bool:
        """Whether the change reaches somebody whom it concerns before its period is over."""
        return any(
            Scope(day, scope.sides).concerns(cover, customer) and cover.reached_on(day) < earliest
            for customer, each in group
            for cover in each
        )

    wished = [today + timedelta(number) for number in range(90)]
    assert not any(broken(day) for day in wished if day >= first)
    if first > today:
        assert broken(first - timedelta(1))


@given(scopes)
def test_a_scope_and_a_cover_read_back_are_the_same(scope: Scope) -> None:
    assert Scope.parse(scope.members()) == scope
    [profile] = profiles_by_group([
        {"key": "a", "covers": [Cover(("crm",), DAY, None).members()], "customers": 3,
         "customer_id": None}
    ])["a"]  # fmt: skip
    assert profile == Profile((Cover(("crm",), DAY, None),), 3)


def test_a_customer_that_was_asked_for_apart_keeps_its_id() -> None:
    told = {"key": "a", "covers": [], "customers": 1, "customer_id": CUSTOMER}
    assert profiles_by_group([told]) == {"a": [Profile((), 1, CUSTOMER)]}


def test_customers_with_the_same_covers_are_counted_each() -> None:
    alike = Profile((Cover(("crm",)), Cover(("crm",), DAY - timedelta(9))), customers=3)
    counts = concerned(Scope(DAY, (Side(("crm",)),)), [alike], DAY)
    assert (counts.agreements, counts.customers) == (6, 3)
