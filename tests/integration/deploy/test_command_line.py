"""`art28` does from a shell what people do: keys, changes, the gate, messages, a backup."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bson
import pytest
import structlog
import yaml
from pymongo import MongoClient

from deploy.command.root import art28, main
from deploy.profile import ROOT
from tests.clock import now
from tests.e2e.running import until
from tests.e2e.story import draft
from tests.instance import Instance, running_instance
from tests.receiver import receiving

pytestmark = pytest.mark.slow
ENDPOINTS = "/portal/v1/webhook-endpoints"
VENDOR, CUSTOMER = "tempus-serva", "nordbo"
ACTION = ROOT / "deploy" / "ci" / "github" / "action.yml"
SECRET = "A" * 43 + "="
# What the commands need, and what the script of a CI is given.
Command = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def instance(mongo_url: str, mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Instance]:
    # The installation is in this process; what is printed here is what the commands print.
    structlog.configure(processors=[quiet])
    with running_instance(mongo_url, mongo_client) as running, receiving() as receiver:
        # A signature is good for five minutes of the clock that the command reads.
        running.stack.now = now()
        body = {"url": receiver.url}
        running.stack.must(running.clients[CUSTOMER], "POST", ENDPOINTS, body)
        yield running
    structlog.reset_defaults()


def quiet(*_: object) -> dict[str, Any]:
    raise structlog.DropEvent


@pytest.fixture
def run(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs a command as the client of an organisation: its exit code, and what it printed."""

    def command(slug: str, *words: str) -> tuple[int, str]:
        for name, value in surroundings(instance, slug).items():
            monkeypatch.setenv(name, value)
        code = main(words)
        out = capsys.readouterr()
        return code, out.out.strip() or out.err.strip()

    return command


def surroundings(instance: Instance, slug: str) -> dict[str, str]:
    client_id, secret = instance.words(slug)
    return {"ART28_URL": instance.origin, "ART28_CLIENT_ID": client_id,
            "ART28_CLIENT_SECRET": secret}  # fmt: skip


def told(printed: tuple[int, str]) -> Any:
    assert printed[0] == 0, printed
    return json.loads(printed[1])


@pytest.fixture(scope="module")
def announced() -> dict[str, Any]:
    return {}


def test_a_change_is_drafted_previewed_and_announced(
    instance: Instance, run: Command, announced: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "change.json"
    file.write_text(json.dumps(draft(instance.stack.now.date())), "utf-8")

    drafted = told(run(VENDOR, "change", "draft", VENDOR, str(file), "--json"))
    assert "too early" in run(VENDOR, "change", "preview", VENDOR, drafted["id"])[1]
    code, refusal = run(VENDOR, "change", "announce", VENDOR, drafted["id"])
    assert (code, "notice-period-too-short" in refusal) == (1, True)
    done = told(run(VENDOR, "change", "announce", VENDOR, drafted["id"], "--earliest", "--json"))

    assert done["status"] == "announced"
    announced |= {"on": done["effective_on"], "subject": drafted["sub_processor"]["id"]}


def test_the_gate_speaks_by_its_exit_code(run: Command, announced: dict[str, Any]) -> None:
    until(lambda: "blocked" in run(CUSTOMER, "gate", announced["subject"])[1])
    code, line = run(CUSTOMER, "gate", announced["subject"])
    assert (code, line.split(":")[0]) == (3, f"blocked_until until {announced['on']}")
    assert run(CUSTOMER, "gate", announced["subject"], "--on", announced["on"])[0] == 0
    assert run(CUSTOMER, "gate", "sub_unknown")[0] != 0


def test_the_script_of_a_ci_stops_at_the_gate(
    instance: Instance, announced: dict[str, Any]
) -> None:
    [step] = yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"]
    known = {**os.environ, **surroundings(instance, CUSTOMER), "PROCESSOR": VENDOR,
             "GITHUB_ACTION_PATH": str(ACTION.parent)}  # fmt: skip
    known["SUB_PROCESSOR"] = announced["subject"]

    def deployed(**more: str) -> int:
        environ = {**known, "DAY": "", **more}
        command = ["sh", "-c", step["run"]]
        return subprocess.run(command, env=environ, capture_output=True, check=False).returncode

    assert deployed() == 3
    assert deployed(DAY=announced["on"]) == 0
    assert deployed(ART28_CLIENT_SECRET="wrong") == 1
    assert deployed(ART28_URL="") == 2
    assert deployed(SUB_PROCESSOR="sub_0; exit 0") == 1


def test_a_key_is_made_rotated_and_revoked(
    run: Command, monkeypatch: pytest.MonkeyPatch, instance: Instance
) -> None:
    made = told(run("platform", "key", "create", "CI", "--scope", "identity:read", "--json"))
    newer = run("platform", "key", "rotate", made["client_id"], "--overlap", "1")[1]
    asking = ("token", "--client-id", made["client_id"], "--url", instance.origin)

    def token(secret: str) -> int:
        monkeypatch.setenv("ART28_CLIENT_SECRET", secret)
        return main(asking)

    assert [token(made["client_secret"]), token(newer), token("wrong")] == [0, 0, 1]
    assert run("platform", "key", "revoke", made["client_id"])[0] == 0
    assert token(newer) == 1


def test_it_lists_what_needs_a_hand_and_publishes(run: Command) -> None:
    items = told(run(VENDOR, "register", "todo", VENDOR, "--json"))
    assert {each["severity"] for each in items} <= {"must", "should"}
    assert run(VENDOR, "register", "publish", VENDOR)[1].endswith("/p/tempus-serva is public.")


def test_it_listens_verifies_and_prints(run: Command, instance: Instance) -> None:
    kind, once = "sub_processor.change.announced", ("--count", "1", "--within", "60")
    instance.stack.now = now()
    message = told(run(CUSTOMER, "listen", *once, "--test", kind, "--json"))
    assert message["type"] == kind
    customer = instance.clients[CUSTOMER]
    kept = instance.stack.must(customer, "GET", ENDPOINTS)["items"]
    assert len(kept) == 1, "it leaves no endpoint behind"


def test_a_backup_holds_every_document(
    instance: Instance, run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    common = instance.stack.common
    told_by = {"ART28_MONGO_URL": common.mongo_url, "ART28_DB_PREFIX": common.db_prefix,
               "ART28_SERVICE_KEY": SECRET, "ART28_SECRETS_KEY": SECRET}  # fmt: skip
    for name, value in told_by.items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "art28.tar"
    assert run(VENDOR, "backup", str(file))[0] == 0

    kept = f"art28/{common.db_prefix}_identity/organisations.bson"
    with tarfile.open(file) as archive:
        content = archive.extractfile(kept)
        assert content is not None
        rows = bson.decode_all(content.read())
    slugs = {row["slug"] for row in rows}
    assert {VENDOR, CUSTOMER} <= slugs
    assert file.stat().st_size > 100_000


def test_a_list_comes_in_from_a_file(run: Command, tmp_path: Path, instance: Instance) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Name,Country,Purpose\nPostbud ApS,DK,Sending e-mail\n", "utf-8")
    code, line = run(VENDOR, "register", "import", VENDOR, str(file), "--into", "changes")
    assert code == 0, line
    assert "1 of 1 rows" in line
    assert run(VENDOR, "register", "import", VENDOR, __file__)[0] == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_its_words(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_ART28_COMPLETE", f"{shell}_source")
    with pytest.raises(SystemExit):
        art28.main(args=[], prog_name="art28", complete_var="_ART28_COMPLETE")
    assert "_ART28_COMPLETE" in capsys.readouterr().out
