"""Carries out what coordinators do to threads, and tells it with what the way back will need."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from archive import readers, surgery
from archive.errors import CannotMove, NotFound
from dgroup.commands import payload
from dgroup.effects import ChangeThread, QueueLetter, ThreadAct
from dgroup.mailing import queue_letter
from dgroup.work import Work, note


def change(work: Work, effect: ChangeThread) -> None:
    """Do it and tell it; where the thread is not any more as it was, nothing is done and that is told."""
    try:
        with work.tools.db.savepoint(work.conn):
            made = _ACTS[effect.act](work, effect)
    except (NotFound, CannotMove) as error:
        note(work, "not-done", f"{effect.act} {effect.key}: {error}")
        queue_letter(work, effect.failed)
        return
    work.dirty = True
    queue_letter(work, _with_way_back(effect.told, made))


def _with_way_back(told: QueueLetter, made: Mapping[str, Any]) -> QueueLetter:
    if told.code is None or not made:
        return told
    kept = payload.also(told.code.payload, made=json.dumps(made))
    return replace(told, code=replace(told.code, payload=kept))


def _split(work: Work, effect: ChangeThread) -> dict[str, Any]:
    title = effect.title or None
    done = surgery.split(
        work.tools.db, work.conn, work.group.info, effect.key, title, work.source.now
    )
    return {"new": done.new.id, "old": done.old.id}


def _rejoin(work: Work, effect: ChangeThread) -> dict[str, Any]:
    made = json.loads(effect.made)
    _merged(work, made["new"], made["old"], keep_title=False)
    return {}


def _merge(work: Work, effect: ChangeThread) -> dict[str, Any]:
    one, other = _thread_of(work, effect.key), _thread_of(work, effect.into)
    return asdict(_merged(work, one, other, keep_title=True))


def _merged(work: Work, one: int, other: int, *, keep_title: bool) -> surgery.Merged:
    return surgery.merge(
        work.tools.db,
        work.conn,
        work.group.info,
        one,
        other,
        work.source.now,
        keep_title=keep_title,
    )


def _unmerge(work: Work, effect: ChangeThread) -> dict[str, Any]:
    made = json.loads(effect.made)
    merged = surgery.Merged(**made | {"heads": tuple(made["heads"])})
    surgery.unmerge(work.tools.db, work.conn, work.group.info, merged, work.source.now)
    return {}


def _retitle(work: Work, effect: ChangeThread) -> dict[str, Any]:
    title = json.loads(effect.made)["title"] if effect.made else effect.title
    thread = _thread_of(work, effect.key)
    before = surgery.retitle(
        work.tools.db, work.conn, work.group.info, thread, title, work.source.now
    )
    return {"title": before}


def _lock(work: Work, effect: ChangeThread) -> dict[str, Any]:
    act = surgery.lock if effect.act is ThreadAct.LOCK else surgery.unlock
    thread = _thread_of(work, effect.key)
    act(work.tools.db, work.conn, work.group.info, thread, work.source.now)
    return {}


def _thread_of(work: Work, key: str) -> int:
    post = readers.post_by_key(work.conn, work.group.id, key)
    if post is None:
        raise NotFound(f"there is no post {key} in {work.group.name}")
    return readers.shown_in(work.conn, post.thread_id).id


_ACTS: Mapping[ThreadAct, Callable[[Work, ChangeThread], dict[str, Any]]] = {
    ThreadAct.SPLIT: _split,
    ThreadAct.MERGE: _merge,
    ThreadAct.LOCK: _lock,
    ThreadAct.UNLOCK: _lock,
    ThreadAct.RETITLE: _retitle,
    ThreadAct.REJOIN: _rejoin,
    ThreadAct.UNMERGE: _unmerge,
}
