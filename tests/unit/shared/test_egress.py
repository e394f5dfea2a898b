"""A webhook reaches hosts of the public internet and nothing else, however its URL is written.

The numbers are the cases of the list of hostile addresses and URLs, in its order.
"""

from __future__ import annotations

import contextlib
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.egress import BlockedAddressError, Egress, EgressError, EndpointUrl

PUBLIC = Egress()
DEMO = Egress.from_text("127.0.0.0/8, ::1")

REFUSED_URLS = [
    # 1 dotted literals
    ("https://127.0.0.1/", "blocked_address"),
    ("https://10.1.2.3/", "blocked_address"),
    ("https://172.16.0.1/", "blocked_address"),
    ("https://172.31.255.255/", "blocked_address"),
    ("https://192.168.1.1/hook", "blocked_address"),
    ("http://127.0.0.1:6379/", "blocked_address"),
    # 2 numbers that resolvers read as 127.0.0.1
    ("https://2130706433/", "invalid_url"),
    ("https://0x7f000001/", "invalid_url"),
    ("https://0X7F000001/", "invalid_url"),
    ("https://017700000001/", "invalid_url"),
    ("https://0x7f.0.0.1/", "invalid_url"),
    ("https://0177.0.0.1/", "invalid_url"),
    ("https://127.1/", "invalid_url"),
    ("https://0x7f.1/", "invalid_url"),
    ("https://127.0.0.1./", "blocked_address"),
    # 3 leading zero
    ("https://0127.0.0.1/", "invalid_url"),
    ("https://127.0.0.01/", "invalid_url"),
    # 4 this host
    ("https://0/", "invalid_url"),
    ("https://0.0.0.0/", "blocked_address"),
    ("https://0.1.2.3/", "blocked_address"),
    ("https://[::]/", "blocked_address"),
    ("https://[::1]/", "blocked_address"),
    # 5 metadata of clouds
    ("https://169.254.169.254/latest/meta-data/", "blocked_address"),
    ("https://0xA9FEA9FE/", "invalid_url"),
    ("https://2852039166/", "invalid_url"),
    ("https://[fd00:ec2::254]/", "blocked_address"),
    ("https://168.63.129.16/", "blocked_address"),
    ("https://100.100.100.200/", "blocked_address"),
    ("https://metadata.google.internal/", "blocked_address"),
    ("https://metadata.goog/", "blocked_address"),
    ("https://kubernetes.default.svc/", "blocked_address"),
    # 6 to 8 IPv4 inside IPv6
    ("https://[::ffff:127.0.0.1]/", "blocked_address"),
    ("https://[::127.0.0.1]/", "blocked_address"),
    ("https://[::ffff:0:127.0.0.1]/", "blocked_address"),
    ("https://[64:ff9b::7f00:1]/", "blocked_address"),
    ("https://[64:ff9b:1::1]/", "blocked_address"),
    ("https://[2002:7f00:1::]/", "blocked_address"),
    ("https://[2001:0:1::1]/", "blocked_address"),
    ("https://[2a00:1450::5efe:7f00:1]/", "blocked_address"),
    ("https://[2a00:1450::200:5efe:7f00:1]/", "blocked_address"),
    # 9 zones
    ("https://[fe80::1%25eth0]/", "invalid_url"),
    ("https://[fe80::1%eth0]/", "invalid_url"),
    ("https://[fe80::1]/", "blocked_address"),
    # 16 names of no public host
    ("https://localhost/", "blocked_address"),
    ("https://localhost./", "blocked_address"),
    ("https://LOCALHOST/", "blocked_address"),
    ("https://sub.localhost/", "blocked_address"),
    ("https://intranet/", "blocked_address"),
    ("https://printer.local/", "blocked_address"),
    ("https://db.internal/", "blocked_address"),
    ("https://db.internal./", "blocked_address"),
    ("https://good.example../", "invalid_url"),
    ("https://.good.example/", "invalid_url"),
    ("https://good..example/", "invalid_url"),
    # 17 userinfo
    ("https://good.example@127.0.0.1/", "invalid_url"),
    ("https://user:secret@good.example/", "invalid_url"),
    ("https://@good.example/", "invalid_url"),
    # 18 backslash
    ("https://127.0.0.1\\@good.example", "invalid_url"),
    ("https:\\\\good.example/", "invalid_url"),
    ("https://good.example/a\\b", "invalid_url"),
    # 19 characters that parsers drop
    ("https://good.exa\tmple/", "invalid_url"),
    ("https://good.example/\r\nHost: x", "invalid_url"),
    (" https://good.example/", "invalid_url"),
    ("https://good.example/a b", "invalid_url"),
    ("https://good.example/\x00", "invalid_url"),
    ("https://good.example/\x7f", "invalid_url"),
    ("https://good.example/\u2028", "invalid_url"),
    ("https://good.example/\u202egpj.exe", "invalid_url"),
    ("https://good\u00ad.example/", "invalid_url"),
    # 20 digits and stops in other scripts
    ("https://①②⑦.0.0.1/", "invalid_url"),
    ("https://１２７.0.0.1/", "invalid_url"),
    ("https://127。0。0。1/", "blocked_address"),
    ("https://db。internal/", "blocked_address"),
    ("https://xn--a/", "invalid_url"),
    ("https://under_score.example/", "invalid_url"),
    ("https://-dash.example/", "invalid_url"),
    # 21 other schemes and no scheme
    ("http://good.example/", "scheme_not_allowed"),
    ("ftp://good.example/", "scheme_not_allowed"),
    ("file:///etc/passwd", "scheme_not_allowed"),
    ("javascript:alert(1)", "invalid_url"),
    ("gopher://good.example/", "scheme_not_allowed"),
    ("//good.example/", "invalid_url"),
    ("good.example/hook", "invalid_url"),
    ("http:127.0.0.1", "invalid_url"),
    ("https:/good.example/", "invalid_url"),
    ("https:///good.example/", "invalid_url"),
    ("https://", "invalid_url"),
    ("https://:443/", "invalid_url"),
    ("https://?", "invalid_url"),
    ("https://good.example/#part", "invalid_url"),
    ("https://good.example/#", "invalid_url"),
    ("", "invalid_url"),
    # 22 ports
    ("https://good.example:0/", "port_not_allowed"),
    ("https://good.example:99999/", "port_not_allowed"),
    ("https://good.example:22/", "port_not_allowed"),
    ("https://good.example:25/", "port_not_allowed"),
    ("https://good.example:80/", "port_not_allowed"),
    ("https://good.example:6379/", "port_not_allowed"),
    ("https://good.example:11211/", "port_not_allowed"),
    ("https://good.example:/", "invalid_url"),
    ("https://good.example:443:443/", "invalid_url"),
    ("https://good.example:４４３/", "invalid_url"),
    # 23 length
    ("https://good.example/" + "a" * 2048, "invalid_url"),
    ("https://good.example/" + "a" * 65536, "invalid_url"),
    ("https://good.example/" + "æ" * 1000, "invalid_url"),
    ("https://" + "a" * 64 + ".example/", "invalid_url"),
    # what RFC 3986 wants encoded
    ("https://good.example/<script>", "invalid_url"),
    ("https://good.example/%zz", "invalid_url"),
    ("https://[good.example]/", "invalid_url"),
    ("https://[::1/", "invalid_url"),
]

