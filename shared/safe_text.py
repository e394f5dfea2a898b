"""Text of others, made safe for the place where it is shown: the one table of forms.

Names of companies and contacts, and reasons, appear in mails, pages, feeds, files and logs. The
harm that a name can do there depends on the form alone, so each form has one function, and every
place uses it:

======================  ==========================  =============================================
form                    function                    what it removes or rewrites
======================  ==========================  =============================================
a line (name, label)    ``one_line``                line ends, controls, marks that reverse text
a text (reason, lead)   ``readable``                controls, marks that reverse other text
words in a sentence     ``isolated``                the same; isolates words read from the right
HTML, attribute         ``shown``, by Jinja         as ``readable``; Jinja escapes the markup
URL to follow           ``web_link``, ``mail_link``  all but http and https; adds no header
XML (Atom)              ``readable``                feedgenerator escapes the markup
ICS                     ``readable``                ``escaped``, ``folded`` of public.formats.feeds
JSON                    ``json.dumps``              nothing: it comes back as it is
CSV                     ``shared.sheets.line``      guards formulas; ``unguarded`` reads them back
Typst (PDF)             ``shared.typeset.pdf``      as data, never as code; letters without a font
log line, terminal      ``terminal``                escapes for what ends lines or moves the cursor
file name               ``disposition``             all but letters, digits, ``.``, ``_`` and ``-``
chat text with markup   ``chat``                    escapes for what links or calls somebody
mail header, subject    ``header``                  what looks encoded is encoded (RFC 2047)
mail display name       ``phrase``                  the same, else a quoted string (RFC 5322)
mail address            ``mailbox``                 refuses what is no address
======================  ==========================  =============================================

The tests pour one corpus through every field into every form, and read each with a strict reader.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any, Literal
from urllib.parse import quote

import idna

REPLACEMENT = "\ufffd"
FIRST_STRONG, END = "\u2068", "\u2069"
LONGEST_LINE = 200
# C0 and C1 controls, halves of surrogate pairs, and the 66 code points that are no characters.
_LAST_TWO = "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
_NO_TEXT = rf"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef{_LAST_TWO}"
UNWRITABLE = re.compile(f"[{_NO_TEXT}]")
_LINE_END = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_OLD_BREAKS = re.compile(r"[\x0b\x0c\x85]")
_NOT_IN_LINES = re.compile(r"[\t\n\r\u2028-\u202e\u2066-\u2069]")
_SPACES = re.compile(rf"[\s{_NO_TEXT}]+")
# Embeddings, overrides and isolates with a direction: they reverse the text after a name.
_DIRECTING = re.compile(r"[\u202a-\u202e\u2066\u2067]")
_ISOLATES = re.compile("[\u2068\u2069]")
_RIGHT_TO_LEFT = re.compile(
    r"[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff"
    r"\U0001e800-\U0001efff]"
)
# RFC 2047: an encoded word has at most 75 characters; 39 bytes become 64, and fit any header.
_WORD_BYTES, _LINE = 39, 64
# RFC 5322 with RFC 6531: letters of any script; what needs a quoted pair is refused.
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}")
_DOT_ATOM = re.compile(r"[^.]+(\.[^.]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")
_ENCODED = "=?"
_WEB = re.compile(r"https?://[^\s<>\"\\^`{|}]+", re.IGNORECASE)
_NO_FILE_NAME = re.compile(r"[^A-Za-z0-9._-]+|\.{2,}")
# Names of devices on Windows, whatever stands behind the dot.
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|\Z)", re.IGNORECASE)
LONGEST_FILE_NAME = 120
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 &'(),./:+-]{1,64}")


def readable(text: str) -> str:
    """A text of several lines: no character that XML, HTML, a mail or a calendar cannot hold."""
    if text.isprintable():
        return text
    lined = _LINE_END.sub("\n", text)
    return _undirected(UNWRITABLE.sub(REPLACEMENT, lined))


def shown(value: Any) -> Any:
    """What an expression of a template gives, for ``finalize`` of Jinja, which escapes it then."""
    return readable(value) if type(value) is str else value


def one_line(text: str, longest: int | None = LONGEST_LINE) -> str:
    """A text of one line, at most ``longest`` characters: nothing in it begins another line."""
    whole = _SPACES.sub(" ", _undirected(text)).strip()
    # Cutting it may part a pair of isolates.
    return _undirected(whole[:longest]).strip()


def is_text(text: str) -> bool:
    """Return whether a text can be accepted: its only controls are line breaks and tabs."""
    return not (UNWRITABLE.search(text) or _OLD_BREAKS.search(text))


def is_one_line(text: str) -> bool:
    """Return whether a name can be accepted. Names stored earlier are made so when shown."""
    return is_text(text) and not _NOT_IN_LINES.search(text)


def isolated(text: Any) -> Any:
    """Text for the middle of a sentence: right-to-left text does not reorder it (UAX 9, 2.4).
    Values that are no plain text, such as numbers or markup, stay as they are."""
    if type(text) is not str:
        return text
    safe = one_line(text, None)
    return f"{FIRST_STRONG}{safe}{END}" if _RIGHT_TO_LEFT.search(safe) else safe


def header(text: str) -> str:
    """The value of a mail header, folded. Reading it gives ``one_line(text)``, decoded once.

    Python's ``email`` does not do it: before 3.13 it decodes the value that it is given.
    """
    line = one_line(text)
    lines = _folded(line)
    is_plain = line.isascii() and _ENCODED not in line and len(max(lines, key=len)) <= _LINE
    return "\r\n ".join(lines) if is_plain else _encoded_words(line)


def chat(text: str) -> str:
    """A line of a chat message whose markup is in angle brackets (Slack's ``mrkdwn``): words in it
    neither hide where a link leads nor call people to the room."""
    line = one_line(text)
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def phrase(text: str) -> str:
    """The display name before an address (RFC 5322, 3.2.5): quoted, or encoded as a header."""
    line = one_line(text)
    return f'"{line}"' if _PLAIN_NAME.fullmatch(line) else _encoded_words(line)


def mailbox(address: str) -> str:
    """Return the address as headers and envelope write it. Raises ValueError if it is not valid.

    A local part with ``=?``, which some readers would decode, is not valid.
    """
    local, _, domain = address.rpartition("@")
    host = idna.encode(domain, uts46=True).decode()
    if not _LOCAL.fullmatch(local) or _ENCODED in local or not _DOMAIN.fullmatch(host):
        raise ValueError("no address")
    return f"{local}@{host}" if _DOT_ATOM.fullmatch(local) else f'"{local}"@{host}'


def web_link(url: str | None) -> str:
    """Return a URL of the web; empty if it could run something (``javascript:``) or looks like
    another one."""
    leads = url is not None and _WEB.fullmatch(url) is not None and url.isprintable()
    return url if url and leads else ""


def mail_link(address: str) -> str:
    """A link that writes to the address, and adds no header (RFC 6068)."""
    return f"mailto:{quote(address, safe='@')}"


def terminal(text: str) -> str:
    """Text for a screen or a log line: characters that end the line, move the cursor, colour or
    reverse text are written as escapes, such as ``\\x1b``."""
    if text.isprintable():
        return text
    escaped = (letter.encode("unicode_escape").decode() for letter in text)
    return "".join(map(lambda raw, safe: raw if raw.isprintable() else safe, text, escaped))


def disposition(kind: Literal["inline", "attachment"], name: str) -> str:
    """``Content-Disposition`` (RFC 6266) with a name that every file system takes, and that leads
    to no other folder."""
    plain = _NO_FILE_NAME.sub("-", name).strip(".-")[:LONGEST_FILE_NAME] or "file"
    return f'{kind}; filename="{"file-" if _DEVICE.match(plain) else ""}{plain}"'


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
    """Remove characters that reverse the text after them; our own isolates stay, in pairs."""
    kept = _DIRECTING.sub("", text)
    return kept if _is_paired(kept) else kept.replace(FIRST_STRONG, "").replace(END, "")


def _is_paired(text: str) -> bool:
    depth = 0
    for mark in _ISOLATES.findall(text):
        depth += 1 if mark == FIRST_STRONG else -1
        if depth < 0:
            return False
    return depth == 0
