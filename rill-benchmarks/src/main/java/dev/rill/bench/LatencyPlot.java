package dev.rill.bench;

import java.util.List;

/// Latency of each peer from the median to the slowest in a thousand, on a logarithmic scale.
final class LatencyPlot {

    private static final int WIDTH = 760;
    private static final int LEFT = 150;
    private static final int RIGHT = 40;
    private static final int ROW = 24;
    private static final int TOP = 24;
    private static final List<String> POINTS = List.of("p50Nanos", "p99Nanos", "p999Nanos");

    private final List<PeerResult> peers;
    private final String reference;
    private final double lowest;
    private final double decades;

    private LatencyPlot(List<PeerResult> peers, String reference) {
        this.peers = peers;
        this.reference = reference;
        double least = peers.stream().mapToDouble(peer -> peer.latencyNanos("p50Nanos")).min()
                .orElse(1);
        double most = peers.stream().mapToDouble(peer -> peer.latencyNanos("p999Nanos")).max()
                .orElse(10);
        lowest = Math.floor(Math.log10(Math.max(least, 1)));
        decades = Math.max(1, Math.ceil(Math.log10(Math.max(most, 1))) - lowest);
    }

    /// The plot, or nothing where no latency was measured.
    static String of(CellResult result, String reference) {
        List<PeerResult> some = result.peers().stream()
                .filter(peer -> Double.isFinite(peer.latencyNanos("p50Nanos"))).toList();
        return some.isEmpty() ? "" : new LatencyPlot(some, reference).draw();
    }

    private String draw() {
        int height = TOP + ROW * peers.size() + 4;
        Markup svg = new Markup().add("<svg xmlns=\"http://www.w3.org/2000/svg\" "
                + "viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"latency\">%n", WIDTH, height);
        for (int decade = 0; decade <= decades; decade++) {
            double nanos = Math.pow(10, lowest + decade);
            svg.add("<line class=\"grid\" x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$d\" y2=\"%3$d\"/>%n",
                    x(nanos), TOP - 6, height);
            svg.add("<text class=\"quiet middle\" x=\"%.1f\" y=\"12\">%s</text>%n", x(nanos),
                    Units.time(nanos));
        }
        for (int i = 0; i < peers.size(); i++) {
            line(svg, peers.get(i), TOP + i * ROW + ROW / 2.0);
        }
        return svg.add("</svg>\n").toString();
    }

    private void line(Markup svg, PeerResult peer, double y) {
        svg.add("<g class=\"%s\">%n", peer.peer().equals(reference) ? "ours" : "theirs");
        svg.add("<text class=\"end\" x=\"%d\" y=\"%.1f\">%s</text>%n", LEFT - 10, y + 4.5,
                Markup.escape(peer.peer()));
        svg.add("<line class=\"range\" x1=\"%1$.1f\" x2=\"%2$.1f\" y1=\"%3$.1f\" y2=\"%3$.1f\"/>%n",
                x(peer.latencyNanos("p50Nanos")), x(peer.latencyNanos("p999Nanos")), y);
        for (String point : POINTS) {
            double nanos = peer.latencyNanos(point);
            svg.add("<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"><title>%s</title>"
                    + "</circle>%n", x(nanos), y, point.equals("p50Nanos") ? 5.5 : 3.8,
                    point.replace("Nanos", "") + " " + Units.time(nanos));
        }
        svg.add("</g>\n");
    }

    private double x(double nanos) {
        return LEFT + 10 + (Math.log10(Math.max(nanos, 1)) - lowest) / decades
                * (WIDTH - LEFT - 10 - RIGHT);
    }
}
