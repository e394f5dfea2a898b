"""Every attempt carries headers that any Standard Webhooks library verifies."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from shared.webhook_signing import (
    SecretBox,
    UnreadableSecretError,
    new_secret,
    signed_headers,
)
from tests.clock import now

BODY = b'{"type":"webhook.test","note":"\xc3\xa6\xc3\xb8\xc3\xa5"}'

VECTORS = {
    "A": (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
    "B": (
        "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        1649367553,
        b'{"email":"test@example.com","username":"test_user"}',
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
    ),
}


def test_it_works() -> None:
    """The library's verifier compares with the wall clock and lets nobody pass another one in."""
    secret = new_secret()
    headers = signed_headers("msg_1", now(), BODY, [secret])
    assert Webhook(secret).verify(BODY, headers)["type"] == "webhook.test"


@pytest.mark.parametrize("vector", VECTORS.values(), ids=list(VECTORS))
def test_the_published_vectors_come_out(vector: tuple[str, str, int, bytes, str]) -> None:
    secret, message_id, timestamp, body, signature = vector
    at = datetime.fromtimestamp(timestamp, UTC)
    assert signed_headers(message_id, at, body, [secret]) == {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature,
    }


@given(
    text=st.text(),
    key=st.binary(min_size=24, max_size=64),
    hours=st.integers(-12, 14),
    at=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2090, 1, 1)),
)
def test_the_bytes_signed_are_those_of_the_specification(
    text: str, key: bytes, hours: int, at: datetime
) -> None:
    zoned = at.replace(tzinfo=timezone(timedelta(hours=hours)))
    secret = "whsec_" + base64.b64encode(key).decode()
    headers = signed_headers("msg_1", zoned, text.encode(), [secret])
    signed = f"msg_1.{headers['webhook-timestamp']}.".encode() + text.encode()
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


def test_a_time_in_another_zone_is_signed_as_the_same_instant() -> None:
    secret, utc = new_secret(), now()
    there = utc.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert signed_headers("msg_1", there, BODY, [secret]) == signed_headers(
        "msg_1", utc, BODY, [secret]
    )


def test_a_second_attempt_has_the_same_id_and_a_fresh_timestamp() -> None:
    secret, first = new_secret(), now()
    one = signed_headers("msg_1", first, BODY, [secret])
    two = signed_headers("msg_1", first + timedelta(minutes=5), BODY, [secret])
    assert one["webhook-id"] == two["webhook-id"]
    assert int(two["webhook-timestamp"]) - int(one["webhook-timestamp"]) == 300
    assert one["webhook-signature"] != two["webhook-signature"]


def test_during_a_rotation_the_old_and_the_new_secret_both_verify() -> None:
    old, new = new_secret(), new_secret()
    headers = signed_headers("msg_1", now(), BODY, [new, old])
    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        Webhook(secret).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, headers)


def test_a_secret_is_whsec_and_32_random_bytes() -> None:
    assert new_secret(lambda n: b"\x01" * n) == "whsec_" + base64.b64encode(b"\x01" * 32).decode()
    assert len({new_secret() for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("message_id", "at", "secrets"),
    [
        ("msg.1", datetime(2026, 11, 22, tzinfo=UTC), [new_secret()]),
        ("msg_1\r\nx: y", datetime(2026, 11, 22, tzinfo=UTC), [new_secret()]),
        ("msg_1", datetime(2026, 11, 22), [new_secret()]),
        ("msg_1", datetime(2026, 11, 22, tzinfo=UTC), []),
        ("msg_1", datetime(2026, 11, 22, tzinfo=UTC), ["secret"]),
        ("msg_1", datetime(2026, 11, 22, tzinfo=UTC), ["whsec_"]),
        ("msg_1", datetime(2026, 11, 22, tzinfo=UTC), ["whsec_A"]),
    ],
)
def test_what_cannot_be_signed_is_refused(
    message_id: str, at: datetime, secrets: list[str]
) -> None:
    with pytest.raises(ValueError, match=r"secret|id of a message"):
        signed_headers(message_id, at, BODY, secrets)


class TestSecretsAtRest:
    def test_it_works(self) -> None:
        box, secret = SecretBox("key"), new_secret()
        sealed = box.seal(secret, "whe_1")
        assert box.open(sealed, "whe_1") == secret
        assert secret.encode() not in sealed
        assert sealed != box.seal(secret, "whe_1")

    def test_a_secret_copied_to_another_endpoint_does_not_open(self) -> None:
        box = SecretBox("key")
        sealed = box.seal(new_secret(), "whe_1")
        with pytest.raises(UnreadableSecretError):
            box.open(sealed, "whe_2")

    @pytest.mark.parametrize("position", [0, 5, 20, -1])
    def test_altered_bytes_do_not_open(self, position: int) -> None:
        box = SecretBox("key")
        altered = bytearray(box.seal(new_secret(), "whe_1"))
        altered[position] ^= 1
        with pytest.raises(UnreadableSecretError):
            box.open(bytes(altered), "whe_1")

    @pytest.mark.parametrize("length", [0, 3, 4, 10, 16, 20])
    def test_cut_off_bytes_do_not_open(self, length: int) -> None:
        box = SecretBox("key")
        with pytest.raises(UnreadableSecretError):
            box.open(box.seal(new_secret(), "whe_1")[:length], "whe_1")

    def test_the_key_can_be_rotated(self) -> None:
        secret = new_secret()
        sealed = SecretBox("old").seal(secret, "whe_1")
        both = SecretBox("new", "old")
        assert both.open(sealed, "whe_1") == secret
        assert both.is_stale(sealed)
        again = both.seal(both.open(sealed, "whe_1"), "whe_1")
        assert not both.is_stale(again)
        assert SecretBox("new").open(again, "whe_1") == secret
        with pytest.raises(UnreadableSecretError, match="not configured"):
            SecretBox("new").open(sealed, "whe_1")

    def test_an_empty_key_is_refused(self) -> None:
        with pytest.raises(ValueError, match="empty"):
            SecretBox("")
