"""Messages that others sign and send to us, as Standard Webhooks has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from shared.webhook_signing import is_signed, new_secret, signed_headers

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECRET, OTHER = new_secret(lambda n: b"a" * n), new_secret(lambda n: b"b" * n)
BODY = b'{"a": 1}'
HEADERS = signed_headers("msg_1", AT, BODY, [SECRET])


def test_what_the_library_of_others_signs_is_signed() -> None:
    told = {**HEADERS, "webhook-signature": Webhook(SECRET).sign("msg_1", AT, BODY.decode())}
    assert is_signed(told, BODY, [SECRET], AT)


def test_one_right_signature_among_several_is_enough() -> None:
    assert is_signed(signed_headers("msg_1", AT, BODY, [OTHER, SECRET]), BODY, [SECRET], AT)
    assert is_signed(HEADERS, BODY, [OTHER, SECRET], AT)


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_five_minutes_either_way_are_now(minutes: int) -> None:
    assert is_signed(HEADERS, BODY, [SECRET], AT + timedelta(minutes=minutes))


@pytest.mark.parametrize("seconds", [-301, 301])
def test_more_than_five_minutes_are_not(seconds: int) -> None:
    assert not is_signed(HEADERS, BODY, [SECRET], AT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "wrong",
    [
        {"webhook-id": "msg_2"}, {"webhook-id": ""}, {"webhook-id": "a.b"},
        {"webhook-id": "a\nb"}, {"webhook-timestamp": ""}, {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "9" * 30}, {"webhook-timestamp": "-1"},
        {"webhook-timestamp": str(int(AT.timestamp()) + 1)}, {"webhook-signature": ""},
        {"webhook-signature": "v1,AAAA"}, {"webhook-signature": "v1,ø"},
    ],
)  # fmt: skip
def test_changed_headers_are_not_signed(wrong: dict[str, str]) -> None:
    assert not is_signed({**HEADERS, **wrong}, BODY, [SECRET], AT)


def test_another_body_secret_or_none_is_not_signed() -> None:
    assert not is_signed(HEADERS, BODY + b" ", [SECRET], AT)
    assert not is_signed(HEADERS, BODY, [OTHER], AT)
    assert not is_signed({}, BODY, [SECRET], AT)
