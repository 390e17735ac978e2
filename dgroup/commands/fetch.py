"""get, thread, last, search: posts by mail, for those whose line does not carry the web. Pure.

Level 1 (COMMANDS D4): the answer goes to the registered address only, at once where the sender's domain
vouches for the mail, else after a code.
"""

from __future__ import annotations

from dataclasses import replace

from archive import ids
from archive.model import ArchiveMode
from dgroup.commands.base import Command, Request, active, answer, found
from dgroup.commands.proof import Act, settle, spent
from dgroup.effects import Plan
from dgroup.found_posts import OnePost, SomePosts
from dgroup.model import Membership

TARGET_LENGTH = 100


def get(request: Request) -> Plan:
    """Send one post, whole."""
    return _read(request, _got)


def thread(request: Request) -> Plan:
    """Send what the people of a thread said, in reply order."""
    return _read(request, _thread)


def last(request: Request) -> Plan:
    """List the last posts."""
    return _read(request, _listed)


def search(request: Request) -> Plan:
    """List the posts in which words stand."""
    return _read(request, _listed)


def _read(request: Request, act: Act) -> Plan:
    """A stranger is shown the archive, where it is public; a member is answered, where there is one."""
    mode = request.facts.group.info.archive
    if mode is ArchiveMode.NONE:
        return answer(request, "archive-none", *spent(request))
    if not request.proved and not active(request.facts.member) and mode is ArchiveMode.PUBLIC:
        return answer(request, "archive-link")
    return settle(aimed(request), act, question="post-confirm", verb=request.reading.verb)


def aimed(request: Request) -> Request:
    """Name the post by its key, so that a code remembers it also where a reply pointed to it."""
    known, options = request.facts.found, request.reading.options
    key = ""
    if isinstance(known, OnePost) and known.post is not None:
        key = known.post.key
        options = replace(options, into=known.into_key or options.into)
    elif isinstance(known, SomePosts):
        key = known.key
    options = replace(options, target=key or options.target)
    return replace(request, reading=replace(request.reading, options=options))


def unknown(request: Request) -> Plan:
    """Say that there is no such post."""
    asked = request.reading.options.target[:TARGET_LENGTH]
    return answer(request, "post-unknown", *spent(request), asked=asked)


def _got(request: Request, member: Membership) -> Plan:
    one = found(request, OnePost)
    if one.post is None or one.passage is None or one.thread is None:
        return unknown(request)
    if one.removed:
        return answer(request, "post-removed", *spent(request), number=one.post.number)
    group = request.facts.group
    return answer(
        request,
        "post",
        *spent(request),
        number=one.post.number,
        subject=one.post.subject,
        post=(one.passage,),
        cut=one.cut,
        count=one.thread.count,
        reply=ids.reply_address(group.name, one.post.key, group.address.partition("@")[2]),
    )


def _thread(request: Request, member: Membership) -> Plan:
    some = found(request, SomePosts)
    if some.thread is None:
        return unknown(request)
    group = request.facts.group
    public = group.info.archive is ArchiveMode.PUBLIC
    return answer(
        request,
        "thread",
        *spent(request),
        subject=some.thread.subject,
        posts=some.posts,
        more=some.more,
        path=ids.thread_page(group.name, some.thread.path) if public else "",
    )


def _listed(request: Request, member: Membership) -> Plan:
    some, asked = found(request, SomePosts), request.reading
    return answer(
        request,
        "posts",
        *spent(request),
        verb=asked.verb,
        words=asked.options.words if asked.verb == "search" else "",
        count=len(some.posts),
        posts=some.posts,
    )


COMMANDS = (
    Command("get", get, get, needs="post"),
    Command("thread", thread, thread, needs="posts"),
    Command("last", last, last, needs="posts"),
    Command("search", search, search, needs="posts"),
)
