package io.github.rlrr.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import io.github.rlrr.Fixtures;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The grammar on a stack of 12 layers of {@code attn.{query,value}, norm, mlp.{fc1,fc10}}. */
public class TargetsTest {

    private static final Set<SiteKind> LINEAR = Set.of(SiteKind.LINEAR, SiteKind.CONVOLUTION);

    private static NDManager manager;
    private static ModuleTree tree;

    private static Linear linear() {
        return Linear.builder().setUnits(2).build();
    }

    public static ModuleTree stack(NDManager manager) {
        SequentialBlock blocks = new SequentialBlock();
        for (int i = 0; i < 12; i++) {
            blocks.add(
                    new Fixtures.Named()
                            .child(
                                    "attn",
                                    new Fixtures.Named()
                                            .child("query", linear())
                                            .child("value", linear()))
                            .child("norm", LayerNorm.builder().build())
                            .child(
                                    "mlp",
                                    new Fixtures.Named()
                                            .child("fc1", linear())
                                            .child("fc10", linear())));
        }
        Block root = new Fixtures.Named().child("blocks", blocks).child("fc1", linear());
        return ModuleTree.of(Fixtures.initialized(root, manager, 1, new Shape(1, 2)));
    }

    @BeforeAll
    static void build() {
        manager = Fixtures.manager();
        tree = stack(manager);
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    private static List<String> select(String... targets) {
        return Targets.parse(List.of(targets)).select(tree, "targets", LINEAR, Set.of()).stream()
                .map(Site::path)
                .toList();
    }

    private static List<String> layers(String suffix, int... layers) {
        List<String> paths = new ArrayList<>();
        for (int layer : layers) {
            paths.add("blocks." + layer + "." + suffix);
        }
        return paths;
    }

    private static final int[] ALL = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

    @Test
    void anExactPathSelectsThatModuleAlone() {
        assertThat(select("blocks.1.attn.query")).containsExactly("blocks.1.attn.query");
    }

    @Test
    void anExactPathWinsOverTheSameSuffix() {
        assertThat(select("fc1")).containsExactly("fc1");
    }

    @Test
    void aSuffixSelectsEveryPathThatEndsInItsComponents() {
        assertThat(select("attn.query")).isEqualTo(layers("attn.query", ALL));
    }

    @Test
    void aSuffixMatchesWholeComponents() {
        assertThat(select("mlp.fc1")).isEqualTo(layers("mlp.fc1", ALL));
    }

    @Test
    void aLayerNumberIsNoPrefixOfAnother() {
        assertThat(select("blocks.1.mlp.*"))
                .containsExactly("blocks.1.mlp.fc1", "blocks.1.mlp.fc10");
    }

    @Test
    void aStarStaysWithinAComponent() {
        assertThatThrownBy(() -> select("blocks.*.fc1")).hasMessageContaining("matches no module");
    }

    @Test
    void aStarMatchesPartOfAComponent() {
        assertThat(select("blocks.3.mlp.fc*"))
                .containsExactly("blocks.3.mlp.fc1", "blocks.3.mlp.fc10");
    }

    @Test
    void aQuestionMarkMatchesOneCharacter() {
        assertThat(select("blocks.?.mlp.fc1"))
                .isEqualTo(layers("mlp.fc1", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    }

    @Test
    void twoStarsMatchAnyNumberOfComponents() {
        assertThat(select("blocks.2.**"))
                .containsExactly(
                        "blocks.2.attn.query",
                        "blocks.2.attn.value",
                        "blocks.2.mlp.fc1",
                        "blocks.2.mlp.fc10");
    }

    @Test
    void twoStarsInTheMiddleMatchNoneAsWell() {
        assertThat(select("**.blocks.**.0.attn.**.query")).containsExactly("blocks.0.attn.query");
    }

    @Test
    void alternativesSelectEither() {
        assertThat(select("blocks.0.attn.{query,value}"))
                .containsExactly("blocks.0.attn.query", "blocks.0.attn.value");
    }

    @Test
    void rangesSelectLayersByNumber() {
        assertThat(select("blocks.[0-2,11].attn.query"))
                .isEqualTo(layers("attn.query", 0, 1, 2, 11));
    }

    @Test
    void aRangeAtTheStartMatchesTheEndOfAPath() {
        assertThat(select("[9-10].attn.query")).isEqualTo(layers("attn.query", 9, 10));
    }

    @Test
    void aRegularExpressionIsOverTheWholePath() {
        assertThat(select("re:blocks\\.[01]\\.mlp\\..*"))
                .containsExactly(
                        "blocks.0.mlp.fc1",
                        "blocks.0.mlp.fc10",
                        "blocks.1.mlp.fc1",
                        "blocks.1.mlp.fc10");
    }

    @Test
    void aRegularExpressionForPartOfThePathMatchesNothing() {
        assertThatThrownBy(() -> select("re:mlp")).hasMessageContaining("matches no module");
    }

    @Test
    void aKeywordSelectsEveryModuleOfItsKind() {
        assertThat(select("all-linear")).hasSize(49).doesNotContain("blocks.0.norm");
    }

    @Test
    void aWildcardPassesOverOtherKinds() {
        assertThat(select("blocks.0.**")).hasSize(4).doesNotContain("blocks.0.norm");
    }

    @Test
    void anExclusionTakesAway() {
        assertThat(select("attn.query", "!blocks.[0-9].**"))
                .isEqualTo(layers("attn.query", 10, 11));
    }

    @Test
    void anExclusionCountsWhereverItStands() {
        assertThat(select("!blocks.[0-9].**", "attn.query"))
                .isEqualTo(layers("attn.query", 10, 11));
    }

    @Test
    void aModuleThatTwoTargetsSelectIsSelectedOnceInModuleOrder() {
        assertThat(select("blocks.0.attn.value", "blocks.0.attn.*", "blocks.0.attn.query"))
                .containsExactly("blocks.0.attn.query", "blocks.0.attn.value");
    }

    @Test
    void keywordsPassOverModulesThatEarlierRulesHold() {
        Set<Site> taken = Set.copyOf(tree.sites().subList(1, tree.sites().size() - 1));
        List<Site> left =
                Targets.parse(List.of("all-linear")).select(tree, "targets", LINEAR, taken);
        assertThat(left).extracting(Site::path).containsExactly("blocks.0.attn.query", "fc1");
    }

    @Test
    void anExpressionThatWouldNeverEndIsRefusedWhenItIsMatched() {
        String path = "a".repeat(60);
        for (String target : List.of("re:(.*a){12}b", "re:(a*)*\\1b", "*a".repeat(30) + "b")) {
            TargetPattern pattern = TargetPattern.parse(target);
            assertThatThrownBy(() -> pattern.matchesPath(path, false))
                    .as(target)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("takes more than 1000000 steps on the path aaa");
        }
        assertThat(TargetPattern.parse("re:(a|b)+").matchesPath(path, false)).isTrue();
    }
}
