"""A dossier with plans: its manager, a holder who has joined, a child who has not, and short names for the calls."""

from typing import Any
from uuid import UUID

import pytest

CONTENT = {"retirement": {"age": 65, "monthlySavings": 400}, "goals": ["house", "boat"]}


class Planning:
    """The dossier's section of plans, and who is there."""

    def __init__(self, world: Any, office: Any, dossier: Any, holder: Any, holder_grant: str) -> None:
        self.world, self.office, self.dossier, self.manager = world, office, dossier, office.accountant
        self.holder, self.holder_grant = holder, holder_grant
        self.section = dossier.path + "/sections/plans"

    def path(self, plan: str, what: str = "") -> str:
        return f"{self.section}/plans/{plan}{what}"

    async def plan(self, **changes: Any) -> str:
        """A plan's id."""
        made = await self.manager.made(self.section + "/plans", {"title": "Pension", "content": CONTENT, **changes})
        return str(made["id"])

    async def written(self, plan: str, content: dict[str, Any], **changes: Any) -> Any:
        """The plan's next version."""
        body = {"title": "Pension", "content": content, **changes}
        answer = await self.manager.call("PUT", self.path(plan), body, If_Match="*")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def email_of(self, grant: str) -> str:
        query = "SELECT p.email FROM person p JOIN access_grant g ON g.person_id = p.id WHERE g.id = :grant"
        (row,) = await self.world.rows(query, grant=UUID(grant))
        return str(row["email"])

    async def chosen(self, *grants: str) -> list[dict[str, str]]:
        """Recipients with the addresses that the firm has."""
        return [{"grant_id": grant, "email": await self.email_of(grant)} for grant in grants]

    async def publish(self, plan: str, *grants: str, query: str = "", **changes: Any) -> Any:
        body = {"recipients": await self.chosen(*(grants or [self.holder_grant])), **changes}
        return await self.manager.post(self.path(plan, "/publications") + query, body)

    async def published(self, plan: str, *grants: str, **changes: Any) -> dict[str, Any]:
        answer = await self.publish(plan, *grants, **changes)
        assert answer.status_code == 201, answer.text
        published: dict[str, Any] = answer.json()
        return published

    async def offered(self, person_id: str | None = None, **changes: Any) -> str:
        """A grant that waits for its person: the child's, unless somebody else is named."""
        body = {"person_id": person_id or self.dossier.child_id, "right": "write", "contact_confirmed": True}
        return str((await self.manager.made(self.dossier.path + "/grants", {**body, **changes}))["id"])

    async def let_in(self, person_id: str | None = None, right: str = "write") -> tuple[Any, str]:
        """Somebody who has joined (the child, unless somebody else is named), and their grant."""
        grant = await self.offered(person_id, right=right)
        person = self.world.somebody()
        await self.world.joins(grant, person)
        return person, grant

    async def submit(self, who: Any, plan: str, patch: Any, kind: str = "merge_patch", version: int = 1) -> Any:
        body = {"base_version": version, kind: patch}
        return await who.post(self.path(plan, "/changes"), body)

    async def submitted(self, who: Any, plan: str, patch: Any, **changes: Any) -> str:
        """A change's path."""
        answer = await self.submit(who, plan, patch, **changes)
        assert answer.status_code == 201, answer.text
        return self.path(plan, f"/changes/{answer.json()['id']}")

    async def journal(self, action: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await self.world.rows(
            "SELECT rule, reason, details FROM journal WHERE action = :action ORDER BY id", action=action
        )
        return rows


@pytest.fixture
def content() -> dict[str, Any]:
    """What a new plan says."""
    return CONTENT


@pytest.fixture
async def planning(world: Any) -> Planning:
    office = await world.office()
    dossier = await world.dossier(office)
    holder, grant = await world.granted(office, dossier, dossier.holder_id)
    return Planning(world, office, dossier, holder, grant["id"])


@pytest.fixture
def refusal() -> Any:
    """`refusal(answer)`: status, code and rule."""
    return lambda answer: (answer.status_code, answer.json()["code"], answer.json()["rule"])


@pytest.fixture
def fields() -> Any:
    """`fields(answer)`: which fields are wrong, and how."""
    return lambda answer: [(error["field"], error["code"]) for error in answer.json()["errors"]]
