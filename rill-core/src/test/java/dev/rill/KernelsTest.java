package dev.rill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.kernel.Availability;
import dev.rill.kernel.CheckingKernel;
import dev.rill.kernel.Kernel;
import dev.rill.kernel.KernelException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which kernel a program gets, and how it learns why.
class KernelsTest {

    private static final Availability HERE = Availability.yes("linux 6.18.44");
    private static final Availability MISSING = Availability.no("linux 6.6",
            "A seccomp filter hides {0} from this process", "Allow it");

    @Test
    void theRunningKernelIsTakenWhereItWorks() {
        try (Kernel kernel = Kernels.choose(HERE, "linux", missing -> {
            throw new AssertionError(missing);
        })) {
            assertThat(kernel.name()).isEqualTo("linux");
        }
    }

    @Test
    void aPropertySaysWhetherKernelsAreWatched() {
        Kernel own = Kernels.inMemory();
        assertThat(Kernels.watched(own, null)).isSameAs(own);
        assertThat(Kernels.watched(own, "false")).isSameAs(own);
        assertThat(Kernels.watched(own, "throw")).isInstanceOf(CheckingKernel.class);
        assertThat(Kernels.watched(own, "report")).isInstanceOf(CheckingKernel.class);
        assertThatIllegalArgumentException().isThrownBy(() -> Kernels.watched(own, "sometimes"))
                .withMessage("rill.check=sometimes: there are throw, report and false");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "engine", " Engine ,"})
    void whereItIsMissingTheProgramHearsWhyAndChooses(String required) {
        List<Availability> heard = new ArrayList<>();
        Kernel own = Kernels.inMemory();

        assertThat(Kernels.choose(MISSING, required, missing -> {
            heard.add(missing);
            return own;
        })).isSameAs(own);
        assertThat(heard).containsExactly(MISSING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"linux", "engine,linux", "linux,other", " Linux"})
    void aKernelThatMustBeThereAndIsNotFailsTheRun(String required) {
        assertThatThrownBy(() -> Kernels.choose(MISSING, required, missing -> {
            throw new AssertionError(missing);
        })).isInstanceOf(KernelException.class).hasMessage("io_uring cannot be used here"
                + " (linux 6.6): A seccomp filter hides {0} from this process. Allow it."
                + " RILL_REQUIRE=" + required + " forbids to run on anything else");
    }

    /// What is misspelt must not allow what it was to forbid.
    @ParameterizedTest
    @ValueSource(strings = {"lunix", "linux-6", "engine linux"})
    void aKernelThatNobodyKnowsCannotBeThere(String required) {
        assertThatThrownBy(() -> Kernels.choose(MISSING, required, missing -> {
            throw new AssertionError(missing);
        })).isInstanceOf(KernelException.class).hasMessageEndingWith(". RILL_REQUIRE=" + required
                + " names no kernel: there are linux and engine");
    }

    @Test
    void theLogSaysAloudWhatRunsInsteadAndWhy() {
        List<String> lines = new ArrayList<>();
        Logger logger = Logger.getLogger(Kernels.class.getName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                lines.add(entry.getLevel() + " " + new SimpleFormatter().formatMessage(entry));
            }

            @Override
            public void flush() {
                // nothing is kept
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try (Kernel kernel = Kernels.engineInstead(MISSING)) {
            assertThat(kernel.name()).isEqualTo("engine");
            assertThat(lines).containsExactly("WARNING " + MISSING.message() + ". Running on the"
                    + " engine in this process instead, which behaves like Linux 6.18.44");
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
    }

    @Test
    void everyProfileTellsWhatSetsItApart() {
        assertThat(Kernels.profiles()).containsExactly("6.12.0", "6.12.107", "6.18.44", "7.2.8");
        assertThat(Kernels.quirks("6.12.0")).extracting(ProfileQuirk::name)
                .contains("EARLY_ADDRESS_BUG", "NO_MIN_LEFT").doesNotContain("ACCESS_CHECK");
        assertThat(Kernels.quirks("7.2.8")).contains(new ProfileQuirk("ACCESS_CHECK",
                "the range of a selected address is checked at selection", "since 7.2"));
        assertThat(Kernels.quirks("6.12.85")).extracting(ProfileQuirk::name)
                .contains("BUNDLE_SPEAKS_OF_FIRST_PASS").doesNotContain("SINGLE_SLOT_COMMIT");
        assertThat(Kernels.hasProfile("6.16.3")).isTrue();
        assertThat(Kernels.hasProfile("6.11.9")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "6.12", "6.11.9", "linux 6.12.0"})
    void anUnknownReleaseNamesThoseThereAre(String release) {
        assertThatIllegalArgumentException().isThrownBy(() -> Kernels.quirks(release))
                .withMessage("release=" + release
                        + ": must be a release of Linux from 6.12.0 on, such as 6.12.0, 6.12.107,"
                        + " 6.18.44, 7.2.8");
        assertThatIllegalArgumentException().isThrownBy(() -> Kernels.inMemory(release));
    }
}
