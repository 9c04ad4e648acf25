package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.github.rlrr.Fixtures;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.module.ModuleTree;
import io.github.rlrr.module.Site;
import io.github.rlrr.module.SiteKind;
import io.github.rlrr.module.Targets;
import io.github.rlrr.module.TargetsTest;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What targets refuse, on the stack of {@link TargetsTest}. */
class TargetFaultsTest {

    private static final Set<SiteKind> LINEAR = Set.of(SiteKind.LINEAR, SiteKind.CONVOLUTION);

    private static NDManager manager;
    private static ModuleTree tree;

    @BeforeAll
    static void build() {
        manager = Fixtures.manager();
        tree = TargetsTest.stack(manager);
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    private static List<Site> select(String... targets) {
        return Targets.parse(List.of(targets)).select(tree, "targets", LINEAR, Set.of());
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
                "all-lin        | is no keyword; there are all-linear, all-norm, all-conv and all-scale",
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
