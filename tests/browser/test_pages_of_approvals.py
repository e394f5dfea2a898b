"""The page where a second person approves, in every state."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Open
from tests.browser.visits import Visit, check
from tests.integration.portal.test_approve import demote, email_of, wait_together, waits
from tests.integration.registry.test_persons_approve import (
    Office,
    Somebody,
    always,
    office,
    other_office,
)
from tests.people import signed_in

__all__ = ["office", "other_office"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def session(who: Somebody) -> str:
    return signed_in(who.stack, email_of(who))


def open_one(office: Office) -> Visit:
    return Visit(waits(office)[1], "Insolvent.", session=session(office.cleo))


def barred(office: Office) -> Visit:
    return Visit(waits(office)[1], "Sign in first")


def own(office: Office) -> Visit:
    link = waits(office)[1]
    return Visit(link, "You have prepared this change yourself", session=session(office.bo))


def role(office: Office) -> Visit:
    link = waits(office)[1]
    demote(office.cleo)
    return Visit(link, "does not let you approve", session=session(office.cleo))


def announced(office: Office) -> Visit:
    path, link = waits(office)
    office.cleo.must("POST", f"{path}/approve")
    return Visit(link, "approved and announced", session=session(office.cleo))


def withdrawn(office: Office) -> Visit:
    path, link = waits(office)
    office.cleo.must("POST", f"{path}/approve")
    office.bo.must("POST", f"{path}/withdraw", {"reason": "Not needed."})
    return Visit(link, "has been withdrawn", session=session(office.cleo))


def gone(office: Office) -> Visit:
    path, link = waits(office)
    office.bo.ask("DELETE", path, **{"If-Match": "*"})
    return Visit(link, "There is no such change", session=session(office.cleo))


def several(office: Office) -> Visit:
    always(office)
    return Visit(wait_together(office)[1], "these 2 changes", session=session(office.cleo))


def parted(office: Office) -> Visit:
    always(office)
    paths, link = wait_together(office)
    office.cleo.must("POST", f"{paths[0]}/approve")
    return Visit(link, "no longer wait together", session=session(office.cleo))


# By name: how each state comes to be.
STATES: dict[str, Callable[[Office], Visit]] = {
    "open": open_one,
    "sign-in": barred,
    "own": own,
    "role": role,
    "announced": announced,
    "withdrawn": withdrawn,
    "gone": gone,
    "several": several,
    "parted": parted,
}


@pytest.mark.parametrize("state", STATES)
def test_everybody_can_read_and_use_the_page(state: str, office: Office, open_page: Open) -> None:
    check(f"approve-{state}", lambda: STATES[state](office), open_page)


def test_whoever_is_of_another_organisation_is_told_so(
    office: Office, other_office: Office, open_page: Open
) -> None:
    link = waits(office)[1]
    visit = Visit(link, "You cannot see this change", session=session(other_office.cleo))
    check("approve-other", lambda: visit, open_page)
