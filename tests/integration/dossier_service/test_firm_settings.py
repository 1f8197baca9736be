"""A firm's policy over HTTP (R5): who sets it, what follows it, and what is refused."""

import asyncio
import base64
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from event_contracts.dossier import GrantOffered
from event_contracts.firms import FirmConfigured, StaffInvited
from PIL import Image

SETTINGS = {
    "name": "Dupont & fils",
    "language": "nl",
    "reminder_offsets": ["P3D", "P10D", "P21D"],
    "sender_name": "Étude Dupont",
    "reply_to": "Bureau@Dupont.EXAMPLE",
    "colour": "#1A4D7A",
}


def an_image(kind: str = "PNG", size: tuple[int, int] = (800, 240)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "navy").save(out, kind)
    return out.getvalue()


@pytest.fixture
async def office(world: Any) -> Any:
    return await world.office()


def path(office: Any, what: str = "settings") -> str:
    return f"/firms/{office.firm_id}/{what}"


async def patch(office: Any, body: Any, etag: str = "*") -> Any:
    return await office.administrator.call("PATCH", path(office), body, If_Match=etag)


async def put_logo(world: Any, office: Any, content: Any, kind: str = "image/png", **headers: str) -> Any:
    who = office.administrator
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = "/api/dossier/v1" + path(office, "logo")
    return await world.client.put(url, content=content, headers={**who.headers, "Content-Type": kind, **named})


class TestPolicy:
    async def test_r5_a_new_firm_follows_the_platform_and_notifier_knows_its_name(
        self, world: Any, office: Any
    ) -> None:
        settings = (await office.administrator.get(path(office))).json()

        assert (settings["reminder_offsets"], settings["reminders"]) == (None, ["P7D", "P30D"])
        assert (settings["colour"], settings["sender_name"], settings["has_logo"]) == (None, None, False)
        (said,) = await world.harness.said(FirmConfigured)
        assert (said.firm.firm_id, said.brand.sender_name, said.brand.logo_png) == (
            office.firm_id,
            "Cabinet Dupont",
            None,
        )

    async def test_r5_what_is_set_is_kept_in_one_spelling_and_said(self, world: Any, office: Any) -> None:
        answer = await patch(office, SETTINGS)

        read = await office.administrator.get(path(office))
        assert answer.json() == read.json()
        assert answer.headers["ETag"] == read.headers["ETag"] == '"2"'
        assert {name: read.json()[name] for name in SETTINGS} == {
            **SETTINGS,
            "reply_to": "bureau@dupont.example",
            "colour": "#1a4d7a",
        }
        said = (await world.harness.said(FirmConfigured))[-1]
        assert (said.firm.name, said.firm.language) == ("Dupont & fils", "nl")
        assert (said.brand.sender_name, said.brand.reply_to, said.brand.colour) == (
            "Étude Dupont",
            "bureau@dupont.example",
            "#1a4d7a",
        )

    async def test_r5_every_offer_from_now_on_carries_the_firm_s_reminders_and_no_other_firm_s(
        self, world: Any, office: Any
    ) -> None:
        neighbour = await world.office("Cabinet Voisin")
        await patch(office, {"reminder_offsets": ["P3D", "P10D"]})

        for one in (office, neighbour):
            dossier = await world.dossier(one)
            body = {"person_id": dossier.holder_id, "right": "write", "contact_confirmed": True}
            await one.accountant.made(dossier.path + "/grants", body)
            await world.colleague(one.firm_id, one.administrator)

        for event in (GrantOffered, StaffInvited):
            offsets = [[step.days for step in said.policy.offsets] for said in await world.harness.said(event)][-2:]
            assert offsets == [[3, 10], [7, 30]]

    async def test_r5_a_dry_run_shows_the_firm_s_reminders(self, office: Any) -> None:
        await patch(office, {"reminder_offsets": ["P3D", "P10D", "P20D"]})
        body = {"given_name": "Nora", "family_name": "New", "email": "n@firm.example", "phone": "+32470000003"}

        plan = (await office.administrator.post(path(office, "staff?dry_run=true"), body)).json()

        assert len(plan["mails"][0]["reminders"]) == 3

    async def test_r5_null_goes_back_to_the_platform(self, office: Any) -> None:
        await patch(office, SETTINGS)

        cleared = ("reminder_offsets", "sender_name", "reply_to", "colour")
        settings = (await patch(office, dict.fromkeys(cleared))).json()

        assert [settings[name] for name in cleared] == [None] * 4
        assert (settings["name"], settings["reminders"]) == ("Dupont & fils", ["P7D", "P30D"])

    async def test_the_same_again_says_nothing(self, world: Any, office: Any) -> None:
        await patch(office, SETTINGS)
        said = len(await world.harness.said(FirmConfigured))

        again = await patch(office, SETTINGS)

        assert (again.headers["ETag"], len(await world.harness.said(FirmConfigured))) == ('"2"', said)

    async def test_of_two_who_edit_at_the_same_moment_one_must_look_again(self, office: Any) -> None:
        answers = await asyncio.gather(
            patch(office, {"name": "Un"}, '"1"'),
            patch(office, {"name": "Deux"}, '"1"'),
            patch(office, {"name": "Trois"}, '"1"'),
        )
        without = await office.administrator.call("PATCH", path(office), {"name": "Quatre"})

        assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
        assert without.status_code == 428

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"language": "de"}, "language"),
            ({"name": "A\nB"}, "name"),
            ({"sender_name": "A\r\nBcc: x@example.com"}, "sender_name"),
            ({"reply_to": "not an address"}, "reply_to"),
            ({"reply_to": "a@b.example\r\nBcc: c@d.example"}, "reply_to"),
            ({"colour": "#ffff00"}, "colour"),
            ({"reminder_offsets": ["P7D", "P3D"]}, "reminder_offsets"),
            ({"reminder_offsets": [7]}, "reminder_offsets.0"),
        ],
    )
    async def test_r5_m2_what_a_mail_could_not_use_is_refused_by_field(
        self, office: Any, body: dict[str, Any], field: str
    ) -> None:
        answer = await patch(office, body)

        assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])
        assert (await office.administrator.get(path(office))).headers["ETag"] == '"1"'

    async def test_accountants_neither_read_nor_change_it(self, world: Any, office: Any) -> None:
        answers = [
            await office.accountant.get(path(office)),
            await office.accountant.call("PATCH", path(office), {"name": "Un"}, If_Match="*"),
            await office.accountant.call("DELETE", path(office, "logo")),
        ]

        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "administrator_only")] * 3


