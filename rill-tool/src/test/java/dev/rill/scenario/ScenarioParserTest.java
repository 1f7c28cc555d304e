package dev.rill.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Wrong files are refused with the line and what was expected there.
final class ScenarioParserTest {

    private static final Path FILE = Path.of("my.scenario");

    /// The third line is wrong; the second makes A.
    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            recieve A; expected what to do (ring, enable
            recv B; expected the name of a socket, pipe or file
            recv; expected the name of a socket, pipe or file after the opcode
            dial A; expected the name of a listener opened above; 'A' is none
            connect A to A; expected the name of a listener opened above
            accept; expected the name of a socket, pipe or file after the opcode
            feed A; expected how many bytes, found the end of the line
            feed B 5; opened above: A; 'B' is none
            unix A; 'A' is there already
            recv A lenght 5; expected a field (len, offset,
            recv A len; expected a length, found the end of the line
            recv A MULTISHOTS; expected a flag: of the request [FIXED_FILE,
            recv A => (5; expected ',', found the end of the line
            recv A => (5, 0x1; expected ')', found the end of the line
            recv A => (5, BUFFR); expected flags of a completion: BUFFER, MORE,
            recv A => (-ENOBUF, 0); there is no error named 'ENOBUF'
            recv A => b(5, 0x1); expected the name of a request (given with 'as')
            recv A => (5, 0x1) nothing; expected the name of a request
            group INC; expected INC/ or CL/ and the number of entries
            group INC/3; expected a power of two up to 32768
            group INC/4 {100}; expected '#', found '}'
            group INC/4 {100#70000}; a bid must be 0 to 65535, not 70000
            group INC/4 {100#1; expected ',', found the end of the line
            group INC/4 maped; expected mmap, min_left, tail, shares or '{'
            ring cq 3; cq must be a power of two, not 3
            ring entries 8 cq 4; cq 4 must be at least entries 8
            ring SQPOL; expected a setup flag such as SQPOLL
            slot 0 5; expected '{', found '5'
            head many; expected a head, found 'many'
            bytes #1 = zero; expected 'len' and a length before '= zero'
            register entires 4; expected bgid, entries, flags,
            register entries 4 => ok; expected an answer: a number or an error
            on kernel 6.12 recv A; expected one of <, <=, >=, >, =
            on moon recv A; expected a condition (kernel, profile, linux, engine or memlock)
            shutdown A both; expected rd, wr or rdwr, found 'both'
            hold now; expected nothing more, found 'now'
            }; there is no 'repeat' to end
            repeat 3 {; expected a line '}' that ends this
            repeat many {; expected how many times, found 'many'
            with $a = 1 2; expected 1 values ($a) in the row '1 2'
            with a = 1; expected names and rows of values
            recv $b; expected a name that 'with' has given, $b is none
            recv A ?; column 8: '?' has no meaning here
            cancel target m; expected the name of a request
            """)
    void aWrongLineIsNamed(String line, String message) {
        assertThatThrownBy(() -> ScenarioParser.parse(FILE,
                "case X-1 title\n  unix A\n  " + line + "\n"))
                .isInstanceOf(ScenarioSyntaxException.class)
                .hasMessageStartingWith("my.scenario:3: ")
                .hasMessageContaining(message)
                .hasMessageEndingWith("\n    " + line);
    }

    @Test
    void aFileBeginsWithACase() {
        assertThatThrownBy(() -> ScenarioParser.parse(FILE, "# about\n\nunix A\n"))
                .hasMessageStartingWith("my.scenario:3: expected a case: 'case', an id such as");
    }

    @Test
    void aCaseHasLines() {
        assertThatThrownBy(() -> ScenarioParser.parse(FILE, "case X-1 nothing to do\n"))
                .hasMessageStartingWith("my.scenario:1: expected at least one line");
    }

    @Test
    void anIdIsUsedOnce() {
        assertThatThrownBy(() -> ScenarioParser.parse(FILE,
                "case X-1 one\n  unix A\ncase X-1 two\n  unix A\n"))
                .hasMessageStartingWith("my.scenario:3: there is a case X-1 already");
    }

    @Test
    void withSeveralGroupsARequestSaysWhich() {
        assertThatThrownBy(() -> ScenarioParser.parse(FILE,
                "case X-1 two\n  unix A\n  group 1 INC/4\n  group 2 INC/4\n  recv A\n"))
                .hasMessageStartingWith("my.scenario:5: expected 'group' and which one, of [1, 2]");
    }

    @Test
    void tablesMultiplyParts() {
        List<Scenario> scenarios = ScenarioParser.parse(FILE, """
                case X-1 a table
                  with $pair = unix | tcp
                  $pair A
                  part one
                  with $n = 1 | 2
                  feed A $n
                  part two
                  feed A 3
                """);
        assertThat(scenarios.getFirst().parts()).extracting(Scenario.Part::name)
                .containsExactly("one unix 1", "one unix 2", "one tcp 1", "one tcp 2",
                        "two unix", "two tcp");
    }

    @Test
    void versionsAreComparedNumberByNumber() {
        assertThat(Condition.compare("6.18.44", "6.9")).isPositive();
        assertThat(Condition.compare("6.12", "6.12.0")).isZero();
        assertThat(Condition.compare("7.2.8-rc1", "7.2.8")).isZero();
        assertThat(Condition.compare("6.12.9", "6.12.81")).isNegative();
    }

    @Test
    void ofSeveralReleasesThatOfTheSeriesCounts() {
        Condition since = new Condition("kernel", ">=", "6.12.81/6.18.20/7.0");

        assertThat(since.compareToRelease("6.12.80")).isNegative();
        assertThat(since.compareToRelease("6.12.81")).isZero();
        assertThat(since.compareToRelease("6.17.13")).isNegative();
        assertThat(since.compareToRelease("6.18.19")).isNegative();
        assertThat(since.compareToRelease("6.18.20")).isZero();
        assertThat(since.compareToRelease("7.0.0")).isZero();
        assertThat(since.compareToRelease("7.1.3")).isPositive();
    }
}
