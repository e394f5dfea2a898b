"""The words by which a text says when the time to tell of a breach begins, in three languages.

Patterns meet small letters only. English, Danish and Swedish stand together, because a contract
may mix them.
"""

from __future__ import annotations

import re

SENTENCE_ENDS = (
    r"(?<!\bart)(?<!\barts)(?<!\bpara)(?<!\bno)(?<!\bnr)(?<!\bstk)(?<!\be\.g)(?<!\bi\.e)"
    r"(?<!\bbl\.a)(?<!\bf\.eks)(?<!\bt\.ex)(?<!\bca)(?<!\bcf)(?<!\bpkt)(?<!\bjf)(?<!\binc)"
    r"(?<!\bltd)[.!?](?=\s|$)|[;\n]"
)
_SOON = (
    r"\b(?:as soon as|så snart som|så snart|så hurtigt som|så fort som) (?:(?:is|it is|det er"
    r"|det är|reasonably|practically|rimeligt|rimligen|praktisk|praktiskt) )*"
    r"(?:possible|practicable|feasible|muligt|möjligt)"
)
# What is written instead, so that the words of these idioms mislead nobody.
IDIOMS = (
    (_SOON, "soon"),
    (r"\bwithout (?:\w+ ){0,3}?delay", "soon"),
    (r"\buden (?:\w+ ){0,2}?(?:forsinkelse|ophold)", "straks"),
    (r"\butan (?:\w+ ){0,2}?dröjsmål", "genast"),
    (r"\b(?:in the|in any|in that|in such|in no|in either) event(?: that| of)?\b", "if"),
    (r"\bi händelse av\b", "vid"),
    (r"\b(?:after|from|upon|efter|fra|från) (?=art|clause|section|annex|punkt|bilag)", "under "),
    (r"\bfrom time to time\b", "sometimes"),
    (r"\b(?:for at|för att)\b", "for-to"),
    (r"\bin order to\b", "for-to"),
)  # fmt: skip

BREACH = re.compile(
    r"(?:(?<!material )\bbreach(?:es)?\b(?! of (?:(?:this|the|its|these|any|such) )*"
    r"(?:agreement|contract|terms?|clause|obligation|dpa|warrant))"
    r"|incident(?!al)\w*|\bevents?\b|\bcompromis\w+|kompromitter\w*|\bleaks?\b"
    r"|\bintrusions?\b"
    r"|(?<!af)(?<!ud)brud(?:d?et|dene|s|dets)?\b(?! på (?:denne|aftale|kontrakt|vilkår))"
    r"|brudbekræft\w*|h[æä]ndelse\w*|intrång\w*|læk(?:age|ket|ken)?\b|läck(?:a|an"
    r"|age)\b"
    r"|säkerhetsbrist\w*|\bangreb\w*|\bangrepp\w*|\battacks?\b)"
)
# The same from the beginning of a compound such as “sikkerhedshændelse”.
_WHOLE = rf"\w*{BREACH.pattern}"

# “Established” also begins “establishment”, which is a place unless something is established.
CONFIRM = re.compile(
    r"\b(?!un(?:conf|verif|valid)|ubekr|uverif|obekr|overif)\w*(?:confirm|verif[iy]|validat"
    r"|substantiat"
    r"|bekræft|verific|verifik|valider|fastsl[åo]|stadfæst|bekräft|verifier|fastställ)\w*"
    r"|\bestablish(?:es|ed|ing)?\b|\bestablishment(?= of\b)"
)
DETERMINE = re.compile(r"\b(?:determin\w+|ascertain\w*|conclude[sd]?|concluding|\w*konstater\w*)")
CONFIRMED = re.compile(
    r"(?:confirmed|verified|validated|established|substantiated|bekræfte(?:t|de)|verificere(?:t|de)"
    r"|validere(?:t|de)|fastslåe(?:t|de)|bekräfta(?:d|t|de)|verifiera(?:d|t|de)|validera(?:d|t|de)"
    r"|fastställ(?:d|t|da)|bekræftet|fastslået)"
)
DETERMINED = re.compile(r"(?:determined|ascertained|konstatere(?:t|de)|konstatera(?:d|t|de))")

