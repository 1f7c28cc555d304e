package dev.rill.simulate;

import dev.rill.net.CloseReason;
import dev.rill.net.Connection;
import dev.rill.net.ConnectionHandler;
import dev.rill.ring.Hold;
import dev.rill.ring.Received;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/// A server's end of a conversation. Every byte is compared; some are kept for a while; now and
/// then it does what a handler should not.
final class Service implements ConnectionHandler {

    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int PAUSES_MAX = 20;

    private final Site site;
    private final World world;
    private final Setting setting;
    private final Setting.Door door;
    private final Draw draw;
    private final Life life;
    private final Header header = new Header();
    /// What is kept, or waits behind what is kept, in the order of the stream.
    private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
    /// Whether it asks for so many bytes, and for how many it has.
    private boolean asks;
    private long asked;
    private boolean asking;
    private int pauses;
    private long answered;
    private boolean finished;

    /// A part of the stream that was received and not yet answered.
    private static final class Piece {
        private final long position;
        private final int length;
        private Hold hold;
        private byte[] bytes;

        Piece(long position, int length) {
            this.position = position;
            this.length = length;
        }
    }

    Service(Site site, Setting.Door door) {
        this.site = site;
        this.door = door;
        world = site.world();
        setting = world.setting();
        draw = site.draw();
        life = new Life(site, "server received");
    }

    @Override
    public void opened(Connection connection) {
        site.guard(() -> {
            life.born(connection);
            life.opened();
            asks = setting.has(Feature.CREDIT) && draw.chance(0.7);
            if (asks) {
                ask();
            }
            misbehave(0.2);
        });
    }

    @Override
    public void received(Connection connection, Received data) {
        site.guard(() -> {
            int length = data.length();
            life.heard(length);
            world.check(connection == life.connection(), "bytes come to their own connection",
                    life);
            verify(site.copyOf(data), length);
            if (asks) {
                goOnAsking(connection, length);
            }
            take(data);
            life.advance(length);
            if (life.talk() != null) {
                life.talk().upAtServer = life.received();
                answer();
            }
            if (draw.chance(setting.pauseChance) && pauses++ < PAUSES_MAX) {
                connection.pause();
                site.later(draw.nanos(PAUSE_NANOS), connection::resume);
            }
            misbehave(1);
        });
    }

    private void verify(byte[] bytes, int length) {
        int from = 0;
        if (!header.isComplete()) {
            header.take(bytes, length);
            if (!header.isComplete()) {
                return;
            }
            from = (int) (Conversation.HEADER - life.received());
            Conversation talk = header.find(world);
            world.check(talk.kind == door.kind() && !talk.served,
                    "a conversation reaches one connection", talk);
            talk.served = true;
            life.identified(talk);
        }
        for (int i = from; i < length; i++) {
            if (bytes[i] != life.talk().up(life.received() + i)) {
                throw world.fail("every byte arrives as it was sent", life.talk() + ": byte "
                        + (life.received() + i) + " of what the peer sent is wrong", null);
            }
        }
    }

    /// Less than twice of what was asked for may come, where the kernel takes a limit along.
    private void goOnAsking(Connection connection, int length) {
        world.check(life.received() + length < 2 * asked || !setting.limitsReceives(),
                "no more comes than was asked for", life);
        if (connection.requested() <= 0 && !asking) {
            asking = true;
            site.later(draw.chance(0.5) ? 0 : draw.nanos(PAUSE_NANOS / 10), this::ask);
        }
    }

    private void ask() {
        asking = false;
        if (!life.isClosed()) {
            long more = draw.wild(1, setting.creditMax);
            asked += more;
            life.connection().request(more);
            if (life.connection().requested() <= 0) {
                asking = true; // there was a debt: that much more is needed at least
                site.later(0, this::ask);
            }
        }
    }

    /// Sends on what comes, or keeps it.
    private void take(Received data) {
        boolean echo = door.kind() == Conversation.Kind.ECHO;
        if (life.talk() != null && draw.chance(setting.holdChance)) {
            Piece piece = new Piece(life.received(), data.length());
            piece.hold = data.hold();
            site.held(1);
            if (draw.chance(0.1)) {
                piece.hold.segment(); // it cannot be moved from now on
            }
            if (echo) {
                pieces.add(piece);
            }
            site.later(draw.nanos(setting.holdNanosMax), () -> release(piece));
        } else if (echo && !pieces.isEmpty()) {
            Piece piece = new Piece(life.received(), data.length());
            piece.bytes = data.toArray();
            pieces.add(piece);
        } else if (echo && life.connection().send(data)) {
            answered += data.length();
        }
    }