GOOD_URLS = [
    ("https://good.example", "https://good.example/"),
    ("HTTPS://Good.Example/Hook", "https://good.example/Hook"),
    ("https://good.example./hook", "https://good.example/hook"),
    ("https://good.example:443/hook", "https://good.example/hook"),
    ("https://good.example:8443/hook?a=b&c=%20", "https://good.example:8443/hook?a=b&c=%20"),
    ("https://good.example?a=b", "https://good.example/?a=b"),
    ("https://good.example/../x", "https://good.example/../x"),
    ("https://bücher.example/ø", "https://xn--bcher-kva.example/%C3%B8"),
    ("https://BÜCHER.example/", "https://xn--bcher-kva.example/"),
    ("https://faß.de/", "https://xn--fa-hia.de/"),
    ("https://good。example/", "https://good.example/"),
    ("https://good.example。/", "https://good.example/"),
    ("https://good.example．/", "https://good.example/"),
    ("https://good.example｡/", "https://good.example/"),
    ("https://93.184.216.34/", "https://93.184.216.34/"),
    ("https://[2A00:1450:4001:0:0:0:0:1]/", "https://[2a00:1450:4001::1]/"),
    ("https://[64:ff9b::5db8:d822]/", "https://[64:ff9b::5db8:d822]/"),
]

CLOSED_ADDRESSES = [
    "0.0.0.0",  # noqa: S104  Nobody binds it.
    "0.255.255.255",
    "10.0.0.0",
    "10.255.255.255",
    "100.64.0.0",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.0.1",
    "172.16.0.0",
    "172.31.255.255",
    "192.0.0.9",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.0",
    "192.168.255.255",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "100.100.100.200",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:7f00:1",
    "::ffff:0:7f00:1",
    "::ffff:5db8:d822",
    "64:ff9b::a00:1",
    "64:ff9b::a83f:8110",
    "64:ff9b:1::5db8:d822",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:5db8:d822::1",
    "3ffe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "fe80::5efe:7f00:1",
]

