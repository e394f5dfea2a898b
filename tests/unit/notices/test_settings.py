"""Settings that cannot work together, or at all, are refused; our own host is no receiver."""

from __future__ import annotations

import base64

import pytest

from services.notices.settings import Settings
from shared.egress import BlockedAddressError
from shared.settings import SettingsError

KEY = base64.b64encode(bytes(32)).decode()


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ART28_SERVICE_KEY", "ART28_SECRETS_KEY"):
        monkeypatch.setenv(name, KEY)


def test_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ART28_RETRY_SECONDS", "0, 10,600")
    monkeypatch.setenv("ART28_ENDPOINT_RATE", "7")
    read = Settings.from_env()
    assert read.schedule.waits == (0, 10, 600)
    assert (read.endpoint_rate, read.lease_seconds, read.attempt_seconds) == (7, 60, 15)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ART28_ATTEMPT_SECONDS", "0"),
        ("ART28_ATTEMPT_SECONDS", "9" * 30),
        ("ART28_ATTEMPT_SECONDS", "1.5"),
        ("ART28_LEASE_SECONDS", "-60"),
        ("ART28_IN_FLIGHT", "1001"),
        ("ART28_ENDPOINT_IN_FLIGHT", "0"),
        ("ART28_ADDRESS_IN_FLIGHT", "0"),
        ("ART28_ENDPOINTS_PER_CUSTOMER", "0"),
        ("ART28_RETENTION_DAYS", "29"),
        ("ART28_EVIDENCE_DAYS", "100000000"),
        ("ART28_RETRY_SECONDS", "0,5,4"),
        ("ART28_RETRY_SECONDS", "5,10"),
        ("ART28_RETRY_SECONDS", "0"),
        ("ART28_RETRY_SECONDS", "0,86401"),
        ("ART28_RETRY_SECONDS", "0,,5"),
        ("ART28_RETRY_SECONDS", "0,٥"),
        ("ART28_EGRESS_ALLOW", "10.0.0.1/8"),
        ("ART28_EGRESS_OWN", "a..b"),
    ],
)
def test_a_value_that_cannot_work_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        Settings.from_env()


def test_a_message_must_not_outlive_what_proves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ART28_RETENTION_DAYS", "400")
    monkeypatch.setenv("ART28_EVIDENCE_DAYS", "399")
    with pytest.raises(SettingsError, match="ART28_EVIDENCE_DAYS"):
        Settings.from_env()


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        ("https://art28.example", "https://art28.example/notices/v1/entries"),
        ("https://Art28.example:8443/", "https://ART28.example./"),
        ("https://93.184.216.34", "https://93.184.216.34/"),
        ("https://93.184.216.34", "https://[64:ff9b::5db8:d822]/"),
        ("https://[2a00:1450::1]", "https://[2a00:1450:0::1]/"),
    ],
)
def test_nothing_is_sent_to_our_own_origin(
    monkeypatch: pytest.MonkeyPatch, origin: str, url: str
) -> None:
    monkeypatch.setenv("ART28_ORIGIN", origin)
    egress = Settings.from_env().egress
    with pytest.raises(BlockedAddressError):
        egress.check_url(url)
    assert egress.check_url("https://good.example/").host == "good.example"


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8280", "http://[::1", "http://a_b:80", ""])
def test_an_origin_that_no_webhook_could_name_closes_nothing(
    monkeypatch: pytest.MonkeyPatch, origin: str
) -> None:
    monkeypatch.setenv("ART28_ORIGIN", origin)
    monkeypatch.setenv("ART28_EGRESS_ALLOW", "127.0.0.0/8")
    assert Settings.from_env().egress.check_url("http://127.0.0.1:9000/").port == 9000