TELLING = re.compile(
    r"e-?mail|e-?post|\bknow\b|announc|publish|notif|inform|\btell|\btold\b|report|alert|notice|communicat|advis|hears?\b|contact|warn"
    r"|\bcall"
    r"|\bwrit(?:es|ten)|messag|hour|\bdays?\b|delay|\bsoon\b|deadline|\btime\b|period|clock"
    r"|\bterm\b"
    r"|underret|besked|meddel|orienter|anmeld|vars|rapport|\btime(?:r|rs|rne)\b|frist|\bdage?\b"
    r"|døgn"
    r"|straks|underrätt|anmäl|timm|dygn|dagar|\btid|genast|\bringer|kontakt|upplys|oplys|skriver"
    r"|deemed|considered|anses|betragtes|betraktas|omedelbart|promptly|immediately|at once|hører"
    r"|får veta|får at vide"
)
BACK_TO_THE_TIME = re.compile(
    r"\b(?:(?:the|this|that|such|these|those) (?:\w+ )?(?:time|period|deadline|clock|term|hours)"
    r"|fristen|tidsfristen|tiden|timerne|perioden|timmarna|tidsperioden|dygnen|klokken|klockan)\b"
)

TRIGGERS = re.compile(
    r"\b(?:when(?:ever)?|once|as soon as|so soon as|immediately|after|afterwards|from|upon"
    r"|following"
    r"|until|subject to|conditional on|conditional upon|provided|only if|if|where|since|as of"
    r"|the (?:time|moment|point|day|date|hour|instant)|wait(?:s|ed|ing)? for|await(?:s|ing)?|post"
    r"|(?:not|no|never)(?:,? \w+){0,6},? (?:before|until|sooner than|earlier than)"
    r"|når|så snart|så snart som|så fremt|såfremt|hvis|efter(?: at)?|fra(?: og med)?|først ved"
    r"|siden"
    r"|forudsat|betinget af|afventer|i det øjeblik|det tidspunkt|tidspunktet"
    r"|ikke(?:,? \w+){0,6},? (?:før|inden)"
    r"|när|så fort|sedan|efter(?: det)?(?: att)?|från(?: och med)?|då|förutsatt|inväntar|väntar på"
    r"|i den stund|den tidpunkt|tidpunkten|inte(?:,? \w+){0,6},? (?:förrän|innan|före)"
    r"|först (?:när|efter)"
    r"|ifall|därest|fr\.o\.m)\b[ -]?"
)
# These open no clause of their own: the word must follow at once.
DIRECT_TRIGGERS = re.compile(
    r"\b(?:on|(?:hours?|days?|time|moment|date|minutes|weeks?) of|ved|vid"
    r"|om (?:\w+ ){0,6}(?:har|är|blir)) (?:[\w’'-]+ ){0,3}$"
)
AFTER_NOT = re.compile(
    r"\b(?:not|no|never|nor|ikke|inte|ej|först|først)\b(?:,? (?!wait|await|be delay|delay|defer"
    r"|postpone"
    r"|vente|afvente|udsæt|udskyd|forsink|vänta|invänta|dröj|skjut)[\w’'-]+){0,6},? "
    r"(?:before|until|prior|før|inden|förrän|innan|före)\b(?! vente)"
)
NOT_YET = re.compile(
    r"\b(?:not|never|n't|ikke|inte|ej)(?: (?:yet|been|be|endnu|ännu|fully|være|blevet|blivit"
    r"|har))* $"
)
NO_MATTER = re.compile(
    r"\b(?:regardless|irrespective|whether or not|even (?:if|when|though|before)"
    r"|before|prior to|ahead of|no need|without (?:first |prior )?(?:wait|await|hav|be|need)\w*"
    r"|(?:not|never|n't|no)(?: \w+){0,3} (?:wait|await|delay|defer|postpone|conditional|depend"
    r"|subject)\w*"
    r"|without(?: \w+){0,2}$|independent\w*"
    r"|uanset|uden at|uden(?: \w+){0,2}$|selv ?om|selv (?:hvis|når)|også (?:hvis|når|selv|før)|før"
    r"|inden (?=(?:hændelse|brud|det|den|databehandler|leverandør|vi|der|en|et|bekr|verif)\w*)"
    r"|forud for|ikke(?: \w+){0,3} (?:vente|afvente|udsætte|udskyde|forsinke|betinge|afhæng)\w*"
    r"|oavsett|utan att|utan(?: \w+){0,2}$|även (?:om|när|innan)|innan|före"
    r"|inte(?: \w+){0,3} (?:vänta|invänta|dröja|skjuta|villkora|beroende)\w*)(?=\W|$)"
)
_DOUBT = (
    r"(?:reasonably |only |merely |rimeligt |rimligen |skäligen |blot |endast |kun )?"
    r"(?:\w*suspect|\w*suspicio|alleged|possib|potential|presum|likely|probab|mistænk|mistank"
    r"|formod"
    r"|mulig|potentiel|misstänk|misstank|befarad|möjlig|potentiell|sandsynlig|sannolik|påståe)\w*"
)
_OR = r"(?:or|and|and/or|eller|og|og/eller|och|och/eller|as well as|såvel som|såväl som|samt|nor)"
_SURE = (
    r"(?:confirm|verif|validat|establish|determin|bekræft|valid|fastsl|konstat|bekräft"
    r"|fastställ)\w*"
)
SUSPECTED = re.compile(
    rf"{_DOUBT}(?: [\w’'-]+){{0,2}},? {_OR} (?:[\w’'-]+ ){{0,2}}?{_SURE}"
    rf"|{_SURE}(?: [\w’'-]+){{0,3}},? {_OR} (?:[\w’'-]+ ){{0,2}}?{_DOUBT}"
)

