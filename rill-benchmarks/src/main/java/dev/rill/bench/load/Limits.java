package dev.rill.bench.load;

/// When a run ends, and how fast it goes.
///
/// @param seconds no message begins after this time
/// @param messages no more messages than this
/// @param ratePerSecond messages that begin in each second, evenly spread; 0 for as fast as
///        answers come
public record Limits(double seconds, long messages, double ratePerSecond) {

    /// As fast as it goes for a time.
    ///
    /// @param seconds how long
    /// @return limits
    public static Limits ofSeconds(double seconds) {
        return new Limits(seconds, Long.MAX_VALUE, 0);
    }

    /// Reads `run seconds=3 messages=1000 rate=500`, each of which may be missing.
    static Limits parse(String command) {
        double seconds = 3600;
        long messages = Long.MAX_VALUE;
        double rate = 0;
        String[] words = command.split(" ");
        if (!words[0].equals("run")) {
            throw new IllegalArgumentException("command=" + command + ": there is only run");
        }
        for (int i = 1; i < words.length; i++) {
            int sign = words[i].indexOf('=');
            String value = words[i].substring(sign + 1);
            switch (words[i].substring(0, Math.max(sign, 0))) {
                case "seconds" -> seconds = Double.parseDouble(value);
                case "messages" -> messages = Long.parseLong(value);
                case "rate" -> rate = Double.parseDouble(value);
                default -> throw new IllegalArgumentException("word=" + words[i]
                        + ": there are seconds, messages and rate");
            }
        }
        return new Limits(seconds, messages, rate);
    }
}
