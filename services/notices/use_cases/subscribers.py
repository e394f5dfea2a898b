"""Anybody asks to hear of a public register's changes, confirms it by mail, and ends it.

What is answered never tells whether an address is known: a wish is kept apart until the owner of
the address confirms it, whether or not there was one before.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any, cast

import structlog

from services.notices import events
from services.notices.channels.email import CHANNEL, address_key, contacts_of
from services.notices.letters.words import language_of
from services.notices.model.answer_links import LinkInvalid
from services.notices.model.sendings import SUBSCRIBER, new_sending
from services.notices.model.stored import StoredAsked, StoredSending
from services.notices.model.subscribers import (
    CONFIRM_WITHIN,
    may_be_mailed,
    subscriber_id,
)
from services.notices.use_cases.visits import check_visit
from services.notices.wiring import Deps
from shared.ids import secret_id
from shared.mongo import Session
from shared.times import format_instant

log = structlog.get_logger()

A_DAY = timedelta(days=1)
CONFIRMED, EXPIRED, ENDED, UNKNOWN = "confirmed", "expired", "ended", "unknown"


def ask(deps: Deps, body: Mapping[str, Any]) -> None:
    """Mail a link by which the owner of an address confirms the wish; nothing, and no other answer,
    where the address has had enough of them. Raises ``MailOff``, ``AskedTooOften``."""
    check_visit(deps, "network", body["network"])
    address, now = address_key(body["email"]), deps.now()
    before = deps.stores.subscribers.find(subscriber_id(body["processor"]["id"], address))
    today = deps.stores.subscribers.registers_since(address, now - A_DAY)
    if may_be_mailed(before["asked_at"] if before else None, today, now):
        _mail_link(deps, body, address)
    else:
        log.info("subscription.not_mailed", processor_id=body["processor"]["id"])


def _mail_link(deps: Deps, body: Mapping[str, Any], address: str) -> None:
    processor, now = body["processor"], deps.now()
    token = secret_id("sbc", deps.random)
    asked: StoredAsked = {
        "topic": body["topic"],
        "product": body["product"],
        "language": language_of(body["language"]),
        "hash": hash_of(token),
        "until": now + CONFIRM_WITHIN,
    }
    mail = _mail(deps, body, asked, token)

    def write(session: Session) -> None:
        keep = deps.stores.subscribers.ask
        keep(processor["id"], address, body["email"], asked, now, session)
        deps.stores.sendings[CHANNEL.name].add_once(mail, session)

    deps.stores.mongo.transact(write)


def _mail(deps: Deps, body: Mapping[str, Any], asked: StoredAsked, token: str) -> StoredSending:
    processor, origin = body["processor"], deps.settings.common.origin
    to = contacts_of([{"email": body["email"]}])[0]
    row = new_sending(
        CHANNEL.prefix,
        f"subscription:{asked['hash']}",
        events.SUBSCRIPTION_ASKED,
        to,
        SUBSCRIBER,
        deps.now(),
        processor_id=processor["id"],
        language=asked["language"],
        data={
            "vendor": processor,
            "topic": asked["topic"],
            "product": asked["product"],
            "expires_at": format_instant(asked["until"]),
        },
    )
    link = f"{origin}/p/{processor['slug']}/subscriptions/confirm/{token}?lang={body['language']}"
    sealed = deps.box.seal(link, row["_id"])
    return cast("StoredSending", {**row, "sealed": sealed, "expires_at": asked["until"]})


def confirm(deps: Deps, token: str) -> str:
    """What became of the wish that this link confirms: ``confirmed``, ``expired``, ``unknown``."""
    found = deps.stores.subscribers.asked(hash_of(token))
    if found is None:
        return UNKNOWN
    if found["asked"]["until"] <= deps.now():
        return EXPIRED
    deps.stores.subscribers.confirm(found, deps.now())
    return CONFIRMED


def end(deps: Deps, token: str) -> str:
    """Forget the subscriber that this link names: ``ended``, also if it was before; ``unknown``."""
    try:
        name = deps.end_links.read(token)
    except LinkInvalid:
        return UNKNOWN
    deps.stores.mongo.transact(lambda session: deps.stores.subscribers.erase(name, session))
    return ENDED


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()
