"""Whether bytes are a whole PDF, told by how they begin and end (ISO 32000-1, Annex H.3)."""

from __future__ import annotations

import re

PDF = "application/pdf"
# A reader looks for the marks within the first and the last kilobyte.
WITHIN = 1024
_BEGINS = re.compile(rb"%PDF-[12]\.\d")


def fault_of_beginning(head: bytes) -> str | None:
    """Return what is wrong with the first kilobyte of a PDF, as a sentence; None: nothing."""
    return None if _BEGINS.search(head[:WITHIN]) else "It does not begin as a PDF does."


def fault_of_end(tail: bytes) -> str | None:
    """Return what is wrong with the last kilobyte of a PDF, as a sentence; None: nothing."""
    end = tail[-WITHIN:]
    whole = b"%%EOF" in end and b"startxref" in end
    return None if whole else "It is cut off: the end of the PDF is missing."
