"""Who the client is: its own word counts for nothing, a proxy's only where one stands in front."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import request

from shared.app import build
from shared.auth import public
from shared.openapi import Blueprint
from tests.builders import common_settings, no_verifier
from tests.clock import now


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.7")])
def test_a_forwarded_address_is_believed_only_behind_a_proxy(proxies: int, address: str) -> None:
    blp = Blueprint("who", __name__, url_prefix="/v1")

    @blp.route("/who")
    @public()
    @blp.response(200)
    def who() -> dict[str, str | None]:
        return {"address": request.remote_addr}

    settings = replace(common_settings("", "x"), trusted_proxies=proxies)
    app = build("who", settings, [blp], verifier=no_verifier(), now=now)
    answer = app.test_client().get("/v1/who", headers={"X-Forwarded-For": "203.0.113.7"})

    assert answer.json == {"address": address}
