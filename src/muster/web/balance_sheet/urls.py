from django.urls import path

from muster.web.balance_sheet import views

app_name = "reports"
urlpatterns = [
    path("", views.balance_sheet, name="balance_sheet"),
    path("file/<slug:format>/", views.balance_sheet_file, name="balance_sheet_file"),
    path("numbers/<slug:key>.csv", views.numbers, name="numbers"),
]
