"""A plan is published to the holder, who submits a change; the manager applies it in one step (P2, P3)."""

from local_stack.demo.api import Unexpected
from local_stack.demo.story import Story

PLAN = {"title": "Retirement", "content": {"retirement": {"age": 65, "income": 3000}}}


async def a_plan_is_published(story: Story) -> str:
    plans, holder = f"{story.dossier.path}/sections/plans", story.holder.human
    made = await story.accountant.api.post(f"{plans}/plans", PLAN)
    story.plan = f"{plans}/plans/{made['id']}"
    grant = story.dossier.grants[holder.given_name]
    body = {"recipients": [{"grant_id": grant, "email": holder.email}], "custom_text": "As discussed."}
    before = len(await story.holder.mailbox.mails(holder.email))
    summary = await story.accountant.api.post(f"{story.plan}/publications?dry_run=true", body)
    await story.accountant.api.post(f"{story.plan}/publications", body)
    mail = (await story.holder.mailbox.mails_from(holder.email, before + 1))[-1]
    count = len(summary["mails"])
    return f"summary first ({count} mail), then “{PLAN['title']}” is published (P2); mail: “{mail.subject}”"


async def the_holder_submits_a_change(story: Story) -> str:
    change = {"base_version": 1, "merge_patch": {"retirement": {"age": 63}}}
    submitted = await story.holder.api.post(f"{story.plan}/changes", change)
    (line,) = (await story.accountant.api.get(f"{story.plan}/changes/{submitted['id']}"))["difference"]
    story.plan_change = submitted["id"]
    return f"{story.holder.human.name} submits a change: {line['label']} from {line['before']} to {line['after']} (P3)"


async def the_change_is_applied(story: Story) -> str:
    plan = await story.accountant.api.get(story.plan)
    path = f"{story.plan}/changes/{story.plan_change}/apply"
    await story.accountant.api.post(path, {}, {"If-Match": plan["etag"]})
    now = await story.accountant.api.get(story.plan)
    if (now["version"], now["content"]["retirement"]) != (2, {"age": 63, "income": 3000}):
        raise Unexpected(f"the plan became {now}")
    return "the manager applies it in one step: version 2, and nothing was retyped (P3)"


SCENES = (
    ("a plan is published", a_plan_is_published),
    ("the holder submits a change", the_holder_submits_a_change),
    ("the change is applied", the_change_is_applied),
)
