package dev.rill.fuzz;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What one scenario is made of. Each has only some of all features: what is left out cannot get
/// in the way of what is there, so that a thousand scenarios go further than one with everything.
final class Swarm {

    /// What a line may do.
    enum Act {
        RECV, RECVMSG, READ, READV, READ_MULTISHOT, SEND, SENDMSG, WRITE, WRITEV, NOP, POLL_ADD,
        POLL_REMOVE, CANCEL, PROVIDE, REMOVE, SHUTDOWN_OP, FSYNC, SEND_ZC, TIMEOUT, TIMEOUT_REMOVE,
        CLOSE_OP, ACCEPT, CONNECT, BIND, LISTEN,
        DIAL, FEED, TAKE, END, HANGUP, SHUTDOWN, CLOSE, OPEN,
        PUBLISH, STAGE, RETURN, TAIL, ENTRY, GROUP, REGISTER, UNREGISTER, STATUS, MMAP,
        HOLD, SUBMIT,
    }

    /// What a request may carry.
    enum Trait {
        MULTISHOT, BUNDLE, POLL_FIRST, LENGTH, OPTLEN, WAITALL, PEEK, TRUNC, DONTWAIT, LINK,
        HARDLINK, ASYNC, FIXED_FILE, NO_SELECT, SKIP_SUCCESS, DRAIN, BAD_FLAGS, WRONG_GROUP,
        NAMES, SEND_BUFFERS, SEND_WAITALL, VECTORED_SENDS,
    }

    /// What makes and keeps groups.
    enum Shape {
        INCREMENTAL, CLASSIC, LISTS, MANY_GROUPS, SHARED, MAPPED, MIN_LEFT, OLD_TAIL, TINY_BUFFERS,
        OVERLAPPING, EMPTY_BUFFERS, BAD_ADDRESSES, SAME_BIDS, CLAIMS,
    }

    private static final Set<Act> NEVER_WAITING = EnumSet.of(Act.NOP, Act.PROVIDE, Act.REMOVE,
            Act.POLL_REMOVE, Act.FEED, Act.TAKE, Act.PUBLISH, Act.RETURN, Act.ENTRY,
            Act.GROUP, Act.UNREGISTER, Act.STATUS);
    private static final List<String> KINDS = List.of("unix", "unix", "unix", "unix_dgram",
            "unix_seqpacket", "pipe", "pipe", "tcp", "udp", "file", "eventfd", "special");

    final Map<Act, Integer> weights = new EnumMap<>(Act.class);
    final List<Trait> traits = new ArrayList<>();
    final List<Shape> shapes = new ArrayList<>();
    final List<String> kinds = new ArrayList<>();
    final int steps;
    /// The largest write of the other side.
    final int feedMax;
    final int total;

    Swarm(Choice choice) {
        for (Act act : Act.values()) {
            if (choice.oneIn(2)) {
                weights.put(act, choice.between(1, 8));
            }
        }
        weights.put(Act.FEED, choice.between(4, 14));
        weights.put(choice.of(Act.RECV, Act.RECV, Act.READ, Act.RECVMSG, Act.READV,
                Act.READ_MULTISHOT, Act.SEND), choice.between(4, 14));
        rare(choice, Act.HOLD, Act.CLOSE, Act.HANGUP, Act.END, Act.SHUTDOWN, Act.OPEN, Act.REGISTER,
                Act.TAIL, Act.GROUP, Act.MMAP, Act.STATUS,
                Act.TIMEOUT, Act.TIMEOUT_REMOVE, Act.CLOSE_OP);
        if (weights.containsKey(Act.HOLD)) {
            weights.put(Act.SUBMIT, 2);
        } else {
            weights.remove(Act.SUBMIT);
        }
        for (Trait trait : Trait.values()) {
            boolean seldom = trait == Trait.ASYNC || trait == Trait.SKIP_SUCCESS
                    || trait == Trait.DRAIN || trait == Trait.BAD_FLAGS;
            if (choice.oneIn(seldom ? 24 : 3)) {
                traits.add(trait);
            }
        }
        if (has(Trait.DRAIN)) {
            // Even a cancel waits behind a drain: nothing may be in front of it that waits as well.
            weights.keySet().retainAll(NEVER_WAITING);
            weights.put(Act.NOP, 5);
        }
        for (Shape shape : Shape.values()) {
            if (choice.oneIn(3)) {
                shapes.add(shape);
            }
        }
        int count = choice.between(1, 4);
        for (int i = 0; i < count; i++) {
            String kind = choice.of(KINDS);
            boolean slow = kind.equals("tcp") || kind.equals("udp") || kind.equals("file");
            kinds.add(slow && !choice.oneIn(4) ? "unix" : kind);
        }
        connect(choice);
        steps = choice.of(8, 15, 25, 40, 60);
        feedMax = choice.of(10, 100, 100, 1000, 5000);
        total = weights.values().stream().mapToInt(Integer::intValue).sum();
    }

    /// Few have connections that come.
    private void connect(Choice choice) {
        List<Act> acts = List.of(Act.ACCEPT, Act.DIAL, Act.CONNECT, Act.BIND, Act.LISTEN);
        weights.keySet().removeAll(acts);
        if (has(Trait.DRAIN) || !choice.oneIn(6)) {
            return;
        }
        kinds.add("listener");
        weights.put(Act.ACCEPT, choice.between(3, 12));
        weights.put(Act.DIAL, choice.between(2, 8));
        if (choice.oneIn(2)) {
            kinds.add("socket");
            weights.put(Act.CONNECT, choice.between(1, 6));
            weights.put(Act.BIND, 1);
            weights.put(Act.LISTEN, 1);
        }
    }

    private void rare(Choice choice, Act... acts) {
        for (Act act : acts) {
            if (weights.containsKey(act)) {
                weights.put(act, choice.between(1, 2));
            }
        }
    }

    /// Whether a socket of this kind may be shut down: one of datagrams then keeps a worker busy,
    /// and what is linked behind a worker's request is a race.
    boolean mayShutDown(String kind) {
        boolean datagrams = kind.equals("unix_dgram");
        return !kind.equals("udp") && !kind.equals("tcp") && !kind.equals("socket")
                && !(datagrams && (has(Trait.LINK) || has(Trait.HARDLINK)));
    }

    /// Whether a thread of the kernel may do requests: it posts its completion while the program
    /// does what that has woken, and a timeout behind that counts the one or does not.
    boolean mayUseWorkers() {
        return !chains() || !weights.containsKey(Act.TIMEOUT);
    }

    /// Whether requests wait for others before they look for their files.
    boolean chains() {
        return has(Trait.LINK) || has(Trait.HARDLINK) || has(Trait.DRAIN);
    }

    boolean has(Trait trait) {
        return traits.contains(trait);
    }

    boolean has(Shape shape) {
        return shapes.contains(shape);
    }

    Act draw(Choice choice) {
        int at = choice.below(total);
        for (Map.Entry<Act, Integer> entry : weights.entrySet()) {
            at -= entry.getValue();
            if (at < 0) {
                return entry.getKey();
            }
        }
        throw new AssertionError(total);
    }
}
