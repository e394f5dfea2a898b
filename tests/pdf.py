"""The text of a PDF as a reader copies it."""

from __future__ import annotations

import io

from pypdf import PdfReader


def text_of(body: bytes) -> str:
    """Line by line; a hash may be broken into two lines, without the break that nobody sees."""
    pages = (page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    return "\n".join(pages).replace("\u200b", "")
