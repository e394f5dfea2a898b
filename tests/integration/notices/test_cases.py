"""Every hostile case is covered, and each that gets as far as an answer is recorded once."""

from __future__ import annotations

import ast
import resource
import time
from contextlib import ExitStack
from typing import Any

import pytest

from deploy.profile import ROOT
from services.notices.channels.webhook import reason
from services.notices.use_cases import endpoints
from shared.egress import Egress
from shared.mongo import Mongo
from tests.hostile import answers, cases
from tests.hostile.server import Receiver as Hostile
from tests.integration.notices.world import Receiver, make_world
from tests.unit.shared.test_egress import REFUSED_URLS

SECONDS = 2
NUL = b"\0\xff\x1b[31m<script>alert(1)</script>"

# What a receiver does, and the code of the attempt; None is a success.
BEHAVIOUR: dict[str, tuple[Any, str | None]] = {
    "29 reset before": (answers.reset_before_answer, "connection_reset"),
    "29 reset in headers": (answers.reset_in_headers, "connection_reset"),
    "29 reset in body": (answers.reset_in_body, "connection_reset"),
    "35 slow headers": (answers.slow_headers, "timeout"),
    "36 slow body": (answers.slow_body, "timeout"),
    "37 endless body": (answers.endless_body, None),
    "37 endless chunks": (answers.endless_chunks, "http_500"),
    "38 bomb": (answers.gzip_bomb, None),
    "39 many headers": (answers.many_headers, "bad_response"),
    "39 huge header": (answers.huge_header, "bad_response"),
    "40 flood of 103": (answers.flood_of("103 Early Hints"), "bad_response"),
    "41 flood of 100": (answers.flood_of("100 Continue"), "bad_response"),
    "41 trickle of 100": (answers.trickle_of("100 Continue"), "timeout"),
    "42 empty": (answers.raw(b""), "connection_reset"),
    "42 garbage": (answers.raw(bytes(range(256))), "bad_response"),
    "43 two lengths": (
        answers.raw("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk"),
        "bad_response",
    ),
    "44 999": (answers.status(999), "http_999"),
    "44 206": (answers.status(206), None),
    "44 304": (answers.status(304), "http_304"),
    "45 redirect": (answers.redirect(307, "http://127.0.0.1:1/secret"), "redirect"),
    "46 401": (answers.status(401), "http_401"),
    "46 408": (answers.status(408), "http_408"),
    "46 429": (answers.status(429, headers={"Retry-After": "1e300"}), "http_429"),
    "48 two hints": (answers.status(503, headers={"Retry-After": "-5"}), "http_503"),
    "49 nul": (answers.status(400, NUL, reason="\x1b[31m"), "http_400"),
    "52 too late": (answers.hang, "timeout"),
}


def test_it_works() -> None:
    assert sorted(cases.TESTS) == list(range(1, 58))
    known: dict[str, set[str]] = {}
    for path, name in {each for tests in cases.TESTS.values() for each in tests}:
        if path not in known:
            tree = ast.parse((ROOT / path).read_text("utf-8"))
            known[path] = {e.name for e in ast.walk(tree) if isinstance(e, ast.FunctionDef)}
        assert name in known[path], f"{path} has no {name}"


def test_each_ends_as_one_recorded_attempt_with_its_code(mongo: Mongo, receiver: Receiver) -> None:
    world = make_world(
        mongo, receiver, attempt_seconds=SECONDS, lease_seconds=10, endpoints_per_customer=50
    )
    with ExitStack() as stack:
        expected: dict[str, str | None] = {}
        for script, code in BEHAVIOUR.values():
            hostile = stack.enter_context(Hostile(script))
            endpoint_id, _ = world.endpoint("nordbo", url=hostile.url())
            expected[endpoint_id] = code
        good, _ = world.endpoint("nordbo", url=f"{receiver.url}/good")
        for each in (*expected, good):
            endpoints.send_example(world.deps, "org_nordbo", each, None)
        before, began = peak_mib(), time.monotonic()
        world.deliver(limit=20)
        took = time.monotonic() - began
    rows = {each["endpoint_id"]: each for each in world.rows("deliveries")}
    assert {name: [a["code"] for a in rows[name]["attempts"]] for name in expected} == {
        name: [code] for name, code in expected.items()
    }
    for row in rows.values():
        (attempt,) = row["attempts"]
        assert attempt["duration_ms"] <= SECONDS * 1000 + 500
        assert len(attempt["body"] or b"") <= 16 * 1024
        assert row["state"] == ("pending" if attempt["code"] else "delivered")
    assert NUL in {a["body"] for row in rows.values() for a in row["attempts"]}
    assert rows[good]["attempts"][0]["duration_ms"] < 1_000
    assert took < SECONDS + 3
    assert peak_mib() - before < 60


def test_each_hostile_url_that_was_saved_once_ends_as_one_recorded_attempt(
    mongo: Mongo, receiver: Receiver
) -> None:
    """As when the rules of today are stricter than those of the day it was saved."""
    world = make_world(mongo, receiver, egress=Egress(), endpoints_per_customer=500)
    expected: dict[str, str] = {}
    for url, code in REFUSED_URLS:
        endpoint_id, _ = world.endpoint("nordbo", url="https://good.example/")
        mongo.db["endpoints"].update_one({"_id": endpoint_id}, {"$set": {"url": url}})
        expected[endpoint_id] = code
        endpoints.send_example(world.deps, "org_nordbo", endpoint_id, None)
    world.deliver(limit=30)
    recorded = {
        each["endpoint_id"]: [(a["code"], a["status"], a["body"]) for a in each["attempts"]]
        for each in world.rows("deliveries")
    }
    assert recorded == {name: [(code, None, b"")] for name, code in expected.items()}
    assert {each["state"] for each in world.rows("deliveries")} == {"pending"}
    assert receiver.got == []


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_whatever_no_connection_could_be_made_for_reads_the_same() -> None:
    """An endpoint must not serve to find out what listens where inside."""
    texts = {reason(code) for code in ("blocked_address", "connect_failed", "dns_failed")}
    assert len(texts) == 1


@pytest.mark.parametrize("code", ["timeout", "redirect", "tls_expired", "http_503"])
def test_what_the_owner_can_mend_is_named(code: str) -> None:
    assert reason(code) != reason("connect_failed")
