"""Whether two texts differ in their spelling only."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

# Numbers stay as they are written, with their points and strokes: 1.5 is not 15.
_TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)*|[^\W\d_]+|[^\w\s]")
# The accents of alphabets, the points of Hebrew and Arabic, and how a sign is drawn.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\ufe00-\ufe0f]")
# Of mathematics, of money and of all else; and marks, which in many scripts make another letter.
_SAYING = ("Sm", "Sc", "So", "Mn", "Mc", "Me")
_SAYING_TOO, _SAYING_NOTHING = "%\u2030", "|\u00a6\u00a9\u00ae"
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u2010\u2011\u00ad](?=[^\W\d_])")
# In shorter words two swapped letters make another word too easily: "on" and "no".
_SHORTEST_TO_SWAP = 5


def same_spelling(one: str, other: str) -> bool:
    """Whether the texts have the same words, but for how they are spelled.

    Capitals, spaces, punctuation, hyphens inside a word and accents are spelling; so are a letter
    that is doubled or not, and two neighbours that are swapped, after the first letter of a word
    of five or more. Any other letter may make another word ("genetic", "generic"), so it counts;
    so does a sign that says something ("< 1 year", "> 1 year").
    """
    first, second = _words(one), _words(other)
    return len(first) == len(second) and all(map(_same_word, first, second))


def _words(text: str) -> list[str]:
    letters = unicodedata.normalize("NFKD", text).casefold()
    plain = _HYPHEN.sub("", _ACCENTS.sub("", letters))
    return [token for token in _TOKEN.findall(plain) if token[0].isalnum() or _says(token)]


def _says(sign: str) -> bool:
    """Whether a sign that is neither letter nor number is more than punctuation."""
    if sign in _SAYING_NOTHING:
        return False
    return sign in _SAYING_TOO or unicodedata.category(sign) in _SAYING


def _same_word(one: str, other: str) -> bool:
    if one == other:
        return True
    # Beside a number a word is another one in any case: no letter of it is a digit.
    return one.isalpha() and (_single(one) == _single(other) or _swapped(one, other))


def _single(word: str) -> str:
    """The word without doubled letters; a short one stays as it is ("to", "too")."""
    return "".join(letter for letter, _ in groupby(word)) if len(word) > 3 else word


def _swapped(one: str, other: str) -> bool:
    """Whether two neighbours after the first letter have changed places, in a word long enough."""
    swaps = (one[:at] + one[at + 1] + one[at] + one[at + 2 :] for at in range(1, len(one) - 1))
    return len(one) >= _SHORTEST_TO_SWAP and other in swaps
