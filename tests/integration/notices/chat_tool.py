"""A chat tool on loopback: it takes the forms of Slack and Teams, strictly, and keeps them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SLACK, TEAMS = "/services/T000/B000/s3cretS3CRET", "/workflows/s3cretS3CRET/triggers/manual"


@dataclass
class ChatTool:
    """``answers``: the next ones, (status, headers, body), before it takes messages again."""

    url: str
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    messages: list[Any] = field(default_factory=list)
    tried: int = 0

    def take(self, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        self.tried += 1
        if self.answers:
            return self.answers.pop(0)
        message = json.loads(body)
        answer = {SLACK: slack_answer, TEAMS: teams_answer}[path](message)
        if answer[0] < 300:
            self.messages.append(message)
        return answer


def slack_answer(message: Any) -> tuple[int, dict[str, str], bytes]:
    """What Slack's documentation says it refuses."""
    blocks = message.get("blocks", ())
    kinds = {"header": 150, "section": 3_000, "actions": 0}
    texts = [each["text"] for each in blocks if "text" in each]
    is_good = (
        bool(message.get("text"))
        and set(message) <= {"text", "blocks"}
        and 0 < len(blocks) <= 50
        and all(each["type"] in kinds for each in blocks)
        and all(each["type"] in ("plain_text", "mrkdwn") and each["text"] for each in texts)
        and all(
            len(each["text"]["text"]) <= kinds[each["type"]] for each in blocks if "text" in each
        )
    )
    return (200, {}, b"ok") if is_good else (400, {}, b"invalid_blocks")


def _text(block: Any) -> str:
    return str(block["text"]["text"]) if "text" in block else ""


def teams_answer(message: Any) -> tuple[int, dict[str, str], bytes]:
    """What a workflow of Teams takes: one Adaptive Card, answered 202 without a body."""
    [attachment] = message["attachments"]
    card = attachment["content"]
    is_good = (
        message["type"] == "message"
        and attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
        and card["type"] == "AdaptiveCard"
        and all(each["type"] == "RichTextBlock" and each["inlines"] for each in card["body"])
        and all(each["type"] == "Action.OpenUrl" for each in card["actions"])
    )
    return (202, {}, b"") if is_good else (400, {}, b"BadRequest")


@contextmanager
def chatting() -> Iterator[ChatTool]:
    """A chat tool on a free port of 127.0.0.1 for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, answer = tool.take(self.path, body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        tool = ChatTool(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield tool
        finally:
            server.shutdown()
            thread.join()
