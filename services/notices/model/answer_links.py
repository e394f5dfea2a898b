"""The link by which a contact answers a notice from its mail: signed, bound, and it ends.

A token is ``<mail>.<notice>.<last day>.<mac>``. The mail's id derives from the message and the
contact's address, so the token is bound to both; it ends thirty days after the effective day. No
token is stored: who reads the database, evidence or a preview finds none (decision 0058).
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.errors import NotFound
from shared.settings import Common

VALID_AFTER_EFFECT = timedelta(days=30)
LONGEST_TOKEN = 300


class LinkInvalid(NotFound):
    """The link is incomplete, was altered, or has ended; answer through the API instead."""

    code = "answer-link-invalid"


@dataclass(frozen=True)
class Claims:
    """What a token says, once its signature has been found good."""

    mail_id: str
    notice_id: str
    last_day: date


@dataclass(frozen=True)
class Links:
    """Makes and reads tokens. ``key``: the service's secrets key; ours is derived from it.

    ``older``: keys before that one. Links in mails that were sent with them go on working until
    the key is taken out of the settings, which ends them all.
    """

    origin: str
    key: bytes = field(repr=False)
    older: tuple[bytes, ...] = field(default=(), repr=False)

    def url(self, mail: Mapping[str, Any], message: Mapping[str, Any]) -> str:
        """The link for the contact of this row of ``mails``."""
        return f"{self.origin}/respond/{self.token(mail, message)}"

    @property
    def example(self) -> str:
        """What stands for the link in a preview: nobody has been sent anything to answer."""
        return f"{self.origin}/respond/…"

    def token(self, mail: Mapping[str, Any], message: Mapping[str, Any]) -> str:
        notice = message["notice"]
        day = date.fromisoformat(notice["effective_on"] or notice["given_on"])
        text = f"{mail['_id']}.{notice['id']}.{day + VALID_AFTER_EFFECT}"
        return f"{text}.{_mac(self.key, text)}"

    def read(self, token: str, now: datetime) -> Claims:
        """What ``token`` says. Raises ``LinkInvalid``."""
        text, _, mac = token.rpartition(".")
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise LinkInvalid
        if not any(hmac.compare_digest(mac, _mac(key, text)) for key in (self.key, *self.older)):
            raise LinkInvalid
        mail_id, notice_id, day = text.split(".")
        claims = Claims(mail_id, notice_id, date.fromisoformat(day))
        if now.date() > claims.last_day:
            raise LinkInvalid("This link has ended.")
        return claims


def links_of(common: Common) -> Links:
    return Links(common.origin, common.secrets_key, common.older_secrets_keys)


def _mac(key: bytes, text: str) -> str:
    # The purpose is part of the derivation: no signature made for anything else is good here. It is
    # called as it was when links acknowledged only, so that those in old mails work.
    derived = HKDF(SHA256(), 32, salt=None, info=b"acknowledgement links").derive(key)
    mac = hmac.digest(derived, text.encode(), sha256)
    return urlsafe_b64encode(mac).rstrip(b"=").decode()
