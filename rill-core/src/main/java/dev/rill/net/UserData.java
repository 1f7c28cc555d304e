package dev.rill.net;

/// What a completion carries to find its way back: a tag that says which kind of request it was,
/// the slot of the object, and the slot's generation, so that a late completion of a closed
/// connection is never taken for one of its successor.
///
/// ```
///  63      56 55                      24 23                  0
/// +----------+--------------------------+---------------------+
/// |   tag    |        generation        |        slot         |
/// +----------+--------------------------+---------------------+
/// ```
final class UserData {

    static final int RECEIVE = 1;
    static final int SEND = 2;
    static final int ACCEPT = 3;
    static final int CONNECT = 4;
    static final int CLOSE = 5;
    static final int CANCEL = 6;
    static final int WAKE = 7;
    static final int LISTENER_CLOSE = 8;
    static final int END = 9;

    /// How many objects of a kind can be told apart.
    static final int SLOTS_MAX = 1 << 24;

    private UserData() {
    }

    static long pack(int tag, int generation, int slot) {
        return (long) tag << 56 | Integer.toUnsignedLong(generation) << 24 | slot;
    }

    static int tag(long userData) {
        return (int) (userData >>> 56);
    }

    static int generation(long userData) {
        return (int) (userData >>> 24);
    }

    static int slot(long userData) {
        return (int) userData & SLOTS_MAX - 1;
    }
}
