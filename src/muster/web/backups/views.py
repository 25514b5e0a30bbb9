"""Whether backups and drills are as they should be."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from muster.access.http import ActorRequest
from muster.workflows import backups


@require_GET
def backup_list(request: ActorRequest) -> HttpResponse:
    health = backups.health(actor=request.actor, now=timezone.now())
    return render(request, "web/backups/backup_list.html", {"health": health})
