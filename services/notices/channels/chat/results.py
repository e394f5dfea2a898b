"""What the answer of a chat tool means.

Slack answers ``ok``, or one word with 4xx, such as ``no_service`` (https://docs.slack.dev,
"Sending messages using incoming webhooks"). The older connectors of Teams answer 200 even where
Teams took nothing, and say so in words; its workflows answer 202.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.notices.model.channels import Posted, Verdict

# The room, or its webhook, is gone or closed to us: another attempt would end alike.
_NO_ROOM = frozenset({401, 403, 404, 410})
_PASSES = frozenset({408, 425, 429})
_TEAMS_FAILED = b"webhook message delivery failed"
_WORD = re.compile(rb"\s*([a-z_]{1,40})\s*")


@dataclass(frozen=True)
class Result:
    """One attempt; see ``Outcome``. ``answer``: the tool's one word, never more: what else stands
    in an answer may repeat the URL."""

    verdict: Verdict
    code: str | None
    status: int | None
    answer: str
    duration_ms: int
    recipient: bool = False
    retry_after_s: int | None = None
    server_is_away: bool = False


def result_of(form: str, posted: Posted) -> Result:
    """The result of one POST to a room of this form."""
    word = _WORD.fullmatch(posted.body)
    verdict, code = _verdict(form, posted)
    return Result(
        verdict=verdict,
        code=code,
        status=posted.status,
        answer=word[1].decode() if word else "",
        duration_ms=posted.duration_ms,
        recipient=posted.status in _NO_ROOM,
        retry_after_s=posted.retry_after_s,
    )


def _verdict(form: str, posted: Posted) -> tuple[Verdict, str | None]:
    if posted.status is None:
        # One code for what ends before an answer, so that a room's URL is no port scanner.
        return "temporary", "timeout" if posted.code == "timeout" else "unreachable"
    if posted.code is None:
        if form == "teams" and posted.body.lower().startswith(_TEAMS_FAILED):
            return "temporary", "receiver_failed"
        return "accepted", None
    is_lasting = 300 <= posted.status < 500 and posted.status not in _PASSES
    return "permanent" if is_lasting else "temporary", posted.code
