"""Pure rules of addresses: what is kept of an account, and that nothing is kept of one that was erased (I13)."""

from dataclasses import dataclass

from event_contracts.people import Language, Recipient

from notifier_service.messages.domain import language_for, plain_address, plain_line


@dataclass(frozen=True, slots=True)
class Address:
    """Where an account has its mails. Without values it is the address of nobody: the account was erased."""

    email: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    language: Language | None = None


ERASED = Address()


def address_of(recipient: Recipient) -> Address:
    """The address as mails may use it; raises UnsafeText for one that could harm a mail (M2)."""
    return Address(
        email="@".join(plain_address(recipient.email, "recipient.email")),
        given_name=plain_line(recipient.given_name, "recipient.given_name"),
        family_name=plain_line(recipient.family_name, "recipient.family_name"),
        language=language_for(recipient.language),
    )
