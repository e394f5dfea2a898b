"""Bytes are a whole PDF if they begin and end as one."""

from __future__ import annotations

import pytest

from shared.pdfs import WITHIN, fault_of_beginning, fault_of_end


@pytest.mark.parametrize("head", [b"%PDF-1.7\n", b"%PDF-2.0", b"\xef\xbb\xbf%PDF-1.4 rest",
                                  b" " * (WITHIN - 8) + b"%PDF-1.0"])  # fmt: skip
def test_a_pdf_begins_within_the_first_kilobyte(head: bytes) -> None:
    assert fault_of_beginning(head) is None


@pytest.mark.parametrize("head", [b"", b"PK\x03\x04", b"<html>", b"%PDF-9.0", b"%PDF",
                                  b" " * WITHIN + b"%PDF-1.7"])  # fmt: skip
def test_what_begins_otherwise_is_no_pdf(head: bytes) -> None:
    assert fault_of_beginning(head) == "It does not begin as a PDF does."


@pytest.mark.parametrize("tail", [b"startxref\n9\n%%EOF", b"startxref\n9\n%%EOF\n" + b"\0" * 900])
def test_a_whole_pdf_ends_within_the_last_kilobyte(tail: bytes) -> None:
    assert fault_of_end(tail) is None


@pytest.mark.parametrize("tail", [b"", b"%%EOF", b"startxref\n9\n",
                                  b"startxref\n9\n%%EOF" + b"\0" * WITHIN])  # fmt: skip
def test_what_ends_otherwise_is_cut_off(tail: bytes) -> None:
    assert fault_of_end(tail) == "It is cut off: the end of the PDF is missing."
