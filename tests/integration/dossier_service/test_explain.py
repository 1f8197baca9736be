"""Who can open a dossier, what a person can open, and both at a past date; a holder's journal (A11, A12)."""

from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from event_contracts.identity import AccountErased
from event_contracts.people import OfferKind
from service_kit.ids import new_id
from sqlalchemy import text


def at(moment: str) -> str:
    return "?at=" + quote(moment)


def names(found: dict[str, Any]) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    """Staff by name and party; everybody else by name, party and right."""
    staff = [(one["name"], one["party"]) for one in found["staff"]]
    outside = [(one["name"], one["party"], one["right"]) for one in found["outside"]]
    return staff, outside


async def access(who: Any, dossier: Any, moment: str | None = None) -> dict[str, Any]:
    path = dossier if isinstance(dossier, str) else dossier.path
    answer = await who.get(f"{path}/access{at(moment) if moment else ''}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def clock(world: Any) -> str:
    """The database's time, of which later facts are later."""
    (row,) = await world.rows("SELECT app_now() AS now")
    now: datetime = row["now"]
    return now.isoformat()


class TestWho:
    async def test_a11_everybody_who_opens_it_with_since_when_and_by_whose_hand(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        child, grant = await world.granted(office, dossier, dossier.child_id, "read")

        found = await access(office.accountant, dossier)

        (manager,) = found["staff"]
        assert (manager["party"], manager["rule"], manager["membership_id"]) == ("manager", "A1", office.accountant_id)
        assert manager["account_id"] == str(office.accountant.account_id)
        first, second = found["outside"]
        assert (first["party"], first["right"], first["account_id"]) == ("holder", "write", str(holder.account_id))
        assert (second["grant_id"], second["party"], second["right"]) == (grant["id"], "family", "read")
        assert (second["given_by_name"], second["given_by_kind"], second["rule"]) == ("Marc Manager", "staff", "A1")
        assert (second["account_id"], second["networks"], second["limited"]) == (str(child.account_id), [], False)
        assert (found["closed"], second["hindrances"]) == (None, [])

    async def test_a2_what_a_holder_gave_is_said_to_be_given_by_them(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        body = {"person_id": dossier.child_id, "right": "read", "contact_confirmed": True}
        grant = await holder.made(dossier.path + "/grants", body)
        await world.joins(grant["id"], world.somebody())

        child = (await access(office.accountant, dossier))["outside"][1]

        assert (child["given_by"], child["given_by_kind"], child["rule"]) == (dossier.holder_id, "holder", "A2")

    async def test_a12_a_holder_is_told_everybody_without_accounts_and_networks(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        _, grant = await world.granted(office, dossier, dossier.child_id)
        await limit(world, grant["id"], "192.0.2.0/24")

        by_manager, by_holder = await access(office.accountant, dossier), await access(holder, dossier)

        assert names(by_holder) == names(by_manager)
        assert {one["account_id"] for one in by_holder["staff"] + by_holder["outside"]} == {None}
        assert [(one["limited"], one["networks"]) for one in by_manager["outside"]] == [
            (False, []),
            (True, ["192.0.2.0/24"]),
        ]
        assert [(one["limited"], one["networks"]) for one in by_holder["outside"]] == [(False, None), (True, None)]

    async def test_who_has_nothing_to_do_with_it_is_not_told(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        child, _ = await world.granted(office, dossier, dossier.child_id)
        colleague, _ = await world.colleague(office.firm_id, office.administrator)
        unknown = await world.somebody().get(f"/dossiers/{new_id()}/access")

        refused = await child.get(dossier.path + "/access")
        by_administrator = await office.administrator.get(dossier.path + "/access")
        strangers = [await who.get(dossier.path + "/access") for who in (world.somebody(), colleague)]

        assert (refused.status_code, refused.json()["rule"]) == (403, "A12")
        assert (by_administrator.status_code, by_administrator.json()["rule"]) == (403, "A14")
        for stranger in strangers:
            assert (stranger.status_code, stranger.json()["code"]) == (404, unknown.json()["code"])

    async def test_a11_only_a_past_moment_can_be_asked_about(self, world: Any) -> None:
        stranger = world.somebody()

        for moment, code in MOMENTS.items():
            answer = await stranger.get("/my/access" + at(moment))

            assert answer.status_code == 422, moment
            (error,) = answer.json()["errors"]
            assert (error["field"].rpartition(".")[2], error["code"], error["rule"]) == ("at", code, "A11")


MOMENTS = {
    "2999-01-01T00:00:00Z": "at_in_future",
    "yesterday": "moment_malformed",
    "2026-03-03": "moment_malformed",
    "2026-03-03T10:00:00": "moment_malformed",
    "2026-13-03T10:00:00Z": "moment_malformed",
    "0001-01-01T00:00:00+14:00": "moment_malformed",
    "1772532000": "moment_malformed",
    "": "moment_malformed",
}


class TestThen:
    async def test_a11_who_could_at_each_moment_of_a_long_story(self, world: Any) -> None:
        """Every step is asked about at once and once more at the end: the past does not change."""
        office = await world.office()
        dossier = await world.dossier(office)
        colleague, colleague_id = await world.colleague(office.firm_id, office.administrator)
        steps = Story(world, office, dossier)
        await steps.note()
        _, holder = await steps.take(world.granted(office, dossier, dossier.holder_id))
        child, grant = await steps.take(world.granted(office, dossier, dossier.child_id, "read"))
        path = f"{dossier.path}/grants/{grant['id']}"
        await steps.take(office.accountant.call("PATCH", path, {"right": "write"}, If_Match="*"))
        team = f"{dossier.path}/team/{colleague_id}"
        await steps.take(office.accountant.call("PUT", team))
        out, reason = f"/firms/{office.firm_id}/portal-users/{child.account_id}", {"reason": "left home"}
        await steps.take(office.administrator.post(out + "/deactivation", reason))
        await steps.take(office.administrator.post(out + "/reactivation", reason))
        handover = {"membership_id": colleague_id, "reason": "holiday"}
        await steps.take(office.accountant.call("PUT", dossier.path + "/manager", handover))
        steps.manager = colleague
        team = f"{dossier.path}/team/{office.accountant_id}"
        await steps.take(colleague.call("DELETE", team))
        await steps.take(colleague.post(path + "/withdraw"))

        kinds = [names(found) for found in steps.seen]

        child_name = "Léa Dupont"
        assert [len(outside) for _, outside in kinds] == [0, 1, 2, 2, 2, 2, 2, 2, 2, 1]
        assert (child_name, "family", "read") in kinds[2][1]
        assert (child_name, "family", "write") in kinds[3][1]
        assert [party for _, party in kinds[4][0]] == ["manager", "team"]
        assert [one["hindrance"] for one in steps.seen[5]["outside"][1]["hindrances"]] == ["deactivated"]
        assert [len(staff) for staff, _ in kinds[6:]] == [2, 2, 1, 1]
        assert holder["id"] == steps.seen[-1]["outside"][0]["grant_id"]
        await steps.ask_again()

    async def test_a11_deaths_and_closing_belong_to_the_past_too(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        await world.granted(office, dossier, dossier.holder_id)
        await world.granted(office, dossier, dossier.child_id)
        accountant, steps = office.accountant, Story(world, office, dossier)
        death = f"{dossier.path}/people/{dossier.holder_id}/death"
        await steps.take(accountant.call("PUT", death, {"deceased_on": "2026-03-03"}))
        await steps.take(accountant.call("DELETE", death))
        await steps.take(accountant.post(dossier.path + "/close", {"access": "read_only", "reason": "sold"}))
        await steps.take(accountant.post(dossier.path + "/reopen", {"reason": "bought back"}))
        await steps.take(accountant.post(dossier.path + "/close", {"access": "ended", "reason": "sold"}))

        hindered = [[one["hindrance"] for one in found["outside"][0]["hindrances"]] for found in steps.seen]

        assert hindered == [["deceased"], [], [], [], []]
        assert [found["closed"] for found in steps.seen] == [None, None, "read_only", None, "ended"]
        assert [len(found["outside"]) for found in steps.seen] == [2, 2, 2, 2, 1]
        await steps.ask_again()

    async def test_a9_a_contact_s_limits_belong_to_the_past_too(self, world: Any, company: Any) -> None:
        branch = await company.office.administrator.made(f"/firms/{company.office.firm_id}/branches", {"name": "Liège"})
        form = await company.contact()
        await company.joined(form, networks=["192.0.2.0/24", "::1"], branch_id=branch["id"])
        steps = Story(world, company.office, company.dossier)
        await steps.note()
        freed = {"right": "read", "networks": [], "branch_id": None}
        await steps.take(company.manager.call("PATCH", form, freed, If_Match="*"))

        limits = [[found["outside"][0][name] for name in LIMITS] for found in steps.seen]

        assert limits == [["write", True, ["192.0.2.0/24", "::1"], branch["id"]], ["read", False, [], None]]
        await steps.ask_again()

    async def test_i13_an_erased_account_could_open_it_before(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        holder, _ = await world.granted(office, dossier, dossier.holder_id)
        before = await clock(world)
        await world.told(AccountErased(account_id=holder.account_id))

        assert (await access(office.accountant, dossier))["outside"] == []
        assert [one["party"] for one in (await access(office.accountant, dossier, before))["outside"]] == ["holder"]

    async def test_before_a_dossier_was_opened_nobody_could(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)

        assert names(await access(office.accountant, dossier, "2020-01-01T00:00:00+01:00")) == ([], [])

    async def test_i9_a_corrected_place_in_the_staff_takes_its_dossiers_along(self, world: Any) -> None:
        firm_id, administrator = await world.firm()
        body = {"given_name": "Nora", "family_name": "New", "email": f"{new_id()}@firm.example"}
        invited = await administrator.made(f"/firms/{firm_id}/staff", {**body, "phone": "+32470000003"})
        client = await administrator.made(f"/firms/{firm_id}/clients", a_client())
        opening = {"client_id": client["id"], "manager_id": invited["id"]}
        dossier = await administrator.made(f"/firms/{firm_id}/dossiers", opening)
        correction = {"email": f"{new_id()}@firm.example"}
        place = f"/firms/{firm_id}/staff/{invited['id']}"
        moved = (await administrator.call("PATCH", place, correction, If_Match="*")).json()
        nora = world.somebody()
        await world.joins(moved["id"], nora, OfferKind.FIRM)

        path = f"/dossiers/{dossier['id']}/access"
        now = (await nora.get(path)).json()
        then = (await nora.get(path + at(await clock(world)))).json()

        assert names(now) == ([("Nora New", "manager"), ("Anne Admin", "team")], [])
        assert (then["staff"], then["outside"]) == (now["staff"], now["outside"])


LIMITS = ("right", "limited", "networks", "branch_id")


class Story:
    """Asks after each step who can open a dossier, by today's tables and by the journal up to this moment."""

    def __init__(self, world: Any, office: Any, dossier: Any) -> None:
        self._world = world
        self._dossier = dossier
        self.manager = office.accountant
        self.seen: list[dict[str, Any]] = []
        self._moments: list[str] = []

    async def take(self, step: Any) -> Any:
        done = await step
        assert getattr(done, "status_code", 200) in {200, 204}, done.text
        await self.note()
        return done

    async def note(self) -> None:
        """The journal agrees with the tables on every detail."""
        now, moment = await access(self.manager, self._dossier), await clock(self._world)
        assert self._same(now, await access(self.manager, self._dossier, moment))
        self.seen.append(now)
        self._moments.append(moment)

    async def ask_again(self) -> None:
        for now, moment in zip(self.seen, self._moments, strict=True):
            assert self._same(now, await access(self.manager, self._dossier, moment))

    @staticmethod
    def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
        return {**one, "at": None} == {**other, "at": None}


def a_client() -> dict[str, Any]:
    return {"given_name": "Clara", "family_name": "Client", "email": f"{new_id()}@example.com", "language": "fr"}


async def limit(world: Any, grant_id: str, *networks: str) -> None:
    async with world.harness.transaction() as uow:
        statement = text("UPDATE access_grant SET networks = CAST(:networks AS text[]) WHERE id = :id")
        await uow.session.execute(statement, {"networks": list(networks), "id": UUID(grant_id)})
