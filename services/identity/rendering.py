"""The small pages of identity in the reader's language: words, and the one template."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.lists import format_list
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.safe_text import isolated, shown

HERE = Path(__file__).parent
LANGUAGES = ("en", "da", "sv")
LOCALES = {"en": "en_GB", "da": "da_DK", "sv": "sv_SE"}
# Beside the sheet of the public page: lines that are short enough to be read.
STYLE = (
    ".lede,.narrow{overflow-wrap:anywhere}"
    ".narrow{max-width:34rem;margin:2.4rem 0}"
    ".narrow form{margin:1.2rem 0}"
    ".narrow button{margin:.8rem 0 0}"
    ".narrow .other{background:none;color:var(--link)}"
    ".narrow [role=alert]{background:var(--bad-bg);color:var(--bad)}"
    ".narrow [aria-invalid=true]{border:2px solid var(--bad)}"
    ".narrow .things{list-style:none;padding:0}"
    ".narrow .things>li{border-top:1px solid var(--line);padding:.8rem 0}"
    ".narrow .things form{margin:0}"
)
STYLE_SHA256 = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    "default-src 'none'",
    f"style-src 'self' 'sha256-{STYLE_SHA256}'",
    "img-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
# A page with a passkey runs our own script, which asks us what to ask the authenticator.
WITH_SCRIPT = ("script-src 'self'", "connect-src 'self'")

_pages = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=shown,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Words:
    """``words("key", name=…)`` gives the text."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language, self._texts = language, texts

    def __call__(self, key: str, **values: object) -> str:
        return self._texts[key].format(**{name: isolated(it) for name, it in values.items()})

    def roles(self, roles: Sequence[str]) -> str:
        named = [self(f"role.{role}") for role in roles]
        return str(format_list(named, locale=LOCALES[self.language]))

    def day(self, day: date) -> str:
        return str(format_date(day, "long", locale=LOCALES[self.language]))


@cache
def words(language: str) -> Words:
    text = (HERE / "translations" / f"{language}.json").read_text("utf-8")
    return Words(language, json.loads(text))


@dataclass(frozen=True)
class Button:
    """A form of one button, with an address to be entered where ``asks_email``. ``email``: what was
    entered and is none."""

    action: str
    label: str
    asks_email: bool = False
    email: str = ""


@dataclass(frozen=True)
class Thing:
    """Something that a person has. ``says``: more of it; ``remove``: a form of one button."""

    name: str
    says: str
    remove: Button


@dataclass(frozen=True)
class PasskeyForm:
    """A form that our script shows and fills, where the browser knows passkeys. ``kind``: what it
    asks the authenticator, ``get`` or ``create``."""

    action: str
    label: str
    kind: str
    asks_name: bool = False


@dataclass(frozen=True)
class Search:
    """A form that changes nothing: for the short name of an organisation. ``wanted``: the name that
    was looked for in vain."""

    action: str
    label: str
    button: str
    wanted: str = ""


@dataclass(frozen=True)
class Page:
    """What a page says, from the top; ``alert``: what went wrong with what was sent.

    ``links``: ways on; ``link``: the way back.
    """

    title: str
    lede: str = ""
    paragraphs: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    alert: str = ""
    button: Button | None = None
    other: Button | None = None
    link: tuple[str, str] | None = None
    links: tuple[tuple[str, str], ...] = ()
    passkey: PasskeyForm | None = None
    things: tuple[Thing, ...] = ()
    search: Search | None = None


def policy(page: Page) -> str:
    """What the browser may load and run on this page (CSP)."""
    return "; ".join((*POLICY, *(WITH_SCRIPT if page.passkey else ())))


def rendered(page: Page, t: Words, form: str) -> str:
    """``form``: what proves that a form of ours is sent."""
    values: dict[str, Any] = {"page": page, "t": t, "form": form, "style": STYLE}
    return _pages.get_template("page.html").render(**values, languages=LANGUAGES)
