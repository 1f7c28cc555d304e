/// The benchmark: servers and a load generator as processes of their own, rounds that take turns,
/// what the kernel's accounting says about them, and a report that does not claim more than the
/// figures can carry.
package dev.rill.bench;
