package dev.rill.engine;

import static dev.rill.abi.MsgFlags.MSG_PEEK;
import static dev.rill.abi.MsgFlags.MSG_TRUNC;

import dev.rill.abi.Errno;
import java.util.ArrayDeque;
import java.util.function.IntConsumer;

/// Messages that a socket has received, each a whole.
final class PacketQueue {

    /// A message, and who is told when its memory is free again.
    ///
    /// @param from its sender's address, or null
    /// @param to where it was sent
    record Packet(byte[] bytes, byte[] from, byte[] to, int charge, IntConsumer sender) {
    }

    private final ArrayDeque<Packet> packets = new ArrayDeque<>();
    private int charged;

    boolean isEmpty() {
        return packets.isEmpty();
    }

    /// Whether there is something to be missed: one empty message is nothing, two are.
    boolean hasUnread() {
        return packets.size() > 1 || packets.size() == 1 && packets.getFirst().bytes.length > 0;
    }

    int size() {
        return packets.size();
    }

    /// What the messages here are charged.
    int charged() {
        return charged;
    }

    void add(Packet packet) {
        packets.add(packet);
        charged += packet.charge;
    }

    /// Moves the next message to a program's memory; there must be one.
    ///
    /// @return its bytes stored, or with MSG_TRUNC all it had, or `-EFAULT`
    int receive(Message message) {
        Packet packet = packets.getFirst();
        if ((message.flags & MSG_PEEK) == 0) {
            remove();
        }
        int length = packet.bytes.length;
        int room = (int) Math.min(length, message.data.remaining());
        int stored = message.data.put(packet.bytes, 0, room);
        if (stored != room) {
            return -Errno.EFAULT; // the message is gone all the same
        }
        if (room < length) {
            message.answerFlags |= MSG_TRUNC;
        }
        message.name = packet.from;
        message.destination = packet.to;
        return (message.flags & MSG_TRUNC) != 0 ? length : room;
    }

    void clear() {
        while (!packets.isEmpty()) {
            remove();
        }
    }

    private void remove() {
        Packet packet = packets.removeFirst();
        charged -= packet.charge;
        packet.sender.accept(packet.charge);
    }
}
