"""What a notice says on the page that the link in its mail opens, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.notices.letters.changes import notice
from services.notices.letters.contents import section_of
from services.notices.letters.shape import Section
from services.notices.letters.small_print import persons_named
from services.notices.letters.words import language_of, words
from services.notices.model.answering import Answering
from services.notices.model.told_changes import changes_told
from shared.counting import counted_by


@dataclass(frozen=True)
class NoticePage:
    """``warning``: of an emergency. ``sections``: one for each change, in the order of the notice.
    ``approved_by``: who approved it for the vendor. ``counting``: how the days are counted."""

    language: str
    heading: str
    warning: str
    sections: tuple[Section, ...]
    approved_by: str
    counting: str


def page_of(kind: str, language: str | None, body: Mapping[str, Any]) -> NoticePage:
    """``body``: of the webhook message, with the days that follow now."""
    t = words(language_of(language))
    letter, data = notice(t, kind, body, Answering()), body["data"]
    about = data["notice"]
    return NoticePage(
        language=t.language,
        heading=letter.heading,
        warning=letter.warning,
        sections=tuple(section_of(t, change, about) for change in changes_told(data)),
        approved_by=persons_named(data.get("approved_by") or ()),
        counting=counted_by(t.language, about.get("holidays"), about.get("time_zones") or ()),
    )
