"""What a confirmation code must remember: verb, people and options of the command, as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

from archive.model import ParsedMessage
from dgroup.address import person_name
from dgroup.incoming import Named, Options, Reading

_PLAIN = Options()


def write(
    verb: str = "",
    people: Sequence[Named] = (),
    options: Options = _PLAIN,
    **extra: Any,
) -> str:
    """Write a payload; `extra` are further values that JSON can hold, read back by `value`."""
    data: dict[str, Any] = dict(extra)
    if verb:
        data["verb"] = verb
    if people:
        data["people"] = [[one.address, one.name, one.language, one.delivery] for one in people]
    if options != _PLAIN:
        data["options"] = _options(options)
    return json.dumps(data)


def _options(options: Options) -> dict[str, Any]:
    given = {one.name: getattr(options, one.name) for one in fields(options)}
    return {
        name: given[name].isoformat() if isinstance(given[name], date) else given[name]
        for name in given
        if given[name] != getattr(_PLAIN, name)
    }


def read(payload: str) -> Reading:
    """Read the command of a payload again; nothing where the code carries none."""
    data = _object(payload)
    options = dict(data.get("options", {}))
    if "until" in options:
        options["until"] = date.fromisoformat(options["until"])
    people = tuple(Named(*one) for one in data.get("people", ()))
    return Reading(str(data.get("verb", "")), people, options=Options(**options))


def asked(payload: str, said: Reading) -> Reading:
    """Read the command of a payload again, with the lines of its preview that an answer puts right
    ("fix 3") or leaves out ("skip 4"). `meant` of the payload says what each is put right to."""
    reading = read(payload)
    chosen = {number: kind for kind, number in said.choices}
    meant: dict[str, str] = value(payload, "meant") or {}
    people = []
    for number, person in enumerate(reading.people, 1):
        if chosen.get(number) == "fix":
            address = meant.get(str(number), person.address)
            people.append(replace(person, address=address))
        elif chosen.get(number) != "skip":
            people.append(person)
    return replace(
        reading,
        people=tuple(people),
        language=said.language,
        answer=said.answer,
        choices=said.choices,
        reason=said.reason,
    )


def also(payload: str, **extra: Any) -> str:
    """Add further values to a payload that `write` wrote."""
    return json.dumps(_object(payload) | extra)


def value(payload: str, name: str) -> Any:
    """Read one further value of a payload; None where there is none."""
    return _object(payload).get(name)


def _object(payload: str) -> dict[str, Any]:
    """A payload as a JSON object; some codes carry a bare word (a digest)."""
    if not payload.startswith("{"):
        return {}
    data: dict[str, Any] = json.loads(payload)
    return data


def join_payload(message: ParsedMessage, language: str) -> str:
    """Write what a code to join must remember: how the person calls themselves and writes."""
    name = person_name(message.from_[0].name) if message.from_ else ""
    return json.dumps({"name": name, "language": language})


def joining(payload: str) -> tuple[str, str]:
    """Read (name, language) of a code to join."""
    data = _object(payload)
    return str(data["name"]), str(data["language"])
