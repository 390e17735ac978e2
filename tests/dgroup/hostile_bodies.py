"""Bodies that mean ill or are broken, with the fields that describe them: BODIES."""

from __future__ import annotations

import random

from tests.dgroup.hostile_text import CHARSETS, Make, noise, words


def _plain(dice: random.Random) -> bytes:
    charset = dice.choice(CHARSETS).encode()
    coding = dice.choice(
        (b"7bit", b"8bit", b"base64", b"quoted-printable", b"uuencode", b"8bits", b"\xff")
    )
    fields = b'Content-Type: text/plain; charset="%s"\r\nContent-Transfer-Encoding: %s' % (
        charset,
        coding,
    )
    return (
        fields
        + b"\r\n\r\n"
        + dice.choice((words(dice, 50), noise(dice, 2000), b"=", b"=\r\n", b"===="))
    )


def _one_line(dice: random.Random) -> bytes:
    return b"\r\n" + b"x" * dice.choice((999, 70_000, 300_000))


def _short_lines(dice: random.Random) -> bytes:
    return b"\r\n" + dice.choice((b"\r\n", b">\r\n", b"> > >a\r\n", b"-- \r\n")) * 10_000


def _dots(dice: random.Random) -> bytes:
    return b"\r\n.\r\n..\r\n...\r\n.x\r\n" + words(dice, 9)


def _bare_ends(dice: random.Random) -> bytes:
    ends = (b"\r", b"\n", b"\n\n", b"\r\r", b"\n\r", b"\r\n", b"\r\n.", b"\n.x", b"\0\n")
    return b"\r\n" + b"".join(words(dice, 2) + dice.choice(ends) for _ in range(60))


def _smuggled(dice: random.Random) -> bytes:
    dot = dice.choice((b"\n.\n", b"\n.\r\n", b"\r.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r"))
    return (
        b"\r\nfirst" + dot + b"MAIL FROM:<evil@far.test>\r\nRCPT TO:<open@lists.test>\r\nDATA\r\n"
    )


def _deep_parts(dice: random.Random) -> bytes:
    depth = dice.choice((30, 150, 1000))
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    )
    return opened + b"\r\nthe end"


def _deep_mails(dice: random.Random) -> bytes:
    return (
        b"Content-Type: message/rfc822\r\n\r\n" * dice.choice((5, 200, 1500))
        + b"Subject: x\r\n\r\nx"
    )


def _many_parts(dice: random.Random) -> bytes:
    part = b"--b\r\nContent-Disposition: attachment; filename=x\r\n\r\nx\r\n"
    return b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 1000


def _boundary_odd(dice: random.Random) -> bytes:
    odd = (
        b"",
        b'""',
        b'"',
        b"b; boundary=c",
        b'"' + b"b" * 3000 + b'"',
        b"\xff",
        b'"b "',
        b"=?utf-8?q?b?=",
    )
    mark = dice.choice((b"b", b"", b"b " * 3, b"c"))
    parts = b"--" + mark + b"\r\n\r\nx\r\n--" + mark + b"--"
    return (
        b"Content-Type: multipart/alternative; boundary="
        + dice.choice(odd)
        + b"\r\n\r\n"
        + parts * 3
    )


def _file_names(dice: random.Random) -> bytes:
    names = (
        b"../../../etc/passwd", b"x" * 3000 + b".pdf", b"a\x00b.exe", b"con.txt", b".htaccess", b"a/b\\c",
        "\u202egpj.exe".encode(), b"<script>.html", b"=?utf-8?b?Li4vLi4v?=", b"", b"..", b"a\r\n b.txt",
    )  # fmt: skip
    kinds = (
        b"text/html",
        b"image/svg+xml",
        b"application/pdf",
        b"x/y",
        b"/",
        b"text",
        b"message/partial",
    )
    fields = b"Content-Type: %s; name*0*=utf-8''%%zz; name*2=\"%s\"\r\n" % (
        dice.choice(kinds),
        dice.choice(names),
    )
    fields += b'Content-Disposition: attachment; filename="%s"\r\n\r\n' % dice.choice(names)
    return (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + fields + b"<b>x</b>\r\n--b--"
    )


def _html(dice: random.Random) -> bytes:
    bombs = (
        b"<div>" * 5000, b"<table><tr><td>" * 1000, b"<!--" * 5000, b"<a href='javascript:alert(1)'>x</a>",
        b"<script>alert(1)</script>" * 99, b"<img src=x onerror=alert(1)>", b"<![CDATA[<" * 999, b"&" * 30_000,
        b"<p " + b"a=b " * 9000 + b">", b"<svg><style><!--</style><img src=x onerror=y>", b"<" * 30_000,
        b"<blockquote>" * 3000 + b"x", b"<base href=//far.test>", noise(dice, 5000), b"&#x110000;&#0;&#xd800;",
    )  # fmt: skip
    return b"Content-Type: text/html; charset=utf-8\r\n\r\n<html><body>" + dice.choice(bombs)


def _base64_odd(dice: random.Random) -> bytes:
    odd = (b"A", b"AAA", b"A=A=A=", b"====", noise(dice, 500), b"QUJD" * 9000 + b"?")
    return b"Content-Transfer-Encoding: base64\r\n\r\n" + dice.choice(odd)


def _signed_nonsense(dice: random.Random) -> bytes:
    return (
        b'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=b\r\n\r\n'
        b"--b\r\n\r\nx\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\n" + noise(dice, 300)
    )


def _report(dice: random.Random) -> bytes:
    return (
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\n" + b"Final-Recipient: rfc822;\xff\r\n" * 500
    )


def _nothing(dice: random.Random) -> bytes:
    return dice.choice((b"", b"\r\n", b"\0", b"\r\n\0" * 3))


BODIES: tuple[Make, ...] = (
    _plain,
    _one_line,
    _short_lines,
    _dots,
    _bare_ends,
    _smuggled,
    _deep_parts,
    _deep_mails,
    _many_parts,
    _boundary_odd,
    _file_names,
    _html,
    _base64_odd,
    _signed_nonsense,
    _report,
    _nothing,
)
