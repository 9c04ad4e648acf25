package io.github.rlrr.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Interprets what {@code torch.save} pickles for a state dict, and nothing else.
 *
 * <p>A pickle is a program for a stack machine that can name and call any Python function. This
 * machine knows the opcodes that {@code torch.save} writes, in protocols 2 to 5, and the names in
 * {@link PickledGlobal}. It calls nothing: what a name that is no part of a state dict would make
 * is a {@link PickledForeign}, which holds that name alone, whatever is put into it; {@link
 * StateDict} refuses one among tensors. Nothing recurses, so nesting costs no stack, and cycles
 * stay references. Each step takes a byte of the pickle at least, makes one small value at most and
 * looks at no more than it takes off the stack, so what is put on it again and again costs nothing
 * again; steps are bounded besides, by the number of tensors allowed.
 *
 * <p>The values: {@link PickledDict}, {@code List} (a tuple), {@link PickledTensor}, its storage,
 * {@link PickledGlobal}, {@link PickledForeign}, {@code String}, {@code Long}, and {@link #OTHER}
 * for all that says nothing of tensors. See Python's {@code pickletools} for the opcodes.
 */
final class PickleReader {

    /** A float, a truth value, None, a huge number, bytes, a list, a set: of no use here. */
    static final Object OTHER = new Object();

    private static final Object MARK = new Object();

    private static final Set<Long> PROTOCOLS = Set.of(2L, 3L, 4L, 5L);

    /** A tensor of a state dict takes about 35 steps, one of an optimizer 40. */
    private static final long STEPS_PER_TENSOR = 64;

    /** Names of opcodes that pickles of other things have. */
    private static final Map<Character, String> REFUSED =
            Map.ofEntries(
                    Map.entry('i', "INST"),
                    Map.entry('o', "OBJ"),
                    Map.entry('\u0082', "EXT1"),
                    Map.entry('\u0083', "EXT2"),
                    Map.entry('\u0084', "EXT4"),
                    Map.entry('P', "PERSID"),
                    Map.entry('\u0097', "NEXT_BUFFER"));

    private final PickleInput in;
    private final long maxSteps;
    private final List<Object> stack = new ArrayList<>();
    private final List<@Nullable Object> memo = new ArrayList<>();
    private int at;

    private PickleReader(byte[] pickle, ReadLimits limits) {
        this.in = new PickleInput(pickle);
        this.maxSteps = STEPS_PER_TENSOR * (limits.maxTensors() + 16L);
    }

    /**
     * Interprets a pickle.
     *
     * @return the value it describes
     * @throws TensorProblemException saying what is wrong, without file and entry
     */
    static Object read(byte[] pickle, ReadLimits limits) throws TensorProblemException {
        return new PickleReader(pickle, limits).run();
    }

    private Object run() throws TensorProblemException {
        if (in.remaining() < 2 || in.number(1) != 0x80 || !PROTOCOLS.contains(in.number(1))) {
            throw new TensorProblemException("is no pickle of protocol 2 to 5");
        }
        for (long steps = 1; steps <= maxSteps; steps++) {
            at = in.position();
            char opcode = (char) in.number(1);
            if (opcode == '.') {
                Object value = pop();
                if (!stack.isEmpty() || in.remaining() > 0) {
                    throw wrong("STOP before its end");
                }
                return value;
            }
            step(opcode);
        }
        throw new TensorProblemException(
                "takes more than %s steps (ReadLimits.maxTensors)".formatted(maxSteps));
    }

    private void step(char opcode) throws TensorProblemException {
        switch (opcode) {
            case '(' -> stack.add(MARK);
            case '}' -> stack.add(new PickledDict(false));
            case ')' -> stack.add(List.of());
            case 't' -> stack.add(Collections.unmodifiableList(popToMark()));
            case '\u0085', '\u0086', '\u0087' -> tuple(opcode - 0x84);
            case 's' -> {
                Object value = pop();
                Object key = pop();
                if (!foreignOnTop()) {
                    dict("SETITEM").put(key, value);
                }
            }
            case 'u' -> setItems();
            case ']', 'N', '\u0088', '\u0089', '\u008f' -> stack.add(OTHER);
            case 'a' -> {
                pop(); // what a list holds is of no use here
                requireOther("APPEND");
            }
            case 'e' -> {
                popToMark();
                requireOther("APPENDS");
            }
            case '\u0090' -> {
                popToMark();
                requireOther("ADDITEMS");
            }
            case '\u0091' -> {
                popToMark();
                stack.add(OTHER);
            }
            case 'G' -> bytes(8);
            case 'C' -> bytes(in.number(1));
            case 'B' -> bytes(in.number(4));
            case '\u008e', '\u0096' -> bytes(in.number(8));
            case 'K' -> stack.add(in.number(1));
            case 'M' -> stack.add(in.number(2));
            case 'J' -> stack.add((long) (int) in.number(4));
            case '\u008a' -> stack.add(in.wholeNumber((int) in.number(1)));
            case '\u008b' -> stack.add(in.wholeNumber((int) in.number(4)));
            case '0' -> pop();
            case '1' -> popToMark();
            case 'X' -> stack.add(in.text(in.number(4)));
            case '\u008c' -> stack.add(in.text(in.number(1)));
            case '\u008d' -> stack.add(in.text(in.number(8)));
            case 'q' -> memorize(in.number(1));
            case 'r' -> memorize(in.number(4));
            case '\u0094' -> memorize(memo.size());
            case 'h' -> stack.add(remembered(in.number(1)));
            case 'j' -> stack.add(remembered(in.number(4)));
            case '\u0095' -> {
                // A frame says how much to read ahead; nothing here depends on it.
                if (Long.compareUnsigned(in.number(8), in.remaining()) > 0) {
                    throw wrong("a FRAME longer than the rest");
                }
            }
            case 'c' -> stack.add(PickledGlobal.of(in.line(), in.line()));
            case '\u0093' -> {
                if (pop() instanceof String name && pop() instanceof String module) {
                    stack.add(PickledGlobal.of(module, name));
                } else {
                    throw wrong("STACK_GLOBAL of what is no text");
                }
            }
            case 'R' -> reduce();
            case '\u0081' -> made("NEWOBJ", 1);
            case '\u0092' -> made("NEWOBJ_EX", 2);
            case 'b' -> build();
            case 'Q' -> stack.add(PickledGlobal.storage(pop()));
            default ->
                    throw new TensorProblemException(
                            "asks for the opcode %s at byte %s, which is no part of a state dict;"
                                            .formatted(
                                                    REFUSED.getOrDefault(
                                                            opcode,
                                                            "0x" + Integer.toHexString(opcode)),
                                                    at)
                                    + " refused");
        }
    }

    private void bytes(long length) throws TensorProblemException {
        in.skip(length);
        stack.add(OTHER);
    }

    private void reduce() throws TensorProblemException {
        if (pop() instanceof List<?> arguments) {
            Object called = pop();
            if (called instanceof PickledGlobal global) {
                stack.add(global.call(arguments));
                return;
            }
            if (called instanceof PickledForeign) {
                stack.add(called); // what a foreign object would give is as foreign
                return;
            }
        }
        throw wrong("REDUCE of what cannot be called");
    }

    /** Stands for an object of a foreign class, whose arguments are dropped. */
    private void made(String opcode, int arguments) throws TensorProblemException {
        for (int i = 0; i < arguments; i++) {
            pop();
        }
        if (pop() instanceof PickledGlobal type && type.kind() == PickledGlobal.Kind.FOREIGN) {
            stack.add(new PickledForeign(type.name()));
            return;
        }
        throw wrong(opcode + " of what is no foreign class");
    }

    private boolean foreignOnTop() {
        return !stack.isEmpty() && stack.get(stack.size() - 1) instanceof PickledForeign;
    }

    private void tuple(int length) throws TensorProblemException {
        Object[] items = new Object[length];
        for (int i = length - 1; i >= 0; i--) {
            items[i] = pop();
        }
        stack.add(List.of(items));
    }

    private void setItems() throws TensorProblemException {
        List<Object> items = popToMark();
        if (foreignOnTop()) {
            return;
        }
        PickledDict target = dict("SETITEMS");
        if (items.size() % 2 != 0) {
            throw wrong("SETITEMS with a key without value");
        }
        for (int i = 0; i < items.size(); i += 2) {
            target.put(items.get(i), items.get(i + 1));
        }
    }

    /** Lets a state dict have its {@code _metadata} (versions of modules), which says nothing. */
    private void build() throws TensorProblemException {
        Object state = pop();
        if (foreignOnTop()) {
            return;
        }
        boolean metadata =
                state instanceof PickledDict attributes
                        && attributes.entries().size() == 1
                        && "_metadata".equals(attributes.entries().get(0).key());
        if (!metadata || !dict("BUILD").ordered()) {
            throw new TensorProblemException(
                    "gives an object attributes (BUILD at byte %s), expected none but the _metadata"
                                    .formatted(at)
                            + " of a state dict; refused");
        }
    }

    /** The dictionary on top, which stays there. */
    private PickledDict dict(String opcode) throws TensorProblemException {
        if (!stack.isEmpty() && stack.get(stack.size() - 1) instanceof PickledDict dict) {
            return dict;
        }
        throw wrong(opcode + " on what is no dictionary");
    }

    private void requireOther(String opcode) throws TensorProblemException {
        if (foreignOnTop()) {
            return;
        }
        if (stack.isEmpty() || stack.get(stack.size() - 1) != OTHER) {
            throw wrong(opcode + " on what is no list");
        }
    }

    private Object pop() throws TensorProblemException {
        if (stack.isEmpty() || stack.get(stack.size() - 1) == MARK) {
            throw wrong("an empty stack");
        }
        return stack.remove(stack.size() - 1);
    }

    private List<Object> popToMark() throws TensorProblemException {
        int mark = stack.lastIndexOf(MARK);
        if (mark < 0) {
            throw wrong("no MARK");
        }
        List<Object> above = stack.subList(mark + 1, stack.size());
        List<Object> items = new ArrayList<>(above);
        above.clear();
        stack.remove(mark);
        return items;
    }

    private void memorize(long index) throws TensorProblemException {
        // torch.save counts up; a gap would let five bytes claim gigabytes.
        if (index > memo.size() || stack.isEmpty() || stack.get(stack.size() - 1) == MARK) {
            throw wrong("memo " + index + " out of turn");
        }
        Object top = stack.get(stack.size() - 1);
        if (index == memo.size()) {
            memo.add(top);
        } else {
            memo.set((int) index, top);
        }
    }

    private Object remembered(long index) throws TensorProblemException {
        @Nullable Object value = index < memo.size() ? memo.get((int) index) : null;
        if (value == null) {
            throw wrong("memo " + index + ", which nothing was put under");
        }
        return value;
    }

    private TensorProblemException wrong(String found) {
        return PickleInput.wrong(at, found);
    }
}
