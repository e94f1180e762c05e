"""What can go wrong, in one place: the sentence, the exit code and the HTTP status.

Three families, as the data may be wrong (a row goes to quarantine and no error is raised), the request
may be wrong (exit code 2), or the house may be wrong (exit code 3).
"""

from fxwatch.terms import Language


class FxwatchError(Exception):
    """Root of everything fxwatch raises on purpose: one sentence, in English and in Chinese."""

    exit_code = 2
    http_status = 422

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.english = english
        self.chinese = chinese

    def say(self, language: Language) -> str:
        """The sentence in the reader's language."""
        return self.chinese if language == "zh" else self.english


class RequestError(FxwatchError):
    """The request cannot be understood or carried out as it was made."""


class NotFound(RequestError):
    """What was asked for does not exist."""

    http_status = 404


class FileRefused(RequestError):
    """A file cannot be taken at all; nothing of it was loaded."""


class Forbidden(RequestError):
    """The account has not the role that the act needs."""

    http_status = 403


class Decided(RequestError):
    """Somebody else was first: the hit, notice or breach is decided already."""

    http_status = 409


class HouseError(FxwatchError):
    """The home itself is damaged, of another version, or in use."""

    exit_code = 3
    http_status = 503


class HomeLocked(HouseError):
    """Another process is writing and did not finish in time."""


class Stands(FxwatchError):
    """What was asked for is done and stays done, though what should have followed it did not: no interruption undid it."""

    exit_code = 1
    http_status = 503
