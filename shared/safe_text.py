"""Words of others, made safe for the place where they are shown: the one table of forms.

Whoever names a company, a contact or a reason writes into mails, pages, feeds, files and logs.
What a name can do there depends on the form alone, so each form has one function, and every
place uses it:

======================  ==========================  =============================================
form                    function                    what it takes away or writes otherwise
======================  ==========================  =============================================
a line (name, label)    ``one_line``                line ends, controls, overrides of direction
a text (reason, lead)   ``readable``                controls, overrides of direction
HTML, attribute         ``shown``, by Jinja         the same; Jinja escapes the markup
words in a sentence     ``isolated``                keeps right-to-left words from their neighbours
mail header, subject    ``header``                  what looks encoded is encoded (RFC 2047)
mail display name       ``phrase``                  the same, else a quoted string (RFC 5322)
mail address            ``mailbox``                 refuses what is no address
======================  ==========================  =============================================

The tests pour one corpus through every field into every form, and read each with a strict reader.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

import idna

REPLACEMENT = "\ufffd"
FIRST_STRONG, END = "\u2068", "\u2069"
LONGEST_LINE = 200
# C0 and C1 controls, halves of surrogate pairs, and the 66 code points that are no characters.
_LAST_TWO = "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
UNWRITABLE = rf"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef{_LAST_TWO}"
_UNWRITABLE = re.compile(f"[{UNWRITABLE}]")
_LINE_END = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(rf"[\s{UNWRITABLE}]+")
# Embeddings, overrides and isolates with a direction: they turn the text behind a name round.
_DIRECTING = re.compile(r"[\u202a-\u202e\u2066\u2067]")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff"
                            r"\U0001e800-\U0001efff]")  # fmt: skip
# RFC 2047: an encoded word has at most 75 characters; 39 bytes become 64, and fit any header.
_WORD_BYTES, _LINE = 39, 64
# RFC 5322 with RFC 6531: letters of any script; what needs a quoted pair is refused.
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}")
_DOT_ATOM = re.compile(r"[^.]+(\.[^.]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_ENCODED = "=?"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 &'(),./:+-]{1,64}")


def readable(text: str) -> str:
    """A text of several lines: no character that XML, HTML, a mail or a terminal cannot hold."""
    lined = _LINE_END.sub("\n", text)
    return _undirected(_UNWRITABLE.sub(REPLACEMENT, lined))


def shown(value: Any) -> Any:
    """What an expression of a template gives, for ``finalize`` of Jinja, which escapes it then."""
    return readable(value) if type(value) is str else value


def one_line(text: str, longest: int | None = LONGEST_LINE) -> str:
    """A text of one line, at most ``longest`` characters: nothing in it begins another line."""
    return _undirected(_SPACES.sub(" ", text).strip()[:longest].strip())


def isolated(text: str) -> str:
    """Words to stand in a sentence: those read from the right do not reorder it (UAX 9, 2.4)."""
    safe = one_line(text, None)
    return f"{FIRST_STRONG}{safe}{END}" if _RIGHT_TO_LEFT.search(safe) else safe


def header(text: str) -> str:
    """The value of a mail header, folded. Reading it gives ``one_line(text)``, decoded once.

    We encode, and not Python's ``email``: before 3.13 that decodes what it is handed.
    """
    line = one_line(text)
    lines = _folded(line)
    is_plain = line.isascii() and _ENCODED not in line and len(max(lines, key=len)) <= _LINE
    return "\r\n ".join(lines) if is_plain else _encoded_words(line)


def phrase(text: str) -> str:
    """The display name before an address (RFC 5322, 3.2.5): quoted, or encoded as a header."""
    line = one_line(text)
    return f'"{line}"' if _PLAIN_NAME.fullmatch(line) else _encoded_words(line)


def mailbox(address: str) -> str:
    """The address as headers and envelope write it. Raises ValueError when it is none.

    A local part that some reader would decode, one with ``=?``, is none.
    """
    local, _, domain = address.rpartition("@")
    host = idna.encode(domain, uts46=True).decode()
    if not _LOCAL.fullmatch(local) or _ENCODED in local or not _DOMAIN.fullmatch(host):
        raise ValueError("no address")
    return f"{local}@{host}" if _DOT_ATOM.fullmatch(local) else f'"{local}"@{host}'


def _encoded_words(line: str) -> str:
    words, word = [], b""
    for character in line:
        more = character.encode()
        if len(word) + len(more) > _WORD_BYTES:
            words.append(word)
            word = b""
        word += more
    return "\r\n ".join(f"=?utf-8?b?{b64encode(each).decode()}?=" for each in [*words, word])


def _folded(line: str) -> list[str]:
    lines = [""]
    for word in line.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= _LINE:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip()
    return lines


def _undirected(text: str) -> str:
    """Without characters that direct the text behind them; our own isolates stay, as pairs."""
    kept = _DIRECTING.sub("", text)
    depth = 0
    for character in kept:
        depth += (character == FIRST_STRONG) - (character == END)
        if depth < 0:
            break
    return kept if depth == 0 else kept.replace(FIRST_STRONG, "").replace(END, "")
