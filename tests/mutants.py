"""Change rules one line at a time and see whether a unit test notices: `python -m tests.mutants`.

    make mutants                                          all packages: hours on two cores
    make mutants ARGS="services/registry/clock"           one of them

mutmut mutates each package in a copy of the project and runs the unit tests of its service; their
properties try the same few examples in each run, so that a score can be compared with another.
What survives must stand in ``mutants-that-may-live.txt`` with its reason, and nothing else may, or
the run fails. mutmut leaves functions with a decorator, and tables of modules, as they are.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = (
    "services/registry/clock",
    "services/registry/transfers",
    "services/registry/linter",
    "services/registry/model",
    "services/agreements/model",
    "services/notices/model",
    "services/notices/egress",
)
# As mutmut names the outcomes: an endless loop is noticed, too.
KILLED = ("killed", "timeout")
REASONS = Path(__file__).parent / "mutants-that-may-live.txt"
SETTINGS = """
[tool.mutmut]
source_paths = ["services", "shared", "deploy"]
only_mutate = ["{package}/*.py"]
also_copy = [{others}]
pytest_add_cli_args = [
  "-qx", "--assert=plain", "--tb=native", "--hypothesis-profile=mutants",
  "-p", "no:xdist", "-p", "no:schemathesis", "-p", "no:cacheprovider",
]
pytest_add_cli_args_test_selection = [
  "tests/unit/{service}", "-m", "not slow and not source",
]
use_setproctitle = false
"""


def may_live(text: str) -> dict[str, str]:
    """Read the mutants that may live, by name, each with its reason. Raises ValueError without."""
    reasons = {}
    for line in text.splitlines():
        name, _, reason = line.partition("  ")
        if line and not line.startswith("#"):
            if not reason.strip():
                raise ValueError(f"No reason is given for {name}.")
            reasons[name] = reason.strip()
    return reasons


def results_of(listing: str) -> dict[str, str]:
    """Read what `mutmut results --all` lists: the outcome of each mutant by its name."""
    pairs = (line.strip().rpartition(": ") for line in listing.splitlines() if ": " in line)
    return {name: outcome for name, _, outcome in pairs}


def verdict(outcomes: dict[str, str], reasons: dict[str, str]) -> tuple[int, list[str]]:
    """Return how many mutants a test has killed, and what makes the run fail, a line each.

    ``reasons``: those of the same package. A mutant that was not tried proves as little as one
    that lives; so does a run without mutants.
    """
    killed = {name for name, outcome in outcomes.items() if outcome in KILLED}
    unexplained = sorted(outcomes.keys() - killed - reasons.keys())
    needless = sorted(reasons.keys() - (outcomes.keys() - killed))
    faults = [f"{outcomes[name]}, and no reason is given: {name}" for name in unexplained]
    faults += [f"a reason is given, and no such mutant lives: {name}" for name in needless]
    return len(killed), faults if outcomes else ["there were no mutants"]


def reasons_within(package: str, reasons: dict[str, str]) -> dict[str, str]:
    """Return the reasons that are about mutants of one package."""
    prefix = package.replace("/", ".") + "."
    return {name: reason for name, reason in reasons.items() if name.startswith(prefix)}


def mutated(package: str, folder: Path) -> dict[str, str]:
    """Mutate one package in a copy of the project; return the outcome of each mutant."""
    files = subprocess.run(
        ["git", "ls-files"],  # noqa: S607  Whichever git the developer has.
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    others = sorted({name.partition("/")[0] for name in files} - {"services", "shared", "deploy"})
    quoted = ", ".join(f'"{name}"' for name in others)
    service = package.split("/")[1]
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS.format(package=package, service=service, others=quoted))
    mutmut = str(Path(sys.executable).with_name("mutmut"))
    # Its exit code does not tell a mutant that lives from a run that broke: the listing does.
    subprocess.run([mutmut, "run"], cwd=folder, check=False)
    done = subprocess.run(
        [mutmut, "results", "--all", "true"], cwd=folder, capture_output=True, text=True, check=True
    )
    return results_of(done.stdout)


def main(packages: list[str]) -> int:
    """Mutate the packages and say what share was killed; 1 if a mutant lives without a reason."""
    reasons, code = may_live(REASONS.read_text("utf-8")), 0
    for package in packages or PACKAGES:
        with tempfile.TemporaryDirectory(prefix="art28-mutants-") as folder:
            outcomes = mutated(package, Path(folder))
        killed, faults = verdict(outcomes, reasons_within(package, reasons))
        print(f"{package}: {killed} of {len(outcomes)} mutants killed")
        print("".join(f"  {fault}\n" for fault in faults), end="", flush=True)
        code = 1 if faults else code
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
