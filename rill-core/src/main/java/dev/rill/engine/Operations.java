package dev.rill.engine;

import static dev.rill.abi.Opcode.IORING_OP_ACCEPT;
import static dev.rill.abi.Opcode.IORING_OP_ASYNC_CANCEL;
import static dev.rill.abi.Opcode.IORING_OP_BIND;
import static dev.rill.abi.Opcode.IORING_OP_CLOSE;
import static dev.rill.abi.Opcode.IORING_OP_CONNECT;
import static dev.rill.abi.Opcode.IORING_OP_FSYNC;
import static dev.rill.abi.Opcode.IORING_OP_LINK_TIMEOUT;
import static dev.rill.abi.Opcode.IORING_OP_LISTEN;
import static dev.rill.abi.Opcode.IORING_OP_MSG_RING;
import static dev.rill.abi.Opcode.IORING_OP_NOP;
import static dev.rill.abi.Opcode.IORING_OP_OPENAT;
import static dev.rill.abi.Opcode.IORING_OP_POLL_ADD;
import static dev.rill.abi.Opcode.IORING_OP_POLL_REMOVE;
import static dev.rill.abi.Opcode.IORING_OP_PROVIDE_BUFFERS;
import static dev.rill.abi.Opcode.IORING_OP_READ;
import static dev.rill.abi.Opcode.IORING_OP_READV;
import static dev.rill.abi.Opcode.IORING_OP_READ_FIXED;
import static dev.rill.abi.Opcode.IORING_OP_READ_MULTISHOT;
import static dev.rill.abi.Opcode.IORING_OP_RECV;
import static dev.rill.abi.Opcode.IORING_OP_RECVMSG;
import static dev.rill.abi.Opcode.IORING_OP_RECV_ZC;
import static dev.rill.abi.Opcode.IORING_OP_REMOVE_BUFFERS;
import static dev.rill.abi.Opcode.IORING_OP_SEND;
import static dev.rill.abi.Opcode.IORING_OP_SENDMSG;
import static dev.rill.abi.Opcode.IORING_OP_SENDMSG_ZC;
import static dev.rill.abi.Opcode.IORING_OP_SEND_ZC;
import static dev.rill.abi.Opcode.IORING_OP_SHUTDOWN;
import static dev.rill.abi.Opcode.IORING_OP_SOCKET;
import static dev.rill.abi.Opcode.IORING_OP_TIMEOUT;
import static dev.rill.abi.Opcode.IORING_OP_TIMEOUT_REMOVE;
import static dev.rill.abi.Opcode.IORING_OP_UNLINKAT;
import static dev.rill.abi.Opcode.IORING_OP_WRITE;
import static dev.rill.abi.Opcode.IORING_OP_WRITEV;
import static dev.rill.abi.Opcode.IORING_OP_WRITE_FIXED;

import dev.rill.abi.Errno;
import dev.rill.abi.PollFlags;
import dev.rill.abi.SqeFlags;

/// Which operations there are, and how each is prepared and issued (io_uring/opdef.c).
final class Operations {

    /// Highest opcode of the reference kernel, as IORING_REGISTER_PROBE tells.
    static final int LAST = 62;

    private static final int FILE = 1;
    private static final int SELECTS = 2;
    private static final int IOPRIO = 4;
    private static final int POLL_IN = 8;
    private static final int POLL_OUT = 16;
    private static final int UNSUPPORTED = 32;

    private static final int RECEIVES = FILE | SELECTS | IOPRIO | POLL_IN;
    private static final int SENDS = FILE | IOPRIO | POLL_OUT;

    /// Checks an entry and copies what must not change later.
    interface Prepare {
        int prepare(Request request);
    }

    /// Tries the operation.
    interface Issue {
        int issue(Request request, boolean fromPoll);
    }

    /// What is known of an operation.
    record Definition(int traits, Prepare prepare, Issue issue) {

        boolean selects() {
            return (traits & SELECTS) != 0;
        }

        boolean ioprio() {
            return (traits & IOPRIO) != 0;
        }

        boolean iopoll() {
            return false; // no file of ours has a device to ask
        }

        boolean supported() {
            return (traits & UNSUPPORTED) == 0;
        }
    }

    private static final Definition[] DEFINITIONS = new Definition[LAST + 1];

