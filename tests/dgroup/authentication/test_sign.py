"""Our signatures: what they cover, and that both the library and we find them to hold."""

from __future__ import annotations

from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from dgroup.authentication import dkimkeys
from dgroup.authentication.sign import Key, Signable, Signing
from dgroup.authentication.signature import Signature
from dgroup.model import Delivery, MailClass
from dgroup.sending.stock import Copies, claim
from dgroup.tokens import Keyring
from tests.dgroup.office import DOMAIN, NOW, RAW, SITE, Office
from tests.dgroup.oracle import covered, holding
from tests.dgroup.zones import NOON, key_at, mail, signed

RING = Keyring(((1, b"a secret for tests of 32 bytes !!"),))
PERSONAL = (
    b"List-Unsubscribe: <https://lists.example/_/leave/x>,\r\n <mailto:water+leave-x@lists.example>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
)


@cache
def signing() -> Signing:
    """Both kinds of keys."""
    keys = (
        Key("k2048", rsa.generate_private_key(65537, 2048)),
        Key("ked", ed25519.Ed25519PrivateKey.generate()),
    )
    return Signing(DOMAIN, keys)


@cache
def zone() -> dict[str, str]:
    """What we publish, and the key of an author."""
    ours = {
        f"{key.selector}._domainkey.{DOMAIN}": dkimkeys.record(key.private)
        for key in signing().keys
    }
    return ours | {name: records[0] for (name, _), records in key_at("ngo.example").items()}


def whole(raw: bytes = RAW, personal: bytes = PERSONAL) -> bytes:
    return Signable(raw, signing()).signature(personal, NOON) + personal + raw


def everything(office: Office) -> list[tuple[bool, bytes]]:
    """All that waits in the outbox as the smarthost gets it, and whether it is a member's own copy."""
    with office.db.write() as conn:
        items = claim(office.db, conn, "n1", NOW, 1000, 0).items
    copies = Copies(office.db, RING, SITE, Signature(signing(), DOMAIN, lambda: NOON))
    made = copies.copies(copies.load(items).stock)
    return [
        (
            item.membership_id is not None,
            copy.personal + copy.body.data.removeprefix(b".").replace(b"\r\n.", b"\r\n"),
        )
        for item, copy in made
    ]


def test_copies_letters_digests_and_summaries_are_all_signed(office: Office) -> None:
    office.join("ana", "ben")
    office.join("daily", delivery=Delivery.DAILY)
    office.post()
    office.letter("eve@elsewhere.example", f"From: water@{DOMAIN}\r\n\r\nhello\r\n")
    office.letter_to_group(MailClass.SUMMARY)
    office.letter_to_group(MailClass.DIGEST, only=Delivery.DAILY)
    office.letter_to_group(MailClass.LETTER)
    sent = everything(office)
    assert len(sent) == 2 + 1 + 3 + 1 + 3
    for is_personal, raw in sent:
        assert holding(raw, zone()) == [DOMAIN, DOMAIN]
        names = covered(raw, DOMAIN)
        assert (names.count("list-unsubscribe") == 2) is is_personal
        assert (names.count("list-unsubscribe-post") == 2) is is_personal


@pytest.mark.parametrize("light", [b"", b"Subject: light\r\nFrom: a@b.example\r\n\r\nlight\n"])
def test_each_copy_is_signed_over_its_own_lines(office: Office, light: bytes) -> None:
    office.join("ana", "ben", light=bool(light))
    office.post(light=light)
    (_, first), (_, second) = everything(office)
    assert first != second
    assert holding(first, zone()) == holding(second, zone()) == [DOMAIN, DOMAIN]
    mine, theirs = [
        raw[raw.index(b"List-Unsubscribe:") :].split(b"\r\n")[0] for raw in (first, second)
    ]
    assert holding(first.replace(mine, theirs), zone()) == []


