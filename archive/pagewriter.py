"""Writes the files of pages and counts them; knows nothing of the queue of dirty pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from archive import ids
from archive.frames import Place
from archive.model import PageKey, PageKind, SiteInfo
from archive.outputs import attachments, outputs, wanted_files
from archive.postviews import ShownCache
from archive.publicdir import PathSet, PublicDir, Tally
from archive.render import Renderer
from archive.views import View, closed_view, views_of
from archive.viewtypes import MessageView, RemovedView, TextView


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and how pages are written; plain values, so that other processes can be told."""

    site: SiteInfo
    public_dir: Path
    overlay: Path | None = None
    compress: bool = True


@dataclass(slots=True)
class PageWriter:
    """Turns views into files of one public tree."""

    setting: Setting
    folder: PublicDir
    renderer: Renderer
    cache: ShownCache
    tally: Tally = field(default_factory=Tally)
    seen: PathSet | None = None
    """paths that belong to the tree, gathered for a sweep"""

    @classmethod
    def of(cls, setting: Setting, kept: int = 8_000_000) -> PageWriter:
        """Make a writer with an empty memory for `kept` characters of bodies' HTML."""
        folder = PublicDir(setting.public_dir, compress=setting.compress)
        return cls(setting, folder, Renderer(setting.overlay), ShownCache(kept))

    def write(self, conn: Connection, place: Place, view: View) -> None:
        """Write what one view becomes, with the attachments of a message."""
        for output in outputs(self.renderer, self.setting.site, view):
            self._put(output.path, output.data)
        if isinstance(view, MessageView) and view.post.files:
            self._write_attachments(conn, place, view)
        if isinstance(view, RemovedView):
            self._forget_attachments(view.frame.path)

    def _put(self, path: str, data: bytes) -> None:
        self.folder.put(path, data, self.tally)
        self._saw(path)

    def _saw(self, path: str) -> None:
        if self.seen is not None:
            self.seen.add(path)

    def _write_attachments(self, conn: Connection, place: Place, view: MessageView) -> None:
        wanted = wanted_files(view)
        for file in wanted:
            self._saw(file.path)
        if all(self.folder.has(file.path, file.size) for file in wanted):
            self.tally.unchanged += len(wanted)
            return
        for output in attachments(conn, place, view.post.key):
            self._put(output.path, output.data)

    def _forget_attachments(self, page: str) -> None:
        place, _, name = page.rpartition("/")
        self.folder.remove_like(place, f"{name.removesuffix('.html')}-", self.tally)


_LISTS = {
    PageKind.MONTH: ids.month_path,
    PageKind.FILES: ids.files_path,
    PageKind.LINKS: ids.links_path,
}


def write_page(writer: PageWriter, conn: Connection, place: Place, key: PageKey) -> None:
    """Write all files of one page; take away those of further pages that a list had before."""
    count = 0
    for view in views_of(conn, place, key, writer.cache):
        writer.write(conn, place, view)
        count += not isinstance(view, TextView)
    path_of_page = _LISTS.get(key.kind)
    if path_of_page:
        writer.folder.remove(path_of_page(place.group.name, key.ref, count + 1), writer.tally)


def close(writer: PageWriter, conn: Connection, place: Place) -> None:
    """Take the tree of a group away whose archive is not public; one explaining page is left."""
    kept = PathSet()
    kept.add(ids.home_path(place.group.name))
    writer.folder.sweep(place.group.name, kept, writer.tally)
    writer.write(conn, place, closed_view(place))
