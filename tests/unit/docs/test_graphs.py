"""Pictures of imports show what the code imports."""

from __future__ import annotations

from deploy.embedded import JOBS, SENDING
from deploy.wsgi import NAMES
from tests.graphs import PAGE, drawn, with_pictures, without_shortcuts

LAYERS = {"app": {"api", "store"}, "api": {"store"}, "store": set[str]()}
CIRCLE = {"api": {"store", "model"}, "store": {"api", "model"}, "model": set[str]()}


def test_an_arrow_that_a_longer_way_implies_is_left_out() -> None:
    assert without_shortcuts(LAYERS) == {"app": {"api"}, "api": {"store"}, "store": set()}


def test_a_circle_is_drawn_whole() -> None:
    assert without_shortcuts(CIRCLE) == CIRCLE


def test_a_picture_names_each_room_and_each_arrow() -> None:
    picture = drawn(LAYERS)

    for line in ("m_app[app]", "m_store[store]", "m_app --> m_api", "m_api --> m_store"):
        assert line in picture.splitlines() or f"    {line}" in picture.splitlines()
    assert picture == drawn({name: LAYERS[name] for name in reversed(LAYERS)})


def test_drawing_twice_changes_nothing() -> None:
    once = with_pictures(PAGE.read_text("utf-8"))

    assert with_pictures(once) == once
    assert once.count("flowchart") == 6


def test_the_pictures_on_the_page_are_those_of_the_code() -> None:
    text = PAGE.read_text("utf-8")

    assert text == with_pictures(text), "stale: run `make graphs` and commit the page"


def test_the_page_says_what_each_app_and_each_loop_does() -> None:
    table = PAGE.read_text("utf-8").split("## Processes")[1].split("\n## ")[0]

    for loop in (*SENDING, *JOBS):
        assert f"`{loop}`" in table
    for app in NAMES:
        assert app in table
