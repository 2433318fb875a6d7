"""Uploaded files: checked by their content, stored under names of ours, and gone when their last row is gone."""

import io
import re
import unicodedata
import zipfile
from contextlib import contextmanager
from pathlib import PurePath
from typing import NamedTuple

import puremagic
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.template.defaultfilters import filesizeformat
from PIL import Image, ImageCms, ImageOps

from .models import Document, Picture

MB = 1024 * 1024
LARGEST_FILE = 20 * MB
LARGEST_BODY = 100 * MB  # of one request: several files at once
MOST_DOCUMENTS = 10
MOST_PICTURES = 12
MOST_PIXELS = 50_000_000
LONGEST_EDGE = 2400

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "csv": "text/csv; charset=utf-8",
}
# The part that makes an Office file what it is.
MAIN_PARTS = {"word/document.xml": "docx", "ppt/presentation.xml": "pptx", "xl/workbook.xml": "xlsx"}
PICTURE_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


class Found(NamedTuple):
    kind: str
    name: str


# Documents


def check_document(upload):
    """What the uploaded file is by its content, and a harmless name to show. Raises ValidationError."""
    _check_size(upload)
    kind = _kind_of(upload)
    return Found(kind, clean_name(upload.name, kind))


def _check_size(upload):
    if upload.size > LARGEST_FILE:
        limit = filesizeformat(LARGEST_FILE)
        raise ValidationError(f"{clean_name(upload.name)} is too large: {filesizeformat(upload.size)}. The limit is {limit}.")
    if not upload.size:
        raise ValidationError(f"{clean_name(upload.name)} is empty.")


def _kind_of(upload):
    upload.seek(0)
    head = upload.read(4096)
    upload.seek(0)
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(upload)
    if PurePath(upload.name).suffix.lower() == ".csv" and _is_table(upload):
        return "csv"
    raise _unknown(upload, head)


def _unknown(upload, head):
    try:
        looks = puremagic.from_string(head)
    except (puremagic.PureError, ValueError):
        looks = ""
    looks = f" It looks like {looks}." if re.fullmatch(r"\.\w{1,8}", looks) else ""
    return ValidationError(
        f"{clean_name(upload.name)} is not a document that we can take.{looks} Use PDF, DOCX, PPTX, XLSX, ODT or CSV."
    )


def _kind_of_zip(upload):
    try:
        with zipfile.ZipFile(upload) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if len(members) > 10_000 or sum(member.file_size for member in members) > 500 * MB:
                raise ValidationError(f"{clean_name(upload.name)} is too large when unpacked. Save it as PDF.")
            if any(_is_program(name) for name in names):
                raise ValidationError(f"{clean_name(upload.name)} contains macros. Save it without macros, or as PDF.")
            for part, kind in MAIN_PARTS.items():
                if part in names and "[Content_Types].xml" in names:
                    return kind
            if "content.xml" in names and "mimetype" in names:
                with archive.open("mimetype") as file:
                    if file.read(100).decode("ascii", "replace").strip() == CONTENT_TYPES["odt"]:
                        return "odt"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise ValidationError(f"{clean_name(upload.name)} is damaged or locked with a password. Save it again.") from error
    finally:
        upload.seek(0)
    raise _unknown(upload, b"")


def _is_program(name):
    name = name.lower()
    return name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/"))


def _is_table(upload):
    """Whether the bytes are text with nothing in it that a table doesn't have."""
    data = upload.read()
    upload.seek(0)
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace") if b"\0" not in data else "\0"
    odd = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text)
    return not odd and not text.lstrip().startswith("<") and not data.startswith(b"MZ")


def clean_name(name, kind=""):
    """`name` without what could mislead or do harm where it is shown or saved; ends in `kind` if given."""
    name = unicodedata.normalize("NFC", PurePath(str(name)).name)
    name = "".join(character for character in name if unicodedata.category(character)[0] != "C")
    name = re.sub(r"""[<>:"/\\|?*';&]+""", " ", name)
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        stem, ending = name, ""
    stem = re.sub(r"\s+", " ", stem).strip(". ")[:120].strip() or "document"
    ending = kind or ending.strip()
    return f"{stem}.{ending}" if ending else stem


# Pictures


def prepare_picture(upload):
    """The picture as a ContentFile: upright, in sRGB, at most LONGEST_EDGE, without metadata. Raises ValidationError."""
    _check_size(upload)
    name = clean_name(upload.name)
    try:
        with Image.open(upload, formats=["JPEG", "PNG", "WEBP"]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            return _encode(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(
            f"{name} has too many pixels. Make it smaller than {MOST_PIXELS // 1_000_000} megapixels."
        ) from error
    except ValidationError:
        raise
    except Exception as error:  # whatever a decoder raises on bytes that only look like a picture
        raise ValidationError(f"{name} is not a picture that we can read. Use JPEG, PNG or WebP.") from error


def _encode(image):
    photo = image.format == "JPEG"
    if photo:
        image.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
    image = ImageOps.exif_transpose(image)
    profile = image.info.get("icc_profile")
    if not photo and (image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info):
        image = image.convert("RGBA")
    elif profile and image.mode in {"RGB", "CMYK"}:
        image = _to_srgb(image, profile)
    else:
        image = image.convert("RGB")
    image.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    image.info.clear()
    buffer = io.BytesIO()
    if photo:
        image.save(buffer, "JPEG", quality=85, optimize=True, progressive=True)
    else:
        image.save(buffer, "WEBP", quality=85)
    file = ContentFile(buffer.getvalue(), name="picture.jpg" if photo else "picture.webp")
    file.width, file.height = image.size
    return file


def _to_srgb(image, profile):
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except ImageCms.PyCMSError:
        return image.convert("RGB")


# Storing


@contextmanager
def no_orphans():
    """Gives a list for the stored files; when the block fails, they are removed again."""
    stored = []
    try:
        yield stored
    except BaseException:
        for file in stored:
            _remove(file)
        raise


def store_document(revision, upload, found, *, position, stored):
    """The new row of a checked `upload`."""
    document = Document(revision=revision, position=position, name=found.name, kind=found.kind, size=upload.size)
    _write(document.file, f"file.{found.kind}", upload, stored)
    document.save()
    return document


def store_picture(revision, file, *, position, stored):
    """The new row of a prepared picture, with its renditions."""
    picture = Picture(revision=revision, position=position, width=file.width, height=file.height)
    _write(picture.image, file.name, file, stored)
    picture.image.save_all()
    picture.save()
    return picture


def _write(field_file, name, content, stored):
    """Store `content` under a name known beforehand, so that a half-written file can be removed too."""
    field_file.name = field_file.field.generate_filename(field_file.instance, name)
    field_file._committed = True
    stored.append(field_file)
    content.seek(0)
    field_file.storage.save(field_file.name, content)
    setattr(field_file.instance, field_file.field.name, field_file.name)


def forget(row):
    """Remove the file of a deleted row, unless another edition still uses it. To be called after the commit."""
    field = "file" if isinstance(row, Document) else "image"
    field_file = getattr(row, field)
    if not type(row).objects.filter(**{field: field_file.name}).exists():
        _remove(field_file)


def _remove(field_file):
    if hasattr(field_file, "delete_all"):
        field_file.delete_all()
    field_file.storage.delete(field_file.name)


class LimitedFileUploadHandler(TemporaryFileUploadHandler):
    """Keeps no more of a file than the limit, but tells its whole size, so that the form can say what is wrong."""

    def receive_data_chunk(self, raw_data, start):
        if start <= LARGEST_FILE:
            super().receive_data_chunk(raw_data, start)
