"""Mails with a link for a person: written and sent once, and the link is kept by nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import encode

from services.notices.mail import personal
from tests.integration.notices.post import MailWorld, always
from tests.integration.notices.world import Clock

LINK = "https://art28.example/sign-in/a-token-that-nobody-else-may-have"
TO = {"name": "Ada Lovelace", "email": "ada@example.com"}


def mail(clock: Clock, **more: Any) -> dict[str, Any]:
    ends = clock() + timedelta(minutes=10)
    return {"id": "mai_1", "kind": "sign_in", "to": TO, "language": "en", "url": LINK,
            "expires_at": ends, "data": {}, **more}  # fmt: skip


def sent(by_mail: MailWorld, **more: Any) -> bool:
    return personal.take(by_mail.world.deps, mail(by_mail.world.clock, **more))


def stored(by_mail: MailWorld) -> bytes:
    """Every byte that the database has of mails."""
    return b"".join(encode(row) for row in by_mail.mails())


def test_a_link_is_mailed_once_and_kept_sealed_until_then(by_mail: MailWorld) -> None:
    assert sent(by_mail)
    assert sent(by_mail)
    [row] = by_mail.mails()
    assert (row["state"], "sealed" in row) == ("pending", True)
    assert b"a-token" not in stored(by_mail)
    by_mail.send()
    got = by_mail.post.one()
    assert got.recipient == TO["email"]
    assert LINK in got.text
    assert LINK in got.html.replace("&#x2F;", "/")
    [row] = by_mail.mails()
    assert (row["state"], row["why"], "sealed" in row) == ("delivered", "personal", False)
    assert b"a-token" not in stored(by_mail)


def test_a_link_that_has_ended_is_not_mailed_any_more(by_mail: MailWorld) -> None:
    assert sent(by_mail)
    by_mail.world.clock.ahead += timedelta(minutes=10)
    by_mail.send()
    [row] = by_mail.mails()
    assert (row["state"], "sealed" in row) == ("failed", False)
    assert by_mail.post.got == []


def test_a_link_that_no_server_takes_is_given_up(by_mail: MailWorld) -> None:
    by_mail.post.to_recipient = always("550 5.1.1 no such user")
    assert sent(by_mail)
    by_mail.send()
    [row] = by_mail.mails()
    assert (row["state"], "sealed" in row) == ("failed", False)


def test_a_mail_that_is_tried_again_still_has_its_link(by_mail: MailWorld) -> None:
    by_mail.post.to_recipient = lambda _, n: "451 4.3.0 later" if n == 1 else "250 2.1.5 Ok"
    assert sent(by_mail, expires_at=datetime(2027, 1, 1, tzinfo=UTC))
    by_mail.send()
    [row] = by_mail.mails()
    assert (row["state"], "sealed" in row) == ("pending", True)
    by_mail.world.clock.ahead += timedelta(minutes=5)
    by_mail.send()
    assert LINK in by_mail.post.one().text


@pytest.mark.parametrize("language", ["en", "da", "sv"])
def test_an_invitation_says_who_invites_where_to_and_as_what(
    by_mail: MailWorld, language: str
) -> None:
    data = {"organisation": "Nordlys Cloud ApS", "by": "Bo Vik", "roles": ["privacy_manager"]}
    assert sent(by_mail, kind="invitation", language=language, data=data)
    by_mail.send()
    got = by_mail.post.one()
    assert got.mail["Content-Language"] == language
    for told in ("Nordlys Cloud ApS", "Bo Vik", LINK):
        assert told in got.text
    assert "Nordlys Cloud ApS" in str(got.mail["Subject"])
    role = {"en": "privacy manager", "da": "databeskyttelsesansvarlig", "sv": "dataskyddsansvarig"}
    assert role[language] in got.text


def test_without_a_mail_server_nothing_is_kept(world_without_mail: MailWorld) -> None:
    assert not sent(world_without_mail)
    assert world_without_mail.mails() == []


def test_a_sealed_link_opens_for_its_own_mail_only(by_mail: MailWorld) -> None:
    assert sent(by_mail)
    assert sent(by_mail, id="mai_2", url="https://art28.example/sign-in/other")
    first, second = by_mail.mails()
    rows = by_mail.world.deps.stores.mongo.db["mails"]
    rows.update_one({"_id": second["_id"]}, {"$set": {"sealed": first["sealed"]}})
    by_mail.send()
    states = {row["_id"]: row["state"] for row in by_mail.mails()}
    assert states == {first["_id"]: "delivered", second["_id"]: "failed"}