OR_NOT = re.compile(r"(?: [\w’'-]+){0,3},? (?:or|eller) (?:is |has |have )?(?:not|ej|ikke|inte)\b")

_LINK = (
    r"(?:of|the|its|their|your|our|his|a|an|any|this|that|such|all|own|security|data|personal"
    r"|response"
    r"|management|af|av|den|det|de|sin|sit|sina|sitt|vores|vår|våra|deres|deras|en|et|ett|er|ert)"
)
OTHER_AFTER = re.compile(
    rf"(?:'s)?(?: (?:{_LINK}|{_WHOLE}))*? "
    r"(?:receipt|recipient|sender|caller|reception|deliver|orders?\b|identit|address|payment|appointment|account"
    r"|contacts?\b"
    r"|channel|procedure|process(?!or|ing)|polic|plans?\b|routine|measures|backup|restor|recover"
    r"|closure|agreement|contract|notice|notification|message|meeting|instruction|e-?mail|practice"
    r"|team|framework|register|program"
    r"|modtage|ordre|bestilling|adresse|betaling|aftale|rutine|beredskab|underretning|besked|varsel"
    r"|genopret|foranstaltning|kanal|mottag|beställning|adress|betalning|avtal|rutin|beredskap"
    r"|underrättelse|meddelande|återställ|åtgärd)\w*"
    r"| (?:by|af|av) (?:both |the |all |begge |båda |alla |alle )?(?:parties|parterne|parterna"
    r"|parter|customer|controller|kunden)\b"
    r"| (?:that )?(?:\w+ )?(?:has|have|har) (?:received|modtaget|mottagit|fått)"
)
PLACE = re.compile(
    r" (?:in|within|outside|under|i|inom|inden for|uden for|utanför) "
    r"(?!(?:[\w’'-]+ ){0,4}(?:report|analys|investigat|review|undersøg|utred|rapport|granskning))"
)
# The EDPB's own measure of awareness (Guidelines 9/2022), in whatever words.
CERTAINTY = re.compile(
    r" (?:[\w’'-]+ ){0,3}?(?:reasonable (?:degree of )?certainty|rimelig (?:grad af )?sikkerhed"
    r"|rimlig (?:grad av )?(?:säkerhet|visshet))"
)
OTHER_BEFORE = re.compile(
    r"\b(?:receipt|orders?|identity|address|payment|backups?|delivery|notice|notification"
    r"|restoration"
    r"|modtagelse\w*|ordren?|identitet\w*|betaling\w*|underretning\w*|genopret\w*|mottag\w*"
    r"|beställning\w*|betalning\w*|underrättelse\w*|återställ\w*)"
    r"(?: (?!and\b|or\b|og\b|eller\b|och\b)[\w’'-]+){0,6} $"
)
BY_THE_CUSTOMER = re.compile(
    r"\b(?:customer|controller|client|kunden|dataansvarlige|personuppgiftsansvarig[ae]?"
    r"|data subject"
    r"|registrerede|registrerade|kund)(?: (?:has|have|had|har|itself|selv|själv|also|også|även))* $"
)
MAIN_CLAUSE = re.compile(
    r"\b(?:shall|will|must|should|skal|ska|skall|vil|for-to)\b(?! have)"
    r"|\b(?:notif(?:y|ies)|informs?|tells?|alerts?|communicates?|contacts|underrett(?:er|es)"
    r"|giver|gives|meddeler?s?|orienterer?s?|informerer?s?|anmelde(?:r|s)|rapporterer?s?"
    r"|underrättar?s?"
    r"|meddelar?s?|informerar?s?|anmäl(?:er|s)|rapporteras?|lämnar|sendes|skickas)\b(?! (?:us|os"
    r"|oss)\b)"
)
INFINITIVE = re.compile(
    r"\b(?:to|at|att|for-to)(?: (?:fully|first|try|seek|help|få|forsøge|försöka))? $"
)
ABLE = re.compile(
    r"\b(?:able|possible|managed|succeeded|muligt|i stand|lykkedes|kunnet|möjligt|kunnat|lyckats)\b"
)
NEW_SUBJECT = re.compile(
    r"\b(?!(?:that|by|of|and|or|which|when|where|because|in|to|with|from|as|whether|if|after|before"
    r"|at|af|og|eller|som|der|hos|fra|av|och|att|från|med|for|för|i|only|own|external|its|our|the"
    r"|a|an)\b)"
    r"[\w’'-]+ (?:the |our |its )?(?:data )?(?:processor|vendor|supplier|provider|we|company|it) "
    r"(?:(?:then|also|itself|immediately|promptly) )?$"
)
# "At" is Danish for "that"; before these words it is English, as in "at its own cost".
DANISH_AT = r"at(?! (?:its|their|our|no|the|any|least|once|most|an?)\b)"
RELATIVE = (
    rf"hvor|hvorpå|der|som|{DANISH_AT}|where|when|which|on which|that|whether|då|när|att|om|varvid"
)
# Between an adjective and its noun none of these stands.
NO_ADJECTIVE = (
    rf"{RELATIVE}|the|a|an|any|this|et|en|den|det|ett|of|by|af|av|or|and|eller|og|och|in|i|to|til"
    r"|till|on|på"
)
BEFORE_ITS_SUBJECT = re.compile(
    r" (?:vi|databehandleren|leverandøren|virksomheden|personuppgiftsbiträdet|biträdet|leverantören"
    r"|bolaget)\b"
)
TELLS_LATER = re.compile(
    r"[^,;]{0,60}? (?:before|prior to|inden|før|forud for|innan|före) (?:[\w’'-]+ ){0,5}?"
    r"(?:notif|inform|tell|report|alert|underret|giver? besked|meddel|orienter|anmeld|underrätt"
    r"|anmäl"
    r"|rapporter)\w*"
)
HAVING = re.compile(r"\b(?:has|have|had|having|har|have|havde|ha|hade|med at|no|ingen|inga) $")

