"""set: a group's settings and texts by mail: shown with what they are now, changed after a yes, undone
by one reply. `set` alone shows them all. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dgroup.changes import ChangeGroup, ChangeMember
from dgroup.commands import payload, set_member
from dgroup.commands.base import UNDO_DAYS, Command, Request, answer, done, letter, letter_to, used
from dgroup.commands.coordinator import answer_guard, confirm_letter, guard
from dgroup.commands.group_settings import BY_NAME, SETTINGS, Setting, Value, current
from dgroup.commands.proof import settle
from dgroup.commands.undo import taken_back
from dgroup.effects import Audit, Effect, NewCode, Plan, QueueLetter
from dgroup.incoming import Options
from dgroup.model import Membership, Morning

MORNING = "letter"
"""the one setting that is the coordinator's own: how often the morning letter comes"""
SHOWN_LINES = 40


def plan(request: Request) -> Plan:
    """Show the change and ask; what is not understood is answered with all settings.

    A `set` that names people is about what they have set (`set_member`).
    """
    if set_member.says_something(request):
        return set_member.plan(request)
    if refusal := guard(request, "set"):
        return refusal
    options = request.reading.options
    if options.setting == MORNING:
        return settle(request, _morning, question="morning-confirm", often=options.value)
    setting = BY_NAME.get(options.setting)
    value = setting.read(options.value) if setting is not None else None
    if setting is None or value is None:
        return _all(request)
    if value == current(request.facts.group, setting):
        return answer(request, "set-already", **_shown(setting, value, "now"))
    text = payload.write("set", options=Options(setting=setting.name, value=str(value)))
    code = NewCode("set", request.addressee, text, request.caps.code_days)
    return confirm_letter(request, "set-confirm", code, **_both(request, setting, value))


def confirmed(request: Request) -> Plan:
    """The coordinator said yes: it is so, and the other coordinators are told."""
    if request.reading.people:
        return set_member.confirmed(request)
    if request.reading.options.setting == MORNING:
        return settle(request, _morning, question="morning-confirm")
    if refusal := answer_guard(request, "set"):
        return refusal
    options = request.reading.options
    setting = BY_NAME[options.setting]
    value = options.value if setting.is_text else setting.read(options.value)
    assert value is not None  # it was read before it was asked
    was = current(request.facts.group, setting)
    undo = NewCode(
        "undo",
        request.addressee,
        payload.write("set", setting=setting.name, was=was, now=value),
        UNDO_DAYS,
    )
    told = QueueLetter(
        name="set-done",
        recipient=request.addressee,
        language=request.language,
        values=tuple(_both(request, setting, value).items()),
        code=undo,
        answers=request.mail.message.message_id,
    )
    return done(request, "set", used(request), *_change(request, setting, value), told)


def undone(request: Request) -> Plan:
    """Set it back, if it is still what the letter said."""
    if request.facts.people:
        return taken_back(request)
    if refusal := answer_guard(request, "undo"):
        return refusal
    assert request.facts.code is not None  # `confirm` calls with a code only
    text = request.facts.code.payload
    setting = BY_NAME[str(payload.value(text, "setting"))]
    was, now = payload.value(text, "was"), payload.value(text, "now")
    if current(request.facts.group, setting) != now:
        return answer(request, "set-changed-since", used(request), setting=setting.name)
    told = letter(request, "set-undone", **_shown(setting, was, "now"))
    return done(request, "undone", used(request), *_change(request, setting, was), told)


def _change(request: Request, setting: Setting, value: Value) -> tuple[Effect, ...]:
    boss = request.facts.member
    assert boss is not None  # answer_guard() says so
    others = [one for one in request.facts.coordinators if one.id != boss.id]
    values = {"by": boss.name or boss.address, **_both(request, setting, value)}
    return (
        ChangeGroup(((setting.column, value),)),
        Audit("set", f"{setting.name} by {boss.address}"),
        *(letter_to(one, "set-told", **values) for one in others),
    )


# --- The coordinator's own ---------------------------------------------------------------------


def _morning(request: Request, member: Membership) -> Plan:
    wanted = _often(request.reading.options.value)
    if wanted is None or not member.coordinates:
        return _all(request)
    wish = ChangeMember(member.address, morning=wanted)
    told = letter_to(member, "morning-done", often=str(wanted))
    spent = (used(request),) if request.proved else ()
    return done(request, "set", *spent, wish, Audit("set", f"letter by {member.address}"), told)


def _often(text: str) -> Morning | None:
    """The reader gives the canonical word of how often; "off" and "none" end it."""
    plain = text.strip().lower()
    if plain in {"off", "none", "no", "never"}:
        return Morning.OFF
    return Morning(plain) if plain in set(Morning) else None


# --- What letters show -------------------------------------------------------------------------


def _all(request: Request) -> Plan:
    """All settings as they are, with the words that change them."""
    group = request.facts.group
    rows = tuple((one.name, "" if one.is_text else str(current(group, one))) for one in SETTINGS)
    texts = {one.name: _lines(current(group, one)) for one in SETTINGS if one.is_text}
    return answer(request, "set-all", asked=request.reading.options.setting, rows=rows, **texts)


def _both(request: Request, setting: Setting, value: Value) -> dict[str, Any]:
    was = current(request.facts.group, setting)
    return {**_shown(setting, was, "was"), **_shown(setting, value, "now")}


def _shown(setting: Setting, value: Value, name: str) -> dict[str, Any]:
    """A value as the templates take it: lines of a text, or one word that they translate."""
    lines: Sequence[Sequence[str]] = _lines(value) if setting.is_text else ((str(value),),)
    return {"setting": setting.name, name: tuple(map(tuple, lines))}


def _lines(value: Value) -> tuple[tuple[str, ...], ...]:
    return tuple((line,) for line in str(value).splitlines()[:SHOWN_LINES])


COMMAND = Command("set", plan, confirmed, undone=undone)
