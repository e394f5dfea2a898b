"""Whether an answer says anything: “n/a”, “ingen” and “see our website” answer nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NOTHING = re.compile(
    r"(?:n/?a|n\.a\.?|nil|none|nothing|no|not (?:applicable|available|relevant|specified|stated"
    r"|agreed|known)"
    r"|unknown|unspecified|undecided|tb[adc]|tb ?d|to ?do|to be (?:determined|decided|defined"
    r"|agreed|confirmed"
    r"|added|completed|announced)|later|pending|missing|empty|blank|lorem ipsum|test|x+|null"
    r"|undefined"
    r"|ingen|intet|inget|inga|ingenting|ikke (?:angivet|relevant|aftalt|oplyst|udfyldt|fastsat"
    r"|kendt)"
    r"|i\.?r\.?|ukendt|mangler|udfyldes(?: senere)?|følger|aftales(?: senere|nærmere)?|nej"
    r"|saknas|inte (?:angivet|tillämpligt|relevant|avtalat|ifyllt|känt)|ej (?:angivet|angiven"
    r"|tillämpligt"
    r"|tillämplig|aktuellt|relevant|ifyllt)|e\.?t\.?|okänt|okänd|tomt|fylls i(?: senare)?"
    r"|kommer senare"
    r"|avtalas senare|uppgift saknas|oplysning mangler)"
)
_ELSEWHERE = re.compile(
    r"(?:(?:please|venligst|vänligen) )?"
    r"(?:(?:more |further |yderligere |ytterligare |mer )?(?:info|information|details|oplysninger"
    r"|uppgifter"
    r"|listen|listan|the list) )?(?:(?:is|are|can be found|kan findes|can be read) )?"
    r"(?:(?:see|refer to|cf\.?|as (?:stated|described|published) (?:on|at)|(?:available|published"
    r"|listed|found|described) (?:on|at)|on|at)"
    r"|(?:se|der henvises til|henvises til|fremgår af|findes på|offentliggjort på|på)"
    r"|(?:se|hänvisas till|framgår av|finns på|publicerat på|på))? ?"
    r"(?:(?:the|our|your|their|its|vendor['’]s|processor['’]s|company['’]s|vores|vor|deres|jeres"
    r"|vår|våra|er"
    r"|databehandlerens|leverandørens|biträdets|leverantörens) )*"
    r"(?:(?:company|public|official|offentlige|officielle|publika) )?"
    r"(?:web ?-?sites?|web ?pages?|home ?pages?|internet|sites?|hjemmesiden?|websted(?:et)?"
    r"|internettet"
    r"|webbplats(?:en)?|hemsidan?|webbsidan?|(?:https?://|www\.)\S+"
    r"|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/\S*)?)"
    r"(?: (?:https?://|www\.)\S+)?"
)


def says(answer: str | Iterable[str] | None) -> bool:
    """Whether ``answer``, or one of several, says something of its own."""
    if answer is None:
        return False
    if not isinstance(answer, str):
        return any(says(part) for part in answer)
    text = re.sub(r"\s+", " ", answer.casefold()).strip()
    bare = text.strip(" .,:;!?-–—_*/\\()[]{}<>\"'“”…")
    return bool(bare) and not any(
        pattern.fullmatch(each) for pattern in (_NOTHING, _ELSEWHERE) for each in (text, bare)
    )
