package dev.rill.bench;

import java.util.ArrayList;
import java.util.List;

/// A cell's figures as a table of text.
final class CellTable {

    private static final List<String> HEADER = List.of("peer", "CPU", "user", "system", "+-",
            "rate", "p50", "p99", "p99.9", "calls", "alloc", "RSS", "ratio", "");

    private CellTable() {
    }

    /// The table, title included.
    ///
    /// @param reference the peer that the others are compared with
    static String of(CellResult result, String reference) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEADER);
        for (PeerResult peer : result.peers()) {
            rows.add(row(result, peer, reference));
        }
        StringBuilder text = new StringBuilder(result.cell().name() + ": " + result.cell().title()
                + "\nCPU of the server in " + result.costUnit() + ", less is better\n");
        text.append(TextTable.of(rows, 1));
        result.leftOut().forEach((peer, why) -> text.append("  without ").append(peer)
                .append(": ").append(why.lines().findFirst().orElse("")).append('\n'));
        result.failed().forEach((peer, what) -> text.append("  FAILED ").append(peer)
                .append(", ").append(what).append('\n'));
        return text.toString();
    }

    private static List<String> row(CellResult result, PeerResult peer, String reference) {
        Statistics cost = peer.statistics(result.cost());
        double user = peer.userShare();
        boolean bytes = result.cell().countsBytes();
        List<String> row = new ArrayList<>(List.of(peer.peer(), Units.number(cost.median()),
                Units.number(cost.median() * user), Units.number(cost.median() * (1 - user)),
                Units.percent(cost.spread()),
                bytes ? Units.bytes(peer.median(Round::bytesPerSecond)) + "/s"
                        : Units.count(peer.median(Round::messagesPerSecond)) + "/s",
                Units.time(peer.latencyNanos("p50Nanos")),
                Units.time(peer.latencyNanos("p99Nanos")),
                Units.time(peer.latencyNanos("p999Nanos")),
                Units.number(peer.systemCallsPerMessage()),
                Units.number(peer.median(Round::allocatedBytesPerMessage)),
                Units.bytes(peer.median(Round::residentBytes))));
        row.add(result.peer(reference).filter(ours -> ours != peer)
                .map(ours -> Units.number(result.verdict(ours, peer).ratio())).orElse(""));
        row.add(remarks(result, peer, reference));
        return row;
    }

    private static String remarks(CellResult result, PeerResult peer, String reference) {
        List<String> remarks = new ArrayList<>();
        result.peer(reference).filter(ours -> ours != peer).ifPresent(ours ->
                remarks.add(result.verdict(ours, peer).word().toString()));
        if (peer.generatorWasTheLimit()) {
            remarks.add("generator was the limit");
        }
        if (!peer.stable()) {
            remarks.add("warm-up not stable");
        }
        return String.join(", ", remarks);
    }
}
