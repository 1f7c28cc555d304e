package dev.rill.simulate;

import static dev.rill.abi.MsgFlags.MSG_NOSIGNAL;
import static dev.rill.abi.SocketConstants.SHUT_WR;

import dev.rill.abi.Errno;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One peer of the crowd. It sends what its conversation says and compares what is answered; most
/// do that to the end, in their own way, and some do not.
final class Peer {

    /// The lower bits of user data say which request it was.
    static final int OPERATION_BITS = 3;

    private static final int CONNECT = 0;
    private static final int SEND = 1;
    private static final int RECEIVE = 2;

    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long THINK_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long STAY_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final int ONE_BYTE_LENGTH_MAX = 200;

    /// What a peer does that does not go to the end.
    private enum Rudeness { NONE, RESETS, LEAVES, VANISHES, NEVER_READS }

    private final World world;
    private final Crowd crowd;
    private final Draw draw;
    private final Conversation talk;
    private final Setting.Door door;
    private final MemorySegment memory;
    private final int chunkMax;
    private final int readMax;

    private final Rudeness rudeness;
    private final boolean stubborn;
    /// When it has moved so many bytes, it does what it is rude about, or idles.
    private final long turningPoint;
    private boolean turned;
    private boolean idles;
    private final boolean lockStep;
    /// How often it still thinks before it goes on.
    private int thoughts;

    private int fd = -1;
    private int inFlight;
    private int sendingLength;
    private boolean sending;
    private boolean receiving;
    private boolean waitsToSend;
    private boolean waitsToReceive;
    private boolean connected;
    private boolean finished;
    private boolean leaving;
    private boolean closing;
    private boolean gone;
    private long sent;
    private long received;
    private boolean ended;
    private int failure;

    Peer(World world, Crowd crowd, int id) {
        this.world = world;
        this.crowd = crowd;
        Setting setting = world.setting();
        draw = Draw.of(setting.seed, 10_000 + id);
        memory = crowd.memory(id);
        door = setting.doors.get(draw.below(setting.doors.size()));
        rudeness = rudeness(setting);
        boolean byteByByte = setting.has(Feature.ONE_BYTE_SENDERS) && draw.chance(0.2);
        chunkMax = byteByByte ? 1 : draw.between(1, setting.chunkMax);
        boolean slow = setting.has(Feature.SLOW_READERS) && draw.chance(0.4);
        readMax = slow ? draw.wild(1, setting.readMax) : setting.readMax;
        thoughts = slow ? draw.wild(1, 100) : draw.chance(0.3) ? draw.wild(1, 10) : 0;
        idles = setting.has(Feature.IDLERS) && draw.chance(0.2);
        talk = converse(setting, id, byteByByte
                ? Math.min(ONE_BYTE_LENGTH_MAX, setting.lengthMax) : setting.lengthMax);
        world.add(talk);
        long all = talk.upLength + talk.downLength();
        turningPoint = draw.chance(0.2) ? 0 : (long) (all * (draw.below(1000) / 1000.0));
        stubborn = draw.chance(0.5) && !setting.has(Feature.FEW_CONNECTIONS);
        lockStep = talk.kind == Conversation.Kind.ANSWERS && draw.chance(0.5);
    }

    private Rudeness rudeness(Setting setting) {
        List<Rudeness> possible = new ArrayList<>();
        if (setting.has(Feature.RESETTERS)) {
            possible.add(Rudeness.RESETS);
        }
        if (setting.has(Feature.LEAVERS)) {
            possible.add(Rudeness.LEAVES);
        }
        if (setting.has(Feature.VANISHERS)) {
            possible.add(Rudeness.VANISHES);
        }
        if (setting.has(Feature.NEVER_READERS)) {
            possible.add(Rudeness.NEVER_READS);
        }
        int which = draw.below(1000);
        return possible.isEmpty() || which >= 250 ? Rudeness.NONE
                : possible.get(which % possible.size());
    }

    private Conversation converse(Setting setting, int id, int lengthMax) {
        int length = draw.wild(1, lengthMax);
        int frame = Math.max(1, length / draw.wild(1, 50));
        int answer = draw.wild(1, Math.max(1, setting.lengthMax / Math.max(1, length / frame)));
        long up = switch (door.kind()) {
            case ECHO, SINK, ANSWERS -> length;
            case SOURCE -> draw.below(20);
        };
        return new Conversation(setting.seed, id, door.kind(), Conversation.HEADER + up, frame,
                door.kind() == Conversation.Kind.SOURCE ? length : answer, door.isRelay());
    }

