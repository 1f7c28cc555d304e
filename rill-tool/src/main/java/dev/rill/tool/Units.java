package dev.rill.tool;

import java.util.Locale;

/// Numbers as people read them: three digits where that is enough, always with the unit.
///
/// Everything is plain ASCII and the same in every locale, so that output can be compared.
final class Units {

    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private Units() {
    }

    /// An amount of bytes.
    ///
    /// @param bytes zero or more
    /// @return for example `512 B`, `32 KiB`, `1.25 GiB`
    static String bytes(double bytes) {
        double value = bytes;
        int unit = 0;
        // 1023.5 and more would be written as 1024 of the smaller unit.
        while (value >= 1023.5 && unit < BINARY.length - 1) {
            value /= 1024;
            unit++;
        }
        return threeDigits(value) + " " + BINARY[unit];
    }

    /// How much per second.
    ///
    /// @param bytes how much, in bytes
    /// @param nanos in which time, in nanoseconds
    /// @return for example `1.25 GiB/s`; `-` when no time has passed
    static String rate(double bytes, long nanos) {
        return nanos <= 0 ? "-" : bytes(bytes * NANOS_PER_SECOND / nanos) + "/s";
    }

    /// A small number of something, as a mean.
    ///
    /// @param value zero or more
    /// @return for example `2.6`, `12.4`, `250`
    static String decimal(double value) {
        return threeDigits(value);
    }

    /// A count, exactly.
    ///
    /// @param count any number
    /// @return for example `1,048,576`
    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /// A share of a whole.
    ///
    /// @param part how much of it
    /// @param whole what would be all
    /// @return for example `99.7%`; `-` when there is no whole
    static String percent(double part, double whole) {
        return whole <= 0 ? "-" : threeDigits(100 * part / whole) + "%";
    }

    /// A span of time.
    ///
    /// @param nanos zero or more, in nanoseconds
    /// @return for example `850 ns`, `1.24 ms`, `12.3 s`, `2 min 5 s`, `3 h 0 min`
    static String duration(long nanos) {
        if (nanos < 999_500L) {
            return nanos < 1_000 ? nanos + " ns" : threeDigits(nanos / 1e3) + " us";
        }
        if (nanos < 999_500_000L) {
            return threeDigits(nanos / 1e6) + " ms";
        }
        if (nanos < 60 * NANOS_PER_SECOND) {
            return threeDigits(nanos / 1e9) + " s";
        }
        long seconds = nanos / NANOS_PER_SECOND;
        return seconds < 3600 ? seconds / 60 + " min " + seconds % 60 + " s"
                : seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }

    /// At most three digits, without zeros at the end that say nothing; all of them before the
    /// point.
    private static String threeDigits(double value) {
        int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.indexOf('.') < 0 ? text : text.replaceAll("\\.?0+$", "");
    }
}
