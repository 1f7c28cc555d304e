package dev.rill.engine;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.IoUringSqe;
import dev.rill.abi.MsgFlags;
import dev.rill.abi.SqeFlags;
import java.lang.foreign.MemorySegment;

/// One request from its submission to its last completion (`struct io_kiocb`).
///
/// The fields are the kernel's; each part of the engine uses its own group of them.
final class Request implements WaitQueue.Waiter {

    // What issuing a request answers, besides -errno.
    /// The request is complete: `res` and `cflags` are set.
    static final int COMPLETE = 0;
    /// Somebody else will complete it.
    static final int SKIP = 1;
    /// A multishot has done enough for now and goes on after others.
    static final int REQUEUE = 2;

    // What is to be done with a request in the ring's queue of work.
    static final int WORK_SUBMIT = 1;
    static final int WORK_COMPLETE = 2;
    static final int WORK_POLL = 3;
    static final int WORK_LINK_TIMEOUT = 4;
    static final int WORK_NOTIFY = 5;
    static final int WORK_BLOCKED = 6;

    // Which kind of buffer is attached.
    static final int HELD_NONE = 0;
    static final int HELD_LIST = 1;
    static final int HELD_RING = 2;

    /// The wait before the last of APOLL_MAX_RETRY is the last that comes about.
    private static final int WAITS_MAX = 127;

    final RingContext ring;

    // The submission entry, as it was when the request was submitted.
    final int opcode;
    int flags;
    final int ioprio;
    final int fd;
    final long off;
    final long addr;
    final int sqeLen;
    final int opFlags;
    final long userData;
    final int bufGroup;
    final int personality;
    final int fileIndex;
    final long addr3;

    // Its way through the ring.
    OpenFile file;
    int work;
    /// Where the table begins that it waits in ([Polling]).
    int table;
    int res;
    int cflags;
    boolean big;
    long extra1;
    long extra2;
    boolean failed;
    /// Has no completion although it failed.
    boolean silent;
    /// `REQ_F_NOWAIT`: -EAGAIN is an answer.
    boolean noWait;
    boolean forceAsync;
    /// Runs without the ring's lock, on a worker thread of the kernel (io-wq).
    boolean unlocked;
    /// Waits inside the call of a worker.
    boolean blocked;
    /// Must not wait inside the call any more.
    boolean interrupted;
    boolean done;
    Request link;
    Request head;
    Request timeout;

    // Buffer selection (kbuf.c).
    int held;
    int bid;
    boolean toCommit;
    boolean moreLatch;
    boolean lastBuffer;
    boolean noRecycle;
    boolean partialMap;
    ProvidedRing commitRing;
    ProvidedList.Buffer listBuffer;
    long selectedAddress;
    long selectedLength;
    int capacity = 1;
    boolean hasMessage;

    // Transfers (net.c, rw.c).
    Message message;
    /// The length latch: starts as `sqe.len`, and each single selection stores its length.
    int length;
    int transferred;
    boolean partial;
    boolean multishot;
    boolean secondPass;
    boolean capped;
    boolean limited;
    boolean limitReached;
    boolean imported;
    int shotLength;
    int totalLeft;
    int shots;
    int lastPending;
    long position;
    /// How much a write was to write before any of it was; -1 before it has been tried.
    long wanted = -1;
    /// Where a message is sent to; null for the connected peer.
    byte[] destination;
    Object operation;
    /// A zero-copy send has a second completion, when its memory is free again.
    boolean notifies;
    int notification;

    // Waiting for readiness (poll.c).
    boolean armed;
    boolean polled;
    /// Whether a connect has begun anew after an attempt that is over.
    boolean triedAgain;
    /// How often it may still wait again (APOLL_MAX_RETRY).
    int waitsLeft = WAITS_MAX;
    boolean oneshot;
    boolean cancelled;
    int pollEvents;
    int pollReferences;
    int pollResult;
    WaitQueue waitingIn;

    Request(RingContext ring, MemorySegment sqe, long at) {
        this.ring = ring;
        opcode = Byte.toUnsignedInt(sqe.get(JAVA_BYTE, at + IoUringSqe.OPCODE));
        flags = Byte.toUnsignedInt(sqe.get(JAVA_BYTE, at + IoUringSqe.FLAGS));
        ioprio = Short.toUnsignedInt(sqe.get(JAVA_SHORT, at + IoUringSqe.IOPRIO));
        fd = sqe.get(JAVA_INT, at + IoUringSqe.FD);
        off = sqe.get(JAVA_LONG, at + IoUringSqe.OFF);
        addr = sqe.get(JAVA_LONG, at + IoUringSqe.ADDR);
        sqeLen = sqe.get(JAVA_INT, at + IoUringSqe.LEN);
        opFlags = sqe.get(JAVA_INT, at + IoUringSqe.OP_FLAGS);
        userData = sqe.get(JAVA_LONG, at + IoUringSqe.USER_DATA);
        bufGroup = Short.toUnsignedInt(sqe.get(JAVA_SHORT, at + IoUringSqe.BUF_GROUP));
        personality = Short.toUnsignedInt(sqe.get(JAVA_SHORT, at + IoUringSqe.PERSONALITY));
        fileIndex = sqe.get(JAVA_INT, at + IoUringSqe.FILE_INDEX);
        addr3 = sqe.get(JAVA_LONG, at + IoUringSqe.ADDR3);
        length = sqeLen;
    }

    boolean has(int sqeFlag) {
        return (flags & sqeFlag) != 0;
    }

    boolean linked() {
        return has(SqeFlags.IOSQE_IO_LINK | SqeFlags.IOSQE_IO_HARDLINK);
    }

    boolean selects() {
        return has(SqeFlags.IOSQE_BUFFER_SELECT);
    }

    AddressSpace memory() {
        return ring.kernel().memory();
    }

    Profile profile() {
        return ring.kernel().profile();
    }

    /// A part of the transfer is made and the rest is waited for, however many parts there are: a
    /// worker would end up waiting for it inside the call. What only peeks is seen again each time.
    void transferredPart(int bytes) {
        transferred += bytes;
        partial = true;
        if ((opFlags & MsgFlags.MSG_PEEK) == 0) {
            waitsLeft = WAITS_MAX;
        }
    }

    /// Sets the result of a request that is complete.
    int complete(int result) {
        return complete(result, 0);
    }

    /// The same of an operation whose errors are answers like others: a chain goes on after them.
    int answer(int result) {
        res = result;
        cflags = 0;
        return COMPLETE;
    }

    int complete(int result, int completionFlags) {
        res = result;
        cflags = completionFlags;
        if (result < 0) {
            failed = true;
        }
        return COMPLETE;
    }

    @Override
    public void woken(int mask) {
        if (blocked) {
            ring.workers().woken(this);
        } else {
            ring.polling().woken(this, mask);
        }
    }
}
