from django.urls import path

from muster.web.balance_sheet.views import behind, sheet

app_name = "reports"
urlpatterns = [
    path("", sheet.balance_sheet, name="balance_sheet"),
    path("behind/", behind.behind, name="behind"),
    path("behind.<str:kind>", behind.behind_file, name="behind_file"),
    path("file/<slug:format>/", sheet.balance_sheet_file, name="balance_sheet_file"),
    path("numbers/<slug:key>.csv", sheet.numbers, name="numbers"),
]
