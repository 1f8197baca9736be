"""What templates say: texts, numbers, dates and refusals in one language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from event_contracts.people import Language

from identity_service.pages import dates
from identity_service.pages.texts import PROBLEMS, TEXTS


class Words:
    """One language's texts, filled in. An unknown key is an error; an unknown refusal has a general text."""

    def __init__(self, language: Language, zone: ZoneInfo) -> None:
        self._language = language
        self._zone = zone
        self._texts = TEXTS[language]
        self._problems = PROBLEMS[language]

    def text(self, key: str, **values: object) -> str:
        return self._texts[key].format(**values)

    def counted(self, key: str, count: int) -> str:
        """The text for that many."""
        form = "one" if dates.is_one(count, self._language) else "other"
        return self.text(f"{key}_{form}", count=count)

    def problem(self, code: str) -> str:
        """A refusal in words, by its stable code."""
        return self._problems.get(code) or self._problems["other"]

    def when(self, moment: datetime) -> str:
        return dates.in_words(moment, self._language, self._zone)

    def moment(self, moment: datetime) -> str:
        return dates.short(moment, self._language, self._zone)

    def day(self, moment: datetime) -> str:
        return dates.day(moment, self._language, self._zone)

    def zone(self) -> str:
        return dates.zone_in_words(self._language, self._zone)
