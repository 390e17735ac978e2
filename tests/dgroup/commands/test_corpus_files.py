"""The form of the corpus of command mails (tests/commands/README): what is expected is known, and each mail is listed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

_CORPUS = Path(__file__).resolve().parents[2] / "commands"
_HALVES = [
    half
    for half in ("development", "unseen", "fresh", "final", "blind", "daily", "last")
    if (_CORPUS / half).is_dir()
]

_VERBS = frozenset(
    "join leave pause resume each daily weekly monthly light full language address status who help get thread last"
    " search hide mute unmute data erase receipt summary copy add invite uninvite remove set moderate trust ban unban"
    " coordinator members pending bouncing report trace undo freeze unfreeze rename delete stepdown split merge lock"
    " unlock retitle".split()
)
_OUTCOMES = frozenset("done asked told unclear refused silent posted held people".split())
_ASKED = frozenset(
    "join leave add remove invite invited moderate publish undo erase address pause set".split()
)
_ANSWERS = frozenset("yes no undo discard trust reopen post leave empty other".split())
_LANGUAGES = frozenset("en fr es pt de it nl".split())
_SETTINGS = frozenset(
    {"welcome", "about", "who posts", "summary day", "archive", "first posts", "letter", "title"}
    | {"who joins", "who sees members"}
)
_KEYS = frozenset(
    "file to envelope_from auth verb outcome also language want asked asked_of answer reason used expired".split()
)
_WANTED: dict[str, type] = {
    "people": list,
    "until": str,
    "ambiguous": bool,
    "target": str,
    "into": str,
    "count": int,
    "words": str,
    "address": str,
    "language": str,
    "role": str,
    "because": str,
    "group": str,
    "quiet": bool,
    "setting": str,
    "value": str,
    "on": bool,
}
_PLACES = (b"CODE", b"PRINTED", b"REFERENCE")


def _expected(half: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = tomllib.loads(
        (_CORPUS / half / "expected.toml").read_text("utf-8")
    )["mail"]
    return listed


def _mails(half: str) -> Iterator[tuple[str, bytes, Message]]:
    for path in sorted((_CORPUS / half).glob("*.eml")):
        data = path.read_bytes()
        yield path.name, data, message_from_bytes(data)


def _wrong_values(one: dict[str, Any]) -> list[str]:
    allowed = {
        "auth": one["auth"] in {"aligned", "none", "fail"},
        "outcome": one["outcome"] in _OUTCOMES,
        "verb": one.get("verb", "") in _VERBS | {""},
        "language": one.get("language", "en") in _LANGUAGES,
        "asked": one.get("asked", "add") in _ASKED,
        "answer": one.get("answer", "yes") in _ANSWERS,
        "to": one["to"].endswith("@lists.example"),
        "keys": set(one) <= _KEYS,
    }
    return [key for key, right in allowed.items() if not right]


def _wrong_wants(want: dict[str, Any]) -> list[str]:
    wrong = [key for key, value in want.items() if not isinstance(value, _WANTED.get(key, Path))]
    if "until" in want and date.fromisoformat(want["until"]).year not in {2026, 2027}:
        wrong.append("until")
    if want.get("setting", "welcome") not in _SETTINGS:
        wrong.append("setting")
    if not all(2 <= len(person) <= 4 and "@" in person[0] for person in want.get("people", [])):
        wrong.append("people")
    return wrong


@pytest.mark.parametrize("half", _HALVES)
def test_every_mail_is_listed_once(half: str) -> None:
    listed = [one["file"] for one in _expected(half)]
    assert sorted(listed) == [name for name, _, _ in _mails(half)]


@pytest.mark.parametrize("half", _HALVES)
def test_every_mail_is_a_whole_mail_of_bounded_size(half: str) -> None:
    wrong = []
    for name, data, mail in _mails(half):
        when = parsedate_to_datetime(str(mail["Date"]))
        named = all(mail[key] for key in ("From", "To", "Message-ID"))
        if not named or when.year != 2026 or len(data) > 60_000 or b"\r\n" in data:
            wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize("half", _HALVES)
def test_what_is_expected_is_among_the_known_values(half: str) -> None:
    wrong = {one["file"]: _wrong_values(one) for one in _expected(half)}
    assert {name: keys for name, keys in wrong.items() if keys} == {}


@pytest.mark.parametrize("half", _HALVES)
def test_what_a_mail_wants_is_written_as_the_readme_says(half: str) -> None:
    wrong = {one["file"]: _wrong_wants(one.get("want", {})) for one in _expected(half)}
    assert {name: keys for name, keys in wrong.items() if keys} == {}


@pytest.mark.parametrize("half", _HALVES)
def test_a_silent_mail_has_no_verb(half: str) -> None:
    assert [
        one["file"] for one in _expected(half) if one["outcome"] == "silent" and "verb" in one
    ] == []


@pytest.mark.parametrize("half", _HALVES)
def test_no_change_is_a_matter_of_taste(half: str) -> None:
    wrong = [
        one["file"]
        for one in _expected(half)
        if not set(one.get("also", [])) <= _OUTCOMES - {"done", one["outcome"]}
    ]
    assert wrong == []


@pytest.mark.parametrize("half", _HALVES)
def test_an_answer_carries_its_code_somewhere(half: str) -> None:
    mails = {name: data for name, data, _ in _mails(half)}
    bare = [
        one["file"]
        for one in _expected(half)
        if "asked" in one and not any(place in mails[one["file"]] for place in _PLACES)
    ]
    assert bare == []


def test_the_unseen_half_is_large_enough() -> None:
    assert len(_expected("unseen")) >= 230


@pytest.mark.parametrize(("half", "each"), [("fresh", 50), ("final", 40)])
def test_a_blind_set_speaks_the_four_languages_evenly(half: str, each: int) -> None:
    spoken = [one["file"].split("-")[1] for one in _expected(half)]
    assert {language: spoken.count(language) for language in spoken} == dict.fromkeys(
        ("en", "fr", "es", "pt"), each
    )
