package io.github.rlrr.vit;

/** What one vector is made of, of the tokens that leave a network. */
public enum Pooling {
    /** What the head sees, as the network was made. */
    HEAD("head"),
    /** The class token after the last norm. */
    CLASS_TOKEN("class"),
    /** The mean of the patches' tokens after the last norm. */
    MEAN("mean"),
    /** The class token, then the mean. */
    CLASS_TOKEN_AND_MEAN("class-and-mean");

    private final String text;

    Pooling(String text) {
        this.text = text;
    }

    /** As options and files name it. */
    @Override
    public String toString() {
        return text;
    }
}
