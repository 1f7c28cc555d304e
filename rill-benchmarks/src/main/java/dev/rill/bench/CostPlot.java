package dev.rill.bench;

/// Server CPU of each peer as bars, user and system apart, with the spread of the rounds.
final class CostPlot {

    private static final int WIDTH = 760;
    private static final int LEFT = 150;
    private static final int RIGHT = 110;
    private static final int ROW = 27;
    private static final int BAR = 17;
    private static final int TOP = 6;

    private final CellResult result;
    private final String reference;
    private final double scale;

    private CostPlot(CellResult result, String reference) {
        this.result = result;
        this.reference = reference;
        double longest = 0;
        for (PeerResult peer : result.peers()) {
            Statistics cost = peer.statistics(result.cost());
            longest = Math.max(longest, cost.median() * (1 + finite(cost.spread())));
        }
        scale = (WIDTH - LEFT - RIGHT) / Math.max(longest, 1e-9);
    }

    static String of(CellResult result, String reference) {
        return new CostPlot(result, reference).draw();
    }

    private String draw() {
        int height = TOP + ROW * result.peers().size() + 4;
        Markup svg = new Markup().add("<svg xmlns=\"http://www.w3.org/2000/svg\" "
                + "viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n", WIDTH, height,
                Markup.escape("server CPU, " + result.cell().name()));
        svg.add("<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"0\" y2=\"%d\"/>%n", LEFT, LEFT,
                height);
        for (int i = 0; i < result.peers().size(); i++) {
            bar(svg, result.peers().get(i), TOP + i * ROW);
        }
        return svg.add("</svg>\n").toString();
    }

    private void bar(Markup svg, PeerResult peer, int top) {
        Statistics cost = peer.statistics(result.cost());
        double median = cost.median();
        double share = finite(peer.userShare());
        double user = median * share * scale;
        double all = median * scale;
        double middle = top + BAR / 2.0;
        double spread = finite(cost.spread()) * all;
        svg.add("<g class=\"%s\">%n", peer.peer().equals(reference) ? "ours" : "theirs");
        svg.add("<text class=\"end\" x=\"%d\" y=\"%.1f\">%s</text>%n", LEFT - 10, middle + 4.5,
                Markup.escape(peer.peer()));
        svg.add("<rect class=\"user\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>%n", LEFT,
                top, user, BAR);
        svg.add("<rect class=\"system\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>%n",
                LEFT + user, top, all - user, BAR);
        svg.add("<path class=\"whisker\" d=\"M%.1f %.1fH%.1fM%.1f %.1fv8M%.1f %.1fv8\"/>%n",
                LEFT + all - spread, middle, LEFT + all + spread,
                LEFT + all - spread, middle - 4, LEFT + all + spread, middle - 4);
        svg.add("<text x=\"%.1f\" y=\"%.1f\">%s</text>%n</g>%n", LEFT + all + spread + 8,
                middle + 4.5, Units.number(median) + " " + result.costUnit());
    }

    private static double finite(double value) {
        return Double.isFinite(value) ? value : 0;
    }
}
