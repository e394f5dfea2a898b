"""A file goes through the portal piece by piece, and no more of it than a file may have."""

from __future__ import annotations

from collections.abc import Iterator

import requests
from flask import Flask

from services.portal.api.forwarding import MOST_STREAMED, PIECE, _pieces, passed_on


class Answer(requests.Response):
    """An answer whose body comes in by itself; it counts what was read of it."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.status_code, self.read, self.closed = 200, 0, False
        self.headers["Content-Length"] = str(pieces * PIECE)
        self._count = pieces

    def iter_content(self, *_: object, **__: object) -> Iterator[bytes]:
        for _piece in range(self._count):
            self.read += PIECE
            yield b"x" * PIECE

    def close(self) -> None:
        self.closed = True


def test_nothing_is_read_before_it_is_asked_for() -> None:
    answer = Answer(3)
    body = _pieces(answer)
    assert answer.read == 0
    assert next(body) == b"x" * PIECE
    assert answer.read == PIECE
    assert len(b"".join(body)) == 2 * PIECE
    assert answer.closed


def test_more_than_a_file_may_have_is_cut_off() -> None:
    answer = Answer(2 * MOST_STREAMED // PIECE)
    assert sum(map(len, _pieces(answer))) <= MOST_STREAMED
    assert answer.read <= MOST_STREAMED + PIECE
    assert answer.closed


def test_who_goes_away_ends_the_reading() -> None:
    answer = Answer(3)
    body = _pieces(answer)
    next(body)
    body.close()
    assert answer.closed


def test_the_length_goes_on_with_the_file() -> None:
    with Flask(__name__).app_context():
        response = passed_on(Answer(3), iter([b"x"]))
    assert response.headers["Content-Length"] == str(3 * PIECE)
