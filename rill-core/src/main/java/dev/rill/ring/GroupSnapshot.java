package dev.rill.ring;

import java.util.ArrayList;
import java.util.List;

/// How a [BufferGroup] stands at one moment, in numbers: cheap to take, free to keep, for any
/// thread. [BufferGroup#bufferSnapshots] says the same buffer by buffer.
///
/// @param buffers how many buffers the group may have
/// @param bufferSize the size of each in bytes
/// @param allocated how many have memory now
/// @param wanted how many are to be lent at a time now
/// @param growths how many times an area of memory was added, since the group was opened
/// @param shrinks how many times one was given back
/// @param lent buffers that the kernel has, the current one included
/// @param current the bid that the next receive of an incremental ring goes to; -1 when the kernel
///        has none
/// @param currentFilled how much of it is filled, in bytes
/// @param held buffers that the kernel is finished with and that somebody here keeps
/// @param openHolds holds that were not closed, as far as the owner has heard
/// @param heldBytes bytes that these have, wherever they are
/// @param oldestHoldNanos how long the oldest of them has been open, in nanoseconds; 0 without any
/// @param lostHolds watched holds that were lost without having been closed
/// @param bytesReceived bytes delivered since the group was opened
/// @param bytesUsedUp buffer space that took, see [BufferGroup#bytesUsedUp]
/// @param exhaustions completions with `-ENOBUFS` that [BufferGroup#received] was shown
/// @param holdRescues buffers that came back because what was held of them was moved
/// @param bytesMoved held bytes that are somewhere else than where they were received, now
/// @param bundleSizes how many completions had 1 part, 2, 3 to 4, 5 to 8 parts and so on, each
///        class twice as wide as the one before; without the empty classes at the end
public record GroupSnapshot(int buffers, int bufferSize, int allocated, int wanted, long growths,
        long shrinks, int lent, int current, int currentFilled, int held, int openHolds,
        long heldBytes, long oldestHoldNanos, long lostHolds, long bytesReceived,
        long bytesUsedUp, long exhaustions, long holdRescues, long bytesMoved,
        List<Long> bundleSizes) {

    /// Keeps a copy of the list.
    public GroupSnapshot {
        bundleSizes = List.copyOf(bundleSizes);
    }

    /// Two groups taken together, such as those of two event loops.
    ///
    /// @param other how another group stands, with buffers of the same size
    /// @return the sums; the older hold; no current buffer, as there may be two, and what both of
    ///         them are filled
    public GroupSnapshot plus(GroupSnapshot other) {
        if (other.bufferSize != bufferSize) {
            throw new IllegalArgumentException("bufferSize=" + bufferSize + " and "
                    + other.bufferSize + ": only groups of one buffer size can be added up");
        }
        List<Long> sizes = new ArrayList<>();
        for (int i = 0; i < Math.max(bundleSizes.size(), other.bundleSizes.size()); i++) {
            sizes.add(element(bundleSizes, i) + element(other.bundleSizes, i));
        }
        return new GroupSnapshot(buffers + other.buffers, bufferSize, allocated + other.allocated,
                wanted + other.wanted, growths + other.growths, shrinks + other.shrinks,
                lent + other.lent, -1, currentFilled + other.currentFilled, held + other.held,
                openHolds + other.openHolds, heldBytes + other.heldBytes,
                Math.max(oldestHoldNanos, other.oldestHoldNanos), lostHolds + other.lostHolds,
                bytesReceived + other.bytesReceived, bytesUsedUp + other.bytesUsedUp,
                exhaustions + other.exhaustions, holdRescues + other.holdRescues,
                bytesMoved + other.bytesMoved, sizes);
    }

    private static long element(List<Long> list, int index) {
        return index < list.size() ? list.get(index) : 0;
    }

    /// How much buffer space is away from the kernel because somebody keeps something of it.
    ///
    /// @return bytes: whole buffers, however little of them is held
    public long pinnedBytes() {
        return (long) held * bufferSize;
    }

    /// How well received bytes filled the buffers they used up.
    ///
    /// @return 0 to 1; 1 as long as nothing was received
    public double fillRatio() {
        return bytesUsedUp == 0 ? 1 : (double) bytesReceived / bytesUsedUp;
    }

    /// How many completions have delivered bytes.
    ///
    /// @return completions since the group was opened
    public long receives() {
        return bundleSizes.stream().mapToLong(Long::longValue).sum();
    }
}
