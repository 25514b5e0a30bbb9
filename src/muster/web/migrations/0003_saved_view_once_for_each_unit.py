from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [
        ("units", "0003_closing"),
        ("web", "0002_shared_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="savedview", name="saved_view_once"),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(
                models.F("user"),
                models.F("page"),
                models.F("name"),
                Coalesce(models.F("unit"), 0),
                condition=models.Q(("removed_at", None)),
                name="saved_view_once",
            ),
        ),
    ]
