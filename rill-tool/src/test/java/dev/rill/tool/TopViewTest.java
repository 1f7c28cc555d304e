package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The picture of a state is known letter by letter.
final class TopViewTest {

    private static final int SIZE = 128 * 1024;
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

    /// What a proxy would tell.
    private static final class Teller {
        private final StringBuilder states = new StringBuilder();
        private final List<Long> filled = new ArrayList<>();
        private final List<Long> held = new ArrayList<>();
        private final List<Long> ages = new ArrayList<>();
        private final List<String> keepers = new ArrayList<>();
        private long parked;
        private long enobufs;
        private String server = "127.0.0.1:6379";

        Teller buffer(char state, long bytes, long kept, long age, String keeper) {
            states.append(state);
            filled.add(bytes);
            held.add(kept);
            ages.add(age);
            keepers.add(keeper);
            return this;
        }

        private long count(String which) {
            return states.chars().filter(state -> which.indexOf(state) >= 0).count();
        }

        /// The state at a time at which so many MiB were carried.
        TopSample at(long millis, long mebibytes) {
            return TopSample.parse(line(millis, mebibytes));
        }

        String line(long millis, long mebibytes) {
            long bytes = mebibytes << 20;
            Json keeper = new Json().put("holder", "127.0.0.1:51976 (connection 80.0)")
                    .put("claims", 8).put("bytes", 754 << 10).put("buffers", 7)
                    .put("oldestMillis", 1234);
            return new Json().put("version", 1).put("pid", 4711)
                    .put("kernel", "linux 6.18.44-local")
                    .put("listen", "127.0.0.1:7000").put("server", server)
                    .put("nanos", millis * 1_000_000)
                    .put("proxy", new Json().put("open", 300).put("served", 12345)
                            .put("refused", 0).put("broken", 0)
                            .put("bytesToServer", bytes / 4)
                            .put("bytesToClient", bytes - bytes / 4))
                    .put("loop", new Json().put("connections", 600)
                            .put("bytesReceived", bytes).put("bytesSent", bytes)
                            .put("completions", 12 * mebibytes).put("enters", 3 * mebibytes)
                            .put("enobufs", enobufs).put("parked", parked).put("rescues", 2)
                            .put("rescuedBytes", 4096).put("copyMemory", 0))
                    .put("group", new Json().put("buffers", states.length())
                            .put("bufferSize", SIZE).put("allocated", count("opch"))
                            .put("wanted", count("pc")).put("lent", count("pc"))
                            .put("current", states.indexOf("c")).put("held", count("h"))
                            .put("pinnedBytes", count("h") * SIZE).put("openHolds", 1)
                            .put("heldBytes", 100).put("oldestHoldMillis", 3).put("lostHolds", 0)
                            .put("bytesUsedUp", bytes + (bytes >> 6)).put("fillRatio", 0.98)
                            .put("holdRescues", 1).put("bytesMoved", 0)
                            .put("bundleSizes", List.of(99, 1)))
                    .put("states", states).put("filled", filled).put("heldBytes", held)
                    .put("ageMillis", ages).put("keepers", keepers)
                    .put("unsent", parked > 0 ? List.of(keeper) : List.of())
                    .put("holders", List.of())
                    .put("parked", parked > 0 ? List.of("127.0.0.1:40001 (connection 9.0)")
                            : List.of())
                    .line();
        }
    }

    /// One buffer of each kind.
    private static Teller eachKind() {
        return new Teller().buffer('h', SIZE, 20 << 10, 12, "connection 3.1")
                .buffer('h', SIZE, SIZE, 1500, "connection 80.0")
                .buffer('c', 83_000, 0, 0, null).buffer('p', 0, 0, 0, null)
                .buffer('o', SIZE, 0, 0, null).buffer('a', 0, 0, 0, null);
    }

    /// Many buffers, in no order.
    private static Teller many(int count) {
        Teller teller = new Teller();
        for (int bid = 0; bid < count; bid++) {
            int turn = bid * 7 % 16;
            switch (turn) {
                case 0, 1, 2, 3, 4 -> teller.buffer('p', 0, 0, 0, null);
                case 5 -> teller.buffer('c', (long) SIZE * (bid % 9) / 9, 0, 0, null);
                case 6, 7, 8, 9 -> teller.buffer('o', SIZE, 0, 0, null);
                default -> teller.buffer('h', SIZE, SIZE / (turn - 9), 30L * turn, "connection");
            }
        }
        return teller;
    }

    private static TopView view(Teller teller) {
        TopView view = new TopView();
        for (int look = 0; look < 20; look++) {
            view.add(teller.at(1000 + 200 * look, 200L * look + 7 * look * look));
        }
        return view;
    }

