package io.github.rlrr.examples.docs;

import com.google.gson.Gson;
import io.github.rlrr.examples.app.DemoModel;
import io.github.rlrr.examples.app.JavaProcess;
import io.github.rlrr.examples.app.LocalHub;
import io.github.rlrr.examples.app.RlrrCommand;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.tensor.TensorType;
import io.github.rlrr.vit.VisionTransformer;
import io.github.rlrr.vit.checkpoint.VitCheckpoint;
import io.github.rlrr.vit.checkpoint.VitLayout;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder that has what the pages speak of under the names they use, and a process with that
 * folder as its working directory, which runs commands and programs one after the other. There
 * every name on a hub stands for the bundled model.
 */
final class DocStage implements AutoCloseable {

    /** What the process did with a line. */
    record Answer(int exitCode, String printed) {}

    private static final Gson JSON = new Gson();

    private final Path folder;
    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;

    DocStage(Path folder) throws IOException {
        this.folder = folder;
        furnish(folder);
        ProcessBuilder builder =
                JavaProcess.of(
                                List.of("-Xmx1g", "-Djava.awt.headless=true"),
                                System.getProperty("java.class.path"),
                                DocStage.class)
                        .directory(folder.toFile())
                        .redirectError(folder.resolve("stage.log").toFile());
        builder.environment().keySet().removeIf(name -> name.matches("(HF|RLRR)_.*"));
        builder.environment().put("RLRR_CACHE", folder.resolve("cache").toString());
        process = builder.start();
        requests =
                new BufferedWriter(
                        new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        answers =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The bundled data and a trained adapter, and few images of it as a user's own. */
    private static void furnish(Path folder) throws IOException {
        DemoModel demo = DemoModel.get();
        Bundled.unpackFashionMnist(folder.resolve("out/demo/fashion-mnist"));
        copy(demo.adapter(), folder.resolve("out/demo/rlrr/adapter"));
        for (String name : List.of("bag", "coat", "sneaker")) {
            List<Path> images = demo.testImages(name, 5);
            for (String data : List.of("my-images", "pets")) {
                Path of = Files.createDirectories(folder.resolve(data).resolve(name));
                for (Path image : images) {
                    Files.copy(image, of.resolve(image.getFileName()));
                }
            }
            Files.createDirectories(folder.resolve("more-images"));
            Files.copy(images.get(0), folder.resolve("more-images/" + name + ".png"));
            Files.copy(
                    images.get(1),
                    folder.resolve("photo.jpg"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        try (VisionTransformer vit = VitCheckpoint.load(Bundled.vit())) {
            VitCheckpoint.save(
                    vit, folder.resolve("ViT-B_16.npz"), VitLayout.GOOGLE, TensorType.F32);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    Path folder() {
        return folder;
    }

    /** Runs {@code rlrr} with these arguments. */
    Answer rlrr(List<String> arguments) throws IOException {
        return ask("rlrr", arguments);
    }

    /** Runs the main method of a class that was compiled into the folder. */
    Answer java(String mainClass, List<String> arguments) throws IOException {
        return ask("java", Stream.concat(Stream.of(mainClass), arguments.stream()).toList());
    }

    private Answer ask(String kind, List<String> words) throws IOException {
        requests.write(JSON.toJson(Stream.concat(Stream.of(kind), words.stream()).toList()));
        requests.newLine();
        requests.flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException(
                    "the process ended: " + Files.readString(folder.resolve("stage.log")));
        }
        return JSON.fromJson(answer, Answer.class);
    }

    @Override
    public void close() throws IOException {
        requests.close();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
        }
    }

    /** The process: reads a JSON array of words a line, answers with a JSON object a line. */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        BufferedReader requests =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (LocalHub hub = new LocalHub(Files.readAllBytes(Bundled.vit()))) {
            assert hub.requests.isEmpty();
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                String[] words = JSON.fromJson(line, String[].class);
                ByteArrayOutputStream printed = new ByteArrayOutputStream();
                int code;
                try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
                    System.setOut(out);
                    String[] rest = Arrays.copyOfRange(words, 1, words.length);
                    code = words[0].equals("rlrr") ? command(out, rest) : program(out, rest);
                }
                answers.println(
                        JSON.toJson(new Answer(code, printed.toString(StandardCharsets.UTF_8))));
                answers.flush();
            }
        }
    }

    private static int command(PrintStream out, String... arguments) {
        PrintWriter writer = new PrintWriter(out, true, StandardCharsets.UTF_8);
        return RlrrCommand.execute(
                RlrrCommand.commandLine().setOut(writer).setErr(writer), arguments);
    }

    private static int program(PrintStream out, String... words) throws Exception {
        String[] arguments = Arrays.copyOfRange(words, 1, words.length);
        URL here = Path.of("").toAbsolutePath().toUri().toURL();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {here}, DocStage.class.getClassLoader())) {
            loader.loadClass(words[0])
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) arguments);
            return 0;
        } catch (InvocationTargetException e) {
            e.getCause().printStackTrace(out);
            return 1;
        }
    }
}
