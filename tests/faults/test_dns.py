"""A name answers with an open address when it is judged, and with a closed one right after."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.notices.channels.webhook import Resolver, Sender
from services.notices.egress import Egress
from tests.hostile import answers
from tests.hostile.certificates import Authority
from tests.hostile.sending import LIMITS, to
from tests.hostile.server import Receiver

pytestmark = [pytest.mark.faults, pytest.mark.slow]

NAME = "hooks.good.example"


def test_a_name_that_flips_between_check_and_connect(tmp_path: Path) -> None:
    """Each look-up answers otherwise. Of 200 attempts none reaches the closed address: what was
    judged is what is dialled, for nobody asks a second time."""
    authority = Authority(tmp_path)
    asked: list[str] = []

    def flipping(_: str) -> list[str]:
        asked.append("127.0.0.1" if len(asked) % 2 == 0 else "127.0.0.66")
        return [asked[-1]]

    with (
        Receiver(answers.status(204), tls=authority.server(NAME)) as open_one,
        Receiver(answers.status(204), host="127.0.0.66") as closed,
    ):
        allowed = replace(Egress.from_text("127.0.0.1/32"), ports=frozenset({open_one.port}))
        limits = replace(LIMITS, ca_file=str(authority.file))
        turn = [0.0]
        resolver = Resolver(flipping, keep=0.5, monotonic=lambda: turn[0])
        outcomes = []
        with Sender(allowed, limits, resolver=resolver) as sender:
            for turn[0] in map(float, range(200)):
                outcomes += sender.send_all([to(open_one.url(host=NAME))])
        assert closed.connections == 0
    assert {each.code for each in outcomes} == {None, "blocked_address"}
    assert {each.address for each in outcomes if each.ok} == {"127.0.0.1"}
    assert len(asked) == 200