AWARE = re.compile(
    r"\b(?:aware\w*|learn\w*|knowledge|knows?|known|discover\w*|detect\w*|bekendt|opmærksom\w*"
    r"|kendskab|viden|opdag\w*|kännedom|vetskap|medveten\w*|upptäck\w*|får reda|fått reda)"
)
AWARE_AT_A_TIME = re.compile(
    r"\b(?:after|of|from|upon|when|once|as soon as|on|since|following|time|moment"
    r"|efter|fra|når|så snart|ved|siden|från|när|sedan|vid|så fort|tidspunkt\w*|tidpunkt\w*)"
    r"(?:,? [\w’'-]+){0,8}?,? " + AWARE.pattern.removeprefix(r"\b")
)
COUNTED = re.compile(
    r"\b(?:counted|runs?|begins?|starts?|deemed|considered|regarded|means|regnes|løber|begynder"
    r"|anses"
    r"|betragtes|räknas|löper|börjar|betraktas|startar|starter)\b"
)
FOLLOWS = re.compile(
    r"\b(?:full|fuller|detailed|further|additional|final|complete|supplement\w*|follow\w*|more"
    r"|remaining"
    r"|root|update\w*|again|later|afterwards|phases|details|particulars|summary"
    r"|(?:report|account) (?:is|are|shall|will|follows)|(?:provid|send|submit|deliver"
    r"|issu)\w*(?: \w+){0,3} "
    r"(?:report|account|information)|measures|remed\w*|restor\w*|mitigat\w*|close[sd]?"
    r"|uddyb\w*|supplerende|yderligere|endelig|fuld\w*|detalje\w*|opfølg\w*|redegørelse\w*|senere"
    r"|igen"
    r"|opdater\w*|rapport(?:en)? (?:følger|sendes|leveres|udarbejdes)|slutrapport\w*"
    r"|(?:sender|leverer|fremsender|udarbejder|følger)(?: \w+){0,3} rapport\w*|afhjælp\w*"
    r"|genopret\w*"
    r"|foranstaltning\w*|nærmere|komplett\w*|ytterligare|utförlig\w*|fullständig\w*|slutlig\w*"
    r"|detaljerad\w*|uppfölj\w*|redogörelse\w*|senare|uppdater\w*|närmare|åtgärd\w*|återställ\w*"
    r"|rapport(?:en)? (?:följer|skickas|lämnas|översänds)|(?:skickar|lämnar|sänder"
    r"|följer)(?: \w+){0,3} rapport\w*)\b"
)
IN_WRITING = re.compile(
    r"(?: [\w’'-]+){0,6}? (?:in writing|in a (?:written )?report|by e-?mail|by letter|skriftligt"
    r"|skriftligen|i en (?:skriftlig )?rapport)"
)
SEGMENTS = re.compile(r"[,:()–]|\b(?:and|but|og|men|och|samt|while|mens|medan)\b")
# Where another statement begins: what it confirms may have nothing to do with a breach.
STATEMENTS = re.compile(r", (?:and|but|while|og|men|mens|och|medan)\b")
GOES_ON = re.compile(
    r"\b(?:it|its|this|they|these|them|such|not|only|den|det|de|dem|denne|dette|disse|denna|detta"
    r"|dessa|ikke|kun|først|inte|bara|endast|först)\b"
)

# Where a breach stands beside the word: “confirmed breach”, “breach confirmed”, “breach that is …”.
BREACH_AHEAD = re.compile(rf" (?:(?!(?:{NO_ADJECTIVE}) )[\w’'-]+ ){{0,3}}?{_WHOLE}")
BREACH_BEHIND = re.compile(rf"{BREACH.pattern} $")
BREACH_THAT = re.compile(rf"{BREACH.pattern},? (?:that|which|der|som)(?: [\w’'-]+){{1,4}} $")
# A comma that ends no clause: a relative or a list follows.
COMMA_WITHIN = re.compile(rf", (?=(?:{RELATIVE})\b|[\w’'-]+(?: [\w’'-]+){{0,2}} (?:or|eller) )")
