package io.github.rlrr.vit.checkpoint;

import ai.djl.ndarray.types.Shape;
import io.github.rlrr.vit.checkpoint.CheckpointLayout.Source;
import java.util.ArrayList;
import java.util.List;

/**
 * How a file's tensor holds one of our parameters, with a letter for each axis.
 *
 * <p>{@code oi<-io}: the tensor is (in, out), ours (out, in). {@code (hd)i<-ihd}: our first axis is
 * split by head, h the number of heads. {@code 2/3}: the second third of the tensor's first axis.
 * {@code 11d<-d}: our axes of one element are not the tensor's. {@code ahp<-anhp}: the tensor has
 * an axis n for the blocks' numbers.
 *
 * @param ours the axes of our parameter, without brackets; empty for the file's own
 * @param theirs the axes of the tensor
 * @param split the place of the axis that is {@code h} times {@code d}; -1 for none
 * @param part which of {@code parts} equal pieces along the first axis, from 0; or which block
 * @param parts how many pieces the tensor holds; 1 for the whole
 */
record Arrangement(String ours, String theirs, int split, int part, int parts) {

    /** An axis of one element. */
    private static final char ONE = '1';

    /** The axis of the blocks' numbers. */
    private static final String BLOCKS = "n";

    /** The tensor is the parameter. */
    static final Arrangement SAME = new Arrangement("", "", -1, 0, 1);

    static Arrangement parse(String text) {
        if (text.contains("/")) {
            int part = text.charAt(0) - '1';
            return new Arrangement("", "", -1, part, text.charAt(2) - '0');
        }
        String[] sides = text.split("<-", 2);
        String flat = sides[0].replace("(", "").replace(")", "");
        return new Arrangement(flat, sides[1], sides[0].indexOf('('), 0, 1);
    }

    /** Whether the tensor holds the parameters of all blocks. */
    boolean isStacked() {
        return theirs.contains(BLOCKS);
    }

    /** The same for one block. */
    Arrangement at(int block) {
        return new Arrangement(ours, theirs, split, block, parts);
    }

    /**
     * Where a parameter lies.
     *
     * @param tensor the tensor's name
     * @param shape the parameter's
     * @param depth the model's
     * @param heads the model's
     */
    Source source(String tensor, Shape shape, int depth, int heads) {
        if (ours.isEmpty()) {
            long[] sizes = shape.getShape().clone();
            sizes[0] *= parts;
            return new Source(tensor, new Shape(sizes), null, part, parts);
        }
        String all = isStacked() ? BLOCKS + ours : ours;
        List<Long> sizes = new ArrayList<>(isStacked() ? List.of((long) depth) : List.of());
        for (int axis = 0; axis < shape.dimension(); axis++) {
            long size = shape.get(axis);
            if (axis == split) {
                sizes.add((long) heads);
                size /= heads;
            }
            sizes.add(size);
        }
        int[] order = all.chars().filter(c -> c != ONE).map(theirs::indexOf).toArray();
        long[] theirSizes = theirs.chars().mapToLong(c -> sizes.get(all.indexOf(c))).toArray();
        int[] permutation = all.replace("1", "").equals(theirs) ? null : order;
        return new Source(
                tensor, new Shape(theirSizes), permutation, part, isStacked() ? depth : 1);
    }

    /** The axis of the file's tensor that counts blocks; -1 where each block has its own. */
    int blockAxis() {
        return theirs.indexOf(BLOCKS);
    }

    /** The axis of the file's tensor that is an axis of ours, which is not split. */
    int fileAxis(int axis) {
        return ours.isEmpty() ? axis : theirs.indexOf(ours.charAt(axis));
    }

    /** The axis of the file's tensor that counts heads; -1 for none. */
    int headAxis() {
        return split < 0 ? -1 : theirs.indexOf(ours.charAt(split));
    }
}
