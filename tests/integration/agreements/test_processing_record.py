"""A processor hands over its record of processing, of any day, in three forms."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from tests import seals
from tests.pdf import text_of
from tests.vendor import Vendor

PATH = "/agreements/v1/processing-record"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.usefixtures("baseline")
@seals.needs_pdfsig
def test_it_lists_its_own_controllers_of_that_day(vendor: Vendor) -> None:
    customer = vendor.customer("nordbo")
    ask, client = vendor.stack.ask, vendor.client
    (item,) = vendor.stack.must(client, "GET", PATH)["items"]
    assert item["agreement_id"] == customer["agreement_id"]
    assert item["recipients"] == ["Hosting Ltd"]
    assert item["transfers"] == []
    assert vendor.stack.must(client, "GET", f"{PATH}?as_of=2020-01-01")["items"] == []

    book = ask(client, "GET", f"{PATH}?lang=sv", headers={"Accept": XLSX})
    sheet = load_workbook(io.BytesIO(book.data)).active
    assert sheet["A2"].value == "Personuppgiftsansvarig"
    assert "Hosting Ltd" in [cell.value for cell in sheet[3]]

    paper = ask(client, "GET", f"{PATH}?lang=da", headers={"Accept": "application/pdf"})
    assert "artikel 30, stk. 2" in text_of(paper.data)
    assert seals.is_sealed(paper.data)
