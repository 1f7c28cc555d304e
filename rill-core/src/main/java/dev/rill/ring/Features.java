package dev.rill.ring;

import dev.rill.abi.Opcode;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What a kernel's io_uring can do, as [Probe] found it.
///
/// ```java
/// Features features = Probe.run(kernel);
/// if (features.incrementalBuffers()) { ... }
/// if (features.supports(Opcode.IORING_OP_LISTEN)) { ... }
/// ```
///
/// Immutable; for all threads.
public final class Features {

    /// The operations that [Sqe] can prepare.
    private static final List<Integer> PREPARED = List.of(
            Opcode.IORING_OP_NOP, Opcode.IORING_OP_RECV, Opcode.IORING_OP_RECVMSG,
            Opcode.IORING_OP_SEND, Opcode.IORING_OP_SEND_ZC, Opcode.IORING_OP_SENDMSG,
            Opcode.IORING_OP_ACCEPT, Opcode.IORING_OP_CONNECT, Opcode.IORING_OP_SHUTDOWN,
            Opcode.IORING_OP_CLOSE, Opcode.IORING_OP_SOCKET, Opcode.IORING_OP_BIND,
            Opcode.IORING_OP_LISTEN, Opcode.IORING_OP_READ, Opcode.IORING_OP_READV,
            Opcode.IORING_OP_READ_MULTISHOT, Opcode.IORING_OP_WRITE, Opcode.IORING_OP_WRITEV,
            Opcode.IORING_OP_OPENAT, Opcode.IORING_OP_FSYNC, Opcode.IORING_OP_POLL_ADD,
            Opcode.IORING_OP_POLL_REMOVE, Opcode.IORING_OP_TIMEOUT,
            Opcode.IORING_OP_TIMEOUT_REMOVE, Opcode.IORING_OP_LINK_TIMEOUT,
            Opcode.IORING_OP_ASYNC_CANCEL, Opcode.IORING_OP_PROVIDE_BUFFERS,
            Opcode.IORING_OP_REMOVE_BUFFERS, Opcode.IORING_OP_MSG_RING);

    private final String kernel;
    private final int bits;
    private final EnumSet<Feature> present;
    private final BitSet operations;

    Features(String kernel, int bits, Set<Feature> present, BitSet operations) {
        this.kernel = Objects.requireNonNull(kernel, "kernel");
        this.bits = bits;
        this.present = EnumSet.noneOf(Feature.class);
        this.present.addAll(present);
        this.operations = (BitSet) operations.clone();
    }

    /// Which kernel this is about.
    ///
    /// @return its kind and release, for messages
    public String kernel() {
        return kernel;
    }

    /// What the kernel says of itself when a ring is set up.
    ///
    /// @return `IORING_FEAT_*`, see [dev.rill.abi.FeatureFlags]
    public int bits() {
        return bits;
    }

    /// Whether the kernel has a feature.
    ///
    /// @param feature which one
    /// @return what was found by trying
    public boolean has(Feature feature) {
        return present.contains(feature);
    }

    /// Whether Rill uses a feature on this kernel without being asked to.
    ///
    /// @param feature which one
    /// @return false when it is missing, optional, or when something better is there
    public boolean uses(Feature feature) {
        boolean better = feature == Feature.COOPERATIVE_TASK_RUN
                && has(Feature.DEFERRED_TASK_RUN);
        return has(feature) && feature.byDefault() && !better;
    }

    /// Whether the kernel knows an operation.
    ///
    /// @param opcode one of [Opcode], or any number
    /// @return what `IORING_REGISTER_PROBE` answered
    public boolean supports(int opcode) {
        return opcode >= 0 && operations.get(opcode);
    }

    /// All operations the kernel knows, those that Rill has no use for included.
    ///
    /// @return opcodes in ascending order
    public IntStream operations() {
        return operations.stream();
    }

    /// The operations that [Sqe] can prepare and this kernel does not know.
    ///
    /// @return opcodes; empty since Linux 6.11
    public IntStream missingOperations() {
        return PREPARED.stream().mapToInt(Integer::intValue).filter(op -> !supports(op));
    }

    /// Whether buffers can be lent through a ring; without it Rill does not run.
    ///
    /// @return [Feature#BUFFER_RINGS]
    public boolean bufferRings() {
        return has(Feature.BUFFER_RINGS);
    }

    /// Whether a buffer stays current until it is full.
    ///
    /// @return [Feature#INCREMENTAL_BUFFERS]
    public boolean incrementalBuffers() {
        return has(Feature.INCREMENTAL_BUFFERS);
    }

    /// Whether a buffer ring can be in memory of the kernel.
    ///
    /// @return [Feature#MAPPED_BUFFER_RINGS]
    public boolean mappedBufferRings() {
        return has(Feature.MAPPED_BUFFER_RINGS);
    }

    /// Whether a buffer can be retired before its rest is too small for a message.
    ///
    /// @return [Feature#MIN_LEFT]
    public boolean minLeft() {
        return has(Feature.MIN_LEFT);
    }

    /// Whether [BufferRing#head] works.
    ///
    /// @return [Feature#BUFFER_RING_STATUS]
    public boolean bufferRingStatus() {
        return has(Feature.BUFFER_RING_STATUS);
    }

    /// Whether one request can receive again and again.
    ///
    /// @return [Feature#MULTISHOT_RECEIVE]
    public boolean multishotReceive() {
        return has(Feature.MULTISHOT_RECEIVE);
    }

    /// Whether a multishot receive can be limited, each piece ([Sqe#length]) and in total
    /// ([Sqe#optlen]).
    ///
    /// @return [Feature#MULTISHOT_LIMIT]
    public boolean multishotLimit() {
        return has(Feature.MULTISHOT_LIMIT);
    }

    /// Whether one completion can stand for several buffers.
    ///
    /// @return [Feature#BUNDLES]
    public boolean bundles() {
        return has(Feature.BUNDLES);
    }

    /// The features in one line, for a log.
    @Override
    public String toString() {
        return kernel + ": " + present.stream().map(Feature::kernelName)
                .collect(Collectors.joining(" "));
    }
}
