"""Remote images: every way that HTML has to load something, tricks included, judged by a browser's parser."""

from __future__ import annotations

import re

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.copies.adapting import changed
from dgroup.copies.images import without_remote
from tests.corpus import corpus_files


def loaded(data: bytes) -> set[str]:
    """What a parser as browsers have it finds to load from elsewhere."""
    found: set[str] = set()

    def look(_tag: str, attribute: str, value: str) -> str | None:
        for url in re.findall(r"url\(([^)]*)", value) if attribute == "style" else [value]:
            plain = "".join(url.split()).strip("'\"").lower()
            if plain and not plain.startswith(("cid:", "data:", "#")):
                found.add(plain)
        return value

    nh3.clean(
        data.decode("latin-1"),
        tags={"img", "table", "td", "body", "p", "div", "a", "input", "video"},
        attributes={"*": {"src", "srcset", "background", "poster", "style"}},
        attribute_filter=look,
        link_rel=None,
    )
    return found


@pytest.mark.parametrize(
    ("data", "want"),
    [
        (
            b'<img src=http://x/a.png alt="Map &amp; plan">',
            b'<a href="http://x/a.png">[Map &amp; plan]</a>',
        ),
        (b'<p>a<IMG SRC="https://t/x.gif" width=1 height="1">b</p>', b"<p>ab</p>"),
        (b'<img src="https://t/x" style="display:none">', b""),
        (b"<a href=x><img src='//c/l.jpg'></a>", b"<a href=x>[l.jpg]</a>"),
        (b'<img src=cid:1><img src="data:image/png;base64,x">', None),
        (b'<td background="http://x/y" width=5>', b"<td width=5>"),
        (
            b'<p style="color:red;background:url(http://t/p)">',
            b'<p style="color:red;background:none">',
        ),
        (b'<p style="background:\\75rl(http://x)">', b'<p style="">'),
        (b"<p style=\"font-family:'A B'\">", None),
        (
            b'<style>@import "http://q";p{background:url(x:1)}</style>',
            b"<style>p{background:none}</style>",
        ),
        (b"<style><!-- p{color:red} --></style>", None),
        (b'<link rel=stylesheet href="http://x/s.css">', b"<link rel=stylesheet>"),
        (b'<a href="http://x/">read</a>', None),
        (b'<img srcset="http://x 2x" src="cid:1">', b'<img src="cid:1">'),
        (b"<!-- <img src=http://x> --><p>", None),
        (
            b"<!--[if mso]><img src=http://x alt=L><![endif]-->",
            b'<!--[if mso]><a href="http://x">[L]</a><![endif]-->',
        ),
        (b"<meta http-equiv=refresh content='0; url=http://x'>", b"<meta http-equiv=refresh>"),
        (b'<meta http-equiv=Content-Type content="text/html; charset=utf-8">', None),
        (b'<v:imagedata src="cid:1" o:href="http://x">', b'<v:imagedata src="cid:1">'),
        (b'<svg><rect fill="url(http://x#a)"></svg>', b"<svg><rect></svg>"),
        (b'<svg><rect fill="url(#a)" stroke=red></svg>', None),
        (
            b'<svg><set attributeName=href to="http://x"></svg>',
            b"<svg><set attributeName=href></svg>",
        ),
        (b'<svg><script href="http://x"></script></svg>', b"<svg><script></script></svg>"),
        (b"\xe9 <img src=http://x alt=\xe9>", b'\xe9 <a href="http://x">[\xe9]</a>'),
    ],
)
def test_images_become_words_and_all_else_stays(data: bytes, want: bytes | None) -> None:
    assert without_remote(data) == (data if want is None else want)


TRICKS = (
    b"<p a=it's><img src=http://x>",
    b"<p a=' ><img src=http://x> '><img src=http://y>",
    b'<img src="ht\ntp://x/&#97;.png">',
    b"<img/src=http://x/a>",
    b"<img = src=http://x>",
    b"<img a=''= src=http://x>",
    b'<img "a" src=http://x>',
    b"<img\nsrc\n=\n'http://x'>",
    b"<img src=&#104;ttp://x>",
    b"<img src=/relative>",
    b"<title><!--</title><img src=http://x>-->",
    b"<textarea><!--</textarea><img src=http://x>-->",
    b"<!--> <img src=http://x> -->",
    b"<!-- --!> <img src=http://x>",
    b'<!-- <a title=" --> <img src=http://y> x=">',
    b'<a title="<!--"><img src=http://y>',
    b"<img src=cid:1 src=http://x><img src=http://z src=cid:1>",
    b"<img alt=<!-- src=http://x>",
    b"<svg><title><img src=http://x></title></svg>",
    b"<svg><style><img src=http://x></style></svg>",
    b"<noscript><img src=http://x></noscript>",
    b"<video poster=http://x></video>",
    b"<input type=image src=http://x>",
)


@pytest.mark.parametrize("data", TRICKS)
def test_tricks_load_nothing(data: bytes) -> None:
    assert loaded(without_remote(data)) == set()


PIECES = [
    *(
        "<",
        ">",
        "'",
        '"',
        "<!--",
        "-->",
        "--!>",
        "=",
        " ",
        "/",
        "a",
        "<p ",
        "</p>",
        "<title>",
        "</title>",
    ),
    *(
        "<img src=http://t/x>",
        "<img src='http://t/x'",
        "<style>",
        "</style>",
        "src=http://t/y",
        "<svg>",
    ),
    *(
        "<script>",
        "</script>",
        "<textarea>",
        "</textarea>",
        "\\",
        "style='background:url(http://t/z)'",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_nothing_is_loaded_however_the_page_is_put_together(page: str) -> None:
    assert loaded(without_remote(page.encode())) == set()


def test_words_of_real_mails_stay() -> None:
    paths = corpus_files("mime-torture", pattern="*.eml")
    for path in paths:
        raw = path.read_bytes()
        new = changed(raw, images=False, footer="")
        assert new == raw or len(new) < len(raw) * 2


def test_a_long_page_takes_time_in_proportion() -> None:
    for data in (
        b"<svg>" * 20_000,
        b"<style>" * 20_000,
        b"<title>" * 20_000,
        b"style=url(" * 20_000,
        b"<p a='" * 20_000,
        b"<img " * 20_000,
        b"<!--" * 20_000,
        b'<a b="c' * 20_000,
        b"< " * 50_000,
    ):
        assert isinstance(without_remote(data), bytes)
