"""What the scenes know of each other: the people, and the ids of what they have made so far."""

from dataclasses import dataclass
from typing import Any

from local_stack.demo.actors import Actor, Human, human
from local_stack.demo.stage import Stage
from local_stack.mail.store import Mail

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
    spouse: Actor
    child: Actor
    sister: Actor
    son: Actor
    notary: Actor
    contact: Actor
    firm_id: str = ""
    client_id: str = ""
    first: Dossier | None = None
    second: Dossier | None = None
    company: Dossier | None = None
    wrong_mail: Mail | None = None
    plan: str = ""
    plan_change: str = ""

    @classmethod
    def on(cls, stage: Stage) -> "Story":
        """Two members of staff, a family, a notary and a company's contact, in three languages (M1)."""
        return cls(
            stage,
            administrator=stage.actor(human("Alice", "Martin", "fr")),
            accountant=stage.actor(human("Bram", "Peeters", "nl")),
            holder=stage.actor(human("Helen", "Stone", "en")),
            spouse=stage.actor(human("Victor", "Stone", "en")),
            child=stage.actor(human("Chloe", "Stone", "en")),
            sister=stage.actor(human("Iris", "Stone", "en")),
            son=stage.actor(human("Noah", "Stone", "en")),
            notary=stage.actor(human("Nora", "Vos", "nl")),
            contact=stage.actor(human("Mireille", "Couture", "fr")),
        )

    @property
    def dossier(self) -> Dossier:
        """The first dossier; a scene that comes before it is a mistake of the script."""
        assert self.first is not None
        return self.first

    @property
    def other_dossier(self) -> Dossier:
        assert self.second is not None
        return self.second

    @property
    def company_dossier(self) -> Dossier:
        assert self.company is not None
        return self.company

    @property
    def bounced_mail(self) -> Mail:
        assert self.wrong_mail is not None
        return self.wrong_mail

    async def grant_of(self, person: Human) -> dict[str, Any]:
        """Somebody's grant on the first dossier as the rights page shows it; empty when there is none."""
        return dict((await self.rights())[person.given_name]["grant"] or {})

    async def rights(self) -> dict[str, Any]:
        """The rights page of the first dossier, by given name, as its manager sees it (A15)."""
        page = await self.accountant.api.get(f"{self.dossier.path}/rights")
        return {person["given_name"]: person for person in page["people"]}

    async def holder_grant(self) -> dict[str, Any]:
        """The holder's grant as the rights page shows it."""
        return await self.grant_of(self.holder.human)
