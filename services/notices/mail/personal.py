"""Mails to persons, for identity: written and sent by the mail loop like every other one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import structlog

from services.notices.channels.email import CHANNEL, contacts_of
from services.notices.letters.words import language_of
from services.notices.model.sendings import PERSONAL, new_sending
from services.notices.model.stored import StoredSending
from services.notices.wiring import Deps
from shared.mongo import Session
from shared.times import format_instant

log = structlog.get_logger()


def take(deps: Deps, mail: Mapping[str, Any]) -> bool:
    """Store a mail, once for each id; False where mail is off, for then nothing is ever sent.

    Its link is sealed, and gone as soon as the mail has left or was given up.
    """
    if not deps.settings.mail.is_on:
        log.warning("mail.off", kind=mail["kind"])
        return False
    row = _row(deps, mail)

    def work(session: Session) -> None:
        deps.stores.sendings[CHANNEL.name].add_once(row, session)

    deps.stores.mongo.transact(work)
    return True


def _row(deps: Deps, mail: Mapping[str, Any]) -> StoredSending:
    to = contacts_of([mail["to"]])[0]
    data = {**mail["data"], "expires_at": format_instant(mail["expires_at"])}
    row = new_sending(
        CHANNEL.prefix,
        mail["id"],
        mail["kind"],
        to,
        PERSONAL,
        deps.now(),
        language=language_of(mail["language"]),
        data=data,
    )
    sealed = deps.box.seal(mail["url"], row["_id"])
    return cast("StoredSending", {**row, "sealed": sealed, "expires_at": mail["expires_at"]})
