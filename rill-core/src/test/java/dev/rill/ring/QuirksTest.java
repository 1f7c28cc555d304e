package dev.rill.ring;

import static dev.rill.ring.Quirk.BUNDLE_COUNTED_TWICE;
import static dev.rill.ring.Quirk.BUNDLE_OF_ONE;
import static dev.rill.ring.Quirk.BUNDLE_SHORTENS_ENTRY;
import static dev.rill.ring.Quirk.BUNDLE_SPEAKS_OF_FIRST_PASS;
import static dev.rill.ring.Quirk.CLASSIC_BUNDLE_MISPLACED;
import static dev.rill.ring.Quirk.COMPLETIONS_OUT_OF_ORDER;
import static dev.rill.ring.Quirk.EARLY_MORE_LOST;
import static dev.rill.ring.Quirk.END_FINISHES_BUFFER;
import static dev.rill.ring.Quirk.FILE_DATA_MISPLACED;
import static dev.rill.ring.Quirk.LOST_END;
import static dev.rill.ring.Quirk.NO_MIN_LEFT;
import static dev.rill.ring.Quirk.NO_MULTISHOT_LIMIT;
import static dev.rill.ring.Quirk.NO_UNIX_HINT;
import static dev.rill.ring.Quirk.TRUNC_OVER_COMMIT;
import static dev.rill.ring.Quirk.WAITALL_FIRST_PART_ONLY;
import static dev.rill.ring.Quirk.WAITALL_UNCOMMITTED;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.Kernels;
import dev.rill.engine.InProcessKernel;
import dev.rill.engine.Profile;
import dev.rill.kernel.Kernel;
import dev.rill.ring.Quirks.Finding;
import dev.rill.testing.KernelTest;
import dev.rill.testing.OlderKernel;
import dev.rill.testing.OpenDescriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The self-tests find what the specification says of each kernel (spec 6.3, 6.4), and what the
/// engine was told to do.
class QuirksTest {

    /// Of those that are looked for, by their numbers: table 6.3 of the specification, Q16, Q21 and
    /// Q23 as its table 6.2 says, and Q25, which all have.
    private static final Map<String, Set<String>> SPECIFIED = Map.of(
            "6.12.0", ids(2, 3, 6, 7, 10, 13, 14, 15, 21, 23, 24, 25),
            "6.12.107", ids(8, 14, 16, 21, 23, 25),
            "6.18.44", ids(8, 14, 16, 25),
            "7.2.8", ids(8, 16, 25));

    /// What each switch of the engine makes the self-tests find.
    private static final Map<dev.rill.engine.Quirk, Quirk> SWITCHES = Map.ofEntries(
            entry(dev.rill.engine.Quirk.EARLY_ADDRESS_BUG, FILE_DATA_MISPLACED),
            entry(dev.rill.engine.Quirk.SINGLE_SLOT_COMMIT, BUNDLE_OF_ONE),
            entry(dev.rill.engine.Quirk.PARTIAL_BUNDLE_RETRY, CLASSIC_BUNDLE_MISPLACED),
            entry(dev.rill.engine.Quirk.SECOND_PASS_COUNTS_FIRST, BUNDLE_COUNTED_TWICE),
            entry(dev.rill.engine.Quirk.DEFERRED_REORDER, COMPLETIONS_OUT_OF_ORDER),
            entry(dev.rill.engine.Quirk.WAITALL_UNCOMMITTED, WAITALL_UNCOMMITTED),
            entry(dev.rill.engine.Quirk.WAITALL_FIRST_PART_ONLY, WAITALL_FIRST_PART_ONLY),
            entry(dev.rill.engine.Quirk.EOF_FINISHES, END_FINISHES_BUFFER),
            entry(dev.rill.engine.Quirk.EARLY_MORE_LOST, EARLY_MORE_LOST),
            entry(dev.rill.engine.Quirk.NO_MIN_LEFT, NO_MIN_LEFT),
            entry(dev.rill.engine.Quirk.TRUNC_OVER_COMMIT, TRUNC_OVER_COMMIT),
            entry(dev.rill.engine.Quirk.SHRINK_ENTRY, BUNDLE_SHORTENS_ENTRY),
            entry(dev.rill.engine.Quirk.NO_MULTISHOT_LIMIT, NO_MULTISHOT_LIMIT),
            entry(dev.rill.engine.Quirk.NO_UNIX_PENDING_HINT, NO_UNIX_HINT),
            entry(dev.rill.engine.Quirk.LOST_END, LOST_END),
            entry(dev.rill.engine.Quirk.BUNDLE_SPEAKS_OF_FIRST_PASS,
                    BUNDLE_SPEAKS_OF_FIRST_PASS));

