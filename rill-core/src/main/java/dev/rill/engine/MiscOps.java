package dev.rill.engine;

import static dev.rill.abi.FileFlags.AT_FDCWD;
import static dev.rill.abi.FileFlags.AT_REMOVEDIR;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.rill.abi.CqeFlags;
import dev.rill.abi.Errno;
import dev.rill.abi.MsgRingFlags;
import dev.rill.abi.NopFlags;
import dev.rill.abi.Opcode;
import dev.rill.abi.PollFlags;
import dev.rill.abi.SqeFlags;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The small operations: no-op, open, unlink, close, fsync, poll, messages between rings
/// (io_uring/nop.c, openclose.c, sync.c, poll.c, msg_ring.c).
final class MiscOps {

    private static final int PATH_MAX = 4096;

    private MiscOps() {
    }

    // ---- NOP ------------------------------------------------------------------------------

    static int prepareNop(Request request) {
        int known = NopFlags.IORING_NOP_INJECT_RESULT | NopFlags.IORING_NOP_TW
                | NopFlags.IORING_NOP_FILE;
        return (request.opFlags & ~known) != 0 ? -Errno.EINVAL : 0;
    }

    static int nop(Request request) {
        int result = 0;
        if ((request.opFlags & NopFlags.IORING_NOP_INJECT_RESULT) != 0) {
            result = request.sqeLen;
        }
        if ((request.opFlags & NopFlags.IORING_NOP_FILE) != 0
                && Operations.assignFile(request) != 0) {
            result = -Errno.EBADF;
        }
        request.complete(result);
        if ((request.opFlags & NopFlags.IORING_NOP_TW) != 0 && !request.unlocked) {
            request.ring.queue(request, Request.WORK_COMPLETE);
            return Request.SKIP;
        }
        return Request.COMPLETE;
    }

    // ---- OPENAT, UNLINKAT, CLOSE, FSYNC ----------------------------------------------------

    static int prepareOpen(Request request) {
        return request.bufGroup != 0 || request.fileIndex != 0 ? -Errno.EINVAL : 0;
    }

    static int open(Request request) {
        String[] path = new String[1];
        int error = resolve(request, path);
        return request.complete(error != 0 ? error
                : request.ring.kernel().openFile(path[0], request.opFlags));
    }

    static int prepareUnlink(Request request) {
        request.forceAsync = true;
        boolean other = request.off != 0 || request.sqeLen != 0 || request.bufGroup != 0
                || request.fileIndex != 0 || (request.opFlags & ~AT_REMOVEDIR) != 0;
        return other ? -Errno.EINVAL : request.has(SqeFlags.IOSQE_FIXED_FILE) ? -Errno.EBADF : 0;
    }

    static int unlink(Request request) {
        String[] path = new String[1];
        int error = resolve(request, path);
        return request.complete(error != 0 ? error
                : DiskFile.unlink(path[0], (request.opFlags & AT_REMOVEDIR) != 0));
    }

    /// Reads a path and starts it at its directory.
    ///
    /// @return 0 or `-errno`
    private static int resolve(Request request, String[] result) {
        String path = readPath(request);
        if (path == null) {
            return -Errno.EFAULT;
        }
        result[0] = path;
        if (path.startsWith("/") || request.fd == AT_FDCWD) {
            return 0;
        }
        OpenFile directory = request.ring.kernel().files().get(request.fd);
        if (directory == null) {
            return -Errno.EBADF;
        }
        if (path.isEmpty()) {
            return -Errno.ENOENT;
        }
        result[0] = directory instanceof DiskFile file ? file.resolve(path) : null;
        return result[0] == null ? -Errno.ENOTDIR : 0;
    }

    private static String readPath(Request request) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < PATH_MAX; i++) {
            MemorySegment at = request.memory().slice(request.addr + i, 1);
            if (at == null) {
                return null;
            }
            byte next = at.get(JAVA_BYTE, 0);
            if (next == 0) {
                return bytes.toString(StandardCharsets.UTF_8);
            }
            bytes.write(next);
        }
        return null;
    }

    static int prepareClose(Request request) {
        boolean other = request.off != 0 || request.addr != 0 || request.sqeLen != 0
                || request.opFlags != 0 || request.bufGroup != 0;
        return other || request.fileIndex != 0 ? -Errno.EINVAL : 0;
    }

    static int close(Request request) {
        OpenFile file = request.ring.kernel().files().get(request.fd);
        if (file instanceof RingContext) {
            return request.complete(-Errno.EBADF);
        }
        return request.complete(request.ring.kernel().files().close(request.fd));
    }

    static int prepareFsync(Request request) {
        request.forceAsync = true;
        return request.addr != 0 || request.bufGroup != 0 || request.fileIndex != 0
                || (request.opFlags & ~1) != 0 ? -Errno.EINVAL : 0;
    }

    static int fsync(Request request) {
        return request.answer(request.file.sync());
    }

    // ---- POLL_ADD, POLL_REMOVE ------------------------------------------------------------

    static int preparePoll(Request request) {
        if (request.bufGroup != 0 || request.off != 0 || request.addr != 0
                || (request.sqeLen & ~PollFlags.IORING_POLL_ADD_MULTI) != 0
                || request.sqeLen != 0 && request.has(SqeFlags.IOSQE_CQE_SKIP_SUCCESS)) {
            return -Errno.EINVAL;
        }
        return 0;
    }

    static int pollAdd(Request request) {
        if (request.armed) {
            return Request.SKIP;
        }
        if (!request.file.pollable()) {
            int ready = request.file.poll(request.opFlags) & request.opFlags;
            return request.complete(ready != 0 ? ready : -Errno.EINVAL); // nobody would tell
        }
        boolean multishot = request.sqeLen != 0 && (request.opFlags & Events.ONE_SHOT) == 0;
        Polling polling = request.ring.polling();
        int ready = polling.armPollAdd(request, request.opFlags, multishot);
        if (ready != 0) {
            if (!multishot) {
                polling.leave(request);
                return request.complete(ready);
            }
            polling.woken(request, ready);
        }
        return Request.SKIP;
    }

    static int preparePollRemove(Request request) {
        return request.bufGroup != 0 || request.fileIndex != 0 || request.sqeLen != 0
                || request.opFlags != 0 ? -Errno.EINVAL : 0;
    }

    static int pollRemove(Request request) {
        List<Request> found = request.ring.polling().withUserData(request.addr);
        for (Request victim : found) {
            if (victim.opcode == Opcode.IORING_OP_POLL_ADD) {
                return request.complete(request.ring.polling().remove(victim));
            }
        }
        return request.complete(-Errno.ENOENT);
    }

    // ---- MSG_RING -------------------------------------------------------------------------

    static int messageRing(Request request) {
        if (!(request.file instanceof RingContext target)) {
            return request.complete(-Errno.EBADFD);
        }
        if (request.addr != MsgRingFlags.IORING_MSG_DATA || request.bufGroup != 0) {
            return request.complete(-Errno.EINVAL);
        }
        boolean pass = (request.opFlags & MsgRingFlags.IORING_MSG_RING_FLAGS_PASS) != 0;
        int flags = pass ? request.fileIndex & ~CqeFlags.IORING_CQE_F_32 : 0;
        target.completions().post(request.off, request.sqeLen, flags);
        request.ring.kernel().changed();
        return request.complete(0);
    }
}
