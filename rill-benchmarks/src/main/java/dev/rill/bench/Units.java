package dev.rill.bench;

import java.util.Locale;

/// Figures as people read them.
final class Units {

    static final double GIB = 1 << 30;

    private Units() {
    }

    static String bytes(double count) {
        if (count >= GIB) {
            return number(count / GIB) + " GiB";
        }
        if (count >= 1 << 20) {
            return number(count / (1 << 20)) + " MiB";
        }
        return count >= 1024 ? number(count / 1024) + " KiB" : number(count) + " B";
    }

    /// Three significant digits, without an exponent.
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return "-";
        }
        double magnitude = Math.abs(value);
        int decimals = magnitude >= 100 || magnitude == Math.rint(magnitude) && magnitude >= 10
                ? 0 : magnitude >= 10 ? 1 : 2;
        if (magnitude != 0 && magnitude < 0.1) {
            decimals = 3;
        }
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return value == Math.rint(value) && decimals > 0 ? text.substring(0, text.indexOf('.'))
                : text;
    }

    /// A time that one waits for.
    static String minutes(double seconds) {
        if (seconds >= 2 * 3600) {
            return number(seconds / 3600) + " hours";
        }
        return seconds >= 100 ? Math.round(seconds / 60) + " minutes"
                : Math.round(seconds) + " seconds";
    }

    /// A large number of things.
    static String count(double value) {
        if (value >= 999_500) {
            return number(value / 1e6) + " M";
        }
        return value >= 9_995 ? number(value / 1e3) + " k" : number(value);
    }

    static String percent(double fraction) {
        return Double.isFinite(fraction)
                ? String.format(Locale.ROOT, fraction < 0.0995 ? "%.1f %%" : "%.0f %%",
                        100 * fraction)
                : "-";
    }

    /// A time given in nanoseconds.
    static String time(double nanos) {
        if (!Double.isFinite(nanos)) {
            return "-";
        }
        if (nanos >= 1e9) {
            return number(nanos / 1e9) + " s";
        }
        return nanos >= 1e6 ? number(nanos / 1e6) + " ms" : number(nanos / 1e3) + " us";
    }
}
