"""Makes the data sets of "Several labels and numbers" in docs/results.md.

    python docs/results/prepare_tasks.py OUT SIGN_LANGUAGE_DIGITS

OUT/garments: four garments of Fashion-MNIST in a picture, two by two, and a list of which they are.
OUT/angles: a hand of Sign Language Digits turned by -45 to 45 degrees, and a list of the angles; the
middle 0.7 of each side is cut out, so that no corner of the turned picture shows. Test pictures are
made of images that no training picture is made of. Needs Pillow.
"""
import csv
import io
import pathlib
import random
import sys
import zipfile

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
ZIP = "rlrr-examples/src/main/resources/io/github/rlrr/examples/demo/fashion-mnist-subset.zip"
PICTURES = {"train": 1000, "val": 200, "test": 400}


def write(folder, header, rows):
    with open(folder / "list.csv", "w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    print(folder, len(rows))


def garments(out):
    draw = random.Random(1)
    (out / "images").mkdir(parents=True, exist_ok=True)
    rows = []
    with zipfile.ZipFile(ROOT / ZIP) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".png"))
        for part, count in PICTURES.items():
            own = [name for name in names if name.startswith(part + "/")]
            for i in range(count):
                # One to four classes, so that pictures differ in how many labels they have.
                classes = draw.sample(sorted({n.split("/")[1] for n in own}), draw.randint(1, 4))
                picture = Image.new("L", (56, 56))
                found = set()
                for place in range(4):
                    label = draw.choice(classes)
                    name = draw.choice([n for n in own if n.split("/")[1] == label])
                    found.add(label)
                    with Image.open(io.BytesIO(archive.read(name))) as image:
                        picture.paste(image.convert("L"), (place % 2 * 28, place // 2 * 28))
                path = f"images/{part}-{i:04}.png"
                picture.save(out / path)
                rows.append([path, "|".join(sorted(found)), part])
    write(out, ["path", "labels", "split"], rows)


def angles(out, digits):
    draw = random.Random(2)
    (out / "images").mkdir(parents=True, exist_ok=True)
    files = sorted(digits.glob("*/*.JPG"))
    draw.shuffle(files)
    rows = []
    for i, file in enumerate(files):
        part = "train" if i < 1000 else "val" if i < 1200 else "test"
        angle = round(draw.uniform(-45, 45), 1)
        with Image.open(file) as image:
            turned = image.convert("RGB").rotate(angle, Image.Resampling.BILINEAR)
        cut = round(turned.width * 0.15)
        path = f"images/{part}-{i:04}.png"
        turned.crop((cut, cut, turned.width - cut, turned.height - cut)).save(out / path)
        rows.append([path, angle, part])
    write(out, ["path", "angle (degrees)", "split"], rows)


out = pathlib.Path(sys.argv[1])
garments(out / "garments")
angles(out / "angles", pathlib.Path(sys.argv[2]))
