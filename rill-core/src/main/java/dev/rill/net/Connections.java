package dev.rill.net;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// The connections of a loop by slot, so that a completion finds its own with two array reads.
///
/// A slot is given back only after the last completion of its connection; its generation then
/// goes up, so that whatever should still come is recognised as late.
final class Connections {

    private Connection[] slots = new Connection[64];
    private int[] generations = new int[64];
    private int[] free = new int[64];
    private int freeCount;
    private int used;
    /// Those that are on their way from another loop included.
    private final AtomicInteger live = new AtomicInteger();
    /// Of those counted, how many have come here and have no slot yet.
    private int arrived;

    /// How many connections there are, those that are on their way included. From any thread.
    int count() {
        return live.get();
    }

    /// Counts one that another loop has accepted and is about to hand over, so that no more come
    /// than there is room for, and none comes to a loop that has ended. From any thread.
    void expect() {
        live.incrementAndGet();
    }

    /// One that was expected is here: the next slot is for it.
    void arrive() {
        arrived++;
    }

    /// It could not be handed over after all. From any thread.
    void expectNoMore() {
        live.decrementAndGet();
    }

    /// It is here and nobody wants it.
    void turnAway() {
        arrived--;
        expectNoMore();
    }

    /// Takes a slot; [#put] fills it.
    int reserve() {
        if (arrived > 0) {
            arrived--;
        } else {
            live.incrementAndGet();
        }
        if (freeCount > 0) {
            return free[--freeCount];
        }
        if (used == slots.length) {
            slots = Arrays.copyOf(slots, 2 * used);
            generations = Arrays.copyOf(generations, 2 * used);
            free = Arrays.copyOf(free, 2 * used);
        }
        return used++;
    }

    int generation(int slot) {
        return generations[slot];
    }

    void put(Connection connection) {
        slots[connection.slot()] = connection;
    }

    /// Gives a slot back.
    ///
    /// @return how many connections there were before
    int remove(Connection connection) {
        int slot = connection.slot();
        slots[slot] = null;
        generations[slot]++;
        free[freeCount++] = slot;
        return live.getAndDecrement();
    }

    /// The connection a completion belongs to.
    ///
    /// @return null when it is no more
    Connection find(long userData) {
        int slot = UserData.slot(userData);
        return slot < used && generations[slot] == UserData.generation(userData)
                ? slots[slot] : null;
    }

    /// The same where there must be one: a connection outlives the requests that name it.
    Connection get(long userData, int res) {
        Connection connection = find(userData);
        if (connection == null) {
            throw new IllegalStateException("a completion of a connection that is no more:"
                    + " user_data=0x" + Long.toHexString(userData) + " res=" + res);
        }
        return connection;
    }

    /// Visits every connection; the visitor may close any.
    void forEach(Consumer<Connection> visitor) {
        for (int slot = 0; slot < used; slot++) {
            if (slots[slot] != null) {
                visitor.accept(slots[slot]);
            }
        }
    }
}
