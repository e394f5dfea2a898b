"""Notice terms of random agreements, in the form in which `agreements` tells them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

RULES = ("sent", "delivered", "acknowledged")


def lengths(most: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        st.builds(
            dict, value=st.integers(1, most), unit=st.sampled_from(["days", "business_days"])
        ),
        st.builds(dict, value=st.integers(1, 2), unit=st.sampled_from(["weeks", "months"])),
    )


def or_none(lengths: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Any]:
    """A length, and now and then no number."""
    return st.one_of(lengths, lengths, lengths, st.none())


starts = st.sampled_from([*RULES, "published", None])
deemed = st.sampled_from([None, None, None, {"value": 3, "unit": "business_days"}])
notices = st.fixed_dictionaries(
    {"length": or_none(lengths(40)), "starts": starts, "deemed_after": deemed}
)
objections_by_length = st.fixed_dictionaries(
    {"length": or_none(lengths(20)), "starts": starts, "deemed_after": deemed}
)
objections = st.one_of(
    objections_by_length,
    objections_by_length,
    objections_by_length,
    st.fixed_dictionaries(
        {
            "starts": starts,
            "ends": st.just("effective_day"),
            "before_effect": st.none() | lengths(9),
        }
    ),
)
both = st.fixed_dictionaries({"notice": notices, "objection": objections})
places = st.sampled_from(["DK", "SE", "DE-BY", "GB", None])
zones = st.sampled_from(["Europe/Copenhagen", "America/Los_Angeles", "Pacific/Auckland", None])
everywhere = {
    "holidays": places,
    "time_zone": zones,
    "silence": st.sampled_from(["consent", "consent", "refusal"]),
    "emergency": st.none() | st.fixed_dictionaries({"length": st.none() | lengths(5)}),
}
short = st.fixed_dictionaries(
    {
        **everywhere,
        "notice_days": st.none() | st.integers(0, 40),
        "objection_days": st.none() | st.integers(0, 20),
        "day_kind": st.sampled_from(["calendar", "business"]),
        "receipt_rule": st.sampled_from(RULES),
    }
)
long = st.fixed_dictionaries(
    {
        **everywhere,
        "notice": notices,
        "objection": objections,
        "receipt_rule": st.sampled_from(RULES),
        "also": st.lists(both, max_size=1),
        "by_kind": st.dictionaries(st.sampled_from(["add", "modify"]), both, max_size=1),
        "soft": st.sampled_from([False, False, False, False, True]),
        "customer_time_zone": zones,
    }
)
# Each period from an event of its own: rare in the forms above, and where the faults were.
apart = st.fixed_dictionaries(
    {
        **everywhere,
        "notice": st.fixed_dictionaries(
            {"length": lengths(40), "starts": st.sampled_from(["delivered", "acknowledged"])}
        ),
        "objection": st.fixed_dictionaries({"length": lengths(20), "starts": st.just("sent")}),
    }
)
any_terms = short | long | apart
authorisations = st.sampled_from(["general", "general", "specific", None])
