package io.github.rlrr.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2dTranspose;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.transformer.IdEmbedding;
import io.github.rlrr.Fixtures;
import io.github.rlrr.Fixtures.Named;
import io.github.rlrr.adapter.Rlrr;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ModuleTreeTest {

    private final NDManager manager = Fixtures.manager();

    @AfterEach
    void close() {
        manager.close();
    }

    private static Linear linear() {
        return Linear.builder().setUnits(3).build();
    }

    private static List<String> paths(Block block) {
        return ModuleTree.of(block).modules().keySet().stream().skip(1).toList();
    }

    @Test
    void pathsAreChildNamesWithoutTheNumericPrefix() {
        Named root = new Named().child("attn", new Named().child("query", linear()));
        assertThat(paths(root)).containsExactly("attn", "attn.query");
    }

    @Test
    void theRootHasTheEmptyPath() {
        assertThat(ModuleTree.of(linear()).modules()).containsOnlyKeys("");
    }

    @Test
    void repeatedSiblingsGoByTheirIndex() {
        SequentialBlock root = new SequentialBlock();
        root.add(linear()).add(LayerNorm.builder().build()).add(linear());
        assertThat(paths(root)).containsExactly("0", "LayerNorm", "2");
    }

    @Test
    void aNameThatIsASiblingsIndexSendsAllToTheirIndices() {
        Named root = new Named().child("a", linear()).child("a", linear()).child("0", linear());
        assertThat(paths(root)).containsExactly("0", "1", "2");
    }

    @Test
    void aNameWithADotOrWithoutLettersGoesByItsIndex() {
        Named root = new Named().child("a.b", linear()).child("", linear()).child("c", linear());
        assertThat(paths(root)).containsExactly("0", "1", "c");
    }

    @Test
    void namesThatBeginWithDigitsKeepThem() {
        Named root = new Named().child("01fc", linear()).child("2nd", linear());
        assertThat(paths(root)).containsExactly("01fc", "2nd");
    }

    @Test
    void moreThanNinetyNineChildrenKeepTheirNames() {
        Named root = new Named();
        for (int i = 0; i < 120; i++) {
            root.child("layer" + i, linear());
        }
        List<String> paths = paths(root);
        assertThat(paths).hasSize(120).contains("layer0", "layer98", "layer99", "layer119");
    }

    @Test
    void moreThanNinetyNineRepeatedChildrenGoByTheirIndex() {
        SequentialBlock root = new SequentialBlock();
        for (int i = 0; i < 120; i++) {
            root.add(linear());
        }
        assertThat(paths(root)).hasSize(120).startsWith("0", "1").endsWith("118", "119");
    }

    @Test
    void aBlockInstanceThatOccursTwiceIsListedOnceAndReported() {
        Linear shared = linear();
        ModuleTree tree = ModuleTree.of(new Named().child("a", shared).child("b", shared));
        assertThat(tree.modules()).containsOnlyKeys("", "a");
        assertThat(tree.parameters()).containsOnlyKeys("a.weight", "a.bias");
        assertThat(tree.aliases()).containsExactly(Map.entry("b", "a"));
    }

    /** Two modules that own the same weight and a bias each. */
    private Named tied() {
        Parameter weight =
                Parameter.builder()
                        .setName("weight")
                        .setType(Parameter.Type.WEIGHT)
                        .optShape(new Shape(4, 4))
                        .build();
        Named root = new Named();
        for (String name : List.of("a", "b")) {
            Parameter bias =
                    Parameter.builder()
                            .setName("bias")
                            .setType(Parameter.Type.BIAS)
                            .optShape(new Shape(4))
                            .build();
            root.child(name, new Named().parameter(weight).parameter(bias));
        }
        return Fixtures.initialized(root, manager, 1, new Shape(1, 4));
    }

    @Test
    void aTiedParameterIsListedOnceAndReported() {
        ModuleTree tree = ModuleTree.of(tied());
        assertThat(tree.parameters()).containsOnlyKeys("a.weight", "a.bias", "b.bias");
        assertThat(tree.aliases()).containsExactly(Map.entry("b.weight", "a.weight"));
    }

    @Test
    void aTiedWeightIsOneSite() {
        assertThat(ModuleTree.of(tied()).sites()).extracting(Site::path).containsExactly("a");
    }

    @Test
    void lambdasAreModulesWithoutParameters() {
        SequentialBlock root = new SequentialBlock();
        root.add(linear()).addSingleton(x -> x.tanh(), "tanh");
        ModuleTree tree = ModuleTree.of(root);
        assertThat(tree.modules()).containsOnlyKeys("", "Linear", "LambdaBlock");
        assertThat(tree.parameters()).containsOnlyKeys("Linear.weight", "Linear.bias");
    }

    @Test
    void sitesAreLinearLayersNormsAndConvolutions() {
        ModuleTree tree = ModuleTree.of(Fixtures.mlp(manager, 1));
        assertThat(tree.sites())
                .extracting(Site::path, Site::kind)
                .containsExactly(
                        tuple("fc1", SiteKind.LINEAR),
                        tuple("norm", SiteKind.NORM),
                        tuple("head", SiteKind.LINEAR));
    }

    @Test
    void anEmbeddingTableIsNoLinearLayer() {
        Block table = new IdEmbedding.Builder().setEmbeddingSize(4).setDictionarySize(5).build();
        Fixtures.initialized(table, manager, 1, new Shape(1, 2));
        assertThat(ModuleTree.of(table).sites()).isEmpty();
    }

    @Test
    void aTransposedConvolutionIsNoSiteSinceItsKernelIsInputMajor() {
        Conv2dTranspose block =
                Conv2dTranspose.builder().setFilters(5).setKernelShape(new Shape(2, 2)).build();
        Fixtures.initialized(block, manager, 1, new Shape(1, 3, 4, 4));
        assertThat(ModuleTree.of(block).sites()).isEmpty();
    }

    @Test
    void aNormOverTwoAxesIsNoSiteSinceItsGainIsNoVector() {
        Block block = LayerNorm.builder().build();
        Fixtures.initialized(block, manager, 1, new Shape(1, 4, 4));
        assertThat(block.getDirectParameters().get("gamma").getShape()).isEqualTo(new Shape(4, 4));
        assertThat(ModuleTree.of(block).sites()).isEmpty();
    }

    @Test
    void theTreePrintsEverySiteAndWhatIsNone() {
        Named root = tied();
        root.child(
                "positions",
                new Named()
                        .parameter(
                                Parameter.builder()
                                        .setName("table")
                                        .setType(Parameter.Type.OTHER)
                                        .optShape(new Shape(2))
                                        .build()));
        assertThat(Rlrr.tree(root).toString().lines().map(l -> l.replaceAll(" +", " ")).toList())
                .containsExactly(
                        "a linear (4, 4) + bias",
                        "b.bias parameter (4): of a module whose weight is tied",
                        "positions.table parameter (2): no linear layer, norm or convolution",
                        "b.weight = a.weight");
    }
}
