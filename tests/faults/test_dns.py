"""A name answers with an open address when it is judged, and with a closed one right after."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from services.notices.channels.webhook import Resolver, Schedule, Sender
from services.notices.channels.webhook.messages import Outcome
from shared.egress import Egress
from shared.mongo import connect
from tests.faults.load import customers
from tests.faults.tally import Tally
from tests.hostile import answers
from tests.hostile.certificates import Authority
from tests.hostile.sending import LIMITS, to
from tests.hostile.server import Receiver, Request, Script, Visit
from tests.integration.notices.world import Received
from tests.integration.notices.world import Receiver as Told
from tests.sending import send_all

pytestmark = [pytest.mark.faults, pytest.mark.slow]

NAME = "hooks.good.example"
OPEN, CLOSED = "127.0.0.1", "127.0.0.66"
TIMES = 5 if os.environ.get("LONG_FAULTS") else 2


def test_it_works(tmp_path: Path) -> None:
    """Each look-up answers otherwise. Of 200 attempts none reaches the closed address: what was
    judged is what is dialled, for nobody asks a second time."""
    authority = Authority(tmp_path)
    asked: list[str] = []

    def flipping(_: str) -> list[str]:
        asked.append(OPEN if len(asked) % 2 == 0 else CLOSED)
        return [asked[-1]]

    with (
        Receiver(answers.status(204), tls=authority.server(NAME)) as open_one,
        Receiver(answers.status(204), host=CLOSED) as closed,
    ):
        allowed = replace(Egress.from_text("127.0.0.1/32"), ports=frozenset({open_one.port}))
        limits = replace(LIMITS, ca_file=str(authority.file))
        turn = [0.0]
        resolver = Resolver(flipping, keep=0.5, monotonic=lambda: turn[0])
        outcomes: list[Outcome] = []
        with Sender(allowed, limits, resolver=resolver) as sender:
            for turn[0] in map(float, range(200)):
                outcomes += send_all(sender, [to(open_one.url(host=NAME))])
        assert closed.connections == 0
    assert {each.code for each in outcomes} == {None, "blocked_address"}
    assert {each.address for each in outcomes if each.ok} == {OPEN}
    assert len(asked) == 200


def test_its_notices_arrive_at_the_open_address(
    mongo_url: str, database_name: str, tmp_path: Path, tally: Tally
) -> None:
    authority, told, asked = Authority(tmp_path), Told(""), count()
    with (
        Receiver(taken_by(told), tls=authority.server(NAME)) as open_one,
        Receiver(answers.status(204), host=CLOSED) as closed,
    ):
        told.url = open_one.url("", host=NAME)
        egress = replace(Egress.from_text("127.0.0.1/32"), ports=frozenset({open_one.port}))
        mongo = connect(mongo_url, database_name)
        load = customers(mongo, told, egress=egress, schedule=Schedule((0, *[5] * 19)))
        tally("DNS flipped between check and connect", lambda: load.counts(next(asked)))
        limits = replace(LIMITS, ca_file=str(authority.file), in_flight=4)
        # The answer is kept for a few attempts.
        resolver = Resolver(lambda _: [CLOSED if next(asked) % 2 else OPEN], keep=0.02)
        load.world.dispatcher.sender = Sender(egress, limits, resolver=resolver)
        load.announce(TIMES)
        while load.live():
            load.world.fan_out()
            load.world.deliver(60)
            load.world.clock.ahead += timedelta(seconds=10)
        load.assert_told(lapses=0)
        assert closed.connections == 0
        attempts = [one for row in load.world.rows("deliveries") for one in row["attempts"]]
    assert {each["code"] for each in attempts} == {None, "blocked_address"}


def taken_by(told: Told) -> Script:
    """Answers 204 and hands what came to ``told``."""
    answer = answers.status(204)

    def script(visit: Visit, request: Request) -> object:
        told.take(Received(request.path, request.headers, request.body))
        return answer(visit, request)

    return script
