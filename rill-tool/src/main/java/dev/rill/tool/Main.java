package dev.rill.tool;

import dev.rill.Rill;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The top of the {@code ./rill} command; each subcommand is a class of its own. */
@Command(name = "rill", mixinStandardHelpOptions = true)
final class Main implements Runnable {

    private Main() {
    }

    @Override
    public void run() {
        System.out.println(Rill.version());
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }
}
