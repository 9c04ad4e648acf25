package io.github.rlrr.vit.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.tensor.TensorInfo;
import io.github.rlrr.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelNamesTest {

    private static final Path FILE = Path.of("vit.pth");

    private static final List<String> TIMM =
            List.of("cls_token", "patch_embed.proj.weight", "blocks.0.norm1.weight", "norm.bias");
    private static final List<String> HEAD = List.of("head.weight", "head.bias");
    private static final List<String> HUGGING_FACE =
            List.of(
                    "vit.embeddings.cls_token",
                    "vit.embeddings.patch_embeddings.projection.weight",
                    "classifier.weight");

    private static List<String> under(String prefix, List<String> names) {
        return names.stream().map(name -> prefix + name).toList();
    }

    private static List<String> all(List<String> first, List<String> second) {
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    private static ModelNames read(List<String> names, @Nullable String wanted) throws IOException {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        for (String name : names) {
            boolean number = name.matches("(.*[./])?(step|epoch|best_acc|logit_scale|temperature)");
            Shape shape = number ? new Shape() : new Shape(2, 2);
            tensors.put(name, new TensorInfo(name, TensorType.F32, shape));
        }
        return ModelNames.of(FILE, tensors, wanted);
    }

    private static ModelNames read(List<String> names) throws IOException {
        return read(names, null);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.",
                "backbone.",
                "net.",
                "module.",
                "encoder.",
                "vit.",
                "base_model.model.",
                "state_dict.module.",
                "model.backbone.vit.",
                "my_own_name."
            })
    void whatStandsBeforeAllNamesIsTakenOffAndNamed(String prefix) throws IOException {
        ModelNames names = read(under(prefix, all(TIMM, HEAD)));
        assertThat(names.theirs().keySet()).containsExactlyElementsOf(all(TIMM, HEAD));
        assertThat(names.theirs()).containsEntry("norm.bias", prefix + "norm.bias");
        assertThat(names.note()).isEqualTo("took \"" + prefix + "\" off the names");
    }

    @Test
    void huggingFacesOwnPrefixStays() throws IOException {
        assertThat(read(HUGGING_FACE).theirs().keySet()).containsExactlyElementsOf(HUGGING_FACE);
        assertThat(read(under("model.", HUGGING_FACE)).theirs().keySet())
                .containsExactlyElementsOf(HUGGING_FACE);
        assertThat(read(HUGGING_FACE).note()).isEmpty();
    }

    @Test
    void googlesOwnPrefixesStayAndOthersGo() throws IOException {
        List<String> google = List.of("opt/target/cls", "opt/target/embedding/kernel");
        assertThat(read(google).theirs().keySet()).containsExactlyElementsOf(google);
        assertThat(read(under("model/", google)).theirs().keySet())
                .containsExactlyElementsOf(google);
    }

    @Test
    void whatWrappersPutIntoNamesGoesWhereverItIs() throws IOException {
        ModelNames names =
                read(
                        List.of(
                                "_orig_mod.cls_token",
                                "_orig_mod.patch_embed.proj.weight",
                                "_orig_mod.blocks.0._checkpoint_wrapped_module.norm1.weight",
                                "_orig_mod.norm.bias"));
        assertThat(names.theirs().keySet()).containsExactlyElementsOf(TIMM);
        assertThat(names.theirs())
                .containsEntry(
                        "blocks.0.norm1.weight",
                        "_orig_mod.blocks.0._checkpoint_wrapped_module.norm1.weight");
    }

    @ParameterizedTest
    @CsvSource({
        "model., model_ema.",
        "state_dict., state_dict_ema.",
        "state_dict., ema_state_dict.",
        "student., teacher.",
        "model., ema_model.module.",
        "'', ema.",
        "module.encoder_q., module.encoder_k.",
        "online_net., target_net."
    })
    void ofAModelAndItsAverageThePlainOneIsTakenAndTheOtherNamed(String plain, String average)
            throws IOException {
        List<String> both = all(under(average, TIMM), under(plain, TIMM));
        ModelNames names = read(both);
        assertThat(names.theirs().get("norm.bias")).isEqualTo(plain + "norm.bias");
        assertThat(names.note()).contains("of 2 models took").contains("FILE#NAME takes another");
        String name = average.substring(0, average.length() - 1);
        assertThat(read(both, name).theirs().get("norm.bias")).isEqualTo(average + "norm.bias");
    }

    @Test
    void aModelThatIsNotThereIsRefusedWithThoseThatAre() {
        List<String> both = all(under("model.", TIMM), under("model_ema.", TIMM));
        assertThatThrownBy(() -> read(both, "teacher"))
                .hasMessage(
                        "vit.pth holds 2 models: model, model_ema; expected one that #teacher names");
        assertThatThrownBy(() -> read(all(under("a.", TIMM), under("b.", TIMM))))
                .hasMessage(
                        "vit.pth holds 2 models: a, b; expected one, or FILE#NAME to say which");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mask_token",
                "decoder_pos_embed",
                "decoder_blocks.0.attn.qkv.weight",
                "decoder.norm.weight",
                "blocks.0.total_ops",
                "num_batches_tracked",
                "step",
                "best_acc",
                "criterion.weight",
                "val_acc.tp",
                "optimizer.exp_avg"
            })
    void whatNoClassifierComputesWithIsLeftOutAndNamed(String extra) throws IOException {
        ModelNames names = read(all(TIMM, List.of(extra)));
        assertThat(names.theirs().keySet()).containsExactlyElementsOf(TIMM);
        assertThat(names.note()).endsWith("that the network does not use: " + extra);
        ModelNames within = read(under("model.", all(TIMM, List.of(extra))));
        assertThat(within.theirs().keySet()).containsExactlyElementsOf(TIMM);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "blocks.0.ls1.gamma",
                "reg_token",
                "fc_norm.weight",
                "norm_pre.weight",
                "blocks.0.attn.q_norm.weight",
                "blocks.0.attn.rel_pos_bias",
                "dist_token",
                "blocks.0.step",
                "logit_scale",
                "temperature",
                "neck.weight"
            })
    void whatMayChangeTheResultsStays(String extra) throws IOException {
        assertThat(read(all(TIMM, List.of(extra))).theirs()).containsKey(extra);
        assertThat(read(under("model.", all(TIMM, List.of(extra)))).theirs()).containsKey(extra);
    }

    @ParameterizedTest
    @ValueSource(strings = {"neck.weight", "fc_norm.weight", "temperature", "norm.bias", "mean"})
    void whatStandsBesideThePrefixIsRefused(String beside) {
        assertThatThrownBy(() -> read(all(under("backbone.", TIMM), List.of(beside))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "the names of its model begin with \"backbone.\", and these do")
                .hasMessageContaining("not: " + beside);
    }

    @Test
    void aHeadBesideABackboneIsLeftOutUnlessTheBackboneHasItsOwn() throws IOException {
        List<String> beside = List.of("fc.weight", "head.mlp.0.bias");
        ModelNames names = read(all(under("backbone.", TIMM), beside));
        assertThat(names.theirs().keySet()).containsExactlyElementsOf(TIMM);
        assertThat(names.note()).contains("left out 2 tensors").contains("fc.weight, head.mlp.0");
        assertThatThrownBy(() -> read(all(under("backbone.", all(TIMM, HEAD)), beside)))
                .hasMessageContaining("these do not: fc.weight, head.mlp.0.bias");
    }

    @Test
    void aTeachersHeadGoesWithTheTeacher() throws IOException {
        List<String> student = under("student.backbone.", TIMM);
        List<String> teacher = under("teacher.backbone.", all(TIMM, List.of("x.weight")));
        ModelNames names =
                read(all(all(student, teacher), List.of("teacher.head.w", "student.head.w")));
        assertThat(names.theirs().keySet()).containsExactlyElementsOf(TIMM);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "base_model.model.blocks.0.attn.qkv.lora_A.weight",
                "base_model.model.blocks.0.attn.qkv.lora_B.default.weight",
                "base_model.model.blocks.0.attn.qkv.base_layer.weight",
                "base_model.model.head.modules_to_save.default.weight",
                "blocks.0.attn.qkv.ia3_l"
            })
    void aPeftAdaptersTensorsAreRefusedByName(String name) {
        assertThatThrownBy(() -> read(all(under("base_model.model.", TIMM), List.of(name))))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(
                        "vit.pth: tensor \"" + name + "\" belongs to a PEFT adapter");
    }

    @Test
    void anAdaptersTensorsAreRefusedByName() {
        assertThatThrownBy(() -> read(List.of("blocks.0.attn.query.scale_left")))
                .hasMessageContaining("belongs to an adapter, expected a whole model");
    }

    @Test
    void longListsAreCutAtFive() {
        List<String> beside = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            beside.add("neck" + i + ".w");
        }
        assertThatThrownBy(() -> read(all(under("backbone.", TIMM), beside)))
                .hasMessageContaining("neck4.w and 4 more;");
    }
}
