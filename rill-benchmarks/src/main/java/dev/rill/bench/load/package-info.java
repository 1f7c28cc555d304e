/// The load generator of the benchmark: a process with one thread and one ring, which does nothing
/// but what it was told, so that it costs less than any server it measures.
package dev.rill.bench.load;
