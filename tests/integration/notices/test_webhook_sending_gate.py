"""The address is judged once more on the very socket that is about to be opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from services.notices.channels.webhook import Sender
from shared.egress import Egress, EndpointUrl
from tests.hostile import answers
from tests.hostile.sending import LIMITS, LOOPBACK, only, to
from tests.hostile.server import Receiver
from tests.sending import send_all


@pytest.fixture
def sender() -> Iterator[Sender]:
    with Sender(LOOPBACK, LIMITS) as made:
        yield made


@dataclass(frozen=True)
class LaxUrls(Egress):
    """Lets loopback URLs pass and so leaves only the gate at the socket."""

    def check_url(self, text: str) -> EndpointUrl:
        return LOOPBACK.check_url(text)


class Broken(LaxUrls):
    def allows(self, address: object) -> bool:
        raise LookupError(address)


def test_a_socket_to_a_closed_address_is_never_opened() -> None:
    with Receiver(answers.status(200)) as receiver, Sender(LaxUrls(), LIMITS) as sender:
        outcome = only(send_all(sender, [to(receiver.url())]))
        assert (outcome.code, outcome.status) == ("blocked_address", None)
        assert receiver.connections == 0


def test_a_rule_that_breaks_refuses_and_stops_nothing() -> None:
    with Receiver(answers.status(200)) as receiver, Sender(Broken(), LIMITS) as sender:
        outcomes = list(send_all(sender, [to(receiver.url(), str(n)) for n in range(3)]))
        assert [outcome.code for outcome in outcomes] == ["blocked_address"] * 3
        assert receiver.connections == 0


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://10.0.0.1/", "blocked_address"),
        ("https://intranet/", "blocked_address"),
        ("http://good.example/", "scheme_not_allowed"),
        ("https://good.example:25/", "port_not_allowed"),
        ("nonsense", "invalid_url"),
    ],
)
def test_a_url_is_judged_again_at_every_attempt(sender: Sender, url: str, code: str) -> None:
    assert only(send_all(sender, [to(url)])).code == code
