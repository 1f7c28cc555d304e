package dev.rill.scenario;

/// An address as a scenario names it.
///
/// @param base where it counts from
/// @param offset from there; with [Base#ABSOLUTE] the address itself
record Address(Base base, long offset) {

    enum Base {
        /// A plain number.
        ABSOLUTE,
        /// Zeroed pages made for this registration, as many as it needs.
        MEMORY,
        /// A page that may only be read.
        READONLY,
        /// A page behind which nothing is mapped.
        HOLE,
        /// The slab of the request's group.
        SLAB,
    }

    static Address absolute(long address) {
        return new Address(Base.ABSOLUTE, address);
    }

    /// Reads `0x1000`, `memory`, `memory+16`, `readonly`, `hole`, `slab+100`.
    static Address parse(Words words) {
        if (words.at(Token.Kind.NUMBER)) {
            return absolute(words.number("an address"));
        }
        String name = words.word("an address: a number, memory, readonly, hole or slab");
        Base base = switch (name) {
            case "memory" -> Base.MEMORY;
            case "readonly" -> Base.READONLY;
            case "hole" -> Base.HOLE;
            case "slab" -> Base.SLAB;
            default -> throw words.wrong("expected an address: a number, memory, readonly, hole"
                    + " or slab, found '" + name + "'");
        };
        return new Address(base, words.accept("+") ? words.size("an offset") : 0);
    }
}
