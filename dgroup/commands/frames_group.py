"""Frames for what coordinators ask in free wording. None acts at once but telling and what UNDO takes back."""

from __future__ import annotations

from typing import Final

from dgroup.commands.frames import Frame
from dgroup.commands.frames import frame_of as _frame

_WHO: Final = "OTHER_ADDRESS OTHERS"
_MINE: Final = "ME MY I"
_NO: Final = "NOT NOMORE"

MORE_GROUP_FRAMES: tuple[Frame, ...] = (
    _frame("add", "PUT|ENROL OTHER_ADDRESS GROUP", f"{_NO} INVITE INVITATION DAILY WEEKLY MONTHLY LEAVE REMOVE MODERATION {_MINE} PAUSE", 12, weight=9),
    _frame("add", "ENROL OTHER_ADDRESS", f"{_NO} INVITE INVITATION LEAVE REMOVE {_MINE} CHANGE NEW", 8, weight=6),
    _frame("add", "ADD OTHER_ADDRESS", f"{_NO} {_MINE} TARGET_POST", 14, weight=5),
    _frame("add", "PUT|ENROL|ADD|JOIN THESE", f"{_NO} LEAVE REMOVE {_MINE} MODERATION", 8, weight=9),
    _frame("add", "PUT|ENROL OTHERS GROUP", f"{_NO} LEAVE REMOVE {_MINE} MODERATION", 4, weight=2),
    _frame("remove", "REMOVE OTHER_ADDRESS", f"{_NO} INVITATION INVITE BAN ADD CHANGE NEW REMOVE_ME {_MINE}", 14, weight=5),
    _frame("remove", "TAKEN OTHER_ADDRESS OFF", f"{_NO} INVITATION BAN ADD CHANGE NEW {_MINE} UNTIL SPAN", 10, weight=6),
    _frame("remove", "REMOVE THESE", f"{_NO} INVITATION BAN ADD CHANGE {_MINE} UNTIL SPAN POST MAIL TARGET ATTACHMENT", 8, weight=9),
    _frame("invite", "INVITATION SEND OTHER_ADDRESS", f"{_NO} CANCEL REMOVE UNINVITE UNDO STOP", 6, weight=8),
    _frame("uninvite", "UNDO INVITATION", "NOT ME", 3, weight=12),
    _frame("uninvite", "UNDO INVITATION OTHER_ADDRESS", "NOT", 6, weight=12),
    _frame("pending", "PENDING SHOW|WHO|POST|MEMBERS|CAN_I|READ", f"{_WHO} {_NO} PROBLEM PAUSE", 4, weight=14),
    _frame("bouncing", "BOUNCING SHOW|WHO|MEMBERS|ADDRESS", f"{_WHO} {_MINE} AWAY", 3, weight=9),
    _frame("members", "MEMBERS FULL|ALL|LAST", "OTHER_ADDRESS LEAVE REMOVE GO STOP CANCEL JOIN ADD", 3, weight=3),
    _frame("unlock", "UNLOCK THREAD TARGET", f"{_WHO} NOT", 3, weight=12),
    _frame("unlock", "UNLOCK TARGET AGAIN", f"{_WHO} NOT", 2, weight=12),
    _frame("lock", "LOCK TARGET|THREAD", f"{_WHO} NOT UNLOCK I", 6, first=True, weight=8),
    _frame("retitle", "TITLE TARGET", f"{_WHO} NOT GROUP SEARCH WHO HOW", 99, weight=15),
    _frame("merge", "MERGE PUT TARGET", f"{_WHO} NOT", 3, weight=9),
    _frame("stepdown", "NOT|NOMORE WANT COORDINATOR", "OTHER_ADDRESS OTHERS MAIL RECEIVE", 3, weight=15),
    _frame("moderate", "PUT|SET MODERATION OTHER_ADDRESS", f"{_NO} REMOVE", 4, weight=9),
    _frame("moderate", "MODERATE OTHER_ADDRESS", f"{_NO} REMOVE CANCEL STOP", 6, first=True, weight=7),
    _frame("ban", "BAN OTHER_ADDRESS", f"{_NO} UNBAN REMOVE CANCEL", 6, first=True, weight=7),
    _frame("trust", "TRUST OTHER_ADDRESS", f"{_NO}", 8, first=True, weight=7),
    _frame("unban", "UNBAN OTHER_ADDRESS", "NOT", 6, first=True, weight=8),
    _frame("coordinator", "COORDINATOR MAKE OTHER_ADDRESS", "NOT REMOVE LEAVE", 6, weight=8),
)  # fmt: skip
