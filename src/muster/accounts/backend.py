"""Who a session belongs to, without a second query."""

from allauth.account.auth_backends import AuthenticationBackend as AllauthBackend
from allauth.core import context

from muster.accounts.models import User


class AuthenticationBackend(AllauthBackend):  # type: ignore[misc]
    def get_user(self, user_id: int) -> User | None:
        """Return the account that came along with the row of the session; Django checks afterwards that the two fit."""
        request = context.request
        owner: User | None = getattr(request.session, "owner", None) if request is not None else None
        if owner is not None and owner.pk == user_id:
            return owner if self.user_can_authenticate(owner) else None
        found: User | None = super().get_user(user_id)
        return found
