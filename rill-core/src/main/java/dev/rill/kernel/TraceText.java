package dev.rill.kernel;

import static dev.rill.abi.CqeFlags.IORING_CQE_F_NOTIF;
import static dev.rill.abi.EnterFlags.IORING_ENTER_EXT_ARG;
import static dev.rill.abi.SqeFlags.IOSQE_BUFFER_SELECT;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.CancelFlags;
import dev.rill.abi.CqeFlags;
import dev.rill.abi.EnterFlags;
import dev.rill.abi.Errno;
import dev.rill.abi.FeatureFlags;
import dev.rill.abi.IoUringCqe;
import dev.rill.abi.IoUringGeteventsArg;
import dev.rill.abi.IoUringParams;
import dev.rill.abi.IoUringSqe;
import dev.rill.abi.KernelTimespec;
import dev.rill.abi.MapOffset;
import dev.rill.abi.MsgFlags;
import dev.rill.abi.Opcode;
import dev.rill.abi.SetupFlags;
import dev.rill.abi.SocketOpFlags;
import dev.rill.abi.SqeFlags;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Locale;

/// Calls, SQEs and CQEs in words, for [TracingKernel]. Names are the kernel's, fields that are zero
/// are left out.
final class TraceText {

    private TraceText() {
    }

    static String setup(int entries, MemorySegment params, int result) {
        String call = "setup(" + Integer.toUnsignedString(entries) + ", "
                + SetupFlags.decode(params.get(JAVA_INT, IoUringParams.FLAGS)) + ")"
                + answer(result);
        return result < 0 ? call : call
                + ", sq_entries " + params.get(JAVA_INT, IoUringParams.SQ_ENTRIES)
                + ", cq_entries " + params.get(JAVA_INT, IoUringParams.CQ_ENTRIES)
                + ", features " + FeatureFlags.decode(params.get(JAVA_INT, IoUringParams.FEATURES));
    }

    static String enter(int fd, int toSubmit, int minComplete, int flags, MemorySegment argument,
            int result) {
        return "enter(" + fd + ", submit " + toSubmit + ", wait " + minComplete + ", "
                + EnterFlags.decode(flags) + timeLimit(flags, argument) + ")" + answer(result);
    }

    static String map(int fd, long offset, long byteSize) {
        long kind = offset & MapOffset.IORING_OFF_MMAP_MASK;
        String what;
        if (kind == MapOffset.IORING_OFF_PBUF_RING) {
            what = "PBUF_RING bgid "
                    + ((offset & ~kind) >>> MapOffset.IORING_OFF_PBUF_SHIFT);
        } else if (offset == MapOffset.IORING_OFF_SQ_RING) {
            what = "SQ_RING";
        } else if (offset == MapOffset.IORING_OFF_CQ_RING) {
            what = "CQ_RING";
        } else if (offset == MapOffset.IORING_OFF_SQES) {
            what = "SQES";
        } else {
            what = "0x" + Long.toHexString(offset);
        }
        return "map(" + fd + ", " + what + ", " + byteSize + " bytes)";
    }

    /// @param verb what is done to the affinity
    static String affinity(String verb, MemorySegment mask, int result) {
        return "sched_" + verb + "affinity(" + (result < 0 && verb.equals("get") ? "?"
                : BitSet.valueOf(mask.asByteBuffer())) + ")" + answer(result);
    }

    static String answer(int result) {
        return " = " + (result < 0 ? "-" + Errno.name(result) : result);
    }

    static String sqe(MemorySegment memory, long base) {
        int opcode = Byte.toUnsignedInt(memory.get(JAVA_BYTE, base + IoUringSqe.OPCODE));
        int flags = Byte.toUnsignedInt(memory.get(JAVA_BYTE, base + IoUringSqe.FLAGS));
        int ioprio = Short.toUnsignedInt(memory.get(JAVA_SHORT, base + IoUringSqe.IOPRIO));
        int bufIndex = Short.toUnsignedInt(memory.get(JAVA_SHORT, base + IoUringSqe.BUF_INDEX));
        boolean select = (flags & IOSQE_BUFFER_SELECT) != 0;
        Fields fields = new Fields();
        fields.add(memory.get(JAVA_INT, base + IoUringSqe.FD) != -1,
                "fd " + memory.get(JAVA_INT, base + IoUringSqe.FD));
        fields.hex("addr", memory.get(JAVA_LONG, base + IoUringSqe.ADDR));
        fields.number("len", memory.get(JAVA_INT, base + IoUringSqe.LEN));
        long offset = memory.get(JAVA_LONG, base + IoUringSqe.OFF);
        fields.add(offset != 0, "off " + offset);
        fields.add(flags != 0, "flags " + SqeFlags.decode(flags));
        fields.add(ioprio != 0, "ioprio " + ioprio(opcode, ioprio));
        fields.opFlags(opcode, memory.get(JAVA_INT, base + IoUringSqe.OP_FLAGS));
        fields.add(select, "buf_group " + bufIndex);
        fields.add(!select && bufIndex != 0, "buf_index " + bufIndex);
        fields.number(opcode == Opcode.IORING_OP_RECV ? "optlen" : "file_index",
                memory.get(JAVA_INT, base + IoUringSqe.OPTLEN));
        return "sqe 0x" + Long.toHexString(memory.get(JAVA_LONG, base + IoUringSqe.USER_DATA))
                + ": " + Opcode.name(opcode) + fields;
    }

