"""What an app answers a test."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse


class Answer(TestResponse):
    """An answer whose JSON a test reads at once: were there none, the test would fail there.

    It is a type only; the test client makes the answers.
    """

    json: Any
