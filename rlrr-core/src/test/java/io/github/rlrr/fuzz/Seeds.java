package io.github.rlrr.fuzz;

import io.github.rlrr.adapter.AdapterFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Sound inputs of each target, from which fuzzing starts. */
final class Seeds {

    private static final List<String> PTH =
            List.of(
                    "state_dict_protocol2.pth",
                    "state_dict_protocol4.pth",
                    "training.pth",
                    "types.pth",
                    "views.pth",
                    "uint16.pth",
                    "whole_model.pth");

    private Seeds() {}

    /** The seeds of the target {@code NAMEFuzz}. */
    static List<byte[]> of(String name) throws IOException {
        return switch (name) {
            case "Safetensors" ->
                    List.of(safetensors(), resource("/parity/tiny/base_timm_bf16.safetensors"));
            case "Npz" -> List.of(resource("/parity/conv/conv.npz"), smallNpz());
            case "Npy" -> new ArrayList<>(entries(resource("/parity/conv/conv.npz"), ".npy"));
            case "Pth" -> pth();
            case "Pickle" -> {
                List<byte[]> pickles = new ArrayList<>();
                for (byte[] archive : pth()) {
                    pickles.addAll(entries(archive, "data.pkl"));
                }
                yield pickles;
            }
            case "AdapterConfig" -> List.of(resource("/fuzz/" + AdapterFolder.CONFIG_FILE));
            default -> throw new IllegalArgumentException("no target " + name);
        };
    }

    private static List<byte[]> pth() throws IOException {
        List<byte[]> archives = new ArrayList<>();
        for (String name : PTH) {
            archives.add(resource("/pth/" + name));
        }
        return archives;
    }

    private static byte[] safetensors() {
        String json =
                "{\"__metadata__\":{\"format\":\"pt\"},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
                        + "\"b\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[8,10]},"
                        + "\"c\":{\"dtype\":\"I64\",\"shape\":[0,3],\"data_offsets\":[10,10]}}";
        byte[] header = json.getBytes(StandardCharsets.US_ASCII);
        byte[] file = new byte[8 + header.length + 10];
        file[0] = (byte) header.length;
        file[1] = (byte) (header.length >> 8);
        System.arraycopy(header, 0, file, 8, header.length);
        return file;
    }

    /** Two small arrays, one of them in Fortran order. */
    private static byte[] smallNpz() throws IOException {
        Map<String, byte[]> arrays = new LinkedHashMap<>();
        arrays.put("a.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", 8));
        arrays.put(
                "b/c.npy", npy("{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }", 12));
        return StoredZip.of(arrays);
    }

    private static byte[] npy(String dictionary, int dataBytes) {
        byte[] text = dictionary.getBytes(StandardCharsets.US_ASCII);
        byte[] npy = new byte[10 + text.length + dataBytes];
        byte[] start = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0};
        System.arraycopy(start, 0, npy, 0, start.length);
        System.arraycopy(text, 0, npy, start.length, text.length);
        return npy;
    }

    /** The contents of an archive's entries of a name. */
    private static List<byte[]> entries(byte[] archive, String suffix) throws IOException {
        List<byte[]> found = new ArrayList<>();
        // Not ZipInputStream, which cannot pass the stored entries that PyTorch writes.
        try (ZipFile zip = new ZipFile(FuzzFile.write("seed", archive).toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (entry.getName().endsWith(suffix)) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        found.add(in.readAllBytes());
                    }
                }
            }
        }
        return found;
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Seeds.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new AssertionError("test resource " + name + " is missing");
            }
            return in.readAllBytes();
        }
    }
}
