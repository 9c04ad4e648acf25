package io.github.rlrr.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.github.rlrr.method.AdapterConfig;
import io.github.rlrr.method.AdapterMethod;
import io.github.rlrr.method.AdapterMethods;
import io.github.rlrr.method.ConfigJson;
import io.github.rlrr.method.Initialisation;
import io.github.rlrr.method.Rescaling;
import io.github.rlrr.method.RlrrConfig;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdapterMethodsTest {

    @TempDir private Path folder;

    /** A method as another jar might have it. */
    public static class Foreign implements AdapterMethod {
        @Override
        public String name() {
            return "foreign";
        }

        @Override
        public String description() {
            return "the head, by another name";
        }

        @Override
        public AdapterConfig defaults() {
            return new Config(name());
        }

        record Config(String method) implements AdapterConfig {
            @Override
            public List<Rule> rules() {
                return List.of(Rule.fullyTrained(List.of("head")));
            }
        }
    }

    /** One that takes a name of this library's. */
    public static final class Taken extends Foreign {
        @Override
        public String name() {
            return "lora";
        }
    }

    /** One whose name no option could spell. */
    public static final class Misnamed extends Foreign {
        @Override
        public String name() {
            return "My Method";
        }
    }

    /** One whose configurations say otherwise. */
    public static final class Inconsistent extends Foreign {
        @Override
        public AdapterConfig defaults() {
            return new Config("other");
        }
    }

    /** One whose configuration adapter files could not hold. */
    public static final class NoRecord extends Foreign {
        @Override
        public AdapterConfig defaults() {
            return new AdapterConfig() {
                @Override
                public String method() {
                    return name();
                }

                @Override
                public List<Rule> rules() {
                    return List.of();
                }
            };
        }
    }

    /** Runs it where a class path names these methods. */
    private void where(String provider, Runnable then) throws IOException {
        Path services = folder.resolve("META-INF/services");
        Files.createDirectories(services);
        Files.writeString(services.resolve(AdapterMethod.class.getName()), provider);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);
            then.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void theMethodsOfThisLibraryAreThereAndNamedAsTheirConfigurations() {
        assertThat(AdapterMethods.all().keySet())
                .containsExactly(
                        "rlrr", "lora", "ssf", "arc", "bias", "norm", "linear-probe", "full");
        AdapterMethods.all()
                .forEach(
                        (name, method) -> {
                            assertThat(method.name()).isEqualTo(name);
                            assertThat(method.configure(Map.of(), 0)).isEqualTo(method.defaults());
                            assertThat(method.configure(method.settings(), 0))
                                    .as("what is printed can be set")
                                    .isEqualTo(method.defaults());
                        });
    }

    @Test
    void aMethodOfAnotherJarIsFoundReadFromFilesAndSet() throws IOException {
        where(
                Foreign.class.getName(),
                () -> {
                    AdapterConfig expected = new Foreign.Config("foreign");
                    assertThat(AdapterMethods.all()).hasSize(9);
                    assertThat(AdapterMethods.named("foreign").configure(Map.of(), 5))
                            .isEqualTo(expected);
                    JsonObject json = ConfigJson.toJson(expected).getAsJsonObject();
                    assertThat(ConfigJson.fromJson("foreign", json)).isEqualTo(expected);
                });
        assertThat(AdapterMethods.all()).hasSize(8);
    }

    @Test
    void aFileThatNamesAClassInPlaceOfAMethodLoadsNothing() {
        assertThatThrownBy(() -> ConfigJson.fromJson(Foreign.class.getName(), new JsonObject()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "method is \"io.github.rlrr.adapter.AdapterMethodsTest$Foreign\", expected"
                                + " one of [arc, bias, full, linear-probe, lora, norm, rlrr, ssf];"
                                + " for a method of another jar put that jar on the class path");
    }

    @Test
    void aMethodThatCannotBeUsedIsNamedWithTheReason() throws IOException {
        Map<Class<?>, String> faults =
                Map.of(
                        Taken.class,
                        "there are two methods \"lora\"",
                        Misnamed.class,
                        "its name is \"My Method\", expected lower case",
                        Inconsistent.class,
                        "its configuration says that it is of method \"other\"",
                        NoRecord.class,
                        "NoRecord$1 is no record");
        for (Map.Entry<Class<?>, String> fault : faults.entrySet()) {
            where(
                    fault.getKey().getName(),
                    () ->
                            assertThatThrownBy(AdapterMethods::all)
                                    .isInstanceOf(IllegalStateException.class)
                                    .hasMessageContaining(fault.getKey().getName())
                                    .hasMessageContaining(fault.getValue()));
        }
        where(
                "no.such.Method",
                () ->
                        assertThatThrownBy(AdapterMethods::all)
                                .isInstanceOf(IllegalStateException.class)
                                .hasMessageContaining("cannot be loaded")
                                .hasMessageContaining("no.such.Method"));
    }

    @Test
    void awayFromTheResidualFormRlrrStartsAtTheBaseAsTheBuilderHasIt() {
        AdapterMethod rlrr = AdapterMethods.named("rlrr");
        assertThat(rlrr.configure(Map.of("form", "plain"), 2))
                .isEqualTo(RlrrConfig.builder().form(Rescaling.Form.PLAIN).seed(2).build());
        assertThat(rlrr.configure(Map.of("form", "ADDITIVE", "initialisation", "uniform:0.5"), 0))
                .isEqualTo(
                        RlrrConfig.builder()
                                .form(Rescaling.Form.ADDITIVE)
                                .initialisation(Initialisation.uniform(0.5))
                                .build());
    }
}
