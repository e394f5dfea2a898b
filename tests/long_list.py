"""An invented register of an ordinary length: 29 entries, 42 places, six products, 4 changes to
come. The public page is measured and looked at with it."""

from __future__ import annotations

from typing import Any

from tests.integration.public.fake_registry import FakeRegistry, change, entry

Json = dict[str, Any]
PRODUCTS = ("Mail", "Calendar", "Rooms", "Voice", "Archive", "Insights")
EEA = ("IE", "DE", "SE", "DK", "NL", "FI", "FR")
DPF = {"instrument_id": "eu-us-dpf", "role": "primary",
       "evidence": {"participant": "Listed Inc.", "covered_data": ["non_hr"],
                    "checked_on": "2026-09-01", "due_on": "2027-05-01"}}  # fmt: skip
SCC = {"instrument_id": "scc-2021-914", "role": "primary",
       "evidence": {"module": 3, "signed_on": "2025-01-15"}}  # fmt: skip
SHIELD = {"instrument_id": "eu-us-privacy-shield", "role": "primary", "evidence": {},
          "ended_on": "2020-07-16", "ended_by": "C-311/18"}  # fmt: skip
REASONS = {
    "no_transfer": ("It lies in the EEA.", "Det ligger i EØS.", "Det ligger i EES."),
    "valid": ("The transfer rests on the basis named.", "Overførslen hviler på grundlaget.",
              "Överföringen vilar på grunden."),
    "unproven": ("No record of the edition of the clauses.", "Udgaven er ikke registreret.",
                 "Utgåvan är inte registrerad."),
    "invalid": ("It ended on 16 July 2020.", "Det ophørte den 16. juli 2020.",
                "Det upphörde den 16 juli 2020."),
    "missing": ("A third country without a basis.", "Et tredjeland uden grundlag.",
                "Ett tredjeland utan grund."),
}  # fmt: skip
NAMES = (
    "Aarhus Datacenter A/S", "Amstel Cloud B.V.", "Blue Whale Analytics Ltd.", "Brevdue ApS",
    "Cobalt Telephony GmbH", "Danube Storage GmbH", "Elbe Support GmbH", "Fjordmail ApS",
    "Gotland Drift AB", "Hafen Backup GmbH", "Inselnetz SE", "Jylland Print A/S",
    "Kattegat Voice AB", "Lakeside AI Inc.", "Manila Support Services Inc.", "Nordlys Drift ApS",
    "Oldschool Fax Corp.", "Pampas Analytics S.A.", "Quarry Monitoring Inc.", "Rhein SMS GmbH",
    "Sund Kalender ApS", "Tallinn Translate OÜ", "Umeå Arkiv AB", "Vesterhav Sikkerhed A/S",
    "Weser Payments GmbH", "Xylem Search Inc.", "Ystad Video AB", "Zeeland Hosting B.V.",
    "Østersø Transskription ApS",
)  # fmt: skip
PURPOSES = (
    ("Runs the servers of the platform in two data centres.",
     "Driver platformens servere i to datacentre.", "Driver servrarna i två datorhallar."),
    ("Sends e-mail and text messages for customers.", "Sender e-mail og sms for kunder.",
     "Skickar e-post och sms åt kunder."),
    ("Answers requests of users by telephone and chat.", "Besvarer brugeres henvendelser.",
     "Besvarar användares frågor."),
    ("Measures how the service is used, without names.", "Måler brugen af tjenesten uden navne.",
     "Mäter hur tjänsten används, utan namn."),
)  # fmt: skip


def spoken(texts: tuple[str, str, str]) -> Json:
    return dict(zip(("en", "da", "sv"), texts, strict=True))


