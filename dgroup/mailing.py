"""Effects that write mail: letters with their codes, letters to a whole group, forwards to people."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert

from archive import ids
from dgroup import outbox, tokens
from dgroup.address import comparable, confirm_address, is_sendable
from dgroup.copies import rewrite
from dgroup.effects import ForwardMail, NewCode, Passage, QueueLetter, TellGroup, TellHost
from dgroup.letters import Letter, PrintedCode
from dgroup.model import MailClass
from dgroup.people import members, spoken
from dgroup.recipes import LetterRecipe, Recipe
from dgroup.tables import codes, letter_log
from dgroup.work import Work

_POSTS = frozenset({"post", "thread", "posts"})
"""letters by which members read posts"""


def queue_letter(work: Work, effect: QueueLetter, about: str = "") -> None:
    """Write a letter, queue it, and log it for the caps. `about` is the Message-ID of a mail that it
    shows and that is no post yet."""
    if not is_sendable(effect.recipient):
        return
    code = _make_code(work, effect.code) if effect.code is not None else None
    outbox.queue_letter(
        work.conn,
        group_id=work.group.id,
        message=_written(work, effect, effect.language, effect.recipient, code),
        recipient=effect.recipient,
        envelope_from=effect.envelope_from,
        now=work.source.now,
        smtputf8=not effect.recipient.isascii(),
        recipe=_recipe(effect, about),
    )
    work.conn.execute(
        insert(letter_log).values(
            address=comparable(effect.recipient),
            group_id=work.group.id,
            kind=effect.name,
            at=work.source.now,
        )
    )
    work.sends = True


def _recipe(effect: QueueLetter, about: str) -> Recipe | None:
    """Say which posts a letter shows: it goes with them when they are taken down."""
    shown = [value for _, value in effect.values if isinstance(value, tuple)]
    numbers = [one.number for value in shown for one in value if isinstance(one, Passage)]
    if effect.name not in _POSTS:
        numbers = []
    return Recipe(letter=LetterRecipe(tuple(numbers), about)) if numbers or about else None


def _written(
    work: Work,
    effect: QueueLetter | TellGroup,
    language: str,
    recipient: str,
    code: PrintedCode | None,
) -> bytes:
    letter = Letter(
        name=effect.name,
        language=language,
        recipient=recipient,
        values=effect.values,
        code=code,
        answers=effect.answers if isinstance(effect, QueueLetter) else "",
        attachments=effect.attachments if isinstance(effect, QueueLetter) else (),
        message_id=ids.letter_id(work.tools.random(12).hex(), work.tools.site.domain),
        now=work.source.now,
    )
    return work.tools.letters.write(letter, work.group)


def tell_group(work: Work, effect: TellGroup) -> None:
    """Write one letter to every member of the group, in the language that each of them reads."""
    group = work.group
    outbox.queue_letters_to_group(
        work.conn,
        group_id=group.id,
        letters=[
            (language, _written(work, effect, language, group.address, None))
            for language in spoken.all_read(work.conn, group.info)
        ],
        mail_class=MailClass.LETTER,
        cutoff=members.newest_id(work.conn),
        now=work.source.now,
    )
    work.sends = True


def tell_host(work: Work, effect: TellHost) -> None:
    """Write to the host's people, where the host has named a contact."""
    tools = work.tools
    queue_letter(
        work, QueueLetter(effect.name, tools.host_contact, tools.site.language, effect.values)
    )


def _make_code(work: Work, wanted: NewCode) -> PrintedCode:
    made = tokens.new_code(work.tools.random(tokens.CODE_BYTES))
    expires = work.source.now + timedelta(days=wanted.days)
    work.conn.execute(
        insert(codes).values(
            hash=made.hashed,
            group_id=work.group.id,
            action=wanted.action,
            address=wanted.address,
            payload=wanted.payload,
            reference=made.reference,
            created_at=work.source.now,
            expires_at=expires,
        )
    )
    reply_to = confirm_address(work.group.name, made.text, work.tools.site.domain)
    return PrintedCode(made.printed, made.reference, reply_to, expires)


def forward(work: Work, effect: ForwardMail) -> None:
    """Redirect to people: the mail as it is, from the null reverse-path so that nothing loops."""
    whole = rewrite.forwarded(work.source.raw, work.group.address)
    for recipient in effect.recipients:
        outbox.queue_letter(
            work.conn,
            group_id=work.group.id,
            message=whole,
            recipient=recipient,
            envelope_from="",
            now=work.source.now,
            smtputf8=work.source.smtputf8 or not recipient.isascii(),
        )
    work.sends = True
