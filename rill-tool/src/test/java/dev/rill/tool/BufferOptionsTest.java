package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.kernel.HugePages;
import dev.rill.ring.BufferGroupOptions;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class BufferOptionsTest {

    @Test
    void bothKindsHaveTheSameMemory() {
        for (String line : new String[] {"", "--buffers 8", "--buffer-size 64k",
            "--buffers 4 --buffer-size 4k", "--whole-buffers", "--whole-buffers --buffers 2",
            "--whole-buffers --buffers 3 --buffer-size 4k", "--buffer-size 16m"}) {
            BufferOptions options = parsed(line);
            assertThat(options.group(true).byteSize()).as(line)
                .isEqualTo(options.group(false).byteSize());
        }
    }

    @Test
    void numbersAreForTheKindThatWasAskedFor() {
        BufferGroupOptions incremental = parsed("--buffers 8 --buffer-size 64k").group();
        assertThat(incremental.ring().incremental()).isTrue();
        assertThat(incremental.buffers()).isEqualTo(8);
        assertThat(incremental.bufferSize()).isEqualTo(64 * 1024);

        BufferGroupOptions whole = parsed("--buffers 8 --buffer-size 64k --whole-buffers").group();
        assertThat(whole.ring().incremental()).isFalse();
        assertThat(whole.buffers()).isEqualTo(8);
        assertThat(whole.bufferSize()).isEqualTo(64 * 1024);
    }

    @Test
    void pagesAreThoseThatWereAskedForInBothKinds() {
        BufferOptions huge = parsed("--huge-pages TRANSPARENT");
        assertThat(huge.group(true).hugePages()).isEqualTo(HugePages.TRANSPARENT);
        assertThat(huge.group(false).hugePages()).isEqualTo(HugePages.TRANSPARENT);
        assertThat(parsed("").group().hugePages()).isEqualTo(HugePages.NONE);
    }

    @Test
    void noBuffersAreRefused() {
        assertThatThrownBy(() -> parsed("--buffers 0").group())
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("buffers=0");
    }

    private static BufferOptions parsed(String line) {
        BufferOptions options = new BufferOptions();
        new CommandLine(CommandLine.Model.CommandSpec.create().addMixin("buffers",
                CommandLine.Model.CommandSpec.forAnnotatedObject(options)))
            .parseArgs(line.isEmpty() ? new String[0] : line.split(" "));
        return options;
    }
}