OPEN_ADDRESSES = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "168.63.129.17",
    "2001:200::1",
    "2600::1",
    "2a00:1450::1",
    "2606:4700::1111",
    "64:ff9b::101:101",
]


def test_it_works() -> None:
    url = PUBLIC.check_url("https://hooks.bücher.example:8443/art28?tenant=7")
    assert (url.scheme, url.host, url.port) == ("https", "hooks.xn--bcher-kva.example", 8443)
    assert url.ascii_url == "https://hooks.xn--bcher-kva.example:8443/art28?tenant=7"
    assert url.display_url == "https://hooks.bücher.example:8443/art28?tenant=7"
    assert url.addresses == ()


@pytest.mark.parametrize(("text", "code"), REFUSED_URLS, ids=lambda value: ascii(value)[:60])
def test_a_hostile_url_is_refused_with_its_code(text: str, code: str) -> None:
    with pytest.raises(EgressError) as refused:
        PUBLIC.check_url(text)
    assert refused.value.code == code


PUBLIC_HOST = "this does not lead to a host on the public internet, or not only"
IDNA = "the host is not a domain name by IDNA 2008"
# What the owner of an endpoint reads; of a closed host always the same, so that nobody finds out
# what a name means inside.
REASONS = [
    ("https://127.0.0.1/", PUBLIC_HOST),
    ("https://db.internal/", PUBLIC_HOST),
    ("http://good.example/", "only https addresses are allowed"),
    ("ftp://good.example/", "only https addresses are allowed"),
    ("https://good.example:22/", "port 22 is not allowed"),
    ("https://good.example/a b",
     "no spaces, control characters, backslashes or fragments in a URL"),
    ("https://good.example/#part",
     "no spaces, control characters, backslashes or fragments in a URL"),
    ("//good.example/", "the URL is not absolute"),
    ("https://?", "the URL lacks a host, or holds characters that must be encoded"),
    ("https://good.example/%zz", "the URL lacks a host, or holds characters that must be encoded"),
    ("https://u@good.example/", "the host must stand alone: no user, no password, no zone"),
    ("https://good..example/", IDNA),
    ("https://under_score.example/", IDNA),
    ("https://127.1/", "an address must be in its canonical form"),
    ("https://[::1::]/", "an address must be in its canonical form"),
    ("https://good.example/" + "a" * 2048, "the URL is longer than 2048 characters"),
    ("https://good.example/" + "æ" * 1000, "the URL is longer than 2048 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), REASONS, ids=lambda value: ascii(value)[:60])
def test_a_refusal_says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(EgressError) as refused:
        PUBLIC.check_url(text)
    assert str(refused.value) == reason


@pytest.mark.parametrize("letter", ["a", "æ"])
def test_the_longest_url_is_still_good(letter: str) -> None:
    start = "https://good.example/" + "a" * (2048 - 21 - 6)
    longest = start + ("a" * 6 if letter == "a" else "æ")
    assert len(PUBLIC.check_url(longest).ascii_url) == 2048
    with pytest.raises(EgressError, match="longer"):
        PUBLIC.check_url(longest + "a")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://93.184.216.34/", "https://93.184.216.34/"),
        ("https://[2A00:1450::1]:8443/", "https://[2a00:1450::1]:8443/"),
    ],
)
def test_an_address_in_a_url_needs_no_resolver_and_is_shown_as_it_is_sent(
    url: str, shown: str
) -> None:
    judged = PUBLIC.check_url(url)
    assert judged.ascii_url == judged.display_url == shown
    assert [str(address) for address in judged.addresses] == [judged.host]


@pytest.mark.parametrize(
    ("origin", "closed"),
    [
        ("https://art28.example", "https://art28.example/"),
        ("https://art28.example.", "https://art28.example/"),
        ("https://93.184.216.34:8443", "https://93.184.216.34/"),
        ("https://93.184.216.34.", "https://93.184.216.34/"),
        ("https://[2a00:1450::1]", "https://[2a00:1450::1]/"),
    ],
)
def test_nothing_is_sent_back_to_our_own_origin(origin: str, closed: str) -> None:
    assert PUBLIC.check_url(closed)
    with pytest.raises(BlockedAddressError):
        PUBLIC.without_origin(origin).check_url(closed)


