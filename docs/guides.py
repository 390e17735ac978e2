"""`make guides`: docs/member.*.md and docs/coordinator.*.md from the words that `help` sends by mail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from archive.i18n import languages
from archive.model import ArchiveMode, GroupInfo, SiteInfo
from dgroup import address
from dgroup.letters import LetterWriter, fill

DOMAIN = "lists.example.org"
SITE = SiteInfo("Lists", f"https://{DOMAIN}", DOMAIN, "en", True, True, 65536)
PARTS = ("member", "coordinator")


def guide(part: str, language: str) -> str:
    """Give one guide as Markdown."""
    info = GroupInfo(1, "water", "Water", "", language, "UTC", ArchiveMode.PUBLIC)
    template = LetterWriter(SITE).environment(language).get_template("mail/guide.md.j2")
    whole = template.render(
        part=part,
        group=info,
        site=SITE,
        address=address.group_address("water", DOMAIN),
        owner=address.owner_address("water", DOMAIN),
        request=address.command_address("water", "request", DOMAIN),
        home=f"https://{DOMAIN}/water/",
    )
    return fill(whole.strip()) + "\n"


def pages() -> Iterator[tuple[Path, str]]:
    """Give every guide and the file that it belongs to."""
    folder = Path(__file__).resolve().parent
    for part in PARTS:
        for language in languages():
            suffix = "" if language == "en" else f".{language}"
            yield folder / f"{part}{suffix}.md", guide(part, language)


if __name__ == "__main__":
    for path, text in pages():
        path.write_text(text, "utf-8")
