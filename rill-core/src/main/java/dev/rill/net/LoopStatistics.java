package dev.rill.net;

import dev.rill.ring.GroupSnapshot;

/// What an event loop has done and how its receive memory stands, at one moment.
///
/// @param connections open now
/// @param accepted connections accepted since the beginning
/// @param bytesReceived bytes shown to handlers or discarded
/// @param bytesSent bytes taken by the kernel
/// @param bytesDiscarded received bytes that nobody wanted, because their connection was closing
/// @param completions completions seen
/// @param enters system calls made for submitting and waiting
/// @param buffersLent receive buffers the kernel has now
/// @param buffersHeld receive buffers that are used up and held by unsent data or the program now
/// @param bytesUsedUp receive buffer space used up since the beginning; [#bytesReceived] divided
///        by it is the fill ratio
/// @param exhaustions receives that ended because no buffer was left (`-ENOBUFS`)
/// @param parked connections that wait for a receive buffer now
/// @param rescues times a connection's unsent bytes were moved out of receive buffers
/// @param rescuedBytes bytes moved
/// @param copyMemory memory allocated for copies, in bytes
/// @param holds received bytes that the program holds now
/// @param holdRescues receive buffers that came back because what was held of them was moved
/// @param holdBytesMoved held bytes that are somewhere else than where they were received, now
/// @param bytesOvershot bytes received beyond what connections had asked for with `request`
/// @param overBudget times the program held so much of a connection that nothing more was received
///        from it, see [EventLoopOptions#heldMax]
/// @param groups buffer groups that are registered now, see [BufferLayout]
/// @param groupFallbacks connections that had to use the shared group because there was no other
/// @param group the shared group by itself, with more numbers; all others sum up all groups
public record LoopStatistics(int connections, long accepted, long bytesReceived, long bytesSent,
        long bytesDiscarded, long completions, long enters, int buffersLent, int buffersHeld,
        long bytesUsedUp, long exhaustions, int parked, long rescues, long rescuedBytes,
        long copyMemory, int holds, long holdRescues, long holdBytesMoved,
        long bytesOvershot, long overBudget, int groups, long groupFallbacks,
        GroupSnapshot group) {

    /// Two loops taken together.
    ///
    /// @param other what another loop has done, with receive buffers of the same size
    /// @return the sums; of the receive memory see [GroupSnapshot#plus]
    public LoopStatistics plus(LoopStatistics other) {
        return new LoopStatistics(connections + other.connections, accepted + other.accepted,
                bytesReceived + other.bytesReceived, bytesSent + other.bytesSent,
                bytesDiscarded + other.bytesDiscarded, completions + other.completions,
                enters + other.enters, buffersLent + other.buffersLent,
                buffersHeld + other.buffersHeld, bytesUsedUp + other.bytesUsedUp,
                exhaustions + other.exhaustions, parked + other.parked, rescues + other.rescues,
                rescuedBytes + other.rescuedBytes, copyMemory + other.copyMemory,
                holds + other.holds, holdRescues + other.holdRescues,
                holdBytesMoved + other.holdBytesMoved, bytesOvershot + other.bytesOvershot,
                overBudget + other.overBudget, groups + other.groups,
                groupFallbacks + other.groupFallbacks, group.plus(other.group));
    }

    /// How well received bytes filled the buffers they used up.
    ///
    /// @return 0 to 1; 1 as long as nothing was received
    public double fillRatio() {
        return bytesUsedUp == 0 ? 1 : (double) bytesReceived / bytesUsedUp;
    }

    /// How many completions a system call brought: the more, the less a receive costs.
    ///
    /// @return a mean since the beginning; 0 before the first call
    public double completionsPerEnter() {
        return enters == 0 ? 0 : (double) completions / enters;
    }
}
