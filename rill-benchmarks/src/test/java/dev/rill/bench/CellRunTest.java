package dev.rill.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.rill.Kernels;
import dev.rill.bench.load.Workload;
import dev.rill.bench.server.PeerCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tiny cells from end to end: processes are started, counts agree. No figure is judged.
final class CellRunTest {

    private static final Cores ANY_CORE = new Cores(0, 0, false);

    @TempDir
    private Path folder;

    @BeforeEach
    void needsTheRealKernel() {
        assumeThat(Kernels.linuxAvailability().available())
            .as("the generator needs io_uring: " + Kernels.linuxAvailability().message()).isTrue();
    }

    @Test
    void rillAndAnotherServerTakeTurns() {
        Cell cell = new Cell(Workload.PINGPONG, 3, 512, 1, false);
        CellResult result = run(cell, Peer.of("rill", "rill", BenchApp.folder()),
            trivial("trivial", "echo"));

        assertThat(result.leftOut()).isEmpty();
        assertThat(result.failed()).isEmpty();
        assertThat(result.peers()).extracting(PeerResult::peer).containsExactly("rill", "trivial");
        for (PeerResult peer : result.peers()) {
            assertThat(peer.rounds()).hasSize(2);
            for (Round round : peer.rounds()) {
                assertThat(round.messages()).isPositive();
                assertThat(round.bytes()).isEqualTo(512 * round.messages());
                assertThat(round.server().nanos()).isPositive();
                assertThat(round.latencies()).containsKeys("p50Nanos", "p99Nanos", "p999Nanos");
                assertThat(round.residentBytes()).isPositive();
            }
            assertThat(peer.pacedRounds()).isNotEmpty();
        }
        assertThat(result.pacedRate()).isPositive();
    }

    @Test
    void otherWorkloadsOfAnEchoServerAreCountedAlike() {
        for (Cell cell : List.of(new Cell(Workload.PIPELINED, 2, 64, 16, false),
            new Cell(Workload.CHURN, 2, 64, 1, false),
            new Cell(Workload.IDLE, 150, 64, 1, false))) {
            CellResult result = run(cell, trivial("trivial", "echo"));
            assertThat(result.peers()).as(cell.name()).hasSize(1);
            assertThat(result.peers().getFirst().rounds()).allSatisfy(round ->
                assertThat(round.bytes()).isEqualTo(round.messages() * cell.size()));
        }
    }

    @Test
    void aFloodIsCountedByTheServer() {
        Cell cell = new Cell(Workload.FLOOD, 2, 65_536, 1, false);
        PeerResult peer = run(cell, trivial("trivial", "sink")).peers().getFirst();
        assertThat(peer.rounds()).allSatisfy(round ->
            assertThat(round.bytes()).isEqualTo(65_536 * round.messages()));
    }

    @Test
    void aProxyIsCountedOnTheWayThereAndBack() {
        for (Cell cell : List.of(new Cell(Workload.PINGPONG, 2, 512, 1, true),
            new Cell(Workload.STREAM, 2, 4096, 1, true))) {
            CellResult result = run(cell, Peer.of("rill", "rill", BenchApp.folder()));
            assertThat(result.failed()).as(cell.name()).isEmpty();
            assertThat(result.peers().getFirst().rounds()).hasSize(2).allSatisfy(round ->
                assertThat(round.bytes()).isPositive());
        }
    }

    @Test
    void aServerThatSpoilsAByteIsFoundOut() {
        for (Cell cell : List.of(new Cell(Workload.STREAM, 1, 4096, 1, false),
            new Cell(Workload.CHURN, 1, 200, 1, false))) {
            CellResult result = run(cell, trivial("liar", "echo", "7"));
            assertThat(result.peers()).isEmpty();
            assertThat(result.failed().get("liar")).as(cell.name())
                .contains("the generator for liar", "is not the one that was sent");
        }
    }

    @Test
    void aPeerThatCannotRunIsLeftOutWithItsReason() {
        Peer refusing = new Peer("refusing", new Peer.Starter() {
            @Override
            public PeerCommand command(String role, String connectOrNull) {
                throw new AssertionError("not to be started");
            }

            @Override
            public Optional<String> whyNot(String role) {
                return Optional.of("no " + role + " today");
            }
        });
        Peer failing = new Peer("failing", (_, _) -> new PeerCommand("failing", List.of("/bin/sh",
            "-c", "echo '{\"ready\":false,\"reason\":\"it rains\"}'; exit 3"), Map.of()));
        Peer missing = new Peer("missing", (_, _) -> new PeerCommand("missing",
            List.of("/no/such/program"), Map.of()));
        Cell cell = new Cell(Workload.PINGPONG, 1, 64, 1, false);

        CellResult result = run(cell, refusing, failing, missing, trivial("trivial", "echo"));
        assertThat(result.peers()).hasSize(1);
        assertThat(result.leftOut()).containsEntry("refusing", "no echo today")
            .containsEntry("failing", "it rains")
            .hasEntrySatisfying("missing", why -> assertThat(why).contains("cannot be started"));
    }

    private CellResult run(Cell cell, Peer... peers) {
        Plan plan = new Plan(List.of(cell), List.of(peers), 2, 0.1, 0.1, 2, true);
        return new CellRun(plan, cell, ANY_CORE, folder, new Progress(null, 1)).run();
    }

    private static Peer trivial(String name, String... args) {
        return new Peer(name, (_, _) -> new PeerCommand(name, TrivialServer.command(args),
            Map.of()));
    }
}
