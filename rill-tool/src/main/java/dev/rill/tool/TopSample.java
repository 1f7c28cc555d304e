package dev.rill.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One look at a running proxy, as [AdminReport] has written it. What comes from outside is
/// checked: everything has its type, and the lists have one element for each buffer.
///
/// @param object all of it
/// @param states by bid: a(bsent), o(urs), p(ublished), c(urrent), h(eld)
/// @param filled by bid: bytes received into it since it was last lent
/// @param heldBytes by bid: how many of them somebody keeps
/// @param ageMillis by bid: how long the kernel has been finished with it
/// @param keepers by bid: who keeps it, or null
/// @param unsent who reads too slowly
/// @param holders whose bytes the program holds
/// @param parked who waits for a buffer
record TopSample(Map<String, Object> object, String states, List<Long> filled,
        List<Long> heldBytes, List<Long> ageMillis, List<String> keepers, List<Keeper> unsent,
        List<Keeper> holders, List<String> parked) {

    private static final int BUFFERS_MAX = 65536;

    /// Who keeps how much.
    record Keeper(String name, long bytes, long buffers, long millis) {
    }

    /// Reads a line.
    ///
    /// @throws IllegalArgumentException when it is not what a proxy of this version says
    static TopSample parse(String line) {
        Map<String, Object> object = JsonText.object(line);
        if (number(object, "version") != AdminReport.VERSION) {
            throw new IllegalArgumentException("version " + number(object, "version")
                    + ", which is not " + AdminReport.VERSION);
        }
        String states = text(object, "states");
        long size = number(map(object, "group"), "buffers");
        if (size < 1 || size > BUFFERS_MAX || states.length() != size
                || !states.matches("[aopch]*")) {
            throw new IllegalArgumentException(size + " buffers with " + states.length()
                    + " states");
        }
        TopSample sample = new TopSample(object, states, numbers(object, "filled", size),
                numbers(object, "heldBytes", size), numbers(object, "ageMillis", size),
                texts(object, "keepers"), keepers(object, "unsent"), keepers(object, "holders"),
                texts(object, "parked"));
        require(sample.keepers.size() == size, "keepers");
        sample.requireNumbers();
        return sample;
    }

    /// How many buffers there are.
    int buffers() {
        return states.length();
    }

    long bufferSize() {
        return group("bufferSize");
    }

    /// How many buffers are in a state.
    int count(char state) {
        return (int) states.chars().filter(each -> each == state).count();
    }

    long nanos() {
        return number(object, "nanos");
    }

    String word(String name) {
        return text(object, name);
    }

    long pid() {
        return number(object, "pid");
    }

    /// How many event loops the proxy has; what is shown is the first.
    long loops() {
        return object.containsKey("loops") ? number(object, "loops") : 1;
    }

    long proxy(String name) {
        return number(map(object, "proxy"), name);
    }

    long loop(String name) {
        return number(map(object, "loop"), name);
    }

    long group(String name) {
        return number(map(object, "group"), name);
    }

    /// How many completions had 1 part, 2, 3 to 4, and so on.
    List<Long> bundleSizes() {
        List<Object> sizes = list(map(object, "group"), "bundleSizes");
        return sizes.stream().map(size -> (Long) size).toList();
    }

    /// Asks for everything that a frame shows, so that drawing one cannot fail.
    private void requireNumbers() {
        require(bufferSize() > 0, "bufferSize");
        List.of("kernel", "listen", "server").forEach(this::word);
        List.of("pid", "nanos").forEach(name -> number(object, name));
        require(loops() > 0, "loops");
        List.of("open", "served", "bytesToServer", "bytesToClient").forEach(this::proxy);
        List.of("bytesReceived", "completions", "enters", "enobufs", "parked", "rescues",
                "rescuedBytes", "copyMemory").forEach(this::loop);
        List.of("lent", "held", "allocated", "pinnedBytes", "openHolds", "heldBytes", "bytesUsedUp",
                "holdRescues", "lostHolds").forEach(this::group);
        require(list(map(object, "group"), "bundleSizes").stream().allMatch(Long.class::isInstance),
                "bundleSizes");
    }

    private static List<Long> numbers(Map<String, Object> object, String name, long size) {
        List<Object> list = list(object, name);
        require(list.size() == size && list.stream().allMatch(Long.class::isInstance), name);
        return list.stream().map(element -> (Long) element).toList();
    }

    private static List<String> texts(Map<String, Object> object, String name) {
        List<Object> list = list(object, name);
        require(list.stream().allMatch(each -> each == null || each instanceof String), name);
        List<String> texts = new ArrayList<>();
        list.forEach(element -> texts.add(element == null ? null : printable((String) element)));
        return texts;
    }

    private static List<Keeper> keepers(Map<String, Object> object, String name) {
        List<Keeper> keepers = new ArrayList<>();
        for (Object element : list(object, name)) {
            require(element instanceof Map, name);
            @SuppressWarnings("unchecked")
            Map<String, Object> keeper = (Map<String, Object>) element;
            keepers.add(new Keeper(text(keeper, "holder"), number(keeper, "bytes"),
                    number(keeper, "buffers"), number(keeper, "oldestMillis")));
        }
        return keepers;
    }

    private static long number(Map<String, Object> object, String name) {
        require(object.get(name) instanceof Long, name);
        return (Long) object.get(name);
    }

    private static String text(Map<String, Object> object, String name) {
        require(object.get(name) instanceof String, name);
        return printable((String) object.get(name));
    }

    /// What another process says must not steer the terminal.
    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Map<String, Object> object, String name) {
        require(object.get(name) instanceof Map, name);
        return (Map<String, Object>) object.get(name);
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Map<String, Object> object, String name) {
        require(object.get(name) instanceof List, name);
        return (List<Object>) object.get(name);
    }

    private static void require(boolean right, String name) {
        if (!right) {
            throw new IllegalArgumentException("'" + name + "' is missing or not as it should be");
        }
    }
}
