"""What the scheduler's node does at its hours: summaries and digests, letters about what waits, about what could
not be delivered, to people who were invited; groups that end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from dgroup.chores import digests, ending, givenup, inviting, missed, moderating, morning, weekly
from dgroup.jobs import Daily, Regular
from dgroup.runtime import Runtime, caps
from dgroup.writer import Writer

INVITATIONS_HOUR = 7


class Chores:
    """The jobs by their names; each wakes whoever has something to do now."""

    def __init__(
        self,
        runtime: Runtime,
        writer: Writer,
        clock: Callable[[], datetime],
        wake_sender: Callable[[], None],
        wake_publisher: Callable[[], None],
    ) -> None:
        self._runtime, self._writer, self._clock = runtime, writer, clock
        self._wake_sender, self._wake_publisher = wake_sender, wake_publisher

    def regular(self) -> tuple[Regular, ...]:
        """What is looked for again and again."""
        return (
            Regular("holds", moderating.TICK_S, self.look_after_holds),
            Regular("endings", ending.TICK_S, self.end_groups),
            Regular("morning", morning.TICK_S, self.send_morning_letters),
            Regular("given-up", givenup.TICK_S, self.tell_given_up),
        )

    def daily(self) -> tuple[Daily, ...]:
        """What is done once a day."""
        return (Daily("invitations", INVITATIONS_HOUR, self.tell_invited),)

    async def summaries_and_digests(self) -> None:
        """Make and queue all that is due of the weekly summaries and the digests."""
        await self.send_summaries()
        if await digests.send_due(self._runtime.weekly, self._writer, self._clock()):
            self._wake_sender()

    async def send_summaries(self, at: datetime | None = None) -> int:
        """Make and queue the weekly summaries that are due now, or were `at` a moment; gives how
        many groups got one."""
        moment = at or self._clock()
        sent = await weekly.send_due(self._runtime.weekly, self._writer, moment)
        if sent:
            self._wake_sender()
        self._wake_publisher()
        return sent

    async def look_after_holds(self) -> int:
        """Remind moderators, list what waits, end what nobody decided; gives how many groups had
        something."""
        found = await moderating.look(self._runtime.tools, self._writer, self._clock())
        if found:
            self._wake_sender()
        return found

    async def tell_missed(self) -> int:
        """Write to the authors of posts that the smarthost could not take for some; gives how many
        letters were queued."""
        sent = await missed.send_due(
            self._runtime.tools,
            self._writer,
            caps(self._runtime.config),
            self._clock(),
            timedelta(hours=self._runtime.config.relay.retry_hours),
        )
        if sent:
            self._wake_sender()
        return sent

    async def tell_invited(self) -> str:
        """Remind people of their invitations, once, and end those whose time is over."""
        tools, moment = self._runtime.tools, self._clock()
        told = await inviting.remind(tools, self._writer, caps(self._runtime.config), moment)
        if told.reminded:
            self._wake_sender()
        return f"reminded={told.reminded} expired={told.expired}"

    async def end_groups(self) -> None:
        """End the groups whose week of grace is over."""
        data_dir = self._runtime.config.site.data_dir
        if await ending.end_due(self._runtime.tools, self._writer, data_dir, self._clock()):
            self._wake_sender()
            self._wake_publisher()

    async def tell_given_up(self) -> None:
        """Write to coordinators about mail that could not be delivered in time."""
        if await givenup.send_due(self._runtime.tools, self._writer, self._clock()):
            self._wake_sender()

    async def send_morning_letters(self) -> None:
        """Write the coordinators' morning letters that are due."""
        if await morning.send_due(self._runtime.tools, self._writer, self._clock()):
            self._wake_sender()
