package io.github.rlrr.examples.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.rlrr.adapter.ParameterReport;
import io.github.rlrr.examples.app.DemoModel;
import io.github.rlrr.examples.demo.Bundled;
import io.github.rlrr.examples.run.Examination;
import io.github.rlrr.examples.run.Mistake;
import io.github.rlrr.examples.search.Arm;
import io.github.rlrr.examples.search.HalvingPlan;
import io.github.rlrr.examples.search.HalvingSearch;
import io.github.rlrr.examples.search.Planned;
import io.github.rlrr.examples.search.SearchResult;
import io.github.rlrr.task.ClassificationTally;
import io.github.rlrr.task.SingleLabel;
import io.github.rlrr.training.EpochMetrics;
import io.github.rlrr.training.FineTuneListener.StepProgress;
import io.github.rlrr.training.FineTuneResult;
import io.github.rlrr.vit.image.RgbImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** The page on a run, of figures made by hand and of a real run. */
class HtmlReportTest {

    private static final String EVIL = "<script>alert('&\"')</script>";
    private static final ParameterReport PARAMETERS =
            new ParameterReport(
                    1000, 34, 98966, Map.of("Rescaling of linear", 3), List.of(), List.of());

    @TempDir private Path folder;

    private static List<EpochMetrics> epochs(int count) {
        List<EpochMetrics> epochs = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            epochs.add(
                    new EpochMetrics(
                            i,
                            0.01 / i,
                            SingleLabel.figures(2.0 / i, 0.5),
                            SingleLabel.figures(2.5 / i, 0.4),
                            1.5,
                            0.1));
        }
        return epochs;
    }

    /** Every image is taken for the next class. */
    private static Examination examination(String set, int classes, Path path) {
        List<String> names = IntStream.range(0, classes).mapToObj(i -> EVIL + i).toList();
        ClassificationTally tally = new ClassificationTally(names);
        for (int label = 0; label < classes; label++) {
            float[] logits = new float[classes];
            logits[(label + 1) % classes] = 3;
            tally.add(label, logits);
        }
        RgbImage image = new RgbImage(2, 1, new byte[] {(byte) 255, 0, 0, 0, 0, (byte) 255});
        Mistake mistake = new Mistake(path, image, EVIL + 0, EVIL + 1, 0.9, Math.log(20));
        return new Examination(set, tally.figures(), List.of(mistake));
    }

    private static SearchResult searched() {
        List<Arm> arms = List.of(new Arm(Map.of(EVIL, 1.0)), new Arm(Map.of(EVIL, 2.0)));
        Planned planned = new Planned(Map.of(), arms, HalvingPlan.grid(2, 9), 9, 1, 1);
        HalvingSearch.Trial failed = new HalvingSearch.Trial(0, 9, null, 1, EVIL);
        HalvingSearch.Trial best =
                new HalvingSearch.Trial(1, 9, Map.of("accuracy", 0.5, "loss", 1.0), 1, null);
        return new SearchResult(planned, List.of(failed, best), 1, SingleLabel.USUAL);
    }

    private String page(FineTuneResult result, Examination examination) throws IOException {
        Path file = folder.resolve("report.html");
        HtmlReport.write(
                new RunReport(
                        "my " + EVIL,
                        SingleLabel.USUAL,
                        "rlrr",
                        PARAMETERS,
                        result,
                        List.of(),
                        examination == null ? null : searched(),
                        examination,
                        Map.of("data " + EVIL, EVIL),
                        Map.of("Java", EVIL),
                        ""),
                file);
        return Files.readString(file);
    }

    private static FineTuneResult finished(int epochs) {
        return new FineTuneResult(epochs(epochs), 20L * epochs, false, epochs);
    }

    @Test
    void everyTextFromOutsideIsEscaped() throws IOException {
        for (int classes : new int[] {3, 21}) {
            String page =
                    page(
                            finished(2),
                            examination("test", classes, Path.of("dir", "a<b>\u0001.png")));
            assertThat(page)
                    .doesNotContain("<script")
                    .doesNotContain("a<b>")
                    .doesNotContain("\u0001");
            assertThat(page).contains("&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;");
        }
    }

    @Test
    void thePageNeedsNoOtherFileAndNoNetwork() throws IOException {
        String page = page(finished(2), examination("test", 3, Path.of("a.png")));
        assertThat(page)
                .contains("default-src 'none'")
                .doesNotContain("http:", "https:", "url(", "@import");
        Matcher sources = Pattern.compile("(?:src|href)=\"([^\"]*)\"").matcher(page);
        List<String> found = sources.results().map(m -> m.group(1)).toList();
        assertThat(found)
                .hasSize(1)
                .allMatch(source -> source.startsWith("data:image/png;base64,"));
        byte[] png = Base64.getDecoder().decode(found.get(0).replaceFirst(".*,", ""));
        var picture = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(picture.getRGB(0, 0)).isEqualTo(0xffff0000);
        assertThat(picture.getRGB(1, 0)).isEqualTo(0xff0000ff);
    }

    @Test
    void thePageHasWhatWasMeasuredAndEveryTagIsClosed()
            throws IOException, ParserConfigurationException, SAXException {
        for (int classes : new int[] {3, 21}) {
            String page = page(finished(2), examination("test", classes, Path.of("x", "a.png")));
            assertThat(page)
                    .contains("<dt>test accuracy</dt><dd>0.00 %")
                    .contains("1,034")
                    .contains("1.0340 % of 100,000")
                    .contains("trainable params: 1,034 || all params: 100,000")
                    .contains("5.00&nbsp;%")
                    .contains("90.0&nbsp;%")
                    .contains("epoch 2, validation: 1.25")
                    .contains("<b>1</b> of 1 ")
                    .doesNotContain("class=\"note\"");
            // As XML it is well-formed, once tags that HTML leaves open are closed.
            String xml =
                    page.replaceFirst("<!DOCTYPE html>", "")
                            .replaceAll("<(meta|img)([^>]*)>", "<$1$2/>")
                            .replace("<br>", "<br/>")
                            .replace("&nbsp;", " ");
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(xml)));
        }
    }

    @Test
    void aStoppedRunHasAPageOfWhatThereIs() throws IOException {
        String page = page(new FineTuneResult(List.of(), 3, true, 0), null);
        assertThat(page)
                .contains("The run was stopped after 3 steps")
                .contains("trainable params: 1,034")
                .doesNotContain("accuracy", "<svg");
    }

    @Test
    void figuresOfTheValidationImagesAreCalledSo() throws IOException {
        assertThat(page(finished(4), examination("validation", 3, Path.of("a.png"))))
                .contains("<dt>validation accuracy</dt>")
                .contains("There is no test set");
        assertThat(page(new FineTuneResult(epochs(4), 80, false, 2), null))
                .contains("The adapter is that of epoch 2.");
    }

    @Test
    void aPhotographIsScaledDownWithItsShape() throws IOException {
        String address = Thumbnails.address(new RgbImage(400, 200, new byte[3 * 400 * 200]));
        assertThat(address).startsWith("data:image/jpeg;base64,");
        byte[] jpeg = Base64.getDecoder().decode(address.replaceFirst(".*,", ""));
        var picture = ImageIO.read(new ByteArrayInputStream(jpeg));
        assertThat(picture.getWidth()).isEqualTo(144);
        assertThat(picture.getHeight()).isEqualTo(72);
    }

    @Test
    void theStepsOfALongRunAreThinnedOutEvenly() {
        StepCurve curve = new StepCurve(310, 32);
        for (int step = 1; step <= 5000; step++) {
            curve.onStep(new StepProgress(step, 5000, 1, 32, 5000.0 - step, 0.1));
        }
        List<StepCurve.Point> points = curve.points();
        assertThat(points).hasSizeBetween(500, 1000);
        assertThat(points.get(0).step()).isEqualTo(8);
        for (int i = 0; i < points.size(); i++) {
            StepCurve.Point point = points.get(i);
            assertThat(point.step()).isEqualTo(8L * (i + 1));
            assertThat(point.loss()).isEqualTo(5000.0 - point.step());
            assertThat(point.epoch()).isCloseTo(point.step() / 10.0, within(1e-9));
        }
    }

    @Test
    void numbersAreShort() {
        assertThat(List.of(0.0, 0.5, 0.003, 12.3456, 80.0, 12345.0, 2e-5, 1e-8, 3e6))
                .extracting(SvgChart::number)
                .containsExactly(
                        "0", "0.5", "0.003", "12.35", "80", "12345", "2e-5", "1e-8", "3e+6");
    }

    @Test
    void finetuneLeavesAPageWithTheTestImagesFigures() throws IOException {
        String page = Files.readString(DemoModel.get().folder().resolve("report.html"));
        assertThat(page)
                .containsPattern("<dt>test accuracy</dt><dd>\\d+\\.\\d\\d %<small>400 images")
                .contains("<dt>batch-size</dt><dd>32</dd>")
                .contains("<dt>epochs</dt><dd>1</dd>")
                .contains("<dt>checkpoint</dt><dd>" + Bundled.VIT + "</dd>")
                .contains("<dt>libtorch</dt><dd>2.7.1</dd>");
        assertThat(page.split("<img ", -1)).hasSize(25);
    }
}
