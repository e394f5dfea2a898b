"""A link answers one notice, for one contact, as long as it may."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from services.notices.model.answer_links import (
    LONGEST_TOKEN,
    LinkInvalid,
    Links,
    links_of,
)

ORIGIN, KEY, OLDER = "https://art28.example", b"k" * 32, b"o" * 32
LINKS = Links(ORIGIN, KEY)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MAIL = {"_id": "eml_1"}
TOKEN = "eml_1.ntc_1.2027-01-23.rUO1eFm0PrXfFpfKieQ-6LBSjUsEjdyvMKD199_0WYM"


def message(effective_on: str | None = "2026-12-24") -> dict[str, Any]:
    return {"notice": {"id": "ntc_1", "given_on": "2026-11-23", "effective_on": effective_on}}


def test_it_works() -> None:
    token = LINKS.token(MAIL, message())
    claims = LINKS.read(token, NOW)
    assert (claims.mail_id, claims.thing) == ("eml_1", "ntc_1")
    assert LINKS.url(MAIL, message(), {}) == f"{ORIGIN}/respond/{token}"


@pytest.mark.parametrize(
    ("effective_on", "last_day"), [("2026-12-24", date(2027, 1, 23)), (None, date(2026, 12, 23))]
)
def test_it_is_good_for_thirty_days_after_the_change_or_else_the_notice(
    effective_on: str | None, last_day: date
) -> None:
    token = LINKS.token(MAIL, message(effective_on))
    in_time = datetime(last_day.year, last_day.month, last_day.day, 23, 59, tzinfo=UTC)
    assert LINKS.read(token, in_time).last_day == last_day
    with pytest.raises(LinkInvalid, match=r"^This link has ended\.$"):
        LINKS.read(token, in_time + timedelta(minutes=1))


@pytest.mark.parametrize("place", range(4))
def test_whoever_alters_a_part_of_it_gets_nothing(place: int) -> None:
    parts = LINKS.token(MAIL, message()).split(".")
    parts[place] = parts[place][:-1] + ("3" if parts[place][-1] != "3" else "5")
    with pytest.raises(LinkInvalid):
        LINKS.read(".".join(parts), NOW)


def test_the_key_of_another_instance_opens_nothing() -> None:
    token = Links(ORIGIN, OLDER).token(MAIL, message())
    with pytest.raises(LinkInvalid):
        LINKS.read(token, NOW)


def test_a_link_made_before_the_key_was_changed_works_until_the_old_key_is_gone() -> None:
    token = Links(ORIGIN, OLDER).token(MAIL, message())
    assert Links(ORIGIN, KEY, (OLDER,)).read(token, NOW).mail_id == "eml_1"
    assert Links(ORIGIN, KEY, (OLDER,)).token(MAIL, message()) == LINKS.token(MAIL, message())


def test_the_signature_stays_the_same_so_that_links_in_old_mails_work() -> None:
    assert LINKS.token(MAIL, message()) == TOKEN


@pytest.mark.parametrize("token", ["", ".", "nonsense", "a.b.c.d.e", "eml_1.ntc_1.2027-01-23.ü"])
def test_text_that_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(LinkInvalid):
        LINKS.read(token, NOW)


def test_a_token_longer_than_any_we_make_is_refused_even_if_it_is_signed() -> None:
    fixed = len(LINKS.token({"_id": ""}, message()))
    longest = LINKS.token({"_id": "m" * (LONGEST_TOKEN - fixed)}, message())
    assert LINKS.read(longest, NOW).thing == "ntc_1"
    with pytest.raises(LinkInvalid):
        LINKS.read(LINKS.token({"_id": "m" * (LONGEST_TOKEN - fixed + 1)}, message()), NOW)


def test_its_keys_are_not_shown() -> None:
    assert "kkk" not in repr(Links(ORIGIN, KEY, (OLDER,)))
    assert "ooo" not in repr(Links(ORIGIN, KEY, (OLDER,)))


def test_links_are_made_with_the_origin_and_the_keys_of_the_service() -> None:
    common: Any = SimpleNamespace(origin=ORIGIN, secrets_key=KEY, older_secrets_keys=(OLDER,))
    assert links_of(common) == Links(ORIGIN, KEY, (OLDER,))
