"""Whether a name on a list of participants is the name of the recipient.

Only a company that is on the list may rely on it: (EU) 2023/1795 Art. 1 and Annex I, I.2; the UK
and Swiss lists are parts of the same. Another company of the group has another name, and is covered
only where the certification names it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# How legal forms are written, by the form that they are; the longest is tried first.
_FORMS = {
    "inc": ("incorporated", "inc"),
    "corp": ("corporation", "corp"),
    "co": ("company", "co"),
    "llc": ("limited liability company", "llc", "l l c"),
    "llp": ("limited liability partnership", "llp", "l l p"),
    "lp": ("limited partnership", "lp", "l p"),
    "ltd": ("limited", "ltd"),
    "plc": ("public limited company", "plc", "p l c"),
    "pbc": ("public benefit corporation", "a public benefit corporation", "pbc", "p b c"),
    "gmbh": ("gesellschaft mit beschränkter haftung", "gmbh", "g m b h"),
    "ag": ("aktiengesellschaft", "ag"),
    "se": ("societas europaea", "se"),
    "bv": ("besloten vennootschap", "bv", "b v"),
    "nv": ("naamloze vennootschap", "nv", "n v"),
    "sarl": ("sarl", "s a r l", "sàrl"),
    "sas": ("sas", "s a s"),
    "sa": ("sa", "s a"),
    "srl": ("srl", "s r l"),
    "spa": ("spa", "s p a"),
    "as": ("aktieselskab", "a s"),
    "aps": ("anpartsselskab", "aps"),
    "ab": ("aktiebolag", "ab"),
    "oy": ("osakeyhtiö", "oy"),
    "pty ltd": ("pty limited", "pty ltd", "proprietary limited"),
    "pte ltd": ("pte limited", "pte ltd", "private limited", "pvt ltd"),
    "kk": ("kabushiki kaisha", "kk", "k k"),
}
_OTHER_NAME = re.compile(
    r"\b(?:d/b/a|dba|d\.b\.a\.?|doing business as|trading as|t/a|a/k/a|aka|also known as"
    r"|f/k/a|fka|formerly(?: known as)?)(?!\w)",
    re.IGNORECASE,
)
# What a list adds to the name of the company that certified itself.
_GROUP = re.compile(
    r"[,\s]+(?:and|&)\s+(?:its|their)\s+(?:[\w.'-]+\s+){0,6}"
    r"(?:subsidiaries|affiliates|entities|companies)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_WORD = re.compile(r"\w+")


def is_named(listed: str, recipient: str, covered: Sequence[str] = ()) -> bool:
    """Whether ``recipient`` is the company ``listed``, or one of those that it covers.

    Case, punctuation, accents and how a legal form is written do not matter; another legal form or
    another word is another company. A form that one of the names lacks is not compared. Of a name
    with another behind "d/b/a", "aka" or "formerly", either may be meant.
    """
    names = {name for each in (listed, *covered) for name in _names(each)}
    return any(_same(name, own) for name in names for own in _names(recipient))


Company = tuple[str, str]


def _same(one: Company, other: Company) -> bool:
    is_same_form = one[1] == other[1] or not one[1] or not other[1]
    return bool(one[0]) and one[0] == other[0] and is_same_form


@lru_cache(maxsize=4_096)
def _names(text: str) -> tuple[Company, ...]:
    """The names that a text gives a company, each as its words and its legal form."""
    alone = _GROUP.sub("", _plain(text))
    parts = [part for part in _OTHER_NAME.split(_unbracketed(alone)) if part.strip()]
    return tuple(_company(part) for part in parts)


def _unbracketed(text: str) -> str:
    """A bracket with another name of the company becomes a name of its own; with its initials it
    says nothing; any other belongs to the name."""

    def opened(found: re.Match[str]) -> str:
        inner = found[1].strip()
        if _OTHER_NAME.match(inner):
            return f" {inner} "
        return " " if _are_initials(inner, text[: found.start()]) else f" {inner} "

    return _BRACKETS.sub(opened, text)


def _are_initials(inner: str, before: str) -> bool:
    words = _WORD.findall(before)
    initials = "".join(word[0] for word in words).casefold()
    letters = inner.casefold()
    return len(letters) > 1 and initials.startswith(letters)


def _plain(text: str) -> str:
    """One way of writing each letter, without marks that cannot be seen."""
    composed = unicodedata.normalize("NFKC", text)
    return "".join(each for each in composed if unicodedata.category(each) not in ("Cf", "Cc"))


def _company(text: str) -> Company:
    words = " ".join(_WORD.findall(text.casefold().replace("&", " and ").replace("'", "")))
    words = words.removeprefix("the ")
    for form, spelling in _SPELLINGS:
        stem = words.removesuffix(f" {spelling}")
        if stem != words:
            return _letters(stem), form
    return _letters(words), ""


def _letters(words: str) -> str:
    """Without accents and spaces: "I. B. M." is "IBM", and "Help Scout" is "HelpScout"."""
    apart = unicodedata.normalize("NFD", words.replace(" ", ""))
    return "".join(each for each in apart if not unicodedata.combining(each))


_SPELLINGS = sorted(
    ((form, spelling) for form, spellings in _FORMS.items() for spelling in spellings),
    key=lambda pair: -len(pair[1]),
)
