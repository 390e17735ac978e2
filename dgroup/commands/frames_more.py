"""Frames for what people ask in a roundabout way: by what they lack, no longer need, or have forgotten."""

from __future__ import annotations

from typing import Final

from dgroup.commands.frames import Frame
from dgroup.commands.frames import frame_of as _frame

_WHO: Final = "OTHER_ADDRESS OTHERS"
_LEAVING: Final = "LEAVE REMOVE GO STOP CANCEL NOMORE NOT PAUSE"
_NO: Final = "NOT NOMORE"
_SWITCHED: Final = (
    "ATTACHMENT SUMMARY COPY RECEIPT DIGEST DAILY WEEKLY MONTHLY LIGHT FULL THREAD TARGET"
)

MORE_FRAMES: tuple[Frame, ...] = (
    # --- "it is of no interest to me" ---
    _frame("leave", "BORED", f"{_WHO} {_SWITCHED} PROBLEM DATA PAUSE SPAN UNTIL AWAY POST", 1),
    _frame("leave", "BORED MAIL|GROUP|RECEIVE|SEND|MEMBERSHIP", f"{_WHO} {_SWITCHED} PROBLEM DATA PAUSE SPAN UNTIL AWAY", 3),
    _frame("mute", "BORED TARGET", f"{_WHO}", 4, weight=9),
    _frame("mute", "STOP|NOMORE TARGET", f"{_WHO} GROUP MEMBERSHIP", 1, weight=3),
    _frame("light", "BORED ATTACHMENT", f"{_WHO} LEAVE TARGET", 4, weight=9),
    *(
        _frame(verb, f"BORED {verb.upper()}", f"{_WHO} TARGET", 4, weight=9, on=False)
        for verb in ("summary", "receipt", "copy")
    ),
    # French says "annuler" for undo, too
    _frame("leave", "UNDO MEMBERSHIP", f"{_WHO} {_NO} LEAVE REMOVE CANCEL SPAN UNTIL INVITATION PAUSE CHANGE", 6, weight=9),
    # --- pauses ---
    _frame("pause", "NOT|NOMORE MAIL|SEND|RECEIVE SPAN", f"{_WHO} PROBLEM TARGET", 6, weight=8),
    _frame("pause", "NOT|NOMORE SEND|RECEIVE|WANT MAIL|ME SPAN", f"{_WHO} PROBLEM TARGET", 8, weight=8),
    _frame("pause", "PAUSE WANT|MAKE SPAN|UNTIL", f"{_WHO} NOT PAST RESUME STATEMENT", 4, weight=5),
    _frame("pause", "STOP MAIL|SEND|RECEIVE SPAN", f"{_WHO} TARGET", 8, weight=9),
    _frame("resume", "CANCEL|STOP|REMOVE PAUSE|PAUSED", f"{_WHO} NOT UNTIL SPAN", 3, weight=14),
    _frame("resume", "RESEND MAIL ME|MY", f"{_WHO} {_LEAVING} EACH LANGUAGE_NAME {_SWITCHED}", 2, weight=1),
    _frame("resume", "ON MAIL ME|MY", f"{_WHO} {_LEAVING} MAYBE EACH LANGUAGE_NAME {_SWITCHED}", 0, weight=1),
    _frame("pause", "CHANGE|SET|WANT MAIL PENDING", f"{_WHO} {_NO} TARGET", 6, weight=12),
    _frame("pause", "MUTE SPAN|UNTIL", f"{_WHO} NOT TARGET THREAD UNMUTE", 3, weight=12),
    # --- how mail comes ---
    _frame("full", "NOTENOUGH LIGHT", f"{_WHO}", 8, weight=25),
    _frame("full", "AGAIN|RESEND|SEND ATTACHMENT AGAIN|RESEND|WITH|ME", f"{_WHO} {_LEAVING} WITHOUT PROBLEM TARGET", 4, weight=8),
    _frame("full", "FULL AGAIN|CHANGE", f"{_WHO} {_LEAVING} WITHOUT TARGET DIGEST", 3, weight=8),
    _frame("each", "EACH OFF|NOT|STOP|NOMORE DAILY|DIGEST|SUMMARY", f"{_WHO}", 4, weight=15),
    _frame("each", "OFF DIGEST", f"{_WHO} WEEKLY MONTHLY", 3, weight=9),
    _frame("each", "NOT|WITHOUT|NOMORE DIGEST EACH", f"{_WHO} DAILY WEEKLY MONTHLY", 4, weight=12),
    _frame("daily", "DAILY DIGEST EACH", f"{_WHO} {_LEAVING} WEEKLY MONTHLY", 5, weight=9),
    _frame("weekly", "WEEKLY DIGEST EACH", f"{_WHO} {_LEAVING} DAILY MONTHLY", 5, weight=9),
    _frame("status", "RECEIVE DAILY WEEKLY", f"{_WHO} {_LEAVING} WANT CHANGE SEND", 3, weight=12),
    _frame("status", "FORGOT DAILY|WEEKLY|MONTHLY|EACH|STATUS", f"{_WHO} {_LEAVING}", 6, weight=25),
    _frame("status", "STATUS DAILY|WEEKLY|MONTHLY|EACH|PAUSE|PAUSED|RECEIVE|MAIL", f"{_WHO} LEAVE REMOVE GO STOP CANCEL {_NO} SEND CHANGE", 4, weight=8),
    _frame("full", "RESUME FULL|ATTACHMENT MAIL|WITH|FULL|RECEIVE", f"{_WHO} {_LEAVING} LIGHT THREAD TARGET DIGEST", 4, weight=8),
    # --- addresses ---
    _frame("address", "WANT|SEND RECEIVE OTHER_ADDRESS", "LEAVE REMOVE OTHERS ADD INVITE JOIN NOT COORDINATOR TRACE MEMBERS NOMORE", 4),
    _frame("address", "MY|NEW ADDRESS|MAIL NOW OTHER_ADDRESS", f"{_LEAVING} OTHERS ADD INVITE JOIN", 6, weight=3),
    _frame("address", "ALSO_FROM OTHER_ADDRESS", f"{_LEAVING} OTHERS INVITE ADD WHO", 8, weight=15),
    _frame("address", "ALSO_FROM", f"{_LEAVING} OTHERS", 0, first=True),
    _frame("address", "SECOND OTHER_ADDRESS", f"{_LEAVING} OTHERS INVITE ADD JOIN WHO", 3, weight=9),
    _frame("address", "SECOND MY|I|ME OTHER_ADDRESS", f"{_LEAVING} OTHERS INVITE JOIN WHO", 8, weight=9),
    _frame("address", "SECOND ADD OTHER_ADDRESS", f"{_LEAVING} OTHERS INVITE", 1, weight=9),
    _frame("address", "SECOND JOIN MY|I|ME", f"{_LEAVING} OTHERS INVITE WHO", 3, weight=15),
    _frame("address", "SECOND JOIN MY|I|ME OTHER_ADDRESS", f"{_LEAVING} OTHERS INVITE WHO", 6, weight=15),
    _frame("address", "ALSO SEND|RECEIVE OTHER_ADDRESS", f"{_LEAVING} OTHERS INVITE ADD JOIN TRACE MEMBERS WHO {_SWITCHED}", 3, weight=9),
    _frame("address", "ALSO SEND|RECEIVE MAIL|GROUP|ME|MY OTHER_ADDRESS", f"{_LEAVING} OTHERS INVITE ADD JOIN TRACE MEMBERS WHO {_SWITCHED}", 6, weight=9),
    _frame("address", "FORGET_ADDRESS", f"{_WHO} NOT", 0, on=False),
    _frame("address", "FORGET_ADDRESS OTHER_ADDRESS|OWN_ADDRESS", "NOT GROUP OTHERS INVITE ADD", 3, weight=30, on=False),
    # --- posts ---
    _frame("get", "MISSED TARGET", f"{_WHO} LEAVE REMOVE LAST THREAD SEARCH", 5, weight=19),
    _frame("hide", "REMOVE|HIDE SITE", f"{_WHO} NOT ACCOUNT ME", 2),
    _frame("get", "SEND AGAIN|RESEND TARGET", f"{_WHO} {_LEAVING} LAST THREAD SEARCH", 3, weight=12),
    _frame("get", "GET|SEND|WANT|RECEIVE AGAIN|RESEND POST TARGET", f"{_WHO} {_LEAVING} LAST THREAD SEARCH", 4, weight=12),
    _frame("hide", "REMOVE|HIDE SITE TARGET", f"{_WHO} NOT ACCOUNT", 6, weight=12),
    _frame("unmute", "AGAIN|RESEND SEND|RECEIVE|WANT THREAD TARGET", f"{_WHO} {_LEAVING}", 5, weight=9),
    _frame("unmute", "AGAIN THREAD TARGET", f"{_WHO} {_LEAVING} GET", 3, weight=9),
    # --- switches ---
    _frame("summary", "SUMMARY AGAIN|RESEND|TOO WEEKLY|SEND|RECEIVE|WANT", f"{_WHO} {_LEAVING} DATA TARGET THREAD DAILY DIGEST", 6, weight=8),
    *(
        _frame(verb, f"{verb.upper()} EACH NOT|NOMORE|STOP|BORED", f"{_WHO} TARGET", 4, weight=12, on=False)
        for verb in ("receipt", "copy")
    ),
    *(
        _frame(verb, f"{verb.upper()} WANT|SEND|RECEIVE EACH", f"{_WHO} {_LEAVING} TARGET", 4, weight=9)
        for verb in ("receipt", "copy")
    ),
)  # fmt: skip
