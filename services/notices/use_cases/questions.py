"""A visitor of a public page asks its vendor: the vendor is mailed it, and the visitor a copy.

Nothing else is kept: what was asked is sealed until the mails have left, and gone then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

from services.notices import events
from services.notices.channels.email import CHANNEL, address_key, contacts_of
from services.notices.letters.words import language_of
from services.notices.model.sendings import VISITOR, new_sending
from services.notices.model.stored import StoredSending
from services.notices.model.subscribers import MOST_QUESTIONS_AN_HOUR
from services.notices.use_cases.visits import check_visit
from services.notices.wiring import Deps
from shared.errors import Conflict
from shared.mongo import Session

# A mail that no server has taken by then is given up.
GIVEN_UP_AFTER = timedelta(days=3)


class NobodyReads(Conflict):
    """This vendor has no address that is proved to receive; use the contact on its page."""

    code = "nobody-reads"


def is_open(deps: Deps, vendor_id: str) -> bool:
    """Whether what is asked here reaches the vendor."""
    return deps.settings.mail.is_on and deps.proved_address(vendor_id) is not None


def ask(deps: Deps, body: Mapping[str, Any]) -> None:
    """Raises ``NobodyReads``, ``MailOff``, ``AskedTooOften``."""
    check_visit(deps, "network", body["network"])
    check_visit(deps, "sender", address_key(body["email"]), MOST_QUESTIONS_AN_HOUR)
    vendor = body["processor"]
    address = deps.proved_address(vendor["id"])
    if address is None:
        raise NobodyReads
    to_vendor = {"email": address, "name": vendor["legal_name"]}
    to_visitor = {"email": body["email"], "name": body["name"]}
    about = deps.new_id("qst")
    mails = [
        _mail(deps, body, about, events.QUESTION, to_vendor),
        _mail(deps, body, about, events.QUESTION_COPIED, to_visitor),
    ]

    def write(session: Session) -> None:
        for mail in mails:
            deps.stores.sendings[CHANNEL.name].add_once(mail, session)

    deps.stores.mongo.transact(write)


def _mail(
    deps: Deps, body: Mapping[str, Any], about: str, kind: str, to: Mapping[str, str]
) -> StoredSending:
    row = new_sending(
        CHANNEL.prefix,
        f"{about}:{kind}",
        kind,
        contacts_of([to])[0],
        VISITOR,
        deps.now(),
        processor_id=body["processor"]["id"],
        language=language_of(body["language"]),
        data={"vendor": body["processor"], "about": body["about"]},
    )
    asked = json.dumps({name: body[name] for name in ("name", "email", "text")})
    sealed = deps.box.seal(asked, row["_id"])
    ends = deps.now() + GIVEN_UP_AFTER
    return cast("StoredSending", {**row, "sealed": sealed, "expires_at": ends})
