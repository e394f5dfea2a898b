"""The pictures of the page are whole, say in words what they show, and hide no gap."""

from __future__ import annotations

import gzip
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from services.public.catalogue import words
from services.public.entries import Listing, entry_of
from services.public.find import EEA
from services.public.pictures import timeline, world
from tests.integration.public.fake_registry import entry
from tests.long_list import coming, companies, place
from tests.world_map import HALF, TOP, parted, pixel, projected

Json = dict[str, Any]
T = words("en")
TODAY = date(2026, 11, 22)
LIST = Listing([entry_of(one) for one in companies()])


def mapped(*places: Json) -> Json:
    return world.of_list(Listing([entry_of(entry("X", locations=list(places)))]), T)


def classes(svg: str) -> dict[str, str]:
    """The class of each country on the map, by the name in its title."""
    shapes = [one for one in ET.fromstring(svg) if one.attrib.get("class", "").startswith("c ")]
    return {str(one[0].text).partition(":")[0]: one.attrib["class"][2:] for one in shapes}


def test_the_map_is_small_and_says_what_it_is() -> None:
    svg = str(world.of_list(LIST, T)["svg"])
    assert len(gzip.compress(svg.encode())) < 20_000
    assert ET.fromstring(svg)[0].text == "Map of the places where the data is"


def test_each_country_of_the_list_is_on_the_map_and_in_the_words_beside_it() -> None:
    found = world.of_list(LIST, T)
    assert classes(str(found["svg"])) == {row["name"]: row["status"] for row in found["rows"]}
    assert sum(row["number"] for row in found["rows"]) == 42


@pytest.mark.parametrize("order", [1, -1])
def test_a_country_has_the_class_of_its_worst_place(order: int) -> None:
    places = [place("US", "valid"), place("US", "unproven")][::order]
    assert classes(str(mapped(*places)["svg"])) == {"United States": "unproven"}


def test_a_place_that_is_not_judged_is_never_green() -> None:
    unjudged = {**place("US", "unproven"), "verdict": None}
    assert classes(str(mapped(unjudged, place("US", "valid"))["svg"])) == {"United States": "named"}
    assert mapped(unjudged)["key"] == [("named", "Basis named")]


def test_a_country_too_small_for_a_shape_is_a_point() -> None:
    svg = str(mapped(place("SG", "missing"))["svg"])
    assert "<circle" in svg
    assert classes(svg) == {"Singapore": "missing"}


def test_a_list_without_a_country_has_no_map() -> None:
    assert mapped() == {}


def test_every_country_of_the_eea_can_be_shown() -> None:
    assert {*world.world()["shapes"], *world.world()["points"]} >= {*EEA, "US", "IN", "SG", "PH"}


def test_the_projection_is_that_of_its_authors() -> None:
    # Šavrič, Patterson and Jenny (2018): the map is 2.05 times as wide as it is high.
    assert HALF / projected(0, 84)[1] == pytest.approx(HALF / TOP)
    assert projected(180, 0)[0] == pytest.approx(2.7066, abs=1e-3)
    assert pixel((0, 0))[0] == 400


def test_a_ring_across_the_180th_meridian_is_drawn_on_both_sides() -> None:
    ring = [(790, 10), (795, 20), (3, 20), (5, 10), (798, 5)]
    assert list(parted(ring)) == [[(790, 10), (795, 20), (798, 5)], [(3, 20), (5, 10)]]


def test_the_line_of_time_has_a_dot_for_each_change_on_its_day() -> None:
    line = ET.fromstring(str(timeline.of_changes(coming(), TODAY, T)))
    dots = [one for one in line if one.attrib.get("class", "").startswith("dot")]
    assert [str(one[0].text).partition(":")[0] for one in dots] == [
        "24 December 2026", "15 January 2027", "1 February 2027", "1 March 2027",
    ]  # fmt: skip
    across = [int(one.attrib["cx"]) for one in dots]
    assert across == sorted(across)
    assert line[0].text == "The changes on a line of time"


def test_changes_of_one_day_stand_on_each_other() -> None:
    twice = [coming()[0], coming()[0]]
    line = ET.fromstring(str(timeline.of_changes(twice, TODAY, T)))
    heights = [one.attrib["cy"] for one in line if one.attrib.get("class", "").startswith("dot")]
    assert len(set(heights)) == 2


def test_one_change_alone_makes_no_line() -> None:
    assert timeline.of_changes(coming()[:1], TODAY, T) == ""
