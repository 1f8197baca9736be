"""Values that several events share: people, firms, ladders, sealed values. They carry no behaviour."""

from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from event_contracts.envelope import ContractModel


class Language(StrEnum):
    """Languages of mails and pages (M1)."""

    FR = "fr"
    NL = "nl"
    EN = "en"


class Right(StrEnum):
    """What a grant allows (A4)."""

    READ = "read"
    WRITE = "write"


class OfferKind(StrEnum):
    """What an offer opens: a dossier (a grant) or a firm (staff membership)."""

    DOSSIER = "dossier"
    FIRM = "firm"


class FirmRef(ContractModel):
    """The firm in whose name a mail goes out."""

    firm_id: UUID
    name: str
    language: Language


class Brand(ContractModel):
    """How a firm's mails look (R5): the sender's display name, where answers go, a colour, a logo (PNG, base64)."""

    sender_name: str
    reply_to: str | None = None
    colour: str | None = Field(default=None, pattern="^#[0-9a-f]{6}$")
    logo_png: str | None = Field(default=None, max_length=300_000)


class Person(ContractModel):
    """A person as the offering firm knows them: normalised e-mail, E.164 phone (A3)."""

    given_name: str
    family_name: str
    email: str
    phone: str | None = None
    language: Language


class Recipient(ContractModel):
    """Whom a mail goes to, and in which language."""

    email: str
    given_name: str
    family_name: str
    language: Language


class Offer(ContractModel):
    """One offered access as a mail names it: a dossier with a right, or a place in the firm's staff."""

    offer_id: UUID
    kind: OfferKind
    dossier_id: UUID | None = None
    dossier_name: str | None = None
    right: Right | None = None
    staff_role: str | None = None


LONGEST_OFFSET = timedelta(days=3660)


def _rising(offsets: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
    # R4 calls a step overtaken by a later one: that needs steps in the order of their times.
    rising = all(earlier < later for earlier, later in pairwise(offsets))
    if not rising or offsets[0] <= timedelta() or offsets[-1] > LONGEST_OFFSET:
        raise ValueError(f"offsets are positive, strictly rising and at most {LONGEST_OFFSET.days} days")
    return offsets


class LadderPolicy(ContractModel):
    """When reminders go out, as durations after the first mail was sent (R1, R5): positive and strictly rising.

    `expiry`, when set, is the ladder's last step, without a mail (R4): later than every reminder.
    """

    offsets: Annotated[tuple[timedelta, ...], Field(min_length=1, max_length=10), AfterValidator(_rising)]
    expiry: timedelta | None = None

    @model_validator(mode="after")
    def _expiry_comes_last(self) -> "LadderPolicy":
        if self.expiry is not None and not self.offsets[-1] < self.expiry <= 2 * LONGEST_OFFSET:
            raise ValueError("expiry comes after the last offset")
        return self


class LadderKey(ContractModel):
    """Names one ladder: R2 keeps one per person and firm; a new epoch opens a new one."""

    kind: str
    subject_id: UUID
    firm_id: UUID
    epoch: int = Field(ge=1, le=2**31 - 1)

    def __str__(self) -> str:
        return f"{self.kind}:{self.subject_id}:{self.firm_id}:{self.epoch}"


class SealPurpose(StrEnum):
    """What a sealed value was made for; sealed into it, so that a link never opens as a code.

    Each is bound to an id and to whom it goes: an invitation's link to the invitation and the invited e-mail, a code
    to its challenge and the phone, a reset link to the reset and the account's e-mail, a contact code to the change
    and the new address or number.
    """

    INVITATION_LINK = "invitation_link"
    SIGN_IN_CODE = "sign_in_code"
    PASSWORD_RESET = "password_reset"  # noqa: S105  # a purpose, not a secret
    CONTACT_CODE = "contact_code"


class SealedValue(ContractModel):
    """A link or code only identity and notifier can read: key id and ciphertext, bound by its associated data.

    `purpose`, `subject`, `recipient` and `expires_at` are authenticated; a value moved to another
    message does not open (I5).
    """

    kid: str
    purpose: str
    subject: str
    recipient: str
    expires_at: AwareDatetime
    ciphertext: str
