package io.github.rlrr.vit.checkpoint;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.rlrr.adapter.AdapterMetadata;
import io.github.rlrr.io.DistinctNames;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.torch.TorchRuntime;
import io.github.rlrr.vit.BackboneConfig;
import io.github.rlrr.vit.checkpoint.CheckpointLayout.Source;
import io.github.rlrr.vit.image.Preprocessing;
import io.github.rlrr.vit.image.SixteenBit;
import io.github.rlrr.vit.part.Windows;
import io.github.rlrr.vit.swin.SwinConfig;
import io.github.rlrr.vit.swin.SwinTransformer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads and saves Swin Transformers, V1 and V2: read are timm's, Hugging Face's, torchvision's and
 * the original layout, written timm's and Hugging Face's. Files, folders and what trainings add are
 * as for {@link VitCheckpoint}.
 */
public final class SwinCheckpoint {

    private static final Logger LOG = LoggerFactory.getLogger(SwinCheckpoint.class);

    private SwinCheckpoint() {}

    /**
     * Loads a checkpoint at the image size that it says.
     *
     * @param path the file or folder
     * @return the model on the CPU, with the file's head; close it when done
     * @throws IOException in one line when the checkpoint is missing, damaged or no Swin
     *     Transformer of this kind
     */
    public static SwinTransformer load(Path path) throws IOException {
        return load(path, describe(path).config(), Device.cpu(), false);
    }

    /**
     * Loads a checkpoint.
     *
     * @param path the file or folder
     * @param config what {@link #describe} said, perhaps at another image size or with other
     *     windows; tables of relative positions are resized to the windows as timm does it, those
     *     of the original as its code does
     * @param device where the weights go
     * @param half whether the matrices of blocks are held in float16
     * @return the model, with the file's head; close it when done
     * @throws IOException as for {@link #load(Path)}, and when tables of Hugging Face's or
     *     torchvision's are of windows that do not fit the image size
     */
    public static SwinTransformer load(
            Path path, BackboneConfig config, Device device, boolean half) throws IOException {
        CheckpointFiles files = CheckpointFiles.of(path);
        try (ModelTensors reader = ModelTensors.open(files, SwinLayout.names())) {
            SwinGeometry geometry = geometry(reader, files);
            SwinConfig own = geometry.inferred();
            SwinConfig checked = geometry.checked(own, config);
            if (!reader.note().isEmpty()) {
                LOG.warn("{}", reader.note());
            }
            Naming names = geometry.layout().naming();
            Map<String, Source> sources =
                    names.sources(own.parts().shapes(), 1, 1, names.prefix(reader.tensors()));
            if (geometry.isHeadless()) {
                sources.remove("head.weight");
                sources.remove("head.bias");
            }
            SourceReader values = new SourceReader(reader, names);
            values.check(sources);
            NDManager manager = TorchRuntime.newManager(device);
            manager.setName("swin transformer");
            try {
                PositionEmbedding.Rule tables = geometry.layout().kind().tables;
                Map<String, NDArray> weights =
                        values.load(
                                checked.parts().shapes(),
                                sources,
                                (name, v) -> resized(name, v, tables, own, checked),
                                half,
                                manager);
                return SwinTransformer.of(checked, weights, manager);
            } catch (IOException | RuntimeException e) {
                manager.close();
                throw e;
            }
        }
    }

    /** A stage's table of relative positions for its windows; all else as it is. */
    private static float[] resized(
            String path,
            float[] values,
            PositionEmbedding.@Nullable Rule rule,
            SwinConfig own,
            SwinConfig config) {
        if (rule == null || !path.endsWith(".relative_position.table")) {
            return values;
        }
        int stage = Integer.parseInt(path.split("\\.", 3)[1]);
        Windows from = own.windows(stage, 0);
        Windows to = config.windows(stage, 0);
        if (from.height() == to.height() && from.width() == to.width()) {
            return values;
        }
        LOG.info(
                "{} resized from windows of {}x{} to {}x{} tokens",
                path,
                from.height(),
                from.width(),
                to.height(),
                to.width());
        return PositionEmbedding.resize(
                values,
                rule,
                0,
                2 * from.height() - 1,
                2 * from.width() - 1,
                2 * to.height() - 1,
                2 * to.width() - 1,
                config.heads().get(stage));
    }