    boolean behaves() {
        return rudeness == Rudeness.NONE;
    }

    boolean isGone() {
        return gone;
    }

    Conversation talk() {
        return talk;
    }

    long received() {
        return received;
    }

    boolean sawEnd() {
        return ended;
    }

    int failure() {
        return failure;
    }

    // ---- coming ------------------------------------------------------------------------------

    void start() {
        if (leaving || gone) {
            vanish();
            return;
        }
        world.tally().steps++;
        fd = crowd.socket();
        if (fd < 0) {
            world.agenda().at(world.now() + AGAIN_NANOS, this::start);
            return;
        }
        world.event("peer connects", talk.id, door.index(), talk.upLength);
        crowd.sqe().prepConnect(fd, crowd.address(door.index()),
                crowd.addressLength(door.index())).userData(tagged(CONNECT));
        inFlight++;
    }

    private long tagged(int operation) {
        return (long) talk.id << OPERATION_BITS | operation;
    }

    void completed(int operation, int res) {
        inFlight--;
        switch (operation) {
            case CONNECT -> connected(res);
            case SEND -> sent(res);
            default -> received(res);
        }
        if (closing && inFlight == 0 && !gone) {
            closeDescriptor();
        }
    }

    private void connected(int res) {
        world.event("peer connected", talk.id, res, 0);
        world.progress();
        if (res < 0) {
            failed(res);
            return;
        }
        connected = true;
        boolean stays = rudeness == Rudeness.VANISHES || rudeness == Rudeness.NEVER_READS;
        if (stays && !stubborn) {
            world.agenda().at(world.now() + draw.nanos(STAY_NANOS), this::leave);
        }
        if (rudeness == Rudeness.VANISHES && turningPoint == 0 || leaving) {
            turn();
            return;
        }
        send();
        receive();
    }

    // ---- sending -----------------------------------------------------------------------------

    private boolean isActive() {
        return connected && !closing && failure == 0 && !(turned
                && rudeness == Rudeness.VANISHES);
    }

    /// Before a part it may think; some only a few times.
    private boolean thinks() {
        if (thoughts > 0 && draw.chance(0.5)) {
            thoughts--;
            return true;
        }
        return false;
    }

    private void send() {
        if (waitsToSend || sending || finished || !isActive()) {
            return;
        }
        if (thinks()) {
            waitsToSend = true;
            world.agenda().at(world.now() + draw.nanos(THINK_NANOS), () -> {
                waitsToSend = false;
                sendNow();
            });
        } else {
            sendNow();
        }
    }

    private void sendNow() {
        if (sending || finished || !isActive()) {
            return;
        }
        long left = talk.upLength - sent;
        if (lockStep && !ended && sent > Conversation.HEADER) {
            long frames = (sent - Conversation.HEADER) / talk.frame;
            if (received < talk.downDue(sent, false)) {
                return; // the answer first; receiving it goes on here
            }
            left = Math.min(left, (frames + 1) * talk.frame + Conversation.HEADER - sent);
        }
        if (left == 0) {
            finish();
            return;
        }
        sendingLength = (int) Math.min(left, draw.between(1, chunkMax));
        for (int i = 0; i < sendingLength; i++) {
            memory.set(ValueLayout.JAVA_BYTE, i, talk.up(sent + i));
        }
        world.tally().steps++;
        crowd.sqe().prepSend(fd, memory.address(), sendingLength, MSG_NOSIGNAL)
                .userData(tagged(SEND));
        inFlight++;
        sending = true;
    }

    private void finish() {
        finished = true;
        world.tally().steps++;
        world.event("peer ends its input", talk.id, sent, 0);
        world.kernel().descriptors().shutdown(fd, SHUT_WR);
        closeWhenDone();
    }

    private void sent(int res) {
        sending = false;
        if (res >= 0) {
            world.check(res <= sendingLength, "no more is sent than there is", talk);
            sent += res;
            world.progress();
            world.event("peer sent", talk.id, sent, res);
            turnIfItIsTime();
            send();
        } else if (isFailure(res)) {
            failed(res);
        } else {
            send();
        }
    }

    // ---- receiving ---------------------------------------------------------------------------

