package dev.rill.abi;

/// Writes flag words for people.
final class BitNames {

    private BitNames() {
    }

    /// The names of the set bits joined by `|`; what has no name follows as one hex number.
    ///
    /// @param flags the flag word
    /// @param names index = bit number, null where a bit has no name
    /// @return the text, `"0"` when no bit is set
    static String join(int flags, String[] names) {
        if (flags == 0) {
            return "0";
        }
        StringBuilder text = new StringBuilder();
        int rest = flags;
        for (int bit = 0; bit < names.length; bit++) {
            if ((flags & 1 << bit) != 0 && names[bit] != null) {
                text.append(text.isEmpty() ? "" : "|").append(names[bit]);
                rest &= ~(1 << bit);
            }
        }
        if (rest != 0) {
            text.append(text.isEmpty() ? "" : "|").append("0x").append(Integer.toHexString(rest));
        }
        return text.toString();
    }
}
