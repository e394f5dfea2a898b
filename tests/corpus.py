"""One corpus of hostile and unusual words, to be poured through every field into every form."""

from __future__ import annotations

import unicodedata
from functools import cache

# Where controls stand that a name may come with: inside, for what stands at the ends is cut off.
CONTROLS = [f"a{chr(each)}b" for each in (*range(0x20), *range(0x7F, 0xA0))]
LINE_ENDS = [
    f"a{end}Bcc: thief@evil.example{end}{end}<h1>b"
    for end in ("\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")
]
ENCODED_WORDS = [
    "=?utf-8?q?A=0d=0aContent-Type:_text/html=0d=0a=0d=0a<h1>Evil</h1>?=",
    "=?utf-8?b?QQ0KQmNjOiB0aGllZkBldmlsLmV4YW1wbGUNCg0KPGgxPg==?=",
    "=?iso-8859-1?Q?A=0ABcc:_thief@evil.example?=",
    "=?utf-8*en?q?A=0d=0aBcc:_a@b.example?= =?utf-8?q?=0d=0aC?=",
    '"=?utf-8?q?A=0d=0aBcc:_a@b.example?=" <thief@evil.example>',
    "=?", "?=", "=?utf-8?q?", "=?utf-8?x?abc?=",
]  # fmt: skip
BIDI = [
    *(f"a{chr(each)}b" for each in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F),
                                    *range(0x2066, 0x206A))),
    "\u202e\u2066evil\u2069 fdp.exe", "\u2069\u2068", "שלום (1): 2", "מחברת Ltd. – مرحبا 3", "عربي",
]  # fmt: skip
NOT_CHARACTERS = [
    f"a{chr(each)}b"
    for each in (*range(0xFDD0, 0xFDF0), *(plane << 16 | last for plane in range(17)
                                           for last in (0xFFFE, 0xFFFF)))
]  # fmt: skip
JOINERS = [
    "a\u200db", "\u200d", "\u200ca", "a\ufe0f", "\ufe0e", "\u0301", "a\u0301\u0302\u0303",
    "\U000e0101a", "\ufeffa", "\u200ba", "\u2060", "\u00ad", "\U000e0061", "\u034f", "\u115f",
    "🏳️‍🌈", "👩‍👩‍👧", "🇩🇰", "🦊", "1️⃣",
]  # fmt: skip
FORMULAS = [
    before + sign + "cmd|' /C calc'!A0"
    for before in ("", " ", "\t", "\n", "\u3000", "\u200b")
    for sign in "=+-@＝＋－＠"
] + ["'t Hooft B.V.", "''", "a;b\\;c", 'a"b', '",="', "a;=1+1", "sep=;"]
MARKUP = [
    "<script>alert(1)</script>", "</title><svg onload=alert(1)>", '" onmouseover="alert(1)',
    "' onmouseover='alert(1)", "`onload=alert(1)`", "<!--", "-->", "<![CDATA[", "]]>", "&lt;b&gt;",
    "&amp;#60;", "&#x3c;b&#x3e;", "<?xml version='1.0'?>", "<!DOCTYPE a [<!ENTITY b SYSTEM 'c'>]>",
    "{{ 7*7 }}", "{% raw %}", "{0.__class__}", "%s %(x)s %n", "${x}", "</style><script>", "<b",
    "javascript:alert(1)",
]  # fmt: skip
TYPST = [
    "#panic()", '#import "x"', "$x$", "@label", "<label>", "`raw`", "```raw", "*b* _i_ = h",
    "\\u{202e}", '#read("/etc/passwd")', "// c", "/* c", "]", "[#x]", "- a\n+ b\n/ t: d",
]  # fmt: skip
ICS = [
    "a\\nb", "a\\,b;c", "END:VEVENT\r\nBEGIN:VALARM", "a\r\n b", 'x:y;z="q"', "ø" * 80, "株" * 60,
]  # fmt: skip
JSON = ['"},{"a":1', "\\u0000", "\\", "\\ud800", "a\u2028b", "NaN", "__proto__"]
TERMINAL = [
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "a\x08\x08b",
    "\x9b2J",
    "a\rlevel=error",
    "\x1b[2K\r",
]
LOGS = ['a\n{"event": "forged", "level": "info"}', "a\n2026-01-01 [info] forged", "a level=error"]
FILE_NAMES = ["../../etc/passwd", "..\\..\\a", "/abs", "con", "nul.txt", ".hidden", "a/b\\c:d*?|",
              'a"; filename="b.exe', "a%00b", "a'*\"b", "x" * 300]  # fmt: skip
WITHOUT_FONT = ["\ue000", "\U000f0000", "\U0010fffd", "\u0378", "𐎀𐎁", "受信", "ᚠᚢ"]


@cache
def scripts() -> list[str]:
    """Letters of each script and of each block of 256, three of each, four kinds in a text."""
    found: dict[str, str] = {}
    for point in (*range(0xA0, 0x3400), *range(0xA000, 0x20000)):
        letter = chr(point)
        if unicodedata.category(letter)[0] in "LNS":
            for kind in (unicodedata.name(letter, "").partition(" ")[0], f"block {point >> 8}"):
                if len(found.get(kind, "")) < 3:
                    found[kind] = found.get(kind, "") + letter
    samples = sorted(set(found.values()))
    return [" ".join(samples[at : at + 4]) for at in range(0, len(samples), 4)]


def surrogates() -> list[str]:
    """Nothing stores them; what is made of Python strings must bear them all the same."""
    return ["a\ud800b", "\udfff", "\udc80\udcff"]


@cache
def corpus() -> tuple[str, ...]:
    kinds = (CONTROLS, LINE_ENDS, ENCODED_WORDS, BIDI, NOT_CHARACTERS, JOINERS, FORMULAS, MARKUP,
             TYPST, ICS, JSON, TERMINAL, LOGS, FILE_NAMES, WITHOUT_FONT, scripts())  # fmt: skip
    return tuple(dict.fromkeys(text for kind in kinds for text in kind))
