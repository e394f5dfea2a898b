"""The hostile cases by number, and the tests that show what becomes of each.

Numbers are those of the list of hostile cases: 1 to 27 address and URL, 28 to 34 connection and
TLS, 35 to 52 answers, 53 to 57 behaviour over time. A test holds this table to the tests there are.
"""

from __future__ import annotations

EGRESS = "tests/unit/shared/test_egress.py"
SIGNING = "tests/unit/notices/test_signing.py"
SCHEDULE = "tests/unit/notices/test_webhook_schedule.py"
_NOTICES = "tests/integration/notices"
SENDING = f"{_NOTICES}/test_webhook_sending.py"
GATE = f"{_NOTICES}/test_webhook_sending_gate.py"
NAMES = f"{_NOTICES}/test_webhook_sending_names.py"
CONNECTIONS = f"{_NOTICES}/test_webhook_sending_connections.py"
TLS = f"{_NOTICES}/test_webhook_sending_tls.py"
QUEUE = f"{_NOTICES}/test_webhook_sending_queue.py"
ADDRESSES = f"{_NOTICES}/test_webhook_addresses.py"
ASKING = f"{_NOTICES}/test_asking.py"
DELIVERING = f"{_NOTICES}/test_delivering.py"
HEALTH = f"{_NOTICES}/test_endpoint_health.py"
LANES = f"{_NOTICES}/test_lanes.py"
CASES = f"{_NOTICES}/test_cases.py"
STRANGE = f"{_NOTICES}/test_webhook_sending_strange.py"
SAVING = f"{_NOTICES}/test_saving_names.py"
GOING_ON = f"{_NOTICES}/test_going_on_as_customer.py"
SETTINGS = "tests/unit/notices/test_settings.py"

_DIALLED = (CASES, "test_each_hostile_url_that_was_saved_once_ends_as_one_recorded_attempt")
_URLS = (EGRESS, "test_a_hostile_url_is_refused_with_its_code")
_CLOSED = (EGRESS, "test_an_address_off_the_public_internet_is_closed")
_AGAIN = (GATE, "test_a_url_is_judged_again_at_every_attempt")
_SOCKET = (GATE, "test_a_socket_to_a_closed_address_is_never_opened")
_ANSWER = (SENDING, "test_what_is_no_answer_fails_with_its_code")
_STORED = (CASES, "test_each_ends_as_one_recorded_attempt_with_its_code")
_STATUS_LINE = (STRANGE, "test_a_status_line_is_read_in_one_way_or_not_at_all")
_ENDLESS = (STRANGE, "test_what_has_no_end_is_cut_off")
_BROKEN_OFF = (STRANGE, "test_broken_off_in_any_phase_it_is_no_yes_unless_enough_was_read")

