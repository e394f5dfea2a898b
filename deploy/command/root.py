"""The command with all its parts."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from deploy.checks import StartError
from deploy.command import administration, changes, gate, keys, listening, local, models, registers
from deploy.command.api import Refused
from shared.errors import DomainError
from shared.settings import SettingsError

EXAMPLES = """
\b
Examples:
  art28 up                                  try it: everything on this machine
  art28 token                               an access token, for curl
  art28 gate sub_0123 --on 2027-01-01       may data flow? the exit code says so
  eval "$(_ART28_COMPLETE=bash_source art28)"   complete words (zsh_source, fish_source)
"""


@click.group(epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
def art28() -> None:
    """Agreements, registers of sub-processors and prior notice, from a shell.

    ART28_URL, ART28_CLIENT_ID and ART28_CLIENT_SECRET say where, and as whom.
    """


for each in (
    administration.admin,
    local.up,
    local.backup,
    local.verify,
    keys.token,
    keys.key,
    registers.register,
    changes.change,
    gate.gate,
    listening.listen,
    models.mcp,
):
    art28.add_command(each)


def main(words: Sequence[str] | None = None) -> int:
    """Run as a program. Exit codes: 0 done, 1 refused (one line says why), 2 the words are wrong,
    3 the gate is closed."""
    try:
        code = art28.main(args=words, prog_name="art28", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except (DomainError, SettingsError, StartError, Refused) as error:
        print(f"art28: {error}", file=sys.stderr)
        return 1
    return code if isinstance(code, int) else 0
