package dev.rill.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/// The report as one file that needs nothing else: no network, no scripts, light and dark.
final class HtmlReport {

    private final BenchResult result;
    private final Markup page = new Markup();

    private HtmlReport(BenchResult result) {
        this.result = result;
    }

    static String of(BenchResult result) {
        return new HtmlReport(result).write();
    }

    private String write() {
        page.add("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                + "<title>Rill beside its peers</title>\n<style>\n");
        page.add(styles()).add("</style></head>\n<body>\n");
        page.element("h1", "Rill beside its peers");
        page.element("p class=\"muted\"", machine());
        String card = Noise.of(result).tooMuch() ? "card note" : "card";
        page.add("<div class=\"" + card + "\">").element("p", Noise.of(result).text())
                .add("</div>\n");
        summary();
        result.cells().forEach(this::cell);
        page.add("<footer>");
        page.element("p", "Called as " + result.commandLine() + ", started "
                + result.started().truncatedTo(ChronoUnit.SECONDS) + ".");
        page.element("p", "Server CPU is the processor time of the server's whole process, by the"
                + " scheduler's clock. Ratios are medians over pairs of neighbouring rounds. "
                + "A spread is half of the distance between the outer values, of five the middle"
                + " three. How everything is measured: docs/performance.md.");
        return page.add("</footer>\n</body></html>\n").toString();
    }

    private String machine() {
        Map<String, Object> machine = result.machine();
        return machine.get("processor") + ", " + machine.get("cores") + " cores, "
                + machine.get("memory") + ", " + machine.get("kernel") + ", Java "
                + machine.get("java") + ". Server on core " + machine.get("serverCore")
                + ", generator on core " + machine.get("generatorCore") + ". "
                + result.plan().rounds() + " rounds of "
                + Units.number(result.plan().seconds()) + " s each, taking turns.";
    }

    private void summary() {
        String ours = result.reference();
        List<String> others = result.peers().stream().filter(peer -> !peer.equals(ours)).toList();
        page.element("h2", "Server CPU, as a multiple of that of " + ours);
        page.element("p", "Above 1, " + ours + " needs less. Coloured where the difference is"
                + " larger than the spread; grey where nothing can be said.");
        page.add("<div class=\"card scroll\"><table>\n<tr><th>cell</th>");
        page.element("th", ours);
        others.forEach(other -> page.element("th", other));
        page.add("</tr>\n");
        for (CellResult cell : result.cells()) {
            page.add("<tr><td><a href=\"#%s\">%s</a></td>", id(cell),
                    Markup.escape(cell.cell().name()));
            PeerResult reference = cell.peer(ours).orElse(null);
            page.element("td", reference == null ? "-"
                    : Units.number(reference.median(cell.cost())) + " " + cell.costUnit());
            others.forEach(other -> ratio(cell, reference, cell.peer(other).orElse(null)));
            page.add("</tr>\n");
        }
        page.add("</table></div>\n");
    }

    private void ratio(CellResult cell, PeerResult ours, PeerResult peer) {
        if (ours == null || peer == null) {
            page.element("td class=\"unsure\"", "-");
            return;
        }
        Verdict verdict = cell.verdict(ours, peer);
        String style = switch (verdict.word()) {
            case BETTER -> "better";
            case WORSE -> "worse";
            case CANNOT_TELL -> "unsure";
        };
        page.add("<td class=\"%s\">%.2f%s</td>%n", style, verdict.ratio(),
                peer.generatorWasTheLimit() ? " !" : "");
    }

    private void cell(CellResult cell) {
        page.add("<section id=\"%s\" class=\"card\">%n", id(cell));
        page.element("h3", cell.cell().title());
        if (cell.peers().isEmpty()) {
            page.element("p", "No peer could take part.");
        } else {
            page.add("<figure>").add(CostPlot.of(cell, result.reference()));
            page.element("figcaption", "Server CPU in " + cell.costUnit() + ", less is better: "
                    + "user mode strong, the kernel pale, the spread as a whisker.");
            page.add("</figure>\n");
            latency(cell);
            table(cell);
        }
        cell.leftOut().forEach((peer, why) -> page.element("p class=\"muted\"", "Without " + peer
                + ": " + why.lines().findFirst().orElse("")));
        cell.failed().forEach((peer, what) -> page.element("p", peer + " failed, " + what));
        configurations(cell);
        page.add("</section>\n");
    }

    private void latency(CellResult cell) {
        String plot = LatencyPlot.of(cell, result.reference());
        if (!plot.isEmpty()) {
            page.add("<figure>").add(plot);
            page.element("figcaption", "Latency: median, one in a hundred, one in a thousand. "
                    + (cell.pacedRate() > 0 ? "Measured at " + Units.number(cell.pacedRate())
                    + " messages per second for every peer, from the time at which each was due."
                    : "At full speed, from sending to the whole answer."));
            page.add("</figure>\n");
        }
    }

    private void table(CellResult cell) {
        boolean timed = cell.peers().stream()
                .anyMatch(peer -> Double.isFinite(peer.latencyNanos("p50Nanos")));
        List<String> points = timed ? List.of("p50", "p99", "p999") : List.of();
        page.add("<div class=\"scroll\"><table>\n<tr><th>peer</th>");
        page.element("th", cell.cell().countsBytes() ? "carried" : "messages");
        points.forEach(point -> page.element("th", point.replace("p999", "p99.9")));
        for (String head : List.of("calls", "allocated", "RSS", "receive", "server", "generator")) {
            page.element("th", head);
        }
        page.add("</tr>\n");
        for (PeerResult peer : cell.peers()) {
            page.add("<tr>").element("td", peer.peer());
            page.element("td", cell.cell().countsBytes()
                    ? Units.bytes(peer.median(Round::bytesPerSecond)) + "/s"
                    : Units.count(peer.median(Round::messagesPerSecond)) + "/s");
            points.forEach(point -> page.element("td",
                    Units.time(peer.latencyNanos(point + "Nanos"))));
            page.element("td", Units.number(peer.systemCallsPerMessage()));
            page.element("td", known(peer.median(Round::allocatedBytesPerMessage)));
            page.element("td", known(peer.median(Round::residentBytes)));
            page.element("td", known(peer.median(Round::receiveMemoryBytes)));
            page.element("td", Units.percent(peer.median(Round::serverBusy)));
            page.element("td", Units.percent(peer.median(Round::generatorBusy))
                    + (peer.generatorWasTheLimit() ? " !" : ""));
            page.add("</tr>\n");
        }
        page.add("</table></div>\n");
        page.element("p class=\"muted\"", "System calls and allocation are per message. Server and"
                + " generator: how busy their cores were; ! where the generator was the limit.");
    }

    private static String known(double bytes) {
        return bytes >= 0 ? Units.bytes(bytes) : "-";
    }

    private void configurations(CellResult cell) {
        page.add("<details><summary>How each peer was configured</summary>\n");
        for (PeerResult peer : cell.peers()) {
            page.element("p", peer.peer()).add("<dl>");
            peer.configuration().forEach((name, value) -> page.element("dt", name)
                    .element("dd", String.valueOf(value)));
            page.add("</dl>\n");
        }
        page.add("</details>\n");
    }

    private static String id(CellResult cell) {
        return cell.cell().name().replace('/', '-');
    }

    private static String styles() {
        try (InputStream input = HtmlReport.class.getResourceAsStream("report.css")) {
            return new String(input.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
