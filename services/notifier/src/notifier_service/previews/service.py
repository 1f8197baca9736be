"""Renders a mail nobody gets: the wording, look and limits of the real one, and a link that opens nothing (M3)."""

import base64
from datetime import datetime, timedelta
from uuid import UUID

from service_kit.db import UnitOfWork
from service_kit.errors import FieldError, Invalid

from notifier_service.deps import NotifierDeps
from notifier_service.firms import service as firms
from notifier_service.firms.domain import Look
from notifier_service.messages.domain import NOTICES, WITH_LINK, Template
from notifier_service.previews.schemas import AccessPreview, PreviewIn, PreviewOut
from notifier_service.staff.service import require_staff

DUMMY_TOKEN = "preview"  # noqa: S105  # opens nothing: real ones have 256 bits
# What an invitation lives for at least, when the plan did not say (I8).
_LIFE = timedelta(days=30)


async def preview(uow: UnitOfWork, deps: NotifierDeps, account_id: UUID, wish: PreviewIn) -> PreviewOut:
    """The mail as the firm's people would get it; to anybody but its active staff the firm is unknown (A13)."""
    await require_staff(uow, account_id, wish.firm_id)
    _check_form(wish)
    look = await firms.look_of_firm(uow, wish.firm_id, wish.parameters.firm_name)
    now = await uow.now()
    with_link = wish.template in WITH_LINK
    content = deps.renderer.render(
        wish.template,
        wish.language,
        _dated(wish, now) if with_link else wish.parameters,
        secret=DUMMY_TOKEN if with_link else None,
        created_at=now,
        look=look,
        logo_source=_inside(look),
    )
    return PreviewOut(
        sender_name=look.sender_name,
        reply_to=look.reply_to,
        subject=content.subject,
        text=content.text,
        html=content.html,
    )


def _form_of(template: Template) -> str:
    if template is Template.PLAN_PUBLISHED:
        return "plan"
    return "notice" if template in NOTICES else "access"


def _check_form(wish: PreviewIn) -> None:
    expected = _form_of(wish.template)
    if wish.parameters.form != expected:
        detail = f"This template takes parameters of the form {expected}."
        problem = FieldError("parameters.form", "form_mismatch", detail, "M3")
        raise Invalid("request_invalid", "Some fields cannot be accepted.", fields=(problem,))


def _dated(wish: PreviewIn, now: datetime) -> AccessPreview:
    assert isinstance(wish.parameters, AccessPreview)
    if wish.parameters.expires_at is not None:
        return wish.parameters
    return wish.parameters.model_copy(update={"expires_at": now + _LIFE})


def _inside(look: Look) -> str:
    """A mail carries its logo as a part of its own; a preview has no parts."""
    return "data:image/png;base64," + base64.b64encode(look.logo or b"").decode()
