package io.github.rlrr.adapter;

import io.github.rlrr.method.Rescaling.Form;
import io.github.rlrr.method.Rescaling.Sides;
import io.github.rlrr.method.RlrrConfig;
import java.util.ArrayList;
import java.util.List;

/** The paper's equation element by element in double. */
final class RescalingOracle {

    private RescalingOracle() {}

    /** A combination of settings that makes sense. */
    record Case(Form form, Sides sides, int rank) {
        RlrrConfig.Builder config() {
            return RlrrConfig.builder()
                    .form(form)
                    .sides(sides)
                    .rank(rank)
                    .targets("all-linear")
                    .scaleAndShift()
                    .fullyTrained();
        }
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (Form form : Form.values()) {
            for (int rank : new int[] {1, 2, 3, 4}) {
                cases.add(new Case(form, Sides.BOTH, rank));
            }
            if (form != Form.ADDITIVE) {
                cases.add(new Case(form, Sides.LEFT, 1));
                cases.add(new Case(form, Sides.RIGHT, 1));
            }
        }
        return cases;
    }

    /** The effective (out, in) weight; an absent side counts as ones. */
    static double[] weight(Case c, double[] w, int out, int in, double[] left, double[] right) {
        double[] effective = new double[w.length];
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                double p = 0;
                for (int k = 0; k < c.rank(); k++) {
                    double r = c.sides() == Sides.LEFT ? 1 : right[o * c.rank() + k];
                    double l = c.sides() == Sides.RIGHT ? 1 : left[k * in + i];
                    p += r * l;
                }
                double value = w[o * in + i];
                effective[o * in + i] =
                        switch (c.form()) {
                            case RESIDUAL -> (1 + p) * value;
                            case PLAIN -> p * value;
                            case ADDITIVE -> value + p;
                        };
            }
        }
        return effective;
    }

    static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
