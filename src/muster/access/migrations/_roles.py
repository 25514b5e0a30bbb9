"""A right that is split off another: whoever had what it was part of has it too."""


def also_give(new, having):
    """Return a step of a migration that gives the right to every role with all of the others."""

    def forwards(apps, schema_editor):
        Role = apps.get_model("access", "Role")
        for role in Role.objects.order_by("pk"):
            if having <= set(role.permissions) and new not in role.permissions:
                role.permissions = [*role.permissions, new]
                role.save(update_fields=["permissions"])

    return forwards
