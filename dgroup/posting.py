"""Effects on posts: store the mail, place it, queue its copies to the group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from archive import store
from dgroup import outbox
from dgroup.copies import adapting, authorship, rewrite
from dgroup.copies.attachlinks import linked_copy
from dgroup.copies.light import MakeLink, light_copy, no_link
from dgroup.effects import QueueCopies, StorePost
from dgroup.filelinks import Links
from dgroup.model import WhoPosts
from dgroup.people import members
from dgroup.people.members import Audience
from dgroup.work import Work


def store_post(work: Work, effect: StorePost) -> None:
    """Store the mail and its post, placed in its thread; its pages become dirty."""
    added = store.add_post(
        work.tools.db, work.conn, work.group.info, _new_post(work, effect), now=work.source.now
    )
    work.post_id, work.key, work.dirty = added.post.id, added.post.key, True


def post_many(posts: Sequence[tuple[Work, StorePost, QueueCopies]]) -> None:
    """Store and queue ordinary posts to one group together: statements for each are saved.

    Their outcome is that of `store_post` and `queue_copies` one after the other.
    """
    first = posts[0][0]
    conn, db, group = first.conn, first.tools.db, first.group
    raws = [
        store.RawMail(
            one.raw, one.message.digest, one.mail_from, one.received_at, one.content.packed
        )
        for one in (work.source for work, _, _ in posts)
    ]
    for (work, _, _), mail_id in zip(posts, store.store_mails(db, conn, raws), strict=True):
        work.mail_id = mail_id
    new = [_new_post(work, effect) for work, effect, _ in posts]
    now = max(work.source.now for work, _, _ in posts)
    for (work, _, _), added in zip(
        posts, store.add_posts(db, conn, group.info, new, now=now), strict=True
    ):
        work.post_id, work.key, work.dirty = added.post.id, added.post.key, True
    audience = members.audience(conn, group.id)
    copies = [_copies(work, effect, audience) for work, _, effect in posts]
    outbox.queue_many(db, conn, copies, audience.cutoff)


SPOKEN_SIZE = 256 * 1024
"""bytes; a larger text has words of ours in the group's language only, so that it is stored once"""


@dataclass(frozen=True, slots=True)
class _Said:
    """A post's copies with our words in one language."""

    ordinary: rewrite.Rewritten
    """From as it came"""
    light: bytes


def _copies(work: Work, effect: QueueCopies, audience: Audience) -> outbox.Copies:
    assert work.post_id is not None  # it was stored just before
    work.sends = True
    context = _context(work, effect, light=audience.light)
    plain = rewrite.rewrite(work.source.raw, context)
    said = _said(work, plain, context, work.group.info.language, light=audience.light)
    rewritten, kept = _with_from(work, said.ordinary, context)
    return outbox.Copies(
        group_id=work.group.id,
        post_id=work.post_id,
        mail_id=work.stored_mail(),
        rewritten=rewritten,
        message_id=work.source.message.message_id,
        author_membership=effect.author_membership,
        now=work.source.now,
        light=said.light,
        kept=kept,
        spoken=_spoken(work, plain, context, said, audience.cutoff),
    )


def _spoken(
    work: Work,
    plain: rewrite.Rewritten,
    context: rewrite.RewriteContext,
    said: _Said,
    cutoff: int,
) -> tuple[outbox.Spoken, ...]:
    """Give the copies for readers of other languages where there are words of ours; most posts have
    none, and then nobody is asked what members speak."""
    if said.ordinary.body is None and not said.light:
        return ()
    found = []
    text = len(said.ordinary.body or b"") <= SPOKEN_SIZE
    for language in work.tools.spoken.besides(work.conn, work.group, cutoff, work.source.now):
        other = _said(work, plain, context, language, light=bool(said.light), text=text)
        rewritten, kept = None, None
        if text and other.ordinary.body != said.ordinary.body:
            rewritten, kept = _with_from(work, other.ordinary, context)
        light = other.light if other.light != said.light else b""
        if rewritten is not None or light:
            found.append(outbox.Spoken(language, rewritten, light, kept))
    return tuple(found)


