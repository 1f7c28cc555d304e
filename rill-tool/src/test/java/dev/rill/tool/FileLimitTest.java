package dev.rill.tool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FileLimitTest {

    @Test
    void theSoftLimitIsInForce() {
        assertThat(FileLimit.parse("""
            Limit                     Soft Limit           Hard Limit           Units
            Max processes             94318                94318                processes
            Max open files            1024                 1048576              files
            """)).hasValue(1024);
    }

    @Test
    void noLimitIsNone() {
        assertThat(FileLimit.parse("""
            Max open files            unlimited            unlimited            files
            """)).isEmpty();
        assertThat(FileLimit.parse("")).isEmpty();
    }
}
