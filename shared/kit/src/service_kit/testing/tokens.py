"""Access tokens for tests: an issuer with a key of its own, and a verifier that believes it and nobody else."""

from datetime import timedelta
from uuid import UUID

from joserfc.jwk import OKPKey

from service_kit.clock import Clock, SystemClock
from service_kit.ids import new_id
from service_kit.security.tokens import StaticJwks, TokenVerifier, sign_token

ISSUER = "https://test.example"
AUDIENCE = "dossier-access"


class TestIssuer:
    """Plays identity: `headers_of(account)` is all a test needs to call as somebody."""

    __test__ = False

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._key = OKPKey.generate_key("Ed25519")
        self.kid = f"test-{new_id()}"
        self.keys = StaticJwks({"keys": [{**self._key.as_dict(private=False), "kid": self.kid}]})
        self.verifier = TokenVerifier(self.keys, ISSUER, AUDIENCE, self._clock)

    def headers_of(self, account_id: UUID, session_id: UUID | None = None) -> dict[str, str]:
        """Request headers of a person who signed in."""
        return self._headers(kind="user", sub=str(account_id), sid=str(session_id or new_id()))

    def headers_of_system(self, client_id: str) -> dict[str, str]:
        """Request headers of another program."""
        return self._headers(kind="system", sub=client_id)

    def token(self, **claims: object) -> str:
        """A token with these claims in place of or beside the usual ones."""
        now = self._clock.now()
        usual = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=10)).timestamp()),
            "jti": str(new_id()),
        }
        return sign_token({**usual, **claims}, key=self._key, kid=self.kid)

    def _headers(self, **claims: object) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(**claims)}"}
