package dev.rill.simulate;

import dev.rill.abi.Errno;
import dev.rill.net.CloseReason;

/// When all is over: every conversation is complete at both ends, or something has happened that
/// explains why it is not.
final class Judge {

    private final World world;
    private final Crowd crowd;
    private int unknown;

    Judge(World world, Crowd crowd) {
        this.world = world;
        this.crowd = crowd;
    }

    void judge() {
        crowd.peers().forEach(this::judge);
        world.check(unknown <= world.unknownEnds(), "who is not served is told why", unknown
                + " conversations have reached nobody, of " + world.unknownEnds()
                + " connections that ended before it was known whose they are");
    }

    private void judge(Peer peer) {
        Conversation talk = peer.talk();
        if (talk.spoilt != null) {
            return;
        }
        int failure = peer.failure();
        if (failure != 0 && excuses(failure)) {
            return;
        }
        if (failure != 0 && !talk.served && world.unknownEnds() > 0) {
            unknown++;
            return;
        }
        world.check(failure == 0, "nothing fails without a reason", peer + " failed: "
                + Errno.describe(failure));
        if (!talk.served && world.unknownEnds() > 0) {
            unknown++;
            return;
        }
        world.check(talk.served && talk.upAtServer == talk.upLength && talk.upEnded,
                "what is sent arrives", peer + "; the server has " + talk.upAtServer + " bytes"
                + (talk.upEnded ? " and the end" : ""));
        world.check(peer.received() == talk.downLength() && peer.sawEnd(),
                "what is answered arrives", peer.toString());
        CloseReason.Kind kind = talk.reason.kind();
        world.check(kind == CloseReason.Kind.ENDED || kind == CloseReason.Kind.CLOSED,
                "what is complete ends well", peer + ": " + talk.reason);
    }

    /// Whether the network may have done it.
    private boolean excuses(int errno) {
        Setting setting = world.setting();
        return switch (errno) {
            case Errno.ECONNREFUSED, Errno.ETIMEDOUT -> setting.has(Feature.FAILED_CONNECTS);
            case Errno.ECONNRESET, Errno.EPIPE -> setting.has(Feature.RESETS);
            default -> false;
        };
    }
}
