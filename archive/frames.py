"""What all pages of one group share: its names, addresses and the frame around each page."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from archive import ids
from archive.i18n import direction
from archive.model import GroupInfo, Post, SiteInfo
from archive.viewtypes import Frame, GroupFrame


class Place:
    """A group on its host: makes the frames, URLs and links of its pages."""

    def __init__(self, site: SiteInfo, group: GroupInfo) -> None:
        self.site = site
        self.group = group
        self._frame = _group_frame(site, group)
        self._rtl = direction(group.language) == "rtl"

    def frame(
        self, path: str, title: str, *, robots: str = "", canonical: str = "", about: str = ""
    ) -> Frame:
        """Give the frame of the page at `path`."""
        return Frame(
            site=self.site,
            group=self._frame,
            path=path,
            root=ids.up(path),
            language=self.group.language,
            rtl=self._rtl,
            title=title or self.group.title,
            robots=robots,
            canonical=canonical,
            about=about,
        )

    def url(self, path: str) -> str:
        """Give the absolute URL of a path; '' for a throwaway archive without a host."""
        return ids.url(self.site.base_url, path) if self.site.base_url else ""

    def reply_link(self, post: Post) -> str:
        """Give the mailto: link that answers a post."""
        return ids.reply_link(
            self.group.name, post.key, self.site.domain, post.message_id, post.subject
        )


def _group_frame(site: SiteInfo, group: GroupInfo) -> GroupFrame:
    name, domain = group.name, site.domain
    return GroupFrame(
        name=name,
        title=group.title or name,
        home=ids.home_path(name),
        address=ids.group_address(name, domain),
        join_address=ids.command_address(name, "join", domain),
        leave_address=ids.command_address(name, "leave", domain),
        post=f"mailto:{ids.group_address(name, domain)}",
        join=f"mailto:{ids.command_address(name, 'join', domain)}",
        leave=f"mailto:{ids.command_address(name, 'leave', domain)}",
        help=f"mailto:{ids.command_address(name, 'help', domain)}",
        owner=f"mailto:{ids.command_address(name, 'owner', domain)}",
        closed_on=_closed_on(group),
    )


def _closed_on(group: GroupInfo) -> date | None:
    if group.closed_at is None:
        return None
    return group.closed_at.astimezone(ZoneInfo(group.timezone)).date()


def site_frame(site: SiteInfo, path: str, title: str) -> Frame:
    """Give the frame of a page of the host itself."""
    rtl = direction(site.language) == "rtl"
    return Frame(site, None, path, ids.up(path), site.language, rtl, title or site.name)