def _said(
    work: Work,
    plain: rewrite.Rewritten,
    context: rewrite.RewriteContext,
    language: str,
    *,
    light: bool,
    text: bool = True,
) -> _Said:
    """Change the text where the group says so, and make the light copy."""
    group, tools, source = work.group, work.tools, work.source
    footer = ""
    if group.footer:
        footer = adapting.footer_of(group, tools.site, tools.letters, language)
    ordinary, link = plain, _link(work)
    if group.links_above and text:
        args = source.content, source.raw, plain, context, tools.letters, language
        ordinary = linked_copy(*args, link)
    if text and (footer or group.remote_images != "on"):
        policy = source.protection.policy
        ordinary = adapting.adapted(source.raw, ordinary, group, footer, policy)
    made = b""
    if light:
        given = source.content, ordinary, context, tools.letters, language
        made = light_copy(*given, link, footer)
    return _Said(ordinary, made)


def _with_from(
    work: Work, ordinary: rewrite.Rewritten, context: rewrite.RewriteContext
) -> tuple[rewrite.Rewritten, outbox.Kept | None]:
    """Give the copy for everybody and, where From must be ours on it, the one for those who take the
    author's own."""
    source, tools, group = work.source, work.tools, work.group
    if not authorship.must_speak(source.protection, source.raw, ordinary):
        return ordinary, None
    author = authorship.author_of(source.message, context.registered)
    who = authorship.spokesman(author, group, context.alias or group.address, tools.letters)
    answers = group.address if group.reply_to_group else ""
    ours = authorship.speak(ordinary, source.raw, source.message, replace(who, answers=answers))
    domains = tools.aliases.keep_from_for if tools.aliases is not None else ()
    return ours, outbox.Kept(ordinary, domains) if domains else None


def _link(work: Work) -> MakeLink:
    """How files of the post just stored are linked to where only members may read them."""
    keyring, post_id = work.tools.keyring, work.post_id
    if keyring is None or post_id is None:
        return no_link
    return partial(Links(keyring, work.tools.site.base_url, work.source.now).url, post_id)


def _new_post(work: Work, effect: StorePost) -> store.NewPost:
    source = work.source
    return store.NewPost(
        message=source.message,
        mail_id=work.stored_mail(),
        received_at=source.received_at,
        imposter=effect.imposter,
        parent_key=effect.parent_key,
        own=source.content.own,
        layout=source.content.layout,
        links=source.content.links,
        addresses=(work.group.address,),
        # What came through another list was let through by a person: there From may be that list's.
        by_from=all(name != "list-id" for name, _ in source.message.list_headers),
        registered=effect.registered,
    )


def queue_copies(work: Work, effect: QueueCopies) -> None:
    """Queue the post just stored to the group: one fan-out row with a membership cut-off."""
    audience = members.audience(work.conn, work.group.id)
    outbox.queue_copies(work.conn, _copies(work, effect, audience), audience.cutoff)


def _alias(work: Work, effect: QueueCopies) -> str:
    """Give what stands for the author: of a member always the same, of others one for each post."""
    aliases, group = work.tools.aliases, work.group
    if aliases is None:
        return ""
    if effect.alias_of is not None:
        return aliases.of_member(group.name, effect.alias_of)
    return aliases.of_post(group.name, work.post_id) if work.post_id is not None else ""


def _context(work: Work, effect: QueueCopies, *, light: bool) -> rewrite.RewriteContext:
    """Say what the header steps of the members' copies need to know."""
    group, tools, source = work.group, work.tools, work.source
    alias = _alias(work, effect) if light or source.protection.protected else ""
    return rewrite.RewriteContext(
        group=group,
        site=tools.site,
        key=work.key,
        message_id=source.message.message_id,
        announce=group.who_posts is WhoPosts.ANNOUNCE,
        received_at=source.received_at,
        envelope_id=source.envelope_id,
        parent_id=effect.parent_id,
        smtputf8=source.smtputf8,
        authserv_ids=tools.authserv_ids,
        results=f"{tools.seals_as}; {source.results}" if tools.seals_as and source.results else "",
        alias=alias,
        registered=effect.registered,
    )
