"""What the portal area takes and gives over HTTP."""

from event_contracts.people import Language, Right
from pydantic import Field

from dossier_service.access.domain import MODULES
from dossier_service.access.grants.schemas import GrantOut
from dossier_service.clients.schemas import ClientIn, ClientOut
from dossier_service.dossiers.domain import checked_modules
from dossier_service.dossiers.people.domain import Analysis
from dossier_service.dossiers.people.schemas import PersonOut
from dossier_service.dossiers.schemas import DossierOut, ModuleNames
from dossier_service.edge.fields import Address, Input, Name, Note, Output, Title, UserName
from dossier_service.portal.service import NewCentral, NewPortal, Portal, PortalPerson


class CentralIn(Input):
    """A holder or co-holder. `user_name` is wished for a person who has no account yet (I3), else one is proposed."""

    given_name: Name
    family_name: Name
    email: Address | None = None
    phone: Address | None = None
    language: Language | None = None
    user_name: UserName | None = None
    custom_text: Note | None = None

    def command(self) -> NewCentral:
        return NewCentral(
            self.given_name,
            self.family_name,
            self.email,
            self.phone,
            self.language,
            self.user_name,
            self.custom_text or None,
        )


class PortalIn(Input):
    """The portal of a new client (P1).

    `client` is left out when the holder is the client. In a joint analysis the co-holder's e-mail may be missing: then
    there is one sign-in, and the second person is named in the dossier. `modules` left out means all of them.
    """

    analysis: Analysis
    client: ClientIn | None = None
    name: Title | None = None
    holder: CentralIn
    co_holder: CentralIn | None = None
    modules: ModuleNames | None = None
    right: Right = Right.WRITE
    contact_confirmed: bool = Field(default=False, strict=True)

    def command(self) -> NewPortal:
        return NewPortal(
            analysis=self.analysis,
            client=self.client.command() if self.client else None,
            name=self.name,
            holder=self.holder.command(),
            co_holder=self.co_holder.command() if self.co_holder else None,
            modules=MODULES if self.modules is None else checked_modules(self.modules),
            right=self.right,
            contact_confirmed=self.contact_confirmed,
        )


class PortalPersonOut(Output):
    """A central person. Without a grant they are named in the dossier, and have no sign-in.

    `user_name`: wished or proposed; a taken one becomes its next variant, and who has an account keeps theirs (I3).
    """

    person: PersonOut
    user_name: str | None
    grant: GrantOut | None

    @classmethod
    def of(cls, made: PortalPerson) -> "PortalPersonOut":
        return cls(
            person=PersonOut.of(made.person, with_contact=True),
            user_name=made.user_name,
            grant=GrantOut.of(made.grant) if made.grant else None,
        )


class PortalOut(Output):
    """What was set up; the caller manages the dossier."""

    client: ClientOut
    dossier: DossierOut
    people: tuple[PortalPersonOut, ...]

    @classmethod
    def of(cls, portal: Portal) -> "PortalOut":
        return cls(
            client=ClientOut.of_staff(portal.client),
            dossier=DossierOut.of(portal.cover),
            people=tuple(PortalPersonOut.of(one) for one in portal.people),
        )
