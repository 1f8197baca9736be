"""A member of staff is removed: the dossiers are named first, then handed over; access ends at once (A14)."""

from local_stack.demo.api import Unexpected
from local_stack.demo.story import DOSSIER, Story


async def the_removal_names_the_dossiers_first(story: Story) -> str:
    answer = await story.administrator.api.send(
        "POST", f"{await _member(story)}/removal", {"reason": "Leaves the firm"}
    )
    problem = answer.json()
    if (answer.status_code, problem["code"]) != (409, "manages_dossiers"):
        raise Unexpected(f"the removal was answered {answer.status_code}: {problem}")
    names = ", ".join(sorted(item["name"] for item in problem["related"]))
    return f"removing {story.accountant.human.name} is refused first: still manages {names} (409, {problem['rule']})"


async def the_dossiers_are_handed_over(story: Story) -> str:
    firms = (await story.administrator.api.get(f"{DOSSIER}/firms"))["items"]
    own = next(firm["membership_id"] for firm in firms if firm["id"] == story.firm_id)
    body = {"membership_id": own, "reason": "The accountant leaves the firm"}
    answer = await story.administrator.api.post(f"{await _member(story)}/handover", body)
    names = ", ".join(sorted(item["name"] for item in answer["dossiers"]))
    return f"{story.administrator.human.name} takes all over in one call: {names}; journaled with the reason (A1, A14)"


async def the_accountant_is_removed(story: Story) -> str:
    await story.administrator.api.post(f"{await _member(story)}/removal", {"reason": "Leaves the firm"})
    refusal = await story.accountant.api.refused("GET", story.dossier.path)
    if refusal.status != 404:
        raise Unexpected(f"a removed member of staff was answered {refusal}")
    return f"removed: with the same token, the dossier is unknown to {story.accountant.human.name} at once (A13)"


async def _member(story: Story) -> str:
    staff = (await story.administrator.api.get(f"{DOSSIER}/firms/{story.firm_id}/staff"))["items"]
    member = next(item["id"] for item in staff if item["email"] == story.accountant.human.email)
    return f"{DOSSIER}/firms/{story.firm_id}/staff/{member}"


SCENES = (
    ("the removal names the dossiers first", the_removal_names_the_dossiers_first),
    ("the dossiers are handed over", the_dossiers_are_handed_over),
    ("the accountant is removed", the_accountant_is_removed),
)
