package dev.rill.kernel;

/// What a program must keep to when it shares memory with a kernel; [CheckingKernel] watches it.
public enum CheckRule {

    /// A submission tail behind the kernel's head, or more than the queue ahead of it, lets the
    /// kernel run entries that nobody filled in.
    SQ_TAIL("the submission tail is at most one queue ahead of the kernel's head, never behind"),
    /// An index that names no entry is dropped by the kernel without a completion.
    SQ_INDEX("the index array names entries of the submission queue"),
    /// Most likely an entry that was never filled in, or an old one.
    SQE_OPCODE("the opcode is one of IORING_OP_*"),
    /// What is left over from the request before changes what the kernel does.
    SQE_FIELDS("fields that the opcode does not use are zero"),
    /// The kernel reads and writes where the address says.
    ADDRESS("addresses lie in memory that came from Kernel.memory and is still alive"),
    /// The kernel goes on reading and writing there, whatever the memory is used for next.
    FREED("memory outlives requests and registrations that name it"),
    /// The number may be another file's by now.
    DESCRIPTOR("descriptors are used and closed while they are open"),
    /// A head that steps back shows completions twice; one that runs ahead loses some.
    CQ_HEAD("the completion head goes forward, up to the kernel's tail"),
    /// The kernel takes a full ring for an empty one, or buffers twice.
    BUFFER_TAIL("the tail of a buffer ring goes forward, at most one ring ahead of the head"),
    /// Two receives write to the same place.
    BUFFER_TWICE("a buffer is published again after the kernel has let go of it"),
    /// The kernel gets stuck on an empty buffer, and answers `-EFAULT` to memory that is none.
    BUFFER_ENTRY("buffers have a length, and lie in memory of the kernel that is alive"),
    /// What rings hold is freed by nobody else.
    RING_OPEN("rings are closed before their kernel");

    private final String summary;

    CheckRule(String summary) {
        this.summary = summary;
    }

    /// What should be.
    ///
    /// @return a sentence without a full stop
    public String summary() {
        return summary;
    }
}
