"""Passing a customer's request on to the service that answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests
from flask import Response, request
from marshmallow import Schema

from services.portal.api.context import deps
from shared.auth import CLIENT, CLIENT_ADDRESS, EITHER, PERSON_NAME, caller, requires
from shared.bodies import accepts, largest_body
from shared.idempotency import in_steps
from shared.openapi import Blueprint
from shared.peers import ServiceClient
from shared.schemas import Shape

# What a caller's request carries through to the service that answers it, and back.
REQUEST_HEADERS = ("If-Match", "Idempotency-Key", "If-None-Match", "Accept", "Content-Type")
RESPONSE_HEADERS = ("Content-Type", "ETag", "Retry-After", "Content-Disposition", "Location")
# An address at the service that answered; the portal has the same things at the same paths.
AT_PEER = re.compile(r"^/\w+/v1/(?:customer/)?")
# Files go on in pieces; the largest that another service keeps has 16 MiB.
PIECE, MOST_STREAMED = 64 * 1024, 17 * 1024 * 1024
MOST_SENT = 16 * 1024 * 1024
# What the API's description calls these statuses.
ERRORS = {
    404: "NOT_FOUND",
    409: "CONFLICT",
    412: "PRECONDITION_FAILED",
    422: "UNPROCESSABLE_ENTITY",
}


@dataclass(frozen=True)
class Route:
    """A route whose answer is that of ``peer`` at ``to``, by default at the same path.

    ``shape``: what the body must look like before it is sent on. ``answers``: the status of a
    success; ``items``: the shape of one, if it is said. ``refuses``: the other statuses that
    callers should expect. ``streams``: the answer is a file, and goes on piece by piece.
    ``takes``: the media type of a body that is a file, and is sent on as it came.
    ``about``: for the API's description.
    """

    method: str
    path: str
    scope: str
    shape: type[Shape] | None
    peer: str
    to: str = ""
    answers: int = 200
    items: type[Schema] | None = None
    content_type: str | None = None
    refuses: Sequence[int] = ()
    streams: bool = False
    takes: str = ""
    about: str | None = None

    @property
    def target(self) -> str:
        """The path at the peer, with a place for each id."""
        return f"/v1{self.to or self.path}".replace("<", "{").replace(">", "}")


def add_routes(blueprint: Blueprint, routes: Sequence[Route]) -> None:
    """Serve each of ``routes`` from ``blueprint``."""
    for route in routes:
        view = requires(*route.scope.split(EITHER))(_described(blueprint, route, _view(route)))
        if route.takes:
            view = in_steps(accepts(route.takes)(largest_body(MOST_SENT)(view)))
        # Blueprints take no dots in the names of their routes.
        name = f"{route.method} {route.path}".replace(".", "-")
        blueprint.route(route.path, methods=[route.method], endpoint=name)(view)


def _view(route: Route) -> Callable[..., Response]:
    def view(*_: Any, **ids: str) -> Response:
        return forward(route.peer, route.target.format(**ids), streams=route.streams)

    view.__doc__ = route.about
    return view


def _described(blueprint: Blueprint, route: Route, view: Callable[..., Response]) -> Any:
    """``view`` with its statuses, and with the shape that its body must have."""
    for status in route.refuses:
        view = blueprint.alt_response(status, ERRORS[status])(view)
    view = blueprint.response(route.answers, route.items, content_type=route.content_type)(view)
    if route.shape is None:
        return view
    needed = not route.shape.may_be_left_out
    return blueprint.arguments(route.shape, required=needed)(view)


def forward(peer: str, path: str, *, streams: bool = False) -> Response:
    """The current request as ``peer`` answers it for this customer."""
    client: ServiceClient = getattr(deps(), peer)
    # The answer to HEAD has the headers of the one to GET, its length among them (RFC 9110 §9.3.2).
    streams = streams and request.method != "HEAD"
    answer = client.send(
        "GET" if request.method == "HEAD" else request.method,
        path,
        on_behalf_of=caller().org_id,
        headers=_onward(),
        params=request.args.to_dict(flat=True),
        data=request.get_data(cache=True) or None,
        stream=streams,
    )
    return passed_on(answer, _pieces(answer) if streams else None)


def _onward() -> dict[str, str]:
    """Headers that go on with a request, and the client that asks: evidence of an acceptance."""
    carried = {name: request.headers[name] for name in REQUEST_HEADERS if name in request.headers}
    person = caller().person
    named = {PERSON_NAME: quote(person.name)} if person else {}
    asked = {CLIENT: caller().client_id, CLIENT_ADDRESS: request.remote_addr or ""}
    return {**carried, **asked, **named}


def _pieces(answer: requests.Response) -> Generator[bytes, None, None]:
    """The body of an answer as it comes in, up to ``MOST_STREAMED`` bytes: more is cut off."""
    left = MOST_STREAMED
    with closing(answer):
        for piece in answer.iter_content(PIECE):
            left -= len(piece)
            if left < 0:
                return
            yield piece


def passed_on(answer: requests.Response, body: Iterator[bytes] | None = None) -> Response:
    """The answer of another service, with the headers that a customer may read.

    ``body``: its body as it comes in; None: it is here already.
    """
    response = Response(answer.content if body is None else body, status=answer.status_code)
    if body is not None and "Content-Length" in answer.headers:
        response.headers["Content-Length"] = answer.headers["Content-Length"]
    for name in RESPONSE_HEADERS:
        if name in answer.headers:
            response.headers[name] = answer.headers[name]
    if "Location" in response.headers:
        response.headers["Location"] = AT_PEER.sub("/portal/v1/", response.headers["Location"])
    return response
