"""A holder lets in his family (A2): enters a child, grants it what he may, and is refused what is the manager's."""

from local_stack.demo.api import Unexpected
from local_stack.demo.story import Story
from local_stack.demo.waiting import until


async def the_holder_lets_in_a_child(story: Story) -> str:
    son, path = story.son.human, story.dossier.path
    entered = await story.holder.api.post(f"{path}/people", {**son.contact(), "relationship": "child"})
    story.dossier.people[son.given_name] = entered["id"]
    body = {"person_id": entered["id"], "right": "read", "contact_confirmed": True}
    given = await story.holder.api.post(f"{path}/grants", body)
    story.dossier.grants[son.given_name] = given["id"]
    mail = (await story.son.mailbox.mails_from(son.email, 1))[0]
    if story.holder.human.name not in mail.text:
        raise Unexpected("the invitation does not say who gave access")
    return f"{story.holder.human.name} enters {son.name} into the tree and grants read (A2); mail: “{mail.subject}”"


async def the_child_reads(story: Story) -> str:
    await story.son.join_and_sign_in()

    async def opened() -> bool:
        return (await story.son.api.send("GET", story.dossier.path)).is_success

    await until(opened, "the dossier is open to the child")
    question = {"dossier_id": story.dossier.id, "section": "asset_inventory", "action": "read"}
    why = (await story.son.api.post("/api/dossier/v1/decisions", question))["why"]
    if (why["given_by_kind"], why["given_by_name"]) != ("holder", story.holder.human.name):
        raise Unexpected(f"the decision was given by {why}")
    return f"{story.son.human.name} joins and reads; why (A11): {why['reason']}, given by {why['given_by_name']}"


async def the_holder_gives_nothing_else(story: Story) -> str:
    given_by_manager = (await story.grant_of(story.spouse.human))["id"]
    adviser = {**story.notary.human.contact(), "kind": "notary"}
    advising = await story.holder.api.refused("POST", f"{story.dossier.path}/advisers", adviser)
    withdrawal = f"{story.dossier.path}/grants/{given_by_manager}/withdraw"
    withdrawing = await story.holder.api.refused("POST", withdrawal)
    if (advising.status, withdrawing.status, withdrawing.rule) != (403, 403, "A2"):
        raise Unexpected(f"the refusals were {advising} and {withdrawing}")
    return f"refused to the holder: an adviser ({advising}), taking back what the manager gave ({withdrawing})"


SCENES = (
    ("the holder lets in a child", the_holder_lets_in_a_child),
    ("the child reads, and sees who gave it", the_child_reads),
    ("the holder gives nothing else", the_holder_gives_nothing_else),
)
