"""Organizations, people, and how they belong together."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common import tenancy
from common.prepared import Parameter, Prepared
from common.rls import APP, ENGINE, STAFF, RowSecurity, TenantKey, TenantQuerySet, tenant_constraints

from .roles import ClientRole, StaffRole

__all__ = ["Assignment", "Invitation", "Membership", "Organization", "Team", "TenantModel", "User", "display_name"]


class OrganizationQuerySet(TenantQuerySet["Organization"]):
    """Clients; `visible_to` compares their own id."""

    column = "id"


class Organization(models.Model):
    """A client company: the tenant."""

    class Visibility(models.TextChoices):
        """Which tickets a requester of this client sees."""

        OWN = "own", _("their own")
        TEAM = "team", _("their team's")
        ALL = "all", _("all of the company's")

    name = models.CharField(_("name"), max_length=200)
    key = models.CharField(
        _("key"), max_length=10, unique=True, help_text=_("Prefix of its ticket numbers, as NW in NW-1042.")
    )
    requesters_see = models.CharField(
        _("requesters see"), max_length=10, choices=Visibility.choices, default=Visibility.ALL
    )
    is_historical = models.BooleanField(
        _("historical"), default=False, help_text=_("Replayed from a log: no mail and no live tick touches it.")
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        constraints = [
            RowSecurity(name="accounts_organization_rls", column="id"),
            models.CheckConstraint(
                condition=models.Q(key__regex=r"^[A-Z][A-Z0-9]{0,9}$"),
                name="accounts_organization_key",
                violation_error_message=_("A key is one to ten capital letters or digits and begins with a letter."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """People sign in by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person; without a password nobody can sign in as him or her."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """An administrator of Valiantys."""
        return self.create_user(
            email,
            password,
            **{"is_staff": True, "is_superuser": True, "staff_role": StaffRole.ADMINISTRATOR, **fields},
        )


class User(AbstractBaseUser, PermissionsMixin):
    """Not a tenant's row: one person may belong to several clients, and signing in comes before any scope."""

    class Theme(models.TextChoices):
        """Light, dark, or as the system says."""

        SYSTEM = "system", _("as the system")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    staff_role = models.CharField(
        _("role at Valiantys"), max_length=20, choices=StaffRole.choices, blank=True, default="",
        help_text=_("Empty for people of clients."),
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, blank=True, default="")
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Paris")
    theme = models.CharField(_("theme"), max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_automatic = models.BooleanField(
        _("automatic"), default=False, help_text=_("A machine's account: its replies stop no clock.")
    )
    date_joined = models.DateTimeField(_("joined at"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    narrowed_to: int | None = None  # an API token is for one client, whatever else its person may see

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="accounts_user_email", violation_error_message=_("This address is already taken.")
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """How Django's administration calls whoever is signed in."""
        return str(self)

    @property
    def is_valiantys(self) -> bool:
        """Whether this person works for us."""
        return bool(self.staff_role)

    @property
    def serves_all(self) -> bool:
        """Leads and administrators serve every client; consultants and account managers those they are assigned to."""
        return self.narrowed_to is None and self.staff_role in {StaffRole.LEAD, StaffRole.ADMINISTRATOR}

    @cached_property
    def roles(self) -> dict[int, str]:
        """Organization id → role, for the clients this person belongs to or serves; empty for whoever serves all."""
        if self.serves_all:
            return {}
        scope = tenancy.current()
        if scope.role in {STAFF, ENGINE} or scope.person == self.pk:
            return self._roles()
        with tenancy.enter(tenancy.Scope(APP, scope.organizations, self.pk)):
            return self._roles()

    def _roles(self) -> dict[int, str]:
        if self.is_valiantys:
            return dict.fromkeys(self.assignments.values_list("organization_id", flat=True), self.staff_role)
        rows = MEMBERSHIPS(user_id=self.pk)
        self.teams = {organization_id: team_id for organization_id, _role, team_id in rows if team_id}
        return {organization_id: role for organization_id, role, _team_id in rows}

    @cached_property
    def teams(self) -> dict[int, int]:
        """Organization id → team id, for the clients where this person is in one; read along with the roles."""
        self.__dict__.pop("roles", None)
        self.roles  # noqa: B018 - reading them sets this
        found: dict[int, int] = self.__dict__.get("teams", {})
        return found

    @property
    def organization_ids(self) -> list[int]:
        """The clients this person belongs to or serves."""
        return sorted(self.roles)

    def narrow_to(self, organization_id: int) -> bool:
        """From now on, in this object, a person of that one client; False, and nothing changes, for an outsider."""
        role = self.role_in(organization_id)
        if role is not None:
            self.narrowed_to = organization_id
            self.teams = {pk: team for pk, team in self.teams.items() if pk == organization_id}
            self.roles = {organization_id: role}
        return role is not None

    def role_in(self, organization_id: int) -> str | None:
        """The role that counts for this client, or None for an outsider."""
        return self.staff_role if self.serves_all else self.roles.get(organization_id)


def display_name(user: User) -> str:
    """How allauth's pages call a person."""
    return str(user)


class TenantModel(models.Model):
    """A row of one organization. A subclass with constraints of its own adds them to `tenant_constraints()`."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("client")
    )

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = tenant_constraints()


class Team(TenantModel):
    """People of a client who work together: where it says so, a requester sees what the team asked for."""

    name = models.CharField(_("name"), max_length=60)

    class Meta(TenantModel.Meta):
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints = [
            *tenant_constraints("accounts_team"),
            models.UniqueConstraint(
                "organization", Lower("name"), name="accounts_team_name",
                violation_error_message=_("There is a team of this name already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Membership(TenantModel):
    """A person of a client, with a role, and in one team or none."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, db_index=False, related_name="memberships", verbose_name=_("client")
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=ClientRole.choices, default=ClientRole.REQUESTER)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, db_constraint=False, related_name="memberships",
        verbose_name=_("team"),
    )  # fmt: skip

    class Meta(TenantModel.Meta):
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            *tenant_constraints("accounts_membership", person="user_id"),
            TenantKey(field="team", name="accounts_membership_team_tenant"),
            models.UniqueConstraint(fields=["organization", "user"], name="accounts_membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organization}"


# Of whom every request asks: put together once.
MEMBERSHIPS = Prepared(
    lambda: Membership.objects.filter(user_id=Parameter("user_id")).values_list("organization_id", "role", "team_id")
)


class Assignment(TenantModel):
    """A consultant or account manager who serves a client."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, db_index=False, related_name="assignments", verbose_name=_("client")
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("person"))

    class Meta(TenantModel.Meta):
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            *tenant_constraints("accounts_assignment", person="user_id"),
            models.UniqueConstraint(fields=["organization", "user"], name="accounts_assignment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.organization}"


class Invitation(TenantModel):
    """An open door for one address: whoever follows its link joins this client with this role, once."""

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=ClientRole.choices, default=ClientRole.REQUESTER)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("invited by"))
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, db_constraint=False, related_name="+",
        verbose_name=_("membership"),
    )  # fmt: skip

    class Meta(TenantModel.Meta):
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            *tenant_constraints("accounts_invitation"),
            TenantKey(field="membership", name="accounts_invitation_membership_tenant"),
            models.UniqueConstraint(
                "organization", Lower("email"), condition=models.Q(accepted_at__isnull=True),
                name="accounts_invitation_open",
                violation_error_message=_("This address already has an open invitation."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.email} → {self.organization}"
