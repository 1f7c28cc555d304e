/// Rill: io_uring for the JVM, over `java.lang.foreign` and the JDK alone.
///
/// Programs meet it one floor above the system calls, in [dev.rill.ring] (rings and buffer
/// groups). Which kernel runs under them is chosen in [dev.rill.Kernels].
module dev.rill {
    requires jdk.jfr;
    exports dev.rill;
    exports dev.rill.abi;
    exports dev.rill.kernel;
    exports dev.rill.net;
    exports dev.rill.ring;
}
