package dev.rill.engine;

/// Counts who holds a file: descriptors, and requests that have looked their descriptor up.
final class References {

    private int count;

    void take() {
        count++;
    }

    static void drop(OpenFile file) {
        if (--file.references().count == 0) {
            file.release();
        }
    }
}
