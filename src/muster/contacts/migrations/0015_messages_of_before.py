"""Say of what was stored before which inquiries are one message to the organisation, as far as they tell themselves."""

from django.db import migrations

# As they stand in the rows.
LEFT, LATE = "Stays where they are known", "It answers an earlier inquiry"
SAID = ("received_at", "channel", "name", "email", "phone", "city", "region", "postcode", "country", "message")


def forwards(apps, schema_editor):
    Inquiry, Letter = (apps.get_model("contacts", name) for name in ("Inquiry", "InquiryLetter"))
    for left in Inquiry.objects.filter(routed_by="hand", routed_because=LEFT).order_by("pk"):
        taken = Inquiry.objects.filter(pk__lt=left.pk, **{name: getattr(left, name) for name in SAID})
        _join(Inquiry, left, taken.exclude(routed_because=LEFT))
    # From another address than the earlier one they do not tell which that is.
    late = Letter.objects.filter(is_ours=False, note__startswith=LATE).exclude(note__startswith=f"{LATE}, from another")
    for one in Inquiry.objects.filter(pk__in=late.values("inquiry_id")).exclude(email="").order_by("pk"):
        answered = Letter.objects.filter(is_ours=True).values("inquiry_id")
        _join(Inquiry, one, Inquiry.objects.filter(pk__lt=one.pk, pk__in=answered, email__iexact=one.email))


def _join(Inquiry, one, earlier):
    first = earlier.order_by("pk").first()
    if first is not None:
        Inquiry.objects.filter(pk=one.pk).update(part_of_id=first.part_of_id or first.pk)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0014_messages")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
