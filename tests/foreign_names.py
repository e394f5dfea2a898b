"""Companies whose names are written from the right, without spaces, or in pictures."""

from __future__ import annotations

from tests.integration.public.fake_registry import LATER, SCC, FakeRegistry, change, entry, place

NAMES = {
    "hebrew": "שירותי ענן בע״מ",
    "arabic": "مؤسسة البيانات (2) ذ.م.م.",
    "chinese": "北京数据处理有限公司",
    "japanese": "株式会社クラウド処理",
    "korean": "주식회사 데이터처리",
    "thai": "บริษัท คลาวด์ จำกัด",
    "emoji": "👩\u200d👩\u200d👧 Family 🏳️\u200d🌈 Ltd",
    "marks": "Zálgo e\u0301\u0302\u0303 Ltd",
    "long": "A" * 200,
    "long words": ("Überlandtransportgesellschaft " * 7)[:200].strip(),
}


def foreign() -> FakeRegistry:
    """A register of nothing but such names; the last takes the place of the first."""
    registry = FakeRegistry()
    registry.entries = [
        {**entry(name, locations=[place("IN", LATER, SCC)], purpose={"en": name}), "id": f"sub_{n}"}
        for n, name in enumerate(NAMES.values())
    ]
    replaced = change("chg_1", "replace", "announced", 9, sub_processor=registry.entries[-2],
                      previous=registry.entries[1])  # fmt: skip
    registry.all_changes = [replaced]
    return registry
