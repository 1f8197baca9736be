"""The journal is append-only and names nobody (A11, A12); tables and migrations agree; operators create firms."""

import json
from typing import Any

import pytest
from dossier_service.bootstrap import SERVICE
from service_kit.db import migrations
from service_kit.runtime.cli import build_cli
from service_kit.testing.databases import with_database
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner


class TestJournal:
    async def test_a11_who_did_what_by_which_rule_and_caused_by_which_request(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        _, grant = await world.granted(office, dossier, dossier.child_id, "read")
        await office.accountant.call("PATCH", f"{dossier.path}/grants/{grant['id']}", {"right": "write"}, If_Match="*")
        withdrawal = f"{dossier.path}/grants/{grant['id']}/withdraw"
        await office.accountant.post(withdrawal, {"reason": "parti"})

        entries = (await office.accountant.get(dossier.path + "/journal")).json()["items"]

        of_grant = [entry for entry in entries if entry["subject_id"] == grant["id"]]
        assert [(entry["action"], entry["rule"], entry["actor_kind"]) for entry in of_grant] == [
            ("grant_withdrawn", "A1", "account"),
            ("grant_changed", "A1", "account"),
            ("grant_activated", "A10", "identity"),
            ("grant_offered", "A1", "account"),
        ]
        assert of_grant[0]["actor_id"] == str(office.accountant.account_id)
        assert of_grant[0]["reason"] == "parti"
        assert of_grant[1]["details"] == {"previous_right": "read", "right": "write"}
        assert of_grant[0]["correlation_id"] != of_grant[1]["correlation_id"]

    async def test_names_and_addresses_are_never_written_down(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        await world.granted(office, dossier, dossier.child_id)

        (row,) = await world.rows("SELECT string_agg(journal::text, ' ') AS everything FROM journal")

        for word in ("Dupont", "Léa", "@", "+32"):
            assert word not in row["everything"]

    @pytest.mark.parametrize("statement", ["UPDATE journal SET rule = 'none'", "DELETE FROM journal"])
    async def test_a11_not_even_the_service_itself_can_change_it(self, world: Any, statement: str) -> None:
        await world.office()

        with pytest.raises(DBAPIError, match="permission denied"):
            async with world.harness.transaction() as uow:
                await uow.session.execute(text(statement))

    async def test_it_comes_in_pages_newest_first(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)
        whole = (await office.accountant.get(dossier.path + "/journal")).json()["items"]

        first = (await office.accountant.get(dossier.path + "/journal?limit=1")).json()
        second = (await office.accountant.get(f"{dossier.path}/journal?limit=200&cursor={first['next']}")).json()

        assert len(whole) > 2
        assert first["items"] + second["items"] == whole
        assert [entry["id"] for entry in whole] == sorted((entry["id"] for entry in whole), reverse=True)

    async def test_a14_an_administrator_outside_the_team_does_not_read_it(self, world: Any) -> None:
        office = await world.office()
        dossier = await world.dossier(office)

        assert (await office.administrator.get(dossier.path + "/journal")).json()["rule"] == "A14"

    async def test_its_rows_lie_in_the_partition_of_their_month(self, world: Any) -> None:
        await world.office()

        rows = await world.rows("SELECT DISTINCT tableoid::regclass::text AS part FROM journal")

        assert [row["part"] for row in rows] != ["journal_default"]


class TestSchema:
    async def test_tables_and_migrations_agree(self, world: Any) -> None:
        await migrations.check(world.owner_url, SERVICE.migrations)

    async def test_every_constraint_has_a_speaking_name(self) -> None:
        unnamed = [
            f"{table.name}: {constraint}"
            for table in SERVICE.metadata.tables.values()
            for constraint in table.constraints
            if constraint.name is None and constraint.columns
        ]

        assert [name for name in unnamed if "PrimaryKey" not in name] == []

    async def test_every_route_declares_the_refusals_it_knows(self, world: Any) -> None:
        openapi = world.client._transport.app.openapi()

        for path, methods in openapi["paths"].items():
            if not path.startswith("/api/dossier/v1/"):
                continue
            for method, operation in methods.items():
                assert {"401", "503"} <= operation["responses"].keys(), f"{method} {path}"
                if "{" in path:
                    assert {"403", "404"} <= operation["responses"].keys(), f"{method} {path}"


class TestCreateFirm:
    ARGUMENTS = (
        "create-firm",
        *("--name", "Cabinet Dupont", "--language", "nl", "--given-name", "Anne", "--family-name", "Admin"),
    )

    @pytest.fixture
    def run(self, world: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
        url = with_database(world.harness.database.url, world.harness.database.url.rpartition("/")[2])
        for name, value in {
            "DATABASE_URL": url,
            "RABBIT_URL": "amqp://dossier:pw@127.0.0.1/",
            "PUBLIC_BASE_URL": "https://access.example",
            "TOKEN_ISSUER": "https://access.example",
        }.items():
            monkeypatch.setenv("DOSSIER_" + name, value)
        return lambda *arguments: CliRunner().invoke(build_cli(SERVICE), [*self.ARGUMENTS, *arguments])

    def test_an_operator_creates_a_firm_and_its_administrator_is_invited(self, run: Any) -> None:
        result = run("--email", "Anne@Firm.example", "--phone", "+32470000001")

        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout).keys() == {"firm_id", "membership_id"}

    @pytest.mark.parametrize(
        ("email", "phone", "field"),
        [("nobody", "+32470000001", "email"), ("anne@firm.example", "0470", "phone")],
    )
    def test_a3_a14_what_cannot_be_meant_is_refused_in_one_line(
        self, run: Any, email: str, phone: str, field: str
    ) -> None:
        result = run("--email", email, "--phone", phone)

        assert result.exit_code == 2
        assert field in result.stderr
