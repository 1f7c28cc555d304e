/// The heart: rings, their queues, buffer rings and buffer groups. Passive: no threads, no timers,
/// no sockets of its own; everything happens inside a call of the owner's thread.
///
/// The way of one receive through this room: an [Sqe] prepared with a buffer group number, one
/// `enter` for a whole batch ([Ring]), the [CompletionQueue] cursor, [Consumption] (which bytes
/// did this completion deliver, does the kernel still own the rest of the buffer), and
/// [BufferGroup] (who holds the buffer, when does it go back to the kernel).
///
/// This room is handed a [dev.rill.kernel.Kernel] and never asks which one. Start reading at
/// [Ring], then [BufferGroup].
package dev.rill.ring;
