package dev.rill.kernel;

import static dev.rill.abi.RegisterOp.IORING_REGISTER_PBUF_RING;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_PBUF_STATUS;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_RING_FDS;
import static dev.rill.abi.RegisterOp.IORING_REGISTER_USE_REGISTERED_RING;
import static dev.rill.abi.RegisterOp.IORING_UNREGISTER_PBUF_RING;
import static dev.rill.abi.RegisterOp.IORING_UNREGISTER_RING_FDS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.rill.abi.BufferRingFlags;
import dev.rill.abi.IoUringBufReg;
import dev.rill.abi.IoUringBufStatus;
import dev.rill.abi.IoUringRsrcUpdate;
import dev.rill.abi.RegisterOp;
import java.lang.foreign.MemorySegment;

/// `io_uring_register` in words, for [TracingKernel]: the registrations of buffer rings and of the
/// ring itself with all that is in them, any other by its name and count.
final class RegisterText {

    private RegisterText() {
    }

    /// @param argument as the kernel left it
    static String line(int fd, int opcode, MemorySegment argument, int count, int result) {
        int plain = opcode & ~IORING_REGISTER_USE_REGISTERED_RING;
        String what = argument.byteSize() < size(plain) ? "count " + count
                : switch (plain) {
                    case IORING_REGISTER_PBUF_RING -> bufferRing(argument);
                    case IORING_UNREGISTER_PBUF_RING -> "bgid " + bgid(argument);
                    case IORING_REGISTER_PBUF_STATUS -> "bgid " + Integer.toUnsignedString(
                            argument.get(JAVA_INT, IoUringBufStatus.BUF_GROUP));
                    case IORING_UNREGISTER_RING_FDS -> "index "
                            + argument.get(JAVA_INT, IoUringRsrcUpdate.OFFSET);
                    default -> "count " + count;
                };
        return "register(" + fd + ", " + RegisterOp.name(opcode) + ", " + what + ")"
                + TraceText.answer(result)
                + (result < 0 || argument.byteSize() < size(plain) ? "" : output(plain, argument));
    }

    /// What the kernel wrote into the argument.
    private static String output(int opcode, MemorySegment argument) {
        return switch (opcode) {
            case IORING_REGISTER_RING_FDS -> ", index "
                    + argument.get(JAVA_INT, IoUringRsrcUpdate.OFFSET);
            case IORING_REGISTER_PBUF_STATUS -> ", head "
                    + Integer.toUnsignedString(argument.get(JAVA_INT, IoUringBufStatus.HEAD));
            default -> "";
        };
    }

    private static String bufferRing(MemorySegment argument) {
        int minLeft = argument.get(JAVA_INT, IoUringBufReg.MIN_LEFT);
        long address = argument.get(JAVA_LONG, IoUringBufReg.RING_ADDR);
        int flags = argument.get(JAVA_SHORT, IoUringBufReg.FLAGS);
        return "bgid " + bgid(argument)
                + ", entries "
                + Integer.toUnsignedString(argument.get(JAVA_INT, IoUringBufReg.RING_ENTRIES))
                + (address == 0 ? "" : ", addr 0x" + Long.toHexString(address))
                + ", flags " + BufferRingFlags.decode(flags & 0xffff)
                + (minLeft == 0 ? "" : ", min_left " + Integer.toUnsignedString(minLeft));
    }

    private static int bgid(MemorySegment argument) {
        return Short.toUnsignedInt(argument.get(JAVA_SHORT, IoUringBufReg.BGID));
    }

    /// How much of the argument is read here.
    private static int size(int opcode) {
        return switch (opcode) {
            case IORING_REGISTER_PBUF_RING, IORING_UNREGISTER_PBUF_RING -> IoUringBufReg.SIZE;
            case IORING_REGISTER_PBUF_STATUS -> IoUringBufStatus.SIZE;
            case IORING_REGISTER_RING_FDS, IORING_UNREGISTER_RING_FDS -> IoUringRsrcUpdate.SIZE;
            default -> 0;
        };
    }
}
