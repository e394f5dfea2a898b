"""Whatever stands in an event, its mail is the mail we meant: headers, two texts, and no more."""

from __future__ import annotations

from datetime import UTC, datetime
from email.headerregistry import Address
from email.parser import BytesParser
from email.policy import default
from itertools import chain, count, cycle, islice
from typing import Any

import pytest

from services.notices import events
from services.notices.channels.email import Under, composed, headers, letter_of
from tests import readers
from tests.corpus import corpus
from tests.pouring import poured

SENDER = Address("Art28", addr_spec="notices@art28.example")
ROUNDS = 6
# Ids, days, codes and our own addresses: no one writes them freely.
FIXED = frozenset({
    "change_id", "agreement_id", "objection_id", "endpoint_id", "id", "kind", "status", "country",
    "objection_deadline", "effective_on", "given_on", "silence", "terms_key", "effective_from",
    "holidays", "time_zones", "provisional",
    "ends_on", "last_day", "links", "materiality", "instrument_id", "role", "disables_at",
    "failing_since", "authorisation", "first_deadline", "deadline", "last_error", "path", "type",
    "grounds", "due_on", "evidence", "received_on",
})  # fmt: skip
PLACE = {
    "country": "US", "region": "w", "kind": "storage",
    "mechanisms": [{"instrument_id": "other", "role": "fallback", "name": "w"}],
    "verdict": {"status": "valid", "ends_on": "2027-01-01", "reason": {"en": "w", "da": "w"}},
}  # fmt: skip
ENTRY = {
    "legal_name": "w",
    "country": "US",
    "purpose": {"en": "w", "sv": "w"},
    "locations": [PLACE],
}
DATA = {
    "change_id": "chg_1", "agreement_id": "agr_1", "objection_id": "obj_1", "version": 2,
    "processor": {"id": "org_p", "legal_name": "w"}, "controller": {"legal_name": "w"},
    "kind": "replace", "sub_processor": ENTRY, "previous": ENTRY, "reason": "w",
    "justification": "w", "materiality": ["new_entity"], "effective_on": "2026-12-24",
    "notice": {"id": "ntc_1", "objection_deadline": "2026-12-07", "effective_on": "2026-12-24",
               "given_on": "2026-11-23", "silence": "consent", "holidays": "DK",
               "time_zones": ["Europe/Copenhagen"]},
    "links": dict.fromkeys(("page", "change", "agreement", "objection"), "https://art28.example/a"),
    "letter": {"kind": "objection", "received_on": "2026-11-23", "text": "w",
               "file": {"name": "w", "sha256": "w"}, "objection_id": "obj_1"},
    "products": ["w", "w"], "effective_from": "2026-11-01", "ends_on": "2027-01-01",
    "status": "excluded", "instrument": {"id": "x", "name": "w", "last_day": "2027-01-31",
                                         "ended_by": "w"},
    "without_basis": 1, "days_left": 30, "transfers": [
        {"sub_processor": {"legal_name": "w"}, "location": PLACE,
         "remaining": {"status": "missing", "instrument_id": None}}],
}  # fmt: skip
OWN = {
    "url": "w", "description": "w", "failing_since": "2026-11-22T10:00:00Z", "failures": 4,
    "last_error": "http_500", "disables_at": "2026-11-24T10:00:00Z", "endpoint_id": "whe_1",
    "count": 2, "change_id": "chg_1", "kind": "add", "effective_on": "2026-12-24",
    "sub_processor": {"legal_name": "w"}, "first_deadline": "2026-12-07",
    "customers": [{"agreement_id": "agr_1", "name": "w", "reason": "w", "deadline": "2026-12-07"}],
    "path": "/portal/v1/webhook-endpoints/whe_1",
    "items": [{"type": kind, "objection_id": "obj_1",
               "status": "done" if kind == events.ROLL_OUT_OVER else "withdrawn",
               "grounds": "location",
               "customer": {"legal_name": "w"}, "sub_processor": {"legal_name": "w"}, "text": "w",
               "change": {"kind": "replace", "sub_processor": {"legal_name": "w"},
                          "previous": {"legal_name": "w"}}, "reason": "w", "modification": "w",
               "due_on": "2026-12-24", "days_left": 30, "location": {"country": "US"},
               "instrument_id": "eu-us-dpf", "evidence": "due_on",
               "instrument_name_by_language": {"en": "w", "da": "w"}}
              for kind in events.VENDOR_MESSAGES if kind not in events.NOT_IN_NEWS],
}  # fmt: skip
KINDS = [*events.NOTICES, *events.MAILED, events.UNREACHED, events.WEBHOOK_DISABLING_SOON,
         "webhook.disabled", "webhook.recovered", events.VENDOR_NEWS]  # fmt: skip
NAMES = ["From", "Reply-To", "To", "Subject", "Date", "Message-ID", "References", "Auto-Submitted",
         "Content-Language", "MIME-Version", "Content-Type"]  # fmt: skip


def read(kind: str, language: str, words: Any) -> Any:
    own = kind in (events.UNREACHED, events.VENDOR_NEWS) or kind.startswith("webhook.")
    body = OWN if own else {"data": DATA}
    letter = letter_of(kind, language, poured(body, lambda _: next(words), FIXED))
    row = {
        "_id": "mai_1", "notice_id": "ntc_1", "kind": kind,
        "to": {"name": next(words), "email": "ida@nordbo.example"},
        "made_at": datetime(2026, 11, 22, 10, tzinfo=UTC),
    }  # fmt: skip
    content = composed(row, letter, SENDER, Under(next(words))).content
    mail = BytesParser(policy=default).parsebytes(content)
    plain, html = (part.get_content() for part in mail.iter_parts())
    head = content.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert mail.keys() == NAMES
    assert [part.get_content_type() for part in mail.walk()][1:] == headers.PARTS
    assert all(line.isprintable() or "\u2068" in line or "\ufffd" in line or not line.isascii()
               for line in plain.splitlines())  # fmt: skip
    return readers.html(html)


CASES = list(zip(KINDS, cycle(("en", "da", "sv")), strict=False))


@pytest.mark.parametrize(("kind", "language"), CASES)
def test_no_word_changes_a_mail(kind: str, language: str) -> None:
    """In each round every field has another word."""
    plain = read(kind, language, (f"Word {number}" for number in count()))
    words = [f"w{word}{number}" for number, word in enumerate(corpus())]
    for first in range(0, len(words), len(words) // ROUNDS):
        turn = cycle(chain(islice(words, first, None), words[:first]))
        assert read(kind, language, turn) == plain, ascii(words[first])
