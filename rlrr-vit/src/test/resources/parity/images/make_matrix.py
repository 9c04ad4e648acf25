"""Makes small pictures of every mixture of what decides over pixels, and what Pillow makes of each.

Writes matrix.zip.gz (stored in a zip, packed as one, because the files are alike) and matrix.csv beside this
script. A line is the file's name, the width, height and CRC-32 of
ImageOps.exif_transpose(Image.open(file)).convert("RGB"), or "refused".

Made with Pillow 13.0.0 (libjpeg-turbo 3.2.0, libwebp 1.6.0), NumPy and cjpeg of libjpeg-turbo 2.1.5.
"""
import gzip
import io
import os
import struct
import subprocess
import warnings
import zipfile
import zlib

import numpy as np
from PIL import Image, ImageCms, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
warnings.simplefilter("ignore")
files = {}


def picture(width, height, bands=3):
    y, x = np.mgrid[0:height, 0:width]
    planes = [127 + 100 * np.sin(x / 3 + 2 * c) * np.cos(y / 4 - c) + 60 * ((x + c * y) % 7 > 3) for c in range(bands)]
    values = np.stack(planes, -1).clip(0, 255).astype(np.uint8)
    return Image.fromarray(values if bands > 1 else values[:, :, 0], {1: "L", 3: "RGB", 4: "CMYK"}[bands])


