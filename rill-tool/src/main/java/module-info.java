/// The `./rill` command.
module dev.rill.tool {
    requires dev.rill;
    requires info.picocli;

    opens dev.rill.tool to info.picocli;
}
