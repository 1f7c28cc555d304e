package dev.rill.tool;

import dev.rill.Rill;
import picocli.CommandLine.IVersionProvider;

/// What a report of a problem should contain: the tool, the JVM and the kernel.
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        return new String[] {
            "rill " + Rill.version(),
            property("java.vm.name") + " " + property("java.runtime.version"),
            property("os.name") + " " + property("os.version") + " " + property("os.arch"),
        };
    }

    private static String property(String name) {
        return System.getProperty(name, "unknown");
    }
}
