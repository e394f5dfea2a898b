"""What If-Match says of the version that a caller has read (RFC 9110 section 13.1.1)."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.ctx import RequestContext

from shared.errors import PreconditionFailed, PreconditionRequired
from shared.headers import seen_revision, seen_revision_if_named


def request_with(header: str | None) -> RequestContext:
    headers = {} if header is None else {"If-Match": header}
    return Flask("any").test_request_context("/", headers=headers)


@pytest.mark.parametrize(
    ("header", "seen"), [('"r7"', 7), ('W/"r7"', 7), ("*", None), (" * ", None)]
)
def test_it_names_a_revision_or_any(header: str, seen: int | None) -> None:
    with request_with(header):
        assert seen_revision() == seen
        assert seen_revision_if_named() == seen


def test_where_it_is_needed_none_is_not_any() -> None:
    with request_with(None):
        assert seen_revision_if_named() is None
        with pytest.raises(PreconditionRequired):
            seen_revision()


@pytest.mark.parametrize("header", ['"*"', "**", '"r"', '"r1", "r2"', '"r9999999999999999999"'])
def test_what_names_no_version_is_refused(header: str) -> None:
    with request_with(header), pytest.raises(PreconditionFailed):
        seen_revision()