    private static void expectPicture(String name, String[] rows) throws IOException {
        String picture = String.join("\n", rows) + "\n";
        try (InputStream in = TopViewTest.class.getResourceAsStream(name)) {
            String expected = in == null ? "" : new String(in.readAllBytes(),
                    StandardCharsets.UTF_8);
            if (!picture.equals(expected)) {
                Path seen = Path.of("target", name);
                Files.writeString(seen, picture);
                assertThat(picture).as("%s; what was drawn is in %s", name, seen)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void fewBuffersHaveARowEach() throws IOException {
        expectPicture("top-rows.txt", view(eachKind()).draw(80, 24, false));
    }

    @Test
    void manyBuffersShareRows() throws IOException {
        expectPicture("top-grid.txt", view(many(128)).draw(80, 24, false));
        expectPicture("top-grid-large.txt", view(many(128)).draw(120, 40, false));
    }

    @Test
    void veryManyBuffersAreABlockEachOrShareThem() throws IOException {
        expectPicture("top-blocks.txt", view(many(5000)).draw(80, 24, false));
    }

    @Test
    void starvationIsInRed() throws IOException {
        Teller teller = new Teller();
        for (int bid = 0; bid < 4; bid++) {
            teller.buffer('h', SIZE, 1000L * bid, 400L * bid, "connection 80.0");
        }
        teller.parked = 3;
        TopView view = view(teller);
        teller.enobufs = 500;
        view.add(teller.at(10_000, 9000));
        expectPicture("top-starving.txt", view.draw(80, 24, false));
        String alarm = view.draw(80, 24, true)[22];
        assertThat(alarm).contains("\u001b[0;" + TopCanvas.ALARM + "m");
        assertThat(COLOUR.matcher(alarm).replaceAll("")).startsWith("  STARVING").hasSize(80);
    }

    @Test
    void whoFindsABufferInTheSameTurnIsNoAlarm() {
        Teller teller = eachKind();
        teller.parked = 1;
        assertThat(view(teller).draw(80, 24, false)[22]).startsWith("  SHORT OF BUFFERS  1 ");
    }

    @ParameterizedTest
    @CsvSource({"40, 12", "41, 13", "80, 24", "79, 25", "200, 60", "1000, 12", "40, 1000"})
    void noSizeIsTooSmallOrTooLarge(int width, int height) {
        for (int buffers : new int[] {1, 2, 16, 17, 128, 1024, 9999}) {
            TopView view = new TopView();
            view.add(many(buffers).at(1000, 10));
            for (boolean colours : new boolean[] {false, true}) {
                String[] rows = view.draw(width, height, colours);
                assertThat(rows).hasSize(height);
                for (String row : rows) {
                    Matcher plain = COLOUR.matcher(row);
                    assertThat(plain.replaceAll("").length()).isLessThanOrEqualTo(width);
                }
                assertThat(rows[height - 2]).contains("nobody waits for a buffer");
            }
        }
    }

    @Test
    void theLargestGroupIsDrawn() {
        TopView view = new TopView();
        view.add(many(65536).at(1000, 10));
        assertThat(view.draw(80, 24, false)[6]).contains("65,536 buffers");
    }

    @Test
    void theFirstLookHasNoRates() {
        TopView view = new TopView();
        view.add(eachKind().at(1000, 10));
        assertThat(view.draw(80, 24, false)[1].strip()).isEqualTo("-");
    }

    @Test
    void anotherStartBeginsAnew() {
        TopView view = view(eachKind());
        view.add(eachKind().at(10, 1));
        assertThat(view.draw(80, 24, false)[1].strip()).isEqualTo("-");
    }

    @Test
    void whatAProxySaysCannotSteerTheTerminal() {
        Teller teller = eachKind();
        teller.server = "\u001b[2J\u009b31m\n";
        TopView view = view(teller);
        assertThat(String.join("", view.draw(80, 24, false)))
                .contains("?[2J?31m?").doesNotContain("\u001b", "\u009b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "HTTP/1.1 400 Bad Request", "{\"version\": 2}",
        "{\"version\": 1}"})
    void whatIsNoSampleIsRefused(String line) {
        assertThatThrownBy(() -> TopSample.parse(line))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /// A line from which something is missing, or has another type, is refused when it is read and
    /// not when it is drawn.
    @Test
    void whatIsMissingFromASampleIsNamed() {
        String line = eachKind().line(1000, 1);
        for (String name : List.of("nanos", "states", "filled", "heldBytes", "ageMillis", "keepers",
                "parked", "bytesReceived", "buffers", "bufferSize", "open", "pinnedBytes",
                "bundleSizes", "listen")) {
            assertThat(line).contains("\"" + name + "\"");
            assertThatThrownBy(() -> TopSample.parse(line.replace("\"" + name + "\"", "\"no\"")))
                    .as(name).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> TopSample.parse(line.replaceFirst(
                    "\"" + name + "\": ", "\"" + name + "\": null, \"no\": ")))
                    .as(name).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
