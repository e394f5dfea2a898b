"""The rules of passkeys and of sign-in providers, line by line of their golden tables."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.identity.model.passkeys import Challenge, is_copy, site_of
from services.identity.model.providers import (
    Account,
    AnswerRefused,
    ClaimNames,
    Provider,
    account_of,
    admit,
)
from shared.errors import DomainError

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
ISSUER = "https://login.nordbo.example"


def cases(name: str) -> list[tuple[str, ...]]:
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    return [tuple(cell.strip() for cell in line.split(" | ")) for line in kept]


@pytest.mark.parametrize(("known", "answered", "copy", "why"), cases("golden_passkeys.txt"))
def test_the_counter_betrays_a_copy(known: str, answered: str, copy: str, why: str) -> None:
    assert is_copy(int(known), int(answered)) is (copy == "yes"), why


@pytest.mark.parametrize(("origin", "domain", "why"), cases("golden_sites.txt"))
def test_the_origin_decides_whether_passkeys_are_made(origin: str, domain: str, why: str) -> None:
    site = site_of(origin)
    assert (site.domain if site else "-") == domain, why
    assert site is None or site.origin == origin, why


@pytest.mark.parametrize(("claims", "names", "said", "why"), cases("golden_claims.txt"))
def test_claims_say_who_a_person_is(claims: str, names: str, said: str, why: str) -> None:
    named = ClaimNames(**(json.loads(names) if names != "-" else {}))
    try:
        account = account_of(ISSUER, json.loads(claims), named)
    except AnswerRefused:
        assert said == "refused", why
        return
    verified = "yes" if account.verified else "no"
    told = [account.email or "-", verified, account.name or "-", account.locale or "-"]
    assert ", ".join(told) == said, why


@pytest.mark.parametrize("case", cases("golden_admission.txt"), ids=lambda case: case[-1])
def test_an_account_is_let_in(case: tuple[str, ...]) -> None:
    known, member, email, verified, domains, invites, replaced, result, why = case
    provider = Provider(
        "org_1", ISSUER, "art28", NOON, invites=invites == "yes",
        domains=() if domains == "-" else tuple(domains.split(",")),
    )  # fmt: skip
    address = "" if email == "-" else email
    account = Account(ISSUER, "1", address, verified == "yes", "Ida", None)
    facts = {"linked": known == "yes", "member": member == "yes", "replaced": replaced == "yes"}
    try:
        found = admit(provider, account, **facts).value
    except DomainError as refused:
        found = refused.code
    assert found == result, why


@pytest.mark.parametrize(
    ("purpose", "bound_to", "seconds", "fits"),
    [
        ("sign_in", "browser", 299, True),
        ("sign_in", "browser", 300, False),
        ("register", "browser", 0, False),
        ("sign_in", "another", 0, False),
    ],
)
def test_a_challenge_fits_its_purpose_and_browser_for_five_minutes(
    purpose: str, bound_to: str, seconds: int, fits: bool
) -> None:
    challenge = Challenge("digest", "sign_in", "browser", NOON + timedelta(minutes=5))
    assert challenge.fits(purpose, bound_to, NOON + timedelta(seconds=seconds)) is fits  # type: ignore[arg-type]
