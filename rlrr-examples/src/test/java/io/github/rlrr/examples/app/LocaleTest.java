package io.github.rlrr.examples.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers and letters in messages and files are the same in every country. */
class LocaleTest {

    private static final Path ROOT = Path.of("..");

    /** A call that takes the machine's locale, unless Locale.ROOT comes first. */
    private static final Pattern FORMAT =
            Pattern.compile("(\\bString\\.format|\\.printf|\\.formatted)\\(\\s*+(?!Locale\\.ROOT)");

    /** What is never right here. */
    private static final Pattern ALWAYS_LOCAL =
            Pattern.compile(
                    "\\.to(Lower|Upper)Case\\(\\)|\\b(MessageFormat|NumberFormat|DecimalFormat"
                            + "|SimpleDateFormat|Collator)\\b[.(]|ofLocalized\\w+\\("
                            + "|ofPattern\\([^,;]*\\)");

    /** Conversions that write digits or letters by the locale: all but texts as they are. */
    private static final Pattern LOCAL_CONVERSION =
            Pattern.compile("%[-#+ 0,(.\\d]*[dfeEgGxXaAtT]");

    private static List<String> faults(String source) {
        String code = source.replaceAll("(?s)/\\*.*?\\*/|(?m)^\\s*//.*$", "");
        List<String> faults = new ArrayList<>();
        Matcher always = ALWAYS_LOCAL.matcher(code);
        while (always.find()) {
            faults.add(always.group());
        }
        Matcher call = FORMAT.matcher(code);
        while (call.find()) {
            String statement = statement(code, call.start());
            if (LOCAL_CONVERSION.matcher(statement).find()) {
                faults.add(statement.strip());
            }
        }
        return faults;
    }

    private static String statement(String code, int at) {
        int begin = at;
        while (begin > 0 && ";{}".indexOf(code.charAt(begin - 1)) < 0) {
            begin--;
        }
        int end = code.indexOf(';', at);
        return code.substring(begin, end < 0 ? code.length() : end);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rlrr-core",
                "rlrr-vit",
                "rlrr-examples",
                "rlrr-examples/spring-service",
                "rlrr-examples/spark-predict"
            })
    void noSourceWritesNumbersOrLettersByTheMachinesLocale(String module) throws IOException {
        List<String> faults = new ArrayList<>();
        try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                faults(Files.readString(file))
                        .forEach(fault -> faults.add(file.getFileName() + ": " + fault));
            }
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void aCallByTheMachinesLocaleIsFound() {
        assertThat(faults("x = \"%d of %s\"\n  .formatted(1, 2);")).hasSize(1);
        assertThat(faults("String.format(\"%.2f\", x);")).hasSize(1);
        assertThat(faults("out.printf(\"%,d%n\", x);")).hasSize(1);
        assertThat(faults("name.toUpperCase();")).hasSize(1);
        assertThat(
                        faults(
                                "\"%s of %s%n\".formatted(1, 2); String.format(\n Locale.ROOT, \"%d\", 1);"))
                .isEmpty();
    }
}