TESTS: dict[int, tuple[tuple[str, str], ...]] = {
    1: (_URLS, _DIALLED, _CLOSED, _AGAIN, _SOCKET),
    2: (
        _URLS,
        _DIALLED,
    ),
    3: (
        _URLS,
        _DIALLED,
    ),
    4: (_URLS, _DIALLED, _CLOSED),
    5: (_URLS, _DIALLED, _CLOSED),
    6: (
        _URLS,
        _DIALLED,
        _CLOSED,
        (EGRESS, "test_mapped_translated_and_tunnelled_ipv4_is_always_closed"),
    ),
    7: (_URLS, _DIALLED, _CLOSED, (EGRESS, "test_ipv4_inside_nat64_is_judged_like_itself")),
    8: (_URLS, _DIALLED, _CLOSED),
    9: (_URLS, _DIALLED, _CLOSED),
    10: (_CLOSED, (EGRESS, "test_a_public_address_is_open")),
    11: (
        (EGRESS, "test_our_own_addresses_and_names_can_be_closed"),
        (EGRESS, "test_what_is_our_own_is_a_setting"),
        (SETTINGS, "test_nothing_is_sent_to_our_own_origin"),
    ),
    12: (
        (NAMES, "test_one_bad_address_refuses_the_name"),
        (SAVING, "test_a_name_that_leads_inside_is_refused"),
    ),
    13: (
        (NAMES, "test_it_works"),
        (NAMES, "test_the_certificate_must_be_for_the_name_not_for_the_address"),
        ("tests/faults/test_dns.py", "test_it_works"),
    ),
    14: (_SOCKET, (GATE, "test_a_rule_that_breaks_refuses_and_stops_nothing")),
    15: (
        (NAMES, "test_a_name_without_an_address_fails_and_may_be_tried_again"),
        (NAMES, "test_slow_names_end_within_their_limit_and_hold_up_nobody"),
        (SAVING, "test_a_name_that_has_no_address_yet_is_saved"),
        (SAVING, "test_a_name_server_that_hangs_holds_nobody_up"),
    ),
    16: (
        _URLS,
        _DIALLED,
    ),
    17: (
        _URLS,
        _DIALLED,
    ),
    18: (
        _URLS,
        _DIALLED,
    ),
    19: (
        _URLS,
        _DIALLED,
    ),
    20: (_URLS, _DIALLED, (EGRESS, "test_a_name_of_mixed_scripts_is_shown_in_both_forms")),
    21: (
        _URLS,
        _DIALLED,
    ),
    22: (
        _URLS,
        _DIALLED,
    ),
    23: (
        _URLS,
        _DIALLED,
    ),
    # An endpoint has no headers of its own: the member is refused, as is any header that lies.
    24: (
        (QUEUE, "test_headers_that_would_change_the_request_are_not_sent"),
        (ASKING, "test_unknown_or_wrong_members_are_refused"),
    ),
    25: ((CONNECTIONS, "test_environment_proxies_are_ignored"),),
    26: (
        (HEALTH, "test_a_name_that_moved_to_a_private_address_is_marked_and_told"),
        (NAMES, "test_a_name_that_moves_takes_no_old_connection_with_it"),
    ),
    27: (
        (ASKING, "test_a_customer_may_have_twenty_endpoints"),
        (ADDRESSES, "test_it_works"),
        (ADDRESSES, "test_what_finds_no_room_is_sent_later_and_counts_as_no_attempt"),
    ),
    28: (
        (CONNECTIONS, "test_a_refused_one_fails_at_once"),
        (CONNECTIONS, "test_one_that_nobody_accepts_ends_within_its_limit"),
        (NAMES, "test_the_second_address_is_tried_once"),
    ),
    29: (_ANSWER, _STORED, _BROKEN_OFF),
    # A revoked chain is the one case that is not refused; decision 0021 says why.
    30: (
        (TLS, "test_an_expired_certificate"),
        (TLS, "test_a_certificate_for_another_name"),
        (TLS, "test_a_self_signed_certificate"),
        (TLS, "test_an_authority_that_is_not_known"),
        (TLS, "test_a_server_that_speaks_only_an_old_version"),
        (TLS, "test_a_certificate_that_is_not_valid_yet"),
        (TLS, "test_a_key_that_is_too_short"),
        (TLS, "test_a_certificate_that_was_made_for_clients"),
    ),
    31: (
        (TLS, "test_a_handshake_that_never_ends"),
        (TLS, "test_a_handshake_that_leads_nowhere"),
    ),
    32: ((TLS, "test_a_server_that_asks_for_a_client_certificate"),),
    33: ((CONNECTIONS, "test_one_that_closes_just_when_it_is_reused_is_replaced_at_once"),),
    34: ((NAMES, "test_a_name_that_moves_takes_no_old_connection_with_it"),),
    35: (_ANSWER, _STORED),
    36: (_ANSWER, _STORED),
    37: (_ANSWER, _STORED, _ENDLESS, (SENDING, "test_a_yes_without_end_is_a_yes_and_cut_off")),
    38: (_STORED, (SENDING, "test_a_bomb_is_kept_as_it_came_and_never_inflated")),
    39: (_ANSWER, _STORED, _ENDLESS),
    40: (_ANSWER, _STORED),
    41: (_ANSWER, _STORED),
    42: (_ANSWER, _STORED, _STATUS_LINE),
    43: (
        _ANSWER,
        _STORED,
        (STRANGE, "test_a_header_that_hides_where_the_answer_ends_spoils_it"),
        (STRANGE, "test_none_is_taken_for_another_answer"),
    ),
    44: (_ANSWER, _STORED, _STATUS_LINE),
    45: (_STORED, (SENDING, "test_none_is_followed_and_its_target_is_kept")),
    46: (_ANSWER, _STORED),
    47: ((DELIVERING, "test_410_disables_the_endpoint_and_what_follows_is_kept_for_it"),),
    48: ((SCHEDULE, "test_no_retry_after_is_ever_an_error"),),
    49: (_STORED, (SENDING, "test_any_bytes_are_kept_unchanged")),
    50: (
        (CASES, "test_whatever_no_connection_could_be_made_for_reads_the_same"),
        (GOING_ON, "test_whatever_kept_us_from_connecting_reads_the_same"),
        (ASKING, "test_another_customer_finds_nothing"),
    ),
    51: ((CONNECTIONS, "test_cookies_challenges_and_netrc_are_ignored"),),
    52: (_ANSWER, _STORED),
    53: (
        (HEALTH, "test_it_works"),
        (HEALTH, "test_one_success_ends_a_run_of_failures"),
        (HEALTH, "test_one_that_fails_and_recovers_again_and_again_is_warned_of_once_a_day"),
    ),
    54: ((LANES, "test_it_works"), (LANES, "test_its_backlog_waits_in_a_lane_of_its_own")),
    55: (("tests/faults/test_clock.py", "test_it_works"),),
    56: (
        ("tests/faults/test_killed_loops.py", "test_killed_at_any_step_it_is_finished_by_the_next"),
    ),
    57: ((DELIVERING, "test_a_dispatcher_that_comes_too_late_changes_nothing"),),
}
