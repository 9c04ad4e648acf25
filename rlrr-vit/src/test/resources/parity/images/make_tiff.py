"""Makes small TIFF files of every mixture of colours, depth, compression and layout, and what Pillow makes of each.

Writes tiff.zip.gz (stored in a zip, packed as one, because the files are alike) and tiff.csv beside this script. A
line is the file's name, the width, height and CRC-32 of
ImageOps.exif_transpose(Image.open(file)).convert("RGB"), or "refused" where this library refuses what it might read
otherwise. 16 bits of grey, which Pillow would clip, are divided by 257 and rounded; where 0 is white, Pillow 13 shows
the negative, so the answer is the picture's.

Made with Pillow 13.0.0 (libtiff 4.7.2), tifffile 2026.3.3, imagecodecs 2026.3.6 and NumPy.
"""
import gzip
import io
import os
import zipfile
import zlib

import numpy as np
import tifffile
from PIL import Image, ImageOps

HERE = os.path.dirname(os.path.abspath(__file__))
H, W = 19, 37
y, x = np.mgrid[0:H, 0:W]
noise = np.random.default_rng(0).integers(0, 20, (H, W))
RGB = np.stack([x * 5 + noise, y * 11, (x + y) * 3 + noise], -1).astype(np.uint8)
GREY = RGB[..., 0]
GREY16 = GREY.astype(np.uint16) * 256 + RGB[..., 1]
RGB16 = RGB.astype(np.uint16) * 256 + GREY[..., None]
ALPHA = np.dstack([RGB, GREY])
files, refused, negative = {}, set(), {}


def pillow(name, image, **options):
    stream = io.BytesIO()
    image.save(stream, "TIFF", **options)
    files[name] = stream.getvalue()


def write(name, values, **options):
    stream = io.BytesIO()
    tifffile.imwrite(stream, values, metadata=None, software=False, **options)
    files[name] = stream.getvalue()


PILLOW = {
    "rgb": Image.fromarray(RGB), "grey": Image.fromarray(GREY), "rgba": Image.fromarray(ALPHA),
    "palette": Image.fromarray(RGB).quantize(60), "bilevel": Image.fromarray(GREY).convert("1"),
    "cmyk": Image.fromarray(RGB).convert("CMYK"), "grey16": Image.fromarray(GREY16),
    "grey_alpha": Image.fromarray(np.dstack([GREY, GREY]), "LA"),
}
for compression in (None, "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits"):
    for name, image in PILLOW.items():
        pillow(f"pillow_{name}_{compression or 'none'}", image, compression=compression)
for name in ("rgb", "grey"):
    pillow(f"pillow_{name}_jpeg", PILLOW[name], compression="jpeg")
pillow("pillow_ycbcr_jpeg", Image.fromarray(RGB).convert("YCbCr"), compression="jpeg")
for compression in ("group3", "group4", "tiff_ccitt"):
    pillow(f"pillow_bilevel_{compression}", PILLOW["bilevel"], compression=compression)

KINDS = {
    "rgb": (RGB, {"photometric": "rgb"}),
    "grey": (GREY, {"photometric": "minisblack"}),
    "white_is_0": (GREY, {"photometric": "miniswhite"}),
    "grey16": (GREY16, {"photometric": "minisblack"}),
    "grey16_white_is_0": (GREY16, {"photometric": "miniswhite"}),
    "rgb16": (RGB16, {"photometric": "rgb"}),
    "planes": (np.ascontiguousarray(RGB.transpose(2, 0, 1)), {"photometric": "rgb", "planarconfig": "separate"}),
    "alpha": (ALPHA, {"photometric": "rgb", "extrasamples": ["unassalpha"]}),
    "multiplied": (ALPHA, {"photometric": "rgb", "extrasamples": ["assocalpha"]}),
    "fourth": (ALPHA, {"photometric": "rgb", "extrasamples": ["unspecified"]}),
}
LAYOUTS = {"strip": {}, "strips": {"rowsperstrip": 7}, "tiles": {"tile": (16, 16)}}
for order in "<>":
    for compression in (None, "lzw", "deflate", "packbits"):
        for predictor in (False, True)[: 2 if compression in ("lzw", "deflate") else 1]:
            for layout, cut in LAYOUTS.items():
                for kind, (values, options) in KINDS.items():
                    name = f"{kind}_{'little' if order == '<' else 'big'}_{compression or 'none'}"
                    name += f"{'_differences' if predictor else ''}_{layout}"
                    write(name, values, byteorder=order, compression=compression, predictor=predictor, **cut, **options)
                    if kind == "grey16_white_is_0":
                        negative[name] = 65535 - GREY16

for bits in (1, 2, 4):
    write(f"bits{bits}", GREY >> (8 - bits), photometric="minisblack", bitspersample=bits)
for turned in range(10):
    tag = [(274, "H", 1, turned, True)]
    write(f"orientation{turned}", RGB, photometric="rgb", extratags=tag)
    write(f"orientation{turned}_grey_lzw", GREY, photometric="minisblack", compression="lzw", extratags=tag)
write("two_pages", np.stack([RGB, 255 - RGB]), photometric="rgb")

for name, values in {
    "float": GREY.astype(np.float32), "half": GREY.astype(np.float16), "double": GREY.astype(np.float64),
    "signed8": GREY.astype(np.int8), "signed16": (GREY16 >> 1).astype(np.int16), "wide": GREY16.astype(np.uint32),
}.items():
    write(f"refused_{name}", values, photometric="minisblack")
write("refused_12_bits", GREY16 >> 4, photometric="minisblack", bitspersample=12)
write("refused_13_bands", np.repeat(GREY16[..., None], 13, 2), photometric="minisblack", planarconfig="contig")
write("refused_big", RGB, photometric="rgb", bigtiff=True)
pillow("refused_lab", Image.fromarray(RGB, "LAB"))
pillow("refused_ycbcr", Image.fromarray(RGB).convert("YCbCr"))
for name in ("cmyk", "rgba", "grey_alpha"):
    pillow(f"refused_{name}_jpeg", PILLOW[name], compression="jpeg")
for compression in ("zstd", "lzma"):
    pillow(f"refused_{compression}", PILLOW["rgb"], compression=compression)
whole = files["rgb_little_lzw_strips"]
for cut in (8, 100, len(whole) - 40, len(whole) - 1):
    files[f"refused_cut_at_{cut}"] = whole[:cut]


def answer(name, data):
    if name.startswith("refused"):
        return "refused"
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))) if name not in negative else negative[name]
    values = np.asarray(image)
    if values.dtype.itemsize == 2:
        image = Image.fromarray(((values.astype(np.int64) * 255 + 32767) // 65535).astype(np.uint8))
    image = image.convert("RGB")
    return f"{image.width},{image.height},{zlib.crc32(image.tobytes()):08x}"


stream = io.BytesIO()
with zipfile.ZipFile(stream, "w") as archive:
    for name, data in files.items():
        archive.writestr(zipfile.ZipInfo(f"tiff_{name}.tif"), data)
with open(os.path.join(HERE, "tiff.zip.gz"), "wb") as f:
    f.write(gzip.compress(stream.getvalue(), 9, mtime=0))
with open(os.path.join(HERE, "tiff.csv"), "w") as f:
    f.writelines(f"tiff_{name}.tif,{answer(name, data)}\n" for name, data in files.items())
print(len(files), "files")
