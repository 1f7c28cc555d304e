package dev.rill.bench;

import dev.rill.bench.server.PeerCommand;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/// What there is to choose from.
final class Listing {

    /// The limit, the best known framework in its best and its usual form, and plain Java.
    private static final List<String> QUICK = List.of("rill", "c", "netty-uring-inc",
            "netty-epoll", "nio");

    private Listing() {
    }

    static List<String> quickPeers() {
        return QUICK.stream().filter(PeerCommand.peers()::contains).toList();
    }

    static void print(PrintWriter out, List<Cell> cells) {
        out.println("Cells (q: also with --quick, f: only with --full):");
        List<Cell> quick = Cells.of(Level.QUICK, cells);
        List<Cell> normal = Cells.of(Level.NORMAL, cells);
        for (Cell cell : cells) {
            String mark = quick.contains(cell) ? "q" : normal.contains(cell) ? " " : "f";
            out.printf("  %s %-24s %s%n", mark, cell.name(), cell.title());
        }
        out.println("Peers:");
        for (String peer : PeerCommand.peers()) {
            String roles = "";
            Optional<String> why = Optional.empty();
            for (String role : List.of("echo", "sink", "udp", "proxy")) {
                Optional<String> objection = PeerCommand.whyNot(peer, role);
                if (objection.isEmpty()) {
                    roles += " " + role;
                } else {
                    why = objection;
                }
            }
            out.printf("    %-24s%s%n", peer, roles.isEmpty() ? " cannot run here: "
                    + why.orElse("") : roles);
        }
    }
}
