"""Connections that stop or dribble stop nobody else, in both profiles.

Answers that nobody reads are in `test_expensive_attacks`, for only long ones do harm.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.attacks import FLOOR_MS, Address, Probe, endure, get, held
from tests.e2e.running import Running, patience
from tests.e2e.story import PROCESSOR, REGISTER

pytestmark = [pytest.mark.slow, pytest.mark.attacks]

POST = f"POST {REGISTER}/changes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()


@pytest.fixture(scope="module")
def address(profile: Running) -> Address:
    parts = urlsplit(profile.origin)
    return parts.hostname or "", parts.port or 0


@pytest.fixture(scope="module")
def probes(profile: Running) -> dict[str, Probe]:
    vendor, customer = profile.client(PROCESSOR), profile.client("nordbo")
    entry = vendor.must("GET", f"{REGISTER}/sub-processors")["items"][0]["id"]
    customer.sign_in()
    token = {"Authorization": str(customer.session.headers["Authorization"])}
    return {
        "healthz": get(f"{profile.origin}/healthz"),
        "gate": get(f"{profile.origin}/portal/v1/gate?sub_processor_id={entry}", token),
        "page": get(f"{profile.origin}/p/{PROCESSOR}"),
    }


# How many connections, what each sends first, and what it does then.
ATTACKS: dict[str, tuple[int, bytes, dict[str, Any]]] = {
    "half a first line": (40, b"GET /p/tempus-s", {}),
    "half the headers": (40, b"GET / HTTP/1.1\r\nHost: x\r\nX-A", {}),
    "half a body": (40, POST + b'Content-Length: 900000\r\n\r\n{"kind"', {}),
    "half a chunk": (40, POST + b"Transfer-Encoding: chunked\r\n\r\n800\r\nabc", {}),
    "headers that dribble": (40, b"GET / HTTP/1.1\r\nHost: x\r\n", {"dribble": b"X: y\r\n"}),
    "a body that dribbles": (40, POST + b"Content-Length: 900000\r\n\r\n", {"dribble": b" "}),
    "silence": (1_000, b"", {}),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_connections_that_stop_or_dribble_stop_nobody_else(
    attack: str, profile: Running, address: Address, probes: dict[str, Probe]
) -> None:
    count, opening, more = ATTACKS[attack]

    figures = endure(held(address, count, opening, **more), probes)

    print(f"\n{figures.table(f'{profile.name}, {count} x {attack}')}")
    figures.require_calm(FLOOR_MS * min(patience(), 6))