    private static Set<String> ids(int... numbers) {
        return Arrays.stream(numbers).mapToObj(number -> "Q" + number)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> found(Quirks quirks) {
        return Arrays.stream(Quirk.values())
                .filter(quirk -> quirks.finding(quirk) == Finding.FOUND).map(Quirk::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @KernelTest
    void everythingThatIsLookedForIsTold(Kernel kernel) {
        Quirks quirks = Quirks.of(kernel);
        for (Quirk quirk : Quirk.values()) {
            assertThat(quirks.finding(quirk) == Finding.UNKNOWN)
                    .as("%s: %s", quirk, quirks.why(quirk)).isEqualTo(quirk.test().isEmpty());
            assertThat(quirks.why(quirk).isEmpty()).isNotEqualTo(quirk.test().isEmpty());
            assertThat(quirks.mayHave(quirk))
                    .isEqualTo(quirks.finding(quirk) != Finding.ABSENT);
        }
        assertThat(quirks.finding(Quirk.LENGTH_LATCH)).isEqualTo(Finding.FOUND);
        if (kernel.release().matches("6\\.18\\.(3[6-9]|4\\d).*")) {
            assertThat(found(quirks)).isEqualTo(SPECIFIED.get("6.18.44"));
            assertThat(quirks).hasToString(kernel.name() + " " + kernel.release()
                    + ": Q8 Q14 Q16 Q25");
        }
        assertThat(Quirks.of(kernel)).as("asked once").isSameAs(quirks);
    }

    @ParameterizedTest
    @MethodSource("dev.rill.Kernels#profiles")
    void everyProfileHasWhatTheSpecificationSaysOfItsKernel(String release) {
        try (Kernel kernel = Kernels.inMemory(release)) {
            assertThat(found(Quirks.of(kernel))).isEqualTo(SPECIFIED.get(release));
        }
        // Java does not say what is left in a TCP socket, so there a bundle makes one pass.
        Set<String> overNio = new TreeSet<>(SPECIFIED.get(release));
        if (release.equals("6.12.107")) {
            overNio.remove("Q16");
        }
        overNio.remove("Q24"); // and its selector has the last word on what is ready
        try (Kernel kernel = Kernels.inProcess(release)) {
            assertThat(found(Quirks.of(kernel))).isEqualTo(overNio);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.rill.Kernels#profiles")
    void everyProfileHasWhatItsSwitchesSay(String release) {
        Profile profile = Profile.of(release).orElseThrow();
        try (Kernel kernel = InProcessKernel.inMemory(profile)) {
            Quirks quirks = Quirks.of(kernel);
            SWITCHES.forEach((given, quirk) -> assertThat(quirks.finding(quirk)).as("%s", given)
                    .isEqualTo(profile.quirks().contains(given) ? Finding.FOUND : Finding.ABSENT));
        }
    }

    /// Kernels that never were, each different from the reference in one thing.
    @Test
    void everySwitchIsFoundByItself() {
        Set<String> reference = SPECIFIED.get("6.18.44");
        for (Map.Entry<dev.rill.engine.Quirk, Quirk> one : SWITCHES.entrySet()) {
            Profile profile = Profile.reference().with(one.getKey(), true);
            try (Kernel kernel = InProcessKernel.inMemory(profile)) {
                Set<String> expected = new HashSet<>(reference);
                expected.add(one.getValue().id());
                if (one.getValue() == WAITALL_UNCOMMITTED) {
                    expected.remove(WAITALL_FIRST_PART_ONLY.id()); // all of it is, at the end
                }
                assertThat(found(Quirks.of(kernel))).as("%s", one.getKey()).isEqualTo(expected);
            }
        }
    }

    @KernelTest
    void withoutIncrementalBuffersThatIsFoundAndTheRestCannotBeTold(Kernel kernel) {
        Quirks quirks = Quirks.of(OlderKernel.withoutIncremental(kernel));
        assertThat(quirks.finding(Quirk.NO_INCREMENTAL)).isEqualTo(Finding.FOUND);
        assertThat(quirks.finding(NO_MIN_LEFT)).isEqualTo(Finding.FOUND);
        for (Quirk quirk : EnumSet.of(BUNDLE_COUNTED_TWICE, END_FINISHES_BUFFER, BUNDLE_OF_ONE)) {
            assertThat(quirks.finding(quirk)).isEqualTo(Finding.UNKNOWN);
            assertThat(quirks.why(quirk)).contains("IORING_REGISTER_PBUF_RING: EINVAL");
        }
        for (Quirk quirk : EnumSet.of(CLASSIC_BUNDLE_MISPLACED, BUNDLE_SHORTENS_ENTRY)) {
            assertThat(quirks.finding(quirk)).isEqualTo(Quirks.of(kernel).finding(quirk));
        }
    }

    @KernelTest
    void nothingStaysBehind(Kernel kernel) {
        QuirkTests.run(kernel); // whatever is opened once and for all
        int before = OpenDescriptors.count();
        for (int i = 0; i < 10; i++) {
            QuirkTests.run(kernel);
        }
        assertThat(OpenDescriptors.count()).isLessThanOrEqualTo(before);
    }

    @Test
    void theTableIsNumberedAsTheSpecificationIs() {
        Quirk[] all = Quirk.values();
        assertThat(all).hasSize(35);
        for (int i = 0; i < all.length; i++) {
            assertThat(all[i].id()).isEqualTo("Q" + (i + 1));
            assertThat(List.of(all[i].breaks(), all[i].kernels(), all[i].remedy()))
                    .noneMatch(text -> text.isBlank() || text.endsWith("."));
            assertThat(all[i].guard() == Quirk.Guard.WHERE_FOUND && all[i].test().isEmpty())
                    .as("%s is guarded where found, so it is looked for", all[i]).isFalse();
        }
    }

    @Test
    void thePageHasTheTable() throws IOException {
        List<String> page = Files.readAllLines(Path.of(System.getProperty("user.dir"))
                .resolve("../docs/quirks.md"));
        assertThat(page).filteredOn(line -> line.startsWith("| Q"))
                .containsExactlyElementsOf(Arrays.stream(Quirk.values()).map(quirk ->
                        "| " + String.join(" | ", quirk.id(),
                                quirk.test().isEmpty() ? "–" : quirk.test(), quirk.breaks(),
                                quirk.kernels(), quirk.guard().text(), quirk.remedy()) + " |")
                        .toList());
    }
}
