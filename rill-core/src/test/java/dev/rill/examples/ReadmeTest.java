package dev.rill.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What README shows is what is compiled here.
class ReadmeTest {

    @Test
    void theEchoServerInReadmeIsTheOneThatCompiles() throws IOException {
        assertThat(Files.readString(Path.of("../README.md")))
                .contains(body("Echo.java", "public static void main"));
    }

    /// A method of an example, without the indentation of its class.
    private static String body(String file, String from) throws IOException {
        Path source = Path.of("src/test/java/dev/rill/examples", file);
        List<String> lines = Files.readAllLines(source);
        int start = 0;
        while (!lines.get(start).contains(from)) {
            start++;
        }
        int end = start;
        while (!lines.get(end).equals("    }")) {
            end++;
        }
        return lines.subList(start, end + 1).stream()
                .map(line -> line.isEmpty() ? line : line.substring(4))
                .collect(Collectors.joining("\n"));
    }
}
