"""Templates: the structure and the short wording of a document, in several languages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

from shared.documents import from_document

BUILT_IN = ""
FALLBACK = "en"


@dataclass(frozen=True)
class Section:
    """``heading`` and ``text`` by language."""

    number: str
    heading: dict[str, str]
    text: dict[str, str]


@dataclass(frozen=True)
class Template:
    """Never changed once made: a new wording is a new template. ``owner`` "" means built in.

    ``reference`` names the official text that applies unchanged beside the wording, if any.
    """

    id: str
    owner: str
    name: str
    kind: str
    reference: str | None
    sections: tuple[Section, ...]
    created_at: datetime

    @property
    def built_in(self) -> bool:
        return self.owner == BUILT_IN

    @property
    def languages(self) -> list[str]:
        """The languages in which every section is told."""
        told = [set(part) for each in self.sections for part in (each.heading, each.text)]
        return sorted(set.intersection(*told)) if told else []

    def visible_to(self, org_id: str) -> bool:
        return self.owner in (BUILT_IN, org_id)


def built_in_templates() -> list[Template]:
    """The templates that come with the product."""
    text = files("services.agreements").joinpath("templates/built_in.json").read_text("utf-8")
    return [_built_in(each) for each in json.loads(text)]


def in_language(texts: dict[str, str], language: str) -> str:
    """The text in ``language`` (BCP 47), else in its main language, else in English, else any."""
    for wish in (language, language.partition("-")[0], FALLBACK):
        if wish in texts:
            return texts[wish]
    return next(iter(texts.values()), "")


def _built_in(told: dict[str, Any]) -> Template:
    created_at = datetime.fromisoformat(told["created_at"])
    return from_document(Template, {**told, "owner": BUILT_IN, "created_at": created_at})
