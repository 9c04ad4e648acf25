package io.github.rlrr.vit.checkpoint;

import io.github.rlrr.adapter.AdaptedBlock;
import io.github.rlrr.adapter.Rlrr;
import io.github.rlrr.method.RlrrConfig;
import io.github.rlrr.tensor.TensorReader;
import io.github.rlrr.vit.Backbone;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Loads what the published RLRR code saves: a PyTorch state dict of every tensor it trains.
 *
 * <table>
 * <caption>Names</caption>
 * <tr><th>published</th><th>shape</th><th>here</th></tr>
 * <tr><td>{@code transformer.encoder.layer.i.attn.query.scale_col}</td><td>(1, in)</td>
 *     <td>{@code blocks.i.attn.query.scale_left}</td></tr>
 * <tr><td>{@code ….scale_line}</td><td>(out, 1)</td><td>{@code ….scale_right}</td></tr>
 * <tr><td>{@code ….shift_bias}</td><td>(1, out)</td><td>{@code ….shift}, (out)</td></tr>
 * <tr><td>{@code transformer.encoder.layer.i.ffn.fc1.…}</td><td></td>
 *     <td>{@code blocks.i.mlp.fc1.…}</td></tr>
 * <tr><td>{@code ….layer.i.ssf_scale_attn_norm}, {@code ssf_shift_attn_norm}</td><td>(D)</td>
 *     <td>{@code blocks.i.norm1.scale}, {@code .shift}</td></tr>
 * <tr><td>{@code ….layer.i.ssf_scale_ffn_norm}, …</td><td>(D)</td>
 *     <td>{@code blocks.i.norm2.scale}, …</td></tr>
 * <tr><td>{@code transformer.encoder.ssf_scale_enc_norm}, …</td><td>(D)</td>
 *     <td>{@code norm.scale}, …</td></tr>
 * <tr><td>{@code transformer.embeddings.ssf_scale_patch}, …</td><td>(D)</td>
 *     <td>{@code patch_embed.proj.scale}, …</td></tr>
 * <tr><td>{@code head.weight}, {@code head.bias}</td><td>(classes, D), (classes)</td>
 *     <td>the same</td></tr>
 * </table>
 *
 * <p>Such a file says nothing of the base it was trained on, nor of class names or preprocessing:
 * the paper's bases are Google's ImageNet-21k ViT-B/16, L/16 and H/14. {@link AdaptedBlock#save}
 * turns it into an adapter folder that does.
 */
public final class PublishedAdapter {

    private PublishedAdapter() {}

    /**
     * Loads a published adapter onto a model.
     *
     * @param vit the base the adapter was trained on, of any number of classes; it stays the
     *     caller's to close
     * @param file a {@code .pth} file of the published code, saved on a CPU or a GPU
     * @return the adapted model, with the file's head; close it to free the adapter's tensors
     * @throws IOException in one line when the file is missing or damaged, or naming every tensor
     *     that is missing, unexpected or of another shape than this base takes
     */
    public static AdaptedBlock load(Backbone vit, Path file) throws IOException {
        try (TensorReader reader = new PublishedNames(TensorReader.open(file))) {
            return Rlrr.load(vit, RlrrConfig.published(), reader);
        }
    }
}
