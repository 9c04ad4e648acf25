package io.github.rlrr.vit.checkpoint;

import ai.djl.Device;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.io.WholeFolder;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.VitConfig;
import io.github.rlrr.vit.VitVariation;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.SixteenBit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads and saves Vision Transformers in Google's, timm's and Hugging Face's layouts, told apart by
 * the names of the tensors. float16 and bfloat16 become float32.
 *
 * <p>A checkpoint is a file, or a folder as hubs have it: {@code model.safetensors}, {@code
 * pytorch_model.bin} or one {@code *.npz}, with {@code config.json} and {@code
 * preprocessor_config.json} where there are such. A file with one of the first two names is read
 * with the configuration beside it, too.
 *
 * <p>What a training tool puts before all names ({@code model.}, {@code module.}, {@code
 * _orig_mod.} …) is taken off, and tensors that no classifier computes with (a decoder, counters,
 * an optimizer) are left out; a warning says so in one line. Of several models in a file, such as
 * one and its moving average, the plain one is taken; {@code FILE#NAME} takes the one of that name.
 *
 * <p>What our Vision Transformer does not have (windows, fewer heads of keys than of queries …) is
 * refused by the name of its tensor or of its key in the configuration.
 */
public final class VitCheckpoint {

    private static final Logger LOG = LoggerFactory.getLogger(VitCheckpoint.class);

    private VitCheckpoint() {}

    /**
     * Loads a checkpoint of the geometry that it tells, see {@link #inferConfig}.
     *
     * @param path the file or folder
     * @return the model on the CPU, with the file's head; close it when done
     * @throws IOException in one line when the checkpoint is missing, damaged or no Vision
     *     Transformer of this kind
     */
    public static VisionTransformer load(Path path) throws IOException {
        return load(path, inferConfig(path));
    }

    /**
     * The geometry of a checkpoint: {@link CheckpointDescription#config} of {@link #describe}.
     *
     * @param path the file or folder
     * @return the geometry, with the file's number of classes
     * @throws IOException as for {@link #describe}
     */
    public static VitConfig inferConfig(Path path) throws IOException {
        return (VitConfig) describe(path).config();
    }

    /**
     * Reads what a checkpoint says of itself; weights are not read.
     *
     * <p>The geometry is read off the tensors' shapes. Where they do not tell the number of heads
     * (timm, Hugging Face), it is that of the configuration, of a metadata entry {@code heads}, of
     * the preset of that width, or else one for 64 values, which is warned of. ε is the
     * configuration's, else 1e-12 in Hugging Face's layout and 1e-6 in the others. The image size
     * is the configuration's, else that of a square grid of patches.
     *
     * <p>Preprocessing is that of {@code preprocessor_config.json}, or of timm's {@code
     * pretrained_cfg}. Google's layout has no such file; its models take values from −1 to 1, and
     * {@link Preprocessing#vitDefault} is given, with 16-bit grey clipped as Pillow does. Else
     * there is none.
     *
     * @param path the file or folder
     * @return geometry, preprocessing, class names and threshold
     * @throws IOException in one line when the checkpoint is missing, damaged or no Vision
     *     Transformer of this kind, or its configuration is malformed, beyond us or of other
     *     weights
     */
    public static CheckpointDescription describe(Path path) throws IOException {
        CheckpointFiles files = CheckpointFiles.of(path);
        try (ModelTensors reader = ModelTensors.open(files)) {
            CheckpointLayout layout = VitLayout.of(reader);
            ModelConfig said = files.config();
            VitConfig config = asPrepared(new FileGeometry(reader, layout, said).inferred(), files);
            List<String> names = said == null ? List.of() : said.classNames();
            boolean headless = layout.geometry(reader.tensors()).classes() == 0;
            List<String> classes =
                    !headless && names.size() == config.classes() ? names : List.of();
            return new CheckpointDescription(
                    layout.label(),
                    config,
                    preprocessing(files, layout, config),
                    classes,
                    said == null ? 0 : said.rejectBelow(),
                    ModelConfig.task(said, classes.size()),
                    sixteenBit(files));
        }
    }

    private static @Nullable SixteenBit sixteenBit(CheckpointFiles files) throws IOException {
        ModelConfig config = files.config();
        JsonFields preprocessor = files.preprocessor();
        SixteenBit said = config == null ? null : ModelConfig.saidSixteenBit(config.json());
        return said == null && preprocessor != null
                ? ModelConfig.saidSixteenBit(preprocessor)
                : said;
    }

    /**
     * DINOv2 of Hugging Face has positions for 518 pixels, and images of 224 in {@code
     * preprocessor_config.json}, at which Transformers runs it. A plain ViT keeps its own size.
     */
    private static VitConfig asPrepared(VitConfig config, CheckpointFiles files)
            throws IOException {
        JsonFields preprocessor = files.preprocessor();
        if (preprocessor == null || !config.variations().contains(VitVariation.LAYER_SCALE)) {
            return config;
        }
        Preprocessing said = HuggingFacePreprocessor.read(preprocessor);
        return said.height() % config.patchSize() == 0 && said.width() % config.patchSize() == 0
                ? config.withImageSize(said.height(), said.width())
                : config;
    }

    private static Optional<Preprocessing> preprocessing(
            CheckpointFiles files, CheckpointLayout layout, VitConfig config) throws IOException {
        ModelConfig said = files.config();
        Optional<Preprocessing> found =
                said == null ? Optional.empty() : said.preprocessing(config);
        JsonFields preprocessor = files.preprocessor();
        if (found.isEmpty() && preprocessor != null) {
            found = Optional.of(HuggingFacePreprocessor.read(preprocessor));
        }
        if (found.isEmpty() && layout.equals(GoogleLayout.LAYOUT)) {
            // Nothing is said of 16-bit grey: as Pillow reads it.
            found =
                    Optional.of(
                            Preprocessing.vitDefault(config.imageHeight())
                                    .withSixteenBit(SixteenBit.CLIP));
        }
        return found.map(p -> p.withSize(config.imageHeight(), config.imageWidth()));
    }

    /**
     * Loads a checkpoint of a known geometry.
     *
     * @param path the file or folder
     * @param config the geometry, {@link VitConfig#VIT_B_16} for example; the number of classes is
     *     the file's, ε the configuration's where it says one, and position embeddings of another
     *     image size are resized to this one's
     * @return the model on the CPU; {@link VisionTransformer#withHead} gives it a new head
     * @throws IOException in one line when the checkpoint is missing, damaged or of another
     *     geometry, with what was found and expected
     */
    public static VisionTransformer load(Path path, VitConfig config) throws IOException {
        return load(path, config, Device.cpu());
    }

    /**
     * Loads a checkpoint of a known geometry to a device.
     *
     * @param path the file or folder
     * @param config the geometry, as for {@link #load(Path, VitConfig)}
     * @param device where the weights go
     * @return the model
     * @throws IOException as for {@link #load(Path, VitConfig)}
     */
    public static VisionTransformer load(Path path, VitConfig config, Device device)
            throws IOException {
        return load(CheckpointFiles.of(path), config, device, false);
    }

    /**
     * Loads the image tower of a CLIP with the projection to the width of its texts as the head: a
     * forward gives the embedding of an image, {@code visual_projection(pooled)}, before it is
     * normalised. All else leaves the projection out. timm's files have it as their head already.
     *
     * @param path the file or folder, of Hugging Face's {@code CLIPModel} or {@code
     *     CLIPVisionModelWithProjection}, or of OpenCLIP
     * @param config the geometry, as for {@link #load(Path, VitConfig)}
     * @param device where the weights go
     * @return the model, of as many classes as an embedding has numbers; {@link
     *     VisionTransformer#withHead} replaces the projection
     * @throws IOException as for {@link #load(Path, VitConfig)}, and when there is no projection
     */
    public static VisionTransformer loadProjected(Path path, VitConfig config, Device device)
            throws IOException {
        return load(CheckpointFiles.of(path).withProjection(), config, device, false);
    }

    /**
     * Loads a checkpoint as {@link VisionTransformer#withHalfWeights} makes it, the matrices of its
     * encoder blocks in float16, without ever holding the whole of it in float32.
     *
     * @param path the file or folder
     * @param config the geometry, as for {@link #load(Path, VitConfig)}
     * @param device where the weights go
     * @return the model
     * @throws IOException as for {@link #load(Path, VitConfig)}, and naming a weight that float16
     *     cannot hold
     */
    public static VisionTransformer loadHalf(Path path, VitConfig config, Device device)
            throws IOException {
        return load(CheckpointFiles.of(path), config, device, true);
    }

    private static VisionTransformer load(
            CheckpointFiles files, VitConfig config, Device device, boolean half)
            throws IOException {
        try (ModelTensors reader = ModelTensors.open(files)) {
            CheckpointLayout layout = VitLayout.of(reader);
            FileGeometry geometry = new FileGeometry(reader, layout, files.config());
            VitConfig checked = geometry.checked(config);
            if (!reader.note().isEmpty()) {
                Warnings.once(LOG, reader.note());
            }
            ModelConfig said = files.config();
            return new WeightLoader(
                            reader,
                            layout,
                            checked,
                            geometry.own(checked),
                            said == null ? null : said.positions(),
                            files.projected())
                    .load(device, half);
        }
    }

    /**
     * Saves a model's weights in one file of a layout.
     *
     * @param vit a model with weights
     * @param file where to write, as a whole or not at all; an npz for {@link VitLayout#GOOGLE},
     *     safetensors for the others
     * @param layout whose names and shapes
     * @param floats how values are stored, F32 or F16
     * @throws IOException when the file cannot be written, or a value is beyond F16's range
     */
    public static void save(VisionTransformer vit, Path file, VitLayout layout, TensorType floats)
            throws IOException {
        CheckpointWriter.write(vit, layout, file, floats);
    }

    /**
     * Saves a model as a folder that timm, Hugging Face Transformers or NumPy open as it is: the
     * weights ({@code model.safetensors}, or {@code model.npz} for Google's layout) and a {@code
     * config.json} with geometry, ε, class names, preprocessing and threshold; in Hugging Face's
     * layout the preprocessing is in {@code preprocessor_config.json}. Beside an npz {@code
     * config.json} has timm's form, for this library alone. The folder is replaced as a whole, see
     * {@link WholeFolder}: files that an older export left under other names go.
     *
     * <p>timm's and Google's models have ε = 1e-6 whatever the file says: with another ε here,
     * their outputs differ by rounding.
     *
     * @param vit a model with weights
     * @param folder where to; files of these names are replaced
     * @param layout whose
     * @param floats how values are stored, F32 or F16
     * @param metadata how the model's inputs are prepared, at its image size; class names in label
     *     order, or none; the threshold. The base's name is not written
     * @return the files, as written
     * @throws IllegalArgumentException when preprocessing is missing, it or the class names are not
     *     of this model's sizes, or Hugging Face's layout cannot express the preprocessing
     * @throws IOException when a file cannot be written, a value is beyond F16's range, another
     *     process writes there, or weights that are not of such an export would be read instead
     */
    public static List<Path> export(
            VisionTransformer vit,
            Path folder,
            VitLayout layout,
            TensorType floats,
            AdapterMetadata metadata)
            throws IOException {
        return export(vit, folder, layout, floats, metadata, Map.of());
    }

    /**
     * Saves a model as {@link #export(VisionTransformer, Path, VitLayout, TensorType,
     * AdapterMetadata)} does, with further files that belong to it.
     *
     * @param vit a model with weights
     * @param folder where to; files of these names are replaced
     * @param layout whose
     * @param floats how values are stored, F32 or F16
     * @param metadata as there
     * @param beside what else is in the folder, by the names of the files; written last
     * @return the files, as written
     * @throws IllegalArgumentException as there
     * @throws IOException as there
     */
    public static List<Path> export(
            VisionTransformer vit,
            Path folder,
            VitLayout layout,
            TensorType floats,
            AdapterMetadata metadata,
            Map<String, byte[]> beside)
            throws IOException {
        return CheckpointFolder.write(vit, folder, layout, floats, metadata, beside);
    }
}