def test_an_origin_on_an_allowed_network_stays_open() -> None:
    assert DEMO.without_origin("http://127.0.0.1:8280").check_url("http://127.0.0.1:8280/")


@pytest.mark.parametrize("origin", ["", "nonsense", "http://[", "https://.art28.example"])
def test_an_origin_without_a_host_closes_nothing(origin: str) -> None:
    rules = PUBLIC.without_origin(origin)
    assert (rules.deny, rules.own_names) == ((), frozenset())


def test_networks_may_be_closed_by_text() -> None:
    egress = Egress.from_text("", "93.184.216.0/24")
    assert (egress.allow, egress.allows("93.184.216.34")) == ((), False)
    with pytest.raises(BlockedAddressError, match="not lead to a host on the public internet"):
        egress.judge(["93.184.216.34"])


@pytest.mark.parametrize(("text", "sent"), GOOD_URLS)
def test_a_good_url_is_kept_in_its_ascii_form(text: str, sent: str) -> None:
    url = PUBLIC.check_url(text)
    assert url.ascii_url == sent
    assert PUBLIC.check_url(sent).ascii_url == sent, "what is stored is judged again, unchanged"


def test_a_name_of_mixed_scripts_is_shown_in_both_forms() -> None:
    url = PUBLIC.check_url("https://pаypal.example/")  # the second letter is Cyrillic
    assert url.ascii_url.startswith("https://xn--")
    assert url.display_url == "https://pаypal.example/"


@given(
    st.from_regex(r"https?://[a-z0-9.:-]{1,20}(/[!-~]{0,20})?", fullmatch=True)
    | st.sampled_from([url for url, _ in REFUSED_URLS + GOOD_URLS])
)
def test_the_case_of_the_scheme_changes_nothing(text: str) -> None:
    """Nor does the shorter way that URLs in plain characters take."""
    assert _verdict(text) == _verdict(text.replace("http", "HTTP", 1))


def _verdict(text: str) -> EndpointUrl | str:
    try:
        return DEMO.check_url(text)
    except EgressError as error:
        return error.code


def test_urls_of_one_origin_differ_in_what_follows_it() -> None:
    for egress, origin in ((PUBLIC, "https://good.example:8443"), (DEMO, "http://127.0.0.1:9000")):
        urls = [egress.check_url(f"{origin}/{number}?a=b") for number in range(3)]
        assert [url.ascii_url for url in urls] == [f"{origin}/{number}?a=b" for number in range(3)]
        assert len({url[2:] for url in urls}) == 1


def test_a_long_url_is_refused_whatever_was_judged_of_its_origin() -> None:
    PUBLIC.check_url("https://good.example/")
    with pytest.raises(EgressError, match="longer"):
        PUBLIC.check_url("https://good.example/" + "a" * 2048)


def test_rules_do_not_share_their_verdicts() -> None:
    closed = PUBLIC.without("art28.example, 93.184.216.0/24")
    for text in ("https://art28.example/", "https://93.184.216.34/"):
        assert PUBLIC.check_url(text)
        with pytest.raises(BlockedAddressError):
            closed.check_url(text)
    for address in ("93.184.216.34", IPv4Address("93.184.216.34")):
        assert PUBLIC.allows(address)
        assert not closed.allows(address)
        assert PUBLIC.allows(address)


@pytest.mark.parametrize("address", CLOSED_ADDRESSES)
def test_an_address_off_the_public_internet_is_closed(address: str) -> None:
    assert not PUBLIC.allows(address)
    with pytest.raises(BlockedAddressError):
        PUBLIC.judge([address])


@pytest.mark.parametrize("address", OPEN_ADDRESSES)
def test_a_public_address_is_open(address: str) -> None:
    assert PUBLIC.allows(address)


def test_an_address_of_one_network_card_is_closed_even_where_it_is_public() -> None:
    assert PUBLIC.allows("2a00:1450::1")
    assert not PUBLIC.allows("2a00:1450::1%eth0")
    assert not PUBLIC.allows(IPv6Address("2a00:1450::1%1"))


@pytest.mark.parametrize("text", ["", "good.example", "127.1", "0x7f.1", "1.1.1.1 ", "1.1.1.1/32"])
def test_text_that_is_no_address_is_closed(text: str) -> None:
    assert not PUBLIC.allows(text)


def test_a_mixed_or_empty_answer_is_refused_as_a_whole() -> None:
    PUBLIC.judge(["93.184.216.34", "2606:4700::1111"])
    for answer in (["93.184.216.34", "10.0.0.1"], ["::1", "93.184.216.34"], []):
        with pytest.raises(BlockedAddressError):
            PUBLIC.judge(answer)


