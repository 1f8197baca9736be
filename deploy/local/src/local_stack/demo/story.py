"""What the scenes know of each other: the people, and the ids of what they have made so far."""

from dataclasses import dataclass, field
from typing import Any

from local_stack.demo.actors import Actor, Human, human
from local_stack.demo.stage import Stage

DOSSIER = "/api/dossier/v1"


@dataclass
class Dossier:
    """A dossier with the people of its tree and their grants, by given name."""

    id: str
    name: str
    people: dict[str, str]
    grants: dict[str, str]

    @property
    def path(self) -> str:
        return f"{DOSSIER}/dossiers/{self.id}"


@dataclass
class Story:
    """One run of the demo. Everybody is new, so that it can be played again on the same system."""

    stage: Stage
    administrator: Actor
    accountant: Actor
    holder: Actor
    spouse: Human = field(default_factory=lambda: human("Victor", "Stone", "en"))
    child: Human = field(default_factory=lambda: human("Chloe", "Stone", "en"))
    firm_id: str = ""
    client_id: str = ""
    first: Dossier | None = None
    second: Dossier | None = None

    @classmethod
    def on(cls, stage: Stage) -> "Story":
        """Three people with three languages (M1)."""
        alice, bram, helen = (
            human("Alice", "Martin", "fr"),
            human("Bram", "Peeters", "nl"),
            human("Helen", "Stone", "en"),
        )
        return cls(stage, stage.actor(alice), stage.actor(bram), stage.actor(helen))

    @property
    def dossier(self) -> Dossier:
        """The first dossier; a scene that comes before it is a mistake of the script."""
        assert self.first is not None
        return self.first

    @property
    def other_dossier(self) -> Dossier:
        assert self.second is not None
        return self.second

    async def rights(self) -> dict[str, Any]:
        """The rights page of the first dossier, by given name, as its manager sees it (A15)."""
        page = await self.accountant.api.get(f"{self.dossier.path}/rights")
        return {person["given_name"]: person for person in page["people"]}

    async def holder_grant(self) -> dict[str, Any]:
        """The holder's grant as the rights page shows it."""
        grant: dict[str, Any] = (await self.rights())[self.holder.human.given_name]["grant"]
        return grant
