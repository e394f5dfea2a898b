"""DORA's register of information from agreements and lists: each column by its code."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from services.agreements.contract.annex import annex_from
from services.agreements.contract.contents import Address, Party
from services.agreements.contract.wording import SPOKEN, built_in_templates
from services.agreements.model.document import make_version
from services.agreements.model.dora import TEMPLATES, Contract, Row, register
from services.agreements.rendering import information
from tests.unit.agreements import things

DAY = date(2026, 12, 1)
BANK = Party("org_c", "c", "Bank", None, "DK")
VENDOR = Party("org_v", "v", "Vendor", "DK 12", "SE", Address("G 1", "1", "Malmö", "SE"))


def entry(name: str, *places: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {"id": f"sub_{name}", "legal_name": name, "registration_number": f"No {name}",
            "country": "IE", "locations": [{"country": country, "kind": kind}
                                           for country, kind in places], **more}  # fmt: skip


HOST = entry("Host", ("DE", "storage"), ("DE", "processing"), ("NL", "storage"))
DEEP = entry("Deep", ("IN", "remote_access"), parent_id="sub_Host")
DEEPER = entry("Deeper", parent_id="sub_Deep", registration_number=None)


def contract(*listed: dict[str, Any], **more: Any) -> Contract:
    version = make_version("agr_1", 1, (VENDOR, BANK), things.content(**more),
                           built_in_templates()[2], at=things.AT, by="cli")  # fmt: skip
    annex = annex_from(list(listed), DAY, "en", ())
    return Contract(things.active(), version, date(2026, 11, 1), annex)


def rows(code: str, *contracts: Contract) -> list[Row]:
    return register(BANK, contracts or [contract(HOST, DEEP, DEEPER)], DAY)[code]


def value(row: Row, column: str) -> str | None:
    return next((text for code, text in row.values.items() if code.endswith(column)), None)


def test_who_keeps_the_register_is_named_and_what_only_it_knows_is_missing() -> None:
    [row] = rows("B_01.01")
    assert row.values == {"B_01.01.0020": "Bank", "B_01.01.0030": "DK",
                          "B_01.01.0060": "2026-12-01"}  # fmt: skip
    assert row.missing == ("B_01.01.0010", "B_01.01.0040", "B_01.01.0050")


def test_each_country_of_storage_or_processing_has_a_row_of_its_own() -> None:
    found = rows("B_02.02")
    assert [(value(row, "0150"), value(row, "0160")) for row in found] == [
        ("DE", "DE"), ("NL", None),
    ]  # fmt: skip
    first = found[0]
    assert value(first, "0010") == "agr_1"
    assert (value(first, "0070"), value(first, "0080")) == ("2026-11-01", "9999-12-31")
    assert (value(first, "0120"), value(first, "0140")) == ("DK", "Yes")
    assert "B_02.02.0100" in first.missing
    assert "B_02.02.0160" not in found[1].missing


def test_without_a_place_nothing_is_said_of_storage() -> None:
    [row] = rows("B_02.02", contract())
    assert (value(row, "0140"), value(row, "0150")) == (None, None)
    assert "B_02.02.0140" in row.missing


def test_an_agreed_last_day_and_an_end_are_the_last_day() -> None:
    [row] = rows("B_02.02", contract(expires_on="2028-01-31"))
    assert value(row, "0080") == "2028-01-31"
    ended = contract(expires_on="2028-01-31")
    ended = replace(ended, agreement=replace(ended.agreement, ended_on=date(2026, 12, 24)))
    [row] = rows("B_02.02", ended)
    assert value(row, "0080") == "2026-12-24"


def test_a_company_has_one_row_however_many_contracts_name_it() -> None:
    found = rows("B_05.01", contract(HOST), contract(HOST, DEEPER))
    assert [row.about for row in found] == ["Vendor", "Host", "Deeper"]
    assert found[0].values == {
        "B_05.01.0010": "DK 12", "B_05.01.0050": "Vendor", "B_05.01.0060": "Vendor",
        "B_05.01.0080": "SE",
    }  # fmt: skip
    assert found[1].values == {
        "B_05.01.0010": "No Host", "B_05.01.0050": "Host", "B_05.01.0060": "Host",
        "B_05.01.0080": "IE",
    }  # fmt: skip
    assert "B_05.01.0010" in found[2].missing
    assert "B_05.01.0110" not in found[2].missing


def test_a_name_in_another_script_is_no_name_in_the_latin_alphabet() -> None:
    [_, row] = rows("B_05.01", contract(entry("株式会社")))
    assert value(row, "0050") == "株式会社"
    assert "B_05.01.0060" in row.missing
    [_, row] = rows("B_05.01", contract(entry("Acme 株式会社")))
    assert "B_05.01.0060" in row.missing
    [_, row] = rows("B_05.01", contract(entry("Last of them: \u024f")))
    assert value(row, "0060") == "Last of them: \u024f"
    [_, row] = rows("B_05.01", contract(entry("Ørsted & Søn 2.0")))
    assert value(row, "0060") == "Ørsted & Søn 2.0"


def test_the_chain_counts_its_ranks_from_the_vendor() -> None:
    found = rows("B_05.02")
    assert [(row.about, value(row, "0050"), value(row, "0060")) for row in found] == [
        ("Vendor", "1", None), ("Deep", "3", "No Host"), ("Deeper", "4", "No Deep"),
        ("Host", "2", "DK 12"),
    ]  # fmt: skip


def test_a_circle_in_the_chain_ends() -> None:
    one, two = entry("One", parent_id="sub_Two"), entry("Two", parent_id="sub_One")
    assert [value(row, "0050") for row in rows("B_05.02", contract(one, two))] == ["1", "3", "3"]


def test_a_circle_above_a_company_ends_for_it_too() -> None:
    circle = (entry("One", parent_id="sub_Two"), entry("Two", parent_id="sub_One"))
    found = rows("B_05.02", contract(*circle, entry("Three", parent_id="sub_One")))
    assert {row.about: value(row, "0050") for row in found}["Three"] == "4"


def test_the_contract_has_its_number_and_its_signing_vendor() -> None:
    [general], [signing] = rows("B_02.01"), rows("B_03.02")
    assert general.values == {"B_02.01.0010": "agr_1"}
    assert general.missing == ("B_02.01.0020", "B_02.01.0040", "B_02.01.0050")
    assert signing.values == {"B_03.02.0010": "agr_1", "B_03.02.0020": "DK 12"}


@pytest.mark.parametrize("language", SPOKEN)
def test_the_workbook_has_a_sheet_for_each_template_and_names_what_is_missing(
    language: str,
) -> None:
    found = register(BANK, [contract(HOST)], DAY)
    book = load_workbook(io.BytesIO(information.workbook(found, DAY, language)))
    assert book.sheetnames == ["Art28", *TEMPLATES]
    sheet = book["B_02.02"]
    assert sheet["B2"].value.startswith("B_02.02.0010 ")
    assert sheet["B3"].value == "agr_1"
    assert sheet["C3"].value == information.word("missing", language)


def test_every_column_has_its_words_and_every_row_fills_or_misses_what_it_must() -> None:
    told = information.members(register(BANK, [contract(HOST, DEEP)], DAY), DAY, "da")
    assert [each["code"] for each in told["templates"]] == list(TEMPLATES)
    for template in told["templates"]:
        codes = {column["code"] for column in template["columns"]}
        assert all(column["name"] for column in template["columns"])
        for row in template["rows"]:
            assert set(row.values) | set(row.missing) <= codes
            assert not set(row.values) & set(row.missing)
