"""What a customer would get of an entry of the ledger, over each channel; nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.notices.channels import CHANNELS
from services.notices.fan_out.targets import noticed
from services.notices.letters.contents import section_of
from services.notices.letters.shape import Section
from services.notices.letters.words import language_of, words
from services.notices.model.answering import Answering
from services.notices.model.channels import Preview
from services.notices.model.entries import event_from
from services.notices.model.messages import body_of
from services.notices.model.notice_members import own_part
from services.notices.model.recipients import RecipientRow
from services.notices.wiring import Deps
from shared.errors import Invalid, problem_at
from shared.scope import ANY_COVER


class NotPreviewed(Invalid):
    """Only notices of changes can be shown before they leave."""

    code = "not-previewed"


def preview(deps: Deps, asked: Mapping[str, Any]) -> Preview:
    """The message that fan-out and channel would make of ``entry``, a notice, for one agreement.

    Raises ``Invalid`` for a channel that does not exist, ``NotPreviewed`` for no notice.
    """
    channel = next((each for each in CHANNELS if each.name == asked["channel"]), None)
    if channel is None:
        names = ", ".join(each.name for each in CHANNELS)
        raise problem_at("/channel", "channel-unknown", f"There are {names}.")
    body = _body(deps, asked)
    kind = asked["entry"]["type"]
    reply_to = deps.reply_to(asked["entry"]["data"]["processor"]["id"])
    answering = Answering(deps.links.example, reply_to)
    return channel.preview(kind, asked["language"], body, answering)


def section(change: Mapping[str, Any], language: str | None) -> Section:
    """What a notice would say of this change, before anybody is told. Raises ``NotPreviewed``."""
    try:
        about = {"effective_on": change["effective_on"]}
        return section_of(words(language_of(language)), change, about)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NotPreviewed(f"The change lacks {error}.") from error


def _body(deps: Deps, asked: Mapping[str, Any]) -> bytes:
    try:
        event = event_from(asked["entry"], deps.settings.common.origin)
        if event is None or not event.is_notice:
            raise NotPreviewed
        row = RecipientRow(asked["agreement_id"], "", (), asked["terms_key"], ANY_COVER)
        target = noticed(event, row)
        return body_of(event, own_part(target.agreement_id, target.notice))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NotPreviewed(f"The entry lacks {error}.") from error