    private static SwinGeometry geometry(ModelTensors reader, CheckpointFiles files)
            throws IOException {
        return new SwinGeometry(reader, SwinLayout.of(reader), SwinSaid.of(files.json()));
    }

    /** Whether a file holds one; it may not exist. */
    static boolean opens(Path path) {
        try (ModelTensors reader =
                ModelTensors.open(CheckpointFiles.of(path), SwinLayout.names())) {
            return SwinLayout.isOne(reader.tensors());
        } catch (IOException e) {
            return false; // the Vision Transformer's family says what is wrong
        }
    }

    /**
     * Reads what a checkpoint says of itself; weights are not read.
     *
     * @param path the file or folder
     * @return geometry, preprocessing, class names and threshold
     * @throws IOException as for {@link #load(Path)}
     */
    public static CheckpointDescription describe(Path path) throws IOException {
        CheckpointFiles files = CheckpointFiles.of(path);
        try (ModelTensors reader = ModelTensors.open(files, SwinLayout.names())) {
            SwinGeometry geometry = geometry(reader, files);
            SwinConfig config = geometry.inferred();
            SwinSaid said = geometry.said();
            List<String> names = said == null ? List.of() : said.model().classNames();
            List<String> classes =
                    !geometry.isHeadless() && names.size() == config.classes() ? names : List.of();
            return new CheckpointDescription(
                    geometry.layout().naming().label(),
                    config,
                    preprocessing(said, files.preprocessor(), config),
                    classes,
                    said == null ? 0 : said.model().rejectBelow(),
                    ModelConfig.task(said == null ? null : said.model(), classes.size()),
                    sixteenBit(said, files.preprocessor()));
        }
    }

    private static Optional<Preprocessing> preprocessing(
            @Nullable SwinSaid said, @Nullable JsonFields preprocessor, SwinConfig config)
            throws IOException {
        Optional<Preprocessing> found =
                said == null ? Optional.empty() : said.preprocessing(config);
        if (found.isEmpty() && preprocessor != null) {
            found = Optional.of(HuggingFacePreprocessor.read(preprocessor));
        }
        return found.map(p -> p.withSize(config.imageHeight(), config.imageWidth()));
    }

    private static @Nullable SixteenBit sixteenBit(
            @Nullable SwinSaid said, @Nullable JsonFields preprocessor) throws IOException {
        SixteenBit found = said == null ? null : ModelConfig.saidSixteenBit(said.model().json());
        return found == null && preprocessor != null
                ? ModelConfig.saidSixteenBit(preprocessor)
                : found;
    }

    /**
     * Saves a model as a folder that timm or Transformers open as it is.
     *
     * @param swin a model with weights
     * @param folder where to; replaced as a whole
     * @param layout timm's or Hugging Face's
     * @param floats how values are stored, F32 or F16
     * @param metadata how the model's inputs are prepared, at its image size; class names in label
     *     order, or none; the threshold
     * @param beside what else is in the folder, by the names of the files; written last
     * @return the files, as written
     * @throws IllegalArgumentException when the layout has no such model, or preprocessing or class
     *     names are not of this model's sizes
     * @throws IOException when a file cannot be written
     */
    public static List<Path> export(
            SwinTransformer swin,
            Path folder,
            VitLayout layout,
            TensorType floats,
            AdapterMetadata metadata,
            Map<String, byte[]> beside)
            throws IOException {
        SwinConfig config = swin.config();
        Preprocessing preprocessing = Preprocessing.fromMap(metadata.preprocessing());
        List<String> classNames = DistinctNames.of(metadata.classNames(), folder.toString());
        CheckpointFolder.check(config, preprocessing, classNames);
        Map<String, Object> json =
                SwinFiles.config(config, layout, preprocessing, classNames, floats);
        Naming names = SwinFiles.layout(config, layout).naming();
        Map<String, Source> sources =
                names.sources(config.parts().shapes(), 1, 1, names.prefixes().get(0));
        Map<String, String> said =
                Map.of(
                        "format",
                        "pt",
                        FileGeometry.IMAGE_SIZE,
                        config.imageHeight() + "x" + config.imageWidth());
        return CheckpointFolder.write(
                folder,
                layout,
                (file, sink) ->
                        CheckpointWriter.write(
                                CheckpointWriter.values(swin),
                                sources,
                                (arrays, manager) -> {},
                                said,
                                file,
                                floats,
                                sink),
                json,
                preprocessing,
                metadata,
                beside);
    }
}
