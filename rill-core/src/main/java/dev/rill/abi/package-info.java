/// The kernel's binary interface in numbers: system calls, opcodes, flags, error numbers and the
/// byte offsets of every structure Rill shares with Linux. Nothing here runs a system call or
/// touches memory; this room uses no other.
///
/// Constants keep their C spelling, one class per family of the header. Structures are classes
/// of byte offsets named after the C structure (`struct io_uring_buf` is
/// [dev.rill.abi.IoUringBuf]) with a picture of the bytes; their fields are little-endian
/// and unsigned unless the comment says `s32` or "network byte order". "since" names the
/// first Linux release; stable branches may have a thing earlier.
///
/// Every value is proven against the C headers by `AbiGoldenTest`, which compares this
/// package with `abi.golden` and, where a C compiler is at hand, with what the machine's own
/// headers say.
///
/// Start with [dev.rill.abi.IoUringBuf] and [dev.rill.abi.IoUringBufRing], then
/// [dev.rill.abi.CqeFlags]: incremental buffer rings are what the rest is for.
package dev.rill.abi;
