"""Imports in the browser: upload, confirm the columns, look at what would change, import, undo."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from muster.access.actor import NotAllowed
from muster.access.http import ActorRequest
from muster.core.errors import DomainError
from muster.transfer import first_look, queries, services, tasks, uploads
from muster.transfer.engine.context import PERMISSION
from muster.transfer.forms import MappingForm, UploadForm
from muster.transfer.page import ImportPage, import_page, rejected_file
from muster.workflows import extracts


def _page(request: ActorRequest, batch_id: int) -> ImportPage:
    batch = get_object_or_404(queries.batches(request.actor), pk=batch_id)
    return import_page(batch, now=timezone.now(), may_merge=request.actor.may("people.merge"))


@require_http_methods(["GET", "POST"])
def import_list(request: ActorRequest) -> HttpResponse:
    if not request.actor.may(PERMISSION):
        raise NotAllowed("You may not import files.")
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = services.start_batch(
                actor=request.actor,
                path=uploads.keep(file.name, file.chunks()),
                name=file.name,
                source=form.cleaned_data["source"],
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field, str(error))
        else:
            tasks.ask(tasks.read, actor=request.actor, batch_id=batch.pk)
            return redirect("transfer:import_show", batch.pk)
    found = queries.batches(request.actor)[:50]
    shown = {"form": form, "batches": found, "offers_demo": first_look.is_offered(request.actor)}
    return render(request, "transfer/import_list.html", shown)


@require_POST
def import_demo(request: ActorRequest) -> HttpResponse:
    try:
        batch = first_look.start_demo(actor=request.actor, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("transfer:import_list")
    tasks.ask(tasks.read_and_publish, actor=request.actor, batch_id=batch.pk)
    return redirect("transfer:import_show", batch.pk)


@require_GET
def import_show(request: ActorRequest, batch_id: int) -> HttpResponse:
    page = _page(request, batch_id)
    if request.headers.get("HX-Request"):
        answer = render(request, "transfer/_import_progress.html", {"page": page})
        if not page.running:
            answer["HX-Refresh"] = "true"
        return answer
    form = MappingForm(None, **page.mapping_form) if page.asks_columns else None
    return render(request, "transfer/import_show.html", {"page": page, "form": form})


@require_POST
def import_columns(request: ActorRequest, batch_id: int) -> HttpResponse:
    page = _page(request, batch_id)
    form = MappingForm(request.POST, **page.mapping_form)
    if not form.is_valid():
        return render(request, "transfer/import_show.html", {"page": page, "form": form})
    try:
        services.set_mapping(actor=request.actor, batch_id=page.batch.pk, mapping=form.mapping(), now=timezone.now())
    except DomainError as error:
        form.add_error(None, str(error))
        return render(request, "transfer/import_show.html", {"page": page, "form": form})
    tasks.ask(tasks.preview, actor=request.actor, batch_id=page.batch.pk)
    return redirect("transfer:import_show", page.batch.pk)


@require_POST
def import_publish(request: ActorRequest, batch_id: int) -> HttpResponse:
    page = _page(request, batch_id)
    if page.can_publish:
        tasks.ask(tasks.publish, actor=request.actor, batch_id=page.batch.pk)
    return redirect("transfer:import_show", page.batch.pk)


@require_POST
def import_cancel(request: ActorRequest, batch_id: int) -> HttpResponse:
    page = _page(request, batch_id)
    try:
        services.cancel_batch(actor=request.actor, batch_id=page.batch.pk, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("transfer:import_show", page.batch.pk)


@require_POST
def import_undo(request: ActorRequest, batch_id: int) -> HttpResponse:
    page, keep = _page(request, batch_id), "keep_edited" in request.POST
    try:
        services.undo_batch(actor=request.actor, batch_id=page.batch.pk, keep_edited=keep, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        is_now = "All that nobody has changed since is as it was" if keep else "Everything is as it was"
        messages.success(request, f"The import is undone. {is_now} before it.")
    return redirect("transfer:import_show", page.batch.pk)


@require_GET
def import_rejected(request: ActorRequest, batch_id: int) -> FileResponse:
    page = _page(request, batch_id)
    path = rejected_file(page.batch)
    if path is None:
        raise Http404
    extracts.note_file(
        actor=request.actor,
        action="transfer.rejected.exported",
        target=page.batch,
        unit_id=None,
        count=sum(kind.rejected for kind in page.kinds),
        kind="csv",
        now=timezone.now(),
    )
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=f"rejected-{page.batch.pk}.csv", content_type="text/csv"
    )
