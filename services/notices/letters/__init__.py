"""Letters: the facts of a webhook message in the customer's language, for people to read.

A letter is text in parts; each channel for people renders it in its own form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.notices import events
from services.notices.letters import (
    access,
    agreements,
    changes,
    copies,
    subscribers,
    transfers,
    upkeep,
    vendor_news,
    visitors,
)
from services.notices.letters.shape import Action, Letter
from services.notices.letters.words import LANGUAGES, Words, language_of, words
from services.notices.model.answering import Answering

__all__ = ["LANGUAGES", "Action", "Answering", "Letter", "letter_of"]


Write = Callable[[Words, str, Mapping[str, Any], Answering], Letter]

_WRITE: dict[str, Write] = {
    **dict.fromkeys(events.NOTICES, changes.notice),
    **dict.fromkeys(events.FOLLOW_UPS, changes.follow_up),
    **dict.fromkeys(events.BASES, transfers.basis),
    **dict.fromkeys(events.AGREEMENT_MESSAGES, agreements.agreement),
    **dict.fromkeys(events.INVITATIONS, agreements.agreement),
    events.OBJECTION_UPDATED: agreements.objection,
    events.LETTER_RECORDED: agreements.recorded,
    events.UNREACHED: upkeep.unreached,
    events.VENDOR_NEWS: vendor_news.news,
    events.ANSWER_COPIED: copies.copied,
    events.SUBSCRIPTION_ASKED: subscribers.asked,
    events.SUBSCRIBER_NEWS: subscribers.news,
    events.QUESTION: visitors.question,
    events.QUESTION_COPIED: visitors.copied,
    events.SIGN_IN: access.sign_in,
    events.INVITATION: access.invitation,
    events.PASSKEY_COPIED: access.passkey_copied,
    events.ADDRESS_PROBE: access.address_probe,
    events.APPROVAL_ASKED: access.approval_asked,
    events.ROLES_CHANGED: access.roles_changed,
    events.MEMBERSHIP_ENDED: access.membership_ended,
}


def letter_of(
    kind: str,
    language: str | None,
    body: Mapping[str, Any],
    answer_url: str = "",
    reply_to: str = "",
) -> Letter:
    """The letter of this kind. ``body``: of the webhook message, or a warning's own data.

    ``answer_url``: the page where its reader answers; ``reply_to``: the vendor's notice address.
    """
    t, answering = words(language_of(language)), Answering(answer_url, reply_to)
    return _WRITE.get(kind, upkeep.endpoint)(t, kind, body, answering)