class TestLogo:
    @pytest.mark.parametrize(("kind", "name"), [("image/png", "PNG"), ("image/jpeg", "JPEG")])
    async def test_r5_it_is_kept_as_our_own_png_and_said(self, world: Any, office: Any, kind: str, name: str) -> None:
        answer = await put_logo(world, office, an_image(name), kind)

        shown = await office.accountant.get(path(office, "logo"))
        with Image.open(BytesIO(shown.content)) as image:
            assert (answer.status_code, image.format, image.size) == (204, "PNG", (400, 120))
        assert shown.headers["Content-Type"] == "image/png"
        said = (await world.harness.said(FirmConfigured))[-1]
        assert base64.b64decode(said.brand.logo_png or "") == shown.content
        assert (await office.administrator.get(path(office))).json()["has_logo"] is True

    async def test_r5_it_stays_in_what_is_said_of_other_changes_until_it_is_removed(
        self, world: Any, office: Any
    ) -> None:
        await put_logo(world, office, an_image())
        await patch(office, {"colour": "#000000"})
        kept = (await world.harness.said(FirmConfigured))[-1].brand
        removed = [await office.administrator.call("DELETE", path(office, "logo")) for _ in range(2)]

        assert kept.logo_png is not None
        assert [answer.status_code for answer in removed] == [204, 204]
        said = await world.harness.said(FirmConfigured)
        assert (len(said), said[-1].brand.logo_png, said[-1].brand.colour) == (4, None, "#000000")
        assert (await office.administrator.get(path(office, "logo"))).status_code == 404

    @pytest.mark.parametrize(
        ("content", "kind", "code"),
        [
            (b"not an image", "image/png", "logo_not_an_image"),
            (b"<svg onload='alert(1)'/>", "image/svg+xml", "logo_not_an_image"),
            (b"", "image/png", "logo_not_an_image"),
            (an_image() + b"\x00" * 200_000, "image/png", "logo_too_large"),
            (an_image(size=(3000, 2000)), "image/png", "logo_too_many_pixels"),
        ],
    )
    async def test_r5_what_is_no_small_image_is_refused(
        self, world: Any, office: Any, content: bytes, kind: str, code: str
    ) -> None:
        answer = await put_logo(world, office, content, kind)

        assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (422, code, "R5")
        assert (await office.administrator.get(path(office, "logo"))).status_code == 404

    async def test_fifty_megabytes_are_refused_by_their_length_alone(self, world: Any, office: Any) -> None:
        sent = 0

        async def chunks() -> AsyncIterator[bytes]:
            nonlocal sent
            for _ in range(50):
                sent += 1
                yield b"\x00" * 1_000_000

        declared = await put_logo(world, office, chunks(), Content_Length="50000000")
        read = sent
        undeclared = await put_logo(world, office, chunks())

        assert (declared.status_code, undeclared.status_code) == (413, 413)
        assert declared.json()["code"] == "content_too_large"
        assert read == 0
        assert sent - read <= 3

    async def test_accountants_do_not_change_it(self, world: Any, office: Any) -> None:
        url = "/api/dossier/v1" + path(office, "logo")
        headers = {**office.accountant.headers, "Content-Type": "image/png"}

        answer = await world.client.put(url, content=an_image(), headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "administrator_only")
