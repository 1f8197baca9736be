"""How many guesses a password withstands: zxcvbn's model of leaked lists and patterns, without network."""

import threading
from collections.abc import Collection

from zxcvbn import zxcvbn

# The model's time grows with the square of the length and more; what is longer is judged by its beginning.
LONGEST_JUDGED = 72
# The library keeps the words of one person in a module-wide table while it works.
_ONE_AT_A_TIME = threading.Lock()


def guesses(password: str, names: Collection[str]) -> int:
    """The estimate for what is typed, knowing the person's own names. Up to a tenth of a second of work."""
    with _ONE_AT_A_TIME:
        result = zxcvbn(password[:LONGEST_JUDGED], user_inputs=[*names, *_parts(names)], max_length=LONGEST_JUDGED)
        zxcvbn("-", user_inputs=[])  # the library would keep these names until the next person's
    return int(result["guesses"])


def _parts(names: Collection[str]) -> list[str]:
    """The words inside names and addresses."""
    split = (name.replace("@", " ").replace(".", " ").replace("-", " ").split() for name in names)
    return [part for parts in split for part in parts]
