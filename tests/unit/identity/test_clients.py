"""Clients and what they may hold: secrets, scopes, revisions, and how the trail shows changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.identity.model.clients import (
    MOST_SECRETS,
    Client,
    OldSecret,
    TooManySecrets,
    digest,
)
from services.identity.model.organisations import (
    Organisation,
    ScopeNotGrantable,
    check_grantable,
    default_zone,
)
from services.identity.model.returning import return_path
from services.identity.model.revisions import check_revision
from services.identity.model.roles import RoleUnknown, check_roles, may_approve, scopes_of
from services.identity.model.scopes import (
    SCOPES_OF_KIND,
    GrantTooWide,
    ScopeNotHeld,
    check_holds,
    granted,
)
from services.identity.model.trail import differences, subject
from shared.errors import PreconditionFailed

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CLIENT = Client("cli_1", "org_1", "ERP", ("registry:read",), digest("new"), NOON)


def old(secret: str, hours: float) -> OldSecret:
    return OldSecret(digest(secret), NOON + hours * HOUR)


def test_a_secret_is_kept_as_its_digest() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    ("secret", "proves"), [("new", True), ("live", True), ("ended", False), ("other", False)]
)
def test_a_client_proves_itself_by_its_secret_or_an_older_one_that_is_live(
    secret: str, proves: bool
) -> None:
    client = replace(CLIENT, old_secrets=(old("live", 1), old("ended", 0)))
    assert client.proves(secret, NOON) is proves


def test_of_a_new_secret_the_older_ones_end_when_it_is_said_or_sooner() -> None:
    client = replace(CLIENT, old_secrets=(old("soon", 1), old("late", 9), old("ended", -1)))
    assert client.rotated("newer", NOON, NOON + 2 * HOUR) == replace(
        client,
        secret_sha256=digest("newer"),
        old_secrets=(old("soon", 1), old("late", 2), old("new", 2)),
        revision=2,
    )


def test_a_new_secret_without_overlap_ends_all_others_at_once() -> None:
    client = replace(CLIENT, old_secrets=(old("late", 9),))
    assert client.rotated("newer", NOON, NOON).old_secrets == ()


def test_only_so_many_secrets_are_live_at_once() -> None:
    most = replace(CLIENT, old_secrets=tuple(old(str(n), 9) for n in range(MOST_SECRETS - 2)))
    full = most.rotated("newer", NOON, NOON + HOUR)
    assert len(full.old_secrets) == MOST_SECRETS - 1
    with pytest.raises(TooManySecrets):
        full.rotated("newest", NOON, NOON + HOUR)


def test_the_last_of_the_older_secrets_is_named() -> None:
    several = replace(CLIENT, old_secrets=(old("a", 2), old("b", 3), old("c", 1)))
    assert several.old_secret_until == NOON + 3 * HOUR
    assert CLIENT.old_secret_until is None


HELD = frozenset({"registry:read", "notices:read"})


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (None, HELD),
        ("", HELD),
        ("registry:read", {"registry:read"}),
        ("registry:read  notices:read", HELD),
    ],
)
def test_a_token_holds_what_is_asked_for_or_all(asked: str | None, given: set[str]) -> None:
    assert granted(asked, HELD) == given


def test_a_token_holds_nothing_that_its_client_does_not() -> None:
    with pytest.raises(ScopeNotHeld, match=r"^Not held: a:b, registry:write\.$"):
        granted("registry:write registry:read a:b", HELD)


def test_a_client_gives_away_only_what_it_holds() -> None:
    check_holds(HELD, ["notices:read"])
    with pytest.raises(GrantTooWide, match=r"^Your token does not hold: a:b, notices:write\.$"):
        check_holds(HELD, ["notices:write", "notices:read", "a:b"])


def organisation(*kinds: str) -> Organisation:
    return Organisation("org_1", "a", kinds, "A", "DK", "da", NOON, "cli_1")


def test_a_client_is_given_what_any_kind_of_its_organisation_may_hold() -> None:
    both = organisation("processor", "controller")
    assert both.grantable() == SCOPES_OF_KIND["processor"] | SCOPES_OF_KIND["controller"]
    check_grantable(both, ("portal:read", "registry:read"))
    with pytest.raises(
        ScopeNotGrantable, match=r"^Not for this organisation: notices:read, registry:read\.$"
    ):
        check_grantable(
            organisation("controller"), ("registry:read", "portal:read", "notices:read")
        )


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("DK", "Europe/Copenhagen"),
        ("SE", "Europe/Copenhagen"),
        ("FI", "Europe/Helsinki"),
        ("JP", "Asia/Tokyo"),
        ("US", "Europe/Copenhagen"),
    ],
)
def test_an_organisation_has_the_clock_of_its_country_where_that_is_one(
    country: str, zone: str
) -> None:
    assert default_zone(country) == zone


def test_roles_that_are_unknown_are_named_beside_those_there_are() -> None:
    said = (
        r"^Not in this organisation: approver, chief\. "
        r"It has: owner, privacy_manager, engineer, reader\.$"
    )
    with pytest.raises(RoleUnknown, match=said):
        check_roles(["platform"], ["chief", "owner", "approver"])


def test_a_role_of_another_kind_gives_nothing() -> None:
    assert scopes_of(["platform"], ["approver"]) == frozenset()


@pytest.mark.parametrize(
    ("kind", "role", "may"),
    [
        ("processor", "owner", True),
        ("processor", "approver", True),
        ("processor", "reader", False),
        ("controller", "owner", False),
    ],
)
def test_who_may_approve_what_another_has_prepared(kind: str, role: str, may: bool) -> None:
    assert may_approve([kind], [role]) is may


@pytest.mark.parametrize("seen", [None, 3])
def test_whoever_has_seen_the_present_revision_may_change_it(seen: int | None) -> None:
    check_revision(seen, 3)
    with pytest.raises(PreconditionFailed):
        check_revision(2, 3)


@pytest.mark.parametrize(
    ("wanted", "leads"),
    [
        ("/approve/acme/chg_1/k-1", False),
        ("/approve/acme/chg-1/k_1", True),
        ("/approve/acme/chg-1/k_1,k_2,k_3", True),
        ("/approve/acme/chg-1/k_1,", False),
        ("/approve/acme/chg-1/k_1,/evil.example", False),
        ("/approve/acme/chg-1", False),
        ("https://evil.example/approve/acme/chg-1/k_1", False),
        ("//evil.example", False),
    ],
)
def test_signing_in_leads_back_to_the_page_of_an_approval_alone(wanted: str, leads: bool) -> None:
    assert return_path(wanted) == (wanted if leads else None)


def test_the_trail_shows_what_differs_and_no_secret() -> None:
    before = {"name": "ERP", "scopes": ["a"], "secret_sha256": "1", "revision": 1, "gone": 1}
    after = {"name": "ERP", "scopes": ["b"], "secret_sha256": "2", "revision": 2, "fresh": 2}
    assert differences(before, after) == {
        "fresh": {"before": None, "after": 2},
        "gone": {"before": 1, "after": None},
        "scopes": {"before": ["a"], "after": ["b"]},
    }
    assert list(differences(before, after)) == ["fresh", "gone", "scopes"]
    assert subject("client", "cli_1", "ERP") == {"type": "client", "id": "cli_1", "name": "ERP"}
