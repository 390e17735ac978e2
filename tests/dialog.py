"""Plays a whole conversation by mail (tests/cases/README, `dialog.toml`) and writes down what became of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path
from textwrap import indent
from typing import Any

from sqlalchemy import select

from dgroup import expansion
from dgroup.chores import digests, ending, inviting, moderating, morning
from dgroup.erasure import step as erase_step
from dgroup.letters import LetterTools
from dgroup.model import Envelope, Membership
from dgroup.people import pauses
from dgroup.tables import audit, deliveries, outbox_mails
from tests.case_setup import SAID
from tests.dgroup.desk import CAPS, DOMAIN, KEYRING, Desk, Sent
from tests.dialog_mails import whole, with_verdict, written

_CODE = re.compile(r"\b[A-Z2-7]{4}(?:-[A-Z2-7]{4}){5}-[A-Z2-7]{2}\b")
_REFERENCE = re.compile(r"\[[A-Z2-7]{4}-[A-Z2-7]{4}\]")
_TOKEN = re.compile(r"(?<=leave[/+])[a-z2-7-]{20,}")
_NIGHT = timedelta(days=1)


@dataclass
class Dialog:
    """A dialog that is being played, with all that was said so far."""

    desk: Desk
    folder: Path
    home: Path
    """where a group that ends leaves its export"""
    people: Mapping[str, Membership]
    said: list[str] = field(default_factory=list)
    letters: list[Sent] = field(default_factory=list)
    _audited: int = 0
    _copied: int = 0
    _mails: int = 0

    async def play(self, steps: list[dict[str, Any]]) -> str:
        """Play every step; gives the transcript."""
        await self._told()  # what was there before is no part of it
        self.said.clear()
        for number, step in enumerate(steps, 1):
            self.said.append(f"=== {number}. {step.get('says', '')}".rstrip(" ."))
            if "later" in step:
                await self._wait(step["later"])
            if "everybody_away" in step:
                await self._vacations(step["everybody_away"])
            elif "from" in step:
                await self._write(step)
            await self._told()
        return "\n\n".join(self.said).rstrip() + "\n"

    async def _write(self, step: Mapping[str, Any]) -> None:
        times = step.get("times", 1)
        letter = self._letter(step["answers"]) if "answers" in step else None
        to = step.get("to") or (letter.reply_to if letter else "water")
        if "leave_token_of" in step:
            to = to.replace("TOKEN", self.desk.leave_token(self.people[step["leave_token_of"]]))
        whole_step = {**step, "to": whole(to)}
        member = self.people.get(step["from"])
        if "name" not in step and member is not None:
            whole_step["name"] = member.name
        replies: Counter[str] = Counter()
        subject = ""
        for _ in range(times):
            self._mails += 1
            mail = written(whole_step, self.folder, letter, self.desk.now, str(self._mails))
            subject = str(mail["Subject"])
            replies[await self._send(mail, whole_step)] += 1
        shown = f"{step['from']} -> {_role(_TOKEN.sub('TOKEN', whole(to)))}"
        if times > 1:
            shown = f"{times} mails {shown}"
        lines = [_masked(f"{shown}: {subject}".rstrip(": ")), *self._shown(step)]
        self.said.append("\n".join([*lines, *_counted(replies)]))

    async def _send(self, mail: EmailMessage, step: Mapping[str, Any]) -> str:
        said = SAID[step.get("auth", "aligned")]
        said = said.format(policy=step.get("policy", "none"), domain=step["from"].partition("@")[2])
        sender = step.get("envelope_from", step["from"])
        envelope = Envelope(
            id=f"step{self._mails}",
            mail_from=sender,
            rcpt=(step["to"],),
            raw=with_verdict(mail, said),
            received_at=self.desk.now,
            peer="192.0.2.1",
            helo="mail.example",
            smtputf8=False,
            trusted_front=True,
        )
        (reply,) = await self.desk.intake.accept(envelope)
        return reply.line()

    def _shown(self, step: Mapping[str, Any]) -> list[str]:
        words = step.get("words", "").strip()
        if "mail" in step:
            words = f"({step['mail']})"
        files = [f"(with {name})" for name in step.get("attach", [])]
        return [*indent(words, "    ").splitlines(), *(f"    {name}" for name in files)]

    def _letter(self, name: str) -> Sent:
        number, _, who = name.partition("-")
        found = self.letters[int(number) - 1] if int(number) <= len(self.letters) else None
        if found is None or found.recipient.partition("@")[0] != who:
            so_far = "\n\n".join(self.said)
            raise AssertionError(f"no letter {name}; so far:\n\n{so_far}")
        return found

    async def _vacations(self, words: str) -> None:
        """Every letter and every copy so far is answered by its reader's mail program."""
        copies = self._copies(0)
        mails = [(one.recipient, one.message) for one in self.letters] + copies
        replies: Counter[str] = Counter()
        for number, (reader, mail) in enumerate(mails):
            self._mails += 1
            back = str(mail["Reply-To"] or mail["From"])
            to = getaddresses([back])[0][1]
            # Good programs mark their answers; the others are known by their words only.
            marked = {"Auto-Submitted": "auto-replied"} if number % 2 else {}
            step = {
                "from": reader,
                "to": to if to.endswith(f"@{DOMAIN}") else whole("water"),
                "subject": f"{words}: {mail['Subject']}",
                "words": words,
                "headers": marked,
            }
            answer = written(step, self.folder, None, self.desk.now, str(self._mails))
            replies[await self._send(answer, step)] += 1
        programs = f"{len(mails)} mails are answered by programs: {words}"
        self.said.append("\n".join([programs, *_counted(replies)]))

    # --- What came of it

    async def _told(self) -> None:
        """Write down what the log says, who got the posts, and each letter."""
        with self.desk.db.read() as conn:
            log = select(audit.c.id, audit.c.event, audit.c.reason)
            rows = conn.execute(log.where(audit.c.id > self._audited).order_by(audit.c.id)).all()
        if rows:
            self._audited = rows[-1].id
            self.said.append("\n".join(_counted(Counter(f"{r.event}: {r.reason}" for r in rows))))
        await self._copies_go_out()
        copies = self._copies(self._copied)
        self._copied += len(copies)
        by_subject: dict[str, list[str]] = {}
        for reader, mail in copies:
            by_subject.setdefault(str(mail["Subject"]), []).append(reader)
        for subject, readers in by_subject.items():
            self.said.append(f"post {subject!r} goes to {', '.join(sorted(readers))}")
        for letter in self.desk.new_letters():
            self.letters.append(letter)
            self.said.append(self._as_read(letter))

    def _as_read(self, letter: Sent) -> str:
        name = letter.recipient.partition("@")[0]
        top = f"--- letter {len(self.letters)}-{name}, to {letter.recipient}"
        files = [f"(with {part.get_filename()})" for part in letter.message.iter_attachments()]
        shown = "\n".join([f"Subject: {letter.subject}", "", text_of(letter), *files])
        return f"{top}\n{_masked(shown)}"

    async def _copies_go_out(self) -> None:
        db = self.desk.db
        while True:
            with db.write() as conn:
                opened = expansion.open_fanouts(conn)
                for one in opened:
                    expansion.expand(db, conn, one, self.desk.now)
            if not opened:
                return

    def _copies(self, after: int) -> list[tuple[str, EmailMessage]]:
        """(recipient, head) of the copies of posts and digests but for the first `after`."""
        query = (
            select(deliveries.c.recipient, outbox_mails.c.head)
            .join(outbox_mails, outbox_mails.c.id == deliveries.c.outbox_mail_id)
            .where(outbox_mails.c["class"] != "letter")
            .order_by(deliveries.c.id)
            .offset(after)
        )
        with self.desk.db.read() as conn:
            rows = conn.execute(query).all()
        return [
            (row.recipient, message_from_bytes(row.head, policy=policy.default)) for row in rows
        ]

    # --- Time

    async def _wait(self, spoken: str) -> None:
        """Let time pass, day by day, with everything that time brings."""
        until = self.desk.now + _span(spoken)
        self.said.append(f"({spoken} later)")
        while self.desk.now < until:
            self.desk.now = min(self.desk.now + _NIGHT, until)
            await self._work(self.desk.now)

    async def _work(self, now: datetime) -> None:
        tools, writer = self.desk.tools, self.desk.writer
        await writer.run(lambda conn: pauses.end_due(conn, now))
        await moderating.look(tools, writer, now)
        await inviting.remind(tools, writer, CAPS, now)
        letter_tools = LetterTools(tools.db, tools.site, tools.letters, tools.random, KEYRING)
        await digests.send_due(letter_tools, writer, now)
        await morning.send_due(tools, writer, now)
        await ending.end_due(tools, writer, self.home, now)
        db = self.desk.db
        erasing = True
        while erasing:
            erasing = await writer.run(lambda c: erase_step(db, c, domain=DOMAIN, now=now))


def text_of(letter: Sent) -> str:
    """Give the words of a letter, whether or not files come with it."""
    body = letter.message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n").rstrip("\n")


def _span(spoken: str) -> timedelta:
    number, unit = spoken.split()
    return timedelta(**{unit if unit.endswith("s") else f"{unit}s": int(number)})


def _role(address: str) -> str:
    """A code in an address is another one each time something changes: its place is shown."""
    return re.sub(r"\+[a-z2-7]{26}@", "+CODE@", address)


def _masked(text: str) -> str:
    text = _CODE.sub("CODE", text)
    return _TOKEN.sub("TOKEN", _REFERENCE.sub("[CODE]", text))


def _counted(said: Counter[str]) -> Iterator[str]:
    for line, times in said.items():
        yield f"{line}  ({times} times)" if times > 1 else line
