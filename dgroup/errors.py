"""The errors that the service raises on purpose: for operators, for SMTP clients, for callers."""

from __future__ import annotations

from dataclasses import dataclass


class DgroupError(Exception):
    """Base of all errors raised on purpose; its text is fit for an operator, without a traceback."""


class NotFoundError(DgroupError):
    """A group, member, mail or file that was asked for does not exist."""


class InputError(DgroupError):
    """A value given by an operator or a file cannot be used; the text says which and why."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing wrong in a settings file. `line` counts from 1; 0 means the whole file."""

    line: int
    key: str
    text: str

    def __str__(self) -> str:
        """One line for an operator, without the file's name."""
        place = f"line {self.line}: " if self.line else ""
        name = f"{self.key}: " if self.key else ""
        return f"{place}{name}{self.text}"


class ConfigError(DgroupError):
    """A settings file is wrong. `mistakes` holds all of them, in the order of the file."""

    def __init__(self, where: str, mistakes: tuple[Mistake, ...]) -> None:
        self.where = where
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(f"{where}: {mistake}" for mistake in self.mistakes))


class RefusedError(DgroupError):
    """A mail or a recipient is refused inside the SMTP session.

    `code` is the SMTP reply (RFC 5321 4.2), `enhanced` the status (RFC 3463), `text` is what the
    client may see, `reason` what only the log shows.
    """

    def __init__(self, code: int, enhanced: str, text: str, reason: str = "") -> None:
        self.code = code
        self.enhanced = enhanced
        self.text = text
        self.reason = reason or text
        super().__init__(self.reason)

    @property
    def reply(self) -> str:
        """The reply line for the client, without the line end."""
        return f"{self.code} {self.enhanced} {self.text}"

    @property
    def temporary(self) -> bool:
        """Whether the client should try again later (4yz)."""
        return 400 <= self.code < 500


class UnavailableError(RefusedError):
    """Nothing can be stored now (disk full, database away): the client is asked to come back."""

    def __init__(self, reason: str) -> None:
        super().__init__(451, "4.3.0", "Cannot store mail now, please try again later", reason)


class UnansweredError(Exception):
    """The domain name system could not say: a timeout, a server's failure, or our own limit."""
