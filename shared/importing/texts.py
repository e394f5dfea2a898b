"""The text of a file, in whichever charset it is, and cells without what nothing can hold."""

from __future__ import annotations

import codecs
import io
import re
from typing import Any, BinaryIO, TextIO

from shared.errors import Malformed

CHARSETS = re.compile(
    r"(?:utf-8(?:-sig)?|utf-(?:16|32)(?:-[bl]e)?|ascii|latin-1|iso8859-\d+|cp\d+|mac-\w+"
    r"|koi8-\w|gb\w+|big5\w*|shift_jis\w*|euc_\w+|tis-620)\Z"
)
# What browsers and Excel mean by these names (WHATWG Encoding Standard, 4.2).
_MEANT = {"iso8859-1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254"}
OTHER_CHARSET = (
    "The file is not in the charset it is sent as; save it as “CSV UTF-8”, or name its "
    "charset in Content-Type."
)


def decoded(stream: BinaryIO, charset: str) -> TextIO:
    """``stream`` as text; reading it may raise ``UnicodeError``. Raises ``Malformed``."""
    try:
        codec = codecs.lookup(charset).name
    except (LookupError, ValueError) as error:
        raise Malformed(f"There is no charset {charset!r}.") from error
    if not CHARSETS.match(codec):
        # Python has codecs for compression and for its own texts, too.
        raise Malformed(f"{charset!r} is no charset that files of rows are read in.")
    buffered = io.BufferedReader(_Raw(stream))
    return io.TextIOWrapper(buffered, encoding=_encoding(codec, buffered), newline="")


def _encoding(codec: str, buffered: Any) -> str:
    """A byte order mark says more than a header: Excel writes "Unicode text" in UTF-16."""
    if buffered.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    return "utf-8-sig" if codec == "utf-8" else _MEANT.get(codec, codec)


class _Raw(io.RawIOBase):
    """Adapts any readable stream, such as a request's, to the standard library's text reader."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._stream.read(len(buffer))
        buffer[: len(read)] = read
        return len(read)


def cleaned(value: Any) -> Any:
    """Remove NUL and lone surrogates, which neither the database nor JSON can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {cleaned(name): cleaned(item) for name, item in value.items()}
    return value
