package io.github.rlrr.vit.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.rlrr.vit.image.FileKind.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileKindTest {

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.jpg", "a.JPG", "a.Jpeg", "a.jfif", "a.JFIF", "a.jpe", "a.jif", "a.pjpeg",
                "a.pjp", "a.dib", "a.bmp", "a.gif", "a.PNG"
            })
    void usualExtensionsAreImagesInAnyCaseWithoutALookInside(String name) {
        assertThat(FileKind.of(folder.resolve(name)).role()).isEqualTo(Role.IMAGE);
    }

    @ParameterizedTest
    @CsvSource({
        "rgb8.png, 0",
        "420.jpg, photo",
        "rgb.bmp, data.bin",
        "palette.gif, a.b.c",
        "rgb8.png, x.txt"
    })
    void underOtherNamesImagesAreToldByTheirContent(String image, String name) throws IOException {
        Path file = write(name, PillowNumbers.open("decode/" + image).readAllBytes());
        assertThat(FileKind.of(file).role()).isEqualTo(Role.IMAGE_BY_CONTENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"README", "BMW and others", "GIF8", "RIFF....WAVE", "%PDF-1.7", ""})
    void whatBeginsAsNoImageIsNone(String content) throws IOException {
        Path file = write("file", content.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(FileKind.of(file)).isEqualTo(new FileKind(Role.OTHER, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.png.bak", "a.jpg.part", "a.tmp", "a.png~"})
    void backupsAndUnfinishedDownloadsAreNoImages(String name) throws IOException {
        Path file = write(name, PillowNumbers.open("decode/rgb8.png").readAllBytes());
        assertThat(FileKind.of(file).role()).isEqualTo(Role.OTHER);
    }

    @ParameterizedTest
    @CsvSource({
        "photo, heic, heic",
        "photo, mif1heic, heic",
        "photo, mif1avif, avif",
        "photo.xyz, avif, avif",
        "IMG_1.HEIC, heic, heic",
        "IMG_1.HEIC, avif, heic",
        "a.avif, avif, avif"
    })
    void imagesThatAreNotReadAreNamedByExtensionOrElseByContent(
            String name, String brands, String expected) throws IOException {
        Path file = write(name, isoMedia(brands));
        assertThat(FileKind.of(file)).isEqualTo(new FileKind(Role.UNREAD_IMAGE, expected));
    }

    @Test
    void aVideoIsNoImage() throws IOException {
        assertThat(FileKind.of(write("IMG_1.MOV", isoMedia("qt  "))).role()).isEqualTo(Role.OTHER);
        assertThat(FileKind.of(write("clip", isoMedia("isommp42"))).role()).isEqualTo(Role.OTHER);
    }

    @Test
    void aCamerasRawFileIsNotTakenForTheTiffItBeginsAs() throws IOException {
        Path file = write("a.NEF", "MM\0*\0\0\0\b".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(FileKind.of(file)).isEqualTo(new FileKind(Role.UNREAD_IMAGE, "nef"));
    }

    @Test
    void aJpegThatIsCalledHeicIsRead() throws IOException {
        Path file = write("IMG.HEIC", PillowNumbers.open("decode/420.jpg").readAllBytes());
        assertThat(FileKind.of(file).role()).isEqualTo(Role.IMAGE_BY_CONTENT);
    }

    @Test
    void decodingSuchAFileNamesFormatAndRemedy() throws IOException {
        Path file = write("IMG_1.HEIC", isoMedia("heic"));
        assertThatThrownBy(() -> new ImageDecoder().decode(file))
                .isInstanceOf(ImageDecodeException.class)
                .hasMessageStartingWith(
                        file + ": HEIC, a format that is not read: convert it to JPEG or PNG;");
    }

    /** Where a media file begins: its length, its type, brands of four letters. */
    private static byte[] isoMedia(String brands) {
        String rest = brands.substring(4);
        char length = (char) (16 + rest.length());
        String box = "\0\0\0" + length + "ftyp" + brands.substring(0, 4) + "\0\0\0\0" + rest;
        return (box + "\0".repeat(40)).getBytes(StandardCharsets.ISO_8859_1);
    }

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }
}
