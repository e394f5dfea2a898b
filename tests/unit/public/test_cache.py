"""Rendered answers are kept while the register stands still, within bounds, and when it is away."""

from __future__ import annotations

import pytest

from services.public.cache import AnswerCache, RenderedAnswer
from shared.errors import Unavailable


class Shop:
    """A cache with a clock to turn and a count of what was made."""

    def __init__(self, limit: int = 10, limit_bytes: int = 1000) -> None:
        self.now, self.mark, self.made, self.away = 0.0, "head-1", 0, False
        self.cache = AnswerCache(limit, limit_bytes, 1.0, 60.0, lambda: self.now)

    def head(self) -> str:
        if self.away:
            raise Unavailable
        return self.mark

    def make(self) -> RenderedAnswer:
        self.made += 1
        return RenderedAnswer(f"{self.made}".encode() * 10, f'"{self.made}"', (), "")

    def get(self, key: str = "page") -> str:
        return self.cache.get(key, self.head, self.make).answer.etag


def test_a_fresh_answer_is_rendered_once() -> None:
    shop = Shop()
    assert (shop.get(), shop.get(), shop.made) == ('"1"', '"1"', 1)


def test_a_moved_head_renders_anew_after_the_fresh_moment() -> None:
    shop = Shop()
    shop.get()
    shop.mark = "head-2"
    assert shop.get() == '"1"'
    shop.now = 1.0
    assert shop.get() == '"2"'


def test_an_unmoved_head_keeps_the_answer_for_a_minute_and_no_longer() -> None:
    shop = Shop()
    shop.get()
    shop.now = 59.0
    assert shop.get() == '"1"'
    shop.now = 61.0
    assert shop.get() == '"2"'


def test_the_last_answer_is_served_while_the_register_is_away() -> None:
    shop = Shop()
    shop.get()
    shop.now, shop.away = 300.0, True
    assert shop.get() == '"1"'
    with pytest.raises(Unavailable):
        shop.get("another")


def test_the_longest_unused_answers_go_first() -> None:
    shop = Shop(limit=2)
    for key in ("a", "b", "c"):
        shop.get(key)
    assert list(shop.cache._entries) == ["b", "c"]


def test_the_bytes_are_bounded_too() -> None:
    shop = Shop(limit_bytes=25)
    for key in ("a", "b", "c"):
        shop.get(key)
    assert list(shop.cache._entries) == ["b", "c"]
    assert shop.cache._bytes == 20
