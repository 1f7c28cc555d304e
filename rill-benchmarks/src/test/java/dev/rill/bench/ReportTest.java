package dev.rill.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rill.bench.load.Workload;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/// What a run leaves: the table, the report, the rounds.
final class ReportTest {

    private static final Cell ECHO = new Cell(Workload.PINGPONG, 50, 1024, 1, false);
    private static final Cell FLOOD = new Cell(Workload.FLOOD, 8, 65_536, 1, false);

    private final BenchResult result = Results.of(
        new CellResult(ECHO, List.of(Rounds.peer("rill", Rounds.costing(4, 4, 4)),
            Rounds.peer("c<x>", Rounds.costing(5, 5, 5)),
            Rounds.peer("nio", Rounds.costing(2, 4, 9))), Map.of("vthreads", "it is <ill>"),
            Map.of("netty", "warming up: it <died>"), 0),
        new CellResult(FLOOD, List.of(Rounds.peer("rill", Rounds.costing(4, 4, 4))),
            Map.of("c<x>", "no gcc"), Map.of(), 0));

    @Test
    void theReportIsWellFormedAndNeedsNothingElse() throws Exception {
        String html = HtmlReport.of(result);
        Document page = parse(html);
        assertThat(page.getElementsByTagName("svg").getLength()).as("costs and latencies")
            .isEqualTo(4);
        assertThat(page.getElementsByTagName("script").getLength()).isZero();
        assertThat(page.getElementsByTagName("link").getLength()).isZero();
        assertThat(html).doesNotContain("src=", "url(", "@import").contains("prefers-color-scheme");
    }

    @Test
    void theReportShowsEachVerdict() throws Exception {
        NodeList entries = parse(HtmlReport.of(result)).getElementsByTagName("td");
        List<String> judged = new ArrayList<>();
        for (int i = 0; i < entries.getLength(); i++) {
            String style = entries.item(i).getAttributes().getNamedItem("class") == null ? ""
                : entries.item(i).getAttributes().getNamedItem("class").getNodeValue();
            if (!style.isEmpty()) {
                judged.add(style + " " + entries.item(i).getTextContent());
            }
        }
        assertThat(judged).containsExactly("better 1.25", "unsure 1.00", "unsure -", "unsure -");
    }

    @Test
    void theTableOfRatiosMarksWhatCannotBeTold() {
        assertThat(RatioTable.of(result))
            .containsPattern("pingpong/50x1024 +4 us/msg +1\\.25 +~1\\.00")
            .containsPattern("flood/8x65536 +\\S+ s/GiB +- +-")
            .contains("of 2 comparisons 1 could not be decided");
    }

    @Test
    void theTableOfACellNamesWhoWasLeftOutAndWhy() {
        assertThat(CellTable.of(result.cells().getFirst(), "rill"))
            .contains("without vthreads: it is <ill>",
                "FAILED netty, warming up: it <died>", "better", "cannot tell");
    }

    @Test
    void theRoundsAreKeptInFull() {
        Map<String, Object> json = Json.parseObject(Json.pretty(result.toJson()));
        Map<?, ?> cell = (Map<?, ?>) ((List<?>) json.get("cells")).getFirst();
        Map<?, ?> peer = (Map<?, ?>) ((List<?>) cell.get("peers")).get(1);
        assertThat(peer.get("verdict")).isEqualTo("better");
        assertThat(peer.get("ratio")).isEqualTo(1.25);
        assertThat((List<?>) peer.get("rounds")).hasSize(3);
        assertThat(peer.get("configuration")).isEqualTo(Map.of("flags", "<a> & \"b\""));
    }

    private static Document parse(String html) throws Exception {
        return DocumentBuilderFactory.newInstance().newDocumentBuilder()
            .parse(new InputSource(new StringReader(html)));
    }
}
