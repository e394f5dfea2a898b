"""Shows a vendor's page at the root of its own host (``domains`` of the page's settings).

Everything else has the same address on every host, so links of the page work there as well.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from services.public.cache import Monotonic
from shared.errors import Unavailable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# A name in the public DNS; never a number, nor a name without a dot such as those of this network.
NAME = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{0,62}\Z")
# How long an answer counts, and how many hosts are remembered: whoever asks may name any host.
KEPT_SECONDS, MOST = 30.0, 512


@dataclass
class OwnHosts:
    """Wraps the WSGI app. ``slug_at`` raises ``Unavailable`` when it cannot say."""

    app: WSGIApplication
    slug_at: Callable[[str], str | None]
    own: str
    monotonic: Monotonic
    _known: OrderedDict[str, tuple[float, str | None]] = field(default_factory=OrderedDict)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/":
            slug = self._slug(host_of(environ))
            if slug is not None:
                environ["PATH_INFO"] = f"/p/{slug}"
        return self.app(environ, start_response)

    def _slug(self, host: str) -> str | None:
        """Return whose page a host shows; of our own host, and of what is no name, nobody's."""
        if host == self.own or len(host) > 253 or not NAME.match(host):
            return None
        until, slug = self._known.get(host, (0.0, None))
        if self.monotonic() < until:
            return slug
        with suppress(Unavailable):  # What was known last counts on for a while.
            slug = self.slug_at(host)
        self._remember(host, slug)
        return slug

    def _remember(self, host: str, slug: str | None) -> None:
        self._known.pop(host, None)
        self._known[host] = (self.monotonic() + KEPT_SECONDS, slug)
        while len(self._known) > MOST:
            self._known.popitem(last=False)


def host_of(environ: WSGIEnvironment) -> str:
    """Return the host that the visitor asked, in small letters and without its port."""
    return str(environ.get("HTTP_HOST", "")).lower().partition(":")[0].rstrip(".")
