from django.urls import path

from muster.mailings.views import unsubscribing

app_name = "unsubscribe"
urlpatterns = [path("<slug:token>/", unsubscribing.unsubscribe, name="unsubscribe")]
