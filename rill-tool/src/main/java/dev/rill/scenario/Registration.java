package dev.rill.scenario;

/// The argument of a registration, field by field.
final class Registration {

    enum Kind { REGISTER, UNREGISTER, STATUS }

    Kind kind = Kind.REGISTER;
    /// All 32 bits count for the status.
    int bgid;
    int entries;
    int flags;
    int minLeft;
    /// Null for zeroed memory, or 0 with MMAP.
    Address address;
    /// Which reserved word is not zero, or -1.
    int reservedIndex = -1;
    int reservedValue;
    /// What is passed instead of a structure, or null.
    Long argument;
    int count = 1;
    /// Whose descriptor is asked instead of the ring's, or null.
    String endpoint;
    /// A number that is asked instead, or -1.
    int fd = -1;
    boolean otherThread;
}
