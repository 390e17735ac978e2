"""Views through templates to bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from archive import render
from archive.viewtypes import Frame
from tests.archive.seeds import SITE

_AT = datetime(2026, 3, 3, 4, 5, 6, tzinfo=UTC)


def _overlay(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return folder


def _string(language: str, source: str, overlay: Path | None = None, **values: object) -> str:
    return render.environment(language, overlay).from_string(source).render(values)


def test_pages_are_escaped_and_texts_are_not(tmp_path: Path) -> None:
    _overlay(tmp_path, "site/a.html", "{{ view }}")
    _overlay(tmp_path, "site/a.txt", "{{ view }}")
    made = render.Renderer(tmp_path)
    assert made.page("a.html", "en", "<&>") == b"&lt;&amp;&gt;"
    assert made.page("a.txt", "en", "<&>") == b"<&>"


def test_the_operators_template_and_style_win(tmp_path: Path) -> None:
    _overlay(tmp_path, "site/moved.html", "gone to {{ view }}")
    _overlay(tmp_path, "site/style.css", "/* mine */")
    made = render.Renderer(tmp_path)
    assert made.page("moved.html", "en", "x") == b"gone to x"
    assert made.style() == b"/* mine */"
    assert b"color-scheme" in render.Renderer().style()


def test_the_operators_catalogue_wins(tmp_path: Path) -> None:
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    _overlay(tmp_path, "locale/fr.po", f'{head}msgid "Reply"\nmsgstr "Répliquer"\n')
    assert _string("fr", '{{ _("Reply") }}', tmp_path) == "Répliquer"
    assert _string("fr", '{{ _("Reply") }}') == "Répondre"


def test_fixed_words_are_folded_in_and_escaped() -> None:
    made = render.environment("fr")
    assert made.preprocess('{{ _("Outline") }}', "site/x.html") == "Plan"
    assert made.preprocess('{{ _("%(n)s kB", n=1) }}', "x.html") == '{{ _("%(n)s kB", n=1) }}'
    assert made.preprocess(
        '{{ _("Would you like to? Write to the host of this service:") }}', "a.html"
    ) == ("Cela vous tente ? Écrivez à l&#39;hébergeur de ce service :")


def test_words_with_plurals_and_names_are_escaped_once() -> None:
    assert _string("es", '{{ ngettext("%(num)s message", "%(num)s messages", 2) }}') == "2 mensajes"
    said = _string("en", '{{ _("in reply to %(name)s", name=name|bdi) }}', name="A<b>")
    assert said == "in reply to <bdi>A&lt;b&gt;</bdi>"


def test_an_undefined_name_is_a_mistake() -> None:
    with pytest.raises(UndefinedError):
        _string("en", "{{ nobody }}")


def test_dates_and_sizes_are_written_in_the_language() -> None:
    source = "{{ at|iso }} {{ at|day }} {{ at|clock }} {{ at|shortday }} {{ at|rfcdate }}"
    assert _string("en", source, at=_AT) == (
        "2026-03-03T04:05:06Z 3 March 2026 04:05 3 Mar Tue, 03 Mar 2026 04:05:06 +0000"
    )
    assert _string("fr", "{{ n|tidy }} {{ m|tidy }}", n=1.25, m=1234.5) == "1,2 1\u202f234"


def test_a_page_without_a_language_of_ours_is_english() -> None:
    assert _string("xx", '{{ _("Reply") }}') == "Reply"


def test_the_layout_serves_pages_of_the_live_service_too() -> None:
    frame = Frame(SITE, None, "_/search", "../", "en", rtl=False, title="Search")
    page = render.environment("en").get_template("site/layout.html").render(frame=frame)
    assert '<link rel="stylesheet" href="../static/style.css">' in page
    assert "<title>Search</title>" in page


def test_lone_surrogates_do_not_stop_a_page(tmp_path: Path) -> None:
    _overlay(tmp_path, "site/a.html", "{{ view }}")
    assert render.Renderer(tmp_path).page("a.html", "en", "a\udcffb") == b"a?b"
