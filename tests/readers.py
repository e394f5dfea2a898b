"""A strict reader of each form: raises where the form is broken, else says what is in it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from typing import Any
from xml.etree import ElementTree as ET

import html5lib
import icalendar
import pikepdf

XML_ALLOWED = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


def html(text: str) -> Counter[Any]:
    """The elements with their attributes' names, and how often; any parse error raises."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree = parser.parse(text)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]", text)
    return Counter((each.tag, *sorted(each.keys())) for each in tree.iter())


def html_text(text: str) -> str:
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    return " ".join("".join(tree.itertext()).split())


def xml(text: str) -> Counter[Any]:
    assert XML_ALLOWED.fullmatch(text)
    tree = ET.fromstring(text)
    for summary in tree.iter("{http://www.w3.org/2005/Atom}summary"):
        html(f"<!doctype html><title>a</title><p>{summary.text or ''}</p>")
        markup = html5lib.parseFragment(summary.text or "", namespaceHTMLElements=False)
        assert {each.tag for each in markup.iter()} <= {"DOCUMENT_FRAGMENT", "br"}
    return Counter((each.tag, *sorted(each.keys())) for each in tree.iter())


def calendar(text: str) -> Counter[Any]:
    assert re.search("\r\n\\Z", text)
    lines = text.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert not re.search("[\x00-\x08\x0a-\x1f\x7f\u2028\u2029\x85]", "".join(lines))
    found = icalendar.Calendar.from_ical(text)
    assert not found.errors
    return Counter((each.name, name) for each in found.walk() for name in each)


def sheet(text: str) -> Counter[Any]:
    """How many cells the rows have; each is one that no spreadsheet runs."""
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert not [cell for row in rows for cell in row if cell.strip()[:1] in tuple("=+-@＝＋－＠")]
    return Counter(len(row) for row in rows)


def data(text: str) -> Any:
    def refused(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refused)


def shape(value: Any) -> Any:
    """A value of JSON without its texts and numbers, lists in any order."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return sorted((shape(inner) for inner in value), key=json.dumps)
    return type(value).__name__


def pdf(body: bytes) -> tuple[str, str, str]:
    """Part and level of PDF/A, and the language; the metadata are XML."""
    with pikepdf.open(io.BytesIO(body)) as opened, opened.open_metadata() as meta:
        assert opened.pages
        return str(meta["pdfaid:part"]), str(meta["pdfaid:conformance"]), str(opened.Root.Lang)
