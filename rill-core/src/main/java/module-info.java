/**
 * Rill: io_uring for the JVM, over {@code java.lang.foreign} and the JDK alone.
 */
module dev.rill {
    requires jdk.jfr;
    exports dev.rill;
    exports dev.rill.abi;
}
