"""DORA's register of information: of a customer over its vendors, and from a vendor for one."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from tests.vendor import Vendor

OF_VENDOR = "/agreements/v1/register-of-information"
OF_CUSTOMER = "/portal/v1/register-of-information"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.usefixtures("baseline")
def test_a_customer_has_its_rows_over_its_vendors_on_any_day(vendor: Vendor) -> None:
    customer = vendor.customer("nordbo")
    must, ask = vendor.stack.must, vendor.stack.ask
    told = must(customer, "GET", OF_CUSTOMER)
    rows = {each["code"]: each["rows"] for each in told["templates"]}
    assert told["source"].endswith("(EU) 2024/2956")
    assert [row["about"] for row in rows["B_01.01"]] == ["Nordbo"]
    [contract] = rows["B_02.01"]
    assert contract["values"]["B_02.01.0010"] == customer["agreement_id"]
    assert "B_02.01.0050" in contract["missing"]
    assert "Hosting Ltd" in [row["about"] for row in rows["B_05.01"]]
    assert {row["values"]["B_05.02.0050"] for row in rows["B_05.02"]} == {"1", "2"}

    past = must(customer, "GET", f"{OF_CUSTOMER}?as_of=2020-01-01")
    assert [each["rows"] for each in past["templates"] if each["code"] != "B_01.01"] == [[]] * 5

    book = ask(customer, "GET", f"{OF_CUSTOMER}?lang=da", headers={"Accept": XLSX})
    sheet = load_workbook(io.BytesIO(book.data))["B_02.01"]
    assert (sheet["B3"].value, sheet["C3"].value) == (customer["agreement_id"], "ikke oplyst")


@pytest.mark.usefixtures("baseline")
def test_a_vendor_gives_one_customer_its_rows_and_no_others(vendor: Vendor) -> None:
    one, other = vendor.customer("nordbo"), vendor.customer("lillebror")
    told = vendor.stack.must(vendor.client, "GET", f"{OF_VENDOR}?controller_id={one['org_id']}")
    assert one["agreement_id"] in str(told)
    assert other["agreement_id"] not in str(told)
    assert "Lillebror" not in str(told)

    strangers = ("org_nobody", vendor.client["org_id"])
    for stranger in strangers:
        answer = vendor.stack.ask(vendor.client, "GET", f"{OF_VENDOR}?controller_id={stranger}")
        assert answer.status_code == 404
        assert answer.get_json()["detail"].startswith("No agreement with this customer")
