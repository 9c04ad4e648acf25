package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.io.ShortList;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorReader;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The layouts of Swin Transformers, told apart by the names of their tensors.
 *
 * @param naming our names and theirs
 * @param kind whose
 */
record SwinLayout(Naming naming, Kind kind) {

    /** Whose code made a file. */
    enum Kind {
        /** timm's, whose stages begin with the merging of tokens. */
        TIMM(PositionEmbedding.Rule.GEOMETRIC),
        /** Of the paper's authors, whose stages end with it; timm's own before version 0.9. */
        ORIGINAL(PositionEmbedding.Rule.CUBIC),
        /** Hugging Face's. */
        HUGGINGFACE(null),
        /** torchvision's. */
        TORCHVISION(null);

        /** How it resizes tables of relative positions to other windows; null where it does not. */
        final PositionEmbedding.@Nullable Rule tables;

        Kind(PositionEmbedding.@Nullable Rule tables) {
            this.tables = tables;
        }
    }

    private static final String SIGN = "layers.0.blocks.0.attn.out.weight";

    /** Tables that follow from the sizes; the original saves them. */
    private static final Pattern DERIVED =
            Pattern.compile(
                    ".*\\.(attn_mask|relative_position_index|relative_coords_table|qkv\\.k_bias)");

    private static final Pattern POOLER =
            Pattern.compile("(swin(v2)?\\.)?pooler\\..*|" + DERIVED.pattern());

    private static final String TIMM =
            """
            patch_embed.proj.~                          patch_embed.proj.~
            patch_embed.norm.gamma                      patch_embed.norm.weight
            patch_embed.norm.beta                       patch_embed.norm.bias
            layers.*.downsample.norm.gamma              layers.*.downsample.norm.weight
            layers.*.downsample.norm.beta               layers.*.downsample.norm.bias
            layers.*.downsample.reduction.weight        layers.*.downsample.reduction.weight
            layers.*.blocks.*.norm*.gamma               layers.*.blocks.*.norm*.weight
            layers.*.blocks.*.norm*.beta                layers.*.blocks.*.norm*.bias
            layers.*.blocks.*.attn.relative_position.table  layers.*.blocks.*.attn.relative_position_bias_table
            layers.*.blocks.*.attn.out.~                layers.*.blocks.*.attn.proj.~
            layers.*.blocks.*.mlp.fc*.~                 layers.*.blocks.*.mlp.fc*.~
            norm.gamma                                  norm.weight
            norm.beta                                   norm.bias
            head.~                                      head.fc.~
            """;

    private static final String FUSED =
            """
            layers.*.blocks.*.attn.query.~              layers.*.blocks.*.attn.qkv.~    1/3
            layers.*.blocks.*.attn.key.~                layers.*.blocks.*.attn.qkv.~    2/3
            layers.*.blocks.*.attn.value.~              layers.*.blocks.*.attn.qkv.~    3/3
            """;

    private static final String V2 =
            """
            layers.*.blocks.*.attn.query.weight         layers.*.blocks.*.attn.qkv.weight    1/3
            layers.*.blocks.*.attn.key.weight           layers.*.blocks.*.attn.qkv.weight    2/3
            layers.*.blocks.*.attn.value.weight         layers.*.blocks.*.attn.qkv.weight    3/3
            layers.*.blocks.*.attn.query.bias           layers.*.blocks.*.attn.q_bias
            layers.*.blocks.*.attn.value.bias           layers.*.blocks.*.attn.v_bias
            """;

    private static final String CONTINUOUS =
            """
            layers.*.blocks.*.attn.logit.scale          layers.*.blocks.*.attn.logit_scale
            layers.*.blocks.*.attn.position.fc1.~       layers.*.blocks.*.attn.cpb_mlp.0.~
            layers.*.blocks.*.attn.position.fc2.weight  layers.*.blocks.*.attn.cpb_mlp.2.weight
            """;

    private static final String HUGGINGFACE =
            """
            patch_embed.proj.~                      PREFIX.embeddings.patch_embeddings.projection.~
            patch_embed.norm.gamma                  PREFIX.embeddings.norm.weight
            patch_embed.norm.beta                   PREFIX.embeddings.norm.bias
            layers.*.downsample.norm.gamma          PREFIX.encoder.layers.*.downsample.norm.weight
            layers.*.downsample.norm.beta           PREFIX.encoder.layers.*.downsample.norm.bias
            layers.*.downsample.reduction.weight    PREFIX.encoder.layers.*.downsample.reduction.weight
            layers.*.blocks.*.norm1.gamma           BLOCK.layernorm_before.weight
            layers.*.blocks.*.norm1.beta            BLOCK.layernorm_before.bias
            layers.*.blocks.*.norm2.gamma           BLOCK.layernorm_after.weight
            layers.*.blocks.*.norm2.beta            BLOCK.layernorm_after.bias
            layers.*.blocks.*.attn.query.~          BLOCK.attention.self.query.~
            layers.*.blocks.*.attn.key.~            BLOCK.attention.self.key.~
            layers.*.blocks.*.attn.value.~          BLOCK.attention.self.value.~
            layers.*.blocks.*.attn.out.~            BLOCK.attention.output.dense.~
            layers.*.blocks.*.attn.relative_position.table  BLOCK.attention.self.relative_position_bias_table
            layers.*.blocks.*.attn.logit.scale          BLOCK.attention.self.logit_scale
            layers.*.blocks.*.attn.position.fc1.~       BLOCK.attention.self.continuous_position_bias_mlp.0.~
            layers.*.blocks.*.attn.position.fc2.weight  BLOCK.attention.self.continuous_position_bias_mlp.2.weight
            layers.*.blocks.*.mlp.fc1.~             BLOCK.intermediate.dense.~
            layers.*.blocks.*.mlp.fc2.~             BLOCK.output.dense.~
            norm.gamma                              PREFIX.layernorm.weight
            norm.beta                               PREFIX.layernorm.bias
            head.~                                  classifier.~
            """
                    .replace("BLOCK", "PREFIX.encoder.layers.*.blocks.*");

