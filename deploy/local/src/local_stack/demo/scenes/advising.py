"""An adviser is registered and let in by the manager: may edit assets, is refused a report (A6, A7)."""

from local_stack.demo.api import Unexpected
from local_stack.demo.story import Story
from local_stack.demo.waiting import until

LAND = {
    "kind": "real_estate",
    "description": "Field in Ghent",
    "value": {"amount": "85000.00", "currency": "EUR"},
}
REPORT = {"title": "Succession", "tool": "succession", "parameters": {}}


async def an_adviser_is_registered(story: Story) -> str:
    notary, path = story.notary.human, story.dossier.path
    data = {**notary.contact(), "kind": "notary", "organisation": "Notary Office Vos"}
    registered = await story.accountant.api.post(f"{path}/advisers", data)
    body = {"person_id": registered["id"], "right": "write", "contact_confirmed": True}
    story.dossier.grants[notary.given_name] = (await story.accountant.api.post(f"{path}/grants", body))["id"]
    mail = (await story.notary.mailbox.mails_from(notary.email, 1))[0]
    return f"the manager registers the notary {notary.name} and grants write (A6); mail: “{mail.subject}”"


async def the_adviser_edits_assets(story: Story) -> str:
    await story.notary.join_and_sign_in()

    async def opened() -> bool:
        return (await story.notary.api.send("GET", story.dossier.path)).is_success

    await until(opened, "the dossier is open to the adviser")
    made = await story.notary.api.post(f"{story.dossier.path}/sections/asset-inventory/assets", LAND)
    value = made["value"]
    return (
        f"{story.notary.human.name} joins and adds “{made['description']}”, {value['amount']} {value['currency']} (A7)"
    )


async def the_adviser_is_refused_a_report(story: Story) -> str:
    refusal = await story.notary.api.refused("POST", f"{story.dossier.path}/sections/reports/reports", REPORT)
    if (refusal.status, refusal.rule) != (403, "A7"):
        raise Unexpected(f"the report was refused by {refusal}")
    return f"a report is refused: {refusal.detail.rstrip('.')} ({refusal.rule})"


SCENES = (
    ("an adviser is registered and let in", an_adviser_is_registered),
    ("the adviser edits assets", the_adviser_edits_assets),
    ("the adviser is refused a report", the_adviser_is_refused_a_report),
)
