"""The effect that passes a private mail on to an author: unchanged but for trace and marks, or with the
writer's own alias in From where the writer's domain would have it refused."""

from __future__ import annotations

from dataclasses import replace

from dgroup import outbox, tokens
from dgroup.address import bounce_address
from dgroup.copies import authorship, rewrite
from dgroup.copies.rewrite import RewriteContext, Rewritten
from dgroup.effects import RelayMail
from dgroup.splice import Head, crlf
from dgroup.work import Work


def _loop_mark(head: Head, context: RewriteContext) -> Head:
    """Mark it, so that it never passes the same alias twice."""
    return head.on_top("X-Loop", context.group.address)


STEPS: tuple[rewrite.Step, ...] = (
    rewrite.drop_junk,
    rewrite.drop_trace,
    rewrite.drop_private,
    rewrite.drop_own_results,
    rewrite.message_id,
    rewrite.date,
    _loop_mark,
    rewrite.received,
    rewrite.fold_long,
)
"""no list's fields: it is a mail between two people. Requests for receipts go, which would tell the
writer the author's address"""


def relay(work: Work, effect: RelayMail) -> None:
    """Queue the mail to the author's present address. Its reverse-path is the author's own one of
    ours, or none: reports never go to the writer, who would learn the address from them."""
    aliases, source = work.tools.aliases, work.source
    assert aliases is not None  # without them no alias can be read
    name = work.group.name
    copy = _copy(work, aliases.of_member(name, effect.writer.id))
    back = ""
    if effect.author is not None:
        token = tokens.make("bounce", effect.author, aliases.keyring)
        back = bounce_address(name, token, aliases.domain)
    outbox.queue_letter(
        work.conn,
        group_id=work.group.id,
        message=crlf(copy.whole(source.raw)),
        recipient=effect.to,
        envelope_from=back,
        now=source.now,
        smtputf8=copy.smtputf8 or not effect.to.isascii(),
    )
    work.sends = True


def _copy(work: Work, writers_alias: str) -> Rewritten:
    source, tools = work.source, work.tools
    context = RewriteContext(
        group=replace(work.group, address=source.recipient),
        site=tools.site,
        key="",
        message_id=source.message.message_id,
        announce=False,
        received_at=source.received_at,
        envelope_id=source.envelope_id,
        smtputf8=source.smtputf8,
        authserv_ids=tools.authserv_ids,
    )
    copy = rewrite.rewrite(source.raw, context, STEPS)
    if not authorship.must_speak(source.protection, source.raw, copy):
        return copy
    writer = authorship.author_of(source.message)
    who = authorship.spokesman(writer, work.group, writers_alias, tools.letters)
    return authorship.speak(copy, source.raw, source.message, who)
