"""Names in a cell: that of one company, and those of products."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.registry.importing import words
from services.registry.importing.cutting import split
from shared.errors import problem_at
from shared.importing.asking import Answers, Question
from shared.importing.cells import without_marks

ONE = "one"
_BETWEEN = re.compile(r"\s+[/+|]\s+|\s*[;\n•]\s*|(?<=\w{3})/(?=\w{3})")
_COMMA = re.compile(r"\s*,\s*")
# What may stand behind a comma in the name of one company.
_FORM = (
    r"(?:inc|incorporated|llc|l\.l\.c|ltd|limited|corp|corporation|co|company|gmbh|ag|kg|se|sa|sas"
    r"|s\.a|s\.a\.s|s\.l|sl|srl|s\.r\.l|spa|s\.p\.a|bv|b\.v|nv|n\.v|v\.o\.f|ab|aps|a/s|as|asa|oy"
    r"|oyj|oü|plc|pbc|llp|lp|pty|pte|pvt|k\.k|kk|sarl|n\.a|na|ulc|kft|zrt|sp\. z o\.o)"
)
_FORMS = re.compile(
    rf"{_FORM}(?:[.,]?\s+{_FORM})*[.,]?\s*(?:\([^()]*\))?"
    r"(?:\s+(?:d/b/a|dba|d\.b\.a\.|t/a|trading as|doing business as)\s.*)?"
    r"|(?:d\.b\.a\.|dba|trading as|part of|formerly|previously|an?) .*",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\s*[(\[](?:formerly|previously|f/k/a|fka|tidligere|tidigare|fd\.?|früher|ehemals|vormals)\b"
    r"[^()\[\]]*[)\]]\s*\Z",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"(?:all|every|any|alle|alla|samtliga|samtlige)(?:\s+(?:our\s+|of\s+our\s+|the\s+|våra\s+|vores\s+)?"
    r"(?:products?|services?|produkter|produkterne|produkterna|tjenester|tjänster|ydelser|plans?))?",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s*[;\n•|,]\s*|\s+[/+]\s+")
_JOINED = re.compile(r"\s+(?:and|og|och|und|&)\s+", re.IGNORECASE)


@dataclass(slots=True)
class Named:
    """The name of one company; empty while the vendor has to say whose it is."""

    name: str = ""
    questions: list[Question] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Products:
    """Names of products; none: all of them."""

    names: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read_name(value: Any, text: str, answers: Answers) -> Named:
    """The legal name in a cell. Raises ``Invalid`` for a value that is no text."""
    if not isinstance(value, str | list):
        raise problem_at("/legal_name", "invalid", "The name is no text; write it in quotes.")
    name, marks = without_marks(" ".join(text.split()))
    before = _EARLIER.search(name)
    name = name[: before.start()].rstrip() if before and before.start() else name
    named = Named("" if words.says_nothing(name) else name)
    if before and before.start():
        named.remarks.append(f"“{before[0].strip()}” is not read: it is an earlier name.")
    if marks:
        named.remarks.append(f"“{marks}” behind the name is not read; is there a footnote?")
    companies = _companies(without_marks(text)[0])
    if len(companies) > 1:
        _ask_which(named, companies, answers)
    return named


def _companies(text: str) -> list[str]:
    """The names in ``text``; one, unless a separator stands between several."""
    parts = split(text, _BETWEEN)
    if len(parts) < 2 or all(len(part) < 2 for part in parts):
        return _apart_by_commas(parts)
    # "Amazon Web Services ⏎ (AWS)" is one name on two lines.
    return [part for part in parts if not part.startswith("(")]


def _apart_by_commas(parts: Sequence[str]) -> list[str]:
    names = [part for text in parts for part in split(text, _COMMA)]
    return [name for at, name in enumerate(names) if at == 0 or not _FORMS.fullmatch(name)]


def _ask_which(named: Named, companies: Sequence[str], answers: Answers) -> None:
    why = (
        f"“{named.name}” names several companies; each is an entry of its own. Name the one that "
        f"the row is about, or say “{ONE}” if it is one company; the others need rows of their own."
    )
    question = Question("legal_name", named.name, "several-companies", why, (ONE, *companies))
    answer = answers.to(question)
    if answer is None:
        named.questions.append(question)
    elif answer and answer[0] != ONE:
        others = ", ".join(name for name in companies if name != answer[0])
        named.name = answer[0]
        named.remarks.append(f"“{others}” is not read: the row is about {answer[0]}.")


def read_products(text: str, answers: Answers) -> Products:
    """The products in a cell: "Core, Helpdesk" are two, "all products" none in particular."""
    read = Products()
    for part in split(text, _PARTS):
        if words.says_nothing(part):
            continue
        if words.doubts().search(part) or (_ALL.fullmatch(part) and "," in text):
            _ask_products(part, text, read, answers)
        elif not _ALL.fullmatch(part):
            _take_product(part, read, answers)
    read.names = list(dict.fromkeys(read.names))
    return read


def _take_product(part: str, read: Products, answers: Answers) -> None:
    names = split(part, _JOINED)
    if len(names) < 2:
        read.names.append(part)
        return
    why = f"“{part}” may be one product or several; name them. No name: all products."
    _ask(Question("products", part, "several-products", why, (part, *names)), read, answers)


def _ask_products(part: str, text: str, read: Products, answers: Answers) -> None:
    why = f"“{part}” in “{text}” leaves products out; name those it is for. No name: all products."
    _ask(Question("products", part, "products-doubtful", why), read, answers)


def _ask(question: Question, read: Products, answers: Answers) -> None:
    answer = answers.to(question)
    if answer is None:
        read.questions.append(question)
    else:
        read.names += answer
