package dev.rill.net;

import java.util.Arrays;
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
    private int live;

    /// How many connections there are.
    int count() {
        return live;
    }

    /// Takes a slot; [#put] fills it.
    int reserve() {
        live++;
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

    void remove(Connection connection) {
        int slot = connection.slot();
        slots[slot] = null;
        generations[slot]++;
        free[freeCount++] = slot;
        live--;
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
