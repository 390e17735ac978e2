"""TOML text -> a frozen dataclass of sections, reporting every mistake at once with its line.

The standard reader gives no positions, so the lines of keys are found by a scan of the text.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, field, fields
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

from dgroup.errors import ConfigError, Mistake

T = TypeVar("T")

_WORD = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_PATH = rf"{_WORD}(?:\s*\.\s*{_WORD})*"
_HEADER = re.compile(rf"\s*\[\s*({_PATH})\s*\]\s*(?:#.*)?$")
_KEY = re.compile(rf"\s*({_PATH})\s*=")
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)$")
_NAMES: Mapping[object, str] = {
    str: "a text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    Path: "a path in quotes",
    tuple: "a list of texts",
}


def setting(
    default: T,
    check: Callable[[T], str] | None = None,
    *,
    reader: Callable[[object], T] | None = None,
) -> T:
    """A field of a section; `check` returns what is wrong with a value, or an empty text.

    `reader` makes a value of what TOML holds where that is no plain one; ValueError says what is wrong.
    """
    return field(default=default, metadata={"check": check, "reader": reader})


def read(
    kind: type[T],
    text: str,
    where: str,
    whole: Callable[[T], Iterable[tuple[str, str]]] = lambda _config: (),
) -> T:
    """Read `text` into `kind`, a dataclass whose fields are dataclasses with defaults.

    `whole` yields (key, what is wrong) for settings that do not fit each other. Raises ConfigError
    with all mistakes; `where` names the file in it.
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(where, (_syntax(str(error), text),)) from error
    wrong: dict[str, str] = {}
    config = kind(**_sections(kind, tree, wrong))
    for key, problem in whole(config):
        wrong.setdefault(key, problem)
    if wrong:
        lines = key_lines(text)
        raise ConfigError(
            where, tuple(Mistake(_line(lines, key), key, wrong[key]) for key in wrong)
        )
    return config


def key_lines(text: str) -> dict[str, int]:
    """The line, from 1, of every table header and key, by its dotted path; the first one counts."""
    found: dict[str, int] = {}
    table = ""
    inside = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not inside:
            if header := _HEADER.match(line):
                table = _dotted(header[1])
                found.setdefault(table, number)
            elif key := _KEY.match(line):
                path = f"{table}.{_dotted(key[1])}" if table else _dotted(key[1])
                found.setdefault(path, number)
                found.setdefault(path.split(".", maxsplit=1)[0], number)
        inside = _still_inside(line, inside)
    return found


def _still_inside(line: str, inside: str) -> str:
    """The marks of the long text that is open after this line, or an empty text."""
    for mark in ('"""', "'''"):
        if inside in {"", mark} and line.count(mark) % 2:
            return "" if inside else mark
    return inside


def _dotted(path: str) -> str:
    return ".".join(word.strip("\"'") for word in re.findall(_WORD, path))


def _line(lines: Mapping[str, int], key: str) -> int:
    while key not in lines and "." in key:
        key = key.rpartition(".")[0]
    return lines.get(key, 0)


def _syntax(message: str, text: str) -> Mistake:
    """What the reader says, with its line apart; it names none for the end of the file."""
    at = _AT_LINE.search(message)
    line = int(at[1]) if at else len(text.splitlines())
    said = _AT_LINE.sub("", message).removesuffix(" (at end of document)")
    return Mistake(line, "", f"this is not TOML: {said}")


def _sections(kind: type[Any], tree: Mapping[str, Any], wrong: dict[str, str]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    made = {}
    for name, value in tree.items():
        if name not in hints:
            wrong[name] = f"there is no such section{_nearest(name, hints)}"
        elif not isinstance(value, dict):
            wrong[name] = f"is a section: write [{name}] on a line of its own"
        else:
            made[name] = hints[name](**_values(name, hints, value, wrong))
    return made


def _values(
    section: str, sections: Mapping[str, Any], table: Mapping[str, Any], wrong: dict[str, str]
) -> dict[str, Any]:
    known = {item.name: item for item in fields(sections[section])}
    hints = get_type_hints(sections[section])
    made = {}
    for name, raw in table.items():
        key = f"{section}.{name}"
        if name not in known:
            wrong[key] = f"there is no such setting{_elsewhere(name, section, sections)}"
            continue
        try:
            made[name] = _value(hints[name], raw, known[name])
        except ValueError as error:
            wrong[key] = str(error)
    return made


def _value(hint: object, raw: object, item: Field[Any]) -> object:
    """The value as the field wants it; ValueError says what is wrong."""
    if (reader := item.metadata.get("reader")) is not None:
        return reader(raw)
    value = _converted(hint, raw)
    check = item.metadata.get("check")
    problem = check(value) if check is not None and value is not None else ""
    if problem:
        raise ValueError(f"{problem}, not {_shown(raw)}")
    return value


def _converted(hint: Any, raw: object) -> object:
    optional = type(None) in get_args(hint)
    wanted = next((kind for kind in get_args(hint) if kind in _NAMES), str) if optional else hint
    if getattr(wanted, "__origin__", None) is tuple:
        if isinstance(raw, list) and all(isinstance(item, str) for item in raw):
            return tuple(raw)
        raise ValueError(f"needs {_NAMES[tuple]}, not {_shown(raw)}")
    if wanted is Path and isinstance(raw, str):
        return Path(raw) if raw or not optional else None
    if wanted is float and type(raw) is int:
        return float(raw)
    if type(raw) is not wanted:  # a bool is an int to isinstance, but not to an operator
        raise ValueError(f"needs {_NAMES[wanted]}, not {_shown(raw)}")
    return raw


def _shown(raw: object) -> str:
    """A wrong value as the file has it, cut short."""
    text = {True: "true", False: "false"}[raw] if isinstance(raw, bool) else repr(raw)
    text = f'"{raw}"' if isinstance(raw, str) else text
    return text if len(text) <= 60 else f"{text[:57]}..."


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ""


def _elsewhere(name: str, section: str, sections: Mapping[str, Any]) -> str:
    """A hint for an unknown key: the nearest one here, or the sections that have this very one."""
    here = [item.name for item in fields(sections[section])]
    homes = [
        f"[{other}]" for other in sections if name in {f.name for f in fields(sections[other])}
    ]
    if homes:
        return f" here; it belongs to {' or '.join(homes)}"
    return _nearest(name, here)
