"""The one error that commands print without a traceback."""


class StackError(Exception):
    """Something a person can put right; the text says what."""
