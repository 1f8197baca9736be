"""Logos: whatever was sent, what we keep and mail is a small PNG of our own making, without metadata (R5)."""

from io import BytesIO

from PIL import Image, ImageOps
from service_kit.errors import FieldError, Invalid

from dossier_service.firms.settings.domain import LARGEST_LOGO_BYTES, LOGO_SIZE, too_many_pixels

FORMATS = ("PNG", "JPEG")


def as_png(data: bytes) -> bytes:
    """The image fitted into LOGO_SIZE; Invalid for what is no PNG or JPEG, or too large in bytes or pixels.

    The size is read from the header first, so that a few bytes that unpack to gigabytes are never unpacked.
    """
    if len(data) > LARGEST_LOGO_BYTES:
        raise _refused("logo_too_large", f"A logo has at most {LARGEST_LOGO_BYTES // 1000} kB.")
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            if too_many_pixels(*image.size):
                raise _refused("logo_too_many_pixels", "This image has too many pixels.")
            return _fitted(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _refused("logo_too_many_pixels", "This image has too many pixels.") from None
    except Invalid:
        raise
    except Exception:
        # Decoders fail in many ways on what is no image: whatever it was, it is the sender's file.
        raise _refused("logo_not_an_image", "This is not a PNG or JPEG image.") from None


def _fitted(image: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(image)
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    plain.thumbnail(LOGO_SIZE)
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    out = BytesIO()
    bare.save(out, "PNG", optimize=True)
    return out.getvalue()


def _refused(code: str, detail: str) -> Invalid:
    return Invalid(code, detail, rule="R5", fields=(FieldError("logo", code, detail, "R5"),))
