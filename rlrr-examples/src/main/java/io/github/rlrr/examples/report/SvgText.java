package io.github.rlrr.examples.report;

/** What pictures that are files of their own share: the root, the ground and text. */
final class SvgText {

    private static final String STYLE =
            "<style>text{font:11px 'DejaVu Sans',Arial,sans-serif;fill:#333}"
                    + ".title{font-size:14px;font-weight:bold;fill:#111}"
                    + ".middle{text-anchor:middle}.end{text-anchor:end}"
                    + ".dark{fill:#000}.light{fill:#fff}</style>";

    private SvgText() {}

    /** The root element's start with a white ground. */
    static String open(int width, int height, String label) {
        return Html.fill(
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                                + " viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                        width, height, width, height, label)
                + STYLE
                + Html.fill("<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>%n", width, height);
    }

    /**
     * A text element.
     *
     * @param style classes of the style sheet, such as {@code middle}; may be empty
     */
    static String at(double x, double y, String style, String text) {
        return Html.fill("<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>%n", x, y, style, text);
    }
}