    static {
        define(IORING_OP_NOP, 0, MiscOps::prepareNop, (r, _) -> MiscOps.nop(r));
        define(IORING_OP_READ, FILE | SELECTS | IOPRIO | POLL_IN, ReadWriteOps::prepare,
                (r, _) -> ReadWriteOps.read(r));
        define(IORING_OP_READV, FILE | SELECTS | IOPRIO | POLL_IN, ReadWriteOps::prepareVector,
                (r, _) -> ReadWriteOps.read(r));
        define(IORING_OP_READ_MULTISHOT, FILE | SELECTS | POLL_IN,
                ReadWriteOps::prepareMultishot, ReadWriteOps::readMultishot);
        define(IORING_OP_WRITE, FILE | IOPRIO | POLL_OUT, ReadWriteOps::prepare,
                (r, _) -> ReadWriteOps.write(r));
        define(IORING_OP_WRITEV, FILE | IOPRIO | POLL_OUT, ReadWriteOps::prepareVector,
                (r, _) -> ReadWriteOps.write(r));
        define(IORING_OP_FSYNC, FILE, MiscOps::prepareFsync, (r, _) -> MiscOps.fsync(r));
        define(IORING_OP_OPENAT, 0, MiscOps::prepareOpen, (r, _) -> MiscOps.open(r));
        define(IORING_OP_UNLINKAT, 0, MiscOps::prepareUnlink, (r, _) -> MiscOps.unlink(r));
        define(IORING_OP_CLOSE, 0, MiscOps::prepareClose, (r, _) -> MiscOps.close(r));
        define(IORING_OP_POLL_ADD, FILE, MiscOps::preparePoll, (r, _) -> MiscOps.pollAdd(r));
        define(IORING_OP_POLL_REMOVE, 0, MiscOps::preparePollRemove,
                (r, _) -> MiscOps.pollRemove(r));
        define(IORING_OP_TIMEOUT, 0, Timeouts::prepare, (r, _) -> Timeouts.issue(r));
        define(IORING_OP_LINK_TIMEOUT, 0, Timeouts::prepare, (_, _) -> -Errno.EINVAL);
        define(IORING_OP_TIMEOUT_REMOVE, 0, Timeouts::prepareRemove,
                (r, _) -> Timeouts.issueRemove(r));
        define(IORING_OP_ASYNC_CANCEL, 0, Cancellation::prepare,
                (r, _) -> Cancellation.issue(r));
        define(IORING_OP_MSG_RING, FILE, _ -> 0, (r, _) -> MiscOps.messageRing(r));
        define(IORING_OP_PROVIDE_BUFFERS, 0, ListGroups::prepareProvide,
                (r, _) -> ListGroups.provide(r));
        define(IORING_OP_REMOVE_BUFFERS, 0, ListGroups::prepareRemove,
                (r, _) -> ListGroups.remove(r));
        define(IORING_OP_RECV, RECEIVES, NetReceive::prepare, NetReceive::receive);
        define(IORING_OP_RECVMSG, RECEIVES, NetReceive::prepare, NetReceive::receiveMessage);
        define(IORING_OP_SEND, SENDS | SELECTS, NetSend::prepare, (r, _) -> NetSend.send(r));
        define(IORING_OP_SENDMSG, SENDS, NetSend::prepare, (r, _) -> NetSend.sendMessage(r));
        define(IORING_OP_SEND_ZC, SENDS, NetSend::prepare, (r, _) -> NetSend.send(r));
        define(IORING_OP_SENDMSG_ZC, SENDS, NetSend::prepare, (r, _) -> NetSend.sendMessage(r));
        define(IORING_OP_ACCEPT, FILE | IOPRIO | POLL_IN, NetSetup::prepareAccept,
                NetSetup::accept);
        define(IORING_OP_CONNECT, FILE | POLL_OUT, NetSetup::prepareConnect,
                (r, _) -> NetSetup.connect(r));
        define(IORING_OP_SHUTDOWN, FILE, NetSetup::prepareShutdown,
                (r, _) -> NetSetup.shutdown(r));
        define(IORING_OP_SOCKET, 0, NetSetup::prepareSocket, (r, _) -> NetSetup.socket(r));
        define(IORING_OP_BIND, FILE, NetSetup::prepareBind, (r, _) -> NetSetup.bind(r));
        define(IORING_OP_LISTEN, FILE, NetSetup::prepareListen, (r, _) -> NetSetup.listen(r));
        for (int opcode : new int[] {IORING_OP_READ_FIXED, IORING_OP_WRITE_FIXED,
            IORING_OP_RECV_ZC}) {
            define(opcode, FILE | IOPRIO | UNSUPPORTED, _ -> -Errno.EINVAL,
                    (_, _) -> -Errno.EINVAL);
        }
    }

    private Operations() {
    }

    private static void define(int opcode, int traits, Prepare prepare, Issue issue) {
        DEFINITIONS[opcode] = new Definition(traits, prepare, issue);
    }

    /// @return null for an operation that is not known
    static Definition definition(int opcode) {
        return opcode <= LAST ? DEFINITIONS[opcode] : null;
    }

    static boolean needsFile(Request request) {
        return (DEFINITIONS[request.opcode].traits & FILE) != 0;
    }

    static int prepare(Request request) {
        return DEFINITIONS[request.opcode].prepare.prepare(request);
    }

    /// Tries a request from its submission, or again after it waited.
    static int issue(Request request) {
        return issue(request, false);
    }

    /// Tries a multishot request that is armed and stays so.
    static int issueFromPoll(Request request) {
        return issue(request, true);
    }

    private static int issue(Request request, boolean fromPoll) {
        Definition definition = DEFINITIONS[request.opcode];
        if ((definition.traits & FILE) != 0) {
            int result = assignFile(request);
            if (result != 0) {
                return result;
            }
        }
        return definition.issue.issue(request, fromPoll);
    }

    /// Looks the descriptor up, once; from then on the request holds the file (`io_assign_file`).
    static int assignFile(Request request) {
        if (request.file != null) {
            return 0;
        }
        OpenFile file = request.has(SqeFlags.IOSQE_FIXED_FILE)
                ? request.ring.fixedFile(request.fd)
                : request.ring.kernel().files().get(request.fd);
        if (file == null) {
            return -Errno.EBADF;
        }
        file.references().take();
        request.file = file;
        return 0;
    }

    /// What a request waits for when it cannot go on.
    static int pollEvents(Request request) {
        int traits = DEFINITIONS[request.opcode].traits;
        int events = PollFlags.POLLPRI | Events.ERR;
        if ((traits & POLL_IN) != 0) {
            events |= Events.IN;
        }
        if ((traits & POLL_OUT) != 0) {
            events |= Events.OUT;
        }
        return events;
    }
}
