"""The link by which a contact answers a notice from its mail: signed, bound, and it ends.

A token is ``<mail>.<thing>.<last day>.<mac>``. The mail's id derives from the message and the
contact's address, so the token is bound to both. The thing is a notice, and the token ends thirty
days after the effective day; or what follows a notice, by its change; or a version of an agreement
(``<agreement>-<version>``). No token is stored: who reads the database, evidence or a preview finds
none (decision 0058).
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

from services.notices import events
from shared.errors import NotFound
from shared.settings import Common

VALID_AFTER_EFFECT = timedelta(days=30)
# Longer than an offer is open, so that what was signed can be kept.
VALID_AFTER_MAIL = timedelta(days=180)
# The first is called as it was when links acknowledged only, so that those in old mails work.
RESPOND, SIGN = b"acknowledgement links", b"signing links"
LONGEST_TOKEN = 300


class LinkInvalid(NotFound):
    """The link is incomplete, was altered, or has ended; answer through the API instead."""

    code = "answer-link-invalid"


@dataclass(frozen=True)
class Claims:
    """What a token says, once its signature has been found good."""

    mail_id: str
    thing: str
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

    def url(
        self, mail: Mapping[str, Any], message: Mapping[str, Any], data: Mapping[str, Any]
    ) -> str:
        """The link for the contact of this row of ``mails``, whose message tells ``data``; empty
        where there is nothing to answer."""
        if message["notice"]:
            return f"{self.origin}/respond/{self.token(mail, message)}"
        if mail["kind"] == events.OBJECTION_UPDATED and message["change_id"]:
            return f"{self.origin}/respond/{self._later(mail, message['change_id'], RESPOND)}"
        if mail["kind"] in (*events.WITH_PAGES, *events.INVITATIONS):
            version = f"{message['agreement_id']}-{data['version']}"
            return f"{self.origin}/sign/{self._later(mail, version, SIGN)}"
        return ""

    @property
    def example(self) -> str:
        """What stands for the link in a preview: nobody has been sent anything to answer."""
        return f"{self.origin}/respond/…"

    def token(self, mail: Mapping[str, Any], message: Mapping[str, Any]) -> str:
        notice = message["notice"]
        day = date.fromisoformat(notice["effective_on"] or notice["given_on"])
        return self._signed(mail["_id"], notice["id"], day + VALID_AFTER_EFFECT, RESPOND)

    def _later(self, mail: Mapping[str, Any], thing: str, purpose: bytes) -> str:
        return self._signed(mail["_id"], thing, mail["made_at"].date() + VALID_AFTER_MAIL, purpose)

    def _signed(self, mail_id: str, thing: str, last_day: date, purpose: bytes) -> str:
        text = f"{mail_id}.{thing}.{last_day}"
        return f"{text}.{mac_of(self.key, text, purpose)}"

    def read(self, token: str, now: datetime, purpose: bytes = RESPOND) -> Claims:
        """What ``token`` says, if it was made for this purpose. Raises ``LinkInvalid``."""
        text, _, mac = token.rpartition(".")
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise LinkInvalid
        keys = (self.key, *self.older)
        if not any(hmac.compare_digest(mac, mac_of(key, text, purpose)) for key in keys):
            raise LinkInvalid
        mail_id, thing, day = text.split(".")
        claims = Claims(mail_id, thing, date.fromisoformat(day))
        if now.date() > claims.last_day:
            raise LinkInvalid("This link has ended.")
        return claims


def links_of(common: Common) -> Links:
    return Links(common.origin, common.secrets_key, common.older_secrets_keys)


def mac_of(key: bytes, text: str, purpose: bytes) -> str:
    # The purpose is part of the derivation: no signature made for anything else is good here.
    derived = HKDF(SHA256(), 32, salt=None, info=purpose).derive(key)
    mac = hmac.digest(derived, text.encode(), sha256)
    return urlsafe_b64encode(mac).rstrip(b"=").decode()
