package io.github.rlrr.adapter;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The grammar on a stack of 12 layers of {@code attn.{query,value}, norm, mlp.{fc1,fc10}}. */
class TargetsTest {

    private static final Set<SiteKind> LINEAR = Set.of(SiteKind.LINEAR, SiteKind.CONVOLUTION);

    private static NDManager manager;
    private static ModuleTree tree;

    private static Linear linear() {
        return Linear.builder().setUnits(2).build();
    }

    @BeforeAll
    static void build() {
        manager = Fixtures.manager();
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
        tree = ModuleTree.of(Fixtures.initialized(root, manager, 1, new Shape(1, 2)));
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
    void aModuleThatIsTrainedOtherwiseIsRefusedByName() {
        Set<Site> taken = Set.copyOf(tree.sites());
        assertThatThrownBy(
                        () -> Targets.parse(List.of("fc1")).select(tree, "targets", LINEAR, taken))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("targets: \"fc1\" selects fc1, which is already trained otherwise");
    }

    @ParameterizedTest
    @ValueSource(strings = {"atn.query", "attn.qery", "attn.querys"})
    void aTargetThatMatchesNothingNamesTheNearest(String target) {
        assertThatThrownBy(() -> select(target))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "targets: \""
                                + target
                                + "\" matches no module; did you mean \"attn.query\"")
                .hasMessageContaining("Rlrr.tree(block)");
    }

    @Test
    void anExclusionThatMatchesNothingIsRefused() {
        assertThatThrownBy(() -> select("all-linear", "!blocks.12.**"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"!blocks.12.**\" matches no module");
    }

    @Test
    void aContainerIsRefusedWithWhatToWriteInstead() {
        assertThatThrownBy(() -> select("blocks.0.attn"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "targets: \"blocks.0.attn\" is a module without weights of its own; for the"
                                + " modules inside it write \"blocks.0.attn.**\"");
    }

    @Test
    void anotherKindIsRefusedByName() {
        assertThatThrownBy(() -> select("blocks.0.norm"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "targets: \"blocks.0.norm\" selects blocks.0.norm, a norm; this method"
                                + " applies to [convolution, linear]");
    }

    @Test
    void aKeywordForWhichThereIsNothingSaysSo() {
        assertThatThrownBy(() -> select("all-conv"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("targets: \"all-conv\" selects nothing: the block has no convolution");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''             | is empty",
                "!              | is empty",
                "all-lin        | is no keyword; there are all-linear, all-norm and all-conv",
                "a..b           | has an empty component between dots",
                ".a             | has an empty component between dots",
                "a.{b,c         | has an unclosed {",
                "a.[0-2         | has an unclosed [",
                "a.[b]          | is no layer range",
                "a.[3-1]        | is no layer range",
                "a.[1-2-3]      | is no layer range",
                "a.[]           | is no layer range",
                "a.[+3]         | is no layer range",
                "a.[0-99999]    | is no layer range",
                "re:(           | is no regular expression"
            })
    void aMalformedTargetIsRefusedWhenTheConfigurationIsMade(String target, String reason) {
        assertThatThrownBy(() -> RlrrConfig.builder().targets(target).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aConfigurationThatSelectsNothingIsRefused() {
        RlrrConfig config =
                RlrrConfig.builder().targets("fc1", "!fc1").scaleAndShift().fullyTrained().build();
        assertThatThrownBy(() -> Rlrr.adapt(Fixtures.mlp(manager, 1), config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing is left to train");
    }
}