def test_our_own_addresses_and_names_can_be_closed() -> None:
    egress = Egress(
        deny=Egress.from_text("93.184.216.0/24").allow, own_names=frozenset({"art28.example"})
    )
    for text in ("https://93.184.216.34/", "https://art28.example/", "https://ART28.example./"):
        with pytest.raises(BlockedAddressError):
            egress.check_url(text)
    assert not egress.allows("93.184.216.34")


def test_what_is_our_own_is_a_setting() -> None:
    egress = PUBLIC.without("93.184.216.0/24, 2a00:1450::/32, art28.example, lb.bücher.example")
    for text in (
        "https://93.184.216.34/",
        "https://[2a00:1450::1]/",
        "https://art28.example/",
        "https://LB.Bücher.example./",
    ):
        with pytest.raises(BlockedAddressError):
            egress.check_url(text)
    assert egress.check_url("https://good.example/").host == "good.example"
    behind_nat64 = "64:ff9b::5db8:d822"
    assert PUBLIC.allows(behind_nat64)
    assert not egress.allows(behind_nat64), "it is 93.184.216.34 by another way"
    for nonsense in ("93.184.216.0/99", "300.1.1.1", "a..b"):
        with pytest.raises(ValueError, match=r".+"):
            PUBLIC.without(nonsense)


@given(st.one_of(st.text(), st.from_regex(r"https?://[^/]{1,30}(:[0-9]{1,6})?/.{0,20}")))
def test_any_text_is_either_refused_or_gives_plain_ascii(text: str) -> None:
    with contextlib.suppress(EgressError):
        url = PUBLIC.check_url(text)
        assert url.ascii_url.isascii()
        assert url.ascii_url.isprintable()
        assert url.ascii_url.startswith("https://")


@given(st.ip_addresses(v=4))
def test_ipv4_inside_nat64_is_judged_like_itself(inner: IPv4Address) -> None:
    wrapped = IPv6Address(int(IPv6Address("64:ff9b::")) | int(inner))
    assert PUBLIC.allows(wrapped) == PUBLIC.allows(inner)


@given(st.ip_addresses(v=4))
def test_mapped_translated_and_tunnelled_ipv4_is_always_closed(inner: IPv4Address) -> None:
    for prefix, shift in (("::", 0), ("::ffff:0:0", 0), ("::ffff:0:0:0", 0), ("2002::", 80)):
        assert not PUBLIC.allows(IPv6Address(int(IPv6Address(prefix)) | int(inner) << shift))


class TestWithNetworksAllowed:
    @pytest.mark.parametrize(
        "text",
        [
            "http://127.0.0.1:9000/hook",
            "http://127.8.8.8/",
            "https://127.0.0.1:1/",
            "http://[::1]:9000/",
            "http://localhost:9000/hook",
            "https://localhost/",
        ],
    )
    def test_plain_http_and_any_port_are_fine_inside_them(self, text: str) -> None:
        assert DEMO.check_url(text).addresses

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("http://good.example/", "scheme_not_allowed"),
            ("https://good.example:9000/", "port_not_allowed"),
            ("http://93.184.216.34/", "scheme_not_allowed"),
            ("https://10.0.0.1/", "blocked_address"),
            ("http://[::ffff:127.0.0.1]/", "blocked_address"),
            ("http://127.1/", "invalid_url"),
            ("http://localhost:0/", "port_not_allowed"),
            ("http://localhost:65536/", "port_not_allowed"),
            ("http://sub.localhost/", "blocked_address"),
            ("http://u@localhost/", "invalid_url"),
            ("ftp://localhost/", "scheme_not_allowed"),
        ],
    )
    def test_nothing_else_changes(self, text: str, code: str) -> None:
        with pytest.raises(EgressError) as refused:
            DEMO.check_url(text)
        assert refused.value.code == code

    def test_the_last_port_of_all_is_one(self) -> None:
        assert DEMO.check_url("http://localhost:65535/").port == 65535

    def test_localhost_means_only_the_loopback_addresses_that_are_allowed(self) -> None:
        only_v4 = Egress.from_text("127.0.0.0/8").check_url("http://localhost/")
        assert only_v4.addresses == (IPv4Address("127.0.0.1"),)
        with pytest.raises(BlockedAddressError):
            Egress.from_text("10.0.0.0/8").check_url("http://localhost/")

    def test_a_list_that_holds_no_network_is_refused(self) -> None:
        with pytest.raises(ValueError, match="does not appear"):
            Egress.from_text("127.0.0.0/8,nonsense")
