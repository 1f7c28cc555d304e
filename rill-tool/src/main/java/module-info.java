/// The `./rill` command.
module dev.rill.tool {
    requires dev.rill;
    requires info.picocli;
    requires java.logging;

    opens dev.rill.tool to info.picocli;
}
