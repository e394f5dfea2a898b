"""A customer has its endpoint go on, gets what it missed, or sees that there is none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.times import format_instant
from tests.integration.notices.engineer import ENDPOINTS, Engineer, announce
from tests.vendor import Vendor


class TestEnabling:
    def missed(self, baseline: Vendor, engineer: Engineer, number: int) -> dict[str, Any]:
        """A disabled endpoint, and that many changes meanwhile."""
        endpoint = engineer.endpoint()
        engineer.disabled(endpoint)
        announce(baseline, number)
        assert len(engineer.sent(endpoint, "held")) == number + 1
        engineer.receiver.got.clear()
        return endpoint

    def test_with_its_backlog_one_message_tries_first(
        self, baseline: Vendor, engineer: Engineer
    ) -> None:
        endpoint = self.missed(baseline, engineer, 3)
        engineer.receiver.answers["/hook"] = lambda number: (500 if number == 1 else 204, {})
        enabled = engineer.do(endpoint, "enable", {}).json
        assert (enabled["status"], enabled["probing"]) == ("enabled", True)
        engineer.stack.tell()
        assert len(engineer.receiver.got) == 1
        engineer.stack.pass_time(seconds=7)
        engineer.stack.tell()
        assert len(engineer.sent(endpoint, "delivered")) == 4
        assert engineer.read(endpoint)["probing"] is False

    def test_without_its_backlog_only_what_comes_is_sent(
        self, baseline: Vendor, engineer: Engineer
    ) -> None:
        endpoint = self.missed(baseline, engineer, 3)
        assert engineer.do(endpoint, "enable", {"skip_backlog": True}).json["probing"] is False
        engineer.stack.tell()
        assert engineer.receiver.got == []
        assert len(engineer.sent(endpoint, "skipped")) == 4
        announce(baseline)
        assert len(engineer.receiver.got) == 1

    def test_what_was_skipped_can_still_be_recovered(
        self, baseline: Vendor, engineer: Engineer
    ) -> None:
        endpoint = self.missed(baseline, engineer, 3)
        since = format_instant(engineer.stack.now - timedelta(hours=1))
        engineer.do(endpoint, "enable", {"skip_backlog": True})
        assert engineer.do(endpoint, "recover", {"since": since}).status_code == 202
        engineer.stack.tell()
        told = [each.json["type"] for each in engineer.receiver.got]
        assert told.count("sub_processor.change.announced") == 3

    def test_of_a_probe_one_may_change_one_s_mind(
        self, baseline: Vendor, engineer: Engineer
    ) -> None:
        endpoint = self.missed(baseline, engineer, 2)
        assert engineer.do(endpoint, "enable", {}).json["probing"] is True
        assert engineer.do(endpoint, "enable", {"skip_backlog": True}).json["probing"] is False
        engineer.stack.tell()
        assert len(engineer.receiver.got) == 1

    def test_twice_is_as_good_as_once(self, baseline: Vendor, engineer: Engineer) -> None:
        endpoint = self.missed(baseline, engineer, 2)
        for _ in range(2):
            assert engineer.do(endpoint, "enable", {}).status_code == 200
        engineer.stack.tell()
        ids = [each.message_id for each in engineer.receiver.got]
        assert len(ids) == len(set(ids)) == 3

    @pytest.mark.parametrize("body", [{"skip_backlog": "yes"}, {"skip_backlog": 1}, {"all": True}])
    def test_what_is_no_yes_or_no_is_refused(self, engineer: Engineer, body: Any) -> None:
        assert engineer.do(engineer.endpoint(), "enable", body).status_code == 422

    def test_disabled_it_takes_neither_tests_nor_recoveries(self, engineer: Engineer) -> None:
        endpoint = engineer.endpoint()
        engineer.disabled(endpoint)
        since = {"since": format_instant(engineer.stack.now)}
        for what, body in (("test", None), ("recover", since)):
            refused = engineer.do(endpoint, what, body)
            assert (refused.status_code, refused.json["code"]) == (409, "endpoint-disabled")

    def test_a_retry_brings_the_next_try_forward(
        self, baseline: Vendor, engineer: Engineer
    ) -> None:
        endpoint = engineer.endpoint()
        engineer.receiver.answers["/hook"] = lambda _: (503, {})
        announce(baseline)
        for _ in range(3):
            engineer.stack.pass_time(minutes=10)
            engineer.stack.tell()
        engineer.receiver.answers.clear()
        [waiting] = engineer.sent(endpoint, "pending")
        assert waiting["next_attempt_at"] > format_instant(engineer.stack.now)

        retried = engineer("POST", f"/portal/v1/deliveries/{waiting['id']}/retry")
        assert (retried.status_code, retried.json["status"]) == (202, "pending")
        engineer.stack.tell()

        [done] = engineer.sent(endpoint, "delivered")
        assert done["attempts_made"] == waiting["attempts_made"] + 1


class TestAskingForDeliveries:
    def ask(self, engineer: Engineer, endpoint: dict[str, Any], **query: Any) -> Any:
        path = f"{ENDPOINTS}/{endpoint['id']}/deliveries"
        return engineer.stack.ask(engineer.client, "GET", path, query_string=query)

    def test_they_are_found_by_type_and_by_time(self, baseline: Vendor, engineer: Engineer) -> None:
        endpoint = engineer.endpoint()
        test = engineer.test(endpoint)
        engineer.stack.pass_time(hours=1)
        since = format_instant(engineer.stack.now)
        announce(baseline, 2)

        def ids(**query: Any) -> list[str]:
            answer = self.ask(engineer, endpoint, **query)
            assert answer.status_code == 200, answer.text
            return [each["id"] for each in answer.json["items"]]

        assert len(ids()) == 3
        assert ids(type="webhook.*") == ids(until=since) == [test]
        assert len(ids(type="sub_processor.change.announced")) == len(ids(since=since)) == 2
        assert ids(type="sub_processor.*", until=since) == []
        assert ids(type="webhook.test", status="failed") == []

    def test_pages_of_a_type_miss_none_and_repeat_none(
        self, baseline: Vendor, engineer: Engineer
    ) -> None:
        endpoint = engineer.endpoint()
        for _ in range(3):
            engineer.test(endpoint)
            engineer.stack.pass_time(seconds=1)
            announce(baseline)
        seen: list[str] = []
        query: dict[str, Any] = {"type": "webhook.test", "limit": 1}
        while True:
            page = self.ask(engineer, endpoint, **query).json
            seen += [each["id"] for each in page["items"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert len(seen) == len(set(seen)) == 3

    @pytest.mark.parametrize("query", [{"since": "yesterday"}, {"until": "1"}, {"type": " "}])
    def test_what_cannot_be_read_is_refused(
        self, engineer: Engineer, query: dict[str, str]
    ) -> None:
        assert self.ask(engineer, engineer.endpoint(), **query).status_code == 422


class TestPausing:
    def test_a_paused_endpoint_gets_nothing_and_then_everything(
        self, baseline: Vendor, engineer: Engineer
    ) -> None:
        endpoint = engineer.endpoint()
        assert engineer.do(endpoint, "pause").json["status"] == "paused"
        announce(baseline, 2)
        assert engineer.receiver.got == []
        assert len(engineer.sent(endpoint, "held")) == 2
        resumed = engineer.do(endpoint, "resume")
        assert (resumed.status_code, resumed.json["status"]) == (200, "enabled")
        engineer.stack.tell()
        assert len(engineer.receiver.got) == 2

    def test_twice_is_as_good_as_once(self, engineer: Engineer) -> None:
        endpoint = engineer.endpoint()
        assert engineer.do(endpoint, "resume").json["status"] == "enabled"
        for _ in range(2):
            assert engineer.do(endpoint, "pause").json["status"] == "paused"

    def test_what_art28_has_disabled_is_not_resumed(self, engineer: Engineer) -> None:
        endpoint = engineer.endpoint()
        engineer.disabled(endpoint)
        assert engineer.do(endpoint, "pause").json["status"] == "disabled"
        refused = engineer.do(endpoint, "resume")
        assert (refused.status_code, refused.json["code"]) == (409, "endpoint-disabled")


class TestRecovering:
    @pytest.mark.parametrize(
        "since",
        ["yesterday", "2026-11-22", "2026-11-22T10:00:00", "0000-00-00T00:00:00Z", 5, None, "",
         "9999-12-31T23:59:59Z", "2026-12-31T00:00:00Z"],
    )  # fmt: skip
    def test_what_is_no_instant_or_to_come_is_refused(
        self, engineer: Engineer, since: object
    ) -> None:
        refused = engineer.do(engineer.endpoint(), "recover", {"since": since})
        assert refused.status_code == 422, refused.text
        assert refused.json["errors"][0]["pointer"] == "/since"

    @pytest.mark.parametrize("since", ["1900-01-01T00:00:00Z", "2026-01-01T00:00:00.123+02:00"])
    def test_long_ago_is_all_there_is(
        self, baseline: Vendor, engineer: Engineer, since: str
    ) -> None:
        announce(baseline, 2)
        endpoint = engineer.endpoint()
        assert engineer.do(endpoint, "recover", {"since": since}).status_code == 202
        engineer.stack.tell()
        told = [each.json["type"] for each in engineer.receiver.got]
        assert told.count("sub_processor.change.announced") == 2

    def test_what_waits_for_its_next_try_is_sent_at_once(
        self, baseline: Vendor, engineer: Engineer
    ) -> None:
        endpoint = engineer.endpoint()
        since = {"since": format_instant(engineer.stack.now)}
        engineer.receiver.answers["/hook"] = lambda _: (503, {})
        announce(baseline, 2)
        for _ in range(4):
            engineer.stack.pass_time(minutes=10)
            engineer.stack.tell()
        engineer.receiver.answers.clear()
        engineer.receiver.got.clear()
        assert len(engineer.sent(endpoint, "pending")) == 2

        assert engineer.do(endpoint, "recover", since).status_code == 202
        engineer.stack.tell()

        assert len(engineer.sent(endpoint, "delivered")) == 2
        assert len(engineer.receiver.got) == 2

    def test_where_nothing_would_follow_nothing_is_promised(
        self, baseline: Vendor, engineer: Engineer
    ) -> None:
        endpoint = engineer.endpoint()
        since = {"since": format_instant(engineer.stack.now)}
        announce(baseline, 2)
        refused = engineer.do(endpoint, "recover", since)
        assert (refused.status_code, refused.json["code"]) == (409, "nothing-to-recover")

    def test_until_ends_what_is_sent_again(self, baseline: Vendor, engineer: Engineer) -> None:
        engineer.stack.pass_time(hours=1)
        since = format_instant(engineer.stack.now)
        first = announce(baseline, 1)
        until = format_instant(engineer.stack.now)
        announce(baseline, 1)
        endpoint = engineer.endpoint()
        body = {"since": since, "until": until}
        answer = engineer.do(endpoint, "recover", body)
        assert (answer.status_code, answer.json["until"]) == (202, until)
        engineer.stack.tell()
        assert [each.json["data"]["change_id"] for each in engineer.receiver.got] == first
        backwards = engineer.do(endpoint, "recover", {"since": until, "until": since})
        assert (backwards.status_code, backwards.json["code"]) == (422, "nothing-since")

    def test_only_what_came_at_that_instant_or_later_is_sent(
        self, baseline: Vendor, engineer: Engineer
    ) -> None:
        announce(baseline, 2)
        engineer.stack.pass_time(hours=1)
        since = format_instant(engineer.stack.now)
        later = announce(baseline, 1)
        endpoint = engineer.endpoint()
        engineer.do(endpoint, "recover", {"since": since})
        engineer.stack.tell()
        assert [each.json["data"]["change_id"] for each in engineer.receiver.got] == later

    def test_twice_at_once_sends_nothing_twice(self, baseline: Vendor, engineer: Engineer) -> None:
        announce(baseline, 3)
        endpoint = engineer.endpoint()
        since = {"since": format_instant(engineer.stack.now - timedelta(days=1))}
        jobs = {engineer.do(endpoint, "recover", since).json["job_id"] for _ in range(2)}
        assert len(jobs) == 2
        engineer.stack.tell()
        ids = [each.message_id for each in engineer.receiver.got]
        assert len(ids) == len(set(ids)) >= 3


class TestOneDelivery:
    def test_one_that_was_delivered_stays_so_when_it_is_asked_for_again_and_fails(
        self, baseline: Vendor, engineer: Engineer
    ) -> None:
        endpoint = engineer.endpoint()
        (change,) = announce(baseline)
        (delivery,) = engineer.sent(endpoint)
        engineer.receiver.answers["/hook"] = lambda _: (500, {})
        path = f"/portal/v1/deliveries/{delivery['id']}"
        assert engineer("POST", f"{path}/retry").status_code == 202
        engineer.stack.tell()
        again = engineer("GET", path).json
        assert again["delivered_at"] == delivery["delivered_at"]
        evidence = baseline.stack.must(
            baseline.client, "GET", f"/notices/v1/changes/{change}/evidence"
        )
        line = next(
            e for e in evidence["items"] if e["agreement_id"] == engineer.client["agreement_id"]
        )
        assert line["reached"] is True
        assert line["delivered_at"] == delivery["delivered_at"]

    def test_one_under_way_or_of_a_disabled_endpoint_is_not_sent_again(
        self, baseline: Vendor, engineer: Engineer
    ) -> None:
        endpoint = engineer.endpoint()
        delivery = engineer.test(endpoint)
        path = f"/portal/v1/deliveries/{delivery}/retry"
        assert engineer("POST", path).json["code"] == "delivery-under-way"
        engineer.stack.tell()
        engineer.disabled(endpoint)
        assert engineer("POST", path).json["code"] == "endpoint-disabled"

    def test_an_unknown_status_is_refused(self, engineer: Engineer) -> None:
        endpoint = engineer.endpoint()
        answer = engineer("GET", f"{ENDPOINTS}/{endpoint['id']}/deliveries?status=lost")
        assert answer.status_code == 422


def test_whatever_kept_us_from_connecting_reads_the_same(engineer: Engineer) -> None:
    """A refused connection, a name that does not resolve, and an address that is closed."""
    told = []
    for url in ("http://127.0.0.1:1/", "https://no-such-name.example/", "https://10.0.0.1/"):
        endpoint = engineer.endpoint()
        rows = engineer.stack.database("notices").db["endpoints"]
        rows.update_one({"_id": endpoint["id"]}, {"$set": {"url": url}})
        delivery = engineer.test(endpoint)
        engineer.stack.tell()
        (attempt,) = engineer("GET", f"/portal/v1/deliveries/{delivery}").json["attempts"]
        shown = {name: attempt[name] for name in ("code", "reason", "status", "body")}
        told.append(shown | {"last_error": engineer.read(endpoint)["health"]["last_error"]})
    assert told[0] == told[1] == told[2]
    assert (told[0]["code"], told[0]["last_error"]) == ("unreachable", "unreachable")


class TestNobodyToSendTo:
    @pytest.mark.parametrize(
        ("endpoints", "outcome"),
        [([], "no_endpoint"), ([{"event_types": ["objection.updated"]}], "filtered_out"),
         ([{"processors": ["org_other"]}], "filtered_out")],
    )  # fmt: skip
    def test_it_shows_as_an_outcome(
        self, baseline: Vendor, engineer: Engineer, endpoints: list[Any], outcome: str
    ) -> None:
        for each in endpoints:
            engineer.endpoint(**each)
        (change,) = announce(baseline)
        ask = baseline.stack.must
        (line,) = ask(baseline.client, "GET", f"/notices/v1/changes/{change}/evidence")["items"]
        assert (line["outcome"], line["reached"]) == (outcome, False)
        reach = ask(baseline.client, "GET", f"/notices/v1/reachability?processor={baseline.slug}")
        assert [each["reason"] for each in reach["items"]] == [outcome]
        assert engineer.receiver.got == []
