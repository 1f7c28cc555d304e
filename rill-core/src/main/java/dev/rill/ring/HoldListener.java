package dev.rill.ring;

/// Where received bytes came from, told how much of them the program holds in receive buffers. A
/// listener is the `from` of [BufferGroup#received(int, int, Object)].
///
/// Called on the ring's owner thread, also for what another thread has closed.
public interface HoldListener {

    /// A hold was taken.
    ///
    /// @param bytes how many it has
    void held(int bytes);

    /// A hold is over, or its bytes were moved out of the buffer.
    ///
    /// @param bytes how many it had
    void letGo(int bytes);
}
