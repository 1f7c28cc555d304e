package dev.rill.net;

import dev.rill.ring.BufferGroupOptions;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/// How an event loop divides its receive memory among its connections. docs/buffers.md says what
/// each is good for, and what it costs.
///
/// Whatever the layout, there is the loop's shared group ([EventLoopOptions#buffers]), and what is
/// received on one connection may be sent on any other from where it is.
public sealed interface BufferLayout {

    /// How much memory there is beside the shared group, at most.
    ///
    /// @return bytes
    long byteSize();

    /// One group for all: an idle connection has no receive memory, and a burst of one may use what
    /// the others leave.
    ///
    /// @return the default
    static BufferLayout shared() {
        return Shared.ONLY;
    }

    /// A small group for each connection, as long as there are some: what comes on a connection is
    /// contiguous, and nobody else waits when it is not taken away.
    ///
    /// @param groupsMax how many connections at most have a group of their own; further ones use
    ///        the shared one, as do all when the kernel refuses another group
    /// @param each how much and how, its group id not counting; at least 2 buffers keep it going
    ///        while one is read
    /// @return a layout of `groupsMax` times as much memory more, at most
    static BufferLayout perConnection(int groupsMax, BufferGroupOptions each) {
        return new PerConnection(groupsMax, each);
    }

    /// Groups with buffers of several sizes, the shared group one of them. A connection begins with
    /// the shared group and changes, when its receive is armed again, to the smallest buffers that
    /// hold what it receives at a time.
    ///
    /// @param others the groups beside the shared one, their group ids not counting
    /// @return a layout of as much memory more
    static BufferLayout sizeClasses(BufferGroupOptions... others) {
        return new SizeClasses(List.of(others));
    }

    /// See [BufferLayout#shared].
    record Shared() implements BufferLayout {

        private static final Shared ONLY = new Shared();

        @Override
        public long byteSize() {
            return 0;
        }
    }

    /// See [BufferLayout#perConnection].
    ///
    /// @param groupsMax how many groups at most, beside the shared one
    /// @param each what each of them is like
    record PerConnection(int groupsMax, BufferGroupOptions each) implements BufferLayout {

        /// Checks the number.
        public PerConnection {
            Objects.requireNonNull(each, "each");
            if (groupsMax < 1 || groupsMax > BufferGroups.OTHERS_MAX) {
                throw new IllegalArgumentException("groupsMax=" + groupsMax + ": must be 1 to "
                        + BufferGroups.OTHERS_MAX);
            }
        }

        @Override
        public long byteSize() {
            return groupsMax * each.byteSize();
        }
    }

    /// See [BufferLayout#sizeClasses].
    ///
    /// @param others the groups beside the shared one, from small buffers to large ones
    record SizeClasses(List<BufferGroupOptions> others) implements BufferLayout {

        private static final int OTHERS_MAX = 15;

        /// Sorts them.
        public SizeClasses {
            others = others.stream()
                    .sorted(Comparator.comparingInt(BufferGroupOptions::bufferSize)).toList();
            if (others.isEmpty() || others.size() > OTHERS_MAX) {
                throw new IllegalArgumentException("others=" + others.size()
                        + ": 1 to " + OTHERS_MAX + " groups beside the shared one are needed");
            }
        }

        @Override
        public long byteSize() {
            return others.stream().mapToLong(BufferGroupOptions::byteSize).sum();
        }
    }
}
