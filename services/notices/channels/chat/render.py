"""A letter as a message of a chat tool.

Words of others stand in elements that know no markup: ``plain_text`` of Slack's Block Kit, text
runs of an Adaptive Card. Slack's one text with markup, for notifications, is written by
``safe_text.chat``. Lengths are those that the tools take.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.notices.channels.chat.texts import why
from services.notices.letters import Action, Letter
from shared.safe_text import chat, isolated, one_line, web_link

FORMS = ("slack", "teams")
LONGEST_HEADER, LONGEST_TEXT, LONGEST_BUTTON, MOST_BLOCKS = 150, 2_900, 75, 45


def body(form: str, letter: Letter, message: Mapping[str, Any]) -> bytes:
    """The JSON that a room of this form takes. KeyError for another form."""
    write = {"slack": _slack, "teams": _teams}[form]
    return json.dumps(write(letter, list(_texts(letter, message))), ensure_ascii=False).encode()


def _texts(letter: Letter, message: Mapping[str, Any]) -> Iterator[str]:
    """The paragraphs, in order."""
    if letter.warning:
        yield f"! {letter.warning}"
    yield letter.lead
    if letter.facts:
        yield "\n".join(_line(f"{fact.label}: {fact.value}") for fact in letter.facts)
    if letter.places:
        places = (f"{isolated(it.name)} – {it.kind}: {it.verdict}" for it in letter.places)
        yield "\n".join([_line(letter.places_heading), *(f"• {_line(it)}" for it in places)])
    if letter.items:
        items = (f"{isolated(it.name)} – {it.said}" for it in letter.items)
        yield "\n".join([_line(letter.items_heading), *(f"• {_line(it)}" for it in items)])
    yield from letter.paragraphs
    data = message.get("data") or {}
    yield why(letter.language, data)


def _line(text: str) -> str:
    return one_line(text, None)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _safe(text: str, longest: int = LONGEST_TEXT) -> str:
    """Lines stay apart, and none holds what directs the text behind it."""
    return _cut("\n".join(_line(line) for line in text.split("\n")), longest)


def _links(letter: Letter) -> Sequence[Action]:
    return [action for action in letter.actions if web_link(action.url)]


def _slack(letter: Letter, texts: Sequence[str]) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": _plain(letter.heading, LONGEST_HEADER)},
        *({"type": "section", "text": _plain(text)} for text in texts if text),
    ]
    buttons = [
        {"type": "button", "text": _plain(it.label, LONGEST_BUTTON), "url": web_link(it.url)}
        for it in _links(letter)
    ]
    if buttons:
        blocks.append({"type": "actions", "elements": buttons})
    return {"text": chat(letter.subject), "blocks": blocks[:MOST_BLOCKS]}


def _plain(text: str, longest: int = LONGEST_TEXT) -> dict[str, Any]:
    return {"type": "plain_text", "text": _safe(text, longest) or "–", "emoji": False}


def _teams(letter: Letter, texts: Sequence[str]) -> dict[str, Any]:
    heading = {"text": _safe(letter.heading, LONGEST_HEADER), "size": "large", "weight": "bolder"}
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "lang": letter.language,
        "body": [_run(heading), *(_run({"text": _safe(text)}) for text in texts if text)],
        "actions": [
            {
                "type": "Action.OpenUrl",
                "title": _safe(it.label, LONGEST_BUTTON),
                "url": web_link(it.url),
            }
            for it in _links(letter)
        ],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}


def _run(words: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", **words}]}
