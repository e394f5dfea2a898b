"""What of an entry anybody may read: not its contact person, contracts or assessment texts.

GDPR Art. 28(2) and EDPB Opinion 22/2024 want the list known; the names of people, the sub-contract
and the transfer assessment are for the parties only.
"""

from __future__ import annotations

from typing import Any

PRIVATE_MEMBERS = frozenset({"contact"})
PRIVATE_EVIDENCE = frozenset({"tia_reference", "tia_on", "tia_review_on", "contract_reference"})


def public_view(entry: dict[str, Any]) -> dict[str, Any]:
    """``entry`` in its wire form without what stays between the parties."""
    view = {name: value for name, value in entry.items() if name not in PRIVATE_MEMBERS}
    if isinstance(view.get("flow_down"), dict):
        signed_on = view["flow_down"].get("signed_on")
        view["flow_down"] = {"signed_on": signed_on} if signed_on else None
    view["locations"] = [_location(each) for each in view.get("locations", ())]
    return view


def _location(location: dict[str, Any]) -> dict[str, Any]:
    return {**location, "mechanisms": [_mechanism(each) for each in location["mechanisms"]]}


def _mechanism(mechanism: dict[str, Any]) -> dict[str, Any]:
    evidence = mechanism.get("evidence") or {}
    told = {name: value for name, value in evidence.items() if name not in PRIVATE_EVIDENCE}
    return {**mechanism, "evidence": told}
