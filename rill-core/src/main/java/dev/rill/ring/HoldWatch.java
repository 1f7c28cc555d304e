package dev.rill.ring;

import java.lang.ref.Cleaner;

/// Finds holds that nobody can close any more, because nobody has them.
final class HoldWatch {

    private static final Cleaner CLEANER = Cleaner.create();

    private HoldWatch() {
    }

    /// Watches a hold from here on, and remembers this place.
    ///
    /// @return to be cleaned when the hold is closed
    static Cleaner.Cleanable begin(Hold hold, HeldBytes bytes) {
        Throwable place = new Throwable("taken here");
        return CLEANER.register(hold, () -> bytes.lost(place));
    }
}
