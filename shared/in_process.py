"""Requests to an app of this very process, for profiles that run all services in one."""

from __future__ import annotations

from contextvars import Context
from io import BytesIO
from typing import Any
from wsgiref.types import WSGIApplication

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from werkzeug.test import EnvironBuilder, run_wsgi_app


class WSGITransport(BaseAdapter):
    """Calls an app of this very process, so that nested calls cannot starve its threads."""

    def __init__(self) -> None:
        super().__init__()
        self._app: WSGIApplication | None = None

    def mount(self, app: WSGIApplication) -> None:
        self._app = app

    def send(
        self,
        request: requests.PreparedRequest,
        *_: Any,
        **__: Any,
    ) -> requests.Response:
        if self._app is None:
            raise requests.ConnectionError("no app is mounted yet")
        environ = EnvironBuilder(
            base_url=_origin(request.url or ""),
            path=request.path_url.partition("?")[0],
            query_string=request.path_url.partition("?")[2],
            method=request.method or "GET",
            headers=list(request.headers.items()),
            data=request.body,
        ).get_environ()
        # An empty context is what another process would have: nothing of our request leaks in.
        body, status, headers = Context().run(run_wsgi_app, self._app, environ, buffered=True)
        return _response(request, b"".join(body), status, dict(headers))

    def close(self) -> None:
        self._app = None


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _response(
    request: requests.PreparedRequest, body: bytes, status: str, headers: dict[str, str]
) -> requests.Response:
    response = requests.Response()
    response.status_code = int(status.split(maxsplit=1)[0])
    response.headers = CaseInsensitiveDict(headers)
    response.raw = BytesIO(body)
    response._content = body  # noqa: SLF001  requests offers no public way to hand over a body.
    response.request, response.url = request, request.url or ""
    return response