    static String cqe(MemorySegment memory, long base) {
        int res = memory.get(JAVA_INT, base + IoUringCqe.RES);
        int flags = memory.get(JAVA_INT, base + IoUringCqe.FLAGS);
        String result = res >= 0 ? Integer.toString(res)
                : (flags & IORING_CQE_F_NOTIF) != 0 ? "0x" + Integer.toHexString(res)
                : "-" + Errno.name(res);
        return "cqe 0x" + Long.toHexString(memory.get(JAVA_LONG, base + IoUringCqe.USER_DATA))
                + ": res " + result + ", flags " + (flags == 0 ? "0"
                        : "0x" + Integer.toHexString(flags) + " " + CqeFlags.decode(flags));
    }

    /// The time limit of a wait, when it stands in the same memory as the argument, as liburing and
    /// Rill have it; an address alone is not followed.
    private static String timeLimit(int flags, MemorySegment argument) {
        if ((flags & IORING_ENTER_EXT_ARG) == 0
                || argument.byteSize() < IoUringGeteventsArg.SIZE) {
            return "";
        }
        long address = argument.get(JAVA_LONG, IoUringGeteventsArg.TS);
        int minWait = argument.get(JAVA_INT, IoUringGeteventsArg.MIN_WAIT_USEC);
        String text = minWait == 0 ? "" : ", min_wait_usec " + Integer.toUnsignedString(minWait);
        long at = address - argument.address();
        if (address == 0) {
            return text;
        }
        if (at < 0 || at > argument.byteSize() - KernelTimespec.SIZE) {
            return text + ", ts 0x" + Long.toHexString(address);
        }
        double millis = argument.get(JAVA_LONG, at + KernelTimespec.TV_SEC) * 1e3
                + argument.get(JAVA_LONG, at + KernelTimespec.TV_NSEC) / 1e6;
        return text + ", ts " + String.format(Locale.ROOT, "%.3f", millis) + " ms";
    }

    private static boolean isTransfer(int opcode) {
        return switch (opcode) {
            case Opcode.IORING_OP_RECV, Opcode.IORING_OP_RECVMSG, Opcode.IORING_OP_RECV_ZC,
                    Opcode.IORING_OP_SEND, Opcode.IORING_OP_SENDMSG, Opcode.IORING_OP_SEND_ZC,
                    Opcode.IORING_OP_SENDMSG_ZC -> true;
            default -> false;
        };
    }

    private static String ioprio(int opcode, int ioprio) {
        if (isTransfer(opcode)) {
            return SocketOpFlags.decodeTransfer(ioprio);
        }
        return opcode == Opcode.IORING_OP_ACCEPT ? SocketOpFlags.decodeAccept(ioprio)
                : "0x" + Integer.toHexString(ioprio);
    }

    /// Collects the fields that say something.
    private static final class Fields {

        private final StringBuilder text = new StringBuilder();

        void add(boolean says, String field) {
            if (says) {
                text.append(text.isEmpty() ? " " : ", ").append(field);
            }
        }

        void number(String name, int value) {
            add(value != 0, name + " " + Integer.toUnsignedString(value));
        }

        void hex(String name, long value) {
            add(value != 0, name + " 0x" + Long.toHexString(value));
        }

        void opFlags(int opcode, int value) {
            if (isTransfer(opcode)) {
                add(value != 0, "msg_flags " + MsgFlags.decode(value));
            } else if (opcode == Opcode.IORING_OP_ASYNC_CANCEL) {
                add(value != 0, "cancel_flags " + CancelFlags.decode(value));
            } else {
                hex("op_flags", Integer.toUnsignedLong(value));
            }
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
