/// JMH benchmarks of Rill; never published.
package dev.rill.benchmarks;