    private void receive() {
        if (waitsToReceive || receiving || ended || !isActive()
                || rudeness == Rudeness.NEVER_READS) {
            return;
        }
        if (thinks()) {
            waitsToReceive = true;
            world.agenda().at(world.now() + draw.nanos(THINK_NANOS), () -> {
                waitsToReceive = false;
                receiveNow();
            });
        } else {
            receiveNow();
        }
    }

    private void receiveNow() {
        if (receiving || ended || !isActive()) {
            return;
        }
        world.tally().steps++;
        int chunk = world.setting().chunkMax;
        crowd.sqe().prepRecv(fd, memory.address() + chunk, draw.between(1, readMax), 0)
                .userData(tagged(RECEIVE));
        inFlight++;
        receiving = true;
    }

    private void received(int res) {
        receiving = false;
        if (res > 0) {
            verify(res);
            received += res;
            world.tally().bytes += res;
            world.progress();
            world.event("peer received", talk.id, received, res);
            turnIfItIsTime();
            if (lockStep) {
                send();
            }
            receive();
        } else if (res == 0) {
            ended = true;
            world.event("peer sees the end", talk.id, received, 0);
            send();
            closeWhenDone();
        } else if (isFailure(res)) {
            failed(res);
        } else {
            receive();
        }
    }

    private void verify(int length) {
        int chunk = world.setting().chunkMax;
        for (int i = 0; i < length; i++) {
            if (memory.get(ValueLayout.JAVA_BYTE, chunk + i) != talk.down(received + i)) {
                throw world.fail("every byte arrives as it was sent", talk + ": byte "
                        + (received + i) + " of the answer is wrong", null);
            }
        }
        world.check(received + length <= talk.downDue(sent + sendingLength, finished),
                "no answer comes before its question", this);
    }

    // ---- going -------------------------------------------------------------------------------

    private static boolean isFailure(int res) {
        return res != -Errno.ECANCELED && res != -Errno.EAGAIN && res != -Errno.EINTR;
    }

    private void failed(int res) {
        if (closing) {
            return;
        }
        failure = -res;
        world.event("peer failed", talk.id, failure, 0);
        close();
    }

    private void closeWhenDone() {
        if (ended && finished) {
            close();
        }
    }

    private void turnIfItIsTime() {
        if (!turned && sent + received >= turningPoint && isActive()) {
            turn();
        }
    }

    /// The middle of the conversation, where some do something else.
    private void turn() {
        turned = true;
        switch (rudeness) {
            case NONE -> {
                if (idles) {
                    waitsToSend = true;
                    world.event("peer idles", talk.id, sent, received);
                    world.agenda().at(world.now() + draw.nanos(IDLE_NANOS), () -> {
                        waitsToSend = false;
                        send();
                    });
                }
            }
            case RESETS -> {
                spoil("the peer reset it");
                crowd.resetOnClose(fd);
                close();
            }
            case LEAVES -> {
                spoil("the peer left");
                close();
            }
            case VANISHES, NEVER_READS -> {
                spoil("the peer vanished");
                if (leaving) {
                    close();
                }
            }
        }
    }

    private void spoil(String why) {
        world.event("peer is rude", talk.id, rudeness.ordinal(), sent + received);
        talk.spoil(why);
    }

    /// It has stayed long enough, unless it is one of those that end by themselves.
    void leave() {
        if (rudeness == Rudeness.NONE || gone || leaving) {
            return;
        }
        leaving = true;
        talk.spoil("the peer left");
        if (fd >= 0) {
            close();
        }
    }

    private void close() {
        if (closing) {
            return;
        }
        closing = true;
        world.tally().steps++;
        if (inFlight == 0) {
            closeDescriptor();
        } else {
            cancel();
        }
    }

    private void cancel() {
        if (!gone) {
            crowd.sqe().prepCancelFd(fd).userData(-1);
            world.agenda().at(world.now() + AGAIN_NANOS, this::cancel);
        }
    }

    private void closeDescriptor() {
        world.event("peer is gone", talk.id, sent, received);
        world.kernel().descriptors().close(fd);
        vanish();
    }

    private void vanish() {
        if (!gone) {
            gone = true;
            crowd.gone(this);
        }
    }

    @Override
    public String toString() {
        return "peer " + talk + " (" + rudeness + "), sent " + sent + " of " + talk.upLength
                + ", received " + received + " of " + talk.downLength()
                + (connected ? "" : ", not connected") + (ended ? ", saw the end" : "")
                + (closing ? ", closing" : "") + (talk.spoilt == null ? "" : ", " + talk.spoilt);
    }
}
