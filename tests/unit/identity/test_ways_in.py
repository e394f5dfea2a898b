"""What a session may be used for, line by line of golden_ways_in.txt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.identity.model.providers import Provider
from services.identity.model.sessions import OIDC, Session
from services.identity.model.ways_in import (
    SessionNotFresh,
    SessionOfOneOrganisation,
    check_may_add_proofs,
    check_way_in,
)
from shared.errors import DomainError
from tests.unit.identity.test_sign_in_golden import ISSUER, NOON, cases

EMAIL = "email"
COMES = {
    "link or passkey": (None, EMAIL),
    "invitation to A": ("org_a", EMAIL),
    "invitation to B": ("org_b", EMAIL),
    "provider of A": ("org_a", OIDC),
    "provider of B": ("org_b", OIDC),
}


def session_of(org_id: str | None, way: str = EMAIL, created_at: datetime = NOON) -> Session:
    return Session(
        "ses_1", "per_1", "digest", (way,), created_at, created_at,
        created_at + timedelta(hours=12), "192.0.2.0/24", "browser", org_id=org_id,
    )  # fmt: skip


def provider_that_is(word: str) -> Provider | None:
    if word == "none":
        return None
    return Provider("org_a", ISSUER, "art28", NOON, only_way_in=word == "only")


@pytest.mark.parametrize(
    ("came", "provider", "owner", "result", "why"), cases("golden_ways_in.txt")
)
def test_a_session_acts_for_an_organisation(
    came: str, provider: str, owner: str, result: str, why: str
) -> None:
    session = session_of(*COMES[came])
    try:
        check_way_in(session, "org_a", provider_that_is(provider), owner=owner == "yes")
        found = "yes"
    except DomainError as refused:
        found = refused.code
    assert found == result, why


def test_proofs_are_added_within_a_quarter_of_an_hour() -> None:
    opened = session_of(None, created_at=datetime(2026, 11, 30, 12, tzinfo=UTC))
    check_may_add_proofs(opened, opened.created_at + timedelta(minutes=14, seconds=59))
    with pytest.raises(SessionNotFresh):
        check_may_add_proofs(opened, opened.created_at + timedelta(minutes=15))


@pytest.mark.parametrize("way", [EMAIL, OIDC])
def test_who_came_in_for_one_organisation_adds_no_proof_that_counts_elsewhere(way: str) -> None:
    with pytest.raises(SessionOfOneOrganisation):
        check_may_add_proofs(session_of("org_a", way), NOON)
