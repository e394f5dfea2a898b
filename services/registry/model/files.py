"""Files that a vendor keeps: what may be kept, under which name, and for how long."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.registry.model.pngs import PNG, fault_of_png
from shared.errors import Conflict, Invalid, TooLarge
from shared.pdfs import PDF, fault_of_beginning, fault_of_end

LARGEST = 16 * 1024 * 1024
# What is kept, by media type, as the ending of its name.
ENDINGS = {PDF: ".pdf", PNG: ".png"}
# A file that takes longer to come in is given up; its pieces are removed an hour after it began.
SLOWEST, LEFTOVERS_AFTER = timedelta(minutes=10), timedelta(hours=1)
# A file that nothing names is removed after this time, and so many may wait for that.
UNUSED_AFTER, MOST_UNUSED = timedelta(days=7), 50
_FOLDERS = re.compile(r"[/\\:]+")


class FileTooLarge(TooLarge):
    """A file has at most 16 MiB; make the PDF smaller and send it again."""


class NotAPdf(Invalid):
    """The file is not a whole PDF; save it as a PDF again and send that."""

    code = "not-a-pdf"


class NotAPng(Invalid):
    """The file is not a whole PNG of at most 512 KiB; save it as a PNG again and send that."""

    code = "not-a-png"


class UploadTooSlow(Conflict):
    """The file took too long to come in; send it again."""

    code = "upload-too-slow"


class TooManyUnusedFiles(Conflict):
    """Many files are not named by anything yet; name them in assessments, or wait a week."""

    code = "too-many-unused-files"


@dataclass(frozen=True)
class KeptFile:
    """``sha256`` in lower-case hex; ``used_at``: since when something names it, else None."""

    id: str
    processor_id: str
    name: str
    media_type: str
    bytes: int
    sha256: str
    created_at: datetime
    used_at: datetime | None = None


def safe_name(name: str, media_type: str) -> str:
    """The name without folders, and with the ending of its kind: ``../../x`` is ``x.pdf``."""
    last = [part.strip(" .") for part in _FOLDERS.split(name)]
    plain = next((part for part in reversed(last) if part), "document")
    ending = ENDINGS[media_type]
    return plain if plain.lower().endswith(ending) else f"{plain}{ending}"


def check_beginning(head: bytes) -> None:
    """Raises ``NotAPdf`` for a file that is empty, or does not begin as a PDF does."""
    fault = fault_of_beginning(head) if head else "It is empty."
    if fault:
        raise NotAPdf(fault)


def check_png(body: bytes) -> None:
    """Raises ``NotAPng`` for what is not one whole picture."""
    fault = fault_of_png(body)
    if fault:
        raise NotAPng(fault)


def check_end(tail: bytes) -> None:
    """Raises ``NotAPdf`` for a file that was cut off."""
    fault = fault_of_end(tail)
    if fault:
        raise NotAPdf(fault)
