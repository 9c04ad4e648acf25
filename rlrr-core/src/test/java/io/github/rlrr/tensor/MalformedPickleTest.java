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
                Arguments.of(p().ops("}i").bytes(), "the opcode INST at byte 3, which is no part"),
                Arguments.of(p().ops("(o").bytes(), "the opcode OBJ at byte 3"),
                Arguments.of(p().op(0x81).bytes(), "an empty stack"),
                Arguments.of(p().ops("})").op(0x81).stop(), "NEWOBJ of what is no foreign class"),
                Arguments.of(
                        p().global("collections", "OrderedDict").ops(")}").op(0x92).stop(),
                        "NEWOBJ_EX of what is no foreign class"),
                Arguments.of(p().ops("}(").op(0x90).stop(), "ADDITEMS on what is no list"),
                Arguments.of(p().op(0x91).stop(), "no MARK"),
                Arguments.of(p().op('B', 255, 255, 255, 127).stop(), "2147483647 bytes announced"),
                Arguments.of(
                        p().op(0x96, 255, 255, 255, 255, 255, 255, 255, 255).stop(),
                        "18446744073709551615 bytes announced"),
                Arguments.of(p().op(0x8b, 255, 255, 255, 255).stop(), "bytes announced and"),
                Arguments.of(p().ops("(0").stop(), "an empty stack"),
                Arguments.of(p().ops("1").stop(), "no MARK"),
                Arguments.of(p().op(0x82, 1).bytes(), "the opcode EXT1 at byte 2"),
                Arguments.of(p().ops("Pid\n").bytes(), "the opcode PERSID at byte 2"),
                Arguments.of(p().op(0xff).bytes(), "the opcode 0xff at byte 2"));
    }

    /** {"state_dict": {"a": tensor}, "beside": what the opcodes make}. */
    private static byte[] beside(TestPickle made) {
        TestPickle pickle = p().ops("}(").text("state_dict").ops("}").text("a").pair().ops("s");
        byte[] value = made.bytes();
        for (int i = 2; i < value.length; i++) {
            pickle.op(value[i] & 0xff);
        }
        return pickle.text("z").ops("Nu").stop();
    }

    static Stream<Arguments> foreignObjects() {
        return Stream.of(
                // argparse.Namespace(), with attributes.
                Arguments.of(
                        p().text("args")
                                .global("argparse", "Namespace")
                                .ops(")")
                                .op(0x81)
                                .ops("}")
                                .text("lr")
                                .ops("Nsb")),
                // A list and a dictionary of one's own, filled.
                Arguments.of(
                        p().text("log")
                                .global("my.lib", "Log")
                                .ops(")R(NNeN")
                                .text("k")
                                .ops("s(NNu")),
                // A set of bytes; a frozen one.
                Arguments.of(p().text("s").op(0x8f, '(', 'C', 2, 1, 2, 0x90)),
                Arguments.of(p().text("s").ops("(N").op(0x91)),
                // Keyword arguments; and what is called was called for.
                Arguments.of(p().text("p").global("my.lib", "Point").ops(")}").op(0x92).ops(")R")),
                Arguments.of(p().text("big").op(0x8b, 9, 0, 0, 0).op(1, 2, 3, 4, 5, 6, 7, 8, 9)),
                // What is made and dropped again, as Python does for tuples that hold themselves.
                Arguments.of(p().text("t").ops("N(NN1")));
    }

    @ParameterizedTest
    @MethodSource("foreignObjects")
    void aForeignObjectBesideTheStateDictIsPassedOver(TestPickle made) throws IOException {
        assertThat(read(beside(made), "a")).containsExactly(PAIR);
    }

    @Test
    void aForeignObjectAmongTheTensorsIsRefusedByName() throws IOException {
        assertRefused(
                        p().ops("}(")
                                .text("a")
                                .pair()
                                .text("b")
                                .global("my.lib", "Tensor")
                                .ops(")Ru")
                                .stop())
                .withMessageContaining("data.pkl asks for my.lib.Tensor, which is no part of a");
    }

    @ParameterizedTest
    @CsvSource({
        "os, system",
        "posix, system",
        "nt, system",
        "builtins, exec",
        "builtins, __import__",
        "subprocess, Popen",
        "importlib, import_module",
        "runpy, run_path",
        "torch, load",
        "torch.hub, load",
        "sys, exit"
    })
    void codeBesideTheStateDictIsRefusedByName(String module, String name) throws IOException {
        TestPickle call = p().text("x").global(module, name).text("id").op(0x85).ops("R");
        assertRefused(beside(call))
                .withMessageContaining("data.pkl asks for " + module + "." + name + ", which is no")
                .withMessageContaining("refused");
    }

    @Test
    void severalDictionariesOfTensorsAreListedUnderTheirKeys() throws IOException {
        TestPickle pickle = p().ops("}(").text("model").ops("}").text("a").pair().ops("s");
        pickle.text("model_ema").ops("}").text("a").pair().ops("s").text("epoch").ops("K\7u");
        try (TensorReader reader = TensorReader.open(file(pickle.stop()))) {
            assertThat(reader.tensors().keySet()).containsExactly("model.a", "model_ema.a");
            assertThat(reader.readFloats("model_ema.a")).containsExactly(PAIR);
        }
    }

    @Test
    void aDictionaryUnderManyKeysCostsNoMoreThanTheLimits() throws IOException {
        TestPickle pickle = p().ops("}q\0(");
        for (int i = 0; i < 100; i++) {
            pickle.text("t" + i).pair();
        }
        pickle.ops("u0}(");
        for (int i = 0; i < 100; i++) {
            pickle.text("k" + i).ops("h\0");
        }
        Path file = file(pickle.ops("u").stop());
        assertThatThrownBy(() -> TensorReader.open(file, ReadLimits.DEFAULTS.withMaxTensors(5000)))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining(
                        "data.pkl has more than 5000 tensors (ReadLimits.maxTensors)");
    }

    @Test
    void aKeyThatWouldMakeEveryNameLongIsRefused() throws IOException {
        TestPickle pickle = p().ops("}(").text("k".repeat(1000)).ops("}").text("a").pair();
        pickle.ops("s").text("b").ops("}").text("a").pair().ops("su");
        assertRefused(pickle.stop())
                .withMessageContaining("has a tensor name of 1002 characters, expected at most");
        assertRefused(
                        p().ops("}(K\7}")
                                .text("a")
                                .pair()
                                .ops("sK\b}")
                                .text("a")
                                .pair()
                                .ops("su")
                                .stop())
                .withMessageContaining("holds tensors under the key 7, expected a text");
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
        assertThat(read(cycle, "self.a")).containsExactly(PAIR);
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
