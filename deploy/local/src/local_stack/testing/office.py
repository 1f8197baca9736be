"""A firm at work: its administrator, who is signed in and manages dossiers, enters people and offers them access."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from local_stack.demo.actors import Actor, Human, human
from local_stack.demo.stage import Stage
from local_stack.demo.story import DOSSIER
from local_stack.demo.waiting import until


@dataclass(frozen=True)
class Colleague:
    """Another member of a firm's staff, signed in."""

    actor: Actor
    membership_id: str


@dataclass(frozen=True)
class Office:
    """One firm and its manager. Every dossier's holder is the one client, who is not invited by that (C4)."""

    stage: Stage
    manager: Actor
    firm_id: str
    client_id: str

    @classmethod
    async def open(cls, stage: Stage, name: str = "Kantoor Peeters") -> "Office":
        """A new firm, whose administrator has joined and signed in."""
        manager = stage.actor(human("Olga", "Peeters", "en"))
        firm_id = await stage.create_firm(name, manager.human)
        await manager.join_and_sign_in()

        async def working() -> bool:
            items = (await manager.api.get(f"{DOSSIER}/firms"))["items"]
            return any(item["id"] == firm_id for item in items)

        await until(working, "the firm is open to its administrator")
        client = await manager.api.post(f"{DOSSIER}/firms/{firm_id}/clients", human("Carl", "Client", "en").contact())
        return cls(stage, manager, firm_id, client["id"])

    def person(self, family_name: str = "Guest") -> Actor:
        """Somebody new, who reads English."""
        return self.stage.actor(human("Gwen", family_name, "en"))

    async def colleague(self, family_name: str = "Colleague") -> Colleague:
        """An accountant of the firm, who has joined and signed in."""
        actor = self.person(family_name)
        body = {**actor.human.contact(), "role": "accountant"}
        invited = await self.manager.api.post(f"{DOSSIER}/firms/{self.firm_id}/staff", body)
        await actor.join_and_sign_in()

        async def working() -> bool:
            items = (await actor.api.get(f"{DOSSIER}/firms"))["items"]
            return any(item["id"] == self.firm_id for item in items)

        await until(working, "the firm is open to its accountant")
        return Colleague(actor, invited["id"])

    async def dossier(self, name: str = "") -> str:
        """A new dossier; its id."""
        body = {"client_id": self.client_id, "name": name or f"Dossier {uuid4().hex[:6]}"}
        return str((await self.manager.api.post(f"{DOSSIER}/firms/{self.firm_id}/dossiers", body))["id"])

    async def enter(self, dossier_id: str, person: Human) -> str:
        """Somebody into the tree, without a right; the id of their place."""
        body = {**person.contact(), "relationship": "sibling"}
        return str((await self.manager.api.post(f"{DOSSIER}/dossiers/{dossier_id}/people", body))["id"])

    async def offer(self, dossier_id: str, person: Human, right: str = "read") -> str:
        """A right for somebody who is entered for it; the grant's id."""
        body = grant_body(await self.enter(dossier_id, person), right)
        return str((await self.manager.api.post(f"{DOSSIER}/dossiers/{dossier_id}/grants", body))["id"])

    async def invite(self, person: Human, right: str = "read") -> tuple[str, str]:
        """A right on a dossier of their own; the ids of dossier and grant."""
        dossier_id = await self.dossier()
        return dossier_id, await self.offer(dossier_id, person, right)

    async def withdraw(self, dossier_id: str, grant_id: str) -> None:
        await self.manager.api.post(f"{DOSSIER}/dossiers/{dossier_id}/grants/{grant_id}/withdraw")

    async def grant_of(self, dossier_id: str, person: Human) -> dict[str, Any]:
        """A person's grant as the rights page shows it (A15)."""
        page = await self.manager.api.get(f"{DOSSIER}/dossiers/{dossier_id}/rights")
        grants = [entry["grant"] for entry in page["people"] if entry["email"] == person.email]
        return dict(grants[0] or {})


def grant_body(person_id: str, right: str = "read") -> dict[str, Any]:
    return {"person_id": person_id, "right": right, "contact_confirmed": True}
