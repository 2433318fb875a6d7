import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.urls import reverse

FILES = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture
def letters(settings, tmp_path):
    """The folder of letters of a development site."""
    settings.DEBUG = True
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return settings.EMAIL_FILE_PATH


def send(subject="Confirm your address", text="Hello", html=None, to="kim@example.org"):
    letter = EmailMultiAlternatives(subject, text, to=[to], connection=get_connection(FILES))
    if html:
        letter.attach_alternative(html, "text/html")
    letter.send()


def page_of(client):
    (letter,) = client.get(reverse("demo_mail")).context["letters"]
    return client.get(reverse("demo_letter", args=[letter.name]))


def test_letters_exist_only_in_development(client, db, letters, settings):
    send()
    (letter,) = client.get(reverse("demo_mail")).context["letters"]
    addresses = [reverse("demo_mail"), reverse("demo_letter", args=[letter.name])]
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    settings.DEBUG = False
    assert [client.get(address).status_code for address in addresses] == [404, 404]


def test_without_a_letter_the_page_says_so(client, db, letters):
    response = client.get(reverse("demo_mail"))
    assert response.context["letters"] == []
    assert "No letter yet" in response.text


def test_lists_letters_newest_first(client, db, letters):
    for subject in ("First", "Second", "Third"):
        send(subject)
    listed = client.get(reverse("demo_mail")).context["letters"]
    assert [(letter.message["subject"], letter.message["to"]) for letter in listed] == [
        ("Third", "kim@example.org"),
        ("Second", "kim@example.org"),
        ("First", "kim@example.org"),
    ]


def test_a_letter_shows_its_text_and_the_source_of_its_html(client, db, letters):
    send("수원시", text="Grüße aus 수원", html="<p>Grüße</p>")
    page = page_of(client).text
    assert "<h1>수원시</h1>" in page
    assert '<pre class="letter">Grüße aus 수원</pre>' in page
    assert "<pre>&lt;p&gt;Grüße&lt;/p&gt;</pre>" in page


def test_only_web_addresses_become_links(client, db, letters):
    send(text='Go to (https://city.example/a?b=1&c="2). javascript:alert(1) mailto:a@b.example ftp://x.example')
    letter = page_of(client).context["letter"]
    assert letter.text == (
        'Go to (<a href="https://city.example/a?b=1&amp;c=">https://city.example/a?b=1&amp;c=</a>&quot;2). '
        "javascript:alert(1) mailto:a@b.example ftp://x.example"
    )


def test_a_script_in_subject_or_text_is_escaped(client, db, letters):
    send("<script>alert(1)</script>", text="<script>alert(2)</script>", html="<script>alert(3)</script>")
    for page in (client.get(reverse("demo_mail")).text, page_of(client).text):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("name", ["../secret-1", "..%2Fsecret-1", "%2e%2e%2fsecret-1", "notes-1", "notes.txt", ".."])
def test_no_other_file_can_be_read(client, db, letters, name):
    send()
    (letters.parent / "secret.log").write_text("Subject: hush-hush\n\nhush-hush")
    (letters / "notes.txt").write_text("Subject: hush-hush\n\nhush-hush")
    assert "hush-hush" not in client.get(f"/demo/mail/{name}/", follow=True).text
    assert client.get(f"/demo/mail/{name}/").status_code == 404