    private void release(Piece piece) {
        if (site.isClosed()) {
            piece.hold.close();
            return;
        }
        byte[] bytes = switch (draw.below(3)) {
            case 0 -> piece.hold.toArray();
            case 1 -> piece.hold.segment().toArray(ValueLayout.JAVA_BYTE);
            default -> {
                byte[] one = new byte[piece.length];
                for (int i = 0; i < one.length; i++) {
                    one[i] = piece.hold.get(i);
                }
                yield one;
            }
        };
        for (int i = 0; i < piece.length; i++) {
            if (bytes[i] != life.talk().up(piece.position + i)) {
                throw world.fail("held bytes stay what they are", life.talk() + ": byte "
                        + (piece.position + i) + " was overwritten", null);
            }
        }
        piece.hold.close();
        piece.hold = null;
        piece.bytes = bytes;
        site.held(-1);
        world.event("hold closed", life.id(), piece.position, piece.length);
        while (!pieces.isEmpty() && pieces.peek().bytes != null) {
            byte[] next = pieces.poll().bytes;
            if (send(next)) {
                answered += next.length;
            }
        }
        answer();
    }

    private boolean send(byte[] bytes) {
        Connection connection = life.connection();
        return switch (draw.below(3)) {
            case 0 -> connection.send(bytes);
            case 1 -> connection.send(ByteBuffer.wrap(bytes));
            default -> connection.send(MemorySegment.ofArray(bytes));
        };
    }

    /// Sends what is due, as long as it is taken without a jam, and ends when all is said.
    private void answer() {
        Conversation talk = life.talk();
        Connection connection = life.connection();
        if (talk == null || life.isClosed() || finished) {
            return;
        }
        long due = talk.downDue(life.received(), life.hasEnded());
        while (talk.kind != Conversation.Kind.ECHO && answered < due
                && connection.unsent() <= site.options().unsentHigh()) {
            byte[] bytes = new byte[(int) Math.min(due - answered, draw.wild(1, setting.chunkMax))];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = talk.down(answered + i);
            }
            if (!send(bytes)) {
                return;
            }
            answered += bytes.length;
        }
        boolean early = talk.kind == Conversation.Kind.SOURCE && life.received()
                >= Conversation.HEADER && talk.id % 2 == 0;
        if ((life.hasEnded() || early) && answered >= due && pieces.isEmpty()) {
            finished = true;
            if (life.hasEnded() && setting.has(Feature.CLOSES)) {
                life.close();
            } else {
                connection.finish();
            }
        }
    }

    @Override
    public void ended(Connection connection) {
        site.guard(() -> {
            life.ended();
            if (life.talk() == null) {
                connection.finish();
                return;
            }
            life.talk().upEnded = true;
            answer();
            misbehave(0.5);
        });
    }

    @Override
    public void drained(Connection connection) {
        site.guard(() -> {
            world.check(life.isOpen() && connection.unsent() <= site.options().unsentLow(),
                    "drained says that there is room", life);
            answer();
        });
    }

    @Override
    public void closed(Connection connection, CloseReason reason) {
        site.guard(() -> {
            life.closed(reason);
            if (life.talk() != null) {
                life.talk().reason = reason;
            }
            if (setting.has(Feature.THROWS) && draw.chance(setting.misbehaviourChance)) {
                throw new Misbehaviour(); // it is gone already: nothing comes of it
            }
        });
    }

    private void misbehave(double factor) {
        double chance = setting.misbehaviourChance * factor;
        if (setting.has(Feature.THROWS) && draw.chance(chance)) {
            life.throwsNow();
        }
        if (setting.has(Feature.ABORTS) && draw.chance(chance)) {
            if (draw.chance(0.5)) {
                life.abort("the server aborted it");
            } else {
                life.spoil("the server closed it early");
                life.close();
            }
        }
    }
}
