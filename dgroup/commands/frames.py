"""Which meanings together ask for what. A table: to teach the reader a new way of asking is a line here.

The frame with the most meanings wins; two different verbs with as many are no answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Frame:
    """A verb, the meanings it needs, those that it must not meet, and the other words it bears."""

    verb: str
    needs: tuple[frozenset[str], ...]
    none: frozenset[str]
    slack: int
    """unknown words that may stand beside; a short command bears none"""
    first: bool
    """the first meaning must be what the sentence begins with"""
    weight: int
    """beside the number of needs"""
    on: bool = True


def _frame(
    verb: str,
    needs: str,
    none: str = "",
    slack: int = 0,
    *,
    first: bool = False,
    weight: int = 0,
    on: bool = True,
) -> Frame:
    groups = tuple(frozenset(one.split("|")) for one in needs.split())
    return Frame(verb, groups, frozenset(none.split()), slack, first, weight, on)


frame_of = _frame
"""makes a frame of meanings written as words, `|` between those of which one is enough"""

_SENTENCE: Final = 6
_ANY: Final = 99
_OUT: Final = "STAY OTHER_ADDRESS TARGET OTHERS DATA ACCOUNT INVITATION PAST WHO"
_NO: Final = "NOT NOMORE"
_OFTEN: Final = "EACH DAILY WEEKLY MONTHLY DIGEST"
_LEAVING: Final = "LEAVE REMOVE GO STOP CANCEL NOMORE NOT PAUSE"
_TALK: Final = "STATEMENT PROBLEM TOO_MANY"
_WHO: Final = "OTHER_ADDRESS OTHERS"

FRAMES: tuple[Frame, ...] = (
    # --- out ---
    _frame("leave", "LEAVE", f"{_OUT} JOIN NOT NOMORE SPAN DAILY WEEKLY MONTHLY", _SENTENCE),
    _frame("leave", "LEAVE ME|MY|I|GROUP|WANT|MAIL|OWN_ADDRESS", f"{_OUT} NOT NOMORE SPAN DAILY WEEKLY MONTHLY", 12),
    _frame("leave", "LEAVE MEMBERSHIP|JOIN", f"{_OUT} NOT NOMORE SPAN", _SENTENCE, weight=5),
    _frame("leave", "GO", f"{_OUT} {_NO} MAIL ATTACHMENT RECEIVE RESUME AWAY", 0),
    _frame("leave", "GO GROUP|MEMBERSHIP", f"{_OUT} {_NO}", 2, first=True, weight=1),
    _frame("leave", "GO GROUP|MEMBERSHIP WANT|ME|I", f"{_OUT} {_NO}", _SENTENCE),
    _frame("leave", "GO WANT", f"{_OUT} {_NO} MAIL RECEIVE", 0),
    _frame("leave", "REMOVE", f"{_OUT} {_NO} IT SITE ATTACHMENT MAIL ALL SUMMARY LIGHT DIGEST EACH", 0),
    _frame("leave", "REMOVE ME|OWN_ADDRESS", f"{_OUT} {_NO} ATTACHMENT", _SENTENCE, weight=1),
    _frame("leave", "REMOVE MY|ME ADDRESS|NAME|MAIL|MEMBERSHIP|OWN_ADDRESS", f"{_OUT} {_NO} ATTACHMENT POST", _SENTENCE),
    _frame("leave", "REMOVE MY ADDRESS|NAME|MAIL GROUP", f"{_OUT} {_NO} ATTACHMENT", _SENTENCE),
    _frame("leave", "REMOVE ME|OWN_ADDRESS GROUP|MEMBERSHIP", f"{_OUT} {_NO} ATTACHMENT", 12),
    _frame("leave", "REMOVE GROUP", f"{_OUT} {_NO} ATTACHMENT POST MEMBERS ALL", 0),
    _frame("leave", "REMOVE IT GROUP", f"{_OUT} {_NO} ATTACHMENT POST MEMBERS ALL MAIL", 2, weight=1),
    _frame("leave", "ERASE ME|MY GROUP", f"{_OUT} {_NO} TARGET", _SENTENCE, weight=5),
    _frame("leave", "STOP", f"{_OUT} IT {_NO} {_OFTEN} SPAN UNTIL DAY AWAY ATTACHMENT SUMMARY COPY RECEIPT", 0),
    _frame("leave", "STOP SEND|RECEIVE|MAIL|MEMBERSHIP|GROUP", f"{_OUT} NOT {_OFTEN} SPAN UNTIL AWAY ATTACHMENT SUMMARY COPY RECEIPT DIGEST", 2),
    _frame("leave", "STOP SEND|RECEIVE|GROUP ME|MY|MAIL|I|MEMBERSHIP", f"{_OUT} NOT {_OFTEN} SPAN UNTIL AWAY ATTACHMENT SUMMARY COPY RECEIPT DIGEST", _SENTENCE),
    _frame("leave", "STOP EACH MAIL|SEND|RECEIVE|ME", f"{_OUT} NOT WANT SPAN UNTIL AWAY", 3, weight=15),
    _frame("leave", "STOP EACH", f"{_OUT} NOT WANT SPAN UNTIL AWAY DAILY WEEKLY MONTHLY", 0, weight=15),
    _frame("leave", "CANCEL MEMBERSHIP", f"{_OUT} {_NO} SPAN", _SENTENCE, weight=5),
    _frame("leave", "CANCEL JOIN|JOINED|GROUP", f"{_OUT} {_NO} SPAN", 2),
    _frame("leave", "CANCEL RECEIVE|SEND|MAIL ME|MY|MAIL", f"{_OUT} {_NO} SPAN {_OFTEN} SUMMARY", 2),
    _frame("leave", "NOMORE RECEIVE|SEND|MAIL|GROUP|BELONG|JOINED|MEMBERSHIP", f"{_OUT} {_OFTEN} SPAN UNTIL AWAY ATTACHMENT SUMMARY COPY RECEIPT LEAVE PROBLEM COMPLAINT", 2),
    _frame("leave", "NOMORE WANT RECEIVE|SEND|MAIL|GROUP|BELONG|JOINED|MEMBERSHIP|MEMBERS", f"{_OUT} {_OFTEN} SPAN UNTIL AWAY ATTACHMENT SUMMARY COPY RECEIPT LEAVE REMOVE", _SENTENCE),
    _frame("leave", "NOMORE WANT", f"{_OUT} {_OFTEN} SPAN UNTIL AWAY ATTACHMENT SUMMARY COPY RECEIPT LEAVE REMOVE GO", 0),
    _frame("leave", "NOT WANT RECEIVE|MAIL|BELONG|JOINED|MEMBERSHIP|GROUP", f"{_OUT} {_OFTEN} SPAN UNTIL AWAY ATTACHMENT SUMMARY COPY RECEIPT LEAVE REMOVE GO JOIN STOP CANCEL", _SENTENCE),
    _frame("leave", "NOT SEND ME|MAIL", f"{_OUT} {_OFTEN} SPAN UNTIL AWAY ATTACHMENT SUMMARY COPY RECEIPT LEAVE I STOP WANT COMPLAINT LANGUAGE_NAME", 3),
    _frame("leave", "NOT SEND ME|MAIL NOMORE", f"{_OUT} {_OFTEN} SPAN UNTIL AWAY ATTACHMENT SUMMARY COPY RECEIPT LEAVE", 3, weight=1),
    _frame("leave", "REMOVE_ME OTHER_ADDRESS", f"{_NO} TARGET OTHERS DATA ACCOUNT ADD JOIN", _SENTENCE, weight=8),
    _frame("leave", "REMOVE_ME", f"{_NO} OTHER_ADDRESS TARGET DATA ACCOUNT INVITATION PAST WHO SPAN ATTACHMENT WEEKLY DAILY MONTHLY", _SENTENCE, weight=3),
    # --- in ---
    _frame("join", "JOIN", f"{_OUT} {_LEAVING} AWAY", 2),
    _frame("join", "ENTER", f"{_OUT} {_LEAVING} AWAY", 0),
    _frame("join", "ENTER GROUP", f"{_OUT} {_LEAVING} AWAY", 2),
    _frame("join", "ENTER GROUP WANT|I|ME", f"{_OUT} {_LEAVING} AWAY", _SENTENCE),
    _frame("join", "JOIN ME|MY|I|OWN_ADDRESS|AGAIN|NAME", f"{_OUT} {_LEAVING}", _SENTENCE),
    _frame("join", "JOIN GROUP|WANT", f"{_OUT} {_LEAVING}", 12),
    _frame("join", "WANT RECEIVE MAIL|GROUP", f"{_OUT} {_LEAVING} {_OFTEN} SUMMARY DIGEST ATTACHMENT LANGUAGE_NAME LIGHT FULL COPY RECEIPT AGAIN RESUME {_TALK} CHANGE UNTIL SPAN STATUS", _SENTENCE, weight=-5),
    _frame("join", "MEMBERSHIP", f"{_OUT} {_LEAVING} CHANGE STATUS RESUME", 0),
    _frame("join", "MEMBERSHIP WANT|GROUP", f"{_OUT} {_LEAVING} CHANGE STATUS RESUME", 2),
    _frame("join", "ADD ME|OWN_ADDRESS", f"{_OUT} {_LEAVING}", _SENTENCE, weight=1),
    _frame("join", "ADD MY ADDRESS|NAME|MAIL|OWN_ADDRESS", f"{_OUT} {_LEAVING}", _SENTENCE, weight=1),
    _frame("join", "BELONG WANT|GROUP", f"{_OUT} {_LEAVING} WHO STATUS", 4, weight=1),
    _frame("join", "INVITE ME", f"{_OUT} {_LEAVING}", 4, weight=1),
    # --- pause and resume ---
    _frame("pause", "PAUSE", f"{_WHO} NOT RESUME PAST", 0),
    _frame("pause", "PAUSE UNTIL|SPAN|DAY|AWAY", f"{_WHO} NOT RESUME PAST", 2, first=True, weight=1),
    _frame("pause", "PAUSE MAIL|ME|MY|MEMBERSHIP|GROUP|WANT", f"{_WHO} NOT RESUME PAST STATEMENT THREAD", _SENTENCE, weight=1),
    _frame("pause", "PAUSE|PAUSED MAIL|ME|MY|MEMBERSHIP|GROUP|SEND|RECEIVE WANT|UNTIL|SPAN|AWAY|MAKE", f"{_WHO} NOT RESUME PAST STATEMENT THREAD", 12, weight=1),
    _frame("pause", "PAUSE STOP|SEND|RECEIVE|MAIL UNTIL|SPAN|DAY|AWAY", f"{_WHO} RESUME", 12, weight=1),
    _frame("pause", "STAY STOP|NOT|NOMORE|PAUSE MAIL|SEND|RECEIVE", f"{_WHO}", 12, weight=3),
    _frame("pause", "STOP UNTIL|SPAN", f"{_WHO}", _SENTENCE, weight=8),
    _frame("pause", "STOP AWAY", f"{_WHO}", _SENTENCE, weight=8),
    _frame("pause", "STOP SEND|RECEIVE|MAIL UNTIL|SPAN|AWAY|DAY", f"{_WHO}", 12, weight=8),
    _frame("pause", "LEAVE|REMOVE|CANCEL UNTIL|SPAN ME|MY|MAIL|GROUP", f"{_WHO} {_NO} PAST", _SENTENCE, weight=8),
    _frame("pause", "HOLD MAIL|MEMBERSHIP|SEND", f"{_WHO} {_NO} TARGET", 4),
    _frame("pause", "HOLD MAIL|SEND UNTIL|SPAN|DAY|AWAY", f"{_WHO} {_NO}", 4),
    _frame("pause", "AWAY", f"{_WHO} {_NO} I", 0),
    _frame("pause", "AWAY UNTIL|SPAN|DAY", f"{_WHO} {_NO}", 2),
    _frame("pause", "NOT|NOMORE RECEIVE|SEND|MAIL|WANT UNTIL|SPAN|AWAY", f"{_WHO} PROBLEM", _SENTENCE, weight=5),
    _frame("pause", "NOT|NOMORE RECEIVE|SEND|WANT MAIL UNTIL|SPAN|AWAY", f"{_WHO} PROBLEM", _SENTENCE, weight=5),
    _frame("pause", "WITHOUT MAIL UNTIL|SPAN|AWAY", f"{_WHO} PROBLEM", _SENTENCE, weight=5),
    _frame("resume", "RESUME", f"{_WHO} {_NO} LEAVE WEEKLY MONTHLY DAILY STOP THREAD PAST", 1, first=True),
    _frame("resume", "RESUME MAIL|SEND|RECEIVE|MEMBERSHIP|GROUP|AWAY|ME|MY", f"{_WHO} {_NO} LEAVE WEEKLY MONTHLY DAILY STOP", _SENTENCE, weight=1),
    _frame("resume", "SET MAIL", f"{_WHO} {_NO} LEAVE {_OFTEN} PAUSE LIGHT ADDRESS MY", 0),
    _frame("resume", "AGAIN SEND|RECEIVE", f"{_WHO} {_NO} LEAVE TARGET {_OFTEN}", 4, weight=1),
    _frame("resume", "AGAIN SEND|RECEIVE MAIL|ME|GROUP", f"{_WHO} {_NO} LEAVE TARGET DAILY WEEKLY MONTHLY DIGEST", _SENTENCE, weight=1),
    _frame("resume", "STOP|CANCEL PAUSE|AWAY", f"{_WHO} NOT UNTIL MAIL RECEIVE SEND", 4, weight=15),
    _frame("resume", "REMOVE PAUSE|AWAY", f"{_WHO} NOT UNTIL ME", 2, weight=9),
    # --- how often ---
    _frame("each", "EACH", f"{_WHO} {_LEAVING} {_OFTEN.replace('EACH ', '')} TARGET GET {_TALK}", 0),
    _frame("each", "EACH MAIL|SEND|RECEIVE|WANT|CHANGE|GROUP|ME", f"{_WHO} {_LEAVING} DAILY WEEKLY MONTHLY DIGEST TARGET GET {_TALK}", 4),
    _frame("each", "EACH SEND|RECEIVE|WANT|CHANGE RESUME|AGAIN", f"{_WHO} {_LEAVING} DAILY WEEKLY MONTHLY DIGEST", 4, weight=5),
    _frame("each", "STOP|CANCEL|REMOVE|WITHOUT|NOMORE|OFF DIGEST", f"{_WHO} DAILY WEEKLY MONTHLY", 2, weight=9),
    _frame("each", "STOP|CANCEL|REMOVE|WITHOUT|NOMORE|OFF DIGEST|SUMMARY DAILY", f"{_WHO}", 2, weight=9),
    *(
        frame
        for verb in ("daily", "weekly", "monthly")
        for frame in (
            _frame(verb, verb.upper(), f"{_WHO} {_LEAVING} {_TALK}", 0),
            _frame(verb, f"{verb.upper()} MAIL|SEND|RECEIVE|WANT|CHANGE|GROUP|ME|DIGEST|SUMMARY|ONLY|RESUME", f"{_WHO} {_LEAVING} {_TALK}", 4),
            _frame(verb, f"{verb.upper()} SEND|RECEIVE|WANT|CHANGE MAIL|GROUP|ME|DIGEST|SUMMARY|RESUME|NUMBER|STATUS", f"{_WHO} {_LEAVING} {_TALK}", _SENTENCE, weight=1),
        )
    ),
    _frame("daily", "DIGEST", f"{_WHO} {_LEAVING} WEEKLY MONTHLY EACH WITHOUT", 0),
    _frame("daily", "DIGEST WANT|SEND|RECEIVE|CHANGE|GROUP|ME|MAIL", f"{_WHO} {_LEAVING} WEEKLY MONTHLY EACH WITHOUT", 4),
    # --- light and full ---
    _frame("light", "LIGHT", f"{_WHO} {_LEAVING} FULL ATTACHED", 0),
    _frame("light", "LIGHT MAIL|SEND|RECEIVE|WANT|CHANGE|GROUP|ME", f"{_WHO} REMOVE LEAVE FULL", 4),
    _frame("light", "WITHOUT ATTACHMENT", f"{_WHO} LEAVE TARGET", 4, weight=9),
    _frame("light", "NOT|NOMORE|STOP|REMOVE|OFF ATTACHMENT", f"{_WHO} LEAVE TARGET PROBLEM", 4, weight=15),
    _frame("full", "FULL", f"{_WHO} {_LEAVING} LIGHT DIGEST THREAD TARGET", 0),
    _frame("full", "FULL MAIL|SEND|RECEIVE|WANT|CHANGE", f"{_WHO} {_LEAVING} LIGHT DIGEST THREAD TARGET", 2),
    _frame("full", "WITH ATTACHMENT", f"{_WHO} {_LEAVING} WITHOUT PROBLEM", 4, weight=5),
    _frame("full", "SEND|RECEIVE|WANT|AGAIN ATTACHMENT AGAIN|WANT|WITH|ON", f"{_WHO} {_LEAVING} WITHOUT PROBLEM", 4, weight=5),
    # --- language, address, oneself ---
    _frame("language", "LANGUAGE LANGUAGE_NAME", f"{_WHO} {_LEAVING}", 3, weight=9),
    _frame("language", "LANGUAGE CHANGE", f"{_WHO} {_LEAVING}", 3),
    _frame("language", "LANGUAGE", f"{_WHO} {_LEAVING}", 0, weight=-2),
    _frame("language", "LANGUAGE_NAME", f"{_WHO} {_LEAVING} ADD INVITE PROBLEM", 0, weight=-2),
    _frame("language", "LANGUAGE_NAME SEND|RECEIVE|MAIL|WANT|CHANGE|ME", f"{_WHO} REMOVE LEAVE PROBLEM JOIN ADD INVITE", 3, weight=-1),
    _frame("language", "LANGUAGE_NAME SEND|RECEIVE|WANT|CHANGE MAIL|ME|GROUP", f"{_WHO} REMOVE LEAVE PROBLEM JOIN ADD INVITE", _SENTENCE),
    _frame("address", "ADDRESS CHANGE|NEW", f"{_LEAVING.replace('STOP ', '')} OTHERS ADD", _SENTENCE, weight=1),
    _frame("address", "ADDRESS|MAIL CHANGE|NEW OTHER_ADDRESS", "LEAVE OTHERS ADD INVITE", 12, weight=1),
    _frame("address", "CHANGE OTHER_ADDRESS", "LEAVE REMOVE OTHERS ADD INVITE COORDINATOR MODERATOR", 2),
    _frame("address", "CHANGE ADDRESS OTHER_ADDRESS MY|ME|WANT|TO|FROM", "LEAVE OTHERS ADD INVITE", 12),
    _frame("address", "CHANGE MAIL MY", f"{_WHO} {_LEAVING} {_OFTEN} LIGHT LANGUAGE_NAME RESUME ON", 0, weight=-1),
    _frame("address", "SEND ME|MY OTHER_ADDRESS", f"{_LEAVING} OTHERS ADD INVITE TRACE", 4, weight=1),
    _frame("address", "ADDRESS OTHER_ADDRESS", "LEAVE REMOVE OTHERS ADD INVITE", 0, first=True),
    _frame("status", "STATUS", f"{_WHO} {_LEAVING} JOIN", 1),
    _frame("status", "STATUS MY|ME|I|GROUP|MEMBERSHIP|SHOW|SEND|WANT", f"{_WHO} LEAVE REMOVE GO CANCEL {_OFTEN} PAUSE LIGHT FULL LANGUAGE_NAME", 4),
    _frame("status", "STATUS JOIN|JOINED", f"{_WHO} {_LEAVING}", 1, first=True, weight=8),
    _frame("status", "CHANGE STATUS", f"{_WHO} LEAVE", 2, weight=-1),
    _frame("who", "WHO", f"{_WHO} {_LEAVING} TARGET", 0),
    _frame("who", "WHO GROUP|MEMBERS|BELONG", f"{_WHO} {_LEAVING}", 1),
    _frame("who", "WHO GROUP|MEMBERS BELONG|JOINED|SHOW|READ", f"{_WHO} {_LEAVING}", 3),
    _frame("who", "MEMBERS", f"{_WHO} {_LEAVING} JOIN ADD", 0),
    _frame("members", "MEMBERS SHOW", f"OTHER_ADDRESS {_LEAVING} JOIN ADD", 2),
    _frame("members", "GROUP MEMBERS", f"OTHER_ADDRESS {_LEAVING} JOIN ADD WHO", 1),
    _frame("members", "GROUP MEMBERS SEND|SHOW|WANT|RECEIVE", f"OTHER_ADDRESS {_LEAVING} JOIN ADD WHO", 4),
    _frame("help", "HELP", f"{_WHO} {_LEAVING} JOIN", 2, weight=-3),
    _frame("help", "HELP WANT|SEND|ME|GROUP|MAIL", f"{_WHO} {_LEAVING} JOIN", 4, weight=-3),
    # --- reading posts ---
    _frame("get", "GET|SEND TARGET", f"{_WHO} {_LEAVING} {_OFTEN} LAST THREAD SEARCH", 2),
    _frame("get", "GET|SEND|WANT|RECEIVE POST TARGET", f"{_WHO} {_LEAVING} {_OFTEN} LAST THREAD SEARCH", 4),
    _frame("get", "GET|SEND|WANT|RECEIVE POST TARGET AGAIN|ME|FULL", f"{_WHO} {_LEAVING} {_OFTEN} LAST THREAD SEARCH", 4, weight=5),
    _frame("get", "POST TARGET", f"{_WHO} {_LEAVING} {_OFTEN} LAST THREAD SEARCH HIDE PROBLEM", 0),
    _frame("thread", "THREAD TARGET", f"{_WHO} {_LEAVING} MUTE UNMUTE SPLIT MERGE LOCK UNLOCK RETITLE RESUME", 2),
    _frame("thread", "THREAD TARGET GET|SEND|WANT|RECEIVE|FULL|SHOW", f"{_WHO} {_LEAVING} MUTE UNMUTE SPLIT MERGE LOCK UNLOCK RETITLE", 4),
    _frame("last", "LAST NUMBER", f"{_WHO} {_LEAVING} TRACE", 1),
    _frame("last", "LAST MAIL|POST", f"{_WHO} {_LEAVING} TRACE {_OFTEN} PROBLEM", 0),
    _frame("last", "LAST MAIL|POST SEND|SHOW|WANT|RECEIVE|GET|NUMBER|AGAIN", f"{_WHO} {_LEAVING} TRACE {_OFTEN}", 3, weight=5),
    _frame("last", "LAST", f"{_WHO} {_LEAVING} TRACE", 0, first=True),
    _frame("search", "SEARCH", f"{_LEAVING} I OTHERS", _ANY, first=True),
    _frame("search", "SEARCH WANT|MAIL|GROUP", f"{_LEAVING} JOIN PROBLEM HOW OTHERS", 12, weight=-1),
    # --- one's posts and data ---
    _frame("hide", "HIDE TARGET", f"{_WHO} NOT", 4, weight=5),
    _frame("hide", "HIDE", f"{_WHO} NOT", 0, first=True),
    _frame("hide", "HIDE|REMOVE|ERASE POST TARGET", "OTHER_ADDRESS NOT ACCOUNT", 4, weight=2),
    _frame("hide", "HIDE|REMOVE|ERASE MY POST", "OTHER_ADDRESS NOT ACCOUNT ADDRESS GROUP", 4, weight=5),
    _frame("hide", "REMOVE|ERASE TARGET", "OTHER_ADDRESS NOT ACCOUNT ME", 0),
    _frame("mute", "MUTE", f"{_WHO} NOT UNMUTE", 0, first=True),
    _frame("mute", "MUTE TARGET|THREAD", f"{_WHO} NOT UNMUTE", 4, weight=5),
    _frame("mute", "STOP THREAD TARGET|MAIL|SEND|RECEIVE", f"{_WHO} NOT UNMUTE", 3, weight=9),
    _frame("mute", "NOMORE THREAD TARGET|MAIL|SEND|RECEIVE", f"{_WHO} UNMUTE", 3, weight=9),
    _frame("unmute", "UNMUTE", f"{_WHO}", 0, weight=6),
    _frame("unmute", "UNMUTE TARGET|THREAD", f"{_WHO}", 4, weight=6),
    _frame("unmute", "RESUME THREAD TARGET", f"{_WHO} {_NO}", 2, weight=9),
    _frame("unmute", "THREAD TARGET AGAIN", f"{_WHO} {_NO}", 4, weight=9),
    _frame("data", "DATA", f"{_WHO} {_LEAVING} ERASE CHANGE", 2, weight=4),
    _frame("data", "DATA SEND|WANT|RECEIVE|COPY|SHOW|GET|ALL|ME", f"{_WHO} LEAVE REMOVE ERASE", _SENTENCE, weight=5),
    _frame("erase", "ERASE", f"{_OUT} {_NO} GROUP POST", 0),
    _frame("erase", "ERASE ME|DATA|ACCOUNT|OWN_ADDRESS|ALL", f"{_WHO} {_NO} TARGET", 4, weight=4),
    _frame("erase", "ERASE|REMOVE|LEAVE DATA", f"{_WHO} {_NO}", _SENTENCE, weight=12),
    _frame("erase", "ERASE|REMOVE ACCOUNT", f"{_WHO} {_NO}", _SENTENCE, weight=12),
    *(
        frame
        for verb in ("summary", "receipt", "copy")
        for frame in (
            _frame(verb, f"{verb.upper()} OFF|NOT|STOP|WITHOUT|NOMORE|CANCEL|REMOVE|LEAVE", f"{_WHO} {_OFTEN} DATA MONTHLY TARGET STAY", 6, weight=12, on=False),
            _frame(verb, f"{verb.upper()} ON", f"{_WHO} DATA OFF TARGET", 3, weight=8),
            _frame(verb, f"{verb.upper()} WANT|RECEIVE|SEND|RESUME|AGAIN", f"{_WHO} {_LEAVING} DATA {_OFTEN} TARGET THREAD", 3, weight=1),
            _frame(verb, verb.upper(), f"{_WHO} {_LEAVING} DATA {_OFTEN} TARGET OFF PROBLEM STAY TOO_MANY", 0),
        )
    ),
    _frame("summary", "SUMMARY ALSO|AGAIN WANT|SEND|RECEIVE|RESUME", f"{_WHO} DATA {_NO} STOP", 3, weight=8),
    _frame("summary", "SUMMARY OFF|NOT|STOP|WITHOUT|NOMORE|CANCEL WEEKLY|MONTHLY", f"{_WHO} DATA", 3, weight=12, on=False),
)  # fmt: skip

GROUP_FRAMES: tuple[Frame, ...] = (
    _frame("add", "ADD OTHER_ADDRESS", "NOT TARGET_POST", _SENTENCE, weight=6),
    _frame("add", "JOIN OTHER_ADDRESS", "NOT NOMORE LEAVE REMOVE CHANGE NEW INVITE ME MY I", _SENTENCE, weight=5),
    _frame("add", "SET OTHER_ADDRESS GROUP", "NOT NOMORE ME MY LEAVE REMOVE", _SENTENCE, weight=1),
    _frame("add", "ADD", "NOT NOMORE ME MY", 2, first=True),
    _frame("add", "ADD MEMBERS|OTHERS|GROUP", "NOT NOMORE ME", _SENTENCE, weight=2),
    _frame("invite", "INVITE", "NOT NOMORE ME CANCEL REMOVE UNINVITE", 2, first=True),
    _frame("invite", "INVITE OTHER_ADDRESS|OTHERS|MEMBERS|GROUP", "NOT NOMORE CANCEL REMOVE UNINVITE", _SENTENCE, weight=7),
    _frame("uninvite", "UNINVITE", "NOT", 1, weight=8),
    _frame("uninvite", "UNINVITE OTHER_ADDRESS", "NOT", 3, weight=8),
    _frame("uninvite", "CANCEL|REMOVE|STOP INVITATION|INVITE", "NOT ME", 2, weight=12),
    _frame("uninvite", "CANCEL|REMOVE|STOP INVITATION|INVITE OTHER_ADDRESS", "NOT", 3, weight=12),
    _frame("remove", "REMOVE|LEAVE OTHER_ADDRESS", "NOT NOMORE INVITATION BAN ADD CHANGE NEW REMOVE_ME", _SENTENCE, weight=6),
    _frame("remove", "GO|CANCEL OTHER_ADDRESS MEMBERSHIP|WANT|GROUP", "NOT INVITATION ME I", 2),
    _frame("remove", "REMOVE ALL", "NOT NOMORE ME MY ATTACHMENT MAIL POST DATA", 0, first=True),
    _frame("remove", "REMOVE MEMBERS|OTHERS", "NOT NOMORE ME MY OTHER_ADDRESS", 0, first=True, weight=1),
    _frame("approve", "APPROVE TARGET", f"{_WHO} NOT", 1, first=True, weight=9),
    _frame("decline", "DECLINE TARGET", f"{_WHO} NOT", 3, first=True, weight=9),
    _frame("discard", "DISCARD TARGET", f"{_WHO} NOT", 1, first=True, weight=9),
    _frame("set", "SET", f"{_WHO} ME MAIL TARGET PAUSE {_OFTEN} LIGHT FULL LANGUAGE_NAME", 0, first=True),
    _frame("moderate", "MODERATE OTHER_ADDRESS", "NOT NOMORE", 1, first=True, weight=8),
    _frame("moderate", "MODERATE", "NOT NOMORE", 0, first=True),
    _frame("trust", "TRUST OTHER_ADDRESS", "NOT NOMORE", 1, first=True, weight=8),
    _frame("trust", "TRUST", "NOT NOMORE", 0, first=True),
    _frame("ban", "BAN OTHER_ADDRESS", "NOT NOMORE UNBAN", 1, first=True, weight=8),
    _frame("ban", "BAN REMOVE OTHER_ADDRESS", "NOT NOMORE UNBAN", 3, weight=8),
    _frame("ban", "BAN", "NOT NOMORE UNBAN", 0, first=True),
    _frame("unban", "UNBAN OTHER_ADDRESS", "NOT", 1, first=True, weight=9),
    _frame("unban", "REMOVE|CANCEL BAN OTHER_ADDRESS", "NOT", 1, weight=8),
    _frame("unban", "UNBAN", "NOT", 0, first=True),
    _frame("coordinator", "COORDINATOR OTHER_ADDRESS", "NOT REMOVE LEAVE SET", 2, first=True, weight=8),
    _frame("coordinator", "COORDINATOR OTHER_ADDRESS MAKE|ADD|WANT|BELONG|NEW|CHANGE", "NOT REMOVE LEAVE", 4, weight=8),
    _frame("members", "MEMBERS", "WHO ADD REMOVE LEAVE", 0, first=True, weight=-1),
    _frame("pending", "PENDING", f"{_WHO} NOT PROBLEM", 1),
    _frame("pending", "PENDING SHOW|WHO|MAIL|GROUP|MEMBERS|POST|WHAT_IF", f"{_WHO} NOT", 3),
    _frame("bouncing", "BOUNCING", f"{_WHO} NOT", 0),
    _frame("bouncing", "BOUNCING SHOW|WHO|MAIL|GROUP|MEMBERS|ADDRESS", f"{_WHO}", 1, weight=1),
    _frame("report", "REPORT", f"{_WHO} NOT PROBLEM", 0),
    _frame("report", "REPORT MONTHLY|GROUP|SEND|WANT|LAST|SHOW|ME|DAY|SPAN", f"{_WHO} NOT PROBLEM", 1, weight=6),
    _frame("trace", "TRACE OTHER_ADDRESS", "NOT", 2, weight=8),
    _frame("trace", "TRACE OTHER_ADDRESS LAST", "NOT", 2, weight=8),
    _frame("trace", "TRACE", "NOT", 0, first=True),
    _frame("undo", "UNDO", f"{_WHO} MEMBERSHIP JOIN INVITATION", 0, first=True, weight=1),
    _frame("undo", "UNDO REFERENCE|TARGET|LAST|IT", "MEMBERSHIP JOIN INVITATION", 1, weight=1),
    _frame("freeze", "FREEZE", f"{_WHO} NOT UNFREEZE", 0, first=True),
    _frame("freeze", "FREEZE GROUP", f"{_WHO} NOT UNFREEZE", 2),
    _frame("unfreeze", "UNFREEZE", f"{_WHO} NOT", 0, first=True, weight=1),
    _frame("unfreeze", "UNFREEZE GROUP", f"{_WHO} NOT", 2, weight=1),
    _frame("rename", "RENAME", f"{_WHO} NOT THREAD TARGET", 3, first=True),
    _frame("rename", "RENAME GROUP", f"{_WHO} NOT THREAD TARGET", 3, first=True),
    _frame("delete", "DESTROY GROUP_ITSELF", f"{_WHO} NOT ME MY TARGET MEMBERSHIP", 1, weight=2, first=True),
    _frame("stepdown", "STEPDOWN", f"{_WHO} NOT", 4),
    _frame("stepdown", "STEPDOWN COORDINATOR|I|WANT|GROUP", f"{_WHO} NOT", _SENTENCE, weight=5),
    _frame("split", "SPLIT TARGET", f"{_WHO} NOT", _ANY, first=True, weight=8),
    _frame("split", "SPLIT", f"{_WHO} NOT", 0, first=True),
    _frame("merge", "MERGE TARGET", f"{_WHO} NOT", 1, first=True, weight=8),
    _frame("merge", "MERGE THREAD TARGET", f"{_WHO} NOT", 2, first=True, weight=8),
    _frame("lock", "LOCK TARGET|THREAD", f"{_WHO} NOT UNLOCK", 1, first=True, weight=9),
    _frame("lock", "LOCK", f"{_WHO} NOT UNLOCK GROUP MEMBERSHIP", 0, first=True),
    _frame("unlock", "UNLOCK TARGET|THREAD", f"{_WHO} NOT", 1, first=True, weight=9),
    _frame("unlock", "UNLOCK", f"{_WHO} NOT GROUP", 0, first=True),
    _frame("retitle", "RETITLE", f"{_WHO} NOT", _ANY, first=True, weight=2),
    _frame("retitle", "RETITLE|RENAME TARGET", f"{_WHO} NOT", _ANY, first=True, weight=9),
    _frame("retitle", "RENAME THREAD", f"{_WHO} NOT", _ANY, first=True, weight=9),
    _frame("retitle", "RENAME THREAD TARGET", f"{_WHO} NOT", _ANY, first=True, weight=9),
)  # fmt: skip
"""what coordinators ask; a misspelt word is never one of these"""
