"""Digests and summaries that wait in the outbox without a text are made again when they are sent: a post
that they told of was taken down."""

from __future__ import annotations

from sqlalchemy import Connection

from dgroup import groups, recipes
from dgroup.chores import digests, weekly
from dgroup.deliveries import OutboxMail
from dgroup.letters import LetterTools
from dgroup.model import MailClass


def again(tools: LetterTools, conn: Connection, outbox_mail_id: int) -> OutboxMail | None:
    """Give the mail as it is to be sent now; None where nothing is left of it."""
    found = recipes.find(conn, outbox_mail_id)
    group = groups.by_id(conn, found[0], tools.site.domain) if found is not None else None
    if found is None or group is None:
        return None
    _, recipe = found
    kind, whole = MailClass.DIGEST, None
    if recipe.digest is not None:
        whole = digests.again(conn, tools, group, recipe.digest)
    elif recipe.summary is not None:
        kind, whole = MailClass.SUMMARY, weekly.again(conn, tools, group, recipe.summary)
    if whole is None:
        return None
    return OutboxMail(outbox_mail_id, group.id, group.name, kind, whole, smtputf8=False)
