"""What this machine has: the time, the database, room on the disks, who may read its secrets. Judged over facts, pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from dgroup.config import Config
from dgroup.doctor.checkup import Disk, Facts, Finding, Level, Secret, Store

MEGABYTE = 1_000_000
LITTLE_SPACE, NO_SPACE = 1_000 * MEGABYTE, 200 * MEGABYTE
DRIFT_S, WRONG_DRIFT_S = 30.0, 300.0
LATE, STUCK = timedelta(minutes=15), timedelta(hours=1)
_NTP = "let the machine follow time servers (systemd-timesyncd or chrony)"


# --- Time -------------------------------------------------------------------------------------


def clock(facts: Facts) -> Iterator[Finding]:
    """Judge our clock by those of others, and by what it said before."""
    newest = facts.store.newest
    if newest is not None and newest - facts.now > timedelta(seconds=DRIFT_S):
        text = f"the log has a line of {newest:%Y-%m-%d %H:%M} UTC, which is still to come"
        yield Finding("clock", "clock", Level.WRONG, text, _NTP)
    others = [("the database server", facts.store.ahead_s)]
    if facts.web is not None:
        others.append(("the web server", facts.web.ahead_s))
    for whose, ahead in others:
        if ahead is not None:
            yield _drift(whose, ahead)


def _drift(whose: str, ahead: float) -> Finding:
    off = abs(ahead)
    if off <= DRIFT_S:
        return Finding("clock", "clock", Level.OK, f"our clock and that of {whose} agree")
    level = Level.WRONG if off > WRONG_DRIFT_S else Level.LOOK
    way = "ahead of" if ahead > 0 else "behind"
    text = f"our clock is {off:.0f} s {way} that of {whose}: signatures and codes go by it"
    return Finding("clock", "clock", level, text, _NTP)


# --- The database -----------------------------------------------------------------------------


def _store(check: str, level: Level, text: str, cure: str = "") -> Finding:
    return Finding("database", check, level, text, cure)


def store(config: Config, facts: Facts) -> Iterator[Finding]:
    """Judge the database, and what waits in it."""
    found = facts.store
    if found.problem:
        text = f"the database does not answer: {found.problem}"
        yield _store(
            "database", Level.WRONG, text, "see that it runs, and where [database] url points"
        )
        return
    if found.revision is None:
        yield _store("database", Level.WRONG, "there is no database yet", "dgroup init")
        return
    if found.revision != found.head:
        text = f"the database is at revision {found.revision}, this program at {found.head}"
        yield _store("database", Level.WRONG, text, "dgroup db upgrade")
        return
    if found.broken:
        cure = "stop dgroup and go back to the last backup"
        yield _store("integrity", Level.WRONG, f"the file is damaged: {found.broken}", cure)
    else:
        yield _store("database", Level.OK, "the database answers, is up to date and undamaged")
    yield from _service(config, found)
    yield from _waiting(found, facts)


def _service(config: Config, found: Store) -> Iterator[Finding]:
    if found.running:
        yield _store("service", Level.OK, "dgroup serve is at work")
    else:
        text = "dgroup serve is not at work: no mail is taken or sent"
        yield _store("service", Level.LOOK, text, "systemctl start dgroup")
    if not config.site.contact:
        text = "nobody gets mail to postmaster and abuse"
        yield _store("contact", Level.LOOK, text, "set site.contact")


def _waiting(found: Store, facts: Facts) -> Iterator[Finding]:
    since = found.due_since
    if since is None or facts.now - since < LATE:
        yield _store("queue", Level.OK, "nothing waits to be sent for longer than it should")
    else:
        level = Level.WRONG if facts.now - since > STUCK else Level.LOOK
        text = f"copies should have gone out since {since:%Y-%m-%d %H:%M} UTC"
        yield _store("queue", level, text, "`dgroup queue` says what was answered")
    if found.quarantined:
        text = f"{found.quarantined} mails in quarantine met an error of this program"
        yield _store("quarantine", Level.LOOK, text, "dgroup quarantine list")


# --- Disks and files --------------------------------------------------------------------------


def space(disk: Disk) -> Finding:
    """Judge the room that a folder has."""

    def say(level: Level, text: str, cure: str = "") -> Finding:
        return Finding("disk", "disk", level, text, cure)

    if not disk.exists:
        return say(Level.WRONG, f"{disk.what} {disk.path} is not there", "dgroup init")
    if not disk.writable:
        text = f"{disk.what} {disk.path} cannot be written by whoever runs this"
        return say(Level.WRONG, text, "run as the user of the service, and give it the folder")
    free = f"{disk.free / MEGABYTE:,.0f} MB free for {disk.what}"
    if disk.free < NO_SPACE:
        return say(Level.WRONG, f"{free}: soon mail is answered 451 and waits at its senders")
    if disk.inodes and disk.inodes_free < disk.inodes / 20:
        text = f"{disk.inodes_free:,} files more find room for {disk.what} (inodes)"
        return say(Level.LOOK, text, "a larger disk, or a file system made for more files")
    if disk.free < LITTLE_SPACE or disk.free < disk.total / 20:
        return say(Level.LOOK, free, "make room, or take a larger disk")
    return say(Level.OK, free)


def permissions(secrets: Sequence[Secret]) -> Iterator[Finding]:
    """Judge who can read what only the service should."""
    troubled = False
    for one in secrets:
        finding = _permission(one)
        if finding is not None:
            troubled = True
            yield finding
    if secrets and not troubled:
        names = ", ".join(dict.fromkeys(one.what for one in secrets))
        yield Finding("secrets", "secrets", Level.OK, f"only the service can read: {names}")


def _permission(one: Secret) -> Finding | None:
    if not one.exists:
        return Finding("secrets", "secrets", Level.WRONG, f"{one.what} {one.path} is not there")
    if not one.readable:
        text = f"{one.what} {one.path} cannot be read by whoever runs this"
        return Finding("secrets", "secrets", Level.WRONG, text, "run as the user of the service")
    cure = f"chmod o-rwx,g-rwx {one.path}"
    if one.mode & 0o007 and one.reachable:
        text = f"everybody on this machine can read {one.what} {one.path}"
        return Finding("secrets", "secrets", Level.WRONG, text, cure)
    if one.mode & 0o070 and one.reachable:
        text = f"the group of {one.what} {one.path} can read it"
        return Finding("secrets", "secrets", Level.LOOK, text, cure)
    return None
