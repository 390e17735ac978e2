"""What a front's filter says: believed from the front only, and done as the group wants it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup import spam
from dgroup.config import parse
from dgroup.errors import ConfigError
from dgroup.model import Role
from tests.dgroup.desk import Desk, opened
from tests.dgroup.plainmail import mail
from tests.dgroup.spoken import plain_words

ANA, KIM = "ana@ngo.example", "kim@ngo.example"
FLAGGED = "X-Spam-Flag: YES\r\n"


@pytest.fixture
def desk(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    plain_words(monkeypatch)
    with opened(database) as made:
        made.join(ANA, "Ana")
        made.join(KIM, "Kim", Role.COORDINATOR)
        yield made


@pytest.mark.parametrize(
    ("field", "is_spam"),
    [
        ("X-Spam: Yes", True),
        ("X-Spam: no", False),
        ("X-Spam-Flag: YES", True),
        ("X-Spam-Status: Yes, score=16.2 required=5.0 tests=BAYES_99", True),
        ("X-Spam-Status: No, score=-1.9 required=5.0 tests=YES", False),
        ("X-Spam-Status:\r\n Yes, score=7.1", True),
        ("X-Spamd-Result: default: True [16.20 / 15.00];\r\n BAYES_SPAM(5.10)[99.9%]", True),
        ("X-Spamd-Result: default: False [0.50 / 15.00]; R_SPF_ALLOW(-0.20)[+ip4]", False),
        ("X-Spamd-Result: default: False [17.00 / 15.00]", True),
        ("X-Spamd-Result: default: False [0.00 / 0.00]", False),
        ("X-Spamd-Result: True", False),
        ("X-Rspamd-Action: add header", True),
        ("X-Rspamd-Action: rewrite subject", True),
        ("X-Rspamd-Action: no action", False),
        ("X-Rspamd-Action: greylist", False),
        ("X-Our-Filter: Yes, quite", True),
        ("X-Our-Filter: yesterday", False),
        ("X-Verdict: Bulk mail", True),
        ("X-Verdict: yes", False),
        ("Subject: X-Spam: Yes", False),
    ],
)
def test_filters_are_read_in_their_own_words(field: str, is_spam: bool) -> None:
    envelope = mail(front=True, headers=f"{field}\r\n").envelope
    said = spam.said(envelope, ("X-Our-Filter", "X-Verdict: bulk"))
    assert bool(said) is is_spam
    assert not is_spam or said.startswith(field.partition(":")[0] + ": ")
    assert "\n" not in said
    direct = mail(headers=f"{field}\r\n").envelope
    assert spam.said(direct, ("X-Our-Filter", "X-Verdict: bulk")) == ""


def test_a_yes_is_found_behind_a_forged_no_and_nothing_in_the_body_counts() -> None:
    both = mail(front=True, headers="X-Spam-Status: No\r\nX-Spam-Status: Yes\r\n").envelope
    assert spam.said(both, ()) == "X-Spam-Status: Yes"
    assert spam.said(mail(front=True, body=FLAGGED).envelope, ()) == ""


async def test_a_members_mail_waits_they_are_told_and_a_moderator_sees_why(desk: Desk) -> None:
    await desk.send("water", "Cheap pills", subject="Pumps", headers=FLAGGED)
    assert desk.held() == [("spam", "waiting")]
    assert ("filter", "X-Spam-Flag: YES") in desk.outcomes()
    to_ana, to_kim = desk.new_letters()
    assert (to_ana.recipient, to_kim.recipient) == (ANA, KIM)
    assert "mail filter takes it for spam" in " ".join(to_ana.text.split())
    assert "It waits because this host's mail filter takes it for spam." in to_kim.text
    await desk.answer(to_kim, "yes")
    assert desk.subjects() == ["Pumps"]


@pytest.mark.parametrize(("sender", "auth"), [("x@bad.example", "aligned"), (ANA, "none")])
async def test_who_may_be_forged_is_never_told(desk: Desk, sender: str, auth: str) -> None:
    await desk.send("water", "pills", sender=sender, auth=auth, headers=FLAGGED)
    assert desk.held() == [("unproved-spam", "waiting")]
    assert desk.letters() == []


async def test_a_member_who_fails_authentication_is_not_asked_about_spam(desk: Desk) -> None:
    await desk.send("water", "pills", auth="fail", policy_="quarantine", headers=FLAGGED)
    assert desk.held() == [("unproved-spam", "waiting")]
    assert desk.letters() == []


async def test_a_group_that_refuses_keeps_nothing_and_bounces_nothing(desk: Desk) -> None:
    desk.set(spam="refuse")
    reply = await desk.send("water", "pills", sender="x@bad.example", headers=FLAGGED)
    assert (reply.code, desk.last()) == (250, ("discarded", "spam"))
    assert (desk.letters(), desk.held()) == ([], [])
    reply = await desk.send("water", "pills", subject="Wells", headers=FLAGGED)
    assert (reply.code, desk.last()) == (250, ("discarded", "spam"))
    assert desk.letter().subject == "Not published: Wells"
    assert desk.held() == []


async def test_a_group_that_ignores_the_filter_publishes(desk: Desk) -> None:
    desk.set(spam="ignore")
    await desk.send("water", "pills", subject="Wells", headers=FLAGGED)
    assert desk.subjects() == ["Wells"]


async def test_a_strangers_field_counts_for_nothing(desk: Desk) -> None:
    await desk.send("water", "Hi", subject="Wells", headers=FLAGGED, front=False, seen="aligned")
    assert desk.subjects() == ["Wells"]


def test_names_of_fields_are_checked() -> None:
    good = parse('[listener]\nspam_headers = ["X-Our-Filter", "X-Verdict: bulk"]\n')
    assert good.listener.spam_headers == ("X-Our-Filter", "X-Verdict: bulk")
    with pytest.raises(ConfigError, match="X Our"):
        parse('[listener]\nspam_headers = ["X Our"]\n')
