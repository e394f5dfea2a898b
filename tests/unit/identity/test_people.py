"""Persons and their memberships, links, sessions and passkeys, as each step leaves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.identity.model.links import Link, check_usable
from services.identity.model.passkeys import Passkey
from services.identity.model.people import (
    Membership,
    OrganisationOpen,
    Person,
    in_order,
    mailbox_of,
    membership_for,
    one_with,
)
from services.identity.model.providers import Attempt, ClaimNames, account_of, derived
from services.identity.model.sessions import Seen, seen_from
from shared.mailboxes import address_of

MADE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = MADE + timedelta(days=1)


def membership(org_id: str, *roles: str, joined: bool = True) -> Membership:
    at = MADE if joined else None
    return Membership(f"mbr_{org_id}", org_id, roles, "Ada", "en", MADE, "per_0", at)


A, B = membership("org_a", "owner"), membership("org_b", "reader")
WAITING = membership("org_c", "owner", joined=False)
ADA = Person("per_1", "ada@a.example", "Ada", "en", MADE, (A, B, WAITING))


def test_a_membership_is_found_by_its_organisation() -> None:
    assert (ADA.membership("org_b"), ADA.membership("org_x")) == (B, None)


@pytest.mark.parametrize(
    ("org_id", "owns"), [("org_a", True), ("org_b", False), ("org_c", False), ("org_x", False)]
)
def test_only_an_owner_who_has_joined_owns(org_id: str, owns: bool) -> None:
    assert ADA.owns(org_id) is owns


def test_a_new_membership_takes_the_place_of_that_in_the_same_organisation() -> None:
    other = replace(A, id="mbr_2", roles=("reader",))
    assert ADA.with_membership(other) == replace(ADA, memberships=(B, WAITING, other), revision=2)


def test_an_organisation_sees_its_own_membership_alone() -> None:
    assert ADA.within("org_b") == replace(ADA, memberships=(B,))


def test_who_leaves_an_organisation_stays_in_the_others() -> None:
    assert ADA.without("org_a") == replace(ADA, memberships=(B, WAITING), revision=2)


def test_who_uses_an_invitation_joins_and_proves_the_address() -> None:
    joined = replace(WAITING, joined_at=LATER)
    assert ADA.arrived(LATER, "org_c") == replace(
        ADA, memberships=(A, B, joined), verified_at=LATER, revision=2
    )
    assert ADA.arrived(LATER, "org_a").memberships == ADA.memberships
    assert ADA.arrived(LATER).memberships == ADA.memberships
    assert replace(ADA, verified_at=MADE).arrived(LATER).verified_at == MADE


def test_a_token_for_an_organisation_left_open_names_those_there_are() -> None:
    with pytest.raises(OrganisationOpen) as refused:
        membership_for(ADA, None)
    assert refused.value.context == {"organisations": ["org_a", "org_b"]}


@pytest.mark.parametrize(("days", "is_new"), [(0, True), (6.9, True), (7, False), (30, False)])
def test_a_member_is_new_for_seven_days(days: float, is_new: bool) -> None:
    assert A.is_new(MADE + timedelta(days=days)) is is_new
    assert WAITING.is_new(MADE) is False


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("Ada@A.example", "ada@a.example"),
        ("ada+2@a.example", "ada@a.example"),
        ("ada+2+3@a.example", "ada@a.example"),
        ("+2@a.example", "+2@a.example"),
    ],
)
def test_a_tag_leads_to_the_same_mailbox(email: str, mailbox: str) -> None:
    assert mailbox_of(email) == mailbox


def test_persons_of_one_mailbox_are_found_without_the_one_who_asks() -> None:
    tagged = replace(ADA, id="per_2", email="ada+2@a.example")
    other = replace(ADA, id="per_3", email="eve@a.example")
    assert one_with(ADA, [ADA, tagged, other]) == ["per_2"]


def test_each_role_is_kept_once_in_order() -> None:
    assert in_order(["reader", "owner", "reader"]) == ("owner", "reader")


def test_an_address_is_kept_in_small_letters() -> None:
    assert address_of(" Ada@Example.COM ") == "ada@example.com"


def test_a_link_that_is_good_is_returned_and_forgotten_a_month_after_its_end() -> None:
    link = Link("id", "sign_in", "per_1", MADE, LATER)
    assert check_usable(link, "sign_in", MADE) is link
    assert link.forget_at == LATER + timedelta(days=30)


def test_of_a_browser_what_stands_in_brackets_is_left_out() -> None:
    seen = seen_from("192.0.2.77", "Mozilla/5.0 (X11; Linux) Gecko (x) Firefox")
    assert seen == Seen("192.0.2.0/24", "Mozilla/5.0 Gecko Firefox")


KEY = Passkey("pky_1", "per_1", "AAAA", b"cose", 3, "Laptop", True, MADE)


@pytest.mark.parametrize(
    ("step", "left"),
    [
        (lambda: KEY.used(4, LATER), replace(KEY, uses=4, used_at=LATER, revision=2)),
        (lambda: KEY.copied(LATER), replace(KEY, copied_at=LATER, revision=2)),
        (lambda: KEY.renamed("Phone"), replace(KEY, name="Phone", revision=2)),
    ],
)
def test_each_step_of_a_passkey_leaves_the_rest_as_it_was(
    step: Callable[[], Passkey], left: Passkey
) -> None:
    assert step() == left


@pytest.mark.parametrize(
    ("org_id", "bound_to", "seconds", "fits"),
    [
        ("org_a", "browser", 599, True),
        ("org_a", "browser", 600, False),
        ("org_b", "browser", 0, False),
        ("org_a", "another", 0, False),
    ],
)
def test_an_attempt_fits_its_organisation_and_browser_for_ten_minutes(
    org_id: str, bound_to: str, seconds: int, fits: bool
) -> None:
    attempt = Attempt("digest", "org_a", "browser", MADE + timedelta(minutes=10))
    assert attempt.fits(org_id, bound_to, MADE + timedelta(seconds=seconds)) is fits


def test_what_is_derived_from_a_seed_is_the_same_each_time() -> None:
    assert derived("seed", "nonce", "state") == "RhBoPD6EokZW59lWeFDKXwD8mvsJyWq6pYtP6uFv99c"
    assert derived("seed", "nonce", "state") != derived("seed", "verifier", "state")


@pytest.mark.parametrize(("length", "kept"), [(200, 200), (201, 3)])
def test_a_name_of_more_than_200_characters_is_none(length: int, kept: int) -> None:
    claims = {"sub": "s" * 255, "email": "ida@nordbo.example", "name": "x" * length}
    account = account_of("https://login.example", claims, ClaimNames())
    assert (account.issuer, account.subject) == ("https://login.example", "s" * 255)
    assert len(account.name) == kept
