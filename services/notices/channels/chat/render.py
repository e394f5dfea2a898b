"""A letter as a message of a chat tool.

Words of others stand in elements that know no markup: ``plain_text`` of Slack's Block Kit, text
runs of an Adaptive Card. Slack's one text with markup, for notifications, is written by
``safe_text.chat``. Lengths are those that the tools take.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.notices.channels.chat.texts import changes_left_out, left_out, why
from services.notices.letters import Action, Letter
from services.notices.letters.shape import Differences, Item, Place
from shared.safe_text import chat, isolated, one_line, web_link

FORMS = ("slack", "teams")
LONGEST_HEADER, LONGEST_TEXT, LONGEST_BUTTON, MOST_BLOCKS = 150, 2_900, 75, 45
# Teams takes 28 KB. How long a line may be, tried in turn until the message is no larger.
LARGEST, LINES = 26_000, (LONGEST_TEXT, 1_000, 300, 100)


def body(form: str, letter: Letter, message: Mapping[str, Any]) -> bytes:
    """The JSON that a room of this form takes. KeyError for another form.

    Where it would be too large, lines are cut shorter; if that is not enough, places are left out,
    and the message says how many and where to read them.
    """
    write = {"slack": _slack, "teams": _teams}[form]
    raw = b""
    for shown, longest in _sizes(letter):
        rest = _left_out(letter, shown)
        texts = _texts(_with(letter, shown), message, rest)
        # Where to read the rest is never cut.
        lengths = ((text, LONGEST_TEXT if text == rest else longest) for text in texts)
        pieces = [piece for text, most in lengths for piece in _pieces(text, most)]
        is_whole = len(pieces) <= MOST_BLOCKS + 1
        # The last one says why the room gets it.
        pieces = [*pieces[:-1][:MOST_BLOCKS], pieces[-1]]
        raw = json.dumps(write(letter, pieces), ensure_ascii=False).encode()
        if is_whole and len(raw) <= LARGEST:
            break
    return raw


def _sizes(letter: Letter) -> Iterator[tuple[int, int]]:
    """How many places to show, and how long a line may be: the most first."""
    most = max(len(letter.places), len(letter.items), len(letter.sections))
    yield from ((most, longest) for longest in LINES)
    while most:
        most = most * 3 // 4
        yield most, LINES[-1]


def _with(letter: Letter, shown: int) -> Letter:
    return replace(
        letter,
        places=letter.places[:shown],
        items=letter.items[:shown],
        sections=letter.sections[:shown],
    )


def _left_out(letter: Letter, shown: int) -> str:
    """How many places or changes are left out, and where to read them; empty if all are shown."""
    count = sum(max(0, len(each) - shown) for each in (letter.places, letter.items))
    changes = max(0, len(letter.sections) - shown)
    url = next((action.url for action in _links(letter) if not action.primary), "")
    if changes:
        return changes_left_out(letter.language, changes, url)
    return left_out(letter.language, count, url) if count else ""


def _texts(letter: Letter, message: Mapping[str, Any], rest: str) -> Iterator[str]:
    """The paragraphs, in order."""
    if letter.warning:
        yield f"! {letter.warning}"
    yield letter.lead
    if letter.facts:
        yield "\n".join(_line(f"{fact.label}: {fact.value}") for fact in letter.facts)
    if letter.differences:
        yield "\n".join(_differences(letter.differences))
    if letter.places:
        places = [line for place in letter.places for line in _place(place)]
        yield "\n".join([_line(letter.places_heading), *places])
    if letter.items:
        items = [line for item in letter.items for line in _item(item)]
        yield "\n".join([_line(letter.items_heading), *items])
    for section in letter.sections:
        facts = (_line(f"{fact.label}: {fact.value}") for fact in section.facts)
        where = (line for place in section.places for line in _place(place))
        shown = _differences(section.differences) if section.differences else ()
        yield "\n".join([_line(section.heading), *facts, *shown, *where])
    if rest:
        yield rest
    yield from letter.paragraphs
    data = message.get("data") or {}
    yield why(letter.language, data)


def _line(text: str) -> str:
    return one_line(text, None)


def _differences(shown: Differences) -> Iterator[str]:
    yield _line(shown.heading)
    for line in shown.lines:
        before, after = isolated(line.before), isolated(line.after)
        yield _line(f"• {line.label}: {before} → {after}")


def _place(place: Place) -> Iterator[str]:
    yield _line(f"• {isolated(place.name)} – {place.kind}: {place.verdict}")
    yield from (_line(text) for text in place.notes)


def _item(item: Item) -> Iterator[str]:
    yield _line(f"• {isolated(item.name)} – {item.said}")
    yield from (_line(text) for text in (item.note, item.ids) if text)


def _cut(text: str, longest: int) -> str:
    """At most so many units of UTF-16, in which the tools may count."""
    raw = text.encode("utf-16-le")
    if len(raw) <= 2 * longest:
        return text
    return raw[: 2 * (longest - 1)].decode("utf-16-le", "ignore").rstrip() + "…"


def _safe(text: str, longest: int) -> str:
    """One line; cutting it leaves no mark behind that directs other text."""
    return _line(_cut(_line(text), longest))


def _pieces(text: str, longest: int) -> Iterator[str]:
    """The text in blocks that the tools take, parted between lines."""
    piece = ""
    for line in text.split("\n"):
        safe = _safe(line, longest)
        if piece and _units(piece) + 1 + _units(safe) > LONGEST_TEXT:
            yield piece
            piece = ""
        piece = f"{piece}\n{safe}" if piece else safe
    if piece:
        yield piece


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _links(letter: Letter) -> Sequence[Action]:
    return [action for action in letter.actions if web_link(action.url)]


def _slack(letter: Letter, texts: Sequence[str]) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": _plain(letter.heading, LONGEST_HEADER)},
        *({"type": "section", "text": _block(text)} for text in texts),
    ]
    buttons = [
        {"type": "button", "text": _plain(it.label, LONGEST_BUTTON), "url": web_link(it.url)}
        for it in _links(letter)
    ]
    if buttons:
        blocks.append({"type": "actions", "elements": buttons})
    return {"text": chat(letter.subject) or "–", "blocks": blocks}


def _plain(text: str, longest: int) -> dict[str, Any]:
    return _block(_safe(text, longest) or "–")


def _block(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _teams(letter: Letter, texts: Sequence[str]) -> dict[str, Any]:
    heading = {"text": _safe(letter.heading, LONGEST_HEADER), "size": "large", "weight": "bolder"}
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "lang": letter.language,
        "body": [_run(heading), *(_run({"text": text}) for text in texts)],
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
