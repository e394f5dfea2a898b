"""What the linter says of a change's place in the chain."""

from __future__ import annotations

from typing import Any

import pytest

from services.registry.linter import chain_findings

Entry = dict[str, Any]


def entry(**members: Any) -> Entry:
    return {"legal_name": "Example Ltd", "parent_id": None, "products": [], "data_categories": [],
            "special_categories": False, **members}  # fmt: skip


ON_LIST = {
    "sub_host": entry(legal_name="Host Ltd", products=["crm"], data_categories=["names"]),
    "sub_cable": entry(legal_name="Cable Ltd", parent_id="sub_host"),
}


def change(sub_id: str = "sub_new", kind: str = "add", **members: Any) -> Entry:
    named = None if kind == "add" else sub_id
    return {"kind": kind, "sub_processor_id": named, "sub_processor": entry(id=sub_id, **members)}


def test_it_works() -> None:
    assert chain_findings(change(), ON_LIST) == ()
    fitting = change(parent_id="sub_host", products=["crm"], data_categories=["names"])
    assert chain_findings(fitting, ON_LIST) == ()


UNKNOWN = "sub_x is not in this register on the effective day; announce it first."
CYCLE = "It would be below itself; name another parent."
PRODUCTS = "It serves products that Host Ltd above it does not."
DATA = "It gets data that Host Ltd above it does not have."
LEFT = "These would be left without their parent: Cable Ltd."


@pytest.mark.parametrize(
    ("told", "code", "severity", "pointer", "detail"),
    [
        (change(parent_id="sub_x"), "parent-unknown", "must", "/sub_processor/parent_id", UNKNOWN),
        (change("sub_host", "modify", parent_id="sub_host"), "chain-cycle", "must",
         "/sub_processor/parent_id", CYCLE),
        (change("sub_own", parent_id="sub_own"), "chain-cycle", "must",
         "/sub_processor/parent_id", CYCLE),
        (change("sub_host", "modify", parent_id="sub_cable"), "chain-cycle", "must",
         "/sub_processor/parent_id", CYCLE),
        ({"kind": "remove", "sub_processor_id": "sub_host", "sub_processor": None},
         "children-left", "must", "/sub_processor_id", LEFT),
        (change(parent_id="sub_host"), "chain-products-wider", "should",
         "/sub_processor/products", PRODUCTS),
        (change(parent_id="sub_host", products=["crm", "hr"]), "chain-products-wider", "should",
         "/sub_processor/products", PRODUCTS),
        (change(parent_id="sub_host", products=["crm"], data_categories=["names", "pay"]),
         "chain-data-wider", "should", "/sub_processor/data_categories", DATA),
        (change(parent_id="sub_host", products=["crm"], special_categories=True),
         "chain-data-wider", "should", "/sub_processor/data_categories", DATA),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_chain_is_found_with_its_rule(
    told: Entry, code: str, severity: str, pointer: str, detail: str
) -> None:
    (found,) = chain_findings(told, ON_LIST)
    assert (found.code, found.severity, found.pointer) == (code, severity, pointer)
    assert found.detail == detail
    assert "Opinion 22/2024" in found.rule or "Art. 28(4)" in found.rule


def test_children_that_would_be_left_are_named_in_order() -> None:
    two = {**ON_LIST, "sub_lines": entry(legal_name="Air Lines Ltd", parent_id="sub_host")}
    told = {**change("sub_new", "replace"), "sub_processor_id": "sub_host"}
    (found,) = chain_findings(told, two)
    assert found.detail == "These would be left without their parent: Air Lines Ltd, Cable Ltd."


def test_who_leaves_the_chain_needs_no_place_in_it() -> None:
    told = {**change("sub_cable", "remove", parent_id="sub_x"), "sub_processor_id": "sub_cable"}
    assert chain_findings(told, ON_LIST) == ()


def test_special_categories_may_go_down_from_a_parent_that_has_them() -> None:
    on_list = {"sub_host": entry(special_categories=True, products=["crm"])}
    told = change(parent_id="sub_host", products=["crm"], special_categories=True)
    assert chain_findings(told, on_list) == ()
