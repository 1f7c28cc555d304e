package dev.rill.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rill.Kernels;
import dev.rill.kernel.Kernel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Some seconds of random scenarios, others in every build. The seed is printed; the same ones come
/// again with `-Drill.fuzz.seed=N`, and more of them with `-Drill.fuzz.seconds=N`.
final class BoundedFuzzTest {

    private static final String PROFILE = "6.18.44";
    private static final String LIKE = "6.18.";
    private static final long SECONDS = 3;

    @Test
    void linuxAndTheEngineDoTheSame() {
        Kernel linux = FuzzerTest.linux();
        String skipped = "Linux " + linux.release() + " is not one of " + LIKE
                + "x, which the engine is compared with";
        if (!linux.release().startsWith(LIKE)) {
            System.out.println("SKIPPED: " + skipped);
        }
        assumeTrue(linux.release().startsWith(LIKE), skipped);

        long seed = Long.getLong("rill.fuzz.seed", System.currentTimeMillis());
        long nanos = TimeUnit.SECONDS.toNanos(Long.getLong("rill.fuzz.seconds", SECONDS));
        System.out.println("fuzz: seed " + seed + ", again with -Drill.fuzz.seed=" + seed);
        Fuzzer fuzzer = new Fuzzer(linux, () -> Kernels.inMemory(PROFILE));
        long start = System.nanoTime();
        Finding finding = null;
        for (long i = 0; finding == null && System.nanoTime() - start < nanos; i++) {
            finding = fuzzer.play(Fuzzer.scenarioSeed(seed, i));
        }
        System.out.println("fuzz: " + fuzzer.tally().steps() + " steps of "
                + fuzzer.tally().scenarios() + " scenarios, racy: " + fuzzer.tally().racy()
                + ", not again: " + fuzzer.tally().unsteady());
        assertThat(finding).as("seed %d", seed).isNull();
        assertThat(fuzzer.tally().steps()).isPositive();
    }
}
