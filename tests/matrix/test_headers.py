"""Every address answers with the headers, whoever asks: pages, files, redirects, refusals."""

import pytest

from tests.matrix.asking import taken_back
from tests.matrix.cells import questions
from tests.matrix.table import TABLE
from tests.web.headers import kept, lacking

pytestmark = [pytest.mark.web, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("role", "methods"), [("anonymous", ("GET", "POST")), ("viewer", ("POST", "OPTIONS")), ("administrator", ("GET",))]
)
def test_every_address_answers_with_them(role, methods, asker):
    wrong, asked = {}, 0
    for question in questions(asker, sorted(TABLE), roles=[role], methods=methods):
        with taken_back():
            response = asker.browser(role).generic(question.method, question.path)
        asked += 1
        if found := lacking(response) + (["kept"] if kept(response) else []):
            wrong[str(question)] = (response.status_code, found)
    assert wrong == {}
    assert asked >= len(TABLE)
