"""What a group has changed in the text of its posts: remote images out, a footer below. Pure.

Off by default, and passed over where it would harm: mails that are signed (S/MIME, PGP), encrypted, reports or
unusual (`mimesplice`). A DKIM signature breaks by it: where the author's domain has such copies refused,
From becomes the alias (`authorship`); where nobody could be asked what it wants, a signed mail stays as it is.
"""

from __future__ import annotations

from dataclasses import replace

from archive import ids
from archive.model import ArchiveMode, SiteInfo
from dgroup.address import command_address
from dgroup.copies.footers import with_footer
from dgroup.copies.images import without_remote
from dgroup.copies.mimesplice import Piece, content, encoded, every, newline_of, put, take_apart
from dgroup.copies.rewrite import Rewritten
from dgroup.letters import LetterWriter
from dgroup.model import DmarcPolicy, Group
from dgroup.splice import Head, split

_FIXED = frozenset({"content-md5", "content-length"})
"""fields that tell of the body what would no longer be so"""


def adapted(
    raw: bytes, ordinary: Rewritten, group: Group, footer: str, policy: DmarcPolicy | None
) -> Rewritten:
    """Give the copy with its text changed as the group wants it; the same where it is not.

    `policy` is that of the author's domain; None: not known.
    """
    if (group.remote_images == "on" and not footer) or not may_change(raw, policy):
        return ordinary
    offset = ordinary.body_offset
    mail = raw if ordinary.body is None else raw[:offset] + ordinary.body
    new = changed(mail, images=group.remote_images == "on", footer=footer)
    return ordinary if new == mail else replace(ordinary, body=new[offset:])


def may_change(raw: bytes, policy: DmarcPolicy | None) -> bool:
    """Tell whether the text may change: a signature breaks only where From can follow (RULINGS 6)."""
    head = Head(tuple(split(raw)[0]))
    if any(head.has(name) for name in _FIXED):
        return False
    return policy is not None or not head.has("dkim-signature")


def changed(raw: bytes, *, images: bool, footer: str) -> bytes:
    """Give the whole mail, header as it came, with only the texts changed that have to be."""
    root = take_apart(raw)
    if root is not None and not images:
        raw = put(
            raw, [(one, new) for one in every(root) if (new := _no_images(raw, one)) is not None]
        )
        root = take_apart(raw)
    if root is not None and footer:
        raw = put(raw, with_footer(raw, root, footer))
    return raw


def _no_images(raw: bytes, piece: Piece) -> bytes | None:
    if piece.content_type != "text/html" or piece.attached or not piece.charset:
        return None
    data = content(raw, piece)
    if data is None or (new := without_remote(data)) == data:
        return None
    return encoded(new, piece, newline_of(raw))


def footer_of(group: Group, site: SiteInfo, letters: LetterWriter, language: str) -> str:
    """Give the words of a group's footer in a language, '' for none."""
    if group.footer != "on":
        return group.footer
    public = group.info.archive is ArchiveMode.PUBLIC
    return (
        letters.environment(language)
        .get_template("mail/_footer.txt.j2")
        .render(
            title=" ".join(group.info.title.split()),
            address=group.address,
            leave=command_address(group.name, "leave", site.domain),
            home=ids.url(site.base_url, ids.home_path(group.name)) if public else "",
        )
        .strip()
    )