def test_a_shared_copy_is_signed_once_over_its_line_to_leave(office: Office) -> None:
    office.join("ana", "ben")
    office.post()
    with office.db.write() as conn:
        items = claim(office.db, conn, "n1", NOW, 1000, 0).items
    copies = Copies(office.db, RING, SITE, Signature(signing(), DOMAIN, lambda: NOON))
    item, loaded = copies.load(items).stock[0]
    for verp in (True, False):
        copy = copies.shared(item, loaded, verp=verp)
        raw = copy.personal + copy.body.data.replace(b"\r\n.", b"\r\n")
        assert holding(raw, zone()) == [DOMAIN, DOMAIN]
        assert covered(raw, DOMAIN).count("list-unsubscribe") == 2
        assert b"One-Click" not in raw


def test_the_authors_signature_stays_and_holds(office: Office) -> None:
    office.join("ana")
    office.post(signed(mail()))
    ((_, raw),) = everything(office)
    assert holding(raw, zone()) == [DOMAIN, DOMAIN, "ngo.example"]


def test_no_second_field_can_be_put_on_top() -> None:
    raw = whole(RAW.replace(b"\r\n\r\n", b"\r\nList-Id: <w.lists.example>\r\n\r\n", 1))
    assert holding(raw, zone()) == [DOMAIN, DOMAIN]
    for name in ("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe"):
        assert holding(f"{name}: <evil@evil.example>\r\n".encode() + raw, zone()) == [], name
    assert holding(b"Received: by smarthost\r\n" + raw, zone()) == [DOMAIN, DOMAIN]


def test_text_below_is_not_covered_up() -> None:
    assert b"l=" not in whole().partition(b"h=")[0]
    assert holding(whole() + b"And buy my pills.\r\n", zone()) == []


def test_what_a_mail_lacks_cannot_be_added() -> None:
    bare = b"From: a@b.example\r\n\r\nx\r\n"
    assert holding(whole(bare), zone()) == [DOMAIN, DOMAIN]
    for name in ("Subject", "Reply-To", "Cc", "Content-Type", "Content-Transfer-Encoding"):
        assert holding(f"{name}: pills\r\n".encode() + whole(bare), zone()) == [], name


def test_lines_to_leave_that_stand_in_the_mail_already() -> None:
    nested = b"List-Unsubscribe: <mailto:other@list.example>\r\n" + RAW
    for personal in (PERSONAL, b""):
        assert holding(whole(nested, personal), zone()) == [DOMAIN, DOMAIN]


@given(
    st.lists(
        st.sampled_from(["from", "to", "Subject", "list-ID", "X-A", "cc", "List-Unsubscribe"])
    ),
    st.text(st.sampled_from("ab \t:<\u00e9"), max_size=20),
    st.text(st.sampled_from("ab \t\r\n."), max_size=40),
)
def test_any_mail_holds(names: list[str], value: str, body: str) -> None:
    """The line ends that SMTP has, that is: others never leave us."""
    text = body.replace("\r", "").replace("\n", "\r\n") + "\r\n"
    head = "".join(f"{name}: x{value}x\r\n" for name in names)
    raw = f"From: a@b.example\r\n{head}\r\n{text}".encode()
    if sum(name == "from" for name in names):
        whole(raw)  # nobody verifies a mail with two From
    else:
        assert holding(whole(raw), zone()) == [DOMAIN, DOMAIN]


def test_no_line_of_a_field_is_too_long() -> None:
    raw = b"".join(b"Cc: a%d@b.example\r\n" % number for number in range(60)) + RAW
    made = whole(raw).partition(b"\r\nList-Unsub")[0]
    assert max(map(len, made.split(b"\r\n"))) <= 78
    assert holding(whole(raw), zone()) == [DOMAIN, DOMAIN]


def test_the_body_is_hashed_once_for_all_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = Signable(RAW, signing())
    monkeypatch.setattr("dgroup.authentication.dkimcanon.Mail.body_hash", None)
    first, second = (ready.signature(line, NOON) for line in (PERSONAL, PERSONAL.lower()))
    assert first != second


def test_an_endless_header_goes_unsigned() -> None:
    ours = Signature(signing(), DOMAIN, lambda: NOON)
    raw, ready = ours.prepared(b"X: y\r\n" * 50_000, MailClass.POST)
    assert (raw[:6], ready) == (b"X: y\r\n", None)
    with pytest.raises(ValueError, match="header"):
        Signable(raw, signing())
