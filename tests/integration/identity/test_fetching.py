"""Documents of providers are fetched by the rules of egress, within limits of time and size."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.identity.model.providers import ProviderUnreachable, ProviderUnusable
from services.identity.proofs.discovery import Discovery
from shared.egress import Egress
from shared.fetching import AT_ONCE, AT_ONE_HOST, Fetcher, FetchFailed, Places
from shared.lookups import BoundedLookup
from tests.clock import now
from tests.provider import EC, HostileProvider, running

LOOPBACK = Egress.from_text("127.0.0.0/8")
HEAD = b"HTTP/1.1 200 OK\r\n"


def fetcher(egress: Egress = LOOPBACK, seconds: float = 5.0, **more: object) -> Fetcher:
    return Fetcher(egress, seconds=seconds, most_bytes=10_000, **more)  # type: ignore[arg-type]


@contextmanager
def answering(raw: bytes, *, then_close: bool = True) -> Iterator[str]:
    """A server that sends these bytes to one client, and closes or waits for the client to go."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            with client:
                client.recv(4096)
                try:
                    client.sendall(raw)
                    if not then_close:
                        client.recv(1)
                except OSError:
                    """The client has seen enough."""

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join(10)


@pytest.fixture
def provider() -> Iterator[HostileProvider]:
    with running(HostileProvider()) as provider:
        yield provider


BROKEN = {
    "a body that is too large": (HEAD + b"\r\n" + b"a" * 10_001, "the answer is too large"),
    "headers without end": (HEAD + b"x: y\r\n" * 5_000, "the answer is too large"),
    "no HTTP": (b"hello\r\n\r\n", "no connection, or an answer that is no HTTP"),
    "nothing": (b"", "no connection, or an answer that is no HTTP"),
    "a body cut short": (HEAD + b"content-length: 9\r\n\r\nabc", "no connection, or an answer"),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_none(raw: bytes, reason: str) -> None:
    with answering(raw) as url, pytest.raises(FetchFailed, match=reason):
        fetcher().fetch(url)


@pytest.mark.parametrize("raw", [b"", HEAD, HEAD + b"content-length: 9\r\n\r\nabc"])
def test_a_provider_that_falls_silent_is_left_after_the_time_limit(raw: bytes) -> None:
    with (
        answering(raw, then_close=False) as url,
        pytest.raises(FetchFailed, match="did not come in time"),
    ):
        fetcher(seconds=0.2).fetch(url)


REFUSED = [
    "http://127.0.0.1:1/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/",
    "https://localhost/",
    "https://login.internal/",
    "http://login.example/",
    "https://login.example:22/",
    "file:///etc/passwd",
    "ftp://login.example/",
]


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_is_not_public_is_not_dialled(url: str) -> None:
    with pytest.raises(FetchFailed):
        fetcher(Egress()).fetch(url)


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], []])
def test_a_name_with_an_inner_address_is_not_dialled(addresses: list[str]) -> None:
    names = BoundedLookup(lambda _: addresses)
    with pytest.raises(FetchFailed, match="not lead to a host on the public internet"):
        fetcher(Egress(), names=names).fetch("https://login.example/")


def test_a_name_that_is_not_resolved_in_time_is_given_up() -> None:
    names = BoundedLookup(lambda _: (threading.Event().wait(5) and []) or [], seconds=0.05)
    with pytest.raises(FetchFailed):
        fetcher(Egress(), names=names).fetch("https://login.example/")


def test_a_redirect_is_not_followed(provider: HostileProvider) -> None:
    provider.raw["/.well-known/openid-configuration"] = (302, f"{provider.url}/elsewhere".encode())
    with pytest.raises(ProviderUnreachable, match="302"):
        Discovery(fetcher()).metadata(provider.url, now())
    assert [path for _, path in provider.seen] == ["/.well-known/openid-configuration"]


def test_a_document_is_kept_for_an_hour_and_keys_until_one_is_unknown(
    provider: HostileProvider,
) -> None:
    discovery, at = Discovery(fetcher()), now()
    for _ in range(2):
        metadata = discovery.metadata(provider.url, at)
        discovery.keys(metadata, "one", at)
    assert len(provider.seen) == 2
    discovery.keys(metadata, "three", at)
    assert len(provider.seen) == 2, "not more often than once a minute"


@pytest.mark.parametrize(
    ("member", "value", "said"),
    [
        ("issuer", "https://evil.example", "calls itself https://evil.example"),
        ("issuer", None, "calls itself nothing readable"),
        ("authorization_endpoint", "javascript:alert(1)", "cannot be used"),
        ("token_endpoint", "http://10.0.0.1/token", "cannot be used"),
        ("jwks_uri", None, "names no jwks_uri"),
        ("userinfo_endpoint", "https://127.0.0.1.nip.internal/", "cannot be used"),
        ("id_token_signing_alg_values_supported", ["none", "HS256"], "no algorithm"),
    ],
)
def test_a_document_that_says_something_unsafe_is_refused(
    provider: HostileProvider, member: str, value: object, said: str
) -> None:
    provider.metadata_change = lambda document: document.update({member: value})
    with pytest.raises(ProviderUnusable, match=said):
        Discovery(fetcher()).metadata(provider.url, now())


@pytest.mark.parametrize("body", [b"", b"[", b'{"issuer": NaN}', b"\xff", b"[" * 5_000])
def test_a_document_that_is_no_json_is_refused(provider: HostileProvider, body: bytes) -> None:
    provider.raw["/.well-known/openid-configuration"] = (200, body)
    with pytest.raises(ProviderUnreachable, match="no JSON"):
        Discovery(fetcher()).metadata(provider.url, now())


def test_keys_of_several_kinds_are_read(provider: HostileProvider) -> None:
    discovery, at = Discovery(fetcher()), now()
    keys = discovery.keys(discovery.metadata(provider.url, at), "two", at)
    assert [key.kid for key in keys] == ["one", EC.kid]


def test_one_slow_host_holds_few_threads_and_leaves_places_for_others() -> None:
    shared, release, held = Places(), threading.Event(), list[threading.Thread]()

    def hold(host: str) -> None:
        entered = threading.Event()

        def wait() -> None:
            with shared.place(host):
                entered.set()
                release.wait(10)

        held.append(threading.Thread(target=wait))
        held[-1].start()
        assert entered.wait(10)

    for _ in range(AT_ONE_HOST):
        hold("127.0.0.1")
    with pytest.raises(FetchFailed, match="too many wait"):
        fetcher(places=shared).fetch("http://127.0.0.1:1/")
    for number in range(AT_ONCE - AT_ONE_HOST):
        hold(f"host-{number}")
    with pytest.raises(FetchFailed, match="too many wait"), shared.place("another"):
        pass
    release.set()
    for thread in held:
        thread.join(10)
    with answering(HEAD + b"content-length: 2\r\n\r\n{}") as url:
        assert fetcher(places=shared).fetch(url).body == b"{}"
