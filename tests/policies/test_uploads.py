"""Uploaded files: what they are decides, not what they are called."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from policies import uploads
from policies.models import Document, Picture
from tests.factories.cities import MembershipFactory
from tests.factories.policies import DocumentFactory, RevisionFactory, bring

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + b"\0" * 200


def zipped(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def office(part, **more):
    return zipped(**{"[Content_Types].xml": "<Types/>", part: "<x/>", **more})


def photo(size=(600, 300), format="JPEG", **options):
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, format, **options)
    return buffer.getvalue()


def png_of(width, height):
    """A PNG that claims a size without having the pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def upload(name, data):
    return SimpleUploadedFile(name, data)


ODT = zipped(mimetype=uploads.CONTENT_TYPES["odt"], **{"content.xml": "<x/>"})


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("report.pdf", PDF, "pdf"),
        ("report", PDF, "pdf"),
        ("report.docx", office("word/document.xml"), "docx"),
        ("slides.pptx", office("ppt/presentation.xml"), "pptx"),
        ("table.xlsx", office("xl/workbook.xml"), "xlsx"),
        ("report.odt", ODT, "odt"),
        ("table.csv", "year;riders\n2020;1200\n".encode("utf-8-sig"), "csv"),
        ("table.csv", "año,personas\n".encode("cp1252"), "csv"),
        ("table.csv", "year,riders\n".encode("utf-16"), "csv"),
    ],
)
def test_a_document_is_what_its_content_says(name, data, kind):
    assert uploads.check_document(upload(name, data)).kind == kind


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("report.pdf", EXE),
        ("report.csv", EXE),
        ("report.csv", b"a,b\0c"),
        ("report.csv", b"<html><script>alert(1)</script>"),
        ("report.txt", b"year,riders"),
        ("report.html", b"<p>Hello</p>"),
        ("report.docx", zipped(**{"readme.txt": "x"})),
        ("report.docx", office("word/document.xml", **{"word/vbaProject.bin": "x"})),
        ("report.odt", zipped(mimetype=uploads.CONTENT_TYPES["odt"], **{"content.xml": "x", "Basic/script.xml": "x"})),
        ("report.docx", b"PK\x03\x04 broken"),
        ("report.pdf", b""),
    ],
)
def test_anything_else_is_refused(name, data):
    with pytest.raises(ValidationError):
        uploads.check_document(upload(name, data))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Report 2023.pdf", "Report 2023.pdf"),
        ("<script>alert(1)</script>.pdf", "script.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("evil\u202efdp.exe", "evilfdp.pdf"),
        ('a"b;c\r\nSet-Cookie: x.pdf', "a b cSet-Cookie x.pdf"),
        ("보고서.pdf", "보고서.pdf"),
        ("...", "document.pdf"),
        ("x" * 500 + ".pdf", "x" * 120 + ".pdf"),
    ],
)
def test_a_name_is_harmless(name, shown):
    assert uploads.clean_name(name, "pdf") == shown


def test_a_picture_is_encoded_anew_upright_and_without_metadata():
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "Camera of the mayor"
    file = uploads.prepare_picture(upload("bus.jpg", photo((600, 300), exif=exif)))
    with Image.open(file) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (300, 600), {})
    assert b"mayor" not in file.read()


def test_a_large_picture_is_made_smaller():
    file = uploads.prepare_picture(upload("bus.png", photo((5000, 1000), "PNG")))
    assert (file.width, file.height) == (2400, 480)


@pytest.mark.parametrize("size", [(8000, 8000), (60_000, 60_000)])
def test_a_decompression_bomb_is_refused_before_it_is_opened(size):
    with pytest.raises(ValidationError, match="too many pixels"):
        uploads.prepare_picture(upload("bomb.png", png_of(*size)))


@pytest.mark.parametrize("data", [PDF, EXE, b"", png_of(100, 100), photo()[:300], b"<svg onload='x()'/>", photo(format="GIF")])
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(ValidationError):
        uploads.prepare_picture(upload("bus.jpg", data))


# Through the form


@pytest.fixture
def revision(db):
    member = MembershipFactory(approved=True)
    return RevisionFactory(case__city=member.city, author=member.user)


@pytest.fixture
def post(client, revision):
    """Sends the step of files with `files` and `data`."""
    client.force_login(revision.author)

    def post(**data):
        revision.refresh_from_db()
        stored = {
            "version": revision.step_versions.get("files", 0),
            "links-TOTAL_FORMS": 1,
            "links-INITIAL_FORMS": 0,
            "links-0-label": "",
            "links-0-url": "",
        }
        return client.post(reverse("edit_step", args=[revision.pk, "files"]), stored | data)

    return post


def content_of(document):
    with document.file.open() as file:
        return file.read()