def place(country: str, status: str, *mechanisms: Json, kind: str = "processing") -> Json:
    reasons = spoken(REASONS[status])
    judged = {"status": status, "reason": reasons["en"], "reason_by_language": reasons,
              "citations": ["GDPR Art. 44"], "ends_on": None, "regime": "EU",
              "instrument_id": mechanisms[0]["instrument_id"] if mechanisms else None}  # fmt: skip
    return {"country": country, "region": None, "kind": kind, "mechanisms": list(mechanisms),
            "verdict": judged}  # fmt: skip


def places(number: int) -> list[Json]:
    """Of 29 entries: 25 places in the EEA, 13 on a basis, 4 with a gap."""
    found = [] if number in GAPS or number in ABROAD else [at_home(number)]
    found += (
        [place("US", "valid", DPF, SCC)] if number in (*ABROAD, 20, 23) or number % 3 == 1 else []
    )
    found += [at_home(number + 1)] if number in TWICE else []
    return found + GAPS.get(number, [])


def at_home(number: int) -> Json:
    return place(EEA[number % len(EEA)], "no_transfer", kind="storage")


ABROAD = (13, 18, 25)
TWICE = (0, 5, 27)
GAPS = {
    2: [place("IL", "unproven", SCC)],
    14: [place("PH", "unproven", SCC, kind="remote_access")],
    16: [place("US", "invalid", SHIELD)],
    17: [place("AR", "missing")],
}


def company(number: int) -> Json:
    """One entry; from the thirtieth on the names repeat with a number."""
    index = number % len(NAMES)
    name = NAMES[index] + (f" {number}" if number >= len(NAMES) else "")
    found = places(index)
    return entry(
        name, id=f"sub_{number}", purpose=spoken(PURPOSES[number % len(PURPOSES)]),
        country=found[0]["country"], locations=found,
        categories=["hosting", "email"][: 1 + index % 2],
        products=[] if index % 5 == 0 else [PRODUCTS[index % 6], PRODUCTS[(index + 2) % 6]],
        parent_id="sub_1" if index == 6 else None,
        listed_since=f"20{18 + index % 8}-0{1 + index % 9}-01",
        affiliate=index == 15, stage="only_if_enabled" if index == 13 else "active",
        ai_use="inference" if index == 13 else "none",
        next_change={"change_id": "chg_b", "kind": "modify", "effective_on": "2027-01-15"}
        if number == 21 else None,
    )  # fmt: skip


def companies(count: int = 29) -> list[Json]:
    return [company(number) for number in range(count)]


def coming() -> list[Json]:
    translate, fax = company(21), company(16)
    new = entry("Waldsee Transcription GmbH", id="sub_new", country="DE",
                locations=[place("DE", "no_transfer")])  # fmt: skip
    trained = {**translate, "ai_use": "training",
               "locations": [*translate["locations"], place("US", "valid", DPF)]}  # fmt: skip
    return [
        change("chg_a", "add", "announced", 5, sub_processor=new, owes="notice"),
        change("chg_b", "modify", "announced", 6, previous=translate, sub_processor=trained,
               effective_on="2027-01-15", materiality=["new_country", "ai_use"]),
        change("chg_c", "remove", "announced", 7, previous=fax, effective_on="2027-02-01",
               materiality=[]),
        change("chg_d", "replace", "announced", 8, previous=company(9), effective_on="2027-03-01",
               sub_processor=entry("Ebbe Backup ApS", id="sub_ebb", country="DK",
                                   locations=[place("DK", "no_transfer")])),
    ]  # fmt: skip


class LongRegistry(FakeRegistry):
    def __init__(self, count: int = 29) -> None:
        super().__init__()
        past = [one for one in self.all_changes if one["status"] in ("in_effect", "withdrawn")]
        self.entries, self.all_changes = companies(count), [*coming(), *past]

    def processor(self, slug: str) -> Json:
        return {**super().processor(slug), "legal_name": "Nordlys Cloud A/S",
                "website": "https://nordlys.example"}  # fmt: skip

    def sub_processors(self, slug: str, as_of: str | None) -> list[Json]:
        self._answer("sub_processors", slug)
        return self.entries
