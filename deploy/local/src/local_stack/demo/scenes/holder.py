"""The holder is in: opens the dossier, writes into it, and is refused what the law refuses."""

from typing import Any

from local_stack.demo.api import Unexpected
from local_stack.demo.story import DOSSIER, Dossier, Story
from local_stack.demo.waiting import until


async def the_holder_signs_in(story: Story) -> str:
    await story.holder.sign_in()
    return f"{story.holder.human.name} signs in as {story.holder.user_name} with the code from the SMS (I10)"


async def the_holder_opens_the_dossier(story: Story) -> str:
    mine = await open_to_holder(story, story.dossier)
    cover = await story.holder.api.get(story.dossier.path)
    family = await story.holder.api.get(f"{story.dossier.path}/sections/family-structure")
    if len(family["people"]) != 3 or cover["right"] != "write":
        raise Unexpected("the dossier is not as it was written")
    return f"“{mine['name']}” of {mine['firm']['name']} is open: {mine['party']} with {mine['right']}, a tree of three"


async def the_holder_writes_an_asset(story: Story) -> str:
    path = f"{story.dossier.path}/sections/asset-inventory"
    house = {"kind": "real_estate", "description": "House in Ghent", "value": euros("410000.00")}
    made = await story.holder.api.post(f"{path}/assets", house)
    edit = {**house, "value": euros("425000.00")}
    await story.holder.api.put(f"{path}/assets/{made['id']}", edit, {"If-Match": made["etag"]})
    stale = await story.holder.api.send("PUT", f"{path}/assets/{made['id']}", edit, {"If-Match": made["etag"]})
    seen = (await story.accountant.api.get(path))["items"]
    if stale.status_code != 412 or [asset["value"] for asset in seen] != [edit["value"]]:
        raise Unexpected("the asset is not as the holder wrote it")
    return "the holder adds an asset and corrects it; a stale edit is refused (412), the manager sees the new amount"


async def the_holder_is_refused_the_rest(story: Story) -> str:
    adviser = {**story.notary.human.contact(), "kind": "notary"}
    advising = await story.holder.api.refused("POST", f"{story.dossier.path}/advisers", adviser)
    billing = await story.holder.api.refused("GET", f"{story.dossier.path}/sections/billing-account")
    firm = await story.holder.api.refused("GET", f"{DOSSIER}/firms/{story.firm_id}/clients")
    found = [advising.status, billing.status, firm.status]
    if found != [403, 403, 404]:
        raise Unexpected(f"the refusals were {found}")
    return (
        f"refused to the holder: an adviser ({advising}), the billing account ({billing}), the firm's clients ({firm})"
    )


async def decisions_say_why(story: Story) -> str:
    question = {"dossier_id": story.dossier.id, "section": "asset_inventory", "action": "write"}
    allowed = await story.holder.api.post(f"{DOSSIER}/decisions", question)
    denied = await story.holder.api.post(f"{DOSSIER}/decisions", {**question, "section": "billing_account"})
    why = allowed["why"]
    if not allowed["allowed"] or denied["allowed"] or why["grant_id"] not in story.dossier.grants.values():
        raise Unexpected(f"the decisions were {allowed} and {denied}")
    return (
        f"why (A11): {why['reason']} ({why['rule']}), given by {why['given_by_name']}; "
        f"but {denied['why']['reason']} ({denied['why']['rule']})"
    )


async def the_holders_access_stays(story: Story) -> str:
    grant = story.dossier.grants[story.holder.human.given_name]
    withdrawal = await story.accountant.api.refused("POST", f"{story.dossier.path}/grants/{grant}/withdraw")
    if (withdrawal.status, withdrawal.rule) != (409, "A5"):
        raise Unexpected(f"the withdrawal was refused by {withdrawal}")
    return f"the manager cannot withdraw it: {withdrawal}: {withdrawal.detail}"


async def the_rights_page_shows_everybody(story: Story) -> str:
    async def settled() -> dict[str, Any] | None:
        page = await story.rights()
        grant = page[story.holder.human.given_name]["grant"]
        done = grant["invitation"]["state"] == "accepted" and grant["next_reminder_at"] is None
        return page if done and grant["last_mail"]["state"] == "sent" else None

    page = await until(settled, "the rights page shows the invitation accepted and no reminder")
    grant = page[story.holder.human.given_name]["grant"]
    if page[story.spouse.human.given_name]["grant"] or page[story.child.human.given_name]["grant"]:
        raise Unexpected("somebody without a right is shown with one")
    others = f"{story.spouse.human.given_name} and {story.child.human.given_name}"
    return (
        f"the rights page (A15): {story.holder.human.given_name} {grant['right']}, {grant['state']}, invitation "
        f"{grant['invitation']['state']}, no more reminders; {others} without a right"
    )


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


async def open_to_holder(story: Story, dossier: Dossier) -> dict[str, Any]:
    """The dossier among the holder's own, once it is open (A10)."""

    async def opened() -> dict[str, Any] | None:
        items = (await story.holder.api.get(f"{DOSSIER}/my/dossiers"))["items"]
        return next((item for item in items if item["id"] == dossier.id and item["state"] == "open"), None)

    return await until(opened, f"{dossier.name} is open to the holder")


SCENES = (
    ("the holder signs in", the_holder_signs_in),
    ("the holder opens the dossier", the_holder_opens_the_dossier),
    ("the holder writes an asset", the_holder_writes_an_asset),
    ("the holder is refused the rest", the_holder_is_refused_the_rest),
    ("decisions say why", decisions_say_why),
    ("the holder's access is never withdrawn", the_holders_access_stays),
    ("the rights page shows everybody", the_rights_page_shows_everybody),
)
