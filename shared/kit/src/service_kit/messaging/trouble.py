"""Trouble: the database, the broker or a lock kept work from being tried. It counts no attempt."""


class Trouble(Exception):
    """The work could not be tried properly; it is repeated later as if nothing had happened."""

    def __init__(self, part: str, cause: BaseException) -> None:
        super().__init__(f"{part}: {type(cause).__name__}")
        self.part = part