    private static final String TORCHVISION =
            torchvision((TIMM + FUSED + CONTINUOUS).replace("head.fc.~", "head.~"));

    /** Those that are written first. */
    static final List<SwinLayout> ALL =
            List.of(
                    timm(Kind.TIMM, TIMM + FUSED),
                    timm(Kind.TIMM, TIMM + V2 + CONTINUOUS),
                    timm(Kind.ORIGINAL, original(TIMM + FUSED)),
                    timm(Kind.ORIGINAL, original(TIMM + V2 + CONTINUOUS)),
                    huggingFace("swin", HUGGINGFACE),
                    huggingFace("swinv2", HUGGINGFACE),
                    huggingFace("swin", renamed(HUGGINGFACE)),
                    timm(Kind.TORCHVISION, TORCHVISION));

    private static SwinLayout timm(Kind kind, String rows) {
        String label =
                switch (kind) {
                    case TIMM -> "timm Swin";
                    case TORCHVISION -> "torchvision Swin";
                    default -> "Swin";
                };
        Naming names = new Naming(label, SIGN, List.of(""), DERIVED, new NameTable(rows));
        return new SwinLayout(names, kind);
    }

    private static SwinLayout huggingFace(String prefix, String rows) {
        return new SwinLayout(
                new Naming(
                        "Hugging Face Swin",
                        SIGN,
                        List.of(prefix + ".", ""),
                        POOLER,
                        new NameTable(shifted(rows.replace("PREFIX", prefix)))),
                Kind.HUGGINGFACE);
    }

    private static String original(String rows) {
        return shifted(rows.replace("head.fc.~", "head.~"));
    }

    /** Tokens are merged at a stage's end in place of the next one's beginning. */
    private static String shifted(String rows) {
        StringBuilder text = new StringBuilder();
        for (String row : rows.split("\n", -1)) {
            if (row.startsWith("layers.*.downsample")) {
                for (int stage = 1; stage < 8; stage++) {
                    String[] columns = row.split(" +", -1);
                    text.append(columns[0].replace("*", Integer.toString(stage)))
                            .append(' ')
                            .append(columns[1].replace("*", Integer.toString(stage - 1)))
                            .append('\n');
                }
            } else {
                text.append(row).append('\n');
            }
        }
        return text.toString().strip();
    }

    /** Stages and mergings in one row: features.1, features.2 … */
    private static String torchvision(String rows) {
        StringBuilder text = new StringBuilder();
        for (String row :
                rows.replace(" patch_embed.proj.", " features.0.0.")
                        .replace(" patch_embed.norm.", " features.0.2.")
                        .split("\n", -1)) {
            if (!row.startsWith("layers.*.")) {
                text.append(row).append('\n');
                continue;
            }
            boolean merges = row.contains(".downsample.");
            for (int stage = merges ? 1 : 0; stage < 8; stage++) {
                String ours = row.replaceFirst("layers\\.\\*", "layers." + stage);
                int feature = merges ? 2 * stage : 2 * stage + 1;
                text.append(
                                ours.replaceFirst(
                                                " layers\\.\\*\\.downsample\\.",
                                                " features." + feature + ".")
                                        .replaceFirst(
                                                " layers\\.\\*\\.blocks\\.",
                                                " features." + feature + "."))
                        .append('\n');
            }
        }
        return text.toString()
                .replaceAll(
                        "(\\S+)\\.mlp\\.fc\\*\\.~( +\\S+)\\.mlp\\.fc\\*\\.~",
                        "$1.mlp.fc1.~$2.mlp.0.~\n$1.mlp.fc2.~$2.mlp.3.~")
                .strip();
    }

    /** As Transformers 5 names attention and MLP in memory. */
    private static String renamed(String rows) {
        return rows.replace("attention.self.query", "attention.q_proj")
                .replace("attention.self.key", "attention.k_proj")
                .replace("attention.self.value", "attention.v_proj")
                .replace("attention.output.dense", "attention.o_proj")
                .replace(
                        "attention.self.relative_position_bias_table",
                        "attention.relative_position_bias.relative_position_bias_table")
                .replace("intermediate.dense", "mlp.fc1")
                .replace("blocks.*.output.dense", "blocks.*.mlp.fc2");
    }

    /** The names of all layouts. */
    static List<Naming> names() {
        return ALL.stream().map(SwinLayout::naming).toList();
    }

    /** Whether some of these names are a Swin Transformer's. */
    static boolean isOne(Map<String, TensorInfo> tensors) {
        List<Naming> names = names();
        return tensors.keySet().stream()
                .anyMatch(name -> names.stream().anyMatch(layout -> layout.before(name) != null));
    }

    /** The layout of a file: of those that know it, the one that knows the most. */
    static SwinLayout of(TensorReader reader) throws IOException {
        return ALL.stream()
                .filter(layout -> layout.naming.recognises(reader.tensors()))
                .max(Comparator.comparingLong(layout -> layout.naming.known(reader.tensors())))
                .orElseThrow(
                        () ->
                                new IOException(
                                        "%s is no Swin Transformer of a known layout; it holds %s"
                                                .formatted(
                                                        reader.file(),
                                                        ShortList.of(reader.tensors().keySet()))));
    }
}
