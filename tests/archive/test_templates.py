"""The rules for pages (WCAG 2.2 AA, phone, privacy, no script), on every page of a small archive."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from archive.publish import Publisher, Setting
from archive.render import environment
from archive.resources import tree
from archive.takedown import remove_post
from tests.archive.htmltree import Element, read_html
from tests.archive.seeds import NOW, SITE, add_raw, files_of, now, raw_mails, seed_group
from tests.archive.weeks import store_week
from tests.stores import new_store

_DATA = Path(__file__).resolve().parents[1] / "data"
_LANGUAGES = ("en", "fr", "es", "pt", "ar")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


@pytest.fixture(scope="module", params=_LANGUAGES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """All files of an archive with one removed post and a weekly summary, in one language."""
    folder = tmp_path_factory.mktemp("site")
    db = new_store(f"sqlite:///{folder / 'test.db'}")
    group = seed_group(db, language=request.param)
    added = add_raw(db, group, *raw_mails())
    store_week(db, group)
    with db.write() as conn:
        remove_post(db, conn, group, added[2].post.key, NOW)
    Publisher(db, Setting(SITE, folder / "public", _DATA)).verify([group], now)
    db.dispose()
    return files_of(folder / "public")


@pytest.fixture(scope="module")
def pages(site: dict[str, bytes]) -> dict[str, Element]:
    return {
        path: read_html(data.decode("utf-8"))
        for path, data in site.items()
        if path.endswith(".html")
    }


def test_every_kind_of_page_is_among_them(pages: dict[str, Element]) -> None:
    kinds = {re.sub(r"[a-z2-7]{16}", "KEY", path) for path in pages}
    assert {
        "index.html",
        "seeds/index.html",
        "seeds/2026/index.html",
        "seeds/2026/03/index.html",
        "seeds/2026/03/saving-bean-seed.html",
        "seeds/files/2026.html",
        "seeds/links/2026.html",
        "seeds/week/2026-W10.html",
    } <= kinds
    assert len([path for path in pages if "/m/" in path]) == 9


def test_a_page_names_its_language_direction_and_title(pages: dict[str, Element]) -> None:
    for path, page in pages.items():
        html = page.one("html")
        assert html.attributes["lang"]
        assert (html.attributes.get("dir") == "rtl") == (html.attributes["lang"] == "ar")
        assert page.one("title").text, path


def test_headings_begin_with_one_h1_and_never_jump(pages: dict[str, Element]) -> None:
    for path, page in pages.items():
        levels = [int(found.tag[1]) for found in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
        assert levels[0] == 1, path
        assert levels.count(1) == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert all(found.text for found in page.all("h1", "h2", "h3")), path


def test_a_skip_link_comes_first_and_leads_to_the_text(pages: dict[str, Element]) -> None:
    for page in pages.values():
        first = next(page.one("body").all("a"))
        assert first.attributes["href"] == "#text"
        assert page.one("main").attributes["id"] == "text"


def test_landmarks_are_named_and_names_differ(pages: dict[str, Element]) -> None:
    for path, page in pages.items():
        names = [found.attributes["aria-label"] for found in page.all("nav")]
        assert len(names) == len(set(names)), path
        assert all(names)


def test_help_and_contact_stand_in_the_same_place_on_every_page(pages: dict[str, Element]) -> None:
    feet = {
        tuple(link.attributes["href"] for link in page.one("footer").all("a"))
        for path, page in pages.items()
        if path.startswith("seeds/")
    }
    assert feet == {
        (
            "mailto:seeds-join@lists.example.org",
            "mailto:seeds-help@lists.example.org",
            "mailto:seeds-owner@lists.example.org",
        )
    }


def test_each_post_is_an_article_called_by_name_and_date(pages: dict[str, Element]) -> None:
    page = pages["seeds/2026/03/saving-bean-seed.html"]
    articles = list(page.all("article"))
    assert len(articles) == 5
    for article in articles:
        heading = article.one("h2")
        assert heading.attributes["id"] == article.attributes["aria-labelledby"]
        time = heading.one("time")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", time.attributes["datetime"])
        assert "2026" in time.text


def test_ids_are_unique_and_labels_lead_to_fields(pages: dict[str, Element]) -> None:
    for path, page in pages.items():
        names = [found.attributes["id"] for found in page.all() if "id" in found.attributes]
        assert len(names) == len(set(names)), path
        for label in page.all("label"):
            assert label.attributes["for"] in names


def test_links_with_the_same_name_lead_to_the_same_place(pages: dict[str, Element]) -> None:
    for path, page in pages.items():
        seen: dict[str, str] = {}
        for link in page.all("a"):
            assert link.name, f"{path}: {link.attributes}"
            target = link.attributes["href"]
            if link.name in {"Reply", "Link", "Responder", "Répondre"}:
                pytest.fail(f"{path}: {link.name} says too little")
            known = seen.setdefault(f"{link.name}", target)
            assert known == target, f"{path}: {link.name}"


def test_tables_have_headers(pages: dict[str, Element]) -> None:
    tables = [table for page in pages.values() for table in page.all("table")]
    assert tables
    for table in tables:
        for row in table.all("tr"):
            scopes = [cell.attributes.get("scope") for cell in row.all("th")]
            assert scopes in (["col", "col"], ["row"])


def test_there_is_no_script_image_frame_or_style_attribute(pages: dict[str, Element]) -> None:
    for path, page in pages.items():
        tags = {found.tag for found in page.all()}
        assert not tags & {"script", "img", "iframe", "object", "embed", "style", "svg", "base"}
        for found in page.all():
            wrong = {name for name in found.attributes if name.startswith("on") or name == "style"}
            assert not wrong, path


def test_the_policy_forbids_scripts_and_foreign_content(pages: dict[str, Element]) -> None:
    for page in pages.values():
        policies = [
            found.attributes["content"]
            for found in page.all("meta")
            if found.attributes.get("http-equiv") == "Content-Security-Policy"
        ]
        assert len(policies) == 1
        assert policies[0].startswith("default-src 'none'; ")
        assert "script" not in policies[0]
        assert "unsafe" not in policies[0]


def _loaded(page: Element) -> Iterator[str]:
    for found in page.all("link"):
        if found.attributes["rel"] in {"stylesheet", "icon"}:
            yield found.attributes["href"]


def test_a_page_loads_the_style_sheet_and_nothing_else(pages: dict[str, Element]) -> None:
    for path, page in pages.items():
        style, icon = _loaded(page)
        assert icon == "data:,"
        assert posixpath.normpath(posixpath.join(posixpath.dirname(path), style)) == (
            "static/style.css"
        )


def test_every_relative_link_leads_to_a_file_and_a_place_in_it(
    site: dict[str, bytes], pages: dict[str, Element]
) -> None:
    for path, page in pages.items():
        for link in page.all("a", "link"):
            href = link.attributes["href"]
            if re.match(r"[a-z]+:", href):
                continue
            target, _, place = href.partition("#")
            full = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(target)))
            full = path if not target else full
            assert full in site, f"{path}: {href}"
            if place:
                names = {found.attributes.get("id") for found in pages[full].all()}
                assert place in names, f"{path}: {href}"


def test_foreign_links_give_nothing_away(pages: dict[str, Element]) -> None:
    found = [
        link
        for page in pages.values()
        for link in page.all("a")
        if link.attributes["href"].startswith("http")
    ]
    assert found
    for link in found:
        assert link.attributes["rel"] == "noopener nofollow ugc"


def test_no_address_of_a_person_stands_anywhere(site: dict[str, bytes]) -> None:
    for path, data in site.items():
        if path.endswith((".html", ".txt", ".atom", ".json", ".xml")):
            found = set(_ADDRESS.findall(data.decode("utf-8")))
            foreign = {one for one in found if not one.endswith("@lists.example.org")}
            assert not foreign, path


def test_names_subjects_and_bodies_keep_their_own_direction(pages: dict[str, Element]) -> None:
    for page in pages.values():
        for article in page.all("article"):
            for body in article.all("div"):
                if body.attributes.get("class") == "b":
                    assert body.attributes["dir"] == "auto"
    month = pages["seeds/2026/03/index.html"]
    assert all(
        link.attributes["dir"] == "auto"
        for item in month.one("main").all("li")
        for link in list(item.all("a"))[:1]
        if link.attributes["href"].endswith(".html") and "saving" in link.attributes["href"]
    )


def test_a_mail_names_its_language_where_it_is_not_the_pages(pages: dict[str, Element]) -> None:
    page = pages["seeds/2026/03/saving-bean-seed.html"]
    spoken = {
        body.attributes.get("lang", "")
        for body in page.all("div")
        if body.attributes.get("class") == "b"
    }
    assert spoken == {"", "es"} - {page.one("html").attributes["lang"]} | {""}


def test_a_removed_post_shows_neither_name_nor_subject(site: dict[str, bytes]) -> None:
    thread = site["seeds/2026/03/saving-bean-seed.html"].decode()
    assert "calebasse" not in thread
    assert "Awa" not in thread
    tombs = [
        data.decode()
        for path, data in site.items()
        if "/m/" in path and path.endswith(".html") and b'content="noindex"' in data
    ]
    assert len(tombs) == 1
    assert "Awa" not in tombs[0]
    assert "bean seed</h1>" not in tombs[0]
    assert not [path for path, data in site.items() if b"Awa" in data]


# --- The style sheet --------------------------------------------------------------------------


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_have_contrast_in_both_schemes() -> None:
    style = (tree("archive", "templates") / "site/style.css").read_text()
    schemes = [
        dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", rule))
        for rule in re.findall(r":root \{([^}]*)\}", style)
    ]
    assert len(schemes) == 2
    for colours in schemes:
        for front in ("ink", "soft", "link"):
            for back in ("paper", "tint"):
                assert _contrast(colours[front], colours[back]) >= 4.5, (front, back)
        assert _contrast(colours["soft"], colours["paper"]) >= 3  # borders of fields


def test_the_style_sheet_asks_nobody_for_anything() -> None:
    style = (tree("archive", "templates") / "site/style.css").read_text()
    assert "url(" not in style
    assert "@import" not in style
    assert "@media print" in style
    assert "prefers-color-scheme: dark" in style
    assert "min-height: 24px" in style  # targets, WCAG 2.5.8
    assert "sticky" not in style
    assert "fixed" not in style


@pytest.mark.parametrize("language", ["en", "fr", "es", "pt"])
def test_all_templates_compile(language: str) -> None:
    made = environment(language)
    for name in made.list_templates(filter_func=lambda name: name.startswith(("site/", "web/"))):
        if not name.endswith(".css"):
            made.get_template(name)
