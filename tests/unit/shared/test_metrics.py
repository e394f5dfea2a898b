"""Metrics are read from where the settings say, and never through a proxy."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from shared import metrics, problems
from shared.settings import LOOPBACK, Common, Network, SettingsError

VPN: tuple[Network, ...] = (ip_network("10.8.0.0/16"),)


def asked(
    readers: tuple[Network, ...], address: str | None, headers: Mapping[str, str], proxies: int = 0
) -> int:
    app = Flask(__name__)
    problems.register(app)
    metrics.register(app, readers)
    if proxies:
        proxied = ProxyFix(app.wsgi_app, x_for=proxies)
        app.wsgi_app = proxied  # type: ignore[method-assign]  # To WSGI it is an attribute.
    environ = {"REMOTE_ADDR": address}
    answer = app.test_client().get("/metrics", environ_base=environ, headers=dict(headers))
    return answer.status_code


@pytest.mark.parametrize(
    ("readers", "address", "status"),
    [
        (LOOPBACK, "127.0.0.1", 200),
        (LOOPBACK, "127.8.0.1", 200),
        (LOOPBACK, "::1", 200),
        (LOOPBACK, "::ffff:127.0.0.1", 200),
        (LOOPBACK, "10.8.0.1", 404),
        (LOOPBACK, "203.0.113.9", 404),
        (LOOPBACK, "", 404),
        (LOOPBACK, None, 404),
        (VPN, "10.8.0.1", 200),
        (VPN, "127.0.0.1", 404),
    ],
)
def test_they_are_read_from_the_networks_named(
    readers: tuple[Network, ...], address: str | None, status: int
) -> None:
    assert asked(readers, address, {}) == status


@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize(
    "header", [{"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}]
)
def test_who_comes_through_a_proxy_reads_nothing(header: dict[str, str], proxies: int) -> None:
    assert asked(LOOPBACK, "127.0.0.1", header, proxies) == 404


def test_a_network_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M="
    for name in ("ART28_SERVICE_KEY", "ART28_SECRETS_KEY"):
        monkeypatch.setenv(name, key)
    monkeypatch.setenv("ART28_METRICS_FROM", "10.8.0.0/16, ::1")
    assert Common.from_env().metrics_from == (*VPN, ip_network("::1"))
    monkeypatch.setenv("ART28_METRICS_FROM", "10.8.0.1/16")
    with pytest.raises(SettingsError, match="ART28_METRICS_FROM"):
        Common.from_env()
