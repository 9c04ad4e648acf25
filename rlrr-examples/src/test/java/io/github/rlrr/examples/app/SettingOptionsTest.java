package io.github.rlrr.examples.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.rlrr.examples.option.ConfigFile;
import io.github.rlrr.training.FineTuneOptions;
import io.github.rlrr.training.FineTuner;
import io.github.rlrr.training.Setting;
import io.github.rlrr.training.TrainingSettings;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Whatever the table of settings has, every way to tell a run something knows. */
class SettingOptionsTest {

    /** A run's length is said in epochs on the command line; see TrainingOptions. */
    private static final Set<Setting<?>> JAVA_ALONE = Set.of(TrainingSettings.STEPS);

    static Stream<Setting<?>> settings() {
        return TrainingSettings.ALL.stream();
    }

    static Stream<Setting<?>> offered() {
        return settings().filter(setting -> !JAVA_ALONE.contains(setting));
    }

    private static CommandSpec finetune() {
        return RlrrCommand.commandLine().getSubcommands().get("finetune").getCommandSpec();
    }

    /** A value that is not the default, as a file has it. */
    private static String other(Setting<?> setting) {
        if (setting.usual() instanceof Enum<?> constant) {
            return Stream.of(constant.getDeclaringClass().getEnumConstants())
                    .filter(value -> !value.equals(constant))
                    .map(Setting::text)
                    .findFirst()
                    .orElseThrow();
        }
        if (setting.usual() instanceof Boolean value) {
            return String.valueOf(!value);
        }
        return setting.usual() instanceof Double ? "0.25" : "3";
    }

    @Test
    void theListHasEverySettingThatIsDeclared() {
        assertThat(
                        Arrays.stream(TrainingSettings.class.getFields())
                                .filter(field -> field.getType() == Setting.class)
                                .map(SettingOptionsTest::value))
                .containsExactlyInAnyOrderElementsOf(TrainingSettings.ALL);
        assertThat(TrainingSettings.ALL).extracting(Setting::name).doesNotHaveDuplicates();
        assertThat(TrainingSettings.ALL).extracting(Setting::option).doesNotHaveDuplicates();
    }

    private static Object value(Field field) {
        try {
            return field.get(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    <T> void theBuilderHasItsDefaultAndItsRangeAndASetterOfItsType(Setting<T> setting) {
        assertThat(FineTuneOptions.usual().get(setting)).isEqualTo(setting.usual());
        assertThat(FineTuneOptions.usual().faults()).isEmpty();
        if (setting.usual() instanceof Number) {
            Number bad = setting.usual() instanceof Double ? Double.NaN : null;
            if (bad == null && !setting.equals(TrainingSettings.SEED)) {
                bad = -1;
                if (setting.usual() instanceof Long) {
                    bad = -1L;
                }
            }
            if (bad != null) {
                assertThat(FineTuneOptions.usual().with(setting, setting.type().cast(bad)).faults())
                        .contains(
                                setting.range().label()
                                        + " is "
                                        + bad
                                        + ", expected "
                                        + setting.range().words());
            }
        }
        assertThat(FineTuner.Builder.class.getMethods())
                .anyMatch(
                        method ->
                                method.getName().equals(setting.name())
                                        || (method.getName().equals("restarts")
                                                && setting.name().startsWith("restart")));
    }

    @ParameterizedTest
    @MethodSource("offered")
    void theCommandLineHasItsOptionWithItsUnitAndWords(Setting<?> setting) {
        OptionSpec option = finetune().findOption("--" + setting.option());
        assertThat(option).as(setting.option()).isNotNull();
        if (!setting.equals(TrainingSettings.SEED)) {
            assertThat(String.join(" ", option.description())).startsWith(setting.words());
            if (!setting.unit().isEmpty()) {
                assertThat(option.paramLabel()).isEqualTo(setting.unit());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("offered")
    void aFileOfOptionsSetsItAndIsWrittenWithIt(Setting<?> setting, @TempDir Path folder)
            throws IOException {
        Path file = folder.resolve("run.yaml");
        String value = other(setting);
        Files.writeString(file, setting.option() + ": " + value + "\n");
        CommandLine line = RlrrCommand.commandLine();
        CommandLine command = line.getSubcommands().get("finetune");
        command.setDefaultValueProvider(
                ConfigFile.read(file, RlrrCommand.commandLine(), "finetune"));
        line.parseArgs("finetune", "--data", "x");
        Map<String, Object> effective = ConfigFile.effective(command.getCommandSpec(), Map.of());
        assertThat(Setting.text(effective.get(setting.option()))).isEqualTo(value);
    }

    @ParameterizedTest
    @MethodSource("offered")
    void theDocumentationNamesIt(Setting<?> setting) throws IOException {
        assertThat(Files.readString(Path.of("../docs/command-line.md")))
                .contains("`--" + setting.option());
    }
}
