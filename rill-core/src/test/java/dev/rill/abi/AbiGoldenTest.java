package dev.rill.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.rill.abi.AbiFiles.Golden;
import dev.rill.abi.CHeaders.Answer;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Java, the golden file and the machine's own C headers tell the same numbers. The header of
/// `abi.golden` says how to add one.
final class AbiGoldenTest {

    // The headers that printed the unmarked lines of abi.golden; newer ones must know them all.
    private static final int GOLDEN_LINUX = 6_001;
    private static final int GOLDEN_GLIBC = 2_036;

    private static final Pattern SOURCE = Pattern.compile("linux (\\d+)\\.(\\d+) \\S+");

    @Test
    void everyConstantIsInTheGoldenFileWithItsValue() throws IllegalAccessException {
        Map<String, Golden> golden = AbiFiles.golden();
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, Field> constant : AbiFiles.constants().entrySet()) {
            Golden expected = golden.remove(constant.getKey());
            long value = ((Number) constant.getValue().get(null)).longValue();
            if (expected == null) {
                wrong.add("not in abi.golden: " + constant.getKey() + " " + value);
            } else if (!equal(constant.getValue().getType(), value, expected.value())) {
                wrong.add("abi.golden says " + expected.value() + ": " + constant.getKey() + " "
                    + value);
            }
        }
        golden.keySet().forEach(name -> wrong.add("only in abi.golden: " + name));
        assertThat(wrong).isEmpty();
    }

    @Test
    void theTableSpeaksOfConstantsThatExist() {
        assertThat(AbiFiles.constants().keySet()).containsAll(AbiFiles.table().keySet());
    }

    @Test
    void everyValueListedByHandNamesItsSource() {
        assertThat(AbiFiles.golden().values())
            .filteredOn(golden -> !golden.printed())
            .isNotEmpty()
            .allSatisfy(golden -> assertThat(golden.source()).matches(SOURCE));
    }

    @Test
    void theHeadersOfThisMachineAgree(@TempDir Path folder) throws Exception {
        Optional<CHeaders> headers = CHeaders.find(folder);
        if (headers.isEmpty()) {
            String reason = "abi: SKIPPED, no C compiler with linux/io_uring.h here; "
                + AbiFiles.golden().size() + " values not compared";
            System.out.println(reason);
            abort(reason);
        }
        Answer answer = headers.get().ask(expressions());
        List<String> wrong = new ArrayList<>();
        for (Golden golden : AbiFiles.golden().values()) {
            Long value = answer.values().get(golden.name());
            if (value == null && mustKnow(answer, golden)) {
                wrong.add("unknown to the headers: " + golden.name());
            } else if (value != null && value != golden.value()) {
                wrong.add("the headers say " + value + ": " + golden);
            }
        }
        System.out.printf("abi: %d values compared with the headers of Linux %d.%d, "
                + "%d are newer than these%n", answer.values().size(), answer.linux() / 1000,
            answer.linux() % 1000, answer.unknown().size());
        assertThat(wrong).isEmpty();
    }

    private static Map<String, String> expressions() {
        Map<String, String> table = AbiFiles.table();
        Map<String, String> expressions = new LinkedHashMap<>();
        for (String name : AbiFiles.constants().keySet()) {
            expressions.put(name, AbiFiles.expression(table, name));
        }
        return expressions;
    }

    /// A header as new as the value's source has no excuse; this catches misspelt expressions.
    private static boolean mustKnow(Answer answer, Golden golden) {
        if (golden.printed()) {
            return answer.linux() >= GOLDEN_LINUX && answer.glibc() >= GOLDEN_GLIBC;
        }
        Matcher source = SOURCE.matcher(golden.source());
        if (!source.matches()) {
            return true;
        }
        int since = Integer.parseInt(source.group(1)) * 1000 + Integer.parseInt(source.group(2));
        return answer.linux() >= since;
    }

    /// C prints `1U << 31` as a positive number that a Java int holds as a negative one.
    private static boolean equal(Class<?> type, long java, long c) {
        return type == int.class ? java == (int) c && c == (c < 0 ? (int) c : c & 0xffffffffL)
            : java == c;
    }
}
