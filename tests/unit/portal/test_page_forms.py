"""What a page of a mail's link answers when its form was sent."""

from __future__ import annotations

import pytest
from flask import Flask

from services.portal.api.page_forms import again


@pytest.mark.parametrize("query", ["", "?lang=da"])
def test_the_way_back_to_the_page_promises_no_more_body_than_it_sends(query: str) -> None:
    with Flask(__name__).test_request_context(f"/sign/token{query}", method="POST"):
        answer = again()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/sign/token{query}")
    assert answer.headers.get("Content-Length", "0") == str(len(answer.get_data())) == "0"
