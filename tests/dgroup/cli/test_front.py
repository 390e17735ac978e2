"""The front of the command line: help, exit codes, plain errors, the table in docs/cli.md."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dgroup.cli import ENTRIES, cli
from tests.dgroup.cli.commandline import Folder

_DOCS = Path(__file__).resolve().parents[3] / "docs" / "cli.md"


def _commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            if command.invoke_without_command:
                yield name, command
            for one in command.commands.values():
                yield f"{name} {one.name}", one
        else:
            yield name, command


COMMANDS = dict(_commands())


def _usage(path: str, command: click.Command) -> str:
    context = click.Context(command)
    words = [
        param.make_metavar(context)
        for param in command.params
        if param.param_type_name == "argument"
    ]
    return " ".join(["dgroup", path, *words])


def _row(path: str, command: click.Command) -> str:
    first = (command.help or "").strip().partition("\n")[0].replace("|", "\\|")
    options = [one for one in command.params if isinstance(one, click.Option)]
    shown = ", ".join(f"`{one.opts[0]}`" for one in options)
    return f"| `{_usage(path, command)}` | {first} | {shown} |"


def test_the_table_of_the_documentation_is_what_the_program_has() -> None:
    rows = [line for line in _DOCS.read_text("utf-8").splitlines() if line.startswith("| `dgroup")]
    assert rows == [_row(path, command) for path, command in COMMANDS.items()]


def test_help_lists_every_command_and_loads_none() -> None:
    code = (
        "import sys\nfrom dgroup.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "sys.exit('sqlalchemy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert all(f"\n  {name} " in done.stdout for name in ENTRIES)


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option_has_a_help_text(folder: Folder, path: str) -> None:
    command = COMMANDS[path]
    assert (command.help or "").strip().partition("\n")[0].endswith(".")
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []
    assert folder.done(*path.split(), "--help").startswith("Usage: ")


def test_a_wrong_word_is_told_with_the_nearest_command(folder: Folder) -> None:
    assert "Did you mean 'group'?" in folder.refused("grup", code=2)
    assert "No such command 'xyzzy'" in folder.refused("xyzzy", code=2)


def test_wrong_use_ends_with_2(folder: Folder) -> None:
    assert "Missing argument 'GROUP'" in folder.refused("summary", code=2)
    assert "does not exist" in folder.refused("import", "water", "nowhere.mbox", code=2)
    assert "'blue' is not one of" in folder.refused(
        "group", "create", "x1", "--archive", "blue", code=2
    )


@pytest.mark.parametrize(
    "words",
    [
        ("group", "list"),
        ("group", "create", "water"),
        ("member", "list", "water"),
        ("render",),
        ("summary", "water"),
        ("queue",),
        ("trace", "awa@ong.example"),
        ("hold", "list", "water"),
        ("quarantine", "list"),
    ],
)
def test_without_a_database_every_command_says_what_to_do(
    folder: Folder, words: tuple[str, ...]
) -> None:
    assert "run `dgroup init` first" in folder.refused(*words)
    assert list(folder.path.iterdir()) == []  # asking made nothing


def test_an_unknown_group_is_told_with_those_there_are(folder: Folder) -> None:
    folder.done("init")
    assert "(groups: none yet)" in folder.refused("group", "show", "wine")
    folder.done("group", "create", "water")
    folder.done("group", "create", "seeds")
    assert "there is no group 'wine' (groups: seeds, water)" in folder.refused("summary", "wine")


def test_all_mistakes_of_a_settings_file_come_with_their_lines(folder: Folder) -> None:
    (folder.path / "config.toml").write_text('[site]\nnam = "x"\n[web]\nport = "80"\n', "utf-8")
    said = folder.refused("group", "list", code=2).splitlines()
    assert len(said) == 2
    assert said[0].startswith("config.toml: line 2: site.nam: ")
    assert said[1].startswith("config.toml: line 4: web.port: ")


def test_a_settings_file_that_is_not_there_ends_with_2(folder: Folder) -> None:
    assert "cannot be read" in folder.refused("--config", "none.toml", "group", "list", code=2)


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("no address at all", 2, "database.url"),
        ("postgresql+psycopg://nobody@127.0.0.1:9/none", 1, "the database is away"),
        ("sqlite:////nowhere/at/all.db", 1, "dgroup init"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_a_line(
    folder: Folder, url: str, code: int, said: str
) -> None:
    (folder.path / "config.toml").write_text(f'[database]\nurl = "{url}"\n', "utf-8")
    answer = folder.refused("group", "list", code=code)
    assert said in answer
    assert answer.count("\n") <= 2


def test_a_disk_that_refuses_is_told_in_a_line(folder: Folder) -> None:
    (folder.path / "data").write_text("a file where the folder should be", "utf-8")
    assert "data: File exists" in folder.refused("init")
