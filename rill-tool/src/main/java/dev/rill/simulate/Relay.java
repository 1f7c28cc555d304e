package dev.rill.simulate;

import dev.rill.kernel.KernelException;
import dev.rill.net.CloseReason;
import dev.rill.net.Connection;
import dev.rill.net.ConnectionHandler;
import dev.rill.ring.Received;

/// A proxy's two connections: what comes on one goes out on the other, from where it was received.
final class Relay {

    private final Site site;
    private final World world;
    private final Setting.Door target;
    private final Header header = new Header();
    private final End front;
    private final End back;

    Relay(Site site, Setting.Door target) {
        this.site = site;
        this.target = target;
        world = site.world();
        front = new End(true);
        back = new End(false);
    }

    ConnectionHandler front() {
        return front;
    }

    private void connect() {
        try {
            back.life.born(site.loop().connect(target.address(), back));
        } catch (KernelException e) {
            front.life.abort("no socket for the relay");
        }
    }

    /// One of the two.
    private final class End implements ConnectionHandler {

        private final boolean isFront;
        private final Life life;

        End(boolean isFront) {
            this.isFront = isFront;
            life = new Life(site, isFront ? "relay received" : "relay was answered");
        }

        private End other() {
            return isFront ? back : front;
        }

        @Override
        public void opened(Connection connection) {
            site.guard(() -> {
                if (isFront) {
                    life.born(connection);
                    life.opened();
                    connect();
                } else {
                    life.opened();
                }
            });
        }

        @Override
        public void received(Connection connection, Received data) {
            site.guard(() -> {
                int length = data.length();
                life.heard(length);
                byte[] bytes = site.copyOf(data);
                identify(bytes, length);
                for (int i = 0; life.talk() != null && i < length; i++) {
                    long at = life.received() + i;
                    if (bytes[i] != (isFront ? life.talk().up(at) : life.talk().down(at))) {
                        throw world.fail("every byte arrives as it was sent", life.talk()
                                + ": byte " + at + " is wrong at the relay", null);
                    }
                }
                life.advance(length);
                Connection to = other().life.connection();
                if (to != null) {
                    to.send(data);
                }
            });
        }

        private void identify(byte[] bytes, int length) {
            if (isFront && !header.isComplete()) {
                header.take(bytes, length);
                if (header.isComplete()) {
                    Conversation talk = header.find(world);
                    front.life.identified(talk);
                    back.life.identified(talk);
                }
            }
        }

        @Override
        public void ended(Connection connection) {
            site.guard(() -> {
                life.ended();
                if (other().life.connection() != null) {
                    other().life.connection().finish();
                }
            });
        }

        @Override
        public void closed(Connection connection, CloseReason reason) {
            site.guard(() -> {
                life.closed(reason);
                boolean alone = reason.kind() != CloseReason.Kind.ENDED;
                if (alone && other().life.connection() != null && !other().life.isClosed()) {
                    other().life.abort("the relay lost its other end");
                }
            });
        }
    }
}
