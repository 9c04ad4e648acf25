package io.github.rlrr.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MalformedPickleTest {

    private static final float[] PAIR = {1.5f, -2};

    @TempDir private Path folder;

    private Path file(byte[] pickle) throws IOException {
        return Files.write(
                folder.resolve("model.pth"), TestPickle.archive(pickle, TestFiles.floats(PAIR)));
    }

    private ThrowableAssertAlternative<TensorFileException> assertRefused(byte[] pickle)
            throws IOException {
        Path file = file(pickle);
        return Assertions.assertThatExceptionOfType(TensorFileException.class)
                .isThrownBy(() -> TensorReader.open(file))
                .withMessageStartingWith(file + ": ")
                .withMessageNotContaining("\n");
    }

    private float[] read(byte[] pickle, String name) throws IOException {
        try (TensorReader reader = TensorReader.open(file(pickle))) {
            return reader.readFloats(name);
        }
    }

    private static TestPickle named(String... names) {
        TestPickle pickle = new TestPickle().ops("}(");
        for (String name : names) {
            pickle.text(name).pair();
        }
        return pickle.ops("u");
    }

    @Test
    void aStateDictOfOneTensorIsRead() throws IOException {
        assertThat(read(named("a").stop(), "a")).containsExactly(PAIR);
    }

    @ParameterizedTest
    @CsvSource({
        "os, system, os.system",
        "posix, system, posix.system",
        "builtins, eval, builtins.eval",
        "__builtin__, getattr, __builtin__.getattr",
        "subprocess, Popen, subprocess.Popen",
        "torch, load, torch.load",
        "torch.storage, _load_from_bytes, torch.storage._load_from_bytes",
        "torch.jit, unsupported_tensor_ops.execWrapper, torch.jit.unsupported_tensor_ops",
        "collections, OrderedDict.fromkeys, collections.OrderedDict.fromkeys",
        "torch, _utils._rebuild_tensor_v1, torch._utils._rebuild_tensor_v1"
    })
    void aForeignNameIsRefusedByName(String module, String name, String shown) throws IOException {
        assertRefused(
                        new TestPickle()
                                .global(module, name)
                                .text("rm -rf /")
                                .op(0x85)
                                .ops("R")
                                .stop())
                .withMessageContaining("data.pkl asks for " + shown)
                .withMessageContaining("which is no part of a state dict; refused");
        // As protocol 4 names it.
        assertRefused(new TestPickle().text(module).text(name).op(0x93).stop())
                .withMessageContaining("data.pkl asks for " + shown);
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of(new byte[0], "is no pickle of protocol 2 to 5"),
                Arguments.of(new byte[] {(byte) 0x80}, "is no pickle of protocol 2 to 5"),
                Arguments.of(new byte[] {(byte) 0x80, 6, '}', '.'}, "is no pickle of protocol 2"),
                Arguments.of(new byte[] {'(', 'd', '.'}, "is no pickle of protocol 2 to 5"),
                Arguments.of(p().stop(), "an empty stack"),
                Arguments.of(p().ops("(").stop(), "an empty stack"),
                Arguments.of(p().ops("}}").stop(), "STOP before its end"),
                Arguments.of(p().ops("}.").bytes(), "holds no dictionary of tensors"),
                Arguments.of(p().ops("}.}").bytes(), "STOP before its end"),
                Arguments.of(p().ops("}").bytes(), "1 bytes announced and 0 left"),
                Arguments.of(p().ops("t").stop(), "no MARK"),
                Arguments.of(p().ops("u").stop(), "no MARK"),
                Arguments.of(p().ops("(u").stop(), "SETITEMS on what is no dictionary"),
                Arguments.of(p().ops("}(Nu").stop(), "a key without value"),
                Arguments.of(p().ops("NNNs").stop(), "SETITEM on what is no dictionary"),
                Arguments.of(p().ops("}Na").stop(), "APPEND on what is no list"),
                Arguments.of(p().ops("}(Ne").stop(), "APPENDS on what is no list"),
                Arguments.of(p().ops("h\0").stop(), "memo 0, which nothing was put under"),
                Arguments.of(p().ops("}q\1").stop(), "memo 1 out of turn"),
                Arguments.of(p().ops("}r").op(255, 255, 255, 255).stop(), "out of turn"),
                Arguments.of(p().ops("j").op(255, 255, 255, 255).stop(), "memo 4294967295"),
                Arguments.of(p().ops("X").op(255, 255, 255, 255).stop(), "4294967295 bytes anno"),
                Arguments.of(
                        p().op(0x8d, 255, 255, 255, 255, 255, 255, 255, 255).stop(),
                        "18446744073709551615 bytes announced"),
                Arguments.of(p().op(0x95, 9, 0, 0, 0, 0, 0, 0, 0).stop(), "FRAME longer than"),
                Arguments.of(p().op(0x8c, 1, 255).stop(), "a text that is no UTF-8"),
                Arguments.of(p().ops("ccollections").bytes(), "a name without end"),
                Arguments.of(p().ops("NNb").stop(), "gives an object attributes (BUILD"),
                Arguments.of(p().ops("}}b").stop(), "gives an object attributes (BUILD"),
                Arguments.of(
                        p().global("collections", "OrderedDict")
                                .ops(")R}")
                                .text("__class__")
                                .ops("Nsb")
                                .stop(),
                        "expected none but the _metadata of a state dict"),
                Arguments.of(p().ops("})R").stop(), "REDUCE of what cannot be called"),
                Arguments.of(p().ops("})}Q").stop(), "has a persistent id of another form"),
                Arguments.of(
                        p().global("collections", "OrderedDict").ops("N").op(0x85).ops("R").stop(),
                        "uses collections.OrderedDict in another way than torch.save does"),
                Arguments.of(
                        p().global("torch", "FloatStorage").ops(")R").stop(),
                        "uses torch.FloatStorage in another way"),
                Arguments.of(
                        p().global("torch._utils", "_rebuild_parameter").ops(")R").stop(),
                        "uses torch._utils._rebuild_parameter in another way"),
                Arguments.of(
                        p().global("torch._utils", "_rebuild_tensor_v2").ops("(NNNNNNtR").stop(),
                        "uses torch._utils._rebuild_tensor_v2 in another way"),
                Arguments.of(named("a", "a").stop(), "has tensor \"a\" twice"),
                Arguments.of(
                        p().ops("}K\7").pair().ops("s").stop(), "has a tensor under the key 7"),
                Arguments.of(
                        p().ops("}(")
                                .text("b")
                                .ops("}")
                                .text("a")
                                .pair()
                                .ops("s")
                                .text("a")
                                .pair()
                                .ops("u")
                                .stop(),
                        "holds tensors at the top and in \"b\", expected one state dict"),
                Arguments.of(p().ops("}i").bytes(), "the opcode INST at byte 3, which is no part"),
                Arguments.of(p().ops("(o").bytes(), "the opcode OBJ at byte 3"),
                Arguments.of(p().op(0x81).bytes(), "the opcode NEWOBJ at byte 2"),
                Arguments.of(p().op(0x82, 1).bytes(), "the opcode EXT1 at byte 2"),
                Arguments.of(p().ops("Pid\n").bytes(), "the opcode PERSID at byte 2"),
                Arguments.of(p().op(0xff).bytes(), "the opcode 0xff at byte 2"));
    }

    private static TestPickle p() {
        return new TestPickle();
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aPickleAgainstTheRulesIsRefusedWithItsReason(byte[] pickle, String reason)
            throws IOException {
        assertRefused(pickle).withMessageContaining("data.pkl ").withMessageContaining(reason);
    }

    @Test
    void aPickleCutAnywhereIsRefused() throws IOException {
        byte[] whole = named("a", "b").stop();
        for (int length = 0; length < whole.length; length++) {
            assertRefused(Arrays.copyOf(whole, length));
        }
    }

    @Test
    void cyclesAndDeepNestingAreHarmless() throws IOException {
        // d = {"a": tensor}; d["self"] = d
        byte[] cycle =
                p().ops("}q\0").text("a").pair().ops("s").text("self").ops("h\0").ops("s").stop();
        assertThatThrownBy(() -> TensorReader.open(file(cycle)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("at the top and in \"self\"");
        // A list in a list, and so on, beside a tensor.
        byte[] nested =
                p().ops("}(")
                        .text("a")
                        .pair()
                        .text("deep")
                        .times(1_000_000, "](")
                        .times(1_000_000, "e")
                        .ops("u")
                        .stop();
        assertThat(read(nested, "a")).containsExactly(PAIR);
        // The same with dictionaries and tuples, a key of the other.
        byte[] dictionaries =
                p().ops("}(")
                        .text("a")
                        .pair()
                        .text("deep")
                        .times(500_000, "}N")
                        .ops("N")
                        .times(500_000, "s")
                        .ops("u")
                        .stop();
        assertThat(read(dictionaries, "a")).containsExactly(PAIR);
        byte[] tuples =
                p().ops("}(")
                        .text("a")
                        .pair()
                        .text("deep")
                        .ops("N")
                        .times(1_000_000, "\u0085")
                        .ops("u")
                        .stop();
        assertThat(read(tuples, "a")).containsExactly(PAIR);
    }

    @Test
    void theStepsOfAPickleAreLimited() throws IOException {
        byte[] long1 = p().times(10_000, "](e").stop();
        Path file = file(long1);
        assertThatThrownBy(() -> TensorReader.open(file, ReadLimits.DEFAULTS.withMaxTensors(100)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("takes more than 7424 steps (ReadLimits.maxTensors)");
        assertThatThrownBy(
                        () -> TensorReader.open(file, ReadLimits.DEFAULTS.withMaxHeaderBytes(100)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("entry \"m/data.pkl\" has 30003 bytes, expected at most 100");
    }

    @Test
    void whatIsNamedAgainAndAgainCostsNothingAgain() throws IOException {
        // A dictionary of 100,000 keys under 100,000 names, and as the attributes of a third.
        TestPickle pickle = p().ops("}(").text("a").pair().ops("u").ops("}(");
        pickle.times(100_000, "NN").ops("uq\0").ops("(");
        pickle.times(100_000, "h\0");
        byte[] bytes = pickle.ops("tN").op(0x86).ops("N").op(0x86).stop();
        Path file = file(bytes);
        Assertions.assertThatCode(
                        () ->
                                org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                                        Duration.ofSeconds(20),
                                        () ->
                                                assertThatThrownBy(() -> TensorReader.open(file))
                                                        .isInstanceOf(TensorFileException.class)))
                .doesNotThrowAnyException();
        // One long tuple as the shape of many tensors.
        TestPickle shapes = p().ops("(").times(50_000, "K\1").ops("tq\0");
        shapes.ops("}(");
        for (int i = 0; i < 10_000; i++) {
            shapes.text("t" + i)
                    .global("torch._utils", "_rebuild_tensor_v2")
                    .ops("(")
                    .storage("FloatStorage", "0", 2)
                    .ops("K\0h\0h\0NNtR");
        }
        assertRefused(shapes.ops("u").op(0x86).stop())
                .withMessageContaining("has a tensor of 50000 dimensions, expected at most 64");
    }
}