def profile(swapped=True):
    """sRGB with red and blue exchanged: to apply it changes every colour."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    if swapped:
        data = data.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")
    return bytes(data)


ICC = profile()


# EXIF and XMP
def tiff(entries, order="<", magic=42, tail=b""):
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HL", magic, 8)
    return head + struct.pack(order + "H", len(entries)) + b"".join(entries) + b"\0\0\0\0" + tail


def entry(tag, kind, count, value, order="<"):
    return struct.pack(order + "HHL", tag, kind, count) + value.ljust(4, b"\0")


def short(orientation, order="<"):
    return tiff([entry(0x0112, 3, 1, struct.pack(order + "H", orientation), order)], order)


def xmp(orientation, attribute=True):
    text = f'tiff:Orientation="{orientation}"' if attribute else f"<tiff:Orientation>{orientation}</tiff:Orientation>"
    return f"<x:xmpmeta><rdf:Description {text}/></x:xmpmeta>".encode()


NOTHING = tiff([entry(0x0100, 3, 1, b"\x07\0")])
EXIFS = {f"short{o}": short(o) for o in range(10)}
EXIFS |= {f"motorola{o}": short(o, ">") for o in (3, 6, 8)}
EXIFS |= {f"long{o}": tiff([entry(0x0112, 4, 1, struct.pack("<L", o))]) for o in (2, 5, 6)}
EXIFS["motorola_long7"] = tiff([entry(0x0112, 4, 1, struct.pack(">L", 7), ">")], ">")
EXIFS |= {
    "byte": tiff([entry(0x0112, 1, 1, b"\6")]),
    "text": tiff([entry(0x0112, 2, 2, b"6\0")]),
    "rational": tiff([entry(0x0112, 5, 1, struct.pack("<L", 26))], tail=struct.pack("<LL", 12, 2)),
    "rational_zero": tiff([entry(0x0112, 5, 1, struct.pack("<L", 26))], tail=struct.pack("<LL", 6, 0)),
    "signed_byte": tiff([entry(0x0112, 6, 1, b"\6")]),
    "undefined": tiff([entry(0x0112, 7, 1, b"\6")]),
    "signed_short": tiff([entry(0x0112, 8, 1, b"\6\0")]),
    "signed_long": tiff([entry(0x0112, 9, 1, b"\6\0\0\0")]),
    "signed_rational": tiff([entry(0x0112, 10, 1, struct.pack("<L", 26))], tail=struct.pack("<ll", -12, -2)),
    "float": tiff([entry(0x0112, 11, 1, struct.pack("<f", 6))]),
    "double": tiff([entry(0x0112, 12, 1, struct.pack("<L", 26))], tail=struct.pack("<d", 6)),
    "ifd": tiff([entry(0x0112, 13, 1, b"\6\0\0\0")]),
    "long8": tiff([entry(0x0112, 16, 1, struct.pack("<L", 26))], tail=struct.pack("<Q", 6)),
    "unknown_type": tiff([entry(0x0112, 99, 1, b"\6\0\0\0")]),
    "unknown_then_short": tiff([entry(0x0112, 99, 1, b"\6\0\0\0"), entry(0x0112, 3, 1, b"\3\0")]),
    "count0": tiff([entry(0x0112, 3, 0, b"\6\0")]),
    "count2": tiff([entry(0x0112, 3, 2, b"\6\0\3\0")]),
    "count3": tiff([entry(0x0112, 3, 3, struct.pack("<L", 26))], tail=b"\6\0\3\0\1\0"),
    "outside": tiff([entry(0x0112, 3, 9, struct.pack("<L", 5000))]),
    "twice": tiff([entry(0x0112, 3, 1, b"\6\0"), entry(0x0112, 3, 1, b"\3\0")]),
    "second_entry": tiff([entry(0x010F, 2, 9, struct.pack("<L", 38)), entry(0x0112, 3, 1, b"\6\0")], tail=b"Camera X\0"),
    "too_few_entries": short(6)[:8] + b"\7\0" + short(6)[10:],
    "swapped_magic": tiff([entry(0x0112, 3, 1, b"\6\0")], magic=42 << 8),
    "nothing": NOTHING,
}
XMPS = {f"xmp{o}": xmp(o) for o in range(10)} | {"xmp_element6": xmp(6, False), "xmp_nothing": b"<x:xmpmeta/>"}


# JPEG
def segments(data):
    """The pieces of a JPEG: SOI, segments, and the first scan with all that follows."""
    pieces, at = [data[:2]], 2
    while data[at + 1] != 0xDA:
        end = at + 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
        pieces.append(data[at:end])
        at = end
    return pieces + [data[at:]]


def cjpeg(image, *options):
    ppm = f"P{5 if image.mode == 'L' else 6} {image.width} {image.height} 255\n".encode() + image.tobytes()
    data = subprocess.run(["cjpeg", "-quality", "85", *options], input=ppm, stdout=subprocess.PIPE, check=True).stdout
    return b"".join(p for p in segments(data) if p[1] & 0xF0 != 0xE0)


def inks(sampling):
    stream = io.BytesIO()
    picture(24, 20, 4).save(stream, "JPEG", quality=85, subsampling=sampling)
    return b"".join(p for p in segments(stream.getvalue()) if p[1] & 0xF0 != 0xE0)


def app(n, body):
    return b"\xff" + bytes([0xE0 + n]) + struct.pack(">H", 2 + len(body)) + body


def with_ids(data, ids):
    pieces = segments(data)
    for i, p in enumerate(pieces):
        if p[1] in (0xC0, 0xC1, 0xC2):
            old = [p[10 + 3 * k] for k in range(p[9])]
            pieces[i] = p[:10] + b"".join(bytes([ids[k]]) + p[11 + 3 * k : 13 + 3 * k] for k in range(p[9]))
        elif p[1] == 0xDA:
            scan = b"".join(bytes([ids[old.index(p[5 + 2 * k])], p[6 + 2 * k]]) for k in range(p[4]))
            pieces[i] = p[:5] + scan + p[5 + 2 * p[4] :]
    return b"".join(pieces)


def before(data, extra, at=1):
    """The same JPEG with more segments after its start (or before another piece)."""
    pieces = segments(data)
    return b"".join(pieces[:at] + [extra] + pieces[at:])


JFIF = app(0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
ADOBE = {t: app(14, b"Adobe\0\x64\0\0\0\0" + bytes([t])) for t in (0, 1, 2, 3)}
MARKERS = {"none": b"", "jfif": JFIF, "shortjfif": app(0, b"JFIF\0\1\1\0\0\1"), "exif": app(1, b"Exif\0\0" + NOTHING)}
MARKERS |= {f"adobe{t}": a for t, a in ADOBE.items()} | {f"jfif_adobe{t}": JFIF + a for t, a in ADOBE.items()}
MARKERS |= {"adobe1_adobe0": ADOBE[1] + ADOBE[0], "shortadobe": app(14, b"Adobe\0\x64\0\0\0"), "fill_adobe0": b"\xff\xff" + ADOBE[0]}
MARKERS |= {"adobe0_jfif": ADOBE[0] + JFIF, "exif_adobe0": app(1, b"Exif\0\0" + NOTHING) + ADOBE[0]}
IDS = {"123": b"\1\2\3", "012": b"\0\1\2", "145": b"\1\4\5", "RGB": b"RGB", "rgb": b"rgb", "1_34_35": b"\x01\x22\x23", "YCc": b"YCc", "321": b"\3\2\1"}
SAMPLING = {"444": "1x1,1x1,1x1", "422": "2x1,1x1,1x1", "420": "2x2,1x1,1x1", "440": "1x2,1x1,1x1", "411": "4x1,1x1,1x1", "410": "4x2,1x1,1x1",
            "441": "1x4,1x1,1x1", "odd": "2x2,2x1,1x2", "late": "1x1,2x2,2x2"}
base = {name: cjpeg(picture(24, 20), "-sample", s) for name, s in SAMPLING.items()}
for s in ("444", "422", "420", "440"):
    for m, extra in MARKERS.items():
        for i, ids in IDS.items():
            files[f"jpeg_{s}_{m}_ids{i}.jpg"] = before(with_ids(base[s], ids), extra)
for s in SAMPLING:
    for width, height in ((1, 1), (2, 2), (3, 5), (4, 4), (5, 3), (8, 9), (17, 13), (33, 31)):
        files[f"jpeg_{s}_{width}x{height}.jpg"] = before(cjpeg(picture(width, height), "-sample", SAMPLING[s]), JFIF)
    files[f"jpeg_{s}_progressive.jpg"] = before(cjpeg(picture(37, 29), "-sample", SAMPLING[s], "-progressive"), JFIF)
    files[f"jpeg_{s}_restart.jpg"] = before(cjpeg(picture(37, 29), "-sample", SAMPLING[s], "-restart", "1"), JFIF)
    files[f"jpeg_{s}_late_adobe0.jpg"] = before(base[s], ADOBE[0], -1)
parts = len(ICC) // 2
icc = lambda number, count, body: app(2, b"ICC_PROFILE\0" + bytes([number, count]) + body)
PROFILES = {"whole": icc(1, 1, ICC), "fill": b"\xff" + icc(1, 1, ICC), "fills": b"\xff" * 7 + icc(1, 1, ICC), "junk": b"\xff\xfe\0\3a\0ab" + icc(1, 1, ICC),
            "split": icc(1, 2, ICC[:parts]) + b"\xff" + icc(2, 2, ICC[parts:]), "missing_part": icc(1, 2, ICC[:parts]), "broken": icc(1, 1, b"x" * 90)}
for p, extra in PROFILES.items():
    for s in ("444", "420"):
        for m in ("none", "jfif", "adobe0", "adobe2"):
            files[f"jpeg_{s}_{m}_profile_{p}.jpg"] = before(base[s], MARKERS[m] + extra)
        files[f"jpeg_{s}_late_profile_{p}.jpg"] = before(base[s], extra, -1)
exif = lambda body: app(1, b"Exif\0\0" + body)
in_xmp = lambda body: app(1, b"http://ns.adobe.com/xap/1.0/\0" + body)
for name, body in EXIFS.items():
    files[f"jpeg_exif_{name}.jpg"] = before(base["420"], JFIF + exif(body))
for name, body in XMPS.items():
    files[f"jpeg_{name}.jpg"] = before(base["420"], JFIF + in_xmp(body))
PLACES = {"fill": JFIF + b"\xff" + exif(short(6)), "fills": b"\xff\xff\xff" + exif(short(6)), "junk": JFIF + b"\0\7" + exif(short(6)), "first": exif(short(6)) + JFIF,
          "alone": exif(short(6)), "escaped": JFIF + b"\xff\0" + exif(short(6)), "twice": exif(short(6)) + exif(short(3)),
          "continued": exif(short(6)[:15]) + exif(short(6)[15:]), "twice_prefixed": exif(b"Exif\0\0" + short(6)), "thrice_prefixed": exif(b"Exif\0\0Exif\0\0" + short(6)),
          "xmp_fill": b"\xff" + in_xmp(xmp(6)), "nothing_xmp": exif(NOTHING) + in_xmp(xmp(6)), "zero_xmp": exif(short(0)) + in_xmp(xmp(6)),
          "exif_over_xmp": in_xmp(xmp(3)) + exif(short(6)), "two_xmps": in_xmp(xmp(3)) + in_xmp(xmp(6)), "empty_xmp": exif(b"") + in_xmp(xmp(6)),
          "no_tiff_xmp": exif(b"no TIFF structure") + in_xmp(xmp(6)), "cut_xmp": exif(short(6)[:12]) + in_xmp(xmp(6)), "head_xmp": exif(short(6)[:8]) + in_xmp(xmp(6)),
          "stub_xmp": exif(short(6)[:5]) + in_xmp(xmp(6)), "photoshop": app(13, b"Photoshop 3.0\0" + b"8BIM\4\4\0\0\0\0\0\2\0\0") + exif(short(6)), "comment": b"\xff\xfe\0\6abcd" + exif(short(6)),
          "profile": icc(1, 1, ICC) + b"\xff" + exif(short(6)), "adobe0": ADOBE[0] + exif(short(6))}
for name, extra in PLACES.items():
    for s in ("444", "420"):
        files[f"jpeg_{s}_place_{name}.jpg"] = before(base[s], extra)
    files[f"jpeg_late_place_{name}.jpg"] = before(base["440"], extra, -1)
grey = cjpeg(picture(24, 20, 1))
for m, extra in MARKERS.items():
    files[f"jpeg_grey_{m}.jpg"] = before(grey, extra)
    for s in (0, 1, 2):
        for i, ids in {"1234": b"\1\2\3\4", "CMYK": b"CMYK"}.items():
            files[f"jpeg_inks{s}_{m}_ids{i}.jpg"] = before(with_ids(inks(s), ids), extra)
files["jpeg_inks0_place_fill.jpg"] = before(inks(0), ADOBE[2] + b"\xff" + icc(1, 1, ICC) + b"\xff" + exif(short(6)))
files["jpeg_grey_place_fill.jpg"] = before(grey, b"\xff" + icc(1, 1, ICC) + b"\xff" + exif(short(8)))


# PNG
def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(image, head=b"", tail=b"", **options):
    stream = io.BytesIO()
    image.save(stream, "PNG", **options)
    data = stream.getvalue()
    return data[:33] + head + data[33:-12] + tail + data[-12:]


def raw_profile(body):
    return f"\nexif\n{len(body):8}\n{body.hex()}\n".encode()


COLOURS = {"rgb": picture(19, 13), "grey": picture(19, 13, 1), "palette": picture(19, 13).quantize(20), "alpha": picture(19, 13).convert("RGBA"),
           "bilevel": picture(19, 13, 1).convert("1"), "grey_alpha": picture(19, 13, 1).convert("LA")}
for name, body in EXIFS.items():
    files[f"png_exif_{name}.png"] = png(COLOURS["rgb"], chunk(b"eXIf", body))
for name, body in XMPS.items():
    files[f"png_{name}.png"] = png(COLOURS["rgb"], chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + body))
RAW = b"Raw profile type exif\0"
CHUNKS = {"exif": chunk(b"eXIf", short(6)), "prefixed": chunk(b"eXIf", b"Exif\0\0" + short(6)), "twice": chunk(b"eXIf", short(6)) + chunk(b"eXIf", short(3)),
          "raw_text": chunk(b"tEXt", RAW + raw_profile(b"Exif\0\0" + short(6))), "raw_packed": chunk(b"zTXt", RAW + b"\0" + zlib.compress(raw_profile(short(6)))),
          "raw_international": chunk(b"iTXt", RAW + b"\0\0\0\0" + raw_profile(short(6))),
          "raw_wrapped": chunk(b"tEXt", RAW + b"\nexif\n      26\n" + short(6).hex().encode()[:20] + b"\n" + short(6).hex().encode()[20:] + b"\n"),
          "exif_over_raw": chunk(b"tEXt", RAW + raw_profile(short(3))) + chunk(b"eXIf", short(6)), "raw_then_xmp": chunk(b"tEXt", RAW + raw_profile(NOTHING)) + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(6)),
          "xmp_packed": chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp(6))), "xmp_text": chunk(b"tEXt", b"XML:com.adobe.xmp\0" + xmp(6)),
          "xmp_ztxt": chunk(b"zTXt", b"XML:com.adobe.xmp\0\0" + zlib.compress(xmp(6))), "xmp_language": chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0en\0Key\0" + xmp(6)),
          "xmp_damaged": chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + b"no zlib" + xmp(6)), "xmp_bad_utf8": chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0\xff\xfe" + xmp(6)),
          "zero_xmp": chunk(b"eXIf", short(0)) + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp(6)),
          "raw_xmp": chunk(b"tEXt", b"Raw profile type xmp\0\nxmp\n      60\n" + xmp(6).hex().encode() + b"\n"), "app1": chunk(b"tEXt", b"Raw profile type APP1\0" + raw_profile(b"Exif\0\0" + short(6))),
          "text_called_exif": chunk(b"tEXt", b"exif\0" + short(6)), "gamma": chunk(b"gAMA", struct.pack(">I", 100000)), "empty": chunk(b"eXIf", b"")}
for name, extra in CHUNKS.items():
    files[f"png_chunk_{name}.png"] = png(COLOURS["rgb"], extra)
    files[f"png_late_{name}.png"] = png(COLOURS["rgb"], tail=extra)
for name, image in COLOURS.items():
    files[f"png_{name}_profile.png"] = png(image, icc_profile=ICC)
    files[f"png_{name}_turned.png"] = png(image, chunk(b"eXIf", short(8, ">")))


# GIF and BMP know no orientation
for form in ("gif", "bmp"):
    for name in ("rgb", "grey", "palette", "bilevel"):
        stream = io.BytesIO()
        COLOURS[name].save(stream, form)
        files[f"{form}_{name}.{form}"] = stream.getvalue()


# WebP
def riff(*chunks):
    body = b"".join(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def webp(image, **options):
    stream = io.BytesIO()
    image.save(stream, "WEBP", **options)
    return stream.getvalue()


def streams(data):
    chunks, at = [], 12
    while at < len(data):
        size = struct.unpack("<I", data[at + 4 : at + 8])[0]
        chunks.append((data[at : at + 4], data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    return [c for c in chunks if c[0] in (b"VP8 ", b"VP8L", b"ALPH")]


def canvas(flags, width, height):
    return b"VP8X", bytes([flags, 0, 0, 0]) + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]


def frame(data, left, top, width, height, flags=0):
    three = lambda n: struct.pack("<I", n)[:3]
    body = three(left // 2) + three(top // 2) + three(width - 1) + three(height - 1) + three(40) + bytes([flags])
    return b"ANMF", body + riff(*streams(data))[12:]


transparent = picture(33, 21)
transparent.putalpha(picture(33, 21, 1))
KINDS = {"lossy": webp(picture(33, 21), quality=75), "lossless": webp(picture(33, 21), lossless=True), "lossy_alpha": webp(transparent, quality=75),
         "lossless_alpha": webp(transparent, lossless=True), "lossy_alpha_exact": webp(transparent, quality=60, exact=True)}
for q in (0, 5, 30, 50, 75, 90, 100):
    for m in (0, 4, 6):
        files[f"webp_quality{q}_method{m}.webp"] = webp(picture(40, 30), quality=q, method=m)
for width, height in ((1, 1), (2, 2), (3, 1), (1, 3), (2, 5), (5, 4), (15, 17), (16, 16), (17, 15), (31, 33), (40, 30), (64, 3)):
    files[f"webp_lossy_{width}x{height}.webp"] = webp(picture(width, height), quality=70)
    files[f"webp_lossless_{width}x{height}.webp"] = webp(picture(width, height), lossless=True)
files["webp_grey.webp"] = webp(picture(33, 21, 1).convert("RGB"), quality=75)
files["webp_palette.webp"] = webp(picture(33, 21).quantize(3).convert("RGB"), lossless=True)
files["webp_extremes.webp"] = webp(Image.fromarray(np.random.default_rng(3).integers(0, 2, (30, 40, 3), dtype=np.uint8) * 255), quality=40)
files["webp_sharp.webp"] = webp(picture(40, 30), quality=60, use_sharp_yuv=True)
for name, data in KINDS.items():
    alpha = 16 if "alpha" in name else 0
    files[f"webp_{name}.webp"] = data
    files[f"webp_{name}_profile.webp"] = riff(canvas(32 + alpha, 33, 21), (b"ICCP", ICC), *streams(data))
    for o in range(10):
        files[f"webp_{name}_exif{o}.webp"] = riff(canvas(8 + alpha, 33, 21), *streams(data), (b"EXIF", short(o)))
    files[f"webp_{name}_all.webp"] = riff(canvas(44 + alpha, 33, 21), (b"ICCP", ICC), *streams(data), (b"EXIF", b"Exif\0\0" + short(6, ">")), (b"XMP ", xmp(3)))
    files[f"webp_{name}_xmp.webp"] = riff(canvas(4 + alpha, 33, 21), *streams(data), (b"XMP ", xmp(6)))
    files[f"webp_{name}_unflagged.webp"] = riff(canvas(alpha, 33, 21), *streams(data), (b"EXIF", short(6)), (b"XMP ", xmp(6)))
    files[f"webp_{name}_exif_first.webp"] = riff(canvas(8 + alpha, 33, 21), (b"EXIF", short(6)), *streams(data))
    files[f"webp_{name}_unknown.webp"] = riff(canvas(alpha, 33, 21), (b"abcd", b"odd"), *streams(data), (b"efgh", b""))
    files[f"webp_{name}_two_exifs.webp"] = riff(canvas(8 + alpha, 33, 21), *streams(data), (b"EXIF", short(6)), (b"EXIF", short(3)))
    files[f"webp_{name}_too_large_canvas.webp"] = riff(canvas(alpha, 34, 21), *streams(data))
    anim = (b"ANIM", b"\x40\x80\xc0\xff\0\0")
    for left, top in ((0, 0), (4, 6), (8, 2)):
        for flags in (0, 1, 2, 3):
            frames = [frame(data, left, top, 33, 21, flags), frame(KINDS["lossless"], 0, 0, 33, 21)]
            files[f"webp_{name}_animated_{left}_{top}_{flags}.webp"] = riff(canvas(2 + alpha, 41, 27), anim, *frames)
    files[f"webp_{name}_animated_exif.webp"] = riff(canvas(10 + alpha, 33, 21), anim, frame(data, 0, 0, 33, 21), (b"EXIF", short(6)))
    files[f"webp_{name}_animated_outside.webp"] = riff(canvas(2 + alpha, 33, 21), anim, frame(data, 4, 0, 33, 21))
for name, body in EXIFS.items():
    files[f"webp_exif_{name}.webp"] = riff(canvas(8, 33, 21), *streams(KINDS["lossy"]), (b"EXIF", body))
for name, body in XMPS.items():
    files[f"webp_{name}.webp"] = riff(canvas(4, 33, 21), *streams(KINDS["lossy"]), (b"XMP ", body))


def answer(data):
    try:
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    except Exception as e:
        return "refused"
    return f"{image.width},{image.height},{zlib.crc32(image.tobytes()):08x}"


stream = io.BytesIO()
with zipfile.ZipFile(stream, "w") as archive:
    for name, data in files.items():
        archive.writestr(zipfile.ZipInfo(name), data)
with open(os.path.join(HERE, "matrix.zip.gz"), "wb") as f:
    f.write(gzip.compress(stream.getvalue(), 9, mtime=0))
with open(os.path.join(HERE, "matrix.csv"), "w") as f:
    f.writelines(f"{name},{answer(data)}\n" for name, data in files.items())
