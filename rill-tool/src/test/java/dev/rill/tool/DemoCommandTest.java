package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `./rill demo`, with a small crowd and for a second.
final class DemoCommandTest {

    private static final long FAULT_AT = 50_000;

    @ParameterizedTest
    @ValueSource(strings = {"linux", "engine"})
    void everyByteIsVerifiedAndTheAccountsAgree(String kernel) {
        if (kernel.equals("linux")) {
            Run.needsLinux();
        }
        Run run = Run.of("demo", "--seconds", "1", "--clients", "8", "--seed", "1", "--json",
                "--kernel", kernel);

        assertThat(run.code()).as(run.err()).isZero();
        Map<String, Object> demo = JsonText.object(run.out());
        assertThat((String) demo.get("kernel")).startsWith(kernel + " ");
        assertThat(demo).containsEntry("right", true).containsEntry("failure", null)
            .containsEntry("because", null)
            .containsEntry("exampleReceives", 4L).containsEntry("clients", 8L);
        assertThat((long) demo.get("bytesVerified")).isPositive()
            .isEqualTo(demo.get("bytesSent"));
        for (String kind : new String[] {"incremental", "whole"}) {
            Map<String, Object> ring = ring(demo, kind);
            assertThat(ring).containsEntry("rounds", 2L)
                .containsEntry("receiveMemory", new BufferOptions().group().byteSize());
            assertThat((long) ring.get("bytesVerified")).isPositive();
            assertThat((double) ring.get("fillRatio")).isBetween(0.0, 1.0);
            assertThat((long) ring.get("connections")).isGreaterThanOrEqualTo(16);
        }
        assertThat((double) ring(demo, "incremental").get("fillRatio")).isEqualTo(1.0);
        assertThat(run.err()).as("progress, where there is no terminal").isEmpty();
    }

    @Test
    void whatItPrintsForPeopleHasBothRingsBesideEachOther() {
        Run.needsLinux();
        Run run = Run.of("demo", "--seconds", "1", "--clients", "2", "--buffers", "8");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("[11112222222233333333333333333333]", "round 4 whole ")
            .containsPattern("buffers +8 x 128 KiB +64 x 16 KiB\n")
            .containsPattern("receive memory +1 MiB +1 MiB\n")
            .containsPattern("All [0-9,]+ bytes of [0-9,]+ connections arrived")
            .doesNotContain("\u001b");
    }

    @Test
    void aFlippedBitOnTheWayToTheOriginIsFound() throws IOException {
        assertThat(failureWith(true, FaultyHop.Fault::flip))
            .matches("rill: the demo went wrong: connection \\d+ of client \\d+, to the origin,"
                + " byte " + (FAULT_AT - DemoHeader.SIZE)
                + ": expected 0x[0-9a-f]{2}, got 0x[0-9a-f]{2} \\(--seed 5\\)\\s*");
    }

    @Test
    void aFlippedBitOnTheWayToTheClientIsFound() throws IOException {
        assertThat(failureWith(false, FaultyHop.Fault::flip))
            .contains("to the client, byte " + FAULT_AT + ": expected 0x");
    }

    @Test
    void aLostByteIsFound() throws IOException {
        assertThat(failureWith(true, FaultyHop.Fault::lose))
            .containsPattern("to the origin, byte 499\\d\\d: (expected 0x|the end)");
    }

    @Test
    void doubledBytesAreFound() throws IOException {
        assertThat(failureWith(false, FaultyHop.Fault::twice))
            .containsPattern("to the client, byte \\d{5}: (expected 0x|[0-9,]+ bytes more)");
    }

    @Test
    void anOriginThatCannotBeReachedIsAFailure() {
        Run.needsLinux();
        // Discard, on loopback: nobody listens on so low a port without being asked to.
        Run run = Run.of(new DemoCommand(_ -> new InetSocketAddress("127.0.0.1", 9),
                new KernelOptions()),
                "--seconds", "1", "--clients", "2");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("the demo went wrong");
    }

    @Test
    void wrongNumbersAreUsageErrors() {
        assertThat(Run.of("demo", "--clients", "0"))
            .returns(2, Run::code)
            .extracting(Run::err).asString().contains("--clients 0: must be 1 to");
        assertThat(Run.of("demo", "--seconds", "0"))
            .returns(2, Run::code)
            .extracting(Run::err).asString().contains("--seconds 0: must be 1 to");
        assertThat(Run.of("demo", "--seconds", "soon").code()).isEqualTo(2);
        assertThat(Run.of("demo", "--buffers", "0").code()).isEqualTo(2);
        assertThat(Run.of("demo", "--seed", "x").code()).isEqualTo(2);
    }

    /// Runs the demo with a fault between the proxy and the origin.
    private static String failureWith(boolean toOrigin, Function<byte[], byte[]> fault)
            throws IOException {
        Run.needsLinux();
        AtomicReference<FaultyHop> hop = new AtomicReference<>();
        Run run = Run.of(new DemoCommand(origin -> {
            hop.set(new FaultyHop(origin, toOrigin, FAULT_AT, fault::apply));
            return hop.get().address();
        }, new KernelOptions()), "--seconds", "5", "--clients", "4", "--seed", "5");
        hop.get().close();
        assertThat(hop.get().done()).isTrue();
        assertThat(run.code()).isEqualTo(1);
        return run.err();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> ring(Map<String, Object> demo, String kind) {
        return (Map<String, Object>) ((Map<String, Object>) demo.get("rings")).get(kind);
    }
}