def on_disk(settings):
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def test_a_pdf_and_a_picture_are_stored(post, revision, settings):
    response = post(documents=upload("Report <2023>.pdf", PDF), pictures=upload("bus.jpg", photo((1000, 500))))
    assert response.status_code == 302
    document, picture = Document.objects.get(), Picture.objects.get()
    assert (document.kind, document.name, document.size, content_of(document)) == ("pdf", "Report 2023.pdf", len(PDF), PDF)
    assert (picture.width, picture.height) == (1000, 500)
    stem = picture.image.name.removesuffix(".jpg")
    assert {str(path.relative_to(settings.MEDIA_ROOT)) for path in on_disk(settings)} == {
        document.file.name, picture.image.name, f"{stem}/400w.webp", f"{stem}/800w.webp",
    }  # fmt: skip


@pytest.mark.parametrize("data", [EXE, PDF + b"x" * 25 * uploads.MB], ids=["renamed exe", "25 MB"])
def test_a_refused_file_leaves_nothing_and_keeps_the_text(post, settings, data):
    response = post(documents=upload("report.pdf", data), **{"links-0-label": "The report", "links-0-url": "city.example"})
    page = response.content.decode()
    assert (Document.objects.count(), on_disk(settings)) == (0, [])
    assert "Nothing was uploaded. Choose the files again." in page
    assert 'value="The report"' in page


def test_no_more_of_a_file_than_the_limit_is_kept(rf):
    handler = uploads.LimitedFileUploadHandler()
    handler.new_file("documents", "big.pdf", "application/pdf", None)
    chunk = b"x" * uploads.MB
    for n in range(60):
        handler.receive_data_chunk(chunk, n * uploads.MB)
    file = handler.file_complete(60 * uploads.MB)
    assert (file.size, Path(file.temporary_file_path()).stat().st_size) == (60 * uploads.MB, 21 * uploads.MB)
    file.close()


def test_a_huge_body_is_answered_before_it_is_read(client, revision):
    client.force_login(revision.author)
    url = reverse("edit_step", args=[revision.pk, "files"])
    response = client.generic(
        "POST", url, b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(200 * uploads.MB)
    )
    assert (response.status_code, "too large" in response.content.decode()) == (413, True)


def test_no_more_than_ten_documents(post, revision):
    for _ in range(10):
        DocumentFactory(revision=revision)
    assert "A case has 10 documents at most." in post(documents=upload("a.pdf", PDF)).content.decode()
    assert revision.documents.count() == 10


def test_when_the_disk_is_full_there_is_no_row_and_no_half(post, revision, settings, monkeypatch):
    write = FileSystemStorage.save

    def full(storage, name, content, **kwargs):
        write(storage, name, content, **kwargs)
        if name.startswith("pictures/"):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "save", full)
    response = post(documents=upload("a.pdf", PDF), pictures=upload("bus.jpg", photo()))
    assert "The server could not store the files." in response.content.decode()
    revision.refresh_from_db()
    assert (Document.objects.count(), Picture.objects.count(), revision.step_versions) == (0, 0, {})
    assert on_disk(settings) == []


def test_a_file_sent_from_an_old_page_is_not_lost_in_silence(post, revision):
    post(documents=upload("a.pdf", PDF))
    response = post(version=0, documents=upload("b.pdf", PDF))
    assert (response.status_code, "Choose new files again" in response.content.decode()) == (409, True)
    assert [document.name for document in revision.documents.all()] == ["a.pdf"]


def test_what_is_said_about_a_picture_is_stored(post, revision):
    post(pictures=upload("bus.jpg", photo()))
    picture = Picture.objects.get()
    post(**{f"picture-{picture.pk}-alt": "A bus", f"picture-{picture.pk}-consent": "on"})
    picture.refresh_from_db()
    assert (picture.alt, picture.credit, picture.consent) == ("A bus", "", True)


def test_a_removed_file_is_gone_from_the_disk(post, revision, settings, django_capture_on_commit_callbacks):
    post(pictures=upload("bus.jpg", photo((1000, 500))))
    picture = Picture.objects.get()
    assert len(on_disk(settings)) == 3
    with django_capture_on_commit_callbacks(execute=True):
        post(**{f"picture-{picture.pk}-alt": "", f"picture-{picture.pk}-DELETE": "on"})
    assert (Picture.objects.count(), on_disk(settings)) == (0, [])


def test_a_file_of_the_public_edition_stays_when_the_draft_drops_it(client, settings, django_capture_on_commit_callbacks, db):
    member = MembershipFactory(approved=True)
    first = RevisionFactory(complete=True, case__city=member.city, author=member.user)
    DocumentFactory(revision=first)
    bring(first, "published")
    draft = first.case.revise(by=member.user, now=first.edited_at)
    copy = draft.documents.get()
    client.force_login(member.user)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            reverse("edit_step", args=[draft.pk, "files"]),
            {
                "version": 0,
                "links-TOTAL_FORMS": 0,
                "links-INITIAL_FORMS": 0,
                f"document-{copy.pk}-title": "",
                f"document-{copy.pk}-DELETE": "on",
            },
        )
    assert (draft.documents.count(), content_of(first.documents.get())) == (0, b"%PDF-1.4 the report")
